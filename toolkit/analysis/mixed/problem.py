"""A model's data, ready to be fitted: cells, their counts, fixed columns, random factors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.analysis.mixed.cells import Cells, Coded, code, collapse, require_columns
from toolkit.analysis.mixed.formula import Design, Parsed, design, parse
from toolkit.analysis.mixed.schur import Crossed
from toolkit.errors import AnalysisError

Array = NDArray[np.float64]
Codes = NDArray[np.intp]
Family = Literal["gaussian", "binomial", "cumulative"]


@dataclass(frozen=True)
class Grouping:
    """One random factor over the cells."""

    name: str
    codes: Codes
    labels: pd.DataFrame
    """One row a level, a column for each column it combines."""


@dataclass(frozen=True)
class Means:
    """What a Gaussian response comes down to."""

    count: Array
    """Observations in each cell, shape (cells,)."""
    mean: Array
    """Their mean less ``center``, shape (cells,)."""
    within: float
    """Sum of squares about the means of the cells."""
    center: float
    """Taken off every value first, so that nothing cancels."""


@dataclass(frozen=True)
class Problem:
    """Everything a fit needs and nothing it does not."""

    family: Family
    parsed: Parsed
    frame: pd.DataFrame
    """One row a cell, with the columns of the formula and the groups."""
    profile: Codes
    """Row of the design of each cell, shape (cells,)."""
    design: Design
    groups: tuple[Grouping, ...]
    """As asked for, less those that cannot vary."""
    counts: Array
    """Observations of each category in each cell, shape (cells, categories); none for Gaussian."""
    means: Means | None
    categories: tuple[Any, ...]
    """The answers that occur, in order; none for Gaussian."""
    rows: float
    """Sum of the weights."""
    dropped: int
    """Rows left out because something was missing."""
    notes: tuple[str, ...]

    @property
    def crossed(self) -> Crossed:
        """The random factors, the one with most levels first."""
        groups = [self.groups[place] for place in self.order]
        return Crossed(tuple(one.codes for one in groups), tuple(len(one.labels) for one in groups))

    @property
    def order(self) -> tuple[int, ...]:
        """Which of ``groups`` stands where in ``crossed``."""
        sizes = [len(one.labels) for one in self.groups]
        return tuple(sorted(range(len(sizes)), key=lambda place: -sizes[place]))


def prepare(
    data: pd.DataFrame,
    formula: str,
    groups: Sequence[str],
    family: Family,
    weights: str | None,
    levels: Sequence[Any] | None,
) -> Problem:
    """Collapse a table to the cells of a model; arguments as of ``fit``.

    Raises:
        AnalysisError: when the model cannot be fitted to it.
    """
    parsed = parse(formula)
    parts = [group.split(":") for group in groups]
    names = list(dict.fromkeys([*parsed.names, *(one for group in parts for one in group)]))
    require_columns(data, [*names, parsed.response, *([weights] if weights else [])])
    coded = [code(data[name]) for name in names]
    answers = _answers(data[parsed.response], family, levels)
    weight = None if weights is None else _numbers(data[weights], "the weights")
    keep = _complete(coded, answers, weight, len(data))
    dropped = int(len(data) - keep.sum())
    if dropped:
        coded = [_used(one, keep) for one in coded]
        answers = _kept(answers, keep)
        weight = None if weight is None else weight[keep]
    rows = int(keep.sum())
    if rows == 0:
        raise AnalysisError(
            f"mixed: got {len(data)} rows, none of them complete; wanted some with every column "
            "of the formula and groups. Look at the missing values."
        )
    cells = collapse(tuple(coded), [one.codes for one in coded], rows)
    return _assemble(family, parsed, groups, parts, cells, answers, weight, dropped)


def _assemble(
    family: Family,
    parsed: Parsed,
    groups: Sequence[str],
    parts: Sequence[Sequence[str]],
    cells: Cells,
    answers: Coded | Array,
    weight: Array | None,
    dropped: int,
) -> Problem:
    many = len(cells.codes)
    notes = [_unused(one) for one in cells.columns if one.unused]
    means, counts, categories = None, np.zeros((many, 0)), ()
    if isinstance(answers, Coded):
        counts, categories = _counts(cells.of_row, answers, weight, many), tuple(answers.levels)
        notes += [_unasked(answers)] if answers.unused else []
        size = counts.sum(1)
    else:
        means = _means(cells.of_row, answers, weight, many)
        size = means.count
    _require_variation(means, categories, float(size.sum()))
    fixed = cells.among(parsed.names)
    per_profile = np.bincount(fixed.of_row, size, minlength=len(fixed.codes)).astype(np.float64)
    columns = design(parsed, fixed.frame(), per_profile, intercept=family != "gaussian")
    notes += [_alias(name) for name in columns.aliased]
    kept = []
    for name, part in zip(groups, parts, strict=True):
        one = cells.among(list(dict.fromkeys(part)))
        if len(one.codes) < 2:
            notes.append(
                f"The factor {name} has one level, so how it varies cannot be told; "
                "it is left out of the model."
            )
        else:
            kept.append(Grouping(name, one.of_row, one.frame()))
    frame = cells.frame()
    return Problem(
        family=family,
        parsed=parsed,
        frame=frame,
        profile=fixed.of_row,
        design=columns,
        groups=tuple(kept),
        counts=counts,
        means=means,
        categories=categories,
        rows=float(size.sum()),
        dropped=dropped,
        notes=tuple(notes),
    )


def _answers(
    column: "pd.Series[Any]", family: Family, levels: Sequence[Any] | None
) -> Coded | Array:
    if family == "gaussian":
        return _numbers(column, "the response")
    if levels is not None:
        strange = column[column.notna() & ~column.isin(list(levels))]
        if len(strange):
            raise AnalysisError(
                f"mixed: got the answer {strange.iloc[0]!r} in {column.name!r}; wanted one of "
                f"{', '.join(map(repr, levels))}. Give every answer in levels, lowest first."
            )
        column = column.astype(pd.CategoricalDtype(list(levels), ordered=True))
    coded = code(column)
    if family == "binomial" and len(coded.levels) > 2:
        raise AnalysisError(
            f"mixed: got {len(coded.levels)} different answers in {column.name!r}; wanted two for "
            "the binomial family. Use the cumulative family, or make it a column of 0 and 1."
        )
    return coded


def _numbers(column: "pd.Series[Any]", what: str) -> Array:
    try:
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as problem:
        raise AnalysisError(
            f"mixed: got {column.name!r} of type {column.dtype} for {what}; wanted numbers. "
            "Name another column, or another family."
        ) from problem
    if what == "the weights" and (numbers < 0).any():
        raise AnalysisError(
            f"mixed: got {numbers.min()} in {column.name!r}; wanted for each row how many "
            "observations it stands for. Remove negative weights."
        )
    return numbers


def _complete(
    coded: Sequence[Coded], answers: Coded | Array, weight: Array | None, rows: int
) -> NDArray[np.bool_]:
    keep = answers.codes >= 0 if isinstance(answers, Coded) else np.isfinite(answers)
    for one in coded:
        keep = keep & (one.codes >= 0)
    if weight is not None:
        keep = keep & (weight > 0) & np.isfinite(weight)
    return keep


def _kept(answers: Coded | Array, keep: NDArray[np.bool_]) -> Coded | Array:
    return _used(answers, keep) if isinstance(answers, Coded) else answers[keep]


def _used(one: Coded, keep: NDArray[np.bool_]) -> Coded:
    """Keep some rows of a column, and the levels that they have."""
    codes = one.codes[keep]
    used = np.bincount(codes, minlength=len(one.levels)) > 0
    if used.all():
        return Coded(one.name, codes, one.levels, one.unused)
    moved = np.cumsum(used) - 1
    gone = tuple(str(level) for level in one.levels[~used])
    levels = one.levels[used].reset_index(drop=True)
    if isinstance(levels.dtype, pd.CategoricalDtype):
        levels = levels.cat.remove_unused_categories()
    return Coded(one.name, moved[codes], levels, one.unused + gone)


def _counts(of_row: Codes, answers: Coded, weight: Array | None, cells: int) -> Array:
    many = len(answers.levels)
    key = of_row * many + answers.codes
    table = np.bincount(key, weight, minlength=cells * many)
    return table.astype(np.float64).reshape(cells, many)


def _means(of_row: Codes, values: Array, weight: Array | None, cells: int) -> Means:
    center = float(np.average(values, weights=weight))
    less = values - center
    count = np.bincount(of_row, weight, minlength=cells).astype(np.float64)
    weighted = less if weight is None else weight * less
    mean = np.bincount(of_row, weighted, minlength=cells) / count
    less -= mean[of_row]
    within = float(less @ (less if weight is None else weight * less))
    return Means(count, mean, within, center)


def _require_variation(means: Means | None, categories: Sequence[Any], rows: float) -> None:
    if means is None:
        same = len(categories) < 2
        answer = repr(categories[0])
    else:
        total = means.within + float(means.count @ means.mean**2)
        same = total <= 1e-24 * rows * max(1.0, means.center**2)
        answer = f"{means.center:g}"
    if same:
        raise AnalysisError(
            f"mixed: got the answer {answer} in all of {rows:g} observations; wanted at least two "
            "different answers. Nothing can be compared where nothing varies."
        )


def _unused(column: Coded) -> str:
    return (
        f"{column.name}: no observation has {', '.join(column.unused)}; "
        "nothing is said about what nobody saw."
    )


def _unasked(answers: Coded) -> str:
    return (
        f"{answers.name}: the answer {', '.join(answers.unused)} was never given; "
        "the model speaks of the answers that were."
    )


def _alias(name: str) -> str:
    return (
        f"The column {name} adds nothing to those before it, so it has no coefficient: "
        "the data do not hold every combination of the formula."
    )

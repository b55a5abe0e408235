"""A mixed model ready to be fitted: cells, answers, fixed columns, random factors."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.engine import Bools, Codes, Floats
from toolkit.analysis.engine.crossed import CrossedData, orthonormal
from toolkit.analysis.mixed import model_warnings as trouble
from toolkit.analysis.mixed.cells import Cells, CodedColumn, code, collapse, require_columns, used
from toolkit.analysis.mixed.formula import ModelMatrix, Parsed, design, parse
from toolkit.analysis.mixed.response import Family, Tally, answers_of, tally, weights_of
from toolkit.errors import AnalysisError


@dataclass(frozen=True)
class Grouping:
    """One random factor over the cells."""

    name: str
    codes: Codes
    labels: pd.DataFrame
    """One row a level, a column for each column it combines."""


@dataclass(frozen=True)
class ModelInput:
    """Everything a fit needs and nothing it does not."""

    family: Family
    parsed: Parsed
    frame: pd.DataFrame
    """One row a cell, with the columns of the formula and the groups."""
    profile: Codes
    """Row of the design of each cell, shape (cells,)."""
    design: ModelMatrix
    groups: tuple[Grouping, ...]
    """As asked for, less those that cannot vary."""
    answers: Tally
    dropped: int
    """Rows left out because something was missing."""
    notes: tuple[str, ...]
    conditional: bool
    """True when a factor asked for could not be in the model: its levels are then all there is, and
    nothing generalizes over them."""

    @cached_property
    def arrays(self) -> CrossedData:
        """What the engine fits."""
        return CrossedData(
            names=self.design.columns,
            rows=self.design.rows,
            profile=self.profile,
            factors=tuple(one.codes for one in self.groups),
            levels=tuple(len(one.labels) for one in self.groups),
            counts=self.answers.counts,
            means=self.answers.means,
        )


def prepare(
    data: pd.DataFrame,
    formula: str,
    groups: Sequence[str],
    family: Family,
    weights: str | None,
    levels: Sequence[Any] | None,
) -> ModelInput:
    """Collapse a table to the cells of a mixed model.

    Args:
        data: one row an observation, or a cell with its count in ``weights``.
        formula: ``response ~ terms`` of columns, as ``fit`` reads it.
        groups: random factors, each once: columns, or several joined by ``:``; may be none.
        family: of the response.
        weights: column that says how many equal observations a row stands for; None: one each.
        levels: possible answers, lowest first; None: those that occur, sorted.

    Raises:
        AnalysisError: when the model cannot be fitted to it.
    """
    parsed = parse(formula)
    parts = {
        group: (group,) if group in data.columns else tuple(dict.fromkeys(group.split(":")))
        for group in groups
    }
    names = list(dict.fromkeys([*parsed.names, *(one for part in parts.values() for one in part)]))
    require_columns(data, [*names, parsed.response, *([weights] if weights else [])])
    coded = [code(data[name]) for name in names]
    answers = answers_of(data[parsed.response], family, levels)
    weight = None if weights is None else weights_of(data[weights])
    keep = _complete(coded, answers, weight)
    rows = int(keep.sum())
    if rows == 0:
        raise AnalysisError(
            f"mixed: got {len(data)} rows, none of them complete; wanted some with every column "
            "of the formula and groups. Look at the missing values."
        )
    some = keep if rows < len(data) else slice(None)
    coded = [used(one, some) for one in coded]
    answers = used(answers, some) if isinstance(answers, CodedColumn) else answers[some]
    weight = None if weight is None else weight[some]
    cells = collapse(tuple(coded), [one.codes for one in coded], rows)
    tallied = tally(answers, cells.of_row, weight, len(cells.codes), family)
    never = answers.unused if isinstance(answers, CodedColumn) else ()
    notes = [trouble.never_given_note(parsed.response, never)] if never else []
    return _assemble(family, parsed, parts, cells, tallied, len(data) - rows, notes)


def _assemble(
    family: Family,
    parsed: Parsed,
    parts: dict[str, tuple[str, ...]],
    cells: Cells,
    tallied: Tally,
    dropped: int,
    notes: list[str],
) -> ModelInput:
    fixed = cells.among(parsed.names)
    notes += [
        trouble.note("unused", one.name, ", ".join(one.unused))
        for one in fixed.columns
        if one.unused
    ]
    per_profile = np.bincount(fixed.of_row, tallied.sizes, minlength=len(fixed.codes)).astype(
        np.float64
    )
    columns = design(parsed, fixed.frame(), per_profile, intercept=family != "gaussian")
    notes += [trouble.note("aliased", name) for name in columns.aliased]
    basis = orthonormal(columns.rows, per_profile).rows / np.sqrt(per_profile.sum())
    found, conditional = _groups(parts, cells, tallied, basis[fixed.of_row], notes)
    return ModelInput(
        family=family,
        parsed=parsed,
        frame=cells.frame(),
        profile=fixed.of_row,
        design=columns,
        groups=found,
        answers=tallied,
        dropped=dropped,
        notes=tuple(notes),
        conditional=conditional,
    )


def _groups(
    parts: dict[str, tuple[str, ...]],
    cells: Cells,
    tallied: Tally,
    fixed: Floats,
    notes: list[str],
) -> tuple[tuple[Grouping, ...], bool]:
    """Find the levels of every random factor; one that says nothing is noted and left out."""
    kept: list[Grouping] = []
    conditional = False
    for name, part in parts.items():
        one = cells.among(part)
        size = len(one.codes)
        same = [
            other.name
            for other in kept
            if _same_levels(one.of_row, other.codes, (size, len(other.labels)))
        ]
        if size < 2:
            notes.append(trouble.note("single", name))
            conditional = True
        elif tallied.means is not None and size >= tallied.sizes.sum():
            notes.append(trouble.note("saturated", name))
        elif _held(one.of_row, size, tallied.sizes, fixed):
            notes.append(trouble.note("explained", name))
            conditional = True
        elif same:
            notes.append(trouble.note("same", name, same[0]))
        else:
            kept.append(Grouping(name, one.of_row, one.frame()))
    return tuple(kept), conditional


def _same_levels(one: Codes, other: Codes, sizes: tuple[int, int]) -> bool:
    """Say whether two factors part the cells in the same way.

    Args:
        one: level of each cell in the first factor.
        other: and in the second.
        sizes: how many levels each has.
    """
    if sizes[0] != sizes[1]:
        return False
    return len(np.unique(one * sizes[1] + other)) == sizes[0]


def _held(codes: Codes, size: int, counts: Floats, fixed: Floats) -> bool:
    """Say whether the fixed columns already tell every level of a factor from the others.

    Args:
        codes: level of each cell, shape (cells,).
        size: how many levels there are.
        counts: observations in each cell, shape (cells,).
        fixed: columns that are orthonormal over the observations, at every cell.
    """
    if size > fixed.shape[1]:
        return False
    within = [np.bincount(codes, counts * one, minlength=size) for one in fixed.T]
    whole = np.bincount(codes, counts, minlength=size)
    return bool((whole - np.square(within).sum(0) <= 1e-9 * whole).all())


def _complete(
    coded: Sequence[CodedColumn], answers: CodedColumn | Floats, weight: Floats | None
) -> Bools:
    """Say which rows miss nothing and stand for something."""
    keep = answers.codes >= 0 if isinstance(answers, CodedColumn) else np.isfinite(answers)
    for one in coded:
        keep &= one.codes >= 0
    if weight is not None:
        keep &= np.nan_to_num(weight) > 0
    return keep

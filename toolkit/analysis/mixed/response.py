"""Response of a mixed model: ordered answers with their counts, or numbers with their means."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from toolkit.analysis.engine import Codes, Floats
from toolkit.analysis.engine.crossed import Means
from toolkit.analysis.mixed.cells import CodedColumn, code
from toolkit.errors import AnalysisError

Family = Literal["gaussian", "binomial", "cumulative"]

_MOST = 100
"""Answers that a cumulative model can have; more are a number in disguise."""


@dataclass(frozen=True)
class Tally:
    """The answers to every cell."""

    counts: Floats
    """Observations of each category in each cell, shape (cells, categories); none for Gaussian."""
    means: Means | None
    categories: tuple[Any, ...]
    """The answers that occur, in order; none for Gaussian."""

    @property
    def sizes(self) -> Floats:
        """Observations in each cell, shape (cells,)."""
        sizes: Floats = self.counts.sum(1) if self.means is None else self.means.count
        return sizes


def answers_of(
    column: "pd.Series[Any]", family: Family, levels: Sequence[Any] | None
) -> CodedColumn | Floats:
    """Read the response: as numbers for the Gaussian family, else as answers in order.

    Args:
        column: the response.
        family: of the model.
        levels: possible answers, lowest first; None for those that occur.

    Raises:
        AnalysisError: when an answer is none of the possible ones, or no number.
    """
    if family == "gaussian":
        return numbers_of(column, "the response")
    if levels is not None:
        strange = column[column.notna() & ~column.isin(list(levels))]
        if len(strange):
            raise AnalysisError(
                f"mixed: got the answer {shown(strange.iloc[0])} in {column.name}; wanted one of "
                f"{', '.join(map(shown, levels))}. Give every answer in levels, lowest first."
            )
        column = column.astype(pd.CategoricalDtype(list(levels), ordered=True))
    return code(column)


def numbers_of(column: "pd.Series[Any]", what: str) -> Floats:
    """Read a column as numbers, NaN where missing.

    Args:
        column: of any dtype.
        what: what it is to the model, for the message.

    Raises:
        AnalysisError: when it holds no numbers.
    """
    try:
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as problem:
        raise AnalysisError(
            f"mixed: got {column.name} of type {column.dtype} for {what}; wanted numbers. "
            "Name another column, or another family."
        ) from problem
    if np.isinf(numbers).any():
        raise AnalysisError(
            f"mixed: got an infinite number in {column.name}; wanted finite ones. "
            "Leave such rows out, or mark them as missing."
        )
    return numbers


def weights_of(column: "pd.Series[Any]") -> Floats:
    """Read how many equal observations each row stands for.

    Raises:
        AnalysisError: when one is negative.
    """
    numbers = numbers_of(column, "the weights")
    if (numbers < 0).any():
        raise AnalysisError(
            f"mixed: got {np.nanmin(numbers):g} in {column.name}; wanted for each row how many "
            "observations it stands for. Remove rows with negative weights."
        )
    return numbers


def tally(
    answers: CodedColumn | Floats, of_row: Codes, weight: Floats | None, cells: int, family: Family
) -> Tally:
    """Collapse answers to cells.

    Args:
        answers: one a row, nothing missing.
        of_row: the cell of each row.
        weight: how many observations each row stands for; None for one.
        cells: how many there are.
        family: of the model.

    Raises:
        AnalysisError: when all answers are the same, or there are too many for the family.
    """
    if isinstance(answers, CodedColumn):
        key = of_row * len(answers.levels) + answers.codes
        table = np.bincount(key, weight, minlength=cells * len(answers.levels))
        counts = table.astype(np.float64).reshape(cells, len(answers.levels))
        found = Tally(counts, None, tuple(answers.levels))
        _require_some(found.categories, family, answers.name)
        if len(found.categories) == 1:
            raise _nothing_varies(shown(found.categories[0]), float(counts.sum()))
        return found
    means = _means(of_row, answers, weight, cells)
    total = means.within + float(means.count @ means.mean**2)
    rows = float(means.count.sum())
    if total <= 1e-24 * rows * max(1.0, means.center**2):
        raise _nothing_varies(f"{means.center:g}", rows)
    return Tally(np.zeros((cells, 0)), means, ())


def shown(answer: object) -> str:
    """Write an answer as people do: 4 and not 4.0."""
    return f"{answer:g}" if isinstance(answer, float) else str(answer)


def _means(of_row: Codes, values: Floats, weight: Floats | None, cells: int) -> Means:
    center = float(np.average(values, weights=weight))
    less = values - center
    count = np.bincount(of_row, weight, minlength=cells).astype(np.float64)
    weighted = less if weight is None else weight * less
    mean = np.bincount(of_row, weighted, minlength=cells) / count
    less -= mean[of_row]
    within = float(less @ (less if weight is None else weight * less))
    return Means(count, mean, within, center)


def _require_some(categories: Sequence[Any], family: Family, name: str) -> None:
    if family == "binomial" and len(categories) > 2:
        raise AnalysisError(
            f"mixed: got {len(categories)} different answers in {name}; wanted two for the "
            "binomial family. Use the cumulative family, or make it a column of 0 and 1."
        )
    if len(categories) > _MOST:
        raise AnalysisError(
            f"mixed: got {len(categories)} different answers in {name}; wanted at most {_MOST} "
            "for the cumulative family. Use the Gaussian family for a response that is a number."
        )


def _nothing_varies(answer: str, rows: float) -> AnalysisError:
    return AnalysisError(
        f"mixed: got the answer {answer} in all of {rows:g} observations; wanted at least two "
        "different answers. Nothing can be compared where nothing varies."
    )

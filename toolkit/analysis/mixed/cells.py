"""Rows collapsed to the distinct cells that a model can tell apart, so that cost follows cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.analysis.engine import Bools, Codes
from toolkit.analysis.frames import named
from toolkit.errors import AnalysisError

_EXACT = 2.0**53
"""Whole numbers below it are exact as floats."""


@dataclass(frozen=True)
class CodedColumn:
    """One column as whole numbers: -1 where it is missing, else the position of its level."""

    name: str
    codes: NDArray[np.integer]
    levels: "pd.Series[Any]"
    """The values there are, in order."""
    unused: tuple[str, ...]
    """Levels that no row has; they are not among the others."""


@dataclass(frozen=True)
class Cells:
    """Distinct combinations of some columns, and for every row the combination it has."""

    columns: tuple[CodedColumn, ...]
    codes: Codes
    """Level of each column in each cell, shape (cells, columns)."""
    of_row: Codes
    """The cell of each row, shape (rows,)."""

    def frame(self) -> pd.DataFrame:
        """Give one row a cell with the values of its columns."""
        return pd.DataFrame(
            {
                one.name: one.levels.take(self.codes[:, place]).array
                for place, one in enumerate(self.columns)
            },
            index=range(len(self.codes)),
        )

    def among(self, names: Sequence[str]) -> "Cells":
        """Collapse once more, to some of the columns; ``of_row`` then counts these cells."""
        places = [next(i for i, c in enumerate(self.columns) if c.name == n) for n in names]
        columns = tuple(self.columns[place] for place in places)
        return collapse(columns, [self.codes[:, place] for place in places], len(self.codes))


def code(column: "pd.Series[Any]") -> CodedColumn:
    """Code one column of any dtype.

    Categories keep their order; other values but numbers are sorted by the names they go by.
    """
    name = str(column.name)
    if isinstance(column.dtype, pd.CategoricalDtype):
        levels = _as_category(pd.Series(column.cat.categories))
        return CodedColumn(name, column.cat.codes.to_numpy(), levels, ())
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return code(pd.Series(named(column), name=name))
    codes, uniques = pd.factorize(column, sort=True)
    if pd.api.types.is_bool_dtype(column.dtype):
        return CodedColumn(name, codes, pd.Series(uniques.to_numpy(dtype=bool)), ())
    numbers = uniques.to_numpy(dtype=np.float64)
    # A level that is a whole number goes by it, as 2 and not as 2.0.
    whole = (np.abs(numbers) < _EXACT).all() and (numbers == np.round(numbers)).all()
    return CodedColumn(name, codes, pd.Series(numbers.astype(np.int64) if whole else numbers), ())


def _as_category(values: "pd.Series[Any]") -> "pd.Series[Any]":
    return pd.Series(pd.Categorical(list(values), categories=list(values)))


def used(one: CodedColumn, keep: Bools | slice) -> CodedColumn:
    """Keep some rows of a coded column, and the levels that they have.

    Args:
        one: the column, codes of shape (n,).
        keep: which rows, truth values of shape (n,), none of them missing; or a slice.
    """
    codes = one.codes[keep]
    some = np.bincount(codes, minlength=len(one.levels)) > 0
    if some.all():
        return CodedColumn(one.name, codes, one.levels, one.unused)
    moved = np.cumsum(some) - 1
    gone = tuple(str(level) for level in one.levels[~some])
    levels = one.levels[some].reset_index(drop=True)
    if isinstance(levels.dtype, pd.CategoricalDtype):
        levels = levels.cat.remove_unused_categories()
    return CodedColumn(one.name, moved[codes], levels, one.unused + gone)


def collapse(
    columns: tuple[CodedColumn, ...], codes: Sequence[NDArray[np.integer]], rows: int
) -> Cells:
    """Find the distinct cells of some coded columns.

    Args:
        columns: what the codes stand for.
        codes: for every column the level of each row, nothing missing.
        rows: how many rows there are, also when there are no columns.
    """
    key = np.zeros(rows, dtype=np.int64)
    space = 1
    for column, one in zip(columns, codes, strict=True):
        size = max(len(column.levels), 1)
        if space * size >= 1 << 62:
            used, key = np.unique(key, return_inverse=True)
            space = len(used)
        key *= size
        key += one
        space *= size
    # A key narrowed on the way no longer spells out its codes, so they are read off a row.
    of_row, distinct = pd.factorize(key, sort=True)
    first = np.empty(len(distinct), dtype=np.intp)
    first[of_row[::-1]] = np.arange(rows - 1, -1, -1)
    found = np.empty((len(first), len(columns)), dtype=np.intp)
    for place, one in enumerate(codes):
        found[:, place] = one[first]
    return Cells(columns, found, of_row)


def require_columns(data: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse a table that lacks a column, or has it twice.

    Args:
        data: the caller's table.
        names: columns it must have.

    Raises:
        AnalysisError: when one is missing, or there twice.
    """
    twice = [name for name in names if list(data.columns).count(name) > 1]
    if twice:
        raise AnalysisError(
            f"mixed: got a table with more than one column {twice[0]!r}; wanted one. "
            "Rename the others."
        )
    missing = [name for name in names if name not in data.columns]
    if missing:
        raise AnalysisError(
            f"mixed: got a table without {', '.join(map(repr, missing))}; wanted a column for "
            f"every name in the formula and groups. It has {', '.join(map(repr, data.columns))}."
        )

"""Checks of a caller's own table, each with the sentence that says what it lacks."""

from collections.abc import Hashable, Mapping, Sequence
from difflib import get_close_matches
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.frames.column_types import text_of
from toolkit.design import Scale
from toolkit.errors import AnalysisError

_BOUNDS: Mapping[Scale, tuple[float, float]] = {
    "binary": (0.0, 1.0),
    "preference": (-1.0, 1.0),
    "number": (-np.inf, np.inf),
}
_SCALES = ("likert", *_BOUNDS)
_SHOWN = 5


def check_roles(
    df: pd.DataFrame,
    roles: Mapping[str, Hashable],
    factors: Sequence[Hashable],
    *,
    allowed: Sequence[str],
) -> None:
    """Refuse a call that names no such role, or a column that is not there exactly once.

    Args:
        df: the caller's table.
        roles: role to the name of its column, as the call named them.
        factors: columns that describe the persona; may be empty.
        allowed: every role there is.

    Raises:
        AnalysisError: saying which.
    """
    _require_rows(df)
    for role in roles:
        if role not in allowed:
            close = get_close_matches(role, allowed, n=1)
            raise refusal(
                f"got the argument {role!r}",
                f"one of {', '.join(allowed)}",
                f"Did you mean {close[0]!r}?" if close else "Leave it out.",
            )
    for role in ("value", "persona", "scenario"):
        if role not in roles:
            raise refusal(
                f"got no column for {role!r}",
                "value, persona and scenario named",
                f"Add {role}= with the name of a column.",
            )
    for role, name in [*roles.items(), *(("factors", name) for name in factors)]:
        found = int((df.columns == name).sum())
        if found != 1:
            raise refusal(
                f"got {role}={name!r}, and the table has {found or 'no'} such column"
                f"{'s' if found else ''}",
                f"one of {listed(df.columns)}",
                "Name a column that is there once.",
            )


def _require_rows(df: object) -> None:
    if not isinstance(df, pd.DataFrame):
        raise refusal(
            f"got a {type(df).__name__}",
            "a pandas DataFrame",
            "Read the file first, for example with pd.read_csv.",
        )


def bounds_of(scale: Scale, bounds: tuple[float, float] | None) -> tuple[float, float]:
    """Lowest and highest value there can be.

    Args:
        scale: as the call named it.
        bounds: lowest and highest, as the call named them; None: those of the scale, which
            ``likert`` has none of.

    Raises:
        AnalysisError: if the scale is not known, or its bounds are not.
    """
    if scale not in _SCALES:
        raise refusal(f"got the scale {scale!r}", f"one of {listed(_SCALES)}", "Choose one.")
    if bounds is None and scale == "likert":
        raise refusal(
            "got the scale 'likert' without bounds",
            "the lowest and highest answer there can be, used or not",
            "Add bounds=(1, 5), for example.",
        )
    low, high = bounds or _BOUNDS[scale]
    if isnan(low) or isnan(high) or low >= high:
        raise refusal(
            f"got the bounds ({low:g}, {high:g})",
            "the lower one first",
            "Write bounds=(lowest, highest).",
        )
    if scale in _BOUNDS and scale != "number" and (low, high) != _BOUNDS[scale]:
        only = _BOUNDS[scale]
        raise refusal(
            f"got the bounds ({low:g}, {high:g}) for the scale {scale!r}",
            f"({only[0]:g}, {only[1]:g}), which it has by itself",
            "Leave bounds out, or choose the scale 'likert' or 'number'.",
        )
    return float(low), float(high)


def values_of(values: "pd.Series[Any]", scale: Scale, limits: tuple[float, float]) -> np.ndarray:
    """Read the values, shape (n,).

    Args:
        values: the column, shape (n,).
        scale: which numbers are allowed: any for ``number``, else whole ones.
        limits: lowest and highest value, as ``bounds_of`` gives them.

    Raises:
        AnalysisError: if any is no number of the scale.
    """
    low, high = limits
    numbers = _numbers(values, "value", _VALUE_HELP)
    bad = ~np.isfinite(numbers) | (numbers < low) | (numbers > high)
    if scale != "number":
        bad |= numbers != np.round(numbers)
    wanted = {
        "likert": f"whole numbers from {low:g} to {high:g}",
        "binary": "0 and 1, or False and True",
        "preference": "-1, 0 and 1",
        "number": f"finite numbers from {low:g} to {high:g}",
    }
    _refuse_any(values, bad, "value", wanted[scale], _VALUE_HELP)
    return numbers


_VALUE_HELP = "Convert the column first, or choose another scale or other bounds."


def whole_numbers(values: "pd.Series[Any] | None", role: str) -> "pd.Series[Any] | None":
    """Read whole numbers from 0; what is missing stays missing.

    Args:
        values: the column, shape (n,); None when the call names none, which gives None.
        role: what messages call it, as named in the call.

    Raises:
        AnalysisError: if any is none.
    """
    if values is None:
        return None
    help_ = f"Leave {role}= out, or give the column as numbers."
    numbers = _numbers(values, role, help_)
    bad = (numbers < 0) | (~np.isnan(numbers) & (numbers != np.round(numbers))) | np.isinf(numbers)
    _refuse_any(values, bad, role, "whole numbers from 0", help_)
    return pd.Series(numbers).astype("Int64")


def sides_of(values: "pd.Series[Any] | None", length: int) -> np.ndarray:
    """Read on which side a reply stood, shape (n,); 0 where nothing was said.

    Args:
        values: the column, shape (n,): 1 where the persona's reply stood left, -1 right; None
            when the call names none.
        length: rows of the table, n.

    Raises:
        AnalysisError: if any is neither -1, 0 nor 1.
    """
    if values is None:
        return np.zeros(length)
    help_ = "Map left to 1 and right to -1."
    numbers = _numbers(values, "side", help_)
    _refuse_any(values, ~np.isin(numbers, (-1, 0, 1)), "side", "1, -1 or 0", help_)
    return numbers


def weights_of(values: "pd.Series[Any] | None", length: int) -> np.ndarray:
    """Read how many observations each row stands for, shape (n,).

    Args:
        values: the column, shape (n,); None: 1 each.
        length: rows of the table, n.

    Raises:
        AnalysisError: if any is not above 0.
    """
    if values is None:
        return np.ones(length)
    help_ = "Drop rows that stand for no observation."
    numbers = _numbers(values, "weight", help_)
    bad = ~(np.isfinite(numbers) & (numbers > 0))
    _refuse_any(values, bad, "weight", "numbers above 0", help_)
    return numbers


def refusal(got: str, wanted: str, then: str) -> AnalysisError:
    """Make the error for a table that cannot be taken.

    Args:
        got: what the call or the table has.
        wanted: what is allowed.
        then: what to do next, a whole sentence.
    """
    return AnalysisError(f"from_table: {got}; wanted {wanted}. {then}")


def listed(names: "Sequence[object] | pd.Index[Any]") -> str:
    """List names, the first few of many."""
    shown = [repr(one) if isinstance(one, str) else text_of(one) for one in names[: _SHOWN * 2]]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def _numbers(values: "pd.Series[Any]", role: str, then: str) -> np.ndarray:
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.to_numpy(dtype="float64", na_value=np.nan)
    numbers = pd.to_numeric(values.astype("object"), errors="coerce")
    read = numbers.to_numpy(dtype="float64", na_value=np.nan)
    _refuse_any(values, np.isnan(read) & values.notna().to_numpy(), role, "numbers", then)
    return read


def _refuse_any(
    values: "pd.Series[Any]", bad: np.ndarray, role: str, wanted: str, then: str
) -> None:
    count = int(bad.sum())
    if count:
        found = pd.unique(values[bad].astype("object"))
        raise refusal(
            f"got {count} of {len(values)} rows whose {role} ({values.name!r}) is {_some(found)}",
            wanted,
            then,
        )


def _some(found: Any) -> str:
    shown = [repr(one) if isinstance(one, str) else text_of(one) for one in found[:_SHOWN]]
    return ", ".join(shown) + (", …" if len(found) > _SHOWN else "")

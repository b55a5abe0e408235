"""Checks of a caller's own table, each with the sentence that says what it lacks."""

from collections.abc import Hashable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.frames.column import text_of
from toolkit.design import Scale, bounds_faults
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
    if not isinstance(df, pd.DataFrame):
        raise refusal(
            f"got a {type(df).__name__}",
            "a pandas DataFrame",
            "Read the file first, for example with pd.read_csv.",
        )
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
    limits = _BOUNDS[scale] if bounds is None else bounds
    for fault in bounds_faults(scale, limits):
        raise refusal(*fault)
    return float(limits[0]), float(limits[1])


def values_of(values: "pd.Series[Any]", scale: Scale, limits: tuple[float, float]) -> np.ndarray:
    """Read the values, shape (n,).

    Args:
        values: the column, shape (n,).
        scale: which numbers are allowed: any for ``number``, else whole ones.
        limits: lowest and highest value, as ``bounds_of`` gives them.

    Raises:
        AnalysisError: if any is no number of the scale.
    """
    numbers = _numbers(values, "value", _VALUE_HELP)
    bad = ~np.isfinite(numbers) | off_scale(numbers, scale, limits)
    _refuse_any(values, bad, "value", on_scale(scale, limits), _VALUE_HELP)
    return numbers


def off_scale(numbers: np.ndarray, scale: Scale, limits: tuple[float, float]) -> np.ndarray:
    """Tell which numbers are not on a scale, shape (n,).

    Args:
        numbers: shape (n,).
        scale: which numbers are allowed: any for ``number``, else whole ones.
        limits: lowest and highest value.
    """
    low, high = limits
    # A share that was worked out may miss its bound by what a float rounds away.
    slack = _ROUNDING if scale == "number" else 0.0
    off = (numbers < low - slack) | (numbers > high + slack)
    return off if scale == "number" else off | (numbers != np.round(numbers))


def on_scale(scale: Scale, limits: tuple[float, float]) -> str:
    """Say which numbers are on a scale.

    Args:
        scale: as for ``off_scale``.
        limits: as for ``off_scale``.
    """
    low, high = limits
    return {
        "likert": f"whole numbers from {low:g} to {high:g}",
        "binary": "0 and 1, or False and True",
        "preference": "-1, 0 and 1",
        "number": f"finite numbers from {low:g} to {high:g}",
    }[scale]


_ROUNDING = 1e-9
_VALUE_HELP = "Convert the column first, or choose another scale or other bounds."


_NUMBERS = {
    "replicate": ("whole numbers from 0", "Leave replicate= out, or give the column as numbers."),
    "position": ("whole numbers from 0", "Leave position= out, or give the column as numbers."),
    "side": ("1, -1 or 0", "Map left to 1 and right to -1."),
    "weight": ("numbers above 0", "Drop rows that stand for no observation."),
}
"""Role to what its numbers may be, and what to do when one is not."""


def numbers_of(rows: Mapping[str, "pd.Series[Any]"]) -> dict[str, np.ndarray]:
    """Read the columns that are numbers besides the value: which repetition, place, side, weight.

    Args:
        rows: role to its column, each of shape (n,); roles that are not numbers are not read.

    Raises:
        AnalysisError: if any is not what its role may be.
    """
    return {role: _role(role, rows[role]) for role in _NUMBERS if role in rows}


def _role(role: str, values: "pd.Series[Any]") -> np.ndarray:
    wanted, help_ = _NUMBERS[role]
    numbers = _numbers(values, role, help_)
    if role == "side":
        good = np.isin(numbers, (-1, 0, 1))
    elif role == "weight":
        good = np.isfinite(numbers) & (numbers > 0)
    else:
        whole = np.isfinite(numbers) & (numbers >= 0) & (numbers == np.round(numbers))
        good = whole | np.isnan(numbers)
    _refuse_any(values, ~good, role, wanted, help_)
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
    rest = len(names) - _SHOWN * 2
    return _texts(names[: _SHOWN * 2]) + (f" and {rest} more" if rest > 0 else "")


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
        some = _texts(found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
        raise refusal(
            f"got {count} of {len(values)} rows whose {role} ({values.name!r}) is {some}",
            wanted,
            then,
        )


def _texts(names: Any) -> str:
    return ", ".join(repr(one) if isinstance(one, str) else text_of(one) for one in names)

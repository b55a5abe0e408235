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
    df: pd.DataFrame | None,
    roles: Mapping[str, Hashable],
    factors: Sequence[Hashable],
    *,
    allowed: Sequence[str],
) -> pd.DataFrame:
    """Give the table back; refuse a call with an unknown role, or a column not there exactly once.

    Args:
        df: the caller's table.
        roles: role to the name of its column, as the call named them.
        factors: columns that describe the persona; may be empty.
        allowed: every role there is.

    Raises:
        AnalysisError: saying which.
    """
    table = _require_frame(df, roles)
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
    if isinstance(factors, str):
        raise refusal(
            f"got factors={factors!r}", "a list of columns", f"Write factors=[{factors!r}]."
        )
    for role, name in [*roles.items(), *(("factors", name) for name in factors)]:
        _require_column(table, role, name)
    return table


def _require_frame(df: object, roles: Mapping[str, Hashable]) -> pd.DataFrame:
    """Refuse what is no table of pandas, with the line that makes it one."""
    if isinstance(df, pd.DataFrame):
        return df
    if df is None:
        passed = next((role for role, one in roles.items() if isinstance(one, pd.DataFrame)), "")
        raise refusal(
            f"got the table as {passed}=" if passed else "got no table",
            "a pandas DataFrame as the first argument",
            f"Write from_table(df, …){f' and leave {passed}= out' if passed else ''}.",
        )
    raise refusal(f"got a {type(df).__name__}", "a pandas DataFrame", _made_frame(df))


def _made_frame(df: object) -> str:
    """Say how something becomes a table of pandas."""
    for method in ("to_pandas", "toPandas", "to_frame"):
        if callable(getattr(df, method, None)):
            return f"Convert it: from_table(df.{method}(), …)."
    if isinstance(df, Mapping | Sequence | np.ndarray) and not isinstance(df, str):
        return "Convert it: from_table(pd.DataFrame(df), …)."
    return "Read the file first, for example with pd.read_csv."


def _require_column(df: pd.DataFrame, role: str, name: object) -> None:
    """Refuse a name that is not that of exactly one column."""
    if isinstance(name, pd.Series | pd.Index | np.ndarray):
        raise refusal(
            f"got {role}= as a {type(name).__name__}",
            "the name of a column",
            "Put the values into the table, and name their column.",
        )
    # One at a time: pandas compares a tuple or a list with the whole header.
    several = isinstance(name, tuple)
    found = sum(isinstance(one, tuple) == several and one == name for one in df.columns)
    if found != 1:
        raise refusal(
            f"got {role}={name!r}, and the table has {found or 'no'} such column"
            f"{'s' if found else ''}",
            f"one of {listed(df.columns)}",
            _one_of(name) or "Name a column that is there once.",
        )


def _one_of(name: object) -> str:
    """Say what to write where several names were given for one."""
    if isinstance(name, tuple | list) and len(name) == 1:
        return f"Write {name[0]!r}, without brackets."
    if isinstance(name, tuple):
        return (
            "Columns named by several levels are flattened first: "
            "df.columns = ['_'.join(map(str, one)) for one in df.columns]."
        )
    return ""


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
    help_ = recipe(values, scale, limits)
    numbers = _numbers(values, "value", help_)
    bad = ~np.isfinite(numbers) | off_scale(numbers, scale, limits)
    _refuse_any(values, bad, "value", on_scale(scale, limits), help_)
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
_YES = ("yes", "y", "true", "t", "ja", "oui", "si", "sí", "sim")
_NO = ("no", "n", "false", "f", "nein", "non", "não")
_MOST = 12
"""Texts that are mapped one by one; more are no answers."""


def recipe(values: "pd.Series[Any]", scale: Scale, limits: tuple[float, float]) -> str:
    """Say in one line of code how a column that is no number becomes one.

    Args:
        values: the column, shape (n,).
        scale: as for ``off_scale``.
        limits: as for ``off_scale``.
    """
    kind, column = values.dtype, f"df[{values.name!r}]"
    known = values.cat.categories if isinstance(kind, pd.CategoricalDtype) else values.unique()
    if pd.api.types.is_numeric_dtype(known.dtype) or pd.api.types.is_datetime64_any_dtype(kind):
        return _VALUE_HELP
    texts = [one for one in known if isinstance(one, str)]
    unread = [one for one in texts if np.isnan(pd.to_numeric(one, errors="coerce"))]
    if not unread:
        return _VALUE_HELP
    as_text = f"{column}.astype('str').str"
    if all(one.strip().endswith("%") for one in unread):
        hundred = " / 100" if scale == "number" and limits[1] <= 1 else ""
        made = f"{as_text}.rstrip('% \\u00a0\\u202f').astype('float'){hundred}"
    elif all(_comma(one) for one in unread):
        made = f"{as_text}.replace(',', '.').astype('float')"
    elif isinstance(kind, pd.CategoricalDtype) and kind.ordered and scale == "likert":
        made = f"{column}.cat.codes.where({column}.notna()) + {limits[0]:g}"
    elif len(texts) <= _MOST:
        made = f"{column}.map({_mapping(texts, scale, limits)})"
    else:
        return _VALUE_HELP
    return f"Convert it: {column} = {made}."


def _comma(text: str) -> bool:
    return not np.isnan(pd.to_numeric(text.replace(",", ".", 1), errors="coerce"))


def _mapping(texts: Sequence[str], scale: Scale, limits: tuple[float, float]) -> str:
    """Write a dictionary of answers; what an answer stands for is left open unless it is plain."""
    known = {**dict.fromkeys(_NO, "0"), **dict.fromkeys(_YES, "1")}
    said = [known.get(one.strip().casefold(), "…") for one in texts]
    if scale != "binary" and "…" not in said:
        said = [f"{limits[int(one)]:g}" if np.isfinite(limits[0]) else one for one in said]
    return "{" + ", ".join(f"{one!r}: {to}" for one, to in zip(texts, said, strict=True)) + "}"


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

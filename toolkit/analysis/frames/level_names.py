"""Names in a caller's own table, brought to one spelling each, and rows exported twice."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.frames.column import text_of
from toolkit.analysis.frames.table_check import refusal
from toolkit.rendering import code_points, look_alike_keys, plain_spelling

NAMED = ("reply", "rater", "endpoint", "arm", "contrast", "scenario", "persona")
"""Roles whose values are names."""
_IDS = ("reply",)
"""Roles whose names a machine made up: two of them may well differ by a capital."""
REPEATED = "repeats another row"


class OneSpelling:
    """Brings the names of a table to one spelling each, and remembers what it joined."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def column(self, values: "pd.Series[Any]", role: str) -> "pd.Series[Any]":
        """Write every name of a column in its plain spelling; an empty one is missing.

        Args:
            values: shape (n,); of any type, what is not text stays as it is.
            role: of the column, for messages.

        Raises:
            AnalysisError: if two of the names cannot be told apart by eye.
        """
        codes, distinct = pd.factorize(values)
        written = [one for one in distinct if isinstance(one, str)]
        if role in _IDS and "".join(written).isalnum() and "".join(written).isascii():
            return values
        plain = {one: plain_spelling(text_of(one)) for one in written}
        self._join(plain, codes, list(distinct), role)
        if role not in _IDS:
            refuse_look_alikes(plain.values(), role)
        if all(one == said for one, said in plain.items()):
            return values
        made = np.array([*(plain.get(one, one) or None for one in distinct), None], dtype="object")
        return pd.Series(made[codes], index=values.index, name=values.name, dtype="object")

    def _join(
        self, plain: Mapping[str, str], codes: np.ndarray, distinct: list[Any], role: str
    ) -> None:
        spellings: dict[str, list[str]] = {}
        for one, said in plain.items():
            spellings.setdefault(said, []).append(one)
        for said, several in spellings.items():
            if said and len(several) > 1:
                rows = [int((codes == distinct.index(one)).sum()) for one in several]
                seen = ", ".join(
                    f"'{code_points(one)}' ({n} rows)" for one, n in zip(several, rows, strict=True)
                )
                self.notes.append(
                    f"{role}: {len(several)} spellings of {said!r} are read as one name: {seen}."
                )


def refuse_look_alikes(names: Iterable[str], role: str) -> None:
    """Refuse two names that differ for a machine only.

    Args:
        names: in their plain spelling.
        role: whose names they are.

    Raises:
        AnalysisError: naming both by code points.
    """
    first: dict[tuple[int, str], str] = {}
    for name in dict.fromkeys(names):
        for kind, key in enumerate(look_alike_keys(name)):
            other = first.setdefault((kind, key), name)
            if other != name:
                raise refusal(
                    f"got two names as {role} that look alike: '{code_points(other)}' and "
                    f"'{code_points(name)}'",
                    "one spelling a name, and names that can be told apart",
                    "Write both the same way if they are one, else rename one of them.",
                )


def repeated(df: pd.DataFrame, roles: Mapping[str, Hashable]) -> tuple[np.ndarray, list[str]]:
    """Find rows that say again what a row before them said, truth values of shape (n,).

    A row repeats another where everything that the call names is the same and it says whose
    rating of which reply it is. What may be a repetition, or a change of mind, is only counted.

    Args:
        df: the caller's table, its names brought to one spelling.
        roles: role to the name of its column.

    Returns:
        Which rows repeat another, and notes on those that may.
    """
    again = np.zeros(len(df), dtype=bool)
    if "rater" not in roles or "weight" in roles:
        return again, []
    which = [roles[role] for role in ("reply", "replicate") if role in roles]
    if not which:
        # Two equal rows may be two replies that got the same value.
        equal = int(_equal_rows(df).sum())
        note = (
            f"{equal} rows are equal to another in every column, and no reply= says whether they "
            "are one rating exported twice; all are counted."
        )
        return again, [note] if equal else []
    known = df[which].notna().all(axis=1).to_numpy()
    of = [name for role, name in roles.items() if role not in ("value", "position")]
    same = df.duplicated(of).to_numpy() & known
    if not same.any():
        return again, []
    again = df.duplicated([roles["value"], *of]).to_numpy() & known
    changed = int((df[~again].duplicated(of).to_numpy() & known[~again]).sum())
    note = (
        f"{changed} rows rate a reply that the same rater had rated, with another value; all are "
        "counted. If the table holds several questions, take the rows of one."
    )
    return again, [note] if changed else []


def _equal_rows(df: pd.DataFrame) -> "pd.Series[bool]":
    try:
        return df.duplicated()
    except TypeError:
        # A cell that holds a list has no hash.
        return df.astype("str").duplicated()

"""What a column of a frame is, the closed lists of values, and rows brought to their types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints

import numpy as np
import pandas as pd

from toolkit.record import Choice, Ending, Item, RaterSeat, Reply, Row, Turn

Dtype = Literal["str", "category", "bool", "Int64", "float64", "datetime64[us, UTC]"]
Stage = Literal["explore", "confirm"]


def _closed(kind: type[Row], field: str) -> tuple[str, ...]:
    """List the values that a row of the record may have in a field."""
    return get_args(get_type_hints(kind)[field])


STAGES: tuple[str, ...] = get_args(Stage)
ENDINGS: tuple[str, ...] = get_args(Ending)
SPEAKERS = _closed(Turn, "speaker")
ARMS = _closed(Reply, "arm")
NULL_ARMS = ("paraphrase", "resample")
"""Arms rendered with the reference persona: what there is to see when nobody was swapped."""
ORIGINS = _closed(Reply, "origin")
CUEINGS = _closed(Reply, "cueing")
FORMS = _closed(RaterSeat, "form")
PURPOSES = _closed(Item, "purpose")
PREFERRED = _closed(Choice, "preferred")
STATES = ("finished", "capped", "skipped", "withdrawn", "in progress")
RATER_STATES = ("finished", "left", "withdrawn", "skipped", "capped", "in progress")
ITEM_STATES = ("rated", "passed", "unrated")
RATED = ("rated", "declined", "unrated")
GUESSED = ("right", "wrong", "cannot tell")
SCRIPTED = "scripted:"
"""How an endpoint is called that gives ready-made answers."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a frame."""

    name: str
    dtype: Dtype
    """As pandas names it. Text and float columns mark a missing value with NaN, Int64 with NA."""
    meaning: str
    unit: str = ""
    categories: tuple[str, ...] = ()
    """The closed list, in its order; empty for an open one, whose values are then sorted."""


STAGE = Column("stage", "category", "explore finds, confirm measures", categories=STAGES)


def declare(
    rows: pd.DataFrame | Mapping[str, Any], columns: Sequence[Column], *, length: int | None = None
) -> pd.DataFrame:
    """Give ``rows`` the declared columns, in their order and of their types.

    Args:
        rows: columns by the declared names, their index of no account; one that is not there, or
            None, becomes missing throughout.
        columns: of type bool where nothing is missing; times in ISO 8601.
        length: how many rows there are; needed unless they are a frame.
    """
    count = len(rows) if length is None else length
    made = {column.name: _typed(rows.get(column.name), column, count) for column in columns}
    return pd.DataFrame(made, copy=False)


def named(values: "pd.Series[Any]", known: Sequence[str] = ()) -> "pd.Categorical[str]":
    """Make a categorical of the texts of ``values``; each distinct value is looked at once.

    Args:
        values: of any type; whole numbers that a missing value turned into floats read as whole.
        known: the closed list of names, in its order; empty: those that occur, sorted.
    """
    codes, distinct = pd.factorize(values)
    names = [text_of(one) for one in distinct]
    categories = list(known) or sorted(set(names))
    place = {name: number for number, name in enumerate(categories)}
    # The last entry is where the code -1 of a missing value leads.
    places = np.array([*(place.get(name, -1) for name in names), -1], dtype="int64")
    return pd.Categorical.from_codes(places[codes], categories=pd.Index(categories, dtype="str"))


def text_of(value: object) -> str:
    """Give the name that a value of any type goes by."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    # A lone surrogate is no text that a table can keep.
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def times(values: "pd.Series[Any]") -> "pd.Series[pd.Timestamp]":
    """Read times in ISO 8601; what is missing stays missing."""
    return pd.to_datetime(values, utc=True, format="ISO8601")


def _typed(values: Any, column: Column, length: int) -> Any:
    values = pd.Series(np.full(length, np.nan) if values is None else values)
    if column.dtype == "category":
        return named(values, column.categories)
    if column.dtype == "str":
        return _texts(values)
    if column.dtype.startswith("datetime64"):
        return times(values).astype(column.dtype).array
    return pd.array(values.to_numpy(), dtype=column.dtype)


def _texts(values: "pd.Series[Any]") -> Any:
    try:
        return values.astype("str").array
    except UnicodeEncodeError:
        return values.map(text_of, na_action="ignore").astype("str").array

"""What a column of a frame is, and the closed lists of values."""

from dataclasses import dataclass
from typing import Literal, get_args, get_type_hints

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

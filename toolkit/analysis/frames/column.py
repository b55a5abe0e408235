"""What a column of a frame is, and the closed lists of values."""

from dataclasses import dataclass
from typing import Literal, get_args

from toolkit.record import Ending

Dtype = Literal["str", "category", "bool", "Int64", "float64", "datetime64[us, UTC]"]
Stage = Literal["explore", "confirm"]
FrameName = Literal[
    "participants",
    "sessions",
    "turns",
    "ratings",
    "flags",
    "dropped",
    "replies",
    "raters",
    "items",
    "item_ratings",
    "choices",
    "guesses",
    "confirm_account",
]

OUTCOMES: tuple[str, ...] = get_args(Ending)
STAGES: tuple[str, ...] = get_args(Stage)
STATES = ("finished", "capped", "skipped", "withdrawn", "in progress")
RATED = ("rated", "declined", "unrated")


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
SIMULATED = Column("simulated", "bool", "no human was involved")

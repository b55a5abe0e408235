"""The rows of the record: what happened, one frozen dataclass a kind of event.

A row is written once and never changed. A correction is a new row that names the one it replaces
in ``supersedes``. Rows hold values, never handles: a Session carries the text its tester was
shown, so the record reads without the files it was made from.

All times are UTC text (``2026-01-31T09:30:00.123456Z``), durations are seconds, offsets count
Unicode code points in the raw answer.
"""

from toolkit.record.rows.confirm_rows import (
    DECIDING_MASS,
    Choice,
    Dispatch,
    Guess,
    Item,
    Passed,
    RaterSeat,
    Reply,
    Simulation,
    Sweep,
    SweepEnd,
)
from toolkit.record.rows.conversation_rows import (
    Binding,
    Consent,
    EnrolledBy,
    Flag,
    Participant,
    Rating,
    Session,
    SessionEnd,
    Turn,
    Withdrawal,
)
from toolkit.record.rows.exchange import Attempt, Ending, Exchange, Usage
from toolkit.record.rows.row import Row
from toolkit.record.rows.row_codec import Draft, decode, draft

ROW_TYPES: tuple[type[Row], ...] = tuple(Row.BY_KIND.values())
"""Every kind of row there is."""

__all__ = [
    "Attempt",
    "Binding",
    "Choice",
    "Consent",
    "DECIDING_MASS",
    "Dispatch",
    "Draft",
    "Ending",
    "EnrolledBy",
    "Exchange",
    "Flag",
    "Guess",
    "Item",
    "Participant",
    "Passed",
    "ROW_TYPES",
    "RaterSeat",
    "Rating",
    "Reply",
    "Row",
    "Session",
    "SessionEnd",
    "Simulation",
    "Sweep",
    "SweepEnd",
    "Turn",
    "Usage",
    "Withdrawal",
    "decode",
    "draft",
]

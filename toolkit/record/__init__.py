"""What happened: an append-only journal of typed rows, hash-chained per session.

*Row*: one thing that happened, a frozen dataclass. *Entry*: a row as it is kept, with its place in
its *chain* (a session, a participant, or the study as a whole). *Record*: the journal, in SQLite
or PostgreSQL. *Lease*: the right to be the only writer for a participant. *View*: a question
asked of the journal; it writes nothing.
"""

from toolkit.record.chain import Problem, Verification
from toolkit.record.codec import chain_of, event_id
from toolkit.record.entry import Entry
from toolkit.record.export import EXPORT_ENDINGS, read_jsonl, require_room, write_jsonl
from toolkit.record.journal import Record, open_record
from toolkit.record.lease import Lease
from toolkit.record.place import HasRecord
from toolkit.record.rows import (
    ROW_TYPES,
    Attempt,
    Binding,
    Choice,
    Consent,
    Dispatch,
    Exchange,
    Flag,
    Guess,
    Item,
    Outcome,
    Participant,
    Passed,
    RaterSeat,
    Rating,
    Reply,
    Row,
    Session,
    SessionEnd,
    Simulation,
    Sweep,
    SweepEnd,
    Turn,
    Usage,
    Withdrawal,
)
from toolkit.record.views import (
    History,
    ParticipantProgress,
    coverage,
    history,
    progress,
    sessions,
    withdrawn,
)

__all__ = [
    "Attempt",
    "Binding",
    "Choice",
    "Consent",
    "Dispatch",
    "EXPORT_ENDINGS",
    "Entry",
    "Exchange",
    "Flag",
    "Guess",
    "HasRecord",
    "History",
    "Item",
    "Lease",
    "Outcome",
    "Participant",
    "ParticipantProgress",
    "Passed",
    "Problem",
    "ROW_TYPES",
    "RaterSeat",
    "Rating",
    "Record",
    "Reply",
    "Row",
    "Session",
    "SessionEnd",
    "Simulation",
    "Sweep",
    "SweepEnd",
    "Turn",
    "Usage",
    "Verification",
    "Withdrawal",
    "chain_of",
    "coverage",
    "event_id",
    "history",
    "open_record",
    "progress",
    "read_jsonl",
    "require_room",
    "sessions",
    "withdrawn",
    "write_jsonl",
]

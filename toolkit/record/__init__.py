"""What happened: an append-only journal of typed rows, hash-chained per session.

*Row*: one thing that happened, a frozen dataclass. *Entry*: a row as it is kept, with its place in
its *chain* (a session, a participant, or the study as a whole). *Record*: the journal, in SQLite
or PostgreSQL. *Lease*: the right to be the only writer for a participant. *View*: a question
asked of the journal; it writes nothing.
"""

from toolkit.record.chain import Problem, Verification
from toolkit.record.codec import chain_of, event_id
from toolkit.record.entry import Entry
from toolkit.record.journal import Record, open_record
from toolkit.record.lease import Lease
from toolkit.record.place import HasRecord
from toolkit.record.rows import (
    ROW_TYPES,
    Attempt,
    Binding,
    Consent,
    Exchange,
    Flag,
    Outcome,
    Participant,
    Rating,
    Row,
    Session,
    SessionEnd,
    Turn,
    Usage,
    Withdrawal,
)

__all__ = [
    "ROW_TYPES",
    "Attempt",
    "Binding",
    "Consent",
    "Entry",
    "Exchange",
    "Flag",
    "HasRecord",
    "Lease",
    "Outcome",
    "Participant",
    "Problem",
    "Rating",
    "Record",
    "Row",
    "Session",
    "SessionEnd",
    "Turn",
    "Usage",
    "Verification",
    "Withdrawal",
    "chain_of",
    "event_id",
    "open_record",
]

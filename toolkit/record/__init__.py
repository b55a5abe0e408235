"""Record: an append-only journal of typed rows, hash-chained per session.

*Row*: one thing that happened, a frozen dataclass. *Entry*: where a kept row stands in its *chain*
(a session, a participant, or the study as a whole), without its words. *Record*: the journal, in
SQLite or PostgreSQL. *Reader*: the only way to a text, in a role and for a purpose. *Lease*: the
right to be the only writer for a participant. *GroupWriter*: keeps the many rows of a sweep, as
many a commit as are waiting. *View*: a question asked of the journal; it writes nothing. *Lead*:
what a tester flagged or rated low; it happened, and is never a rate.
"""

from toolkit.record.export.atomic_file import write_whole
from toolkit.record.export.csv_table import Cell, write_csv
from toolkit.record.export.jsonl import require_room, write_jsonl
from toolkit.record.journal.chain_check import Problem
from toolkit.record.journal.entry import Entry
from toolkit.record.journal.group_commit import GroupWriter
from toolkit.record.journal.lease import Lease
from toolkit.record.journal.record import Reader, Record
from toolkit.record.open_record import open_record, read_jsonl
from toolkit.record.rows.confirm_rows import (
    DECIDING_MASS,
    Choice,
    Closing,
    Dispatch,
    Guess,
    Item,
    Passed,
    RaterSeat,
    Release,
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
    Invitation,
    Participant,
    Rating,
    Session,
    SessionEnd,
    Turn,
    Withdrawal,
)
from toolkit.record.rows.exchange import Attempt, Ending, Exchange, Usage
from toolkit.record.rows.row import Row
from toolkit.record.views.collection_closing import closing_of, require_open
from toolkit.record.views.conversation_views import (
    ParticipantProgress,
    history,
    participant_progress,
    sessions,
    withdrawn,
)
from toolkit.record.views.lead_views import LOW_RATING, Lead, rank_leads
from toolkit.record.views.overruled_rows import overruled
from toolkit.record.views.rating_views import (
    JudgedItem,
    RaterHistory,
    newest_reply,
    rater_history,
    raters,
    standing_items,
)
from toolkit.record.views.reply_tally import ReplyTally, UnitFailure, tally_replies

__all__ = [
    "Attempt",
    "Binding",
    "Cell",
    "Choice",
    "Closing",
    "Consent",
    "DECIDING_MASS",
    "Dispatch",
    "Ending",
    "EnrolledBy",
    "Entry",
    "Exchange",
    "Flag",
    "GroupWriter",
    "Guess",
    "Invitation",
    "Item",
    "JudgedItem",
    "LOW_RATING",
    "Lead",
    "Lease",
    "Participant",
    "ParticipantProgress",
    "Passed",
    "Problem",
    "RaterHistory",
    "RaterSeat",
    "Rating",
    "Reader",
    "Record",
    "Release",
    "Reply",
    "ReplyTally",
    "Row",
    "Session",
    "SessionEnd",
    "Simulation",
    "Sweep",
    "SweepEnd",
    "Turn",
    "UnitFailure",
    "Usage",
    "Withdrawal",
    "closing_of",
    "history",
    "newest_reply",
    "open_record",
    "overruled",
    "participant_progress",
    "rank_leads",
    "rater_history",
    "raters",
    "read_jsonl",
    "require_open",
    "require_room",
    "sessions",
    "standing_items",
    "tally_replies",
    "withdrawn",
    "write_csv",
    "write_jsonl",
    "write_whole",
]

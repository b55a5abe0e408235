"""Views of conversations: what was said, who is where, what was covered.

Every view leaves out the sessions of participants who withdrew, unless it is asked for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from toolkit.errors import RecordError, Withdrawn
from toolkit.record.journal.record import Record
from toolkit.record.rows.conversation_rows import (
    Consent,
    Flag,
    Participant,
    Rating,
    Session,
    SessionEnd,
    Turn,
)
from toolkit.record.rows.row import Row
from toolkit.record.views.overruled_rows import overruled


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One conversation as it stands now."""

    session: Session
    turns: tuple[Turn, ...]
    """The conversation in effect: an answer that a retry replaced is left out."""
    all_turns: tuple[Turn, ...]
    """Everything said, replaced answers included, in order."""
    ratings: tuple[Rating, ...]
    """The latest rating for each turn and question."""
    flags: tuple[Flag, ...]
    """Flags in effect: neither replaced nor taken back."""
    end: SessionEnd | None
    """None while the conversation is open."""

    def adding(self, row: Row) -> "History":
        """The conversation once this row of its chain is kept, too."""
        return _history(
            self.session,
            (*self.all_turns, *self.ratings, *self.flags, *filter(None, (self.end,)), row),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantProgress:
    """How far one participant has come; after a withdrawal the counts are zero."""

    participant: Participant
    consented: bool
    assigned: int
    """Conversations assigned, as the newest session says; 0 before the first one."""
    finished: int
    """Conversations that reached their end, those the exposure cap ended included."""
    skipped: int
    position: int | None
    """Position of the conversation that is open now, from 0; None when none is."""
    last_activity: str
    """When anything of theirs was last kept, UTC."""
    withdrawn: bool


def history(record: Record, session_id: str, *, include_withdrawn: bool = False) -> History:
    """Rebuild one conversation from its chain.

    Args:
        record: where it is kept.
        session_id: the conversation, which is also its chain.
        include_withdrawn: also when its participant has withdrawn.

    Raises:
        RecordError: if the record holds no such session.
        Withdrawn: if its participant has withdrawn and ``include_withdrawn`` is False.
    """
    reader = record.read(role="tester", purpose="conversation", include_withdrawn=True)
    session = next(iter(reader.rows(Session, chain=session_id)), None)
    if session is None:
        raise RecordError(
            f"history: got session {session_id!a}; wanted one that {record.place} holds. Look up "
            "the sessions with toolkit.record.sessions(record)."
        )
    if not include_withdrawn and session.participant_id in reader.withdrawn:
        raise Withdrawn(
            f"history: session {session_id} belongs to {session.participant_id}, who has "
            "withdrawn; wanted a session of somebody still in the study. Ask with "
            "include_withdrawn=True only to answer the participant."
        )
    return _history(session, [row for _, row in reader.whole(reader.entries(chain=session_id))])


def sessions(
    record: Record, *, participant: str | None = None, include_withdrawn: bool = False
) -> list[Session]:
    """List the sessions, in the order they began.

    Args:
        record: the journal.
        participant: only the sessions of this participant id.
        include_withdrawn: also those of participants who withdrew.
    """
    reader = record.read(role="owner", purpose="progress", include_withdrawn=include_withdrawn)
    return [
        session for session in reader.rows(Session) if participant in (None, session.participant_id)
    ]


def withdrawn(record: Record) -> frozenset[str]:
    """Name the participants who have withdrawn."""
    return record.read(role="owner", purpose="progress").withdrawn


def participant_progress(
    record: Record, *, include_withdrawn: bool = False
) -> tuple[ParticipantProgress, ...]:
    """Tell how far each participant has come, in the order of their seats.

    Args:
        record: where everything is kept.
        include_withdrawn: also count the conversations of those who withdrew, who are listed
            either way.
    """
    begun: dict[str, list[Session]] = {}
    for session in sessions(record, include_withdrawn=include_withdrawn):
        begun.setdefault(session.participant_id, []).append(session)
    reader = record.read(role="owner", purpose="progress", include_withdrawn=True)
    ends = {end.session_id: end for end in reader.rows(SessionEnd)}
    consented = {row.participant_id for row in record.rows(Consent)}
    active = record.last_activity()
    told = []
    for who in sorted(record.rows(Participant), key=lambda who: who.seat):
        own = begun.get(who.participant_id, [])
        ended = [ends[one.session_id] for one in own if one.session_id in ends]
        still_open = [one.position for one in own if one.session_id not in ends]
        chains = [who.participant_id, *(one.session_id for one in own)]
        told.append(
            ParticipantProgress(
                participant=who,
                consented=who.participant_id in consented,
                assigned=own[-1].of if own else 0,
                finished=sum(one.reached_end for one in ended),
                skipped=sum(one.reason == "skipped" for one in ended),
                position=still_open[-1] if still_open else None,
                last_activity=max(active[chain] for chain in chains),
                withdrawn=who.participant_id in reader.withdrawn,
            )
        )
    return tuple(told)


def _history(session: Session, rows: Sequence[Row]) -> History:
    fates = overruled(rows)
    standing = [row for row in rows if row.event_id() not in fates]
    return History(
        session=session,
        turns=tuple(row for row in standing if isinstance(row, Turn)),
        all_turns=tuple(row for row in rows if isinstance(row, Turn)),
        ratings=tuple(row for row in standing if isinstance(row, Rating)),
        flags=tuple(row for row in standing if isinstance(row, Flag)),
        end=next((row for row in standing if isinstance(row, SessionEnd)), None),
    )

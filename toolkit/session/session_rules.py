"""What holds for every session, played or rated: how much, which points, never twice, its end."""

from datetime import timedelta
from typing import TypeVar

from toolkit.errors import NotNow
from toolkit.record import Record, Row, SessionEnd

MESSAGE_LENGTH = 20_000
"""Characters a tester may send at once."""
COMMENT_LENGTH = 5_000
"""Characters of one comment."""
POINTS = range(1, 6)
"""Answers to a question of a form, and how severe a flag may be."""
SITTING_GAP = timedelta(hours=8)
"""What was done before a longer pause belongs to an earlier sitting."""
R = TypeVar("R", bound=Row)


def require_points(what: str, value: int | None) -> None:
    """Refuse what is neither one of the five points nor None, for "I would rather not say".

    Args:
        what: how to begin the refusal, such as ``rating: got``.
        value: the answer.
    """
    if value is not None and value not in POINTS:
        raise NotNow(f"{what} {value}; wanted 1 to 5. Choose one of the five.")


def kept_row(record: Record, event_id: str | None, kind: type[R], chain: str) -> R | None:
    """What an event sent before has become; a caller's own id may come back at any time.

    Args:
        record: where it is kept.
        event_id: the caller's own id; None for an event without one.
        kind: of the row that such an event becomes.
        chain: where it is kept; a row of another chain is somebody else's.
    """
    reader = record.read(role="tester", purpose="conversation", include_withdrawn=True)
    return reader.find(event_id, kind, chain=chain) if event_id else None


def session_end(record: Record, session_id: str) -> SessionEnd | None:
    """The row that ended a conversation or a rater's work; None while it goes on.

    Args:
        record: where it is kept.
        session_id: of either.
    """
    return kept_row(record, f"{session_id}.end", SessionEnd, session_id)

"""Session rules, played or rated: how much, which points, never twice, its end."""

from datetime import timedelta

from toolkit.errors import NotNow
from toolkit.record import Record, SessionEnd

MESSAGE_LENGTH = 20_000
"""Characters a tester may send at once."""
COMMENT_LENGTH = 5_000
"""Characters of one comment."""
POINTS = range(1, 6)
"""Answers to a question of a form, and how severe a flag may be."""
SITTING_GAP = timedelta(hours=8)
"""What was done before a longer pause belongs to an earlier sitting."""


def require_points(what: str, value: int | None) -> None:
    """Refuse what is neither one of the five points nor None, for "I would rather not say".

    Args:
        what: how to begin the refusal, such as ``rating: got``.
        value: the answer.
    """
    if value is not None and value not in POINTS:
        raise NotNow(f"{what} {value}; wanted 1 to 5. Choose one of the five.")


def session_end(record: Record, session_id: str) -> SessionEnd | None:
    """The row that ended a conversation or a rater's work; None while it goes on.

    Args:
        record: where it is kept.
        session_id: of either.
    """
    reader = record.read(role="owner", purpose="progress", include_withdrawn=True)
    return reader.find(f"{session_id}.end", SessionEnd, chain=session_id)

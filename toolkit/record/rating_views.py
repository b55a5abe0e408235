"""Questions asked of what raters left: what each has judged, and which judgments stand.

A judgment given again replaces the one before; an item passed over has none. Work of participants
who withdrew is in no view.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from toolkit.errors import RecordError
from toolkit.record.journal import Record
from toolkit.record.rows import (
    Choice,
    Guess,
    Item,
    Passed,
    RaterSeat,
    Rating,
    Reply,
    Row,
    SessionEnd,
)


@dataclass(slots=True)
class JudgedItem:
    """One item as its rater left it."""

    item: Item
    ratings: dict[str, Rating] = field(default_factory=dict)
    """Question to the rating that stands."""
    choice: Choice | None = None
    passed: Passed | None = None
    completed_at: str = ""
    """When it was complete for the first time, UTC; empty while it is not."""

    @property
    def rated(self) -> bool:
        """Whether every question has an answer, or a choice was made."""
        if self.item.form == "pair":
            return self.choice is not None
        return all(one["id"] in self.ratings for one in self.item.shown["questions"])

    @property
    def complete(self) -> bool:
        """Whether the rater is done with it: rated, or passed over."""
        return self.passed is not None or self.rated


class RaterHistory:
    """One rater's work as it stands; ``add`` keeps it in step with what is written."""

    def __init__(self, seat: RaterSeat) -> None:
        self.seat = seat
        self.items: dict[str, JudgedItem] = {}
        """By item id, in the order first shown."""
        self.guesses: dict[str, Guess] = {}
        """Item id to the guess that stands."""
        self.end: SessionEnd | None = None
        self.last_rating: dict[tuple[str, str], str] = {}
        """Item and question to the newest rating's id, passed over or not."""
        self.last_choice: dict[str, str] = {}
        self.moments: list[str] = []
        """When each judgment was kept, UTC, in order."""

    def add(self, row: Row, at: str) -> None:
        """Take in one row of this rater's chain.

        Args:
            row: as it was kept, in the chain's order.
            at: when.
        """
        match row:
            case Item():
                self.items[row.item_id] = JudgedItem(row)
            case Rating() | Choice() | Passed():
                self._judge(row, at)
            case Guess():
                self.guesses[row.item_id] = row
            case SessionEnd():
                self.end = row

    def _judge(self, row: Rating | Choice | Passed, at: str) -> None:
        judged = self.items[str(row.item_id)]
        match row:
            case Rating():
                judged.ratings[row.question] = row
                judged.passed = None
                self.last_rating[judged.item.item_id, row.question] = row.rating_id
            case Choice():
                judged.choice, judged.passed = row, None
                self.last_choice[judged.item.item_id] = row.choice_id
            case Passed():
                judged.ratings, judged.choice, judged.passed = {}, None, row
        self.moments.append(at)
        if judged.complete and not judged.completed_at:
            judged.completed_at = at


def rater_history(record: Record, session_id: str) -> RaterHistory:
    """Rebuild one rater's work from its chain.

    Raises:
        RecordError: if the record holds no such rater's session.
    """
    entries = record.entries(chain=session_id)
    first = next(entries, None)
    seat = first.row() if first else None
    if not isinstance(seat, RaterSeat):
        raise RecordError(
            f"rater_history: got session {session_id!a}; wanted one in which somebody rates, that "
            f"{record.place} holds. Look them up with record.rows(RaterSeat)."
        )
    kept = RaterHistory(seat)
    for entry in entries:
        kept.add(entry.row(), entry.at)
    return kept


def newest_reply(record: Record, unit_id: str) -> Reply | None:
    """Return what came of a unit when it was last sent; None when it has not been sent yet."""
    newest = None
    for attempt in _attempts(unit_id):
        entry = record.find(attempt)
        row = entry.row() if entry else None
        if not isinstance(row, Reply):
            return newest
        newest = row
        if row.exchange.outcome != "errored":
            # Only what failed is sent again.
            return newest
    return newest


def _attempts(unit_id: str) -> Iterable[str]:
    yield unit_id
    number = 1
    while True:
        yield f"{unit_id}.{number}"
        number += 1

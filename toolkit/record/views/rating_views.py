"""Views of what raters left: what each has judged, and which judgments stand.

A judgment given again replaces the one before; an item passed over has none. Work of participants
who withdrew is in no view.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from toolkit.errors import RecordError
from toolkit.record.journal.record import Record
from toolkit.record.rows.confirm_rows import Choice, Guess, Item, Passed, RaterSeat, Reply
from toolkit.record.rows.conversation_rows import Rating, SessionEnd
from toolkit.record.rows.row import Row
from toolkit.record.views.overruled_rows import overruled


@dataclass(slots=True)
class JudgedItem:
    """One item as its rater left it."""

    item: Item
    given: list[Rating | Choice | Passed] = field(default_factory=list)
    """Every judgment of it, in order."""
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
            # A row counts for what its own rater was shown, whatever it names.
            case Rating() | Choice() | Passed() if row.item_id in self.items:
                self._judge(row, at)
            case Guess() if row.item_id in self.items:
                self.guesses[row.item_id] = row
            case SessionEnd():
                self.end = row

    @property
    def passed(self) -> int:
        """How many items were passed over."""
        return sum(one.passed is not None for one in self.items.values())

    @property
    def rated(self) -> int:
        """How many items are done with and not passed over."""
        return sum(one.complete for one in self.items.values()) - self.passed

    def sitting(self, moment: datetime, *, pause: timedelta) -> int:
        """Count the items completed in the sitting that lasts at ``moment``.

        Args:
            moment: aware of its zone; nothing happens after it.
            pause: whoever does nothing for longer begins a new sitting.
        """
        begun = later = moment
        for at in reversed(self.moments):
            if later - datetime.fromisoformat(at) > pause:
                break
            begun = later = datetime.fromisoformat(at)
        completed = (one.completed_at for one in self.items.values() if one.completed_at)
        return sum(datetime.fromisoformat(at) >= begun for at in completed)

    def _judge(self, row: Rating | Choice | Passed, at: str) -> None:
        judged = self.items[str(row.item_id)]
        judged.given.append(row)
        fates = overruled(judged.given)
        standing = [one for one in judged.given if one.event_id() not in fates]
        judged.ratings = {one.question: one for one in standing if isinstance(one, Rating)}
        judged.choice = next((one for one in standing if isinstance(one, Choice)), None)
        judged.passed = row if isinstance(row, Passed) else None
        if isinstance(row, Rating):
            self.last_rating[judged.item.item_id, row.question] = row.rating_id
        elif isinstance(row, Choice):
            self.last_choice[judged.item.item_id] = row.choice_id
        self.moments.append(at)
        if judged.complete and not judged.completed_at:
            judged.completed_at = at


def raters(record: Record, confirm_hash: str) -> tuple[RaterHistory, ...]:
    """What every rater of a confirm freeze left, in the order of their seats.

    Whoever withdrew is left out, and in each item so are judgments that later ones replaced.

    Args:
        record: where everything is kept.
        confirm_hash: the confirm freeze they rate for.
    """
    reader = record.read(role="rater", purpose="rating")
    seats = [row for row in reader.rows(RaterSeat) if row.confirm_hash == confirm_hash]
    in_order = sorted(seats, key=lambda row: (row.seat, row.holder))
    return tuple(rater_history(record, row.session_id) for row in in_order)


def standing_items(
    everyone: Iterable[RaterHistory], *, simulated: bool = False
) -> tuple[JudgedItem, ...]:
    """Items that are rated, with the judgments that stand; repeats and attention items too.

    Args:
        everyone: what ``raters`` returned.
        simulated: those of simulated raters instead of people's.
    """
    return tuple(
        judged
        for one in everyone
        if one.seat.simulated is simulated
        for judged in one.items.values()
        if judged.rated and judged.passed is None
    )


def rater_history(record: Record, session_id: str) -> RaterHistory:
    """Rebuild one rater's work from its chain.

    Args:
        record: where it is kept.
        session_id: the rater's session, which is also its chain; one of a rater who withdrew is
            read too.

    Raises:
        RecordError: if the record holds no such rater's session.
    """
    reader = record.read(role="rater", purpose="rating", include_withdrawn=True)
    rows = reader.whole(reader.entries(chain=session_id))
    _, seat = next(rows, (None, None))
    if not isinstance(seat, RaterSeat):
        raise RecordError(
            f"rater_history: got session {session_id!a}; wanted one in which somebody rates, that "
            f"{record.place} holds. Look them up with record.rows(RaterSeat)."
        )
    kept = RaterHistory(seat)
    for entry, row in rows:
        kept.add(row, entry.at)
    return kept


def newest_reply(record: Record, unit_id: str) -> Reply | None:
    """Return what came of a unit when it was last sent; None when it has not been sent yet.

    Args:
        record: where it is kept.
        unit_id: the unit; what failed may have been sent again.
    """
    reader = record.read(role="rater", purpose="rating")
    newest, number = reader.find(unit_id, Reply), 1
    # Only what failed is sent again.
    while newest and newest.exchange.outcome == "errored":
        later = reader.find(f"{unit_id}.{number}", Reply)
        if later is None:
            return newest
        newest, number = later, number + 1
    return newest

"""The rating queue: everything one rater does in a confirm stage, resumed from the record alone.

Raters see one item after another under ids that say nothing, and answer with the study's form or
by choosing between two replies. The record decides where a rater stands; a correction is a new
row, and stepping back undoes nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal, NamedTuple, TypeVar

from toolkit.canon import new_id, now
from toolkit.design import ConfirmStage, ConsentForm, Study
from toolkit.errors import NotEnrolled, NotNow, OpenElsewhere, StudyChanged, Withdrawn
from toolkit.record import (
    Choice,
    Consent,
    Entry,
    Guess,
    Item,
    JudgedItem,
    Lease,
    Participant,
    Passed,
    RaterHistory,
    Rating,
    Record,
    Row,
    SessionEnd,
    Withdrawal,
    rater_history,
)
from toolkit.session.conversation import COMMENT_LENGTH
from toolkit.session.in_order import Allocation, Task, allocate
from toolkit.session.items import ItemMaker, Shown, shown
from toolkit.session.seating import Seating, SeatPlan
from toolkit.session.sitting import SITTING_GAP, EnrolledBy

RatingStage = Literal[
    "enrol", "consent", "rate", "rest", "guess", "done", "withdrawn", "waiting"
]
"""Where a rater stands.

``waiting``: no reply that could be rated is there yet. ``rest``: enough for today. ``guess``:
every item is done, and who the persona was is asked of some.
"""
Preferred = Literal["left", "right", "equal", "neither"]
_Kept = TypeVar("_Kept", Rating, Choice, Passed, Guess)


class RatingProgress(NamedTuple):
    """How far a rater has come."""

    done: int
    """Items rated or passed over."""
    of: int
    """Items asked for."""
    left: int
    """Items until a rest is due, or until the end."""


class RatingQueue:
    """One rater at work on one confirm stage.

    Args:
        study: loaded, with a frozen confirm stage.
        record: where everything is kept.
        clock: tells the time, aware of its zone.
        on_lost: called once the same rater goes on in a newer queue of this process.
        allocation: who rates what, where it is known already.

    Raises:
        DesignError: if the study has no confirm section, or it is not frozen.
        StudyChanged: if it is not what was frozen.
    """

    def __init__(
        self,
        study: Study,
        record: Record,
        *,
        clock: Callable[[], datetime] = now,
        on_lost: Callable[[], None] = lambda: None,
        allocation: Allocation | None = None,
    ) -> None:
        self.study = study
        self.confirm = ConfirmStage(study)
        self.participant: Participant | None = None
        self.read_only = ""
        """Why nothing may be written from here; empty when all is well."""
        self._record = record
        self._clock = clock
        self._on_lost = on_lost
        self._given = allocation
        self._lease: Lease | None = None
        self._seating: Seating | None = None
        self._kept: RaterHistory | None = None
        self._looking_at: str | None = None
        """Item stepped back to; None: the one that is due."""
        self._answered: set[str] = set()
        """Questions answered again since stepping back."""
        self._hash = self.confirm.require_frozen()

    # ── where we are ────────────────────────────────────────────────────────────────────────────

    @property
    def stage(self) -> RatingStage:
        """Where the rater stands, read off the record."""
        if self.participant is None:
            return "enrol"
        if self._has_withdrawn():
            return "withdrawn"
        if not self._has_consented() or self._kept is None:
            return "consent"
        if self._kept.end is not None:
            return "done"
        if self._looking_at or self._open_item():
            return "rate"
        if not self._due():
            return "done"
        if self._done_today() >= self._plan.items_per_sitting:
            return "rest"
        return "rate" if self._next() else "waiting"

    @property
    def consent_form(self) -> ConsentForm:
        """What raters agree to."""
        return self._plan.consent or self.study.consent

    @property
    def current(self) -> Shown | None:
        """The item to judge; one that is handed out for the first time is in the record by then."""
        if self.stage != "rate":
            return None
        judged = self._item(self._looking_at) if self._looking_at else self._open_item()
        if judged is None and not self.read_only:
            judged = self._hand_out()
        return self._shown(judged) if judged else None

    @property
    def progress(self) -> RatingProgress:
        """How many items are done, asked for, and left in this sitting."""
        done, of = self._done(), self._done() + len(self._due())
        room = max(0, self._plan.items_per_sitting - self._done_today())
        return RatingProgress(done, of, min(room, of - done))

    # ── steps ───────────────────────────────────────────────────────────────────────────────────

    def enrol(
        self, code: str, *, enrolled_by: EnrolledBy = "code", simulated: bool = False
    ) -> Participant:
        """Begin, or come back: the same code is the same participant.

        Raises:
            NotEnrolled: if the code is empty or too long.
        """
        self.participant = self._record.enrol(code, enrolled_by=enrolled_by, simulated=simulated)
        try:
            self._lease = self._record.lease(f"{self._id}.rating", on_lost=self._lose)
        except OpenElsewhere as problem:
            self.read_only = str(problem)
        self._resume()
        return self.participant

    def consent(self) -> None:
        """Keep that the rater agreed to the consent text as it stands, and take a seat."""
        self._check_writable()
        if not self._has_consented():
            self._record.append(
                Consent(
                    participant_id=self._id,
                    study_hash=self._hash,
                    consent_text=self.consent_form.text,
                    content_note=self.consent_form.content_note,
                )
            )
        self._resume()

    def rate(
        self,
        item_id: str,
        question: str,
        value: int | None,
        *,
        rating_id: str | None = None,
        comment: str = "",
    ) -> Rating:
        """Answer one question about a single reply; durable on return.

        The item is complete when every question is answered; the queue then goes on by itself.

        Args:
            item_id: the item.
            question: id of a question of the study's form.
            value: 1 to 5, or None for "I would rather not say".
            rating_id: the caller's own id, so that sending it again changes nothing.
            comment: free text.
        """
        self._check_writable()
        if isinstance(kept := self._known(rating_id), Rating):
            return kept
        judged = self._judging(item_id, "single")
        asked = {one.id: one for one in self.study.form}
        if question not in asked:
            raise NotNow(
                f"rating: got question {question!a}; wanted one of {', '.join(asked)}. Reload the "
                "page and answer again."
            )
        if value is not None and value not in range(1, 6):
            raise NotNow(f"rating: got {value}; wanted 1 to 5. Choose one of the five.")
        rating = Rating(
            rating_id=rating_id or new_id(),
            session_id=self._history.seat.session_id,
            turn_id=None,
            question=question,
            dimension=asked[question].dimension,
            value=value,
            comment=comment[:COMMENT_LENGTH],
            supersedes=self._history.last_rating.get((item_id, question)),
            item_id=item_id,
        )
        self._judge(rating)
        self._answered.add(question)
        self._go_on(judged, when=self._answered >= set(asked))
        return rating

    def choose(
        self, item_id: str, preferred: Preferred, *, why: str = "", choice_id: str | None = None
    ) -> Choice:
        """Say which of two replies is better; durable on return, and the queue goes on.

        Args:
            item_id: the item.
            preferred: ``left`` is the first reply shown, ``neither``: neither is acceptable.
            why: free text.
            choice_id: the caller's own id, so that sending it again changes nothing.
        """
        self._check_writable()
        if isinstance(kept := self._known(choice_id), Choice):
            return kept
        judged = self._judging(item_id, "pair")
        choice = Choice(
            choice_id=choice_id or new_id(),
            session_id=self._history.seat.session_id,
            item_id=item_id,
            preferred=preferred,
            why=why[:COMMENT_LENGTH],
            supersedes=self._history.last_choice.get(item_id),
        )
        self._judge(choice)
        self._go_on(judged, when=True)
        return choice

    def pass_item(self, item_id: str, reason: str = "", *, passed_id: str | None = None) -> Passed:
        """Leave an item unrated on purpose; what was said about it before no longer stands."""
        self._check_writable()
        if isinstance(kept := self._known(passed_id), Passed):
            return kept
        judged = self._judging(item_id)
        passed = Passed(
            passed_id=passed_id or new_id(),
            session_id=self._history.seat.session_id,
            item_id=item_id,
            reason=reason[:COMMENT_LENGTH],
        )
        self._judge(passed)
        self._go_on(judged, when=True)
        return passed

    def back(self) -> Shown:
        """Step to the item before; answers given there are new rows that name the old ones."""
        self._check_writable()
        order = list(self._history.items)
        here = self.current
        place = order.index(here.item_id) if here else len(order)
        if place == 0 or self._history.end is not None:
            raise NotNow("There is nothing before this one. Go on with what is shown.")
        self._looking_at = order[place - 1]
        self._answered = set()
        return self._shown(self._item(self._looking_at))

    def withdraw(self, reason: str = "") -> None:
        """Leave the study; every view leaves this rater out from here on."""
        self._enrolled()
        self._check_held()
        if self._has_withdrawn():
            return
        rows: list[Row] = []
        if self._kept is not None and self._kept.end is None:
            rows.append(SessionEnd(session_id=self._kept.seat.session_id, reason="withdrawn"))
        self._record.append(*rows, Withdrawal(participant_id=self._id, reason=reason))
        self._looking_at = None

    def close(self) -> None:
        """Let go of the rater; safe to call twice."""
        if self._lease is not None:
            self._lease.release()
            self._lease = None

    # ── below the surface ───────────────────────────────────────────────────────────────────────

    @property
    def _plan(self):  # type: ignore[no-untyped-def]
        return self.confirm.plan.rating

    @property
    def _id(self) -> str:
        return self._enrolled().participant_id

    @property
    def _history(self) -> RaterHistory:
        if self._kept is None:
            raise NotNow("Nothing is due right now. Reload the page to see where you are.")
        return self._kept

    @cached_property
    def _allocation(self) -> Allocation:
        return self._given or allocate(self.confirm)

    @cached_property
    def _maker(self) -> ItemMaker:
        return ItemMaker(self.confirm, self._allocation, self._record)

    @cached_property
    def _seats(self) -> SeatPlan:
        return SeatPlan(self.confirm, self._hash, self._allocation, self._record)

    def _enrolled(self) -> Participant:
        if self.participant is None:
            raise NotEnrolled("Nobody is enrolled here yet. Enter your code first.")
        return self.participant

    def _lose(self) -> None:
        self.read_only = (
            "This rating was opened again in another place of this notebook, and goes on there. "
            "Nothing you did here is lost."
        )
        self._on_lost()

    def _check_held(self) -> None:
        if self.read_only:
            raise OpenElsewhere(self.read_only)

    def _check_writable(self) -> None:
        self._check_held()
        if self._has_withdrawn():
            raise Withdrawn("You have withdrawn from this study; nothing more is kept.")
        freeze = self.confirm.frozen()
        if freeze is None or freeze.hash != self._hash:
            self.read_only = (
                "The study was frozen again since you began; what you rated is kept as it is. "
                "Reload the page to go on with the new one."
            )
            raise StudyChanged(self.read_only)

    def _has_withdrawn(self) -> bool:
        return bool(self._record.rows(Withdrawal, chain=self._id))

    def _has_consented(self) -> bool:
        rows = self._record.rows(Consent, chain=self._id)
        return any(row.study_hash == self._hash for row in rows)

    def _resume(self) -> None:
        self._seating = self._seats.held_by(self._enrolled())
        ready = self._has_consented() and not self._has_withdrawn() and not self.read_only
        if self._seating is None and ready:
            self._seating = self._seats.take(self._enrolled())
        if self._seating is not None:
            self._kept = rater_history(self._record, self._seating.row.session_id)

    def _item(self, item_id: str) -> JudgedItem:
        return self._history.items[item_id]

    def _open_item(self) -> JudgedItem | None:
        """The first item handed out and not done with."""
        return next((one for one in self._history.items.values() if not one.complete), None)

    def _due(self) -> list[Task]:
        """Tasks that are not done with."""
        if self._seating is None or self._kept is None:
            return []
        done = {one.item.position for one in self._kept.items.values() if one.complete}
        return [task for task in self._seating.tasks if task.position not in done]

    def _done(self) -> int:
        return sum(one.complete for one in self._kept.items.values()) if self._kept else 0

    def _done_today(self) -> int:
        """Items completed since the last long pause."""
        if self._kept is None:
            return 0
        begun, later = self._clock(), self._clock()
        for moment in reversed([datetime.fromisoformat(at) for at in self._kept.moments]):
            if later - moment > SITTING_GAP:
                break
            begun = later = moment
        completed = [one.completed_at for one in self._kept.items.values() if one.completed_at]
        return sum(datetime.fromisoformat(at) >= begun for at in completed)

    def _next(self) -> Callable[[], Item] | None:
        """How to make the next item; None while nothing is there to be shown."""
        session_id = self._history.seat.session_id
        for task in self._due():
            if task.purpose == "attention":
                return lambda task=task: self._maker.attention(task, session_id)  # type: ignore[misc]
            if task.purpose == "repeat":
                original = self._at(task.repeats)
                if original is not None and original.rated:
                    item = original.item
                    return lambda task=task: self._maker.repeat(task, session_id, item)  # type: ignore[misc]
                continue
            if (replies := self._maker.replies(task)) is not None:
                return lambda task=task: self._maker.item(task, session_id, replies)  # type: ignore[misc]
        return None

    def _at(self, position: int | None) -> JudgedItem | None:
        items = self._history.items.values()
        return next((one for one in items if one.item.position == position), None)

    def _hand_out(self) -> JudgedItem | None:
        make = self._next()
        if make is None:
            return None
        self._check_writable()
        item = make()
        self._keep(item)
        return self._item(item.item_id)

    def _shown(self, judged: JudgedItem) -> Shown:
        place = list(self._history.items).index(judged.item.item_id)
        return shown(judged, self.study.form, position=place + 1, of=self.progress.of)

    def _judging(self, item_id: str, form: str | None = None) -> JudgedItem:
        judged = self._history.items.get(item_id)
        if judged is None or form not in (None, judged.item.form):
            raise NotNow("This item is not one of yours. Reload the page and try again.")
        if self._history.end is not None:
            raise NotNow("Your rating is over. Thank you; nothing more is asked.")
        return judged

    def _known(self, event_id: str | None) -> Row | None:
        """What an event sent before has become; a caller's own id may come back at any time."""
        entry = self._record.find(event_id) if event_id else None
        return entry.row() if entry else None

    def _judge(self, row: Rating | Choice | Passed) -> None:
        if row.item_id != (self._looking_at or ""):
            self._answered = set()
        self._keep(row)

    def _keep(self, row: Row) -> Entry:
        (entry,) = self._record.append(row)
        self._history.add(row, entry.at)
        return entry

    def _go_on(self, judged: JudgedItem, *, when: bool) -> None:
        """Leave the item stepped back to once it was judged again."""
        if judged.item.item_id == self._looking_at and when:
            self._looking_at = None
            self._answered = set()

"""The rating queue: everything one rater does in a confirm stage, resumed from the record alone.

Raters see one item after another under ids that say nothing, and answer with the study's form or
by choosing between two replies. The record decides where a rater stands; a correction is a new
row, and stepping back undoes nothing.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Literal, NamedTuple

from toolkit.canon import now
from toolkit.design import Allocation, ConfirmStage, ConsentForm, RatingPlan, Study, allocate
from toolkit.errors import NotNow, StudyChanged
from toolkit.record import (
    Choice,
    Guess,
    JudgedItem,
    Participant,
    Passed,
    RaterHistory,
    Rating,
    Record,
    Row,
    SessionEnd,
    rater_history,
)
from toolkit.session.judgment_rules import SITTING_GAP
from toolkit.session.participant import EnrolledBy, SeatedParticipant
from toolkit.session.rating.blind_items import ItemMaker, Shown, shown
from toolkit.session.rating.judgments import Judgments, Preferred
from toolkit.session.rating.persona_guesses import GuessAsked, Guessing
from toolkit.session.rating.rater_seats import Seating, SeatPlan
from toolkit.session.rating.worklist import Worklist

RatingStage = Literal["enrol", "consent", "rate", "rest", "guess", "done", "withdrawn", "waiting"]
"""Where a rater stands.

``waiting``: no reply that could be rated is there yet, but some may come. ``rest``: enough for
today. ``guess``: every item is done, and who the persona was is asked of some.
"""


_FROZEN_AGAIN = (
    "The study was frozen again since you began. What you rated is kept as it is; reload the page "
    "to go on with the new one."
)


class RatingProgress(NamedTuple):
    """How far a rater has come."""

    done: int
    """Items rated or passed over."""
    of: int
    """Items asked for."""
    left: int
    """Items until a rest is due, or until the end."""
    skipped: int
    """Items that cannot be shown, because the reply failed or was empty."""


class _Desk(NamedTuple):
    """What a seated rater works with."""

    seating: Seating
    kept: RaterHistory
    work: Worklist
    guessing: Guessing
    judgments: Judgments


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
        PlanRefused: if its items cannot be allocated as its plan says.
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
        self._record = record
        self._clock = clock
        self._desk: _Desk | None = None
        self._looking_at: str | None = None
        """Item stepped back to; None: the one that is due."""
        self._answered: set[str] = set()
        """Questions answered again since stepping back."""
        self._outdated = ""
        self._hash = self.confirm.require_frozen()
        self._seated = SeatedParticipant(
            record, "rating", study_hash=self._hash, form=self.consent_form, on_lost=on_lost
        )
        self._allocation = allocation or allocate(self.confirm)

    # ── where we are ────────────────────────────────────────────────────────────────────────────

    @property
    def participant(self) -> Participant | None:
        """Whoever is at work here."""
        return self._seated.participant

    @property
    def read_only(self) -> str:
        """Why nothing may be written from here; empty when all is well."""
        return self._seated.read_only or self._outdated

    @property
    def stage(self) -> RatingStage:
        """Where the rater stands, read off the record."""
        if (step := self._seated.step) != "work":
            return step
        if self._desk is None:
            return "consent"
        if self._desk.kept.end is not None:
            return "done"
        if self._looking_at is not None or self._desk.work.open_item is not None:
            return "rate"
        return self._between_items()

    @property
    def consent_form(self) -> ConsentForm:
        """What raters agree to."""
        return self._plan.consent or self.study.consent

    @property
    def current(self) -> Shown | None:
        """The item to judge; one that is handed out for the first time is in the record by then."""
        if self.stage != "rate":
            return None
        judged = self._item(self._looking_at) if self._looking_at else self._at_work.work.open_item
        if judged is None and not self.read_only:
            judged = self._hand_out()
        return self._shown(judged) if judged else None

    @property
    def progress(self) -> RatingProgress:
        """How many items are done, asked for, left in this sitting, and impossible to show."""
        if self._desk is None:
            return RatingProgress(0, 0, 0, 0)
        done, ready, pending, lost = self._desk.work.outlook
        room = max(0, self._plan.items_per_sitting - self._done_today())
        return RatingProgress(done, done + ready + pending, min(room, ready + pending), lost)

    @property
    def left_out(self) -> int:
        """Items of the seat not asked of this rater: they grew from a conversation of their own."""
        return self._desk.seating.left_out if self._desk else 0

    @property
    def rest_over(self) -> bool:
        """Whether the rater may go on: the sitting is not full, or long enough ago."""
        return self._desk is None or self._done_today() < self._plan.items_per_sitting

    @property
    def guesses(self) -> tuple[GuessAsked, ...]:
        """Who was this person? Asked of some items after the last one, else nothing."""
        if self._desk is None or self.stage not in ("guess", "done"):
            return ()
        return self._desk.guessing.asked

    # ── steps ───────────────────────────────────────────────────────────────────────────────────

    def enrol(
        self, code: str, *, enrolled_by: EnrolledBy = "code", simulated: bool = False
    ) -> Participant:
        """Begin, or come back: the same code is the same participant.

        Args:
            code: from the invitation.
            enrolled_by: who gave the code.
            simulated: whether nobody is behind it.

        Raises:
            NotEnrolled: if the code is empty or too long.
        """
        participant = self._seated.enrol(code, enrolled_by=enrolled_by, simulated=simulated)
        self._check_freeze()
        self._resume()
        return participant

    def consent(self) -> None:
        """Keep that the rater agreed to the consent text as it stands, and take a seat."""
        self._require_writable()
        self._seated.consent()
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
        self._require_writable()
        rating = self._at_work.judgments.rate(
            item_id, question, value, rating_id=rating_id, comment=comment
        )
        self._answered |= {question} if item_id == self._looking_at else set()
        self._go_on(item_id, again=self._answered >= {one.id for one in self.confirm.questions})
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
        self._require_writable()
        choice = self._at_work.judgments.choose(item_id, preferred, why=why, choice_id=choice_id)
        self._go_on(item_id, again=True)
        return choice

    def pass_item(self, item_id: str, reason: str = "", *, passed_id: str | None = None) -> Passed:
        """Leave an item unrated on purpose; what was said about it before no longer stands."""
        self._require_writable()
        passed = self._at_work.judgments.pass_item(item_id, reason, passed_id=passed_id)
        self._go_on(item_id, again=True)
        return passed

    def back(self) -> Shown:
        """Step to the item before; answers given there are new rows that name the old ones."""
        self._require_writable()
        here = self.current
        order = list(self._history.items)
        place = order.index(here.item_id) if here else len(order)
        if place == 0 or self._history.end is not None:
            raise NotNow("There is nothing before this one. Go on with what is shown.")
        self._looking_at, self._answered = order[place - 1], set()
        return self._shown(self._item(order[place - 1]))

    def forward(self) -> None:
        """Leave an item stepped back to as it is, and go on with the one that is due."""
        self._looking_at, self._answered = None, set()

    def guess(self, item_id: str, option: int | None, *, guess_id: str | None = None) -> Guess:
        """Say whom the rater took the persona of an item for; after the last one all is done.

        Args:
            item_id: one of ``guesses``.
            option: which of its options, from 0; None for "cannot tell".
            guess_id: the caller's own id, so that sending it again changes nothing.
        """
        self._require_writable()
        guess = self._at_work.judgments.guess(item_id, option, self.guesses, guess_id=guess_id)
        self._settle()
        return guess

    def withdraw(self, reason: str = "") -> None:
        """Leave the study; every view leaves this rater out from here on."""
        ends = []
        if self._desk is not None and self._desk.kept.end is None:
            session_id = self._desk.kept.seat.session_id
            ends.append(SessionEnd(session_id=session_id, reason="withdrawn"))
        self._seated.withdraw(reason, *ends)
        self._looking_at = None

    def close(self) -> None:
        """Let go of the rater; safe to call twice."""
        self._seated.close()

    # ── below the surface ───────────────────────────────────────────────────────────────────────

    @property
    def _plan(self) -> RatingPlan:
        return self.confirm.plan.rating

    @property
    def _at_work(self) -> _Desk:
        if self._desk is None:
            raise NotNow("Nothing is due right now. Reload the page to see where you are.")
        return self._desk

    @property
    def _history(self) -> RaterHistory:
        return self._at_work.kept

    @cached_property
    def _maker(self) -> ItemMaker:
        return ItemMaker(self.confirm, self._allocation, self._record)

    @cached_property
    def _seats(self) -> SeatPlan:
        return SeatPlan(self.confirm, self._hash, self._allocation, self._record)

    def _require_writable(self) -> None:
        self._seated.require_writable()
        self._check_freeze()
        if self._outdated:
            raise StudyChanged(self._outdated)

    def _check_freeze(self) -> None:
        """Find out whether another confirm stage took the place of this one; then only read."""
        freeze = self.confirm.frozen()
        outdated = freeze is None or freeze.hash != self._hash
        self._outdated = _FROZEN_AGAIN if outdated else ""

    def _resume(self) -> None:
        """Find the rater's seat, or take one; what a killed process left undone is done now."""
        self._desk = None
        self.forward()
        who = self._seated.enrolled
        may_write = not (self.read_only or self._seated.withdrawn)
        seating = self._seats.held_by(who)
        if may_write and self._seated.consented:
            seating = self._seats.take(who, seating)
        if seating is None:
            return
        kept = rater_history(self._record, seating.row.session_id)
        guessing = Guessing(self.confirm, kept)
        self._desk = _Desk(
            seating,
            kept,
            Worklist(seating, kept, self._maker),
            guessing,
            Judgments(self._record, kept, self.confirm.questions, guessing),
        )
        if may_write:
            self._settle()

    def _between_items(self) -> RatingStage:
        """Where a rater stands to whom no item is open."""
        _, ready, pending, _ = self._at_work.work.outlook
        if ready:
            return "rate" if self.rest_over else "rest"
        if pending and (not self._history.items or self._maker.replies_may_come):
            return "waiting"
        return "guess" if any(not one.answered for one in self._at_work.guessing.asked) else "done"

    def _settle(self) -> None:
        """Write that this rater is through, once nothing can be asked any more."""
        if self._history.end is None and self.stage == "done" and self._at_work.work.over:
            self._keep(SessionEnd(session_id=self._history.seat.session_id, reason="finished"))

    def _done_today(self) -> int:
        """Items completed since the last long pause."""
        return self._history.sitting(self._clock(), pause=SITTING_GAP)

    def _item(self, item_id: str) -> JudgedItem:
        return self._history.items[item_id]

    def _hand_out(self) -> JudgedItem | None:
        make = self._at_work.work.next_item()
        if make is None:
            return None
        self._require_writable()
        item = make()
        self._keep(item)
        return self._item(item.item_id)

    def _shown(self, judged: JudgedItem) -> Shown:
        place = list(self._history.items).index(judged.item.item_id)
        return shown(judged, self.confirm.questions, position=place + 1, of=self.progress.of)

    def _keep(self, row: Row) -> None:
        (entry,) = self._record.append(row)
        self._history.add(row, entry.at)

    def _go_on(self, item_id: str, *, again: bool) -> None:
        """Leave the item stepped back to once it was judged again; see whether all is done."""
        if item_id == self._looking_at and again:
            self.forward()
        self._settle()

"""The rating queue: everything one rater does in a confirm stage, resumed from the record alone.

Raters see one item after another under ids that say nothing, and answer with the study's form or
by choosing between two replies. The record decides where a rater stands; a correction is a new
row, and stepping back undoes nothing.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property, wraps
from typing import ClassVar, Concatenate, Literal, NamedTuple, ParamSpec, TypeVar

from toolkit.canon import now
from toolkit.design import Allocation, ConfirmStage, Question, RatingPlan, Study, allocate
from toolkit.errors import NotNow, StudyChanged
from toolkit.record import (
    JudgedItem,
    RaterHistory,
    Rating,
    Record,
    SessionEnd,
    closing_of,
    rater_history,
)
from toolkit.session.rating.blind_items import ItemMaker, Shown
from toolkit.session.rating.judgment_rows import Judgment, Judgments
from toolkit.session.rating.persona_guesses import GuessAsked, PersonaGuesses
from toolkit.session.rating.rater_seats import held_seat
from toolkit.session.rating.rater_worklist import Worklist
from toolkit.session.seated_participant import SeatedParticipant
from toolkit.session.session_rules import SITTING_GAP

P = ParamSpec("P")
J = TypeVar("J", bound=Judgment)
RatingStage = Literal["enrol", "consent", "rate", "rest", "guess", "done", "withdrawn", "waiting"]
"""Where a rater stands.

``waiting``: no reply that could be rated is there yet, but some may come. ``rest``: enough for
today. ``guess``: every item is done, and who the persona was is asked of some.
"""


_FROZEN_AGAIN = (
    "The study was frozen again since you began. What you rated is kept as it is; reload the page "
    "to go on with the new one."
)
_CLOSED = (
    "This study has ended. What you rated is kept and counts; there is nothing more to do. Thank "
    "you."
)


class RatingProgress(NamedTuple):
    """How far a rater has come."""

    done: int
    """Items rated or passed over."""
    of: int
    """Items asked for; one that cannot be shown, as its reply failed or was empty, is not."""


class _Desk(NamedTuple):
    """What a seated rater works with."""

    kept: RaterHistory
    work: Worklist
    guesses: PersonaGuesses
    judgments: Judgments


def _durably(
    step: Callable[Concatenate[Judgments, P], J],
) -> Callable[Concatenate["RatingQueue", P], J]:
    """Make a judgment a step of the queue: checked before, durable on return, and on it goes."""

    @wraps(step)
    def taken(queue: "RatingQueue", /, *args: P.args, **words: P.kwargs) -> J:
        queue._require_writable()
        judgment = step(queue._at_work.judgments, *args, **words)
        queue._go_on(judgment)
        return judgment

    return taken


class RatingQueue(SeatedParticipant):
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

    WORK: ClassVar = "rating"

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
        self._hash = self.confirm.require_frozen()
        form = self._plan.consent or study.consent
        super().__init__(
            record,
            study_hash=self._hash,
            form=form,
            on_lost=on_lost,
            open_to_all=study.enrollment == "open",
        )
        self._clock = clock
        self._desk: _Desk | None = None
        self._looking_at: str | None = None
        """Item stepped back to; None: the one that is due."""
        self._answered: set[str] = set()
        """Questions answered again since stepping back."""
        self._outdated = ""
        self._allocation = allocation or allocate(self.confirm)

    # ── where we are ────────────────────────────────────────────────────────────────────────────

    @property
    def read_only(self) -> str:
        """Why nothing may be written from here; empty when all is well."""
        return self._shut or self._outdated

    @property
    def stage(self) -> RatingStage:
        """Where the rater stands, read off the record."""
        if (step := self._step) != "work":
            return step
        if self._desk is None:
            return "consent"
        if self._desk.kept.end is not None:
            return "done"
        if self._looking_at is not None or self._desk.work.open_item is not None:
            return "rate"
        return self._between_items()

    @property
    def current(self) -> Shown | None:
        """The item to judge; one that is handed out for the first time is in the record by then."""
        if self.stage != "rate":
            return None
        desk = self._at_work
        judged = desk.kept.items[self._looking_at] if self._looking_at else desk.work.open_item
        if judged is None and not self.read_only:
            judged = self._hand_out()
        return self._shown(judged) if judged else None

    @property
    def progress(self) -> RatingProgress:
        """How many items are done and asked for."""
        if self._desk is None:
            return RatingProgress(0, 0)
        done, ready, pending = self._desk.work.outlook
        return RatingProgress(done, done + ready + pending)

    @property
    def guesses(self) -> tuple[GuessAsked, ...]:
        """Who was this person? Asked of some items after the last one, else nothing."""
        if self._desk is None or self.stage not in ("guess", "done"):
            return ()
        return self._desk.guesses.asked

    # ── steps ───────────────────────────────────────────────────────────────────────────────────

    def consent(self) -> None:
        """Keep that the rater agreed to the consent text as it stands, and take a seat."""
        self._require_writable()
        super().consent()
        self._resume()

    rate = _durably(Judgments.rate)
    choose = _durably(Judgments.choose)
    pass_item = _durably(Judgments.pass_item)
    guess = _durably(Judgments.guess)

    def back(self) -> Shown:
        """Step to the item before; answers given there are new rows that name the old ones."""
        self._require_writable()
        here, kept = self.current, self._at_work.kept
        order = list(kept.items)
        place = order.index(here.item_id) if here else len(order)
        if place == 0 or kept.end is not None:
            raise NotNow("There is nothing before this one. Go on with what is shown.")
        self._looking_at, self._answered = order[place - 1], set()
        return self._shown(kept.items[order[place - 1]])

    def forward(self) -> None:
        """Leave an item stepped back to as it is, and go on with the one that is due."""
        self._looking_at, self._answered = None, set()

    def close(self) -> None:
        """Let go of the rater; safe to call twice."""
        self._leave()

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
    def _form(self) -> dict[str, Question]:
        return {question.id: question for question in self.confirm.questions}

    @cached_property
    def _maker(self) -> ItemMaker:
        return ItemMaker(self.confirm, self._allocation, self._record)

    def _require_writable(self) -> None:
        super()._require_writable()
        self._check_freeze()
        if self._outdated:
            raise StudyChanged(self._outdated)

    def _check_freeze(self) -> None:
        """Find out whether another confirm stage took the place of this one; then only read."""
        freeze = self.confirm.frozen()
        outdated = freeze is None or freeze.hash != self._hash
        closed = closing_of(self._record, self._hash) is not None
        self._outdated = _FROZEN_AGAIN if outdated else _CLOSED if closed else ""

    def _resume(self) -> None:
        """Find the rater's seat, or take one; what a killed process left undone is done now."""
        self._desk = None
        self.forward()
        self._check_freeze()
        who = self._enrolled
        may_write = not (self.read_only or self._withdrawn)
        taking = may_write and self._consented
        plan = self.confirm, self._hash, self._allocation
        held = held_seat(*plan, self._record, who, taking=taking)
        if held is None:
            return
        row, tasks = held
        kept = rater_history(self._record, row.session_id)
        work, guesses = Worklist(tasks, kept, self._maker), PersonaGuesses(self.confirm, kept)
        judgments = Judgments(self._record, kept, self._form, guesses, lambda: self.guesses)
        self._desk = _Desk(kept, work, guesses, judgments)
        if may_write:
            self._settle()

    def _between_items(self) -> RatingStage:
        """Where a rater stands to whom no item is open."""
        desk = self._at_work
        _, ready, pending = desk.work.outlook
        if ready:
            today = desk.kept.sitting(self._clock(), pause=SITTING_GAP)
            return "rate" if today < self._plan.items_per_sitting else "rest"
        if pending and (not desk.kept.items or self._maker.replies_may_come):
            return "waiting"
        return "guess" if any(not one.answered for one in desk.guesses.asked) else "done"

    def _settle(self) -> None:
        """Write that this rater is through, once nothing can be asked any more."""
        desk = self._at_work
        if desk.kept.end is None and self.stage == "done" and desk.work.over:
            session_id = desk.kept.seat.session_id
            desk.judgments.keep(SessionEnd(session_id=session_id, reason="finished"))

    def _hand_out(self) -> JudgedItem | None:
        make = self._at_work.work.next_item()
        if make is None:
            return None
        self._require_writable()
        item = self._at_work.judgments.keep(make())
        return self._at_work.kept.items[item.item_id]

    def _shown(self, judged: JudgedItem) -> Shown:
        item, choice = judged.item, judged.choice
        return Shown(
            item_id=item.item_id,
            form=item.form,
            title=item.shown["title"],
            situation=item.shown["situation"],
            prompt=tuple(item.shown["prompt"]),
            replies=tuple(item.shown["replies"]),
            questions=self.confirm.questions if item.form == "single" else (),
            position=list(self._at_work.kept.items).index(item.item_id) + 1,
            of=self.progress.of,
            answers={name: rating.value for name, rating in judged.ratings.items()},
            preferred=choice.preferred if choice else None,
            why=choice.why if choice else "",
            passed=judged.passed is not None,
        )

    def _go_on(self, judgment: Judgment) -> None:
        """Leave the item stepped back to once it was judged again; see whether all is done."""
        if judgment.item_id == self._looking_at:
            self._answered |= (
                {judgment.question} if isinstance(judgment, Rating) else self._form.keys()
            )
            if self._answered >= self._form.keys():
                self.forward()
        self._settle()

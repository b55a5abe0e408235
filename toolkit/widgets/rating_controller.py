"""Rating controller: each event of the rater becomes one call on the rating queue.

The page knows two replies as A and B and everything else by random ids; which reply is which, and
what an option of the guess stands for, is known here only.
"""

from collections.abc import Callable
from typing import ClassVar

from toolkit.errors import NotNow, StudyChanged
from toolkit.session import Preferred, RatingQueue
from toolkit.widgets.page_controller import WAYS_IN, Controller
from toolkit.widgets.page_events import Event

SIDES: dict[str, Preferred] = {"a": "left", "b": "right", "equal": "equal", "neither": "neither"}
"""What the page says, and what the record keeps; A is the first reply shown."""


class RatingController(Controller[RatingQueue]):
    """Carries out the events of a rater.

    Args:
        seat: makes a queue in which nobody is enrolled yet.
    """

    JUDGE = ("start", "end", "rate", "correct", "choose", "pass", "back", "guess", "look", "save")
    ACTIONS: ClassVar = (*WAYS_IN, *JUDGE, "withdraw")

    def __init__(self, seat: Callable[..., RatingQueue]) -> None:
        super().__init__(seat)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Nobody has read how it works yet, nor been told of the guesses."""
        self.started = False
        """Whether the rater has read how it works, as far as this process knows."""
        self.finished = False
        """Whether the rater is through with the items: guesses tell who there was to be."""

    def handle(self, event: Event) -> None:
        """Carry out one event; on return what it keeps is durable.

        Raises:
            ParallaxError: with what to tell the rater.
        """
        try:
            super().handle(event)
        except StudyChanged:
            # Frozen again while this rater was at work: from here on the pages only read.
            self.show_screen()
            raise

    def let_go(self) -> None:
        """Stop what is under way here, because it goes on elsewhere."""
        self.work.close()

    async def close(self) -> None:
        """Let go of the rater."""
        self.work.close()

    # ── one action each ─────────────────────────────────────────────────────────────────────────

    @property
    def _may_leave(self) -> bool:
        begun = self.work.stage == "rate" and (self.started or self.work.progress.done > 0)
        return self.work.stage not in ("enrol", "guess") and not begun

    def _start(self, _: Event) -> None:
        self.started = True

    def _end(self, _: Event) -> None:
        self.finished = self.work.stage == "guess"

    def _look(self, _: Event) -> None:
        """Show how things stand; what failed may succeed now."""

    _save = _look

    def _rate(self, event: Event) -> None:
        self.work.rate(
            event.text("item"),
            event.text("question"),
            event.number("value"),
            rating_id=event.id,
        )

    def _correct(self, event: Event) -> None:
        """Answer questions of an earlier item anew, each under an id of its own, and go on."""
        item_id = event.text("item")
        for answer in event.events("answers"):
            self._rate(Event(answer.id, "rate", {**answer.fields, "item": item_id}))
        if self._shows(item_id):
            self.work.forward()

    def _choose(self, event: Event) -> None:
        preferred = event.text("preferred")
        if preferred not in SIDES:
            raise NotNow(
                f"choice: got {preferred!a}; wanted one of {', '.join(SIDES)}. Reload the page and "
                "choose again."
            )
        self.work.choose(
            event.text("item"), SIDES[preferred], why=event.text("why"), choice_id=event.id
        )

    def _pass(self, event: Event) -> None:
        self.work.pass_item(event.text("item"), event.text("reason"), passed_id=event.id)

    def _back(self, event: Event) -> None:
        """Step back from what the page shows: a press that arrives twice counts once."""
        if self._shows(event.text("item")):
            self.work.back()

    def _guess(self, event: Event) -> None:
        """Options are numbered from 1 on the page; none means that the rater cannot tell."""
        option = event.maybe_number("option")
        place = None if option is None else option - 1
        self.work.guess(event.text("item"), place, guess_id=event.id)

    # ── below the surface ───────────────────────────────────────────────────────────────────────

    def _shows(self, item_id: str) -> bool:
        current = self.work.current
        return item_id == (current.item_id if current else "")

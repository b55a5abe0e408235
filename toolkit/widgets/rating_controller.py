"""From what the rater does to what happens: each event becomes one call on the rating queue.

The page knows two replies as A and B and everything else by random ids; which reply is which, and
what an option of the guess stands for, is known here only.
"""

from collections.abc import Callable
from typing import Literal

from toolkit.errors import NotNow, StudyChanged
from toolkit.session import Preferred, RatingQueue
from toolkit.widgets.events import Event
from toolkit.widgets.session_controller import PAGES_AT_MOST, Page

SIDES: dict[str, Preferred] = {"a": "left", "b": "right", "equal": "equal", "neither": "neither"}
"""What the page says, and what the record keeps; A is the first reply shown."""


class RatingController:
    """Carries out events for one rater at a time.

    Args:
        seat: makes a queue in which nobody is enrolled yet; takes what to call when another queue
            goes on in its place.
    """

    def __init__(self, seat: Callable[[Callable[[], None]], RatingQueue]) -> None:
        self.queue = seat(self._taken_over)
        self.started = False
        """Whether the rater has read how it works, as far as this process knows."""
        self.finished = False
        """Whether the rater is through with the items: guesses tell who there was to be."""
        self._seat = seat
        self._pages: list[Page] = []
        self._actions: dict[str, Callable[[Event], None]] = {
            "enrol": lambda event: self.enrol(event.text("code"), "code"),
            "other_code": lambda _: self._other_code(),
            "consent": lambda _: self.queue.consent(),
            "start": lambda _: self._start(),
            "end": lambda _: self._end(),
            "rate": self._rate,
            "correct": self._correct,
            "choose": self._choose,
            "pass": self._pass,
            "back": self._back,
            "guess": self._guess,
            "look": lambda _: None,
            "save": lambda _: None,
            "withdraw": lambda event: self.queue.withdraw(event.text("reason")),
        }

    def attach(self, page: Page) -> None:
        """Tell this page, too, what changes; pages of long ago are told no more."""
        self._pages = [*self._pages, page][-PAGES_AT_MOST:]

    def show(self, action: str) -> None:
        """Let every page show what an action has changed."""
        self._show()

    def handle(self, event: Event) -> None:
        """Carry out one event; on return what it keeps is durable.

        Raises:
            ParallaxError: with what to tell the rater.
        """
        if event.action not in self._actions:
            raise NotNow(
                f"panel: got the action {event.action!a}, which it does not know; wanted one of "
                f"{', '.join(self._actions)}. Reload the page and run the cell again."
            )
        try:
            self._actions[event.action](event)
        except StudyChanged:
            # Frozen again while this rater was at work: from here on the pages only read.
            self._show()
            raise

    @property
    def enrolled(self) -> bool:
        """Whether somebody is at work here."""
        return self.queue.participant is not None

    def enrol(self, code: str, enrolled_by: Literal["code", "hub", "launcher"]) -> None:
        """Begin or come back."""
        self.queue.enrol(code, enrolled_by=enrolled_by)

    async def close(self) -> None:
        """Let go of the rater."""
        self.queue.close()

    # ── one action each ─────────────────────────────────────────────────────────────────────────

    def _other_code(self) -> None:
        """Back to the first screen: the code was mistyped, or somebody else sits down here."""
        begun = self.queue.stage == "rate" and (self.started or self.queue.progress.done > 0)
        if self.queue.stage not in ("enrol", "guess") and not begun:
            self.queue.close()
            self.queue = self._seat(self._taken_over)
            self.started = self.finished = False

    def _start(self) -> None:
        self.started = True

    def _end(self) -> None:
        self.finished = self.queue.stage == "guess"

    def _rate(self, event: Event) -> None:
        self.queue.rate(
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
            self.queue.forward()

    def _choose(self, event: Event) -> None:
        preferred = event.text("preferred")
        if preferred not in SIDES:
            raise NotNow(
                f"choice: got {preferred!a}; wanted one of {', '.join(SIDES)}. Reload the page and "
                "choose again."
            )
        self.queue.choose(
            event.text("item"), SIDES[preferred], why=event.text("why"), choice_id=event.id
        )

    def _pass(self, event: Event) -> None:
        self.queue.pass_item(event.text("item"), event.text("reason"), passed_id=event.id)

    def _back(self, event: Event) -> None:
        """Step back from what the page shows: a press that arrives twice counts once."""
        if self._shows(event.text("item")):
            self.queue.back()

    def _guess(self, event: Event) -> None:
        """Options are numbered from 1 on the page; none means that the rater cannot tell."""
        option = event.maybe_number("option")
        place = None if option is None else option - 1
        self.queue.guess(event.text("item"), place, guess_id=event.id)

    # ── below the surface ───────────────────────────────────────────────────────────────────────

    def _shows(self, item_id: str) -> bool:
        current = self.queue.current
        return item_id == (current.item_id if current else "")

    def _taken_over(self) -> None:
        self.queue.close()
        self._show()

    def _show(self) -> None:
        for page in self._pages:
            page.show_screen()

"""Page controller: the protocol by which both panels carry out the events of their page.

A controller knows nothing of widgets; it calls back when there is something new to show, to every
page that shows it: a notebook whose cell runs again, or that is open in two tabs, has several.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from toolkit.errors import NotNow
from toolkit.record import EnrolledBy
from toolkit.session import RatingQueue, Sitting
from toolkit.widgets.page_events import Event

PAGES_AT_MOST = 8
"""Pages that are told what changes."""

WAYS_IN = ("enrol", "other_code", "consent")
"""Actions of whoever has not begun yet, in every panel."""
W = TypeVar("W", Sitting, RatingQueue)


class Page(Protocol):
    """Whoever shows what happens."""

    def show_screen(self) -> None:
        """Something on the screen may have changed."""

    def show_conversation(self) -> None:
        """What was said or judged changed, and the screen is the same."""

    def show_stream(self, stream: dict[str, Any]) -> None:
        """A piece of an answer is here."""

    def show_problem(self, problem: Exception) -> None:
        """Something failed that no event waits for."""


class Controller(Generic[W]):
    """Carries out events for one participant at a time.

    Args:
        seat: makes a place of work in which nobody is enrolled yet; takes, as ``on_lost``, what to
            call when the same participant goes on in another one.
    """

    ACTIONS: ClassVar[tuple[str, ...]]
    """What a page may say; each is a method of the same name with ``_`` before it."""

    def __init__(self, seat: Callable[..., W]) -> None:
        self._seat: Callable[..., W] = seat
        self._pages: list[Page] = []
        self.work: W = seat(on_lost=self._taken_over)

    def attach(self, page: Page) -> None:
        """Tell this page, too, what changes; pages of long ago are told no more."""
        self._pages = [*self._pages, page][-PAGES_AT_MOST:]

    def handle(self, event: Event) -> None:
        """Carry out one event; on return what it keeps is durable.

        Raises:
            ParallaxError: with what to tell the participant.
        """
        if event.action not in self.ACTIONS:
            raise NotNow(
                f"panel: got the action {event.action!a}, which it does not know; wanted one of "
                f"{', '.join(self.ACTIONS)}. Reload the page and run the cell again."
            )
        getattr(self, f"_{event.action}")(event)

    def enrol(self, code: str, enrolled_by: EnrolledBy) -> None:
        """Begin or come back; nothing of whoever was at work here before is left.

        Args:
            code: from the invitation.
            enrolled_by: who gave the code.
        """
        before = self.work.participant
        self.work.enrol(code, enrolled_by=enrolled_by)
        if self.work.participant != before:
            self.begin_anew()

    def show(self, action: str) -> None:
        """Let every page show what an action has changed."""
        self.show_screen()

    def show_screen(self) -> None:
        """Let every page show how things stand."""
        for page in self._pages:
            page.show_screen()

    def begin_anew(self) -> None:
        """Forget what was on the screen of whoever was at work before."""
        raise NotImplementedError

    def let_go(self) -> None:
        """Stop what is under way here, because it goes on elsewhere."""
        raise NotImplementedError

    async def close(self) -> None:
        """Let go of the participant."""
        raise NotImplementedError

    # ── what every panel knows ──────────────────────────────────────────────────────────────────

    @property
    def _may_leave(self) -> bool:
        """Whether another person may sit down here now."""
        raise NotImplementedError

    def _enrol(self, event: Event) -> None:
        self.enrol(event.text("code"), "code")

    def _other_code(self, _: Event) -> None:
        """Back to the first screen: the code was mistyped, or somebody else sits down here."""
        if self._may_leave:
            self.let_go()
            self.work = self._seat(on_lost=self._taken_over)
            self.begin_anew()

    def _consent(self, _: Event) -> None:
        self.work.consent()

    def _withdraw(self, event: Event) -> None:
        self.work.withdraw(event.text("reason"))
        self.begin_anew()

    def _taken_over(self) -> None:
        if self.work.read_only:
            self.let_go()
        self.show_screen()

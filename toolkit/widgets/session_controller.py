"""From what the tester does to what happens: each event becomes one call on the live objects.

The controller knows nothing of widgets; it calls back when there is something new to show, to every
page that shows it: a notebook whose cell runs again, or that is open in two tabs, has several. It
never waits: asking the endpoint is a task on the running loop.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Literal, Protocol

from toolkit.canon import new_id
from toolkit.errors import EventConflict, NotNow
from toolkit.record import Record
from toolkit.session import Conversation, Sitting
from toolkit.widgets.answer_stream import Streaming
from toolkit.widgets.events import Event

logger = logging.getLogger(__name__)

STAGE_ACTIONS = frozenset(
    {"enrol", "other_code", "consent", "begin", "skip", "form", "finish", "withdraw"}
)
"""Actions after which another screen may be due."""

PAGES_AT_MOST = 8
"""Pages that are told what changes."""


class Page(Protocol):
    """Whoever shows what happens."""

    def show_screen(self) -> None:
        """Another screen may be due."""

    def show_conversation(self) -> None:
        """Turns, ratings or flags changed, or an answer ended."""

    def show_stream(self, stream: dict[str, Any]) -> None:
        """A piece of an answer is here."""

    def show_problem(self, problem: Exception) -> None:
        """Something failed that no event waits for."""


class SessionController:
    """Carries out events for one participant at a time.

    Args:
        seat: makes a sitting in which nobody is enrolled yet; takes what to call when another
            sitting goes on in its place.
        record: where everything is kept.
    """

    def __init__(self, seat: Callable[[Callable[[], None]], Sitting], record: Record) -> None:
        self.sitting = seat(self._taken_over)
        self.form_open = False
        self._seat = seat
        self._record = record
        self._pages: list[Page] = []
        self._streaming: Streaming | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._actions: dict[str, Callable[[Event], None]] = {
            "enrol": lambda event: self.enrol(event.text("code"), "code"),
            "other_code": self._other_code,
            "consent": lambda _: self.sitting.consent(),
            "begin": self._begin,
            "skip": self._skip,
            "say": self._say,
            "answer": self._answer,
            "stop": self._stop,
            "rate": self._rate,
            "flag": self._flag,
            "unflag": self._unflag,
            "form": self._form,
            "finish": self._finish,
            "save": self._save,
            "catch_up": self._catch_up,
            "withdraw": self._withdraw,
        }

    def attach(self, page: Page) -> None:
        """Tell this page, too, what changes; pages of long ago are told no more."""
        self._pages = [*self._pages, page][-PAGES_AT_MOST:]

    def show(self, action: str) -> None:
        """Let every page show what an action has changed."""
        for page in self._pages:
            if action in STAGE_ACTIONS:
                page.show_screen()
            elif action not in ("stop", "catch_up"):
                page.show_conversation()

    def handle(self, event: Event) -> None:
        """Carry out one event; on return what it keeps is durable.

        Raises:
            ParallaxError: with what to tell the tester.
        """
        if event.action not in self._actions:
            raise NotNow(
                f"panel: got the action {event.action!a}, which it does not know; wanted one of "
                f"{', '.join(self._actions)}. Reload the page and run the cell again."
            )
        self._actions[event.action](event)

    def enrol(self, code: str, enrolled_by: Literal["code", "hub", "launcher"]) -> None:
        """Begin or come back; the form is open again if it was begun."""
        self.sitting.enrol(code, enrolled_by=enrolled_by)
        conversation = self.sitting.conversation
        self.form_open = conversation is not None and any(
            rating.turn_id is None for rating in conversation.ratings
        )

    @property
    def enrolled(self) -> bool:
        """Whether somebody is at work here."""
        return self.sitting.participant is not None

    @property
    def conversation(self) -> Conversation | None:
        """The conversation under way, if there is one."""
        conversation = self.sitting.conversation
        return conversation if conversation and conversation.end is None else None

    def _taken_over(self) -> None:
        self.let_go()
        for page in self._pages:
            page.show_screen()

    def let_go(self) -> None:
        """Stop what is under way here, because it goes on elsewhere."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._closing = loop.create_task(self.sitting.close())

    @property
    def answering(self) -> bool:
        """Whether an answer is on its way, from the moment it is asked for."""
        return self._streaming is not None

    async def close(self) -> None:
        """Let go of the participant and the endpoint; waits for an answer to be put away."""
        await self.sitting.close()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    # ── one action each ─────────────────────────────────────────────────────────────────────────

    def _other_code(self, _: Event) -> None:
        """Back to the first screen: the code was mistyped, or somebody else sits down here."""
        if self.sitting.stage in ("consent", "rest", "done", "withdrawn"):
            self.let_go()
            self.sitting = self._seat(self._taken_over)

    def _begin(self, event: Event) -> None:
        if self.sitting.stage == "brief" and event.number("position") == self.sitting.position:
            self.form_open = False
            self.sitting.begin()

    def _skip(self, event: Event) -> None:
        if event.number("position") != self.sitting.position:
            return
        if self.conversation is not None:
            self.conversation.skip()
        elif self.sitting.stage == "brief":
            self.sitting.skip_brief()

    def _say(self, event: Event) -> None:
        conversation = self._current(event)
        turn = conversation.put(event.text("text"), turn_id=self._unused(event, conversation))
        if conversation.turns[-1] == turn and not self.answering:
            self._ask(conversation)

    def _answer(self, event: Event) -> None:
        conversation = self._current(event)
        if not self.answering:
            conversation.save()
            self._ask(conversation)

    def _stop(self, _: Event) -> None:
        if self.conversation is not None:
            self.conversation.stop()

    def _rate(self, event: Event) -> None:
        if self._kept(event):
            return
        conversation, study = self._current(event), self.sitting.study
        question, turn_id = event.text("question"), event.maybe_text("turn")
        asked = {one.id: one for one in study.form}
        if turn_id is not None:
            asked = {"quick": study.quick_question}
        if question not in asked:
            raise NotNow(
                f"rating: got the question {question!a}; wanted one of {', '.join(asked)}. Reload "
                "the page and try again."
            )
        conversation.rate(
            question,
            event.maybe_number("value"),
            dimension=asked[question].dimension,
            turn_id=turn_id,
            rating_id=event.id,
        )

    def _flag(self, event: Event) -> None:
        if self._kept(event):
            return
        conversation = self._current(event)
        conversation.flag(
            event.text("turn"),
            event.number("start"),
            event.number("end"),
            harm=event.text("harm"),
            severity=event.number("severity"),
            comment=event.text("comment"),
            flag_id=event.id,
            supersedes=event.maybe_text("supersedes"),
        )

    def _unflag(self, event: Event) -> None:
        self._current(event).unflag(event.text("flag"))

    def _form(self, event: Event) -> None:
        self._current(event)
        if event.yes("open") and self.answering:
            raise NotNow("The answer is still on its way. Wait for it, or press Stop.")
        self.form_open = event.yes("open")

    def _finish(self, event: Event) -> None:
        if self._is_over(event.text("session")):
            return
        self._current(event).finish(event.text("comment"))
        self.form_open = False

    def _save(self, _: Event) -> None:
        if self.conversation is not None:
            self.conversation.save()

    def _catch_up(self, _: Event) -> None:
        if self._streaming is not None:
            self._streaming.resend()

    def _withdraw(self, event: Event) -> None:
        self.sitting.withdraw(event.text("reason"))
        self.form_open = False

    # ── below the surface ───────────────────────────────────────────────────────────────────────

    def _current(self, event: Event) -> Conversation:
        """The conversation under way, provided that the event is about it."""
        conversation = self.conversation
        if conversation is None or event.text("session") != conversation.session.session_id:
            raise NotNow("This conversation is over. Go on to the next one.")
        return conversation

    def _is_over(self, session_id: str) -> bool:
        last = self.sitting.conversation
        if last is not None and last.session.session_id == session_id:
            return last.end is not None
        return self._record.find(f"{session_id}.end") is not None

    def _kept(self, event: Event) -> bool:
        """Whether a page sends again what is already in this participant's record."""
        entry = self._record.find(event.id)
        if entry is None:
            return False
        if entry.chain == event.text("session"):
            return True
        raise EventConflict(
            "panel: got an event under an id that is taken; wanted a new one. Reload the page and "
            "try again."
        )

    def _unused(self, event: Event, conversation: Conversation) -> str:
        if not any(turn.turn_id == event.id for turn in conversation.turns):
            self._kept(event)
        return event.id

    def _ask(self, conversation: Conversation) -> None:
        self._streaming = Streaming(new_id(), self._show_stream)
        # The loop keeps only a weak reference to a task; this one must live until it is done.
        self._task = asyncio.get_running_loop().create_task(
            self._run(conversation, self._streaming)
        )

    async def _run(self, conversation: Conversation, streaming: Streaming) -> None:
        try:
            await conversation.answer(on_token=streaming.add)
        except Exception as problem:
            for page in self._pages:
                page.show_problem(problem)
        finally:
            streaming.end()
            self._streaming = None
            for page in self._pages:
                page.show_conversation()

    def _show_stream(self, stream: dict[str, Any]) -> None:
        for page in self._pages:
            page.show_stream(stream)

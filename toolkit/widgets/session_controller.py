"""Session controller: each event of the tester becomes one call on the live objects.

It never waits: asking the endpoint is a task on the running loop.
"""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

from toolkit.canon import new_id
from toolkit.errors import EventConflict, NotNow
from toolkit.record import Record
from toolkit.rendering import shortened
from toolkit.session import Conversation, Sitting
from toolkit.widgets.answer_stream import AnswerStream
from toolkit.widgets.page_controller import WAYS_IN, Controller
from toolkit.widgets.page_events import Event
from toolkit.wording import INVISIBLE, KEY, Sensitive, sensitive_parts

_SHOWN = 24


class SessionController(Controller[Sitting]):
    """Carries out the events of a tester.

    Args:
        seat: makes a sitting in which nobody is enrolled yet.
        record: where everything is kept.
    """

    TALK = ("begin", "skip", "say", "answer", "stop")
    JUDGE = ("rate", "flag", "unflag", "form", "finish", "save", "catch_up")
    ACTIONS: ClassVar = (*WAYS_IN, *TALK, *JUDGE, "withdraw")
    SAME_SCREEN = frozenset(ACTIONS) - {*WAYS_IN, "begin", "skip", "form", "finish", "withdraw"}
    """Actions after which no other screen is due: the page hears of them sooner."""

    def __init__(self, seat: Callable[..., Sitting], record: Record) -> None:
        self.form_open = False
        self._pointed_out = ""
        """The message that was not sent, because something in it was pointed out."""
        self._record = record
        self._stream: AnswerStream | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        super().__init__(seat)

    @property
    def conversation(self) -> Conversation | None:
        """The conversation under way, if there is one."""
        conversation = self.work.conversation
        return conversation if conversation and conversation.end is None else None

    @property
    def answering(self) -> bool:
        """Whether an answer is on its way, from the moment it is asked for."""
        return self._stream is not None

    def begin_anew(self) -> None:
        """Forget the answer on its way; the form is open again if it was begun."""
        if self._stream is not None:
            self._stream.end()
            self._stream = None
        self.form_open = self.conversation is not None and any(
            rating.turn_id is None for rating in self.conversation.ratings
        )

    def show(self, action: str) -> None:
        """Let every page show what an action has changed."""
        for page in self._pages:
            if action in self.SAME_SCREEN:
                page.show_conversation()
            else:
                page.show_screen()

    def let_go(self) -> None:
        """Stop what is under way here, because it goes on elsewhere."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._closing = loop.create_task(self.work.close())

    async def close(self) -> None:
        """Let go of the participant and the endpoint; waits for an answer to be put away."""
        await self.work.close()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    # ── one action each ─────────────────────────────────────────────────────────────────────────

    @property
    def _may_leave(self) -> bool:
        return self.work.stage in ("consent", "rest", "done", "withdrawn")

    def _begin(self, event: Event) -> None:
        position = event.number("position")
        if self.work.stage == "brief" and position == self.work.position:
            self.form_open = False
            self.work.begin()

    def _skip(self, event: Event) -> None:
        if event.number("position") != self.work.position:
            return
        if self.conversation is not None:
            self.conversation.skip()
        elif self.work.stage == "brief":
            self.work.begin().skip()

    def _say(self, event: Event) -> None:
        conversation = self._current(event)
        if not any(turn.turn_id == event.id for turn in conversation.turns):
            self._kept(event)
            self._point_out(event.text("text"))
        turn = conversation.put(event.text("text"), turn_id=event.id)
        if conversation.turns[-1] == turn and not self.answering:
            self._ask(conversation)

    def _point_out(self, text: str) -> None:
        """Say what may not belong in a message, once; a key is never sent.

        Raises:
            NotNow: if something may not, unless the same message was pointed out before.
        """
        found = sensitive_parts(text)
        keys = [one for one in found if one.kind == KEY]
        if keys or (found and text != self._pointed_out):
            self._pointed_out = text
            raise NotNow(_found_words(text, keys or list(found)))

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
        conversation, study = self._current(event), self.work.study
        question, turn_id = event.text("question"), event.maybe_text("turn")
        form = {one.id: one for one in study.form}
        asked = form if turn_id is None else {"quick": study.quick_question}
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
        self._current(event).flag(
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
        if self._record.find(f"{event.text('session')}.end") is None:
            self._current(event).finish(event.text("comment"))
            self.form_open = False

    def _save(self, _: Event) -> None:
        if self.conversation is not None:
            self.conversation.save()

    def _catch_up(self, _: Event) -> None:
        if self._stream is not None:
            self._stream.resend()

    # ── below the surface ───────────────────────────────────────────────────────────────────────

    def _current(self, event: Event) -> Conversation:
        """The conversation under way, provided that the event is about it."""
        conversation = self.conversation
        if conversation is None or event.text("session") != conversation.session.session_id:
            raise NotNow("This conversation is over. Go on to the next one.")
        return conversation

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

    def _ask(self, conversation: Conversation) -> None:
        self._stream = AnswerStream(new_id(), self._show_stream)
        # The loop keeps only a weak reference to a task; this one must live until it is done.
        self._task = asyncio.get_running_loop().create_task(self._run(conversation, self._stream))

    async def _run(self, conversation: Conversation, stream: AnswerStream) -> None:
        problem: Exception | None = None
        try:
            await conversation.answer(on_token=stream.add)
        except Exception as failure:
            problem = failure
        if stream is not self._stream:
            # Somebody else sits here now; what comes of this answer is none of their business.
            return
        stream.end()
        self._stream = None
        for page in self._pages:
            if problem is not None:
                page.show_problem(problem)
            page.show_conversation()

    def _show_stream(self, stream: dict[str, Any]) -> None:
        for page in self._pages:
            page.show_stream(stream)


def _found_words(text: str, found: list[Sensitive]) -> str:
    """Say what was found, in plain words; of a key only the beginning is shown."""
    first = found[0]
    kinds = list(dict.fromkeys(one.kind for one in found))
    named = " and ".join([", ".join(kinds[:-1]), kinds[-1]] if len(kinds) > 1 else kinds)
    if first.kind == KEY:
        return (
            f"Your message was not sent. It seems to hold {KEY}, beginning with "
            f"“{text[first.start : first.start + 4]}”. Take it out. If it is a real one, tell "
            "whoever gave it to you that it was typed here."
        )
    shown = text[first.start : first.end]
    quote = "" if first.kind == INVISIBLE else f" (“{shortened(shown, _SHOWN)}”)"
    return (
        f"Your message was not sent yet. It seems to hold {named}{quote}. Real data about people "
        "do not belong here: make something up. If it is all right, send the same message again."
    )

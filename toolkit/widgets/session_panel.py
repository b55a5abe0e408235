"""The panel an employee works in: one widget, from the code to the thanks.

The widget is its traits. What the tester does arrives as messages ``{id, action, …}``; each is
carried out by the controller and acknowledged once it is durable.
"""

import logging
import os
from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from toolkit.design import Study
from toolkit.errors import ParallaxError
from toolkit.record import Record
from toolkit.session import Bound, Conversation, bind
from toolkit.widgets.assets import panel_module, panel_styles
from toolkit.widgets.controller import SessionController, may_try_again
from toolkit.widgets.events import Event
from toolkit.widgets.identity import Identity, forget, known_identity, remember
from toolkit.widgets.live import controller_for, forget_controller
from toolkit.widgets.render import displayable
from toolkit.widgets.screens import judged_view, screen_view, turns_view, unavailable_view
from toolkit.widgets.wording import UNEXPECTED, plain_words

logger = logging.getLogger(__name__)

_ACKED_AT_MOST = 200
_CALM = {"state": "ok", "event": "", "message": "", "again": False}


class SessionPanel(anywidget.AnyWidget):
    """Play a persona, talk to the assistant, say what felt wrong.

    Running the cell again shows the same session, also in the middle of an answer; nothing is
    written twice. A problem with the study or the record is shown in the panel.

    Args:
        study: a loaded study.
        record: its record, open.
        binder: opens the endpoint of an alias; default: the study's plan and the launcher's word.
        environ: where the hub or the launcher says who is at work.
    """

    view = traitlets.Dict().tag(sync=True)
    """The screen that is due and everything on it."""
    turns: traitlets.List = traitlets.List().tag(sync=True)
    """What has been said in the conversation under way."""
    judged = traitlets.Dict().tag(sync=True)
    """Its ratings and flags."""
    stream = traitlets.Dict().tag(sync=True)
    """The latest piece of an answer in flight; empty when there is none."""
    status = traitlets.Dict().tag(sync=True)
    """``{"state": "ok" | "error", "event", "message", "again"}``."""
    acked: traitlets.List = traitlets.List().tag(sync=True)
    """Ids of the latest events that are dealt with and durable."""

    def __init__(
        self,
        study: Study,
        record: Record,
        *,
        binder: Callable[[Study, str], Bound] = bind,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.add_traits(
            _esm=traitlets.Unicode(panel_module()).tag(sync=True),
            _css=traitlets.Unicode(panel_styles()).tag(sync=True),
        )
        self._study = study
        self._record = record
        self._controller: SessionController | None = None
        self._problem: ParallaxError | None = None

        try:
            self._controller = controller_for(study, record, binder)
            self._enrol_known(environ)
        except ParallaxError as problem:
            self._problem = problem
        super().__init__(status=dict(_CALM), **self._state())
        self.on_msg(self._receive)
        if self._controller is not None:
            self._controller.attach(self)

    # ── what the controller says ────────────────────────────────────────────────────────────────

    def show_screen(self) -> None:
        """Show the screen that is due."""
        with self.hold_sync():
            for name, value in self._state().items():
                setattr(self, name, value)

    def show_conversation(self) -> None:
        """Show what has been said and judged."""
        with self.hold_sync():
            self.turns = self._turns()
            self.judged = judged_view(self._conversation)
            if self._controller is None or not self._controller.answering:
                self.stream = {}

    def show_stream(self, stream: dict[str, Any]) -> None:
        """Pass on a piece of an answer."""
        self.stream = stream

    def show_problem(self, problem: Exception) -> None:
        """Say what failed that no event waits for."""
        self._say_problem(problem, "")

    async def release(self) -> None:
        """Let go of the participant and of the endpoint; the panel then only shows."""
        if self._controller is not None:
            forget_controller(self._controller)
            await self._controller.close()

    # ── what the page says ──────────────────────────────────────────────────────────────────────

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        event = Event.read(content)
        if event is None or self._controller is None:
            return
        if event.id in self.acked:
            self.send_state("acked")
            return
        try:
            self._controller.handle(event)
        except Exception as problem:
            self._say_problem(problem, event.id)
        else:
            self._acknowledge(event)

    def _acknowledge(self, event: Event) -> None:
        if event.action == "enrol":
            remember(self._record.record_id, Identity(event.text("code"), "code"))
        if event.action == "other_code":
            forget(self._record.record_id)
        with self.hold_sync():
            if self._controller is not None:
                self._controller.show(event.action)
            self.status = dict(_CALM)
            self.acked = [*self.acked, event.id][-_ACKED_AT_MOST:]

    def _say_problem(self, problem: Exception, event_id: str) -> None:
        if isinstance(problem, ParallaxError):
            logger.info("%s: %s", type(problem).__name__, problem)
            message = plain_words(str(problem), names=self._names())
        else:
            # The name alone: a traceback in a notebook could show what somebody wrote.
            logger.error("the panel met a %s", type(problem).__name__)
            logger.debug("where it happened", exc_info=problem)
            message = UNEXPECTED
        self.status = {
            "state": "error",
            "event": event_id,
            "message": displayable(message),
            "again": may_try_again(problem),
        }

    # ── below the surface ───────────────────────────────────────────────────────────────────────

    @property
    def _conversation(self) -> Conversation | None:
        return self._controller.conversation if self._controller else None

    def _enrol_known(self, environ: Mapping[str, str]) -> None:
        who = known_identity(environ, self._record.record_id)
        if who and self._controller and self._controller.sitting.participant is None:
            self._controller.enrol(who.code, who.enrolled_by)

    def _state(self) -> dict[str, Any]:
        return {
            "view": self._view(),
            "turns": self._turns(),
            "judged": judged_view(self._conversation),
        }

    def _view(self) -> dict[str, Any]:
        if self._controller is None or self._problem is not None:
            message = plain_words(str(self._problem), names=self._names())
            return unavailable_view(self._study, message)
        return screen_view(self._controller.sitting, form_open=self._controller.form_open)

    def _turns(self) -> list[dict[str, Any]]:
        turns = turns_view(self._conversation)
        for turn in turns:
            turn["error"] = plain_words(turn["error"], names=self._names())
        return turns

    def _names(self) -> list[str]:
        """Names and hosts that no text on the page may hold."""
        names = [plan.endpoint for plan in self._study.endpoints.values()]
        if self._conversation is not None:
            endpoint = self._conversation.endpoint
            names += [endpoint.name, endpoint.host]
            kind, _, model = endpoint.name.partition(":")
            names += [model] if kind in ("openai", "embedded") else []
        return names

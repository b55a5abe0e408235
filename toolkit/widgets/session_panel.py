"""The panel an employee works in: one widget, from the code to the thanks."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import traitlets

from toolkit.design import Study
from toolkit.errors import ParallaxError
from toolkit.record import Record
from toolkit.session import Bound, Conversation, bind
from toolkit.widgets.assets import panel_styles, session_module
from toolkit.widgets.live_controllers import controller_for, forget_controller
from toolkit.widgets.panel import Panel, enrol_known
from toolkit.widgets.plain_words import plain_words
from toolkit.widgets.session_controller import SessionController
from toolkit.widgets.session_view import judged_view, screen_view, turns_view, unavailable_view


class SessionPanel(Panel):
    """Play a persona, talk to the assistant, say what felt wrong.

    Running the cell again shows the same session, also in the middle of an answer; nothing is
    written twice. A problem with the study or the record is shown in the panel.

    Args:
        study: a loaded study.
        record: its record, open.
        binder: opens the endpoint of an alias; default: the study's plan and the launcher's word.
        environ: where the hub or the launcher says who is at work.
    """

    turns: traitlets.List = traitlets.List().tag(sync=True)
    """What has been said in the conversation under way."""
    judged = traitlets.Dict().tag(sync=True)
    """Its ratings and flags."""
    stream = traitlets.Dict().tag(sync=True)
    """The latest piece of an answer in flight; empty when there is none."""

    def __init__(
        self,
        study: Study,
        record: Record,
        *,
        binder: Callable[[Study, str], Bound] = bind,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._study = study
        self._controller: SessionController | None = None
        self._problem: ParallaxError | None = None
        try:
            self._controller = controller_for(study, record, binder)
            enrol_known(self._controller, record, environ)
        except ParallaxError as problem:
            self._problem = problem
        super().__init__(record, module=session_module(), styles=panel_styles())
        if self._controller is not None:
            self._controller.attach(self)

    # ── what the controller says ────────────────────────────────────────────────────────────────

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

    async def release(self) -> None:
        """Let go of the participant and of the endpoint; the panel then only shows."""
        if self._controller is not None:
            forget_controller(self._controller)
            await self._controller.close()

    # ── below the surface ───────────────────────────────────────────────────────────────────────

    @property
    def _live(self) -> SessionController | None:
        return self._controller

    @property
    def _conversation(self) -> Conversation | None:
        return self._controller.conversation if self._controller else None

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

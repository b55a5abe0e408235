"""Session panel, in which an employee works: one widget, from the code to the thanks."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import traitlets

from toolkit.design import Study
from toolkit.record import Record
from toolkit.session import Bound, Sitting, bind
from toolkit.widgets.browser_assets import SESSION, module_of
from toolkit.widgets.error_messages import plain_words
from toolkit.widgets.live_controllers import live_controller
from toolkit.widgets.panel import Panel
from toolkit.widgets.session_controller import SessionController
from toolkit.widgets.session_view import judged_view, session_view, turns_view


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
        def live() -> SessionController:
            key = "session", record.record_id, study.explore_hash, binder
            seat = partial(Sitting, study, record, binder=binder)
            return live_controller(key, lambda: SessionController(seat, record))

        super().__init__(study, record, live, module=module_of(SESSION), environ=environ)

    def show_stream(self, stream: dict[str, Any]) -> None:
        """Pass on a piece of an answer."""
        self.stream = stream

    def show_conversation(self) -> None:
        """Show what was said and judged; the screen is the same."""
        self._set(self._conversation())

    def _shown(self) -> dict[str, Any]:
        live = self._controller
        return {
            "view": session_view(live.work, form_open=live.form_open),
            **self._conversation(),
        }

    def _conversation(self) -> dict[str, Any]:
        live = self._controller
        turns = turns_view(live.conversation)
        for turn in turns:
            turn["error"] = plain_words(turn["error"], names=self._names())
        return {
            "turns": turns,
            "judged": judged_view(live.conversation),
            "stream": self.stream if live.answering else {},
        }

    def _nothing(self) -> dict[str, Any]:
        return {"turns": [], "judged": judged_view(None), "stream": {}}

    def _names(self) -> list[str]:
        names = super()._names()
        if self._controller is not None and self._controller.conversation is not None:
            endpoint = self._controller.conversation.endpoint
            names += [endpoint.name, endpoint.host]
            kind, _, model = endpoint.name.partition(":")
            names += [model] if kind in ("openai", "embedded") else []
        return names

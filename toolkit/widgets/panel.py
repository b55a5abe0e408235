"""Panel base: a view, a way for the page to say what happened, and an answer to it.

The widget is its traits. What somebody does on the page arrives as messages ``{id, action, …}``;
each is carried out by a controller and acknowledged once it is durable.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from toolkit.design import Study
from toolkit.errors import EventConflict, NotNow, ParallaxError, RecordError
from toolkit.record import Record
from toolkit.rendering import for_browser
from toolkit.widgets.browser_assets import panel_styles
from toolkit.widgets.error_messages import UNEXPECTED, plain_words
from toolkit.widgets.frame_view import frame_view
from toolkit.widgets.live_controllers import forget_controller
from toolkit.widgets.page_controller import Controller
from toolkit.widgets.page_events import Event
from toolkit.widgets.participant_identity import (
    HUB_VARIABLE,
    Identity,
    forget,
    known_identity,
    remember,
)

logger = logging.getLogger(__name__)

_ACKED_AT_MOST = 200
_CALM = {"state": "ok", "event": "", "message": "", "again": False}


class Panel(anywidget.AnyWidget):
    """The traits and the manners that all panels share.

    Args:
        study: a loaded study.
        record: its record, open.
        live: finds or makes what carries out events.
        module: the ECMAScript module.
        environ: where the hub or the launcher says who is at work.
    """

    view = traitlets.Dict().tag(sync=True)
    """The screen that is due and everything on it."""
    status = traitlets.Dict().tag(sync=True)
    """``{"state": "ok" | "error", "event", "message", "again"}``."""
    acked: traitlets.List = traitlets.List().tag(sync=True)
    """Ids of the latest events that are dealt with and durable."""

    def __init__(
        self,
        study: Study,
        record: Record,
        live: Callable[[], Controller[Any]],
        *,
        module: str,
        environ: Mapping[str, str],
    ) -> None:
        self.add_traits(
            _esm=traitlets.Unicode(module).tag(sync=True),
            _css=traitlets.Unicode(panel_styles()).tag(sync=True),
        )
        self._study = study
        self._place = type(self).__name__, record.record_id
        self._controller: Any = None
        """Who carries out events; None when the study cannot run."""
        self._problem: ParallaxError | None = None
        self._by_hub = bool(environ.get(HUB_VARIABLE))
        try:
            self._controller = live()
            who = known_identity(environ, self._place)
            if who and self._controller.work.participant is None:
                self._controller.enrol(who.code, who.enrolled_by)
        except ParallaxError as problem:
            self._problem = problem
        super().__init__(status=dict(_CALM), **self._state())
        self.on_msg(self._receive)
        if self._controller is not None:
            self._controller.attach(self)

    async def release(self) -> None:
        """Let go of the participant and of the endpoint; the panel then only shows.

        The next panel on this record asks for a code, whoever sits down at it.
        """
        if self._controller is not None:
            forget(self._place)
            forget_controller(self._controller)
            await self._controller.close()

    # ── what a panel says of itself ─────────────────────────────────────────────────────────────

    def _shown(self) -> dict[str, Any]:
        """Trait to its value, as things stand now.

        Raises:
            ParallaxError: if they cannot be shown.
        """
        raise NotImplementedError

    def _nothing(self) -> dict[str, Any]:
        """Traits but ``view`` to their values while the study cannot run."""
        raise NotImplementedError

    def _names(self) -> list[str]:
        """Names and hosts that no text on the page may hold."""
        return [plan.endpoint for plan in self._study.endpoints.values()]

    # ── what the controller says ────────────────────────────────────────────────────────────────

    def show_screen(self) -> None:
        """Show the screen that is due."""
        self._set(self._state())

    def _set(self, state: Mapping[str, Any]) -> None:
        with self.hold_sync():
            for name, value in state.items():
                setattr(self, name, value)

    # ── what the page says ──────────────────────────────────────────────────────────────────────

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        event = Event.read(content)
        if event is None or self._controller is None:
            return
        if event.id in self.acked:
            self.send_state("acked")
            return
        try:
            self._require_own(event)
            self._controller.handle(event)
        except Exception as problem:
            self.show_problem(problem, event.id)
        else:
            self._acknowledge(event)

    def _require_own(self, event: Event) -> None:
        """Whom a hub signed in stays who they are."""
        if self._by_hub and event.action in ("enrol", "other_code"):
            raise NotNow("You are signed in, and take part as yourself. No code is needed.")

    def _acknowledge(self, event: Event) -> None:
        if event.action == "enrol":
            remember(self._place, Identity(event.text("code"), "code"))
        if event.action == "other_code":
            forget(self._place)
        with self.hold_sync():
            self._controller.show(event.action)
            self.status = dict(_CALM)
            self.acked = [*self.acked, event.id][-_ACKED_AT_MOST:]

    # ── what is shown ───────────────────────────────────────────────────────────────────────────

    def _state(self) -> dict[str, Any]:
        if self._problem is not None:
            return self._unavailable(self._problem)
        try:
            state = self._shown()
        except ParallaxError as problem:
            return self._unavailable(problem)
        if state["view"]["readOnly"]:
            # A screen of its own, so that the page is made anew.
            state["view"]["key"] += ":read"
        return state

    def _unavailable(self, problem: ParallaxError) -> dict[str, Any]:
        message = for_browser(plain_words(str(problem), names=self._names()))
        ask = self._controller is not None and "look" in self._controller.ACTIONS
        screen = {"message": message, "again": ask and may_try_again(problem)}
        return {"view": {**frame_view(self._study, "unavailable"), **screen}, **self._nothing()}

    def show_problem(self, problem: Exception, event_id: str = "") -> None:
        """Say what failed.

        Args:
            problem: what it was.
            event_id: of the event that waits for it; empty when none does.
        """
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
            "message": for_browser(message),
            "again": may_try_again(problem),
        }


def may_try_again(problem: Exception) -> bool:
    """Whether the same event may succeed later: the record could not take it just now."""
    return isinstance(problem, RecordError) and not isinstance(problem, EventConflict)

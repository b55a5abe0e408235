"""What every panel is: a view, a way for the page to say what happened, and an answer to it.

The widget is its traits. What somebody does on the page arrives as messages ``{id, action, …}``;
each is carried out by a controller and acknowledged once it is durable.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import anywidget
import traitlets

from toolkit.errors import EventConflict, ParallaxError, RecordError
from toolkit.record import Record
from toolkit.rendering import for_browser
from toolkit.widgets.events import Event
from toolkit.widgets.identity import Identity, forget, known_identity, remember
from toolkit.widgets.plain_words import UNEXPECTED, plain_words

logger = logging.getLogger(__name__)

_ACKED_AT_MOST = 200
_CALM = {"state": "ok", "event": "", "message": "", "again": False}


class Controller(Protocol):
    """Carries out what the page says, for one participant at a time."""

    @property
    def enrolled(self) -> bool:
        """Whether somebody is at work here."""

    def enrol(self, code: str, enrolled_by: Any) -> None:
        """Begin or come back."""

    def handle(self, event: Event) -> None:
        """Carry out one event; on return what it keeps is durable."""

    def show(self, action: str) -> None:
        """Let every page show what an action has changed."""

    async def close(self) -> None:
        """Let go of the participant."""


class Panel(anywidget.AnyWidget):
    """The traits and the manners that all panels share.

    Args:
        record: the study's record, open.
        module: the ECMAScript module.
        styles: the style sheet.
    """

    view = traitlets.Dict().tag(sync=True)
    """The screen that is due and everything on it."""
    status = traitlets.Dict().tag(sync=True)
    """``{"state": "ok" | "error", "event", "message", "again"}``."""
    acked: traitlets.List = traitlets.List().tag(sync=True)
    """Ids of the latest events that are dealt with and durable."""

    def __init__(self, record: Record, *, module: str, styles: str) -> None:
        self.add_traits(
            _esm=traitlets.Unicode(module).tag(sync=True),
            _css=traitlets.Unicode(styles).tag(sync=True),
        )
        self._record = record
        super().__init__(status=dict(_CALM), **self._state())
        self.on_msg(self._receive)

    # ── what a panel says of itself ─────────────────────────────────────────────────────────────

    @property
    def _live(self) -> Controller | None:
        """Who carries out events; None when the study cannot run."""
        raise NotImplementedError

    def _state(self) -> dict[str, Any]:
        """Trait to its value, as things stand now."""
        raise NotImplementedError

    def _names(self) -> Iterable[str]:
        """Names and hosts that no text on the page may hold."""
        raise NotImplementedError

    # ── what the controller says ────────────────────────────────────────────────────────────────

    def show_screen(self) -> None:
        """Show the screen that is due."""
        with self.hold_sync():
            for name, value in self._state().items():
                setattr(self, name, value)

    def show_problem(self, problem: Exception) -> None:
        """Say what failed that no event waits for."""
        self._say_problem(problem, "")

    # ── what the page says ──────────────────────────────────────────────────────────────────────

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        event = Event.read(content)
        if event is None or self._live is None:
            return
        if event.id in self.acked:
            self.send_state("acked")
            return
        try:
            self._live.handle(event)
        except Exception as problem:
            self._say_problem(problem, event.id)
        else:
            self._acknowledge(event, self._live)

    def _acknowledge(self, event: Event, live: Controller) -> None:
        if event.action == "enrol":
            remember(self._record.record_id, Identity(event.text("code"), "code"))
        if event.action == "other_code":
            forget(self._record.record_id)
        with self.hold_sync():
            live.show(event.action)
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
            "message": for_browser(message),
            "again": may_try_again(problem),
        }


def enrol_known(live: Controller, record: Record, environ: Mapping[str, str]) -> None:
    """Enrol whoever the hub, the launcher or an earlier run of the cell says is at work."""
    who = known_identity(environ, record.record_id)
    if who and not live.enrolled:
        live.enrol(who.code, who.enrolled_by)


def may_try_again(problem: Exception) -> bool:
    """Whether the same event may succeed later: the record could not take it just now."""
    return isinstance(problem, RecordError) and not isinstance(problem, EventConflict)

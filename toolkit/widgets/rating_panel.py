"""The panel a rater works in: one widget, from the code to the thanks."""

import os
from collections.abc import Mapping
from typing import Any

import traitlets

from toolkit.design import Study
from toolkit.errors import ParallaxError
from toolkit.record import Record
from toolkit.rendering import for_browser
from toolkit.widgets.assets import panel_styles, rating_module
from toolkit.widgets.live_controllers import forget_rating, rating_controller_for
from toolkit.widgets.panel import Panel, enrol_known, may_try_again
from toolkit.widgets.plain_words import plain_words
from toolkit.widgets.rating_controller import RatingController
from toolkit.widgets.rating_view import frame_view, given_view, rating_view


class RatingPanel(Panel):
    """Rate what an assistant answered to other people, without knowing who they were.

    Running the cell again shows the same item; nothing is written twice. A problem with the study
    or the record is shown in the panel.

    Args:
        study: a loaded study whose confirm stage is frozen.
        record: its record, open.
        environ: where the hub or the launcher says who is at work.
    """

    given = traitlets.Dict().tag(sync=True)
    """What the rater has said of the item on the screen."""

    def __init__(
        self, study: Study, record: Record, *, environ: Mapping[str, str] = os.environ
    ) -> None:
        self._study = study
        self._controller: RatingController | None = None
        self._problem: ParallaxError | None = None
        try:
            self._controller = rating_controller_for(study, record)
            enrol_known(self._controller, record, environ)
        except ParallaxError as problem:
            self._problem = problem
        super().__init__(record, module=rating_module(), styles=panel_styles())
        if self._controller is not None:
            self._controller.attach(self)

    async def release(self) -> None:
        """Let go of the rater; the panel then only shows."""
        if self._controller is not None:
            forget_rating(self._controller)
            await self._controller.close()

    # ── below the surface ───────────────────────────────────────────────────────────────────────

    @property
    def _live(self) -> RatingController | None:
        return self._controller

    def _state(self) -> dict[str, Any]:
        if self._controller is None or self._problem is not None:
            return self._unavailable(self._problem)
        live, queue = self._controller, self._controller.queue
        try:
            view = rating_view(queue, started=live.started, finished=live.finished)
            shown = queue.current if view["screen"] == "rate" else None
        except ParallaxError as problem:
            return self._unavailable(problem)
        return {"view": view, "given": given_view(shown)}

    def _unavailable(self, problem: ParallaxError | None) -> dict[str, Any]:
        message = for_browser(plain_words(str(problem), names=self._names()))
        screen = {"screen": "unavailable", "key": "unavailable", "message": message}
        again = problem is not None and self._controller is not None and may_try_again(problem)
        view = {**frame_view(self._study), **screen, "again": again}
        return {"view": view, "given": given_view(None)}

    def _names(self) -> list[str]:
        return [plan.endpoint for plan in self._study.endpoints.values()]

"""Rating panel: one widget, from the code to the thanks."""

import os
from collections.abc import Mapping
from functools import partial
from typing import Any

import traitlets

from toolkit.design import ConfirmStage, Study
from toolkit.record import Record
from toolkit.session import RatingQueue
from toolkit.widgets.browser_assets import RATING, module_of
from toolkit.widgets.live_controllers import live_controller
from toolkit.widgets.panel import Panel
from toolkit.widgets.rating_controller import RatingController
from toolkit.widgets.rating_view import given_view, rating_view


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
        def live() -> RatingController:
            key = "rating", record.record_id, ConfirmStage(study).hash
            return live_controller(
                key, lambda: RatingController(partial(RatingQueue, study, record))
            )

        super().__init__(study, record, live, module=module_of(RATING), environ=environ)

    def _shown(self) -> dict[str, Any]:
        live, queue = self._controller, self._controller.work
        view = rating_view(queue, started=live.started, finished=live.finished)
        return {"view": view, "given": given_view(queue.current if "item" in view else None)}

    def _nothing(self) -> dict[str, Any]:
        return {"given": given_view(None)}

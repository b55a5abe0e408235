"""What is live in this process, so that running a cell again leads back to it.

JupyterLab runs the session notebook's cell whenever the page opens. Were each run a session of its
own, reloading the page would cut off the answer on its way, and a second tab would lock the first.
"""

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, TypeVar

from toolkit.design import ConfirmStage, Study
from toolkit.record import Record
from toolkit.session import Bound, RatingQueue, Sitting
from toolkit.widgets.controller import Controller
from toolkit.widgets.rating_controller import RatingController
from toolkit.widgets.session_controller import SessionController

C = TypeVar("C", SessionController, RatingController)
_live: dict[Hashable, Any] = {}


def session_controller(
    study: Study, record: Record, binder: Callable[[Study, str], Bound]
) -> SessionController:
    """The live controller of this study on this record, or a new one.

    Args:
        study: loaded.
        record: its record, open.
        binder: opens the endpoint of an alias; another one is another controller.

    Raises:
        StudyChanged: if the study's files are not the frozen ones.
    """
    seat = partial(Sitting, study, record, binder=binder)
    key = ("session", record.record_id, study.explore_hash, binder)
    return _found(key, lambda: SessionController(seat, record))


def rating_controller(study: Study, record: Record) -> RatingController:
    """The live rating controller of this study's confirm stage on this record, or a new one.

    Args:
        study: loaded, with a frozen confirm stage.
        record: its record, open.

    Raises:
        DesignError: if the study has no confirm section, or it is not frozen.
        StudyChanged: if it is not what was frozen.
    """
    seat = partial(RatingQueue, study, record)
    key = ("rating", record.record_id, ConfirmStage(study).hash)
    return _found(key, lambda: RatingController(seat))


def forget_controller(controller: Controller[Any]) -> None:
    """Begin anew the next time, because this one is closed."""
    for key in [key for key, live in _live.items() if live is controller]:
        del _live[key]


def _found(key: Hashable, make: Callable[[], C]) -> C:
    live: C | None = _live.get(key)
    if live is None or live.work.read_only:
        live = _live[key] = make()
    return live

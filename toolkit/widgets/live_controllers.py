"""What is live in this process, so that running a cell again leads back to it.

JupyterLab runs the session notebook's cell whenever the page opens. Were each run a session of its
own, reloading the page would cut off the answer on its way, and a second tab would lock the first.
"""

from collections.abc import Callable

from toolkit.design import ConfirmStage, Study
from toolkit.record import Record
from toolkit.session import Bound, RatingQueue, Sitting
from toolkit.widgets.rating_controller import RatingController
from toolkit.widgets.session_controller import SessionController

Binder = Callable[[Study, str], Bound]
_live: dict[tuple[str, str, Binder], SessionController] = {}
_rating: dict[tuple[str, str], RatingController] = {}


def controller_for(study: Study, record: Record, binder: Binder) -> SessionController:
    """The live controller of this study on this record, or a new one.

    Raises:
        StudyChanged: if the study's files are not the frozen ones.
    """
    key = (record.record_id, study.explore_hash, binder)
    live = _live.get(key)
    if live is None or live.sitting.read_only:

        def seat(on_lost: Callable[[], None]) -> Sitting:
            return Sitting(study, record, binder=binder, on_lost=on_lost)

        live = _live[key] = SessionController(seat, record)
    return live


def forget_controller(controller: SessionController) -> None:
    """Begin anew the next time, because this one is closed."""
    for key in [key for key, live in _live.items() if live is controller]:
        del _live[key]


def rating_controller_for(study: Study, record: Record) -> RatingController:
    """The live rating controller of this study's confirm stage on this record, or a new one.

    Raises:
        DesignError: if the study has no confirm section, or it is not frozen.
        StudyChanged: if it is not what was frozen.
    """
    key = (record.record_id, ConfirmStage(study).hash)
    live = _rating.get(key)
    if live is None or live.queue.read_only:

        def seat(on_lost: Callable[[], None]) -> RatingQueue:
            return RatingQueue(study, record, on_lost=on_lost)

        live = _rating[key] = RatingController(seat)
    return live


def forget_rating(controller: RatingController) -> None:
    """Begin anew the next time, because this one is closed."""
    for key in [key for key, live in _rating.items() if live is controller]:
        del _rating[key]

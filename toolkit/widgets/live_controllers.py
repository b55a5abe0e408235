"""Live controllers of this process, so that running a cell again leads back to what is live.

JupyterLab runs the session notebook's cell whenever the page opens. Were each run a session of its
own, reloading the page would cut off the answer on its way, and a second tab would lock the first.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from toolkit.widgets.page_controller import Controller

C = TypeVar("C", bound=Controller[Any])
_live: dict[Hashable, Any] = {}


def live_controller(key: Hashable, make: Callable[[], C]) -> C:
    """The live controller of this key, or a new one where that may only read.

    Args:
        key: what it works on, and with whom.
        make: makes a new one.
    """
    live: C | None = _live.get(key)
    if live is None or live.work.read_only:
        live = _live[key] = make()
    return live


def forget_controller(controller: Controller[Any]) -> None:
    """Begin anew the next time, because this one is closed."""
    for key in [key for key, live in _live.items() if live is controller]:
        del _live[key]

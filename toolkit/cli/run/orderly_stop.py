"""Orderly stop while units are sent: the first Ctrl-C ends the run in order, the second at once."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from toolkit.cli.terminal import STOP_SIGNALS

T = TypeVar("T")

_APART = 0.05
"""Seconds between two cancellations: the first asks for an orderly end, the second breaks off."""


async def stoppable(
    work: Callable[[asyncio.Event], Coroutine[Any, Any, T]], on_stop: Callable[[], None]
) -> T | None:
    """Run work that ends in order once its event is set.

    Args:
        work: given the event.
        on_stop: called at the first stop signal.

    Returns:
        What the work returned; None when it was broken off.
    """
    stop = asyncio.Event()
    task = asyncio.ensure_future(work(stop))
    loop = asyncio.get_running_loop()

    def handle() -> None:
        if stop.is_set():
            task.cancel()
            loop.call_later(_APART, task.cancel)
        else:
            stop.set()
            on_stop()

    # Systems whose loop takes no signals fall back on what Python does with Ctrl-C.
    with suppress(NotImplementedError):
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, handle)
    try:
        return await task
    except asyncio.CancelledError:
        return None
    finally:
        with suppress(NotImplementedError):
            for number in STOP_SIGNALS:
                loop.remove_signal_handler(number)

"""Lease: one writer at a time for a participant or a session, across processes.

A lease dies with its process, ``kill -9`` included: on SQLite it is a lock on a file beside the
record, on PostgreSQL an advisory lock held by a connection of its own. Within one process the
newest lease wins, because re-running a notebook cell must mean *resume*.
"""

import os
import threading
from collections.abc import Callable
from typing import Self

from toolkit.errors import OpenElsewhere

Hold = Callable[[], object]
"""Lets other processes in again; it outlives the Record it was taken through."""
_Key = tuple[int, str, str]
_registry: dict[_Key, "Lease"] = {}
_registry_lock = threading.RLock()


class Lease:
    """The right to be the only writer under a name, until released, lost or the process ends."""

    def __init__(
        self, name: str, key: _Key, hold: Hold, on_lost: Callable[[], None] | None
    ) -> None:
        self.name = name
        self._key = key
        self._hold: Hold | None = hold
        self._on_lost = on_lost

    @property
    def held(self) -> bool:
        """False once released, or taken over by a newer lease in this process."""
        return self._hold is not None

    def release(self) -> None:
        """Let others write; does nothing when the lease is no longer held."""
        with _registry_lock:
            hold, self._hold = self._hold, None
            if hold is not None:
                _registry.pop(self._key, None)
                hold()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _hand_over(self) -> Hold | None:
        hold, self._hold = self._hold, None
        return hold


def take_lease(
    place: str,
    name: str,
    hold: Callable[[str], Hold | None],
    on_lost: Callable[[], None] | None,
    *,
    take_over: bool,
) -> Lease:
    """Take the lease on ``name``, from an older one in this process if need be.

    Args:
        place: of the record, fit to be shown.
        name: what to reserve, such as a participant id.
        hold: keeps other processes out; None where one of them keeps us out.
        on_lost: called once if a newer lease on the same name in this process takes over; None:
            nobody is told.
        take_over: whether an older lease of this process gives way; another process never does.

    Raises:
        OpenElsewhere: if another process holds it, or this one and ``take_over`` is False.
    """
    key = (os.getpid(), place, name)
    with _registry_lock:
        older = _registry.get(key)
        held = older._hand_over() if older and take_over else None if older else hold(name)
        if held is None:
            raise OpenElsewhere(
                f"lease: {name} is at work in another window or notebook; wanted to be the only "
                "one writing. Go on there, or close it and open this one again; here you can only "
                "read."
            )
        lease = _registry[key] = Lease(name, key, held, on_lost)
    if older and older._on_lost:
        older._on_lost()
    return lease

"""One writer at a time for a participant or a session, across processes.

A lease dies with its process, ``kill -9`` included: on SQLite it is a lock on a file beside the
record, on PostgreSQL an advisory lock held by a connection of its own. Within one process the
newest lease wins, because re-running a notebook cell must mean *resume*.
"""

import hashlib
import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text

from toolkit.errors import OpenElsewhere
from toolkit.record.journal.address import from_os_error
from toolkit.record.journal.database import Database
from toolkit.record.journal.database_errors import explained

_Key = tuple[int, str, str]
_registry: dict[_Key, "Lease"] = {}
_registry_lock = threading.RLock()


class Hold(Protocol):
    """Whatever keeps other processes out; it outlives the Record it was taken through."""

    def release(self) -> None:
        """Let others in."""
        ...


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
                hold.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _hand_over(self) -> Hold | None:
        hold, self._hold = self._hold, None
        return hold


def take_lease(
    database: Database, name: str, on_lost: Callable[[], None] | None, *, take_over: bool = True
) -> Lease:
    """Take the lease on ``name``, from an older one in this process if need be.

    Args:
        database: the record's; other processes that use it are kept out.
        name: what to reserve, such as a participant id.
        on_lost: called once if a newer lease on the same name in this process takes over; None:
            nobody is told.
        take_over: whether an older lease of this process gives way; another process never does.

    Raises:
        OpenElsewhere: if another process holds it, or this one and ``take_over`` is False.
        RecordUnwritable: if the record was opened to read only.
    """
    database.require_writable()
    key = (os.getpid(), str(database.place), name)
    with _registry_lock:
        older = _registry.get(key)
        if older and not take_over:
            raise _elsewhere(name)
        hold = older._hand_over() if older else None
        lease = Lease(name, key, hold or _take_hold(database, name), on_lost)
        _registry[key] = lease
    if older and older._on_lost:
        older._on_lost()
    return lease


def _take_hold(database: Database, name: str) -> Hold:
    hold = _file_hold(database, name) if database.place.path else _server_hold(database, name)
    if hold is None:
        raise _elsewhere(name)
    return hold


def _elsewhere(name: str) -> OpenElsewhere:
    return OpenElsewhere(
        f"lease: {name} is at work in another window or notebook; wanted to be the only one "
        "writing. Go on there, or close it and open this one again; here you can only read."
    )


def _file_hold(database: Database, name: str) -> Hold | None:
    path = database.lock_folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.lock"
    lock = FileLock(path, timeout=0, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        return None
    except OSError as problem:
        raise from_os_error(problem, path.parent) from problem
    return lock


class _ServerHold:
    """An advisory lock; closing its connection lets go of it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def release(self) -> None:
        self._connection.close()


def _server_hold(database: Database, name: str) -> Hold | None:
    digest = hashlib.sha256(f"{database.meta['record_id']} {name}".encode()).digest()
    key = int.from_bytes(digest[:8], signed=True)
    with explained(database.place):
        connection = database.connection_of_its_own()
        got = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key})
    if got:
        return _ServerHold(connection)
    connection.close()
    return None

"""Database errors, each said in our words with a next step."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from toolkit.errors import RecordBusy, RecordError, RecordUnreadable, RecordUnwritable
from toolkit.record.journal.record_address import Place, cannot_write, no_room

_LITTLE = 64 * 1024
_SERVER_BUSY = ("40001", "40P01", "55P03", "57014")


@contextmanager
def explained(place: Place, *, read_only: bool = False) -> Iterator[None]:
    """Turn a failure of the database at ``place`` into one of our exceptions.

    Args:
        place: where the database is: a file, or a server.
        read_only: whether it was opened to read only; then what looks like a failure to write
            is one to read.

    Raises:
        RecordFull: no space left.
        RecordBusy: another writer held it too long.
        RecordUnreadable: not a database, or a cannot_read one.
        RecordUnwritable: anything else that keeps it from being used.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as failure:
        problem = getattr(failure, "orig", None) or failure
        fault = _file_fault(place, problem) if place.path else _server_fault(place, problem)
        if read_only and isinstance(fault, RecordUnwritable):
            fault = _unsettled(place) or cannot_read(place, first_line(problem))
        raise fault from failure


def _file_fault(place: Place, problem: BaseException) -> RecordError:
    name = str(getattr(problem, "sqlite_errorname", ""))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return busy(place)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")):
        return cannot_read(place, str(problem))
    if name == "SQLITE_FULL" or (name.startswith("SQLITE_IOERR") and _no_space(place)):
        return no_room(place)
    return cannot_write(place, first_line(problem))


def _server_fault(place: Place, problem: BaseException) -> RecordError:
    state = str(getattr(problem, "sqlstate", None) or "")
    if state in _SERVER_BUSY:
        return busy(place)
    if state == "53100":
        return no_room(place)
    return cannot_write(place, first_line(problem))


def cannot_read(place: object, reason: str) -> RecordUnreadable:
    """The error for a place that holds no record, or one that is damaged or out of reach.

    Args:
        place: a path, or a ``Place``, whose password is not printed.
        reason: why, without a full stop.
    """
    return RecordUnreadable(
        f"record: {place} cannot be read ({reason}); wanted a Parallax record. Restore it from a "
        "backup or an export, or choose another file."
    )


def busy(place: object) -> RecordBusy:
    """The error for a place at which another writer does not finish."""
    return RecordBusy(
        f"record: {place} is held by another program; wanted a turn to write. Close what else has "
        "it open, such as a database browser or a backup, and try again; nothing was half-written."
    )


def _no_space(place: Place) -> bool:
    return place.path is not None and shutil.disk_usage(place.path.parent).free < _LITTLE


def _unsettled(place: Place) -> RecordUnreadable | None:
    """The newest entries are still in the log, and reading it needs a file that cannot be made."""
    if place.path is not None and not os.access(place.path, os.R_OK):
        return RecordUnreadable(
            f"record: {place} belongs to another account; wanted a record that this one may read. "
            "Ask its owner for an export (`parallax export`)."
        )
    if place.path is None or not place.path.with_name(place.path.name + "-wal").exists():
        return None
    return RecordUnreadable(
        f"record: {place} was not closed, and its folder cannot be written; wanted a record that "
        "was closed, or a folder to work in. Copy it and the file ending in -wal beside it to a "
        "folder of your own and open it there."
    )


def first_line(problem: BaseException) -> str:
    """What a database says, without what it adds."""
    return str(problem).strip().partition("\n")[0]

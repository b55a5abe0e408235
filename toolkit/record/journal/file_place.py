"""File identity: whether what is open still lies where the next opener will look.

A file that was moved or removed can be written for as long as it is open, and nobody will find
what was written. So each commit compares the record's three files (the database, its log and the
log's index) by device and inode with those that were opened, and by size and time with how the
last commit left them, which is noted in the file of the ticket. What differs is looked into.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from toolkit.errors import RecordMoved
from toolkit.record.journal.ticket import Ticket

_LOG_HEADS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
"""How a write-ahead log begins, by the order of its bytes."""
_STOP = "close every panel, notebook and command that uses this record"


class FileState(NamedTuple):
    """One file; size and time are of no meaning where they are 0."""

    device: int
    inode: int
    size: int
    changed: int
    """Nanoseconds."""

    def same_file(self, other: "FileState | None") -> bool:
        """Whether both are one file, changed or not."""
        return other is not None and self[:2] == other[:2]


class Files(NamedTuple):
    """A database, its log and the log's index, each as it lies there; None where it does not."""

    database: FileState | None
    log: FileState | None
    wal_index: FileState | None

    def same_files(self, others: "Files") -> bool:
        """Whether these are the very same files, changed or not."""
        pairs = zip(self, others, strict=True)
        return all(one is not None and one.same_file(other) for one, other in pairs)

    def log_holds_entries(self) -> bool:
        """Whether the log is more than a name."""
        return self.log is not None and self.log.size > 0


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest entry of a record."""

    number: int
    hash: str
    at: str

    def __str__(self) -> str:
        return f"entry {self.number}, kept at {self.at}"


@dataclass(frozen=True, slots=True)
class Note:
    """How the last writer left a record."""

    record_id: str
    newest: Newest | None
    files: Files
    tidied: int
    """The newest entry when its log was last brought into the database."""

    def to_bytes(self) -> bytes:
        """Write it as JSON, which a list or dict of plain values always is."""
        newest = self.newest and [self.newest.number, self.newest.hash, self.newest.at]
        return json.dumps([self.record_id, newest, self.files, self.tidied]).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self | None:
        """Read one; None where there is none, or it was cut off."""
        try:
            record_id, newest, files, tidied = json.loads(data)
            return cls(
                str(record_id),
                Newest(int(newest[0]), str(newest[1]), str(newest[2])) if newest else None,
                Files(*(one and FileState(*map(int, one)) for one in files)),
                int(tidied),
            )
        except (ValueError, TypeError, IndexError):
            return None


class FilePlace:
    """The place of a record that is a file.

    Args:
        path: absolute.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # SQLite puts them beside the file that a link leads to.
        real = os.path.realpath(path)
        self._log, self._index = f"{real}-wal", f"{real}-shm"
        self.ticket = Ticket(path.parent / "locks" / f"{path.name}.writer")
        self.opened: Files | None = None
        """The files as they were opened; None before."""

    def look(self) -> Files:
        """See how the files lie just now."""
        # The index is memory that is shared: it changes whenever somebody reads.
        index = _state(self._index)
        shared = index and index._replace(size=0, changed=0)
        return Files(_state(self.path), _state(self._log), shared)

    def note(self) -> Note | None:
        """How the last writer left the record; None where that is not known."""
        return Note.from_bytes(self.ticket.note())

    def leave(self, record_id: str, newest: Newest | None, tidied: int) -> None:
        """Note how the record is left, before the turn ends.

        Args:
            record_id: of the record.
            newest: its newest entry.
            tidied: the newest entry when its log was last brought into the database.
        """
        self.ticket.leave(Note(record_id, newest, self.look(), tidied).to_bytes())

    def require_beginning(self) -> None:
        """Refuse to begin a record where one was, or where the log of one is left.

        Raises:
            RecordMoved: if so.
        """
        for ending in ("-wal", "-journal"):
            left = self.path.with_name(self.path.name + ending)
            if (state := _state(left)) and state.size:
                raise RecordMoved(
                    f"record: {self.path} is missing or empty, though {left.name} beside it holds "
                    "entries of a record; wanted both or neither. Put the file that belongs to it "
                    f"back, or move {left.name} away to begin a new record."
                )
        if note := self.note():
            until = f", up to {note.newest}" if note.newest else ""
            raise RecordMoved(
                f"record: {self.path} is missing or empty, though the record {note.record_id} was "
                f"kept there{until}; wanted that file. Put it back, or a backup of it; to begin a "
                f"new record, remove {self.ticket.path} as well."
            )

    def require_own_log(self, note: Note) -> None:
        """Refuse another database beside a log that was not written for it.

        Args:
            note: how the last writer left the record.

        Raises:
            RecordMoved: if so.
        """
        here = self.look()
        database, log = note.files.database, note.files.log
        replaced = here.database and not here.database.same_file(database)
        if replaced and here.log_holds_entries() and here.log and here.log.same_file(log):
            raise RecordMoved(
                f"record: {self.path} is another file now than the one that "
                f"{self.path.name}-wal beside it was written for; wanted the two that belong "
                f"together. First {_STOP}; then put the old file back, or move "
                f"{self.path.name}-wal and {self.path.name}-shm away to go on with this one."
            )

    def is_as_left(self, note: Note | None) -> bool:
        """Whether nobody changed the files since the last writer.

        Args:
            note: what that one left.

        Raises:
            RecordMoved: if they are not even the files that were opened.
        """
        here = self.look()
        self._require_opened(here)
        return note is not None and here == note.files

    def require_durable(self, before: Files) -> None:
        """Refuse to acknowledge what was committed, unless it lies where the next opener looks.

        Args:
            before: the files before the commit, which writes to the log alone, if it writes.

        Raises:
            RecordMoved: if it does not.
        """
        here = self.look()
        self._require_opened(here)
        if here.database != before.database or not (here == before or self._log_begins()):
            raise self.changed("nobody knows what is left of it")

    def changed(self, finding: str) -> RecordMoved:
        """The error for files that somebody else changed.

        Args:
            finding: what is wrong with them, without a full stop.
        """
        return RecordMoved(
            f"record: {self.path}, or {self.path.name}-wal beside it, was changed by another "
            f"program: {finding}; wanted it as this toolkit left it. Nothing is kept there before "
            f"that is settled: {_STOP}, put back what was there or a whole backup without "
            f"{self.path.name}-wal and {self.path.name}-shm, remove {self.ticket.path}, and open "
            "it again."
        )

    def _require_opened(self, here: Files) -> None:
        if self.opened is None:
            return
        name, then = self.path.name, self.opened
        if here.database is None:
            told = f"{self.path} is gone while it is in use (moved, renamed or removed)"
        elif not here.database.same_file(then.database):
            told = f"{self.path} is another file now than the one in use (replaced or restored)"
        elif then.log and not then.log.same_file(here.log):
            told = f"{name}-wal, which holds the newest entries, was {_fate(here.log)}"
        elif then.wal_index and not then.wal_index.same_file(here.wal_index):
            told = f"{name}-shm, by which writers agree, was {_fate(here.wal_index)}"
        else:
            return
        raise RecordMoved(
            f"record: {told}; wanted the files of {self.path} as they were opened. What was being "
            "saved is not kept where the next one will look. Put the file back as it was and try "
            f"again; if it cannot be put back, {_STOP} and open it anew."
        )

    def _log_begins(self) -> bool:
        # Opening the log is safe; opening the database would let go of SQLite's locks on it.
        try:
            with open(self._log, "rb", buffering=0) as file:
                return file.read(4) in _LOG_HEADS
        except OSError:
            return False


def ends_earlier(place: object, missing: Newest, cure: str) -> RecordMoved:
    """The error for a record whose newest entries are not there any more.

    Args:
        place: of the record, fit to be shown.
        missing: an entry that was kept.
        cure: what to do to go on with it, without a full stop.
    """
    return RecordMoved(
        f"record: {place} ends earlier than {missing}; wanted everything that was kept. An older "
        f"copy was put in its place, or its log was cut. First {_STOP}, which may bring the rest "
        f"in; then put the newest copy back, or, to go on from where it ends, {cure}."
    )


def another_record(place: object, found: str, wanted: str, cure: str) -> RecordMoved:
    """The error for the record of somebody else.

    Args:
        place: of the record, fit to be shown.
        found: its id.
        wanted: the id of the one that was there.
        cure: what to do to go on with it, without a full stop.
    """
    return RecordMoved(
        f"record: {place} holds the record {found} now; wanted {wanted}, which was kept there. Put "
        f"that one back, or, to go on with this one, {cure}."
    )


def _state(path: Path | str) -> FileState | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return FileState(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _fate(here: FileState | None) -> str:
    return "replaced" if here else "removed"

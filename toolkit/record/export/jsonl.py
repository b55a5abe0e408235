"""The journal as lines of JSON, out and back in, without loss.

A name that ends in ``.gz`` means the same lines, compressed. The first line is a header: format,
version, record id, number of entries, and whether anything in it is simulated. Each further line
is one entry. The secret that makes pseudonyms stays behind, so nobody can test a guessed code
against an export; enrolling into an imported record therefore gives new pseudonyms.
"""

import gzip
import io
import os
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from errno import EISDIR
from pathlib import Path
from typing import IO, Any, NoReturn, get_args, get_origin, get_type_hints

from toolkit.canon import VERSION as TOOLKIT_VERSION
from toolkit.canon import canonical_json, timestamp
from toolkit.errors import RecordUnreadable, RecordUnwritable
from toolkit.record.export.atomic_file import whole_file
from toolkit.record.journal.entry import Entry, Kept, read_json
from toolkit.record.journal.record import Record
from toolkit.record.journal.record_address import from_os_error
from toolkit.record.rows.conversation_rows import Participant, Session

FORMAT = "parallax-record-jsonl"
VERSION = 2
EXPORT_ENDINGS = (".jsonl", ".jsonl.gz")
"""How the name of an export ends."""
_BLOCK = 4096
_LONGEST_LINE = 64 * 1024 * 1024
"""More in one line was not written by us: a small compressed file can unpack to anything."""

_MOST_BYTES = 4 * 1024 * 1024 * 1024
_MOST_ENTRIES = 10_000_000
"""More than a study of thousands leaves."""
_MOST_TIMES = 50
_SMALL = 8 * 1024 * 1024
"""Words shrink to a fifth: what unpacks to so many times its size, and is large, was made to."""

_HEADER_FIELDS: dict[str, type] = {
    "format": str,
    "version": int,
    "record_id": str,
    "created_at": str,
    "entries": int,
    "simulated": bool,
}
_ENTRY_TYPES = {
    name: tuple(
        get_origin(one) or one for one in (get_args(hint) if hint == str | None else (hint,))
    )
    for name, hint in get_type_hints(Entry).items()
} | {"body": (dict,)}
"""The fields of a line, as an entry declares them, and what each may be."""
_SORTED_BY = ("number", "kind", "chain")
_MAY_LACK = "digest"
"""Lines of entries from before there were digests have none."""


def write_jsonl(record: Record, path: str | Path) -> int:
    """Write every entry to a file that appears whole or not at all, readable by its owner only.

    Args:
        record: what is exported: every entry, those of participants who withdrew included.
        path: where to; replaced if it exists, and compressed if it ends in ``.gz``.

    Returns:
        The number of entries written, as the header also says.

    Raises:
        RecordUnwritable: if the file cannot be written.
        RecordFull: if there is no room for it.
        RecordUnreadable: if an entry in the record cannot be read.
    """
    last, count = record.extent()
    with whole_file(path) as file:
        file.write(canonical_json(_header(record, count)) + "\n")
        for kept in record._kept(bodies=True):
            if kept.entry.number > last:
                break
            file.write(_line(kept) + "\n")
    return count


def require_room(path: str | Path) -> None:
    """Find out before long work whether its export can be written at ``path``; leaves no file.

    Raises:
        RecordUnwritable: if it cannot.
        RecordFull: if not even a block fits.
    """
    target = Path(path).absolute()
    try:
        if target.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=target.parent, buffering=0) as file:
            file.write(bytes(_BLOCK))
    except OSError as problem:
        raise from_os_error(problem, target) from problem


class ExportedRecord(Record):
    """A record as an export holds it: its lines, held in memory and read when asked for.

    Args:
        source: a file made by ``write_jsonl``.

    Raises:
        RecordUnreadable: if a line is not what an export holds, or lines are missing.
    """

    def __init__(self, source: Path) -> None:
        self.place = self.url = str(source)
        self._lines: dict[str, tuple[Mapping[str, Any], bytes]] = {}
        lines = _objects(source)
        header = next(lines, ({}, b""))[0]
        _check_header(header, source)
        self.record_id = str(header["record_id"])
        last, places = 0, set[tuple[str, int]]()
        for number, (entry, line) in enumerate(lines, start=2):
            if number > header["entries"] + 1:
                raise _too_much(source, f"more entries than the {header['entries']} it speaks of")
            if complaint := _entry_complaint(entry, last):
                raise _bad_line(source, number, complaint)
            place = (entry["chain"], entry["position"])
            if entry["event_id"] in self._lines or place in places:
                complaint = "it repeats an event id or a position of an earlier line"
                raise _bad_line(source, number, complaint)
            last = entry["number"]
            places.add(place)
            self._lines[entry["event_id"]] = ({name: entry[name] for name in _SORTED_BY}, line)
        if len(self._lines) != header["entries"]:
            raise RecordUnreadable(
                f"import: {source} holds {len(self._lines)} entries; wanted the "
                f"{header['entries']} its header speaks of. The file was cut off or put together: "
                "export it again."
            )

    def _kept(
        self, kinds: Sequence[str] = (), chain: str | None = None, after: int = 0, **_: bool
    ) -> Iterator[Kept]:
        """Parse the lines asked for."""
        for about, line in self._lines.values():
            number, kind, its_chain = (about[name] for name in _SORTED_BY)
            if number > after and chain in (None, its_chain) and (not kinds or kind in kinds):
                yield _read(line)

    def _find(self, event_id: str) -> Kept | None:
        """Parse the line of an event."""
        known = self._lines.get(event_id)
        return _read(known[1]) if known else None

    def require_writable(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: an export is only read.

        Raises:
            RecordUnwritable: always.
        """
        raise RecordUnwritable(
            f"record: {self.place} is an export, which is only read; wanted a record that can be "
            "written. Open it with read_only=True, or make a record of it with `parallax import`."
        )

    append = keep_new = restore = invite = enrol = lease = require_writable

    def close(self) -> None:
        """Nothing to give back."""


def _line(kept: Kept) -> str:
    values = kept.entry._asdict() | {"body": kept.body}
    if kept.entry.digest is None:
        del values["digest"]
    return canonical_json(values)


def _read(line: bytes) -> Kept:
    values = read_json(line)
    body = values.pop("body")
    return Kept(Entry(**values), body)


def _header(record: Record, count: int) -> dict[str, str | int | bool]:
    simulated = any(row.simulated for row in record.rows(Participant)) or any(
        row.simulated for row in record.rows(Session)
    )
    return {
        "format": FORMAT,
        "version": VERSION,
        "record_id": record.record_id,
        "created_at": timestamp(),
        "toolkit_version": TOOLKIT_VERSION,
        "entries": count,
        "simulated": simulated,
    }


def _check_header(header: Mapping[str, Any], source: Path) -> None:
    if header.get("format") != FORMAT:
        raise _bad_line(source, 1, f"it is not the header of a {FORMAT} file")
    if any(type(header.get(name)) is not kind for name, kind in _HEADER_FIELDS.items()):
        raise _bad_line(source, 1, f"its header needs {', '.join(_HEADER_FIELDS)}")
    if header["entries"] > _MOST_ENTRIES:
        raise _too_much(source, f"{header['entries']} entries")
    if header["version"] > VERSION:
        raise RecordUnreadable(
            f"import: {source} has version {header['version']} of the format; wanted {VERSION} or "
            "older. Upgrade Parallax to read it."
        )


def _entry_complaint(entry: Mapping[str, Any], last: int) -> str:
    """Say what keeps a line from being an entry; empty when it is one."""
    fields = [name for name in _ENTRY_TYPES if name != _MAY_LACK]
    if set(entry) - {_MAY_LACK} != set(fields):
        return "it needs exactly the fields " + ", ".join(fields)
    for name, value in entry.items():
        if type(value) not in _ENTRY_TYPES[name]:
            return f"{name} is of the wrong type"
        if isinstance(value, str) and not (value.isascii() and value.isprintable()):
            return f"{name} holds characters that no entry has"
        if isinstance(value, int) and not 0 <= value < 2**31 * (1 if name == "version" else 2**32):
            return f"{name} is out of range"
    if entry["number"] <= last:
        return f"its number {entry['number']} does not follow {last}"
    return ""


def _objects(source: Path) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Read line by line: the object it holds, and the line itself."""
    try:
        with _opened(source) as file:
            number = size = 0
            most = _most_bytes(source)
            while line := file.readline(min(_LONGEST_LINE, most - size + 1)):
                number += 1
                size += len(line)
                if size > most:
                    raise _too_much(source, f"more than {most // 1024**2} MB once unpacked")
                yield _object(source, number, line), line
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise RecordUnreadable(
            f"import: {source} is damaged or not compressed as its name says; wanted a file made "
            "by `parallax export`. Export it again; nothing was imported."
        ) from None
    except OSError as problem:
        raise RecordUnreadable(
            f"import: {source} cannot be read ({problem.strerror}); wanted a file made by "
            "`parallax export`. Check the path."
        ) from problem


def _most_bytes(source: Path) -> int:
    """How many bytes an export may hold, by the size of its file."""
    if not source.name.endswith(".gz"):
        return _MOST_BYTES
    return min(_MOST_BYTES, max(_SMALL, _MOST_TIMES * source.stat().st_size))


def _too_much(source: Path, held: str) -> RecordUnreadable:
    return RecordUnreadable(
        f"import: {source} holds {held}; wanted an export as `parallax export` writes it, of "
        f"{_MOST_ENTRIES} entries and {_MOST_BYTES // 1024**2} MB at most. Ask who gave it to you "
        "for a whole one; nothing was imported."
    )


def _opened(source: Path) -> IO[bytes]:
    if source.name.endswith(".gz"):
        return io.BufferedReader(gzip.GzipFile(source, "rb"))
    return source.open("rb")


def _object(source: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        value = read_json(line.decode("ascii"))
        # What cannot be written again cannot have been written by us, such as endless nesting.
        canonical_json(value)
    except (ValueError, RecursionError):
        raise _bad_line(source, number, "it is not a JSON object in ASCII") from None
    if not isinstance(value, dict):
        raise _bad_line(source, number, "it is not a JSON object in ASCII")
    return value


def _bad_line(source: Path, line: int, complaint: str) -> RecordUnreadable:
    return RecordUnreadable(
        f"import: {source}, line {line} is malformed: {complaint}; wanted a file made by "
        "`parallax export`. Export it again; nothing was imported."
    )

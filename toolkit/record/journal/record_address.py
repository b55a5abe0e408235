"""Address of a record: a file of SQLite or a PostgreSQL database."""

import re
import subprocess
import sys
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import quote

from toolkit.errors import RecordFull, RecordUnreadable, RecordUnwritable

_NETWORK = re.compile(
    "9p|afpfs|afs|beegfs|ceph|cifs|glusterfs|lustre|ncpfs|nfs|nfs4|smb|smb2|smb3|smbfs|webdav"
    "|fuse[.](ceph|gcsfuse|glusterfs|rclone|s3fs|sshfs)"
)
_MOUNTS = Path("/proc/self/mountinfo")


@runtime_checkable
class HasRecord(Protocol):
    """Anything that says where its record is, such as a study."""

    @property
    def study_id(self) -> str:
        """Id of the study."""
        ...

    @property
    def url(self) -> str:
        """A database URL or the path of a ``.db`` file."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """One address of a record; ``path`` is None on a server."""

    url: str
    """In full, with its password."""
    path: Path | None
    shown: str

    def __str__(self) -> str:
        return self.shown


def find_place(where: str | Path | HasRecord) -> Place:
    """Read an address.

    Args:
        where: ``sqlite:///…``, ``postgresql://…``, a path, or something with ``url``.

    Raises:
        RecordUnreadable: if no database we know goes by this address.
    """
    text = where.url if isinstance(where, HasRecord) else str(where)
    if "://" not in text:
        return _file_place(Path(text))
    # Imported where a database is opened: it costs more than the rest of the room.
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except ArgumentError:
        raise _unknown("an address that cannot be read") from None
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        return _file_place(Path(str(url.database)))
    if url.drivername in ("postgresql", "postgresql+psycopg"):
        url = url.set(drivername="postgresql+psycopg")
        return Place(url.render_as_string(hide_password=False), None, repr(url))
    raise _unknown(ascii(repr(url)))


def make_folder(path: Path) -> None:
    """Make the folder a record's file lives in.

    Raises:
        RecordUnwritable: if it cannot be made, is a file, or lies on a network file system.
        RecordFull: if there is no room for it.
    """
    if path.is_dir():
        raise RecordUnwritable(
            f"record: {path} is a folder; wanted the path of a file. Add a file name, for example "
            f"{path / 'record.db'}."
        )
    _refuse_network(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise RecordUnwritable(
            f"record: {path.parent} cannot be a folder, because {_in_the_way(path)} is a file; "
            "wanted a folder for the record. Move that file or choose another folder."
        ) from None
    except OSError as problem:
        raise from_os_error(problem, path.parent) from problem


def _in_the_way(path: Path) -> Path:
    return next(parent for parent in reversed(path.parents) if not parent.is_dir())


def _refuse_network(path: Path) -> None:
    """Refuse a file on a network file system, where two writers would corrupt SQLite's log.

    Raises:
        RecordUnwritable: if the file system is known to be one.
    """
    kind = _file_system(path)
    if _NETWORK.fullmatch(kind):
        raise RecordUnwritable(
            f"record: {path} is on a network file system ({kind}), where SQLite can lose data; "
            "wanted a local disk. Choose a local folder, or use a postgresql:// address."
        )


def _file_system(path: Path) -> str:
    """Name the type of file system a path is or would be on; empty where that is unknown."""
    if sys.platform == "win32":
        return "smb" if str(path.absolute()).startswith("\\\\") else ""
    if _MOUNTS.exists():
        found = _linux_mounts(_MOUNTS.read_text("utf-8", "surrogateescape"))
    elif sys.platform == "darwin":
        found = _mac_mounts()
    else:
        return ""
    real = path.resolve()
    inside = [point for point in found if real == point or point in real.parents]
    return found[max(inside, key=lambda point: len(point.parts))] if inside else ""


def from_os_error(problem: OSError, path: Path) -> RecordFull | RecordUnwritable:
    """The record's error for what the operating system refused to write.

    Args:
        problem: as it was raised; only a full disk is told apart.
        path: what was to be written, as the message names it.
    """
    if problem.errno == ENOSPC:
        return no_room(path)
    return cannot_write(path, problem.strerror or type(problem).__name__)


def no_room(place: object) -> RecordFull:
    """There is no space left at a place."""
    return RecordFull(
        f"record: there is no room left at {place}; wanted space for one more entry. Free some "
        "space there and try again; nothing was half-written."
    )


def cannot_write(place: object, reason: str) -> RecordUnwritable:
    """The error for a place that cannot be written, for a reason of the system.

    Args:
        place: a path, or a ``Place``, whose password is not printed.
        reason: why, in the system's words, without a full stop.
    """
    return RecordUnwritable(
        f"record: {place} cannot be written ({reason}); wanted a place this account may write to. "
        "Mend its permissions or choose another place."
    )


def _file_place(path: Path) -> Place:
    full = path.expanduser().absolute()
    return Place(f"sqlite:///{quote(str(full), safe=' +/')}", full, str(full))


def _unknown(shown: str) -> RecordUnreadable:
    return RecordUnreadable(
        f"record: got {shown}; wanted the path of a .db file, sqlite:///PATH or "
        "postgresql://USER@HOST/DATABASE. Use one of these."
    )


def _linux_mounts(text: str) -> dict[Path, str]:
    found = {}
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        point = before.split(" ")[4].encode("latin-1", "surrogateescape").decode("unicode_escape")
        found[Path(point)] = after.split(" ")[0]
    return found


def _mac_mounts() -> dict[Path, str]:
    """Read ``mount``, whose lines look like ``//u@h/share on /Volumes/share (smbfs, …)``."""
    try:
        listing = subprocess.run(
            ["/sbin/mount"],
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=5,
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    found = {}
    for line in listing.stdout.splitlines():
        before, _, options = line.rpartition(" (")
        found[Path(before.partition(" on ")[2])] = options.split(",")[0].rstrip(")")
    return found

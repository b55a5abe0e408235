"""Disks with no room left, and what is said of them."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from toolkit.record import Record

UNWRITABLE = (
    "Record: {} cannot be written (disk I/O error); wanted a place this account may write to. Mend "
    "its permissions or choose another place."
)


@contextmanager
def nothing_may_grow(record: Record) -> Iterator[None]:
    """Let no file of this process grow beyond the record's: writing then fails for real."""
    path = Path(str(record.place))
    log = path.with_name(path.name + "-wal")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = max(path.stat().st_size, log.stat().st_size)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def fill(disk: Path) -> Path:
    """Leave no room on a disk; removing the returned file frees it again."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as stream, suppress(OSError):
        while True:
            stream.write(bytes(4096))
    return ballast

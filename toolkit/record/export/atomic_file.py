"""Atomic files: there whole or not at all, readable by their owner only."""

import gzip
import io
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from toolkit.record.journal.record_address import from_os_error

_ABANDONED = 3600
"""Seconds after which nobody writes at a file any more that has not changed since."""


def write_whole(path: str | Path, data: bytes) -> None:
    """Write a file that appears whole or not at all, readable by its owner only.

    Args:
        path: where to; replaced if it exists, and its folder is made.
        data: everything it is to hold.

    Raises:
        RecordUnwritable: if the file cannot be written.
        RecordFull: if there is no room for it.
    """
    with _whole(path) as raw:
        raw.write(data)


@contextmanager
def whole_file(
    path: str | Path, *, encoding: str = "ascii", errors: str = "strict"
) -> Iterator[IO[str]]:
    """Write beside the target and put it in place only when all of it is on the disk.

    Args:
        path: where to; replaced if it exists, its folder is made, and a name that ends in ``.gz``
            is written compressed.
        encoding: of the text.
        errors: what becomes of characters that it cannot hold, as ``open`` names it.

    Raises:
        RecordUnwritable: if the file cannot be written.
        RecordFull: if there is no room for it.
    """
    compressed = str(path).endswith(".gz")
    with _whole(path) as raw, _text_to(raw, encoding, errors, compressed=compressed) as file:
        yield file


@contextmanager
def _whole(path: str | Path) -> Iterator[IO[bytes]]:
    target = Path(path).absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=target.name + ".", suffix=".part")
        try:
            with open(handle, "wb") as raw:
                yield raw
                raw.flush()
                os.fsync(raw.fileno())
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise from_os_error(problem, target) from problem


def _sweep(target: Path) -> None:
    """Remove what a writer of this file left that was ended in the middle: people's words."""
    latest = time.time() - _ABANDONED
    with os.scandir(target.parent) as found:
        for one in found:
            begun = one.name.startswith(f"{target.name}.") and one.name.endswith(".part")
            if begun and one.stat(follow_symlinks=False).st_mtime < latest:
                Path(one.path).unlink(missing_ok=True)


@contextmanager
def _text_to(raw: IO[bytes], encoding: str, errors: str, *, compressed: bool) -> Iterator[IO[str]]:
    if not compressed:
        text = io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="\n")
        yield text
        # Closing it would close the file below, which is to be synced first.
        text.detach()
        return
    # Without name and time, so that the same record gives the same bytes.
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding=encoding, errors=errors, newline="\n") as lines,
    ):
        yield lines

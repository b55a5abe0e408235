"""Files that appear whole or not at all, readable by their owner only."""

import gzip
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def whole_file(
    target: Path, *, encoding: str = "ascii", errors: str = "strict"
) -> Iterator[IO[str]]:
    """Write beside the target and put it in place only when all of it is on the disk.

    Args:
        target: a name that ends in ``.gz`` is written compressed.
        encoding: of the text.
        errors: what becomes of characters that it cannot hold, as ``open`` names it.
    """
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=target.name + ".", suffix=".part")
    try:
        with open(handle, "wb") as raw:
            with _text_to(raw, encoding, errors, compressed=target.name.endswith(".gz")) as file:
                yield file
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


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

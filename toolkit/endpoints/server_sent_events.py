r"""Server-sent events: bytes in, the data of each event out.

Lines end at ``\n`` or ``\r`` only. Splitting like ``str.splitlines`` would cut an answer apart
wherever it holds U+2028 or U+0085, which JSON may carry unescaped.
"""

import re
from collections.abc import Iterator

_LINE_END = re.compile(rb"\r\n|\n|\r")


class EventReader:
    """Reads a stream of events that arrives in chunks cut anywhere."""

    def __init__(self) -> None:
        # Pieces of an unfinished line are kept apart: a 1 MB line then costs one copy in all.
        self._open_line: list[bytes] = []
        self._data: list[bytes] = []
        self._ended_in_cr = False

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Yield the data of every event that ``chunk`` completes; comments are skipped."""
        fresh = chunk.removeprefix(b"\n") if self._ended_in_cr else chunk
        self._ended_in_cr = chunk.endswith(b"\r") if chunk else self._ended_in_cr
        *complete, rest = _LINE_END.split(fresh)
        for line in complete:
            yield from self._line(b"".join([*self._open_line, line]))
            self._open_line = []
        if rest:
            self._open_line.append(rest)

    def end(self) -> Iterator[str]:
        """Yield an event whose closing empty line never came; its JSON tells if it is whole."""
        yield from self._line(b"".join(self._open_line))
        yield from self._line(b"")

    def _line(self, line: bytes) -> Iterator[str]:
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        elif not line and self._data:
            yield b"\n".join(self._data).decode("utf-8", "replace")
            self._data = []

r"""Server-sent events: bytes in, the name and the data of each event out.

Lines end at ``\n`` or ``\r`` only. Splitting like ``str.splitlines`` would cut an answer apart
wherever it holds U+2028 or U+0085, which JSON may carry unescaped.
"""

import re
from collections.abc import Iterator

_LINE_END = re.compile(rb"\r\n|\n|\r")
_FIELD = re.compile(rb"(data|event|error|id|retry)(?::[ ]?|$)(.*)", re.DOTALL)
_STRANGE = 20
"""Lines that belong to no event are kept up to this number, for the message about them."""


class EventReader:
    """Reads a stream of events that arrives in chunks cut anywhere.

    Attributes:
        strange: lines that are neither fields nor comments, the first few.
    """

    def __init__(self) -> None:
        self.strange: list[str] = []
        # Pieces of an unfinished line are kept apart: a 1 MB line then costs one copy in all.
        self._open_line: list[bytes] = []
        self._name = b""
        self._data: list[bytes] = []
        self._ended_in_cr = False

    def feed(self, chunk: bytes) -> Iterator[tuple[str, str]]:
        """Yield name and data of every event that ``chunk`` completes; comments are skipped."""
        fresh = chunk.removeprefix(b"\n") if self._ended_in_cr else chunk
        self._ended_in_cr = chunk.endswith(b"\r") if chunk else self._ended_in_cr
        *complete, rest = _LINE_END.split(fresh)
        for line in complete:
            yield from self._line(b"".join([*self._open_line, line]))
            self._open_line = []
        if rest:
            self._open_line.append(rest)

    def end(self) -> Iterator[tuple[str, str]]:
        """Yield an event whose closing empty line never came; its JSON tells if it is whole."""
        yield from self._line(b"".join(self._open_line))
        yield from self._line(b"")

    def _line(self, line: bytes) -> Iterator[tuple[str, str]]:
        if field := _FIELD.match(line):
            if field[1] == b"event":
                self._name = field[2].strip()
            elif field[1] in (b"data", b"error"):
                # llama.cpp has written what went wrong into a field called error.
                self._name = b"error" if field[1] == b"error" else self._name
                self._data.append(field[2])
        elif not line:
            if self._data:
                yield _text(self._name), _text(b"\n".join(self._data))
            self._name, self._data = b"", []
        elif not line.startswith(b":") and len(self.strange) < _STRANGE:
            self.strange.append(_text(line)[:200])


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace")

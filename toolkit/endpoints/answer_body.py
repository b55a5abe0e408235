"""The body of an answer, read by what it is and not by what it is called.

JSON, JSON line by line, and server-sent events are told apart by how they begin. What none of
them is, is named in the complaint together with its content type.
"""

import json
from collections.abc import Iterator
from typing import NamedTuple

from toolkit.endpoints.endings import endings
from toolkit.endpoints.server_sent_events import EventReader
from toolkit.endpoints.server_words import page_title

_BOM = b"\xef\xbb\xbf"
KEPT = 65_536
"""Characters of a body that are kept when it is no answer."""


class Unreadable(ValueError):
    """The bytes are no part of an answer."""


class SentEvent(NamedTuple):
    """One thing a server sent: a parsed value, or a text that is no JSON."""

    name: str
    """As the stream names it; empty for most."""
    value: object
    over: bool = False
    """Whether it says that nothing follows."""


class BodyReader:
    """Reads a body that arrives in chunks cut anywhere.

    Args:
        content_type: what the server calls it, for messages.
    """

    def __init__(self, content_type: str = "") -> None:
        self._type = content_type or "without a content type"
        self._whole: list[bytes] = []
        self._head: bytes | None = b""
        self._events: EventReader | None = None
        self._last = ""

    @property
    def raw(self) -> str:
        """What came last, as it came: the whole body, or an event and lines that are none."""
        if self._events is None:
            return b"".join((*self._whole, self._head or b"")).decode("utf-8", "replace")[:KEPT]
        return (self._last or "\n".join(self._events.strange))[:KEPT]

    @property
    def strange(self) -> str:
        """Lines of a stream that belong to no event."""
        return " ".join(self._events.strange) if self._events else ""

    def feed(self, chunk: bytes) -> Iterator[SentEvent]:
        """Give every event that ``chunk`` completes.

        Raises:
            json.JSONDecodeError: if an event that begins as JSON is none.
        """
        if self._head is not None:
            self._head += chunk
            if _undecided(self._head):
                return
            chunk, self._head = self._head.removeprefix(_BOM), None
            if chunk.lstrip()[:1] not in (b"{", b"[", b"<", b"\xff", b"\xfe", b"\0"):
                self._events = EventReader()
        if self._events is None:
            self._whole.append(chunk)
            return
        for name, data in self._events.feed(chunk):
            yield from self._event(name, data)

    def end(self) -> Iterator[SentEvent]:
        """Give what the end of the body completes.

        Raises:
            Unreadable: if it is a web page.
            json.JSONDecodeError: if it begins as JSON and is none.
        """
        if self._events is not None:
            for name, data in self._events.end():
                yield from self._event(name, data)
        elif body := b"".join(self._whole):
            text = body.decode(json.detect_encoding(body), "replace")
            if text.lstrip("\ufeff \t\r\n").startswith("<"):
                raise Unreadable(f"a web page titled {page_title(text)!a} ({self._type})")
            yield from self._values(text.lstrip("\ufeff"))
            yield SentEvent("", None, over=True)

    def _values(self, text: str) -> Iterator[SentEvent]:
        """Give the values of a body or of an event; most hold one, some one a line."""
        try:
            yield SentEvent("", json.loads(text))
            return
        except json.JSONDecodeError:
            lines = [line for line in text.split("\n") if line.strip()]
            if len(lines) < 2:
                raise
        for line in lines:
            over = line.strip().upper() == "[DONE]"
            yield SentEvent("", None if over else json.loads(line), over=over)

    def _event(self, name: str, data: str) -> Iterator[SentEvent]:
        bare = data.strip()
        if bare.upper() == "[DONE]":
            yield SentEvent(name, None, over=True)
            return
        known = endings().heartbeats
        if bare.lower() in known or name.lower() in known - {""}:
            return
        self._last = data
        if bare.startswith("{"):
            yield from (one._replace(name=name) for one in self._values(bare))
        else:
            yield SentEvent(name, bare)


def _undecided(head: bytes) -> bool:
    """Whether more has to come to tell what a body is."""
    return not head.removeprefix(_BOM).strip() or (len(head) < len(_BOM) and _BOM.startswith(head))

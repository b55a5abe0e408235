"""Answer stream: pieces of the answer in flight, painted at most 20 times a second.

Only what is new is sent, so an answer of a megabyte costs a megabyte and not its square. Pieces are
numbered; a page that missed one, or was opened in the middle, asks for the whole.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from toolkit.rendering import for_browser

INTERVAL = 0.05
"""Seconds between two paints."""


class AnswerStream:
    """Hand the pieces of one answer to the page at a bearable pace.

    Args:
        answer_id: names this answer while it is in flight.
        emit: takes ``{"id", "part", "text", "whole"}``; empty when nothing is in flight.
    """

    def __init__(self, answer_id: str, emit: Callable[[dict[str, Any]], None]) -> None:
        self._id = answer_id
        self._emit = emit
        self._loop = asyncio.get_running_loop()
        self._pieces: list[str] = []
        self._sent = 0
        self._part = 0
        self._last = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        self._send("", whole=False)

    def add(self, piece: str) -> None:
        """Take one more piece; the first is sent at once."""
        self._pieces.append(piece)
        if self._timer is not None:
            return
        wait = self._last + INTERVAL - self._loop.time()
        if wait <= 0:
            self._flush()
        else:
            self._timer = self._loop.call_later(wait, self._flush)

    def resend(self) -> None:
        """Send everything so far, for a page that came late."""
        self._sent = len(self._pieces)
        self._send("".join(self._pieces), whole=True)

    def end(self) -> None:
        """Stop; the finished turn takes over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _flush(self) -> None:
        self._timer = None
        self._last = self._loop.time()
        text = "".join(self._pieces[self._sent :])
        self._sent = len(self._pieces)
        self._send(text, whole=False)

    def _send(self, text: str, *, whole: bool) -> None:
        self._emit({"id": self._id, "part": self._part, "text": for_browser(text), "whole": whole})
        self._part += 1

"""Adaptive concurrency limit: as many calls at once as asked for, fewer while a server refuses."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable

_SEVERAL = 4
"""Refusals before the gate gives way: one now and then says nothing about the load."""
_SHARE = 0.1
"""Share of the calls that has to be refused for it."""
_WINDOW = 1.0
"""Seconds over which both are counted."""


class Gate:
    """Lets calls pass, and adapts how many are under way to what the server takes.

    The limit begins at ``most``. When several calls are refused within a second, and more than a
    stray few of all, it shrinks by half that share; afterwards it grows again, by one more a second
    and ever faster.

    Args:
        most: calls at once at most.
        clock: seconds, rising.
    """

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.in_flight = 0
        self.limit = float(most)
        self._clock = clock
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._shrunk_at = self._grown_at = self._counted_from = clock()
        self._answers = self._refusals = 0
        self._closed_until = 0.0
        self._opening: asyncio.TimerHandle | None = None

    async def enter(self) -> float:
        """Wait for a place among the calls under way.

        Returns:
            When it was given, for ``refused``.
        """
        if self._waiting or not self._open:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self.leave()
                raise
        else:
            self.in_flight += 1
        return self._clock()

    def leave(self) -> None:
        """Give the place back."""
        self.in_flight -= 1
        self._admit()

    def answered(self) -> None:
        """Note that a call was taken, whatever came of it."""
        self._count()
        self._answers += 1
        if self.limit < self.most:
            self._grow()

    def refused(self, entered: float, *, retry_after: float | None = None) -> None:
        """Note that a call was refused because there are too many.

        Args:
            entered: when it got its place; a call sent before the gate last shrank says nothing
                new.
            retry_after: seconds the server asked to be left alone, if it did.
        """
        self._count()
        if entered < self._shrunk_at:
            return
        self._refusals += 1
        share = self._refusals / (self._refusals + self._answers)
        if self._refusals >= _SEVERAL and share > _SHARE:
            self._shrink(share, retry_after or 0.0)

    def give_up(self) -> None:
        """Let everybody in at once, because the run is over and they only have to be told."""
        self.limit, self._closed_until = math.inf, 0.0
        self._admit()

    @property
    def _open(self) -> bool:
        return self.in_flight + 1 <= self.limit and self._clock() >= self._closed_until

    def _admit(self) -> None:
        while self._waiting and self._open:
            turn = self._waiting.popleft()
            if not turn.done():
                self.in_flight += 1
                turn.set_result(None)

    def _count(self) -> None:
        now = self._clock()
        if now - self._counted_from > _WINDOW:
            self._counted_from, self._answers, self._refusals = now, 0, 0

    def _shrink(self, share: float, wait: float) -> None:
        now = self._clock()
        self.limit = max(1.0, min(self.limit, self.in_flight) * (1 - share / 2))
        self._shrunk_at = self._grown_at = self._counted_from = now
        self._answers = self._refusals = 0
        if wait and share > 0.5:
            self._close(now + wait)

    def _grow(self) -> None:
        """One more a second, and faster the longer it is since a refusal."""
        now = self._clock()
        pace = max(1.0, now - self._shrunk_at)
        self.limit = min(self.most, self.limit + pace * (now - self._grown_at))
        self._grown_at = now
        self._admit()

    def _close(self, until: float) -> None:
        """Let nobody in for a while, because the server asked for it."""
        self._closed_until = until
        if self._opening is not None:
            self._opening.cancel()
        wait = until - self._clock()
        self._opening = asyncio.get_running_loop().call_later(wait, self._reopen)

    def _reopen(self) -> None:
        self._closed_until = 0.0
        self._admit()

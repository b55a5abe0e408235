"""What is about to be sent, written down before it is.

A call that a killed run had under way left no reply. That it may have reached the server is known
because a Dispatch row was durable first: each mention of a unit in one is at most one call.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from itertools import islice
from typing import NamedTuple

from toolkit.canon import new_id
from toolkit.design import Unit
from toolkit.record import Dispatch, GroupWriter

_LARGEST = 128
"""Units in a block at most: what a killed run leaves in doubt is never more than two of them."""


class Due(NamedTuple):
    """A unit that is to be sent, and which sending of it this is, from 0."""

    unit: Unit
    attempt_of: int


class Dispatcher:
    """Hands out units in their order, each only once its Dispatch row is durable.

    The next block is written while one is being sent, so nobody waits for the disk.

    Args:
        due: what is to be sent; read as it is needed.
        writer: keeps the rows.
        sweep_id: the run.
        concurrency: calls at once; a block is no larger.
    """

    def __init__(
        self, due: Iterable[Due], writer: GroupWriter, sweep_id: str, *, concurrency: int
    ) -> None:
        self._due: Iterator[Due] = iter(due)
        self._writer = writer
        self._sweep_id = sweep_id
        self._size = max(1, min(concurrency, _LARGEST))
        self._ready: deque[Due] = deque()
        self._next: tuple[list[Due], Future[None]] | None = None
        self._turn = asyncio.Lock()

    async def next(self) -> Due | None:
        """The next unit, or None when there is none left.

        Raises:
            RecordError: if its row could not be kept; then it was not sent either.
        """
        while not self._ready:
            async with self._turn:
                if not self._ready and not await self._refill():
                    return None
        return self._ready.popleft()

    async def again(self, unit: Unit) -> None:
        """Write down that a unit is about to be sent once more, after a call that failed.

        Raises:
            RecordError: if that could not be kept.
        """
        await asyncio.wrap_future(self._write([unit]))

    async def _refill(self) -> bool:
        block, kept = self._next or self._block()
        if not block:
            return False
        await asyncio.wrap_future(kept)
        self._ready.extend(block)
        self._next = self._block()
        return True

    def _block(self) -> tuple[list[Due], "Future[None]"]:
        block = list(islice(self._due, self._size))
        if not block:
            return block, Future()
        return block, self._write([one.unit for one in block])

    def _write(self, units: list[Unit]) -> "Future[None]":
        names = tuple(unit.unit_id for unit in units)
        return self._writer.submit(
            Dispatch(dispatch_id=new_id(), sweep_id=self._sweep_id, unit_ids=names)
        )

"""Write-ahead dispatch: a job is written down before it is sent.

A call that a killed run had under way left no row. That it may have reached the server is known
because a Dispatch row was durable first: each mention of a job in one is at most one call.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from itertools import islice

from toolkit.canon import new_id
from toolkit.probes.engine.job import Job
from toolkit.record import Dispatch, GroupWriter

_LARGEST = 128
"""Jobs in a block at most: what a killed run leaves in doubt is never more than two of them."""


class Dispatcher:
    """Hands out jobs in their order, each only once its Dispatch row is durable.

    The next block is written while one is being sent, so nobody waits for the disk.

    Args:
        jobs: what is to be sent; read as it is needed.
        writer: keeps the rows.
        run_id: the run, which is also the chain.
        concurrency: calls at once; a block is no larger.
    """

    def __init__(
        self, jobs: Iterable[Job], writer: GroupWriter, run_id: str, *, concurrency: int
    ) -> None:
        self._jobs = iter(jobs)
        self._writer = writer
        self._run_id = run_id
        self._size = max(1, min(concurrency, _LARGEST))
        self._ready: deque[Job] = deque()
        self._next: tuple[list[Job], Future[None]] | None = None
        self._turn = asyncio.Lock()
        self.exhausted = False
        """Whether every job has been drawn."""

    async def next(self) -> Job | None:
        """The next job, or None when there is none left.

        Raises:
            RecordError: if its row could not be kept; then it was not sent either.
        """
        while not self._ready:
            async with self._turn:
                if not self._ready and not await self._refill():
                    return None
        return self._ready.popleft()

    async def again(self, job: Job) -> None:
        """Write down that a job is about to be sent once more, after a call that failed.

        Raises:
            RecordError: if that could not be kept.
        """
        await asyncio.wrap_future(self._write([job]))

    async def _refill(self) -> bool:
        block, kept = self._next or self._block()
        if not block:
            return False
        await asyncio.wrap_future(kept)
        self._ready.extend(block)
        self._next = self._block()
        return True

    def _block(self) -> tuple[list[Job], "Future[None]"]:
        block = list(islice(self._jobs, self._size))
        self.exhausted = len(block) < self._size
        return block, self._write(block) if block else Future()

    def _write(self, jobs: list[Job]) -> "Future[None]":
        names = tuple(one.id for one in jobs)
        return self._writer.submit(
            Dispatch(dispatch_id=new_id(), sweep_id=self._run_id, unit_ids=names)
        )

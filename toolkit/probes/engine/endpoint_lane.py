"""A lane: everything one endpoint is asked in a run, with retries and when to give up on it."""

import asyncio
import dataclasses
from collections.abc import Callable, Iterable
from concurrent.futures import Future

from toolkit.endpoints import Answer, Endpoint, Message, Settings
from toolkit.errors import (
    BadEndpoint,
    EndpointError,
    EndpointFailed,
    EndpointNotFound,
    EndpointUnreachable,
    HostNotAllowed,
    KeyRefused,
    RateLimited,
)
from toolkit.probes.engine.attempts import Tries
from toolkit.probes.engine.concurrency_limit import Gate
from toolkit.probes.engine.dispatcher import Dispatcher
from toolkit.probes.engine.job import Ended, Job

FAILURES_IN_A_ROW = 20
"""Jobs that fail one after another before the endpoint itself is taken to be broken."""
_NOBODY = (
    BadEndpoint,
    EndpointNotFound,
    EndpointUnreachable,
    HostNotAllowed,
    KeyRefused,
    RateLimited,
)
"""Failures that say something about the endpoint and nothing about the job."""
_SPARE = 2
"""Workers for each call at once: those that wait to try again must not hold up the others."""

Keep = Callable[[Job, Ended, float], list["Future[None]"]]


@dataclasses.dataclass(slots=True, kw_only=True)
class Lane:
    """Sends the jobs of one endpoint, in their order, and has the end of each kept.

    A failure is kept only once a call has worked since: while every call fails, it is the endpoint
    that is broken and not the job. After 20 in a row the lane gives up, and the jobs of those
    failures stay due.

    Args:
        endpoint: opened for bulk.
        dispatcher: hands out what is due.
        gate: how many calls at once.
        keep: takes each job with how it ended and in how many seconds, and tells when that is
            durable; nothing where no row could be made of it.
        halt: set once no further job may be sent.
    """

    endpoint: Endpoint
    dispatcher: Dispatcher
    gate: Gate
    keep: Keep
    halt: asyncio.Event
    _doubtful: list[tuple[Job, EndpointError, float]] = dataclasses.field(default_factory=list)
    _works: bool = False

    def start(self) -> list["asyncio.Task[None]"]:
        """Start its workers; each ends when nothing is due any more, or the run is halted.

        A worker raises an EndpointError if the endpoint answers nobody, and a RecordError if a
        row could not be kept.
        """
        return [asyncio.create_task(self._work()) for _ in range(self.gate.most * _SPARE)]

    async def finish(self) -> None:
        """Keep the failures at the very end that no call could clear up, if they may be kept.

        Raises:
            EndpointError: if no call has worked in this run and the last failure says that none
                can. Then the jobs stay due.
            RecordError: if one could not be kept.
        """
        if self._doubtful and not self._works:
            problem = self._doubtful[-1][1]
            if isinstance(problem, _NOBODY):
                raise problem
        await _durable(self._clear_up())

    async def _work(self) -> None:
        kept: list[Future[None]] = []
        while True:
            entered = await self.gate.enter()
            job = await self._next()
            if job is None:
                self.gate.leave()
                return await _durable(kept)
            # Durable by the time the next call has come back: then waiting for it costs nothing.
            before, kept = kept, await self._settle(job, entered)
            await _durable(before)

    async def _next(self) -> Job | None:
        try:
            job = None if self.halt.is_set() else await self.dispatcher.next()
        except BaseException:
            self.gate.leave()
            raise
        # The budget may have been spent, or the run stopped, while the row was written.
        return None if self.halt.is_set() else job

    async def _settle(self, job: Job, entered: float) -> list["Future[None]"]:
        """Ask until there is an answer or no use in asking; nothing is kept if halted before."""
        tries = Tries(job.settings.max_attempts)
        once = dataclasses.replace(job.settings, max_attempts=1, stream=False)
        while True:
            ended = await self._call(job.messages, once, entered)
            wait = tries.add(ended)
            if wait is None:
                return self._end(job, tries.all_of(ended), tries.seconds)
            if await self._halted_within(wait):
                return []
            await self.dispatcher.again(job)
            entered = await self.gate.enter()
            if self.halt.is_set():
                self.gate.leave()
                return []

    async def _call(
        self, messages: tuple[Message, ...], settings: Settings, entered: float
    ) -> Ended:
        try:
            answer = await self.endpoint.reply(messages, settings=settings)
            self.gate.answered()
            return answer
        except EndpointError as problem:
            if isinstance(problem, RateLimited | EndpointFailed) and not problem.final:
                self.gate.refused(entered, retry_after=problem.retry_after)
            else:
                self.gate.answered()
            return problem
        finally:
            self.gate.leave()

    async def _halted_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self.halt.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _end(self, job: Job, ended: Ended, seconds: float) -> list["Future[None]"]:
        if isinstance(ended, Answer):
            self._works = True
            return [*self._clear_up(), *self.keep(job, ended, seconds)]
        self._doubtful.append((job, ended, seconds))
        if len(self._doubtful) >= FAILURES_IN_A_ROW:
            raise ended
        return []

    def _clear_up(self) -> Iterable["Future[None]"]:
        doubtful, self._doubtful = self._doubtful, []
        return [kept for one in doubtful for kept in self.keep(*one)]


async def _durable(kept: Iterable["Future[None]"]) -> None:
    for one in kept:
        if not one.done():
            await asyncio.wrap_future(one)
        one.result()

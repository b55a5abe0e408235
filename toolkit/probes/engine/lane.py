"""Everything one endpoint is asked in a run: calls, retries, and when to give up on it."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future

from toolkit.endpoints import Answer, Endpoint
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
from toolkit.probes.engine.dispatcher import Dispatcher, Due
from toolkit.probes.engine.gate import Gate
from toolkit.probes.engine.tries import Tries
from toolkit.probes.units.unit_jobs import Request, Requests
from toolkit.record import Reply

FAILURES_IN_A_ROW = 20
"""Units that fail one after another before the endpoint itself is taken to be broken."""
_NOBODY = (
    BadEndpoint,
    EndpointNotFound,
    EndpointUnreachable,
    HostNotAllowed,
    KeyRefused,
    RateLimited,
)
"""Failures that say something about the endpoint and nothing about the unit."""
_SPARE = 2
"""Workers for each call at once: those that wait to try again must not hold up the others."""
_FIRST_BACKOFF = 0.5

Keep = Callable[[Reply], "Future[None]"]


class Lane:
    """Sends the units of one endpoint, in their order, and keeps a Reply for each.

    A failure is kept only once a call has worked since: while every call fails, it is the endpoint
    that is broken and not the unit. After 20 in a row the lane gives up, and the units of those
    failures stay due.

    Args:
        endpoint: opened for bulk.
        requests: makes units ready.
        dispatcher: hands out what is due.
        gate: how many calls at once.
        sweep_id: the run.
        keep: takes each Reply and tells when it is durable.
        halt: set once no further unit may be sent.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        requests: Requests,
        dispatcher: Dispatcher,
        gate: Gate,
        sweep_id: str,
        keep: Keep,
        halt: asyncio.Event,
        first_backoff: float = _FIRST_BACKOFF,
    ) -> None:
        self.gate = gate
        self._endpoint = endpoint
        self._requests = requests
        self._dispatcher = dispatcher
        self._sweep_id = sweep_id
        self._keep = keep
        self._halt = halt
        self._first_backoff = first_backoff
        self._doubtful: list[tuple[Reply, EndpointError]] = []
        self._works = False

    def start(self) -> list["asyncio.Task[None]"]:
        """Start its workers; each ends when nothing is due any more, or the run is halted.

        A worker raises an EndpointError if the endpoint answers nobody, and a RecordError if a
        reply could not be kept.
        """
        return [asyncio.create_task(self._work()) for _ in range(self.gate.most * _SPARE)]

    def finish(self) -> None:
        """Keep the failures at the very end that no call could clear up, if they may be kept.

        Raises:
            EndpointError: if no call has worked in this run and the last failure says that none
                can. Then the units stay due.
        """
        if self._doubtful and not self._works:
            problem = self._doubtful[-1][1]
            if isinstance(problem, _NOBODY):
                raise problem
        self._clear_up()

    async def _work(self) -> None:
        kept: list[Future[None]] = []
        while True:
            entered = await self.gate.enter()
            due = await self._next()
            if due is None:
                self.gate.leave()
                return await _durable(kept)
            # Durable by the time the next call has come back: then waiting for it costs nothing.
            before, kept = kept, await self._settle(due, entered)
            await _durable(before)

    async def _next(self) -> Due | None:
        try:
            return None if self._halt.is_set() else await self._dispatcher.next()
        except BaseException:
            self.gate.leave()
            raise

    async def _settle(self, due: Due, entered: float) -> list["Future[None]"]:
        """Ask until there is an answer or no use in asking; nothing is kept if halted before."""
        request = self._requests.of(due.unit, attempt_of=due.attempt_of)
        tries = Tries(request.attempts, first_backoff=self._first_backoff)
        while True:
            ended = await self._call(request, entered)
            wait = tries.add(ended)
            if wait is None:
                return self._end(request, tries.all_of(ended), tries.seconds)
            if await self._halted_within(wait):
                return []
            await self._dispatcher.again(due.unit)
            entered = await self.gate.enter()
            if self._halt.is_set():
                self.gate.leave()
                return []

    async def _call(self, request: Request, entered: float) -> Answer | EndpointError:
        asked = request.asked
        try:
            answer = await self._endpoint.reply(asked.messages, settings=asked.settings)
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
            await asyncio.wait_for(self._halt.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _end(
        self, request: Request, ended: Answer | EndpointError, seconds: float
    ) -> list["Future[None]"]:
        asked = request.asked
        if isinstance(ended, Answer):
            self._works = True
            reply = request.reply(self._sweep_id, ended.text, asked.answered(ended), answer=ended)
            return [*self._clear_up(), self._keep(reply)]
        exchange = asked.failed(ended, seconds=seconds)
        self._doubtful.append((request.reply(self._sweep_id, ended.partial, exchange), ended))
        if len(self._doubtful) >= FAILURES_IN_A_ROW:
            raise ended
        return []

    def _clear_up(self) -> Iterable["Future[None]"]:
        doubtful, self._doubtful = self._doubtful, []
        return [self._keep(reply) for reply, _ in doubtful]


async def _durable(kept: Iterable["Future[None]"]) -> None:
    for one in kept:
        if not one.done():
            await asyncio.wrap_future(one)
        one.result()

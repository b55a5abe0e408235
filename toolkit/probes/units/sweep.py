"""A sweep: every unit of a frozen confirm stage, sent once, kept, resumable.

Units are sent in their planned order, each in a fresh context. Whatever happens to the run, each
unit has one Reply in the end or is still due, and the same call goes on where it stopped.
"""

import asyncio
import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, Literal

from toolkit.canon import VERSION, new_id
from toolkit.design import ConfirmStage, Study, Unit
from toolkit.errors import ParallaxError
from toolkit.probes.engine.dispatcher import Dispatcher, Due
from toolkit.probes.engine.garbage_collection import rare_collections
from toolkit.probes.engine.gate import Gate
from toolkit.probes.engine.lane import Lane
from toolkit.probes.engine.meter import Meter, SweepProgress
from toolkit.probes.engine.second_process import Shared, second_process
from toolkit.probes.units.unit_jobs import Requests
from toolkit.record import GroupWriter, Record, Reply, Sweep, SweepEnd
from toolkit.session import Bound, bind, record_binding

Binder = Callable[[Study, str], Bound]
Reason = Literal["finished", "stopped", "budget"]
OnProgress = Callable[[SweepProgress], object]
_BULK: Binder = partial(bind, bulk=True)
_PAINTS_APART = 0.1
"""Seconds between two reports of progress."""


def units_due(
    stage: ConfirmStage, record: Record, *, retry_errored: bool = False
) -> tuple[Due, ...]:
    """List the units a run would send now, in their planned order.

    Args:
        stage: whose units.
        record: where replies are kept.
        retry_errored: whether a unit whose latest reply errored is due once more.
    """
    if not retry_errored:
        replied = set(record.event_ids(Reply))
        return tuple(Due(unit, 0) for unit in stage.units if unit.unit_id not in replied)
    sent: dict[str, tuple[int, bool]] = {}
    for entry in record.entries(kinds=[Reply.KIND]):
        body = entry.body
        sent[body["unit_id"]] = (body["attempt_of"], body["exchange"]["outcome"] == "errored")
    return tuple(_due_again(stage.units, sent))


def _due_again(units: Sequence[Unit], sent: dict[str, tuple[int, bool]]) -> Iterable[Due]:
    for unit in units:
        attempt_of, errored = sent.get(unit.unit_id, (-1, True))
        if errored:
            yield Due(unit, attempt_of + 1)


async def run_sweep(
    stage: ConfirmStage,
    record: Record,
    *,
    binder: Binder = _BULK,
    concurrency: int = 64,
    meter: Meter | None = None,
    retry_errored: bool = False,
    stop: asyncio.Event | None = None,
    on_progress: OnProgress | None = None,
    processes: int = 1,
) -> SweepEnd:
    """Send every unit that has no reply yet, and keep what comes of it.

    To stop, set ``stop`` or cancel: no further unit is sent, calls under way come to their end, and
    everything is durable. Cancelling a second time breaks those calls off; their units stay due.

    Args:
        stage: frozen; a changed one is refused.
        record: where rows are kept; its study's.
        binder: opens the endpoint of an alias.
        concurrency: calls at once to each endpoint, fewer while a server refuses.
        meter: counts tokens and cost and says when a budget is spent; default: one without budget.
        retry_errored: send units again whose latest reply errored.
        stop: ends the run in an orderly way once it is set.
        on_progress: called about ten times a second, and at the end.
        processes: 2: a second process makes about half of the calls.

    Returns:
        The row the run ended with.

    Raises:
        DesignError, StudyChanged: if the stage is not frozen, or no longer what was frozen.
        OpenElsewhere: if another run sends this stage's units to this record.
        EndpointError: if an endpoint answers nobody; its units stay due.
        RecordError: if a reply could not be kept.
    """
    confirm_hash = stage.require_frozen()
    with record.lease(f"sweep {confirm_hash}", take_over=False):
        due = units_due(stage, record, retry_errored=retry_errored)
        run = _Run(stage, record, due, meter or Meter(len(due)), on_progress)
        how = {"concurrency": concurrency, "processes": processes, "retry_errored": retry_errored}
        with rare_collections():
            return await run.run(binder, how, stop)


class _Run:
    """One run from its Sweep row to its SweepEnd."""

    def __init__(
        self,
        stage: ConfirmStage,
        record: Record,
        due: Sequence[Due],
        meter: Meter,
        on_progress: OnProgress | None,
    ) -> None:
        self._stage = stage
        self._record = record
        self._due = due
        self._meter = meter
        self._on_progress = on_progress or (lambda _: None)
        self._sweep_id = new_id()
        self._halt = asyncio.Event()
        self._reason: Reason = "finished"
        self._comment = ""
        self._lanes: list[Lane] = []
        self._replies = self._errored = 0
        self._painted = 0.0

    async def run(
        self, binder: Binder, how: dict[str, int], stop: asyncio.Event | None
    ) -> SweepEnd:
        async with AsyncExitStack() as stack:
            bound = await self._bind(binder, how["processes"], stack)
            self._meter.require_prices(one.endpoint.name for one in bound.values())
            with GroupWriter(self._record, self._sweep_id) as self._writer:
                self._writer.note(self._beginning(bound, how))
                self._open_lanes(bound, how["concurrency"])
                end = await self._to_its_end(stop)
        self._on_progress(self._meter.progress(0))
        return end

    async def _bind(
        self, binder: Binder, processes: int, stack: AsyncExitStack
    ) -> dict[str, Bound]:
        bound = {}
        for alias in self._stage.aliases:
            one = binder(self._stage.study, alias)
            stack.push_async_callback(one.endpoint.close)
            if processes > 1:
                remote = await second_process(one)
                stack.push_async_callback(remote.close)
                one = dataclasses.replace(one, endpoint=Shared(one.endpoint, remote))
            bound[alias] = one
        return bound

    def _beginning(self, bound: Mapping[str, Bound], how: dict[str, int]) -> Sweep:
        for one in bound.values():
            record_binding(self._record, one)
        study = self._stage.study
        return Sweep(
            sweep_id=self._sweep_id,
            study_id=study.study_id,
            study_hash=study.explore_hash,
            confirm_hash=self._stage.hash,
            unfrozen=not all(one.frozen for one in bound.values()),
            planned=len(self._stage.units),
            due=len(self._due),
            endpoints={alias: one.endpoint.name for alias, one in bound.items()},
            settings={**how, **self._limits()},
            design=self._stage.design,
            toolkit_version=VERSION,
        )

    def _limits(self) -> dict[str, Any]:
        prices = self._meter.prices
        return {
            "budget": dataclasses.asdict(self._meter.budget),
            "prices": prices.as_of.isoformat() if prices else None,
        }

    def _open_lanes(self, bound: Mapping[str, Bound], concurrency: int) -> None:
        requests = Requests(self._stage, bound)
        for alias, one in bound.items():
            dispatcher = Dispatcher(
                self._due_of(alias), self._writer, self._sweep_id, concurrency=concurrency
            )
            self._lanes.append(
                Lane(
                    one.endpoint,
                    requests=requests,
                    dispatcher=dispatcher,
                    gate=Gate(concurrency),
                    sweep_id=self._sweep_id,
                    keep=self._keep,
                    halt=self._halt,
                )
            )

    def _due_of(self, alias: str) -> Iterator[Due]:
        return (due for due in self._due if due.unit.alias == alias)

    async def _to_its_end(self, stop: asyncio.Event | None) -> SweepEnd:
        try:
            await self._work(stop)
        except BaseException as problem:
            self._halted("stopped", str(problem) if isinstance(problem, ParallaxError) else "")
            self._writer.note(self._ending())
            raise
        end = self._ending()
        self._writer.note(end)
        return end

    async def _work(self, stop: asyncio.Event | None) -> None:
        if self._meter.exhausted:
            self._halted("budget", self._meter.exhausted)
        watching = asyncio.create_task(self._watch(stop)) if stop else None
        try:
            await self._all_done([task for lane in self._lanes for task in lane.start()])
        finally:
            if watching is not None:
                watching.cancel()
        for lane in self._lanes:
            lane.finish()

    async def _watch(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._halted("stopped")

    async def _all_done(self, workers: Sequence["asyncio.Task[None]"]) -> None:
        """Wait for every worker; a failure or a cancellation only keeps them from going on."""
        pending = set(workers)
        cancelled = 0
        while pending:
            try:
                _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
            except asyncio.CancelledError:
                cancelled += 1
            if pending:
                self._halted("stopped")
            if cancelled > 1:
                for task in pending:
                    task.cancel()
        problems = [task.exception() for task in workers if not task.cancelled()]
        for problem in problems:
            if problem is not None:
                raise problem
        if cancelled:
            raise asyncio.CancelledError

    def _halted(self, reason: Reason, comment: str = "") -> None:
        """Send nothing more; the first reason counts, and the first comment."""
        if not self._halt.is_set():
            self._reason = reason
        self._comment = self._comment or comment
        self._halt.set()
        for lane in self._lanes:
            lane.gate.give_up()

    def _keep(self, reply: Reply) -> "Future[None]":
        kept = self._writer.submit(reply)
        self._replies += 1
        self._errored += reply.exchange.outcome == "errored"
        self._meter.count(reply)
        if self._meter.exhausted:
            self._halted("budget", self._meter.exhausted)
        if (now := time.monotonic()) - self._painted >= _PAINTS_APART:
            self._painted = now
            self._on_progress(self._meter.progress(sum(one.gate.in_flight for one in self._lanes)))
        return kept

    def _ending(self) -> SweepEnd:
        used = self._meter.progress(0)
        return SweepEnd(
            sweep_id=self._sweep_id,
            reason="finished" if self._replies == len(self._due) else self._reason,
            replies=self._replies,
            errored=self._errored,
            prompt_tokens=used.prompt_tokens,
            completion_tokens=used.completion_tokens,
            cost=used.cost,
            comment=self._comment,
        )

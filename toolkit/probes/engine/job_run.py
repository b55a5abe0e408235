"""A run: jobs sent to their endpoints, what came of each kept, and an end that says why."""

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Literal

from toolkit.endpoints import Endpoint
from toolkit.errors import ParallaxError
from toolkit.probes.engine.concurrency_limit import Gate
from toolkit.probes.engine.dispatcher import Dispatcher
from toolkit.probes.engine.endpoint_lane import FAILURES_IN_A_ROW, Lane
from toolkit.probes.engine.garbage_collection import rare_collections
from toolkit.probes.engine.job import Ended, Job
from toolkit.probes.engine.usage_meter import Meter, SweepProgress
from toolkit.record import GroupWriter, Record, Row, SweepEnd

Reason = Literal["finished", "stopped", "budget"]
OnProgress = Callable[[SweepProgress], object]
Watch = Callable[[str, Ended], str]
"""Given an endpoint's name and how a job ended, says why the run has to stop; empty to go on."""
CONCURRENCY = 64
"""Calls at once to each endpoint, unless the caller says otherwise."""
_PAINTS_APART = 0.1
"""Seconds between two reports of progress."""
_ID = re.compile("[!-~]{1,200}")
_NAMED = 3
"""Jobs without a row that the last row of a run names; of the others it tells how many."""


async def run_jobs(
    record: Record,
    run_id: str,
    asked: Iterable[tuple[Endpoint, Iterable[Job]]],
    *,
    meter: Meter,
    begin: Row | None = None,
    concurrency: int = CONCURRENCY,
    stop: asyncio.Event | None = None,
    on_progress: OnProgress | None = None,
    watch: Watch | None = None,
) -> SweepEnd:
    """Send every job, keep what comes of each, and end in an orderly way.

    Jobs of one endpoint are sent in their order, each only after a Dispatch row that names it is
    durable. Whatever happens, each has one row in the end or none; a producer that lists only
    those without one resumes a run. A job whose id cannot be kept or came before is not sent, and
    one whose row cannot be made is let go; the end names them. After 20 such jobs the run stops.
    It is finished once every producer is exhausted and each of its jobs has a durable row.

    To stop, set ``stop`` or cancel: no further job is sent, calls under way come to their end, and
    everything is durable. Cancelling a second time breaks those calls off.

    Args:
        record: where rows are kept.
        run_id: names the run and its chain, to which every row of its jobs belongs.
        asked: each endpoint, opened for bulk, with the jobs it is sent; read as they are needed.
        meter: new, made for as many jobs as there are.
        begin: the first row of the chain.
        concurrency: calls at once to each endpoint, fewer while a server refuses.
        stop: ends the run once it is set.
        on_progress: called about ten times a second, and at the end. What it raises ends the
            reports and not the run, and is raised once everything is durable.
        watch: given each answer or failure that is kept; what it says stops the run.

    Returns:
        The row the run ended with.

    Raises:
        ValueError: if there is to be less than one call at once.
        EndpointError: if an endpoint answers nobody; its jobs have no row.
        RecordError: if a row could not be kept.
    """
    if concurrency < 1:
        raise ValueError(
            f"sweep: got a concurrency of {concurrency}; wanted at least 1 call at once. Leave it "
            "out for the usual number."
        )
    show = on_progress or (lambda _: None)
    with rare_collections(), GroupWriter(record, run_id) as writer:
        if begin is not None:
            writer.note(begin)
        run = _Run(run_id, writer, meter, show, watch or (lambda *_: ""))
        for endpoint, jobs in asked:
            run.add(endpoint, jobs, concurrency)
        end = await run.to_its_end(stop)
    if run.unshown is not None:
        raise run.unshown
    show(meter.progress(0))
    return end


def end_of_run(run_id: str, used: SweepProgress, reason: Reason, comment: str = "") -> SweepEnd:
    """The row that ends a run.

    Args:
        run_id: which.
        used: what it kept and what that took.
        reason: why it ended.
        comment: the same in words, where there is more to say.
    """
    return SweepEnd(
        sweep_id=run_id,
        reason=reason,
        replies=used.done,
        errored=used.failed,
        prompt_tokens=used.prompt_tokens,
        completion_tokens=used.completion_tokens,
        cost=used.cost,
        comment=comment,
    )


class _Run:
    """One run, between its first row and its last."""

    def __init__(
        self, run_id: str, writer: GroupWriter, meter: Meter, show: OnProgress, watch: Watch
    ) -> None:
        self._run_id = run_id
        self._watch_for = watch
        self._writer = writer
        self._meter = meter
        self._show = show
        self._halt = asyncio.Event()
        self._reason: Reason = "stopped"
        self._comment = ""
        self._lanes: list[Lane] = []
        self._painted = 0.0
        self._ids: set[str] = set()
        self._left = 0
        """Jobs drawn that have no durable row."""
        self._written: deque[tuple[Future[None], Ended]] = deque()
        self._lost: list[str] = []
        """Why jobs will have no row of this run."""
        self.unshown: Exception | None = None
        """What went wrong with showing the progress."""

    def add(self, endpoint: Endpoint, jobs: Iterable[Job], concurrency: int) -> None:
        """Open the lane of one endpoint.

        Args:
            endpoint: who is asked.
            jobs: in their order.
            concurrency: calls at once at most.
        """
        self._lanes.append(
            Lane(
                endpoint=endpoint,
                dispatcher=Dispatcher(
                    filter(self._may_be_sent, jobs),
                    self._writer,
                    self._run_id,
                    concurrency=concurrency,
                ),
                gate=Gate(concurrency),
                keep=partial(self._keep, endpoint.name),
                halt=self._halt,
            )
        )

    async def to_its_end(self, stop: asyncio.Event | None) -> SweepEnd:
        """Work until every lane is at its end or the run is halted, and write down why."""
        broken = False
        try:
            await self._work(stop)
        except BaseException as problem:
            broken = isinstance(problem, Exception)
            self._halted("stopped", str(problem) if isinstance(problem, ParallaxError) else "")
            raise
        finally:
            self._count_durable(wait=True)
            all_drawn = all(one.dispatcher.exhausted for one in self._lanes)
            reason = "finished" if all_drawn and not (self._left or broken) else self._reason
            end = end_of_run(self._run_id, self._meter.progress(0), reason, self._said())
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
            await lane.finish()

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

    def _may_be_sent(self, job: Job) -> bool:
        self._left += 1
        if not _ID.fullmatch(job.id):
            wanted = "wanted an id of 1 to 200 visible ASCII characters"
        elif job.id in self._ids:
            wanted = "the run had a job of this id before"
        else:
            self._ids.add(job.id)
            return True
        self._lose(f"job {job.id[:40]!a}: not sent, {wanted}")
        return False

    def _keep(self, endpoint: str, job: Job, ended: Ended, seconds: float) -> list["Future[None]"]:
        self._meter.spend(endpoint, ended)
        if self._meter.exhausted:
            self._halted("budget", self._meter.exhausted)
        if why := self._watch_for(endpoint, ended):
            self._halted("stopped", why)
        self._count_durable()
        self._paint()
        try:
            kept = self._writer.submit(self._row(job, ended, seconds))
        except Exception as problem:
            why = f"{type(problem).__name__}: {problem}"
            self._lose(f"job {job.id}: its row could not be made: {why}")
            return []
        self._written.append((kept, ended))
        return [kept]

    def _row(self, job: Job, ended: Ended, seconds: float) -> Row:
        row = job.keep(ended, seconds)
        if not isinstance(row, Row):
            raise ValueError(f"got {type(row).__name__}; wanted a row")
        if row.chain() != self._run_id:
            got = f"got a row of kind {row.KIND} in the chain {row.chain()}"
            raise ValueError(f"{got}; wanted one of {self._run_id}")
        return row

    def _lose(self, why: str) -> None:
        self._lost.append(why)
        if len(self._lost) >= FAILURES_IN_A_ROW:
            self._halted("stopped")

    def _said(self) -> str:
        """The comment of the last row: why the run was halted, and which jobs have no row."""
        if not self._lost:
            return self._comment
        count = len(self._lost)
        said = f"{count:,} jobs have" if count > 1 else "1 job has"
        named = [*self._lost[:_NAMED], *["…"][: count - _NAMED]]
        lost = f"{said} no row of this run: {'; '.join(named)}"
        return f"{self._comment}. {lost}" if self._comment else lost

    def _count_durable(self, *, wait: bool = False) -> None:
        """Count the replies that the record holds by now, in the order they were written."""
        while self._written and (wait or self._written[0][0].done()):
            kept, ended = self._written.popleft()
            if kept.exception() is None:
                self._left -= 1
                self._meter.kept(ended)

    def _paint(self) -> None:
        if (now := time.monotonic()) - self._painted < _PAINTS_APART or self.unshown:
            return
        self._painted = now
        try:
            self._show(self._meter.progress(sum(one.gate.in_flight for one in self._lanes)))
        except Exception as problem:
            self.unshown = problem

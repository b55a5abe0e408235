"""A sweep: every unit of a frozen confirm stage, sent once, kept, resumable.

Units are sent in their planned order, each in a fresh context. Whatever happens to the run, each
unit has one Reply in the end or is still due, and the same call goes on where it stopped.
"""

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from toolkit.canon import VERSION, new_id
from toolkit.design import ConfirmStage, Study
from toolkit.probes.engine import CONCURRENCY, Meter, OnProgress, in_two_processes, run_jobs
from toolkit.probes.units.model_watch import ModelWatch, first_reported
from toolkit.probes.units.unit_jobs import Due, UnitJobs
from toolkit.record import Record, Reply, Sweep, SweepEnd, require_open
from toolkit.session import Bound, bind, record_binding

Binder = Callable[[Study, str], Bound]
_BULK: Binder = partial(bind, bulk=True)
_EMBEDDED_CONCURRENCY = 4
"""As many calls as the embedded server answers at a time; the others would only wait."""


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
        replied = {one.event_id for one in record.entries(kinds=[Reply.KIND])}
        return tuple(Due(unit, 0) for unit in stage.units if unit.unit_id not in replied)
    reader = record.read(role="owner", purpose="collection")
    latest = {row.unit_id: row for row in reader.each(Reply)}
    return tuple(
        Due(unit, reply.attempt_of + 1 if reply else 0)
        for unit in stage.units
        if (reply := latest.get(unit.unit_id)) is None or reply.exchange.outcome == "errored"
    )


async def run_sweep(
    stage: ConfirmStage,
    record: Record,
    *,
    binder: Binder = _BULK,
    concurrency: int | None = None,
    meter: Meter | None = None,
    retry_errored: bool = False,
    stop: asyncio.Event | None = None,
    on_progress: OnProgress | None = None,
    processes: int = 1,
    allow_model_change: bool = False,
) -> SweepEnd:
    """Send every unit that has no reply yet, and keep what comes of it.

    To stop, set ``stop`` or cancel: no further unit is sent, calls under way come to their end, and
    everything is durable. Cancelling a second time breaks those calls off; their units stay due.

    Args:
        stage: frozen; a changed one is refused.
        record: where rows are kept; its study's.
        binder: opens the endpoint of an alias.
        concurrency: calls at once to each endpoint at most; None: 64, or 4 by the embedded model.
        meter: counts tokens and cost and says when a budget is spent; new, made for as many units
            as are due. Default: one without budget.
        retry_errored: send units again whose latest reply errored.
        stop: ends the run in an orderly way once it is set.
        on_progress: called about ten times a second, and at the end.
        processes: 2: a second process makes about half of the calls.
        allow_model_change: go on when a frozen endpoint reports another model or region.

    Returns:
        The row the run ended with.

    Raises:
        DesignError: if the stage is not frozen, not as it was frozen, or closed.
        OpenElsewhere: if another run sends this stage's units to this record.
        EndpointError: if an endpoint answers nobody; its units stay due.
        RecordError: if a reply could not be kept.
    """
    require_open(record, confirm_hash := stage.require_frozen())
    async with AsyncExitStack() as stack:
        stack.enter_context(record.lease(f"sweep {confirm_hash}", take_over=False))
        due = units_due(stage, record, retry_errored=retry_errored)
        meter = meter or Meter(len(due))
        bound = await _bind(stage, binder, processes, stack)
        _record_bound(record, bound, meter)
        concurrency = _concurrency(bound) if concurrency is None else concurrency
        how = {"concurrency": concurrency, "processes": processes, "retry_errored": retry_errored}
        jobs = UnitJobs(stage, bound, sweep_id := new_id())
        return await run_jobs(
            record,
            sweep_id,
            [(one.endpoint, jobs.of_alias(alias, due)) for alias, one in bound.items()],
            meter=meter,
            begin=sweep_row(stage, bound, sweep_id, due=len(due), settings=how | meter.limits()),
            concurrency=concurrency,
            stop=stop,
            on_progress=on_progress,
            watch=None if allow_model_change else _watch(stage, record, bound),
        )


def sweep_row(
    stage: ConfirmStage,
    bound: Mapping[str, Bound],
    sweep_id: str,
    *,
    due: int,
    settings: dict[str, Any],
) -> Sweep:
    """The row that begins the chain of a run.

    Args:
        stage: whose units are sent.
        bound: who answers under each alias.
        sweep_id: names the run.
        due: units without a reply.
        settings: how the run sends them.
    """
    return Sweep(
        sweep_id=sweep_id,
        study_id=stage.study.study_id,
        study_hash=stage.study.explore_hash,
        confirm_hash=stage.hash,
        unfrozen=not all(one.frozen for one in bound.values()),
        planned=len(stage.units),
        due=due,
        endpoints={alias: one.endpoint.name for alias, one in bound.items()},
        settings=settings,
        design=stage.design,
        toolkit_version=VERSION,
    )


def _record_bound(record: Record, bound: Mapping[str, Bound], meter: Meter) -> None:
    """Keep who answers, unless a budget cannot be watched for one of them."""
    meter.require_prices(one.endpoint.name for one in bound.values())
    for one in bound.values():
        record_binding(record, one)


def _watch(stage: ConfirmStage, record: Record, bound: Mapping[str, Bound]) -> ModelWatch:
    """Watch the endpoints that the study froze; what is known of them is in the record."""
    frozen = [one.endpoint.name for one in bound.values() if one.frozen]
    kept = record.read(role="owner", purpose="collection").each(Reply)
    return ModelWatch(frozen, first_reported(one for one in kept if one.confirm_hash == stage.hash))


def _concurrency(bound: Mapping[str, Bound]) -> int:
    embedded = any(one.endpoint.name.startswith("embedded:") for one in bound.values())
    return _EMBEDDED_CONCURRENCY if embedded else CONCURRENCY


async def _bind(
    stage: ConfirmStage, binder: Binder, processes: int, stack: AsyncExitStack
) -> dict[str, Bound]:
    """Open whoever answers; the stack closes them."""
    bound = {}
    for alias in stage.aliases:
        one = binder(stage.study, alias)
        stack.push_async_callback(one.endpoint.close)
        if processes > 1:
            spec, base_url = (one.plan.endpoint, one.plan.base_url) if one.plan else ("", None)
            shared = await in_two_processes(one.endpoint, spec, base_url, one.access)
            stack.push_async_callback(shared.close)
            one = dataclasses.replace(one, endpoint=shared)
        bound[alias] = one
    return bound

"""Batch files: units written as requests for a batch service, and its results read back.

The format is that of the OpenAI Batch API: one JSON object a line, the unit id as ``custom_id``.
Results come in any order and may be read twice; nothing is kept twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from toolkit.canon import new_id
from toolkit.design import ConfirmStage, Unit
from toolkit.errors import BadEndpoint
from toolkit.probes.engine import Ended, Meter, end_of_run
from toolkit.probes.units.batch_lines import ended_in, request_line, result_lines
from toolkit.probes.units.sweep import sweep_row, units_due
from toolkit.probes.units.unit_jobs import UnitJobs
from toolkit.record import GroupWriter, Record, Reply, require_open
from toolkit.session import Bound, record_binding

_OPENAI = "openai:"
_NO_PRICE = "Read from a batch file; what batches cost is not on the list of prices."


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRead:
    """What came of reading a file of results."""

    kept: int
    """Replies kept now, failures included."""
    errored: int
    """Of these, failures."""
    known: int
    """Lines that bring nothing new: the record holds their result, or the file has it twice."""
    due: int
    """Units of the endpoint that have no reply yet."""


def write_batch(
    stage: ConfirmStage, record: Record, bound: Bound, path: Path, *, retry_errored: bool = False
) -> int:
    """Write the units of one endpoint that are due, one request a line, in their planned order.

    Args:
        stage: frozen.
        record: units with a reply in it are left out.
        bound: who will answer; an ``openai:`` endpoint.
        path: written anew.
        retry_errored: also units whose latest reply errored.

    Returns:
        How many requests were written; no file is written for none.

    Raises:
        DesignError, StudyChanged: if the stage is not frozen, or no longer what was frozen.
        StudyClosed: if its collection was closed.
        BadEndpoint: if the endpoint takes no batches.
        OSError: if the file cannot be written.
    """
    require_open(record, stage.require_frozen())
    model = _model(bound)
    jobs = UnitJobs(stage, {bound.alias: bound}, new_id())
    due = units_due(stage, record, retry_errored=retry_errored)
    due = tuple(one for one in due if one.unit.alias == bound.alias)
    if not due:
        return 0
    # Whole or not at all: a part of the units would be paid for and look like all of them.
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8", newline="\n") as stream:
        for one in due:
            stream.write(request_line(model, jobs.job(*one)) + "\n")
    part.replace(path)
    return len(due)


def read_batch(stage: ConfirmStage, record: Record, bound: Bound, path: Path) -> BatchRead:
    """Keep the results of a batch as replies, in a run of their own.

    The file is checked to its end before anything is kept. A unit that has an answer keeps it; one
    whose reply errored takes an answer, or another failure, as a repeated sending.

    Args:
        stage: frozen; the file belongs to this freeze.
        record: where replies are kept.
        bound: who answered.
        path: the file of results, or of errors, as the service gives it.

    Raises:
        DesignError, StudyChanged: if the stage is not frozen, or no longer what was frozen.
        StudyClosed: if its collection was closed.
        BadAnswer: if a line cannot be read, or its id is no unit of this endpoint and freeze.
        BadEndpoint: if the endpoint takes no batches.
        OpenElsewhere: if a run sends these units at this moment.
        RecordError: if replies could not be kept.
        OSError: if the file cannot be read.
    """
    confirm_hash = stage.require_frozen()
    require_open(record, confirm_hash)
    _model(bound)
    who, units = bound.endpoint.name, {one.unit_id: one for one in stage.units}
    own = {unit_id for unit_id, unit in units.items() if unit.alias == bound.alias}
    lines = sum(1 for _ in result_lines(path, own))
    sweep_id, meter, by_alias = new_id(), Meter(len(own)), {bound.alias: bound}
    jobs = UnitJobs(stage, by_alias, sweep_id)
    with (
        record.lease(f"sweep {confirm_hash}", take_over=False),
        GroupWriter(record, sweep_id) as writer,
    ):
        errors = _errors(record)
        left = len(units.keys() - errors.keys())
        begin = sweep_row(stage, by_alias, sweep_id, due=left, settings={"batch": True})
        for ended, reply in _news(result_lines(path, own), units, jobs, errors, who):
            if not meter.progress(0).done:
                record_binding(record, bound)
                writer.note(begin)
            meter.count(who, ended)
            writer.note(reply)
        used, due = meter.progress(0), len(own - errors.keys())
        if used.done:
            writer.note(end_of_run(sweep_id, used, "stopped" if due else "finished", _NO_PRICE))
    return BatchRead(kept=used.done, errored=used.failed, known=lines - used.done, due=due)


def _errors(record: Record) -> dict[str, list[str]]:
    """For each unit what went wrong each time it was sent; empty words where nothing did."""
    errors: dict[str, list[str]] = {}
    for reply in record.read(role="owner", purpose="collection").each(Reply):
        errors.setdefault(reply.unit_id, []).append(reply.exchange.error)
    return errors


def _news(
    lines: Iterable[Mapping[str, Any]],
    units: Mapping[str, Unit],
    jobs: UnitJobs,
    errors: dict[str, list[str]],
    who: str,
) -> Iterator[tuple[Ended, Reply]]:
    """Read the ends that the record does not hold yet, and note them in ``errors``."""
    for line in lines:
        unit = units[line["custom_id"]]
        earlier = errors.get(unit.unit_id, [])
        job = jobs.job(unit, len(earlier))
        ended = ended_in(line, job.settings, who)
        reply = _untimed(cast(Reply, job.keep(ended, 0.0)))
        # An answer stands; a failure names the service's own request, so that it is known again.
        if "" not in earlier and reply.exchange.error not in earlier:
            errors[unit.unit_id] = [*earlier, reply.exchange.error]
            yield ended, reply


def _untimed(reply: Reply) -> Reply:
    # How long a batch took says nothing about one answer; the mark says that 0 is no time.
    parameters = {**reply.exchange.parameters, "batch": True}
    return replace(reply, exchange=replace(reply.exchange, parameters=parameters))


def _model(bound: Bound) -> str:
    name = bound.endpoint.name
    if name.startswith(_OPENAI):
        return name.removeprefix(_OPENAI)
    raise BadEndpoint(
        f"batch: got {name} under the alias {bound.alias}; wanted an openai: endpoint, since batch "
        "files are for services that speak its protocol. Use `parallax run` for this one."
    )

"""Batch files: units written as requests for a batch service, and its results read back.

The format is that of the OpenAI Batch API: one JSON object a line, the unit id as ``custom_id``.
Results come in any order and may be read twice; nothing is kept twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from toolkit.canon import new_id
from toolkit.design import ConfirmStage, Unit
from toolkit.errors import BadEndpoint
from toolkit.probes.engine import Meter, end_of_run
from toolkit.probes.units.batch_lines import ended_in, request_line, result_lines
from toolkit.probes.units.sweep import sweep_row, units_due
from toolkit.probes.units.unit_jobs import UnitJobs
from toolkit.record import Record, Reply, Sweep
from toolkit.session import Bound, record_binding

_OPENAI = "openai:"
_AT_ONCE = 200
"""Replies kept in one transaction."""
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
        BadEndpoint: if the endpoint takes no batches.
        OSError: if the file cannot be written.
    """
    stage.require_frozen()
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
        BadAnswer: if a line cannot be read, or its id is no unit of this endpoint and freeze.
        BadEndpoint: if the endpoint takes no batches.
        OpenElsewhere: if a run sends these units at this moment.
        RecordError: if replies could not be kept.
        OSError: if the file cannot be read.
    """
    confirm_hash = stage.require_frozen()
    _model(bound)
    units = {unit.unit_id: unit for unit in stage.units if unit.alias == bound.alias}
    lines = sum(1 for _ in result_lines(path, units))
    with record.lease(f"sweep {confirm_hash}", take_over=False):
        reading = _Reading(stage, record, bound, units)
        for line in result_lines(path, units):
            reading.take(line)
        return reading.end(lines)


class _Reading:
    """One file of results on its way into the record."""

    def __init__(
        self, stage: ConfirmStage, record: Record, bound: Bound, units: Mapping[str, Unit]
    ) -> None:
        self._stage = stage
        self._record = record
        self._bound = bound
        self._units = units
        self._sweep_id = new_id()
        self._jobs = UnitJobs(stage, {bound.alias: bound}, self._sweep_id)
        # For each unit what went wrong each time it was sent; empty words where nothing did.
        self._errors: dict[str, list[str]] = {}
        for reply in record.rows(Reply):
            self._errors.setdefault(reply.unit_id, []).append(reply.exchange.error)
        self._waiting: list[Reply] = []
        self._meter = Meter(len(units))
        self._begun = False

    def take(self, line: Mapping[str, Any]) -> None:
        """Take one line of results, unless the record holds what it says."""
        unit = self._units[line["custom_id"]]
        errors = self._errors.get(unit.unit_id, [])
        if "" in errors:
            return
        job, name = self._jobs.job(unit, len(errors)), self._bound.endpoint.name
        ended = ended_in(line, job.settings, name)
        reply = _untimed(cast(Reply, job.keep(ended, 0.0)))
        # A failure names the service's own request, so that it is known when it comes again.
        if reply.exchange.error in errors:
            return
        self._errors[unit.unit_id] = [*errors, reply.exchange.error]
        self._meter.count(name, ended)
        self._waiting.append(reply)
        if len(self._waiting) == _AT_ONCE:
            self._keep()

    def end(self, lines: int) -> BatchRead:
        """Keep what is left, and tell what came of the file."""
        self._keep()
        due = self._due(self._units)
        used = self._meter.progress(0)
        if self._begun:
            end = end_of_run(self._sweep_id, used, "stopped" if due else "finished", _NO_PRICE)
            self._record.append(end)
        return BatchRead(kept=used.done, errored=used.failed, known=lines - used.done, due=due)

    def _due(self, units: Iterable[str]) -> int:
        return sum(unit_id not in self._errors for unit_id in units)

    def _keep(self) -> None:
        if not self._waiting:
            return
        if not self._begun:
            record_binding(self._record, self._bound)
            self._record.append(self._sweep())
            self._begun = True
        self._record.append(*self._waiting)
        self._waiting = []

    def _sweep(self) -> Sweep:
        due = self._due(unit.unit_id for unit in self._stage.units) + len(self._waiting)
        bound = {self._bound.alias: self._bound}
        return sweep_row(self._stage, bound, self._sweep_id, due=due, settings={"batch": True})


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

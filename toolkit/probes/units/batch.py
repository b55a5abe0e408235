"""Batch files: units written as requests for a batch service, and its results read back.

The format is that of the OpenAI Batch API: one JSON object a line, the unit id as ``custom_id``.
Results come in any order and may be read twice; nothing is kept twice.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from toolkit.canon import VERSION, new_id
from toolkit.design import ConfirmStage, Unit
from toolkit.errors import BadEndpoint, EndpointError
from toolkit.probes.units.batch_lines import answer_in, request_line, result_lines
from toolkit.probes.units.sweep import units_due
from toolkit.probes.units.unit_jobs import Requests
from toolkit.record import Record, Reply, Sweep, SweepEnd
from toolkit.session import Bound, record_binding

_OPENAI = "openai:"
_AT_ONCE = 200
"""Replies kept in one transaction."""


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
    requests = Requests(stage, {bound.alias: bound})
    due = units_due(stage, record, retry_errored=retry_errored)
    due = tuple(one for one in due if one.unit.alias == bound.alias)
    if not due:
        return 0
    # Whole or not at all: a part of the units would be paid for and look like all of them.
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8", newline="\n") as stream:
        for one in due:
            stream.write(request_line(model, requests.of(one.unit)) + "\n")
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


@dataclass(frozen=True, slots=True)
class _Latest:
    """What the record holds of one unit."""

    attempt_of: int
    errors: frozenset[str]
    """What went wrong so far; a failure names the service's own request, so it can be known."""
    answered: bool


class _Reading:
    """One file of results on its way into the record."""

    def __init__(
        self, stage: ConfirmStage, record: Record, bound: Bound, units: Mapping[str, Unit]
    ) -> None:
        self._stage = stage
        self._record = record
        self._bound = bound
        self._units = units
        self._requests = Requests(stage, {bound.alias: bound})
        self._latest: dict[str, _Latest] = {}
        for entry in record.entries(kinds=[Reply.KIND]):
            self._note(cast(Reply, entry.row()))
        self._sweep_id = new_id()
        self._waiting: list[Reply] = []
        self._begun = False
        self._sums = Counter[str]()

    def take(self, line: Mapping[str, Any]) -> None:
        """Take one line of results, unless the record holds what it says."""
        unit = self._units[line["custom_id"]]
        earlier = self._latest.get(unit.unit_id)
        if earlier is not None and earlier.answered:
            return
        reply = self._reply(line, unit, earlier.attempt_of + 1 if earlier else 0)
        if earlier is not None and reply.exchange.error in earlier.errors:
            return
        self._note(reply)
        self._count(reply)
        self._waiting.append(reply)
        if len(self._waiting) == _AT_ONCE:
            self._keep()

    def end(self, lines: int) -> BatchRead:
        """Keep what is left, and tell what came of the file."""
        self._keep()
        due = sum(unit_id not in self._latest for unit_id in self._units)
        if self._begun:
            self._record.append(self._sweep_end(due))
        kept = self._sums["replies"]
        return BatchRead(kept=kept, errored=self._sums["errored"], known=lines - kept, due=due)

    def _reply(self, line: Mapping[str, Any], unit: Unit, attempt_of: int) -> Reply:
        request = self._requests.of(unit, attempt_of=attempt_of)
        text, answer = "", None
        try:
            answer = answer_in(line, request)
            text, exchange = answer.text, request.asked.answered(answer)
        except EndpointError as problem:
            exchange = request.asked.failed(problem, seconds=0.0)
        # How long a batch took says nothing about one answer; the mark says that 0 is no time.
        exchange = replace(exchange, parameters={**exchange.parameters, "batch": True})
        return request.reply(self._sweep_id, text, exchange, answer=answer)

    def _note(self, reply: Reply) -> None:
        earlier = self._latest.get(reply.unit_id)
        answered = reply.exchange.outcome != "errored"
        errors = earlier.errors if earlier else frozenset()
        if not answered:
            errors |= {reply.exchange.error}
        self._latest[reply.unit_id] = _Latest(reply.attempt_of, errors, answered)

    def _count(self, reply: Reply) -> None:
        usage = reply.exchange.usage
        self._sums.update(
            replies=1,
            errored=int(reply.exchange.outcome == "errored"),
            prompt=usage.prompt_tokens or 0 if usage else 0,
            completion=usage.completion_tokens or 0 if usage else 0,
        )

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
        study = self._stage.study
        return Sweep(
            sweep_id=self._sweep_id,
            study_id=study.study_id,
            study_hash=study.explore_hash,
            confirm_hash=self._stage.hash,
            unfrozen=not self._bound.frozen,
            planned=len(self._stage.units),
            due=len(self._stage.units) - len(self._latest) + len(self._waiting),
            endpoints={self._bound.alias: self._bound.endpoint.name},
            settings={"batch": True},
            design=self._stage.design,
            toolkit_version=VERSION,
        )

    def _sweep_end(self, due: int) -> SweepEnd:
        return SweepEnd(
            sweep_id=self._sweep_id,
            reason="stopped" if due else "finished",
            replies=self._sums["replies"],
            errored=self._sums["errored"],
            prompt_tokens=self._sums["prompt"],
            completion_tokens=self._sums["completion"],
            cost=None,
            comment="Read from a batch file; what batches cost is not on the list of prices.",
        )


def _model(bound: Bound) -> str:
    name = bound.endpoint.name
    if name.startswith(_OPENAI):
        return name.removeprefix(_OPENAI)
    raise BadEndpoint(
        f"batch: got {name} under the alias {bound.alias}; wanted an openai: endpoint, since batch "
        "files are for services that speak its protocol. Use `parallax run` for this one."
    )

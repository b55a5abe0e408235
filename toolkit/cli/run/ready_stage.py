"""A confirm stage ready to be sent: files in order, frozen, as frozen; and what is due of it."""

from collections import Counter
from collections.abc import Mapping

from toolkit.cli.workspace import require_filled
from toolkit.design import ConfirmStage, EndpointPlan, Study, lint
from toolkit.errors import InvalidFiles
from toolkit.probes import Due
from toolkit.record import Record, Reply

_Held = list[tuple[str, str, str]]
"""For each planned unit with a reply: its alias, who answered last, and how that ended."""


def ready_stage(study: Study) -> ConfirmStage:
    """Return the study's confirm stage if nothing speaks against using it.

    Raises:
        InvalidFiles: with every blank left to fill in and every complaint about its contrasts.
        DesignError: if it has no confirm section, or was never frozen.
        StudyChanged: if it is not what was frozen.
    """
    require_filled(study)
    stage = ConfirmStage(study)
    people = {persona.id: persona for persona in study.people}
    found = [
        complaint
        for contrast in stage.contrasts
        for complaint in lint(contrast, people, scenario=study.scenario(contrast.scenario))
    ]
    if found:
        raise InvalidFiles(found)
    stage.require_frozen()
    return stage


def plan_lines(
    stage: ConfirmStage,
    due: tuple[Due, ...],
    bound: Mapping[str, EndpointPlan],
    record: Record | None,
) -> list[str]:
    """Say what is to be sent, to whom, and how much of it is done.

    Args:
        stage: whose units.
        due: those that would be sent now.
        bound: alias to who answers.
        record: where replies are; None when there is none yet.
    """
    units, endpoints = stage.units, {alias: one.endpoint for alias, one in bound.items()}
    arms = Counter(unit.arm.kind for unit in units)
    per = ", ".join(f"{count:,} {kind}" for kind, count in arms.items())
    again = sum(one.attempt_of > 0 for one in due)
    held = _latest(stage, record)
    replicates = _counted(stage.plan.replicates, "replicate", "replicates")
    lines = [
        f"Study {stage.study.id}, confirm freeze {stage.hash.rpartition(':')[2][:12]}:",
        f"  {len(stage.contrasts)} contrasts, {replicates}, {len(units):,} units: {per}",
    ]
    for alias, endpoint in endpoints.items():
        count = sum(unit.alias == alias for unit in units)
        lines.append(f"  {alias}: {count:,} units to {endpoint}")
    sent_again = f", {again:,} of them again" if again else ""
    lines.append(f"  {len(due):,} to send now{sent_again}; {_held(held)}")
    return lines + (_unfrozen(stage, endpoints) if due else []) + _strangers(held, endpoints)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _held(held: _Held) -> str:
    errored = sum(outcome == "errored" for _, _, outcome in held)
    failed = f", {errored:,} of them errored" if errored else ""
    return f"{len(held):,} in the record{failed}."


def _unfrozen(stage: ConfirmStage, endpoints: dict[str, str]) -> list[str]:
    """Warn before replies of another endpoint than the study's take up its units."""
    return [
        f"  Note: for {alias} the study names {planned}. What {endpoint} replies is marked as "
        "unfrozen, and no unit is asked a second time; to try something out, use a copy of the "
        "study."
        for alias, endpoint in endpoints.items()
        if endpoint != (planned := stage.study.endpoints[alias].endpoint)
    ]


def _strangers(held: _Held, endpoints: dict[str, str]) -> list[str]:
    """Say which replies in the record came from somebody else than who answers now."""
    found = Counter((alias, endpoint) for alias, endpoint, _ in held)
    return [
        f"  Note: {_counted(count, 'reply', 'replies')} under {alias} came from {endpoint}, "
        f"not from {endpoints.get(alias)}."
        for (alias, endpoint), count in sorted(found.items())
        if endpoint != endpoints.get(alias)
    ]


def _latest(stage: ConfirmStage, record: Record | None) -> _Held:
    if record is None:
        return []
    planned = {unit.unit_id: unit.alias for unit in stage.units}
    latest = {
        row.unit_id: (planned[row.unit_id], row.exchange.endpoint, row.exchange.outcome)
        for row in record.read(role="owner", purpose="collection").each(Reply)
        if row.unit_id in planned
    }
    return list(latest.values())

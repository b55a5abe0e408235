"""Replies to the units of the small confirm stage, as a sweep would leave them."""

from collections.abc import Callable

from toolkit.canon import VERSION, new_id
from toolkit.design import ConfirmStage, Unit
from toolkit.record import Ending, Exchange, Record, Reply, Sweep, SweepEnd

Ends = Callable[[Unit], Ending | None]
Says = Callable[[Unit], str]


def keep_replies(
    stage: ConfirmStage,
    record: Record,
    *,
    ends: Ends = lambda _: "answered",
    says: Says = lambda unit: f"Thank you, we will see to it: {unit.unit_id[-6:]}.",
    attempt_of: int = 0,
) -> str:
    """Keep a reply for each unit; returns the id of the sweep, which has not ended.

    Args:
        stage: frozen.
        record: where to.
        ends: how the exchange of a unit ended; None: no reply yet.
        says: the text of a reply that has one.
        attempt_of: which repeated sending this is.
    """
    sweep_id = new_id()
    rows = [
        reply_to(stage, unit, sweep_id, outcome, says(unit), attempt_of)
        for unit in stage.units
        if (outcome := ends(unit)) is not None
    ]
    record.append(sweep_row(stage, sweep_id), *rows)
    return sweep_id


def end_sweep(record: Record, sweep_id: str, reason: str) -> None:
    record.append(
        SweepEnd(
            sweep_id=sweep_id,
            reason=reason,  # type: ignore[arg-type]
            replies=0,
            errored=0,
            prompt_tokens=0,
            completion_tokens=0,
            cost=None,
        )
    )


def sweep_row(stage: ConfirmStage, sweep_id: str) -> Sweep:
    return Sweep(
        sweep_id=sweep_id,
        study_id=stage.study.study_id,
        study_hash=stage.study.explore_hash,
        confirm_hash=stage.hash,
        unfrozen=False,
        planned=len(stage.units),
        due=len(stage.units),
        endpoints=dict.fromkeys(stage.aliases, "scripted:courteous"),
        settings={},
        design=stage.design,
        toolkit_version=VERSION,
    )


def reply_to(
    stage: ConfirmStage,
    unit: Unit,
    sweep_id: str,
    outcome: Ending = "answered",
    text: str = "Thank you.",
    attempt_of: int = 0,
) -> Reply:
    contrast = next(one for one in stage.contrasts if one.id == unit.contrast_id)
    return Reply(
        unit_id=unit.unit_id,
        sweep_id=sweep_id,
        confirm_hash=stage.hash,
        contrast_id=contrast.id,
        contrast_hash=contrast.hash,
        scenario_id=contrast.scenario,
        scenario_hash=stage.study.scenario(contrast.scenario).hash,
        origin=contrast.origin,
        cueing=contrast.cueing,
        arm=unit.arm.kind,
        persona_id=unit.arm.persona_id,
        persona_hash=stage.study.persona(unit.arm.persona_id).hash,
        replicate=unit.replicate,
        endpoint_alias=unit.alias,
        slots={},
        text="" if outcome in ("errored", "empty") else text,
        exchange=Exchange(
            outcome=outcome,
            answers=unit.unit_id,
            messages=(),
            endpoint="scripted:courteous",
            model_reported="",
            parameters={},
            seed=None,
            usage=None,
            seconds=0.0,
            first_token_seconds=None,
            finish_reason="stop",
            attempts=(),
            error="It failed." if outcome == "errored" else "",
        ),
        attempt_of=attempt_of,
    )

"""A small study ready to be rated: frozen to confirm, with its replies in the record."""

from collections.abc import Callable
from pathlib import Path

from small_confirm import make_confirm_workspace

from toolkit.canon import VERSION, new_id
from toolkit.design import ConfirmStage, Study, Unit
from toolkit.record import Attempt, Exchange, Record, Reply, Sweep, Usage

Say = Callable[[Unit], str]


def said(unit: Unit) -> str:
    """A reply that tells nothing, a little different for each unit."""
    return (
        "Thank you for writing. I have looked into this for you.\n\n"
        f"- It has reference **{unit.unit_id[2:8].upper()}**.\n- You will hear by Friday.\n\n"
        "Is there anything else?"
    )


def rating_study(root: Path, *, replicates: int = 3, **rating: object) -> Study:
    """A small study whose confirm stage is frozen; see ``make_confirm_workspace``."""
    make_confirm_workspace(root, replicates=replicates, **rating)
    study = Study.load("small", workspace=root)
    ConfirmStage(study).freeze()
    return study


def keep_replies(study: Study, record: Record, *, say: Say = said) -> None:
    """Put a reply to every unit into the record, as a sweep would."""
    stage = ConfirmStage(study)
    sweep_id = new_id()
    record.append(
        Sweep(
            sweep_id=sweep_id,
            study_id=study.study_id,
            study_hash=study.explore_hash,
            confirm_hash=stage.hash,
            unfrozen=False,
            planned=len(stage.units),
            due=len(stage.units),
            endpoints={"assistant": "scripted:courteous"},
            settings={},
            design=stage.design,
            toolkit_version=VERSION,
        )
    )
    record.append(*(reply(stage, unit, sweep_id, say(unit)) for unit in stage.units))


def reply(stage: ConfirmStage, unit: Unit, sweep_id: str, text: str) -> Reply:
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
        text=text,
        exchange=Exchange(
            outcome="answered" if text else "empty",
            answers=unit.unit_id,
            messages=(),
            endpoint="scripted:courteous",
            model_reported="",
            parameters={},
            seed=None,
            usage=Usage(prompt_tokens=1, completion_tokens=1),
            seconds=0.1,
            first_token_seconds=0.1,
            finish_reason="stop",
            attempts=(
                Attempt(
                    number=1,
                    started_at="",
                    seconds=0.1,
                    status=200,
                    error="",
                    message="",
                    waited=0.0,
                ),
            ),
            error="",
        ),
    )

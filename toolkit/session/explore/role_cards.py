"""Role cards: what a tester is about to play, and the row that says that it began.

The row carries everything the tester saw and everything the assistant was told, so the record
reads without the files it was made from.
"""

from dataclasses import dataclass
from typing import Any

from toolkit.canon import VERSION, new_id
from toolkit.design import Assignment, Persona, Scenario, Study
from toolkit.record import Participant, Session
from toolkit.session.endpoint_alias import Bound


@dataclass(frozen=True, slots=True)
class Brief:
    """What the participant is about to play."""

    assignment: Assignment
    persona: Persona
    scenario: Scenario


def session_row(
    study: Study,
    study_hash: str,
    participant: Participant,
    brief: Brief,
    *,
    of: int,
    bound: Bound,
) -> Session:
    """Say that a conversation begins.

    Args:
        study: what it belongs to.
        study_hash: its explore freeze.
        participant: who plays.
        brief: what they play.
        of: how many conversations they were assigned.
        bound: who answers.
    """
    persona, scenario = brief.persona, brief.scenario
    return Session(
        session_id=new_id(),
        study_id=study.study_id,
        study_hash=study_hash,
        unfrozen=not bound.frozen,
        stage="explore",
        participant_id=participant.participant_id,
        simulated=participant.simulated,
        position=brief.assignment.position,
        of=of,
        persona_id=persona.id,
        persona_hash=persona.hash,
        persona_shown=persona_card(persona),
        factors=dict(persona.factors),
        scenario_id=scenario.id,
        scenario_hash=scenario.hash,
        scenario_shown=scenario_card(scenario),
        instructions=instructions(scenario),
        endpoint_alias=bound.alias,
        endpoint=bound.endpoint.name,
        toolkit_version=VERSION,
    )


def persona_card(persona: Persona) -> dict[str, Any]:
    """What the tester sees of the persona; the factors we analyse by are not listed."""
    return {
        "name": persona.cues.name,
        "title": persona.title,
        "pronouns": persona.cues.pronouns,
        "identity": persona.cues.identity,
        "background": persona.background,
        "style": persona.voice.style,
        "samples": list(persona.voice.samples),
        "goals": list(persona.goals),
        "would_notice": list(persona.would_notice),
    }


def scenario_card(scenario: Scenario) -> dict[str, Any]:
    """What the tester sees of the situation; the assistant's instructions stay hidden."""
    return {
        "title": scenario.title,
        "situation": scenario.situation,
        "task": scenario.task,
        "worth_trying": list(scenario.worth_trying),
        "grounding_title": scenario.grounding.title if scenario.grounding else "",
    }


def instructions(scenario: Scenario) -> str:
    """What the assistant is told: its instructions, then the record it may lean on."""
    if scenario.grounding is None:
        return scenario.instructions
    return f"{scenario.instructions}\n\n{scenario.grounding.title}\n{scenario.grounding.text}"

"""The units of a confirm stage as jobs: what is sent for each, and the Reply that keeps its end."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from toolkit.canon import content_hash
from toolkit.design import Arm, ConfirmStage, Contrast, Unit, render
from toolkit.endpoints import Answer, Message, Settings
from toolkit.probes.engine import Ended, Job
from toolkit.probes.logprob_decision import decide
from toolkit.record import Reply
from toolkit.session import Bound, SentRequest, instructions

_Prompt = tuple[tuple[Message, ...], dict[str, str]]
"""What is sent, and slot to what filled it."""
_SEED_DIGITS = 8
_SEED_BITS = 2**31 - 1
_ALTERNATIVES = 20
"""First words asked about; no server gives more."""


class Due(NamedTuple):
    """A unit that is to be sent, and which sending of it this is, from 0."""

    unit: Unit
    attempt_of: int


class UnitJobs:
    """Makes jobs of the units of one confirm stage, each in a context of its own.

    Args:
        stage: whose units.
        bound: who answers under each alias.
        sweep_id: the run that keeps the replies.
    """

    def __init__(self, stage: ConfirmStage, bound: Mapping[str, Bound], sweep_id: str) -> None:
        self._study = stage.study
        self._bound = dict(bound)
        self._sweep_id = sweep_id
        self._contrasts = {one.id: one for one in stage.contrasts}
        self._hash = stage.hash
        self._prompts: dict[tuple[str, Arm], _Prompt] = {}
        self._known: dict[tuple[str, Arm, str], dict[str, Any]] = {}
        self._told = {
            one.id: Message("system", instructions(self._study.scenario(one.scenario)))
            for one in stage.contrasts
        }

    def of_alias(self, alias: str, due: Iterable[Due]) -> Iterator[Job]:
        """Make the jobs of one endpoint, as they are needed.

        Args:
            alias: the endpoint's.
            due: units of any endpoint, in the order of sending.
        """
        return (self.job(*one) for one in due if one.unit.alias == alias)

    def job(self, unit: Unit, attempt_of: int = 0) -> Job:
        """Make the job of one unit; the same each time.

        Args:
            unit: of this stage.
            attempt_of: 0, or which repeated sending of an errored unit this is.
        """
        contrast = self._contrasts[unit.contrast_id]
        messages, slots = self._prompt(contrast, unit)
        bound = self._bound[unit.alias]
        settings = _settings_of(bound.settings, unit, decides=bool(contrast.decision))
        asked = SentRequest(unit.unit_id, messages, bound.endpoint.name, settings)
        known = {
            **self._same(contrast, unit),
            "unit_id": unit.unit_id,
            "replicate": unit.replicate,
            "slots": slots,
            "attempt_of": attempt_of,
        }
        keep = partial(_reply, asked, known, contrast.decision)
        return Job(unit.unit_id, messages, settings, keep)

    def _prompt(self, contrast: Contrast, unit: Unit) -> _Prompt:
        # Listed names change with the replicate; without them every replicate reads the same.
        if contrast.names:
            return self._render(contrast, unit)
        key = (contrast.id, unit.arm)
        if key not in self._prompts:
            self._prompts[key] = self._render(contrast, unit)
        return self._prompts[key]

    def _render(self, contrast: Contrast, unit: Unit) -> _Prompt:
        persona = self._study.persona(unit.arm.persona_id)
        rendered = render(contrast, unit.arm, persona, replicate=unit.replicate)
        turns = (Message(turn.role, turn.text) for turn in rendered.turns)
        return (self._told[contrast.id], *turns), dict(rendered.values)

    def _same(self, contrast: Contrast, unit: Unit) -> dict[str, Any]:
        """What every replicate of an arm has in common; hashing it each time would cost more."""
        key = (contrast.id, unit.arm, unit.alias)
        if key not in self._known:
            scenario = self._study.scenario(contrast.scenario)
            self._known[key] = {
                "sweep_id": self._sweep_id,
                "confirm_hash": self._hash,
                "contrast_id": contrast.id,
                "contrast_hash": contrast.hash,
                "scenario_id": scenario.id,
                "scenario_hash": scenario.hash,
                "origin": contrast.origin,
                "cueing": contrast.cueing,
                "arm": unit.arm.kind,
                "persona_id": unit.arm.persona_id,
                "persona_hash": self._study.persona(unit.arm.persona_id).hash,
                "endpoint_alias": unit.alias,
            }
        return self._known[key]


def _settings_of(settings: Settings, unit: Unit, *, decides: bool) -> Settings:
    """Give each unit a seed of its own: the same seed would repeat the same answer."""
    seed = settings.seed
    if seed is not None:
        digest = content_hash([seed, unit.unit_id]).rpartition(":")[2]
        seed = int(digest[:_SEED_DIGITS], 16) & _SEED_BITS
    return dataclasses.replace(settings, seed=seed, top_logprobs=_ALTERNATIVES if decides else None)


def _reply(
    asked: SentRequest,
    known: Mapping[str, Any],
    words: tuple[str, ...],
    ended: Ended,
    seconds: float,
) -> Reply:
    """Keep how a unit ended."""
    if not isinstance(ended, Answer):
        exchange = asked.failed(ended, seconds=seconds)
        return Reply(text=ended.partial, exchange=exchange, **known)
    decision = decide(ended.logprobs, words) if words else None
    return Reply(text=ended.text, exchange=asked.answered(ended), decision=decision, **known)

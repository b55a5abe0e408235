"""What is sent for a unit, and the row that keeps what came of it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolkit.canon import content_hash
from toolkit.design import Arm, ConfirmStage, Contrast, Unit, render
from toolkit.endpoints import Answer, Message, Settings
from toolkit.probes.units.decision import decide
from toolkit.record import Exchange, Reply
from toolkit.session import Asked, Bound, instructions

_Prompt = tuple[tuple[Message, ...], dict[str, str]]
"""What is sent, and slot to what filled it."""
_SEED_DIGITS = 8
_SEED_BITS = 2**31 - 1
_ALTERNATIVES = 20
"""First words asked about; no server gives more."""


@dataclass(frozen=True, slots=True)
class Request:
    """One unit made ready to be sent."""

    unit: Unit
    attempt_of: int
    """0, or which repeated sending of an errored unit this is."""
    asked: Asked
    """The messages and the settings, seed of its own included."""
    attempts: int
    """Calls at most."""
    known: Mapping[str, Any]
    """What its Reply says whatever comes of it."""
    words: tuple[str, ...] = ()
    """Answers it asks to choose from."""

    def reply(
        self, sweep_id: str, text: str, exchange: Exchange, *, answer: Answer | None = None
    ) -> Reply:
        """The row that keeps what came of it.

        Args:
            sweep_id: the run that sent it.
            text: the answer, or what had arrived of it.
            exchange: how it ended.
            answer: as it came; what it decided is read off it.
        """
        decision = decide(answer.logprobs, self.words) if answer and self.words else None
        return Reply(
            unit_id=self.unit.unit_id,
            sweep_id=sweep_id,
            replicate=self.unit.replicate,
            text=text,
            exchange=exchange,
            decision=decision.masses if decision else None,
            attempt_of=self.attempt_of,
            **self.known,
        )


class Requests:
    """Makes units of one confirm stage ready to be sent, each in a context of its own.

    Args:
        stage: whose units.
        bound: who answers under each alias.
    """

    def __init__(self, stage: ConfirmStage, bound: Mapping[str, Bound]) -> None:
        self._study = stage.study
        self._bound = dict(bound)
        self._contrasts = {one.id: one for one in stage.contrasts}
        self._hash = stage.hash
        self._prompts: dict[tuple[str, Arm], _Prompt] = {}
        self._known: dict[tuple[str, Arm, str], dict[str, Any]] = {}
        self._told = {
            one.id: Message("system", instructions(self._study.scenario(one.scenario)))
            for one in stage.contrasts
        }

    def of(self, unit: Unit, *, attempt_of: int = 0) -> Request:
        """Make one unit ready; the same each time."""
        contrast = self._contrasts[unit.contrast_id]
        messages, slots = self._prompt(contrast, unit)
        bound = self._bound[unit.alias]
        settings = _settings_of(bound.settings, unit, decides=bool(contrast.decision))
        asked = Asked(unit.unit_id, messages, bound.endpoint.name, settings)
        known = {**self._same(contrast, unit), "slots": slots}
        attempts = bound.settings.max_attempts
        return Request(unit, attempt_of, asked, attempts, known, contrast.decision)

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
    """One unstreamed call, with a seed of its own: the same seed would repeat the same answer."""
    seed = settings.seed
    if seed is not None:
        digest = content_hash([seed, unit.unit_id]).rpartition(":")[2]
        seed = int(digest[:_SEED_DIGITS], 16) & _SEED_BITS
    top = _ALTERNATIVES if decides else None
    return dataclasses.replace(settings, seed=seed, stream=False, max_attempts=1, top_logprobs=top)

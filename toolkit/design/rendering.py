"""From a contrast and a persona to the exact messages of one arm."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from toolkit.design.contrast import Arm, Contrast, PromptTurn
from toolkit.design.persona import Persona

_SLOT = re.compile(r"\{([^{}]*)\}")
_FORMS = {
    "she/her": ("she", "her", "her", "hers", "herself"),
    "he/him": ("he", "him", "his", "his", "himself"),
    "they/them": ("they", "them", "their", "theirs", "themselves"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Where a slot was filled: code points of the rendered text."""

    start: int
    end: int
    slot: str


@dataclass(frozen=True, slots=True)
class RenderedTurn:
    """One message as it is sent."""

    role: Literal["user", "assistant"]
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """One arm of a contrast as it is sent, after the scenario's instructions."""

    contrast_id: str
    arm: Arm
    turns: tuple[RenderedTurn, ...]
    values: Mapping[str, str]
    """Slot to what filled it."""


def render(contrast: Contrast, arm: Arm, persona: Persona, *, replicate: int = 0) -> Rendered:
    """Fill the slots of one arm with a persona's cues.

    Args:
        contrast: the prompt.
        arm: which text; its ``persona_id`` is ``persona.id``.
        persona: whose cues.
        replicate: from 0; listed names are used in turn.
    """
    values = _values(contrast, persona, replicate)
    turns = contrast.paraphrase if arm.kind == "paraphrase" else contrast.prompt
    return Rendered(contrast.id, arm, tuple(_turn(turn, values) for turn in turns), values)


def _values(contrast: Contrast, persona: Persona, replicate: int) -> dict[str, str]:
    cues = persona.cues
    listed = contrast.names.get(persona.id)
    name = listed.listed[replicate % len(listed.listed)] if listed else cues.name
    values = dict(
        zip(
            ("subject", "object", "possessive", "possessive.pronoun", "reflexive"),
            _FORMS[cues.pronouns],
            strict=True,
        )
    )
    values |= {"name": name, "identity": cues.identity, "noun": cues.noun or ""}
    values |= {"place": cues.place or "", "locale": cues.locale}
    values |= {
        f"dialect.{key}": texts.get(persona.id, "") for key, texts in contrast.dialect.items()
    }
    return values


def _turn(turn: PromptTurn, values: Mapping[str, str]) -> RenderedTurn:
    text, spans, end = "", [], 0
    for match in _SLOT.finditer(turn.text):
        text += turn.text[end : match.start()]
        value = values[match[1]]
        spans.append(Span(len(text), len(text) + len(value), match[1]))
        text += value
        end = match.end()
    return RenderedTurn(turn.role, text + turn.text[end:], tuple(spans))

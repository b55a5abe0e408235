"""Messages of an arm: a contrast's texts with a persona's cues, exactly as sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from toolkit.design.contrasts.contrast import Arm, Contrast, PromptTurn
from toolkit.design.contrasts.cue_values import cue_values, verb_form
from toolkit.design.personas import Persona
from toolkit.errors import DesignError
from toolkit.wording import CASES, Slot, article, begins_sentence, slots_in


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
    """One for each slot of the written text, in its order."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One arm of a contrast as it is sent, after the scenario's instructions."""

    arm: Arm
    turns: tuple[RenderedTurn, ...]
    values: Mapping[str, str]
    """Each slot of the text to what filled it first, without the capital of a sentence."""


def render(contrast: Contrast, arm: Arm, persona: Persona, *, replicate: int = 0) -> Rendered:
    """Fill the slots of one arm with a persona's cues.

    Args:
        contrast: the prompt.
        arm: which text; its ``persona_id`` is ``persona.id``.
        persona: whose cues.
        replicate: from 0; listed names are used in turn.

    Raises:
        DesignError: if a slot is unknown, or the persona brings nothing for it.
    """
    values = cue_values(contrast, persona, replicate=replicate)

    def value_of(slot: Slot) -> str:
        if slot.name == "a":
            return ""
        value = verb_form(slot, persona) if slot.forms else values.get(slot.name)
        if not value:
            raise DesignError(
                f"contrast {contrast.id}: got the slot {slot.written}, for which persona "
                f"{persona.id} brings nothing; wanted a slot that every persona fills. Run "
                "`parallax check` and mend what it lists."
            )
        return value

    turns = contrast.paraphrase if arm.kind == "paraphrase" else contrast.prompt
    used: dict[str, str] = {}
    return Rendered(arm, tuple(_filled(turn, value_of, used) for turn in turns), used)


def _filled(
    turn: PromptTurn, value_of: Callable[[Slot], str], used: dict[str, str]
) -> RenderedTurn:
    slots = slots_in(turn.text)
    fillings = [value_of(slot) for slot in slots]
    text, end = "", 0
    spans: list[Span] = []
    for number, slot in enumerate(slots):
        text += turn.text[end : slot.start]
        if slot.name == "a":
            fillings[number] = article(_after(turn.text, slots, fillings, number))
        used.setdefault(slot.name, fillings[number])
        value = _in_place(slot, fillings[number], text)
        spans.append(Span(len(text), len(text) + len(value), slot.name))
        text += value
        end = slot.end
    return RenderedTurn(turn.role, text + turn.text[end:], tuple(spans))


def _after(text: str, slots: tuple[Slot, ...], fillings: list[str], number: int) -> str:
    """What will stand after slot ``number``, as far as the next one reaches."""
    stop = slots[number].end
    if number + 1 == len(slots):
        return text[stop:]
    return text[stop : slots[number + 1].start] + fillings[number + 1]


def _in_place(slot: Slot, value: str, before: str) -> str:
    """Begin a sentence with a capital; names, places and whole sentences stay as written."""
    grammatical = slot.name in (*CASES, "a", "noun") or slot.forms
    return value[:1].upper() + value[1:] if grammatical and begins_sentence(before) else value

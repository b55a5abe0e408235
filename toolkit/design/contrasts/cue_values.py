"""What a persona brings to each slot of a contrast."""

from collections.abc import Iterator

from toolkit.design.contrasts.contrast import Contrast
from toolkit.design.contrasts.slots import DIALECT, PRONOUNS, SAMPLES, Slot
from toolkit.design.people import Persona

PRONOUN_FORMS = {
    "she/her": ("she", "her", "her", "hers", "herself"),
    "he/him": ("he", "him", "his", "his", "himself"),
    "they/them": ("they", "them", "their", "theirs", "themselves"),
}
"""Pronouns to the words of each case, in the order of ``slots.PRONOUNS``."""
PLURAL = "they/them"
"""Pronouns that take the plural of a verb."""
_FAMILY_NAME_FIRST = ("hu", "ja", "ko", "vi", "zh")
"""Languages in which a name begins with the family's."""


def cue_values(contrast: Contrast, persona: Persona, *, replicate: int = 0) -> dict[str, str]:
    """Say what fills each slot that has one value a persona, as it stands within a sentence.

    Args:
        contrast: its listed names and dialect sentences take the persona's place.
        persona: whose cues.
        replicate: from 0; listed names are used in turn.

    Returns:
        Slot name to text; a slot for which the persona brings nothing is left out. Articles and
        verbs are not among them: they follow from what is around them.
    """
    return {slot: value for slot, value in _brought(contrast, persona, replicate) if value}


def _brought(
    contrast: Contrast, persona: Persona, replicate: int
) -> Iterator[tuple[str, str | None]]:
    cues = persona.cues
    listed = contrast.names.get(persona.id)
    if listed:
        name = listed.listed[replicate % len(listed.listed)]
        first, last = _split(name)
    else:
        name = cues.name
        first, last = name_parts(persona)
    yield from (("name", name), ("name.first", first), ("name.last", last))
    yield from zip(PRONOUNS, PRONOUN_FORMS[cues.pronouns], strict=True)
    yield from (("identity", cues.identity), ("noun", cues.noun), ("place", cues.place))
    yield "locale", cues.locale
    yield from zip(SAMPLES, persona.voice.samples, strict=True)
    for key, texts in contrast.dialect.items():
        yield f"{DIALECT}{key}", texts.get(persona.id)


def name_parts(persona: Persona) -> tuple[str | None, str | None]:
    """Given and family name, or None where the full name does not tell which is which."""
    cues = persona.cues
    first, last = _split(cues.name)
    if cues.locale.partition("-")[0] in _FAMILY_NAME_FIRST:
        first = last = None
    return cues.given_name or first, cues.family_name or last


def _split(name: str) -> tuple[str | None, str | None]:
    """Take a name of two words apart; with more, only a person knows where one part ends."""
    words = name.split()
    return (words[0], words[1]) if len(words) == 2 else (None, None)


def verb_form(slot: Slot, persona: Persona) -> str:
    """The form of a verb slot that agrees with the persona's pronouns."""
    singular, plural = slot.forms or ("", "")
    return plural if persona.cues.pronouns == PLURAL else singular

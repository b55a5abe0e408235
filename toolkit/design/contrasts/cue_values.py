"""Cue values: what a persona brings to each slot of a contrast."""

from collections.abc import Iterator

from toolkit.design.contrasts.contrast import Contrast
from toolkit.design.personas import Persona
from toolkit.wording import (
    CASES,
    DIALECT,
    PLURAL_PRONOUNS,
    PRONOUN_FORMS,
    SAMPLES,
    Phrase,
    Slot,
    cue_phrases,
    name_parts,
    two_words,
)


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
    cues, listed = persona.cues, contrast.names.get(persona.id)
    name = listed.listed[replicate % len(listed.listed)] if listed else cues.name
    first, last = two_words(name) if listed else name_parts(cues)
    values: dict[str, str | None] = {
        **{"name": name, "name.first": first, "name.last": last},
        **dict(zip(CASES, PRONOUN_FORMS[cues.pronouns], strict=True)),
        **{"identity": cues.identity, "noun": cues.noun, "place": cues.place},
        "locale": cues.locale,
        **dict(zip(SAMPLES, persona.voice.samples, strict=True)),
        **{f"{DIALECT}{key}": texts.get(persona.id) for key, texts in contrast.dialect.items()},
    }
    return {slot: value for slot, value in values.items() if value}


def verb_form(slot: Slot, persona: Persona) -> str:
    """The form of a verb slot that agrees with the persona's pronouns.

    Args:
        slot: a verb slot, such as ``{verb:is|are}``; a broken one gives nothing.
        persona: who fills the slots; *they* takes the plural.
    """
    singular, plural = slot.forms or ("", "")
    return plural if persona.cues.pronouns == PLURAL_PRONOUNS else singular


def telling_phrases(contrast: Contrast, persona: Persona) -> Iterator[Phrase]:
    """List the phrases that tell of a persona in a contrast, in whatever text they stand.

    Args:
        contrast: its listed names take the place of the persona's own.
        persona: whose cues.
    """
    listed = contrast.names.get(persona.id)
    return cue_phrases(persona.cues, listed.listed if listed else ())

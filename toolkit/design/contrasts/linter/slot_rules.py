"""Rules on the slots themselves: without these an arm cannot even be rendered."""

import re
import unicodedata
from collections.abc import Iterator

from toolkit.design.contrasts.contrast import Contrast
from toolkit.design.contrasts.cue_values import cue_values
from toolkit.design.contrasts.linter.lint_context import (
    LintContext,
    LintFault,
    PromptMessage,
    excerpt,
)
from toolkit.design.document import FieldPath, one_of, suggestion
from toolkit.wording import DIALECT, FIXED, NAMES, Slot

_PLACEHOLDER = re.compile(
    r"[{}]|\[[A-Za-z][A-Za-z _]*\]|<[A-Za-z][A-Za-z _]*>|\bTODO\b|\bX{3,}\b|_{3,}|\ba\(n\)"
    r"|\b(?:he/she|she/he|s/he|his/her|her/his|him/her|her/him)\b|\(s\)he\b",
    re.IGNORECASE,
)
_MEANT = {
    "first_name": "name.first",
    "firstname": "name.first",
    "last_name": "name.last",
    "surname": "name.last",
    "pronoun": "subject",
    "they": "subject",
    "them": "object",
    "their": "possessive",
    "theirs": "possessive.pronoun",
    "themselves": "reflexive",
    "an": "a",
    "city": "place",
}
"""Slots as other tools call them."""
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069]")
"""Soft hyphens, zero-width characters and marks that turn the direction of a text."""


def unknown_slot(ctx: LintContext) -> Iterator[LintFault]:
    """A slot that no persona could fill, or a verb without its two forms."""
    known = (*FIXED, *(f"{DIALECT}{key}" for key in ctx.contrast.dialect), "verb:is|are")
    for message, slot in _slots(ctx):
        if slot.forms == ("", ""):
            wanted = "two forms, singular and plural, as in {verb:writes|write}"
            yield _written(message, slot, wanted, "Put both, with a bar between them.")
        elif not slot.forms and slot.name not in known:
            meant = _MEANT.get(slot.name.lower()) or (f"verb:{slot.name}" * ("|" in slot.name))
            hint = f"Did you mean {meant!r}?" if meant else suggestion(slot.name, known)
            yield _written(message, slot, one_of(known), hint)


def leftover(ctx: LintContext) -> Iterator[LintFault]:
    """A brace or placeholder that no slot fills and that would be sent as it stands."""
    for message in ctx.messages:
        for match in _PLACEHOLDER.finditer(message.literal):
            quoted = excerpt(message.text, match.start(), match.end())
            got = f'the placeholder "{match[0]}" in "{quoted}", which would be sent as it stands'
            hint = "Write a slot in single braces, such as {name} or {possessive}."
            yield LintFault(message.place, got, "nothing left to fill in", hint)
            break


def inside_word(ctx: LintContext) -> Iterator[LintFault]:
    """A slot that is only a part of a word, where no cue fits grammatically."""
    for message, slot in _slots(ctx):
        before, after = message.literal[: slot.start], message.literal[slot.end :]
        if re.search(r"\w['’]?$", before) or re.match(r"\w", after):
            wanted = "a slot that is a word of its own"
            hint = "Set it apart with spaces; {name}'s and a hyphen after it are fine."
            yield _written(message, slot, wanted, hint)


def assistant_slot(ctx: LintContext) -> Iterator[LintFault]:
    """A slot in what the assistant says, which is the same in every arm."""
    for message, slot in _slots(ctx):
        if message.turn.role == "assistant":
            wanted = "an assistant's message that is the same in every arm"
            yield _written(message, slot, wanted, "Write it so that it fits every persona.")


def missing_persona(ctx: LintContext) -> Iterator[LintFault]:
    """A persona nobody has written."""
    for index, name in enumerate(ctx.contrast.personas):
        if name not in ctx.everybody:
            known = tuple(ctx.everybody)
            hint = suggestion(name, known) or "Make it with `parallax new persona`."
            yield LintFault(("personas", index), repr(name), "the id of a persona", hint)


def missing_cue(ctx: LintContext) -> Iterator[LintFault]:
    """A persona that brings nothing for one of the slots, or only some of the names listed."""
    contrast = ctx.contrast
    for persona_id, person in ctx.people.items():
        values = cue_values(contrast, person)
        for slot in sorted(ctx.slots & {*FIXED, *_dialect_slots(contrast)} - {"a"}):
            if slot not in values:
                got = f"persona {persona_id} without anything for {{{slot}}}"
                where, hint = _where_missing(ctx, persona_id, slot)
                yield LintFault(where, got, "every persona of a contrast to have every cue", hint)
        if contrast.names and persona_id not in contrast.names and ctx.slots & set(NAMES):
            got = f"persona {persona_id} without listed names, where others have them"
            hint = "List names for each persona, or for none."
            yield LintFault(("names",), got, "every persona of a contrast to have every cue", hint)


def _where_missing(ctx: LintContext, persona_id: str, slot: str) -> tuple[FieldPath, str]:
    if slot.startswith(DIALECT):
        key = slot.removeprefix(DIALECT)
        return ("dialect", key), f"Write the sentence {key!r} as {persona_id} would."
    if slot in NAMES and persona_id in ctx.contrast.names:
        return ("names", persona_id), "List names of two words, or use {name}."
    field = {"name.first": "given_name", "name.last": "family_name"}.get(slot, slot)
    return ctx.place_of(
        persona_id
    ), f"Add '{field}' under 'cues' in personas/people/{persona_id}.yaml."


_OF_THE_SENTENCE = {
    "noun": (re.compile(r"(?:an?|the) ", re.IGNORECASE), "article"),
    "place": (re.compile(r"(?:from|in|at|near) ", re.IGNORECASE), "preposition"),
}
"""How a cue begins that holds what belongs to the sentence around its slot."""


def cue_form(ctx: LintContext) -> Iterator[LintFault]:
    """A noun with its article or a place with its preposition: the sentence has them already."""
    for persona_id, person in ctx.people.items():
        values = cue_values(ctx.contrast, person)
        for slot, (begins, what) in _OF_THE_SENTENCE.items():
            match = begins.match(values.get(slot, ""))
            if match and slot in ctx.slots:
                got = f'{{{slot}}} of persona {persona_id}: "{values[slot]}"'
                hint = f"Delete {match[0].strip()!r} from it."
                yield LintFault(ctx.place_of(persona_id), got, f"the {slot} without {what}", hint)


def direction(ctx: LintContext) -> Iterator[LintFault]:
    """Writing from right to left, or characters nobody sees, in a text or a cue."""
    wanted = "letters that run from left to right and can all be seen"
    for message in ctx.messages:
        if what := _odd(message.text):
            start = next(i for i, char in enumerate(message.text) if _odd(char))
            got = f'{what} in "{excerpt(message.text, start, start + 1)}"'
            yield LintFault(message.place, ascii_marks(got), wanted, "Delete or transliterate it.")
    for persona_id in ctx.people:
        said = {
            (slot, value)
            for values in ctx.values(persona_id)
            for slot, value in values.items()
            if slot in ctx.slots and _odd(value)
        }
        for slot, value in sorted(said):
            got = f'{_odd(value)} in {{{slot}}} of persona {persona_id}: "{value}"'
            hint = "Write it in Latin letters, as this person would sign in English."
            yield LintFault(ctx.place_of(persona_id), ascii_marks(got), wanted, hint)


def ascii_marks(text: str) -> str:
    """Show what cannot be seen as its number, such as ``U+200B``."""
    return _INVISIBLE.sub(lambda match: f"U+{ord(match[0]):04X}", text)


def _odd(text: str) -> str:
    if _INVISIBLE.search(text):
        return "an invisible character"
    classes = {unicodedata.bidirectional(char) for char in text}
    return "writing from right to left" if classes & {"R", "AL", "AN"} else ""


def unused(ctx: LintContext) -> Iterator[LintFault]:
    """Names, sentences or people that are declared and never stand in the prompt."""
    contrast = ctx.contrast
    wanted = "only what the prompt makes use of"
    if contrast.names and not ctx.slots & set(NAMES):
        yield LintFault(
            ("names",), "listed names and no {name}", wanted, "Use them or delete them."
        )
    for slot in sorted(_dialect_slots(contrast) - ctx.slots):
        key = slot.removeprefix(DIALECT)
        got = f"the sentence {key!r} and no {{{slot}}}"
        yield LintFault(("dialect", key), got, wanted, "Use it or delete it.")
    texts = " ".join(message.text for message in ctx.messages)
    for index, other in enumerate(contrast.others):
        if other not in texts:
            hint = "Spell it as in the prompt, or delete it."
            yield LintFault(("others", index), f"{other!r}, which no text names", wanted, hint)


def _dialect_slots(contrast: Contrast) -> set[str]:
    return {f"{DIALECT}{key}" for key in contrast.dialect}


def _slots(ctx: LintContext) -> Iterator[tuple[PromptMessage, Slot]]:
    for message in ctx.messages:
        for slot in message.slots:
            yield message, slot


def _written(message: PromptMessage, slot: Slot, wanted: str, hint: str) -> LintFault:
    quoted = excerpt(message.text, slot.start, slot.end)
    return LintFault(message.place, f'the slot {slot.written} in "{quoted}"', wanted, hint)


RULES = (
    *(unknown_slot, leftover, inside_word, assistant_slot, missing_persona, missing_cue),
    *(cue_form, direction, unused),
)

"""Rules on who is spoken of: nothing of a persona outside a slot, nobody else within one."""

import re
from collections.abc import Iterator

from toolkit.design.contrasts.cue_values import telling_phrases
from toolkit.design.contrasts.linter.lint_context import LintContext, LintFault, PromptMessage
from toolkit.design.scenarios import Scenario
from toolkit.wording import (
    CASES,
    DIALECT,
    GENDERED,
    NAMES,
    PLURAL_WORDS,
    SAMPLES,
    SINGULAR_WORDS,
    STATING,
    WORD,
    Found,
    PhraseMatcher,
    lexicon_matcher,
    ordinary,
)

_MANY = re.compile(
    r"\b(?:[a-z]+s|people|team|staff|police|everyone|everybody|nobody|someone|somebody|anyone|"
    r"anybody|children|company|office|management|who|each|all|both)\b",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"(?:\b(?:I am|I['’]m|this is|name is|called|signed|sign it|regards,?|here is)\s*,?\s*)"
    r"\{name[^{}]*\}|\{name[^{}]*\}\s*(?:here\b|$)",
    re.IGNORECASE,
)
"""Where a name says who is writing."""


def leak(ctx: LintContext) -> Iterator[LintFault]:
    """Something that only one persona brings, written down as fixed text."""
    whose = {
        phrase: persona_id
        for persona_id, person in ctx.people.items()
        for phrase in telling_phrases(ctx.contrast, person)
    }
    matcher = PhraseMatcher(whose)
    for message in ctx.messages:
        for found in matcher.find(_without_others(ctx, message)):
            if not found.phrase.weak and not _is_ordinary(message, found):
                wanted = f"nothing of persona {whose[found.phrase]} outside a slot"
                hint = "Write the slot instead, or another word; name other people under 'others'."
                yield ctx.fault(message, (found.start, found.end), wanted, hint)
                return


def _is_ordinary(message: PromptMessage, found: Found) -> bool:
    """Whether a name may as well be the word that begins a sentence, such as *Will*."""
    also_a_word = found.phrase.text.casefold() in ordinary("homograph")
    return also_a_word and message.begins_sentence(found.start)


def _without_others(ctx: LintContext, message: PromptMessage) -> str:
    text = message.literal
    for other in ctx.contrast.others:
        text = text.replace(other, "\0" * len(other))
    return text


def stray_pronoun(ctx: LintContext) -> Iterator[LintFault]:
    """A fixed third-person pronoun that speaks of the persona, or of nobody else in sight."""
    for message in ctx.messages:
        about = _spoken_of(message)
        for match in WORD.finditer(message.literal):
            word = re.sub(r"['’].*$", "", match[0]).lower()
            of_somebody = word in SINGULAR_WORDS | PLURAL_WORDS
            if of_somebody and (
                _of_persona(ctx, message, match)
                if about
                else word in SINGULAR_WORDS and _of_nobody_else(ctx, message, match.start())
            ):
                wanted = "a pronoun slot, where the persona is meant"
                hint = "Write it, or name the other person before, and under 'others'."
                yield ctx.fault(message, match.span(), wanted, hint)
                return


def _spoken_of(message: PromptMessage) -> bool:
    names = {slot.name for slot in message.slots}
    if names & set(CASES):
        return True
    return (
        bool(names & {*NAMES, "noun"})
        and not _INTRODUCED.search(message.text)
        and (not re.search(r"\b(?:I am|I['’]m)\b[^.!?]*\{noun\}", message.text))
    )


def _of_persona(ctx: LintContext, message: PromptMessage, match: re.Match[str]) -> bool:
    before = message.text[: match.start()]
    last_slot = max((slot.end for slot in message.slots if slot.end <= match.start()), default=0)
    last_other = max((before.rfind(other) for other in ctx.contrast.others), default=-1)
    if last_other >= last_slot:
        return False
    if match[0].lower() in PLURAL_WORDS:
        sentence = max(start for start, _ in message.sentences if start <= match.start())
        between = message.literal[max(last_slot, sentence) : match.start()]
        return last_slot > sentence and not _MANY.search(between)
    return True


def _of_nobody_else(ctx: LintContext, message: PromptMessage, start: int) -> bool:
    """Whether no text before names or describes somebody a pronoun could mean."""
    part = [one for one in ctx.messages if one.part == message.part]
    before = " ".join(one.literal for one in part if one.index < message.index)
    before += " " + message.literal[:start]
    if any(other in before for other in ctx.contrast.others) or _describes_somebody(before):
        return False
    names = _known_names(ctx.scenario)
    return not any(name in before for name in names) and not _CAPITAL.search(before)


def _describes_somebody(text: str) -> bool:
    words = {re.sub(r"['’].*$", "", word).lower() for word in WORD.findall(text)}
    singular = words | {word.removesuffix("s") for word in words}
    return bool(singular & ordinary("person")) or any(lexicon_matcher(GENDERED).find(text))


_CAPITAL = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")


def gendered(ctx: LintContext) -> Iterator[LintFault]:
    """A title or a word of kinship or gender beside a slot, right for some personas only."""
    matcher = lexicon_matcher(GENDERED)
    for message in ctx.messages:
        for start, end in message.sentences:
            if not any(start <= slot.start < end for slot in message.slots):
                continue
            for found in matcher.find(_without_others(ctx, message)[start:end]):
                stretch = (start + found.start, start + found.end)
                wanted = "a word that fits every persona"
                hint = "Leave it out, or let a slot say it; {name} needs no title."
                yield ctx.fault(message, stretch, wanted, hint)
                return


def other_person(ctx: LintContext) -> Iterator[LintFault]:
    """A pronoun slot in a sentence that names somebody else: whose pronoun is it?"""
    known = _known_names(ctx.scenario)
    for message in ctx.messages:
        for start, end in message.sentences:
            slots = [
                slot
                for slot in message.slots
                if start <= slot.start < end and slot.name in CASES and slot.name != "reflexive"
            ]
            other = _somebody(ctx, message, (start, end), known) if slots else ""
            if other:
                wanted = f"one person in a sentence with {slots[0].written}: {other} is another"
                hint = "Split the sentence, or write {name} instead of the pronoun."
                yield ctx.fault(message, (slots[0].start, slots[0].end), wanted, hint)


def _somebody(
    ctx: LintContext, message: PromptMessage, stretch: tuple[int, int], known: frozenset[str]
) -> str:
    text = message.literal[stretch[0] : stretch[1]]
    for other in ctx.contrast.others:
        if other in text:
            return other
    for match in re.finditer(r"(?<![^\s\"'“(])[A-Z][a-z]+(?:[-'’][A-Z][a-z]+)*", text):
        word = match[0]
        nobody = ordinary("calendar") | ordinary("capitalized")
        known_word = word in known or word.lower() in nobody
        preceded = re.search(r"\bthe\s+(?:[A-Z]\w+\s+)*$", text[: match.start()], re.IGNORECASE)
        begins = message.begins_sentence(stretch[0] + match.start())
        if not (known_word or preceded or begins):
            return word
    return ""


def _known_names(scenario: Scenario | None) -> frozenset[str]:
    """Every word that a scenario writes with a capital: its companies, products and places."""
    if scenario is None:
        return frozenset()
    texts = [scenario.title, scenario.situation, scenario.instructions, scenario.task]
    if scenario.grounding is not None:
        texts += [scenario.grounding.title, scenario.grounding.text]
    return frozenset(word for text in texts for word in re.findall(r"[A-Z][\w-]+", text))


def cueing(ctx: LintContext) -> Iterator[LintFault]:
    """Explicit and implicit are two contrasts: one states who it is, the other never does."""
    contrast = ctx.contrast
    stating = sorted(ctx.slots & set(STATING))
    carrying = {*NAMES, *SAMPLES, "locale"}
    carries = ctx.slots & carrying or any(slot.startswith(DIALECT) for slot in ctx.slots)
    told = ", ".join(f"{{{slot}}}" for slot in stating)
    if contrast.cueing == "implicit" and stating:
        wanted = "an implicit contrast that never states who it is"
        yield LintFault(("cueing",), f"'implicit' with {told}", wanted, "Make two contrasts of it.")
    elif contrast.cueing == "implicit" and ctx.slots & set(NAMES) and not contrast.names:
        got = "'implicit' with {name} and no listed names"
        wanted = "several names a persona, each list with its source"
        yield LintFault(("cueing",), got, wanted, "Add them under 'names'.")
    elif contrast.cueing == "implicit" and ctx.slots and not carries:
        got = "'implicit' without a name or a sentence that could carry who it is"
        yield LintFault(
            ("cueing",), got, "at least one of the two", "Write {name} or {dialect.KEY}."
        )
    elif contrast.cueing == "explicit" and ctx.slots and not stating:
        got = "'explicit' without {identity}, {noun} or {place}"
        hint = "Write one of them, or call it implicit and list names."
        yield LintFault(("cueing",), got, "a prompt that states who it is", hint)


RULES = (leak, stray_pronoun, gendered, other_person)

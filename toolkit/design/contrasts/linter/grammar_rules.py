"""Rules on the grammar around a slot: agreement, articles, sentences, capitals."""

import re
from collections.abc import Iterator

from toolkit.design.contrasts.linter.lint_context import LintContext, LintFault, PromptMessage
from toolkit.wording import (
    AUXILIARIES,
    MODALS,
    PLURAL,
    PLURAL_PRONOUNS,
    SINGULAR,
    Slot,
    begins_sentence,
    both_forms,
)

_ADVERB = r"(?:(?:also|always|never|often|usually|still|just|already|really|now|only|soon)\s+)*"
_NAME = r"\{(?:name|name\.first|name\.last|noun)\}"
_AFTER_SUBJECT = re.compile(rf"\{{subject\}}\s+{_ADVERB}([a-z]+(?:n['’]t)?)\b")
_CONTRACTED = re.compile(r"\{subject\}(['’](?:s|re|ve))\b")
_INVERTED = re.compile(
    rf"\b({'|'.join(AUXILIARIES)})\s+\{{subject\}}(?!\s+\{{verb:)", re.IGNORECASE
)
_ALREADY_ASKED = re.compile(
    rf"(?:\b(?:{'|'.join((*MODALS, 'does', 'do', 'let', 'that'))})|\{{verb:does\|do\}})\s+$",
    re.IGNORECASE,
)
"""Before a subject: what follows is then no verb that agrees."""
_SECOND_VERB = re.compile(rf"\{{verb:[^{{}}]*\}}[^.!?;:]*?\band\s+{_ADVERB}([a-z]+)\b")
_AFTER_NAME = re.compile(
    rf"(?<!and )(?:{_NAME})(?:,?\s+who)?\s+{_ADVERB}"
    r"((?:are|were|have|do|aren't|weren't|haven't|don't)\b|\{verb:[^{}]*\})"
)
_ARTICLE = re.compile(r"\b([Aa]n?)\s+\{(?:noun|place|name|name\.first|name\.last|locale)\}")
_BARE_ARTICLE = re.compile(r"\{a\}\s*(?=$|[.,;:!?])")
_UNTIL_SLOT = re.compile(r"""(?:^|[.!?…:][\"'”’)]*|\n)\s*[\"'“‘(]*$|[\"“‘(]$|[.!?…:]\s*[-–—]\s*$""")


def agreement(ctx: LintContext) -> Iterator[LintFault]:
    """A verb that is right for *she* and wrong for *they*, or the other way round."""
    for message in ctx.messages:
        yield from _literal_verbs(ctx, message)
        yield from _second_verbs(ctx, message)
        yield from _after_names(ctx, message)
        yield from _turned_round(ctx, message)


def _literal_verbs(ctx: LintContext, message: PromptMessage) -> Iterator[LintFault]:
    for match in _CONTRACTED.finditer(message.text):
        yield from _must_agree(ctx, message, match, _WRITTEN_OUT[match[1][1:]])
    for match in _AFTER_SUBJECT.finditer(message.text):
        asked = bool(_ALREADY_ASKED.search(message.text[: match.start()]))
        if not (asked and match[1] in PLURAL):
            yield from _must_agree(ctx, message, match, match[1])
    for match in _INVERTED.finditer(message.text):
        yield from _must_agree(ctx, message, match, match[1].lower())


_WRITTEN_OUT = {"s": "is", "re": "are", "ve": "have"}


def _must_agree(
    ctx: LintContext, message: PromptMessage, match: re.Match[str], verb: str
) -> Iterator[LintFault]:
    forms = both_forms(verb.replace("’", "'"))
    wrong = forms and [one for one in ctx.people if _is_plural(ctx, one) != (verb == forms[1])]
    if not forms or not wrong:
        return
    wanted = "a verb that agrees with every pronoun"
    hint = f"Write {{verb:{forms[0]}|{forms[1]}}}."
    yield ctx.fault(message, match.span(), wanted, hint, wrong_for=wrong[-1])


def _is_plural(ctx: LintContext, persona_id: str) -> bool:
    return ctx.people[persona_id].cues.pronouns == PLURAL_PRONOUNS


def _second_verbs(ctx: LintContext, message: PromptMessage) -> Iterator[LintFault]:
    plural = [name for name in ctx.people if _is_plural(ctx, name)]
    for match in _SECOND_VERB.finditer(message.text):
        if match[1] in SINGULAR and plural:
            forms = both_forms(match[1]) or ("", "")
            wanted = "a second verb that agrees as the first one does"
            hint = f"Write {{verb:{forms[0]}|{forms[1]}}}."
            yield ctx.fault(message, match.span(), wanted, hint, wrong_for=plural[0])


def _after_names(ctx: LintContext, message: PromptMessage) -> Iterator[LintFault]:
    for match in _AFTER_NAME.finditer(message.text):
        verb = Slot(match[1].strip("{}"), 0, 0).forms
        single = verb[0] if verb else (both_forms(match[1]) or ("",))[0]
        wanted = "the singular: a name takes it whatever the pronouns are"
        yield ctx.fault(message, match.span(), wanted, f'Write "{single}".')


def _turned_round(ctx: LintContext, message: PromptMessage) -> Iterator[LintFault]:
    for slot in message.slots:
        first, second = slot.forms or ("", "")
        if first and (first == second or (first in PLURAL and second in SINGULAR)):
            wanted = "the singular first, then a plural that differs from it"
            hint = f"Write {{verb:{second}|{first}}}." if first != second else "Write it without."
            yield ctx.fault(message, (slot.start, slot.end), wanted, hint)


def fixed_article(ctx: LintContext) -> Iterator[LintFault]:
    """A fixed *a* or *an* before words that change, or an article slot before no word."""
    for message in ctx.messages:
        for match in _ARTICLE.finditer(message.text):
            wanted = "an article that follows the sound of the next word"
            yield ctx.fault(message, match.span(), wanted, "Write {a}.")
        for match in _BARE_ARTICLE.finditer(message.text):
            wanted = "an article with a word after it"
            yield ctx.fault(message, match.span(), wanted, "Write {a} {noun}, or delete {a}.")


def sentence_slot(ctx: LintContext) -> Iterator[LintFault]:
    """A slot for whole sentences in the middle of another one."""
    for message in ctx.messages:
        for number, slot in enumerate(message.slots):
            if slot.is_sentence:
                yield from _own_sentence(ctx, message, number)


def _own_sentence(ctx: LintContext, message: PromptMessage, number: int) -> Iterator[LintFault]:
    slot = message.slots[number]
    stretch = (slot.start, slot.end)
    before, after = message.text[: slot.start], message.text[slot.end :]
    behind_another = number > 0 and message.slots[number - 1].is_sentence
    behind_another &= not message.text[message.slots[number - 1].end : slot.start].strip()
    if not (_UNTIL_SLOT.search(before) or behind_another):
        wanted = "a place of its own: whole sentences fill it"
        yield ctx.fault(message, stretch, wanted, "End the sentence before it.")
    elif re.match(r"\s*[.,;:]", after):
        wanted = "no mark after it: its sentence brings its own"
        yield ctx.fault(message, (slot.start, slot.end + 1), wanted, "Delete the mark.")
    elif re.match(r"[ \t]*\n?[a-z]", after):
        wanted = "a new sentence after it, since it is one itself"
        yield ctx.fault(message, stretch, wanted, "Begin the next sentence with a capital.")
    elif re.match(r"[ \t]*[^\s\"”’')]", after):
        yield from _open_ended(ctx, message, slot)


def _open_ended(ctx: LintContext, message: PromptMessage, slot: Slot) -> Iterator[LintFault]:
    for persona_id in ctx.people:
        text = next(ctx.values(persona_id)).get(slot.name, "")
        if text and not re.search(r"[.!?…][\"'”’)]*$", text):
            got = (
                f'{slot.written} of persona {persona_id}, "…{text[-30:]}", without a full stop and '
                f'with "{" ".join(message.text[slot.end :].split()[:3])}" right after it'
            )
            wanted = "a sentence that ends before the next one begins"
            hint = "End it with a mark, or leave an empty line after the slot."
            yield LintFault(message.place, got, wanted, hint)


def capital(ctx: LintContext) -> Iterator[LintFault]:
    """A sentence with a small letter among sentences with capitals.

    A text without any capital at a beginning is somebody's way to write, the same in each arm.
    """
    for message in ctx.messages:
        begins = [
            match.start()
            for match in re.finditer(r"(?<![^\s\"'“‘(])[^\W\d_]", message.literal)
            if begins_sentence(message.text[: match.start()])
        ]
        small = [start for start in begins if message.literal[start].islower()]
        if small and len(small) < len(begins):
            end = small[0] + len(re.split(r"\s|\0", message.literal[small[0] :])[0])
            wanted = "a capital, as the other sentences have"
            word = message.literal[small[0] : end]
            hint = f'Write "{word[:1].upper()}{word[1:]}".'
            yield ctx.fault(message, (small[0], end), wanted, hint)


RULES = (agreement, fixed_article, sentence_slot, capital)

"""The rule on the case of pronouns: *to her* but *she is*, *her desk* but *it is hers*."""

import re
from collections.abc import Iterator

from toolkit.design.contrasts.linter.sheet import Fault, Sheet
from toolkit.wording import AUXILIARIES, MODALS, any_of

_FINITE = "|".join((*AUXILIARIES, *MODALS, "needs", "wants", "said", "says", "asked", "works"))
_VERB = rf"(?:\{{verb:|(?:{_FINITE})\b)"
_JOINS = rf"\b(?:{any_of('conjunction')})\s+"
_SENTENCE = r"(?:^|[.!?]\s{1,9}|\n[ \t]{0,9}\n\s{0,9})"
_STOP = r"(?=\s*(?:[.;:!?]|$))"
_STOP_OR_COMMA = r"(?=\s*(?:[.,;:!?]|$))"

_WRONG = tuple(
    (re.compile(pattern, re.IGNORECASE), wanted, reason)
    for pattern, wanted, reason in (
        (
            rf"\b(?:{any_of('preposition')})\s+(\{{subject\}})",
            "{object}",
            "a preposition takes the object",
        ),
        (
            rf"\b(?:{any_of('object_verb')})\s+(\{{subject\}})(?!\s+{_VERB})",
            "{object}",
            "this verb takes the object",
        ),
        (rf"(?<!^)(?<![.!?]\s)(\{{subject\}}){_STOP}", "{object}", "no verb follows it"),
        (
            rf"(?:{_SENTENCE}|{_JOINS})(\{{object\}})\s+{_VERB}",
            "{subject}",
            "it is the subject of a verb",
        ),
        (
            rf"{_SENTENCE}(\{{object\}})\s+(?!{_VERB})",
            "{subject}",
            "a sentence begins with its subject",
        ),
        (rf"(\{{possessive\}}){_STOP_OR_COMMA}", "{possessive.pronoun}", "no noun follows it"),
        (
            r"(\{possessive\})\s+(?:is|are|was|were|has|have|had)\b",
            "{possessive.pronoun}",
            "no noun follows it",
        ),
        (
            r"(\{possessive\})\s+(?:to|in|on|at|with|from|by|the|a|an|about|because|that)\b",
            "{object}",
            "no noun follows it",
        ),
        (
            rf"(\{{possessive\.pronoun\}})\s+(?!(?:{any_of('no_noun')})\b)[a-z]",
            "{possessive}",
            "a noun follows it",
        ),
        (
            rf"(?:{_SENTENCE}(\{{reflexive\}})|{_JOINS}(\{{reflexive\}})\s+{_VERB})",
            "{subject}",
            "it is the subject of a verb",
        ),
        (
            r"(\{(?:object|possessive|possessive\.pronoun|reflexive)\})['’]s\b",
            "{possessive}",
            "it says whose",
        ),
    )
)
"""What cannot stand there, the slot that can, and why."""


def pronoun_case(sheet: Sheet) -> Iterator[Fault]:
    """A pronoun slot in a case that does not fit its place in the sentence."""
    for message in sheet.messages:
        for pattern, wanted, reason in _WRONG:
            for match in pattern.finditer(message.text):
                slot = next(number for number in (1, 2) if match[number])
                start, end = match.start(slot), match.end(slot)
                yield sheet.fault(message, (start, end), f"{wanted}, since {reason}")

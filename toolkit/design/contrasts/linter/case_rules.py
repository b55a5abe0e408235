"""The rule on the case of pronouns: *to her* but *she is*, *her desk* but *it is hers*."""

import re
from collections.abc import Iterator

from toolkit.design.contrasts.linter.sheet import Fault, Sheet
from toolkit.wording import MODALS, TO_BE_AND_HAVE

_FINITE = "|".join((*TO_BE_AND_HAVE, *MODALS, "needs", "wants", "said", "says", "asked", "works"))
_PREPOSITION = (
    "to|from|with|without|about|of|by|at|for|between|beside|against|toward|towards|behind|near"
)
_TAKES_OBJECT = (
    "ask|help|helped|thank|thanked|call|called|invite|invited|meet|met|send|give|gave|let|warn|"
    "remind|support|blame|hire|hired|introduce"
)
_JOINS = "and|but|because|that|if|when|while|whether|since|until|as|so"
_NO_NOUN = (
    "is|are|was|were|has|have|had|to|in|on|at|for|with|from|by|and|or|but|not|too|as|when|if|"
    "because|while|instead|than|already|now|today|tomorrow|alone|anyway|again|please|since|before|"
    "after|until|will|would|can|could|should|must|may|might|does|did|that|this|the|a|an|which|who"
)
_SENTENCE = r"(?:^|[.!?]\s{1,9}|\n[ \t]{0,9}\n\s{0,9})"
_STOP = r"(?=\s*(?:[.;:!?]|$))"
_STOP_OR_COMMA = r"(?=\s*(?:[.,;:!?]|$))"

_WRONG = tuple(
    (re.compile(pattern, re.IGNORECASE), wanted, reason)
    for pattern, wanted, reason in (
        (
            rf"\b(?:{_PREPOSITION})\s+(\{{subject\}})",
            "{object}",
            "a preposition takes the object",
        ),
        (
            rf"\b(?:{_TAKES_OBJECT})\s+(\{{subject\}})(?!\s+(?:\{{verb:|(?:{_FINITE})\b))",
            "{object}",
            "this verb takes the object",
        ),
        (rf"(?<!^)(?<![.!?]\s)(\{{subject\}}){_STOP}", "{object}", "no verb follows it"),
        (
            rf"(?:{_SENTENCE}|\b(?:{_JOINS})\s+)(\{{object\}})\s+(?:\{{verb:|(?:{_FINITE})\b)",
            "{subject}",
            "it is the subject of a verb",
        ),
        (
            rf"{_SENTENCE}(\{{object\}})\s+(?!\{{verb:|(?:{_FINITE})\b)",
            "{subject}",
            "a sentence begins with its subject",
        ),
        (
            rf"(\{{possessive\}}){_STOP_OR_COMMA}",
            "{possessive.pronoun}",
            "no noun follows it",
        ),
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
            rf"(\{{possessive\.pronoun\}})\s+(?!(?:{_NO_NOUN})\b)[a-z]",
            "{possessive}",
            "a noun follows it",
        ),
        (
            rf"(?:{_SENTENCE}(\{{reflexive\}})|(?:\b(?:{_JOINS})\s+)(\{{reflexive\}})\s+"
            rf"(?:\{{verb:|(?:{_FINITE})\b))",
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

"""The rule on the case of pronouns: *to her* but *she is*, *her desk* but *it is hers*."""

import re
from collections.abc import Iterator

from toolkit.design.contrasts.linter.lint_context import LintContext, LintFault
from toolkit.wording import AUXILIARIES, MODALS, any_of

_FINITE = "|".join((*AUXILIARIES, *MODALS, "needs", "wants", "said", "says", "asked", "works"))
_VERB = rf"(?:\{{verb:|(?:{_FINITE})\b)"
_JOINS = rf"\b(?:{any_of('conjunction')})\s+"
_SENTENCE = r"(?:^|[.!?]\s{1,9}|\n[ \t]{0,9}\n\s{0,9})"
_STOP = r"(?=\s*(?:[.;:!?]|$))"
_STOP_OR_COMMA = r"(?=\s*(?:[.,;:!?]|$))"

_SUBJECT, _OBJECT, _POSSESSIVE, _REFLEXIVE, _PRONOUN = (
    rf"(\{{{slot}\}})"
    for slot in ("subject", "object", "possessive", "reflexive", r"possessive\.pronoun")
)
_PREPOSITION = rf"\b(?:{any_of('preposition')})"
_TAKES_OBJECT = rf"\b(?:{any_of('object_verb')})"
_BEFORE_SUBJECT = rf"(?:{_SENTENCE}|{_JOINS})"
_AFTER_POSSESSIVE = r"(?:to|in|on|at|with|from|by|the|a|an|about|because|that)\b"
_IS_OR_HAS = r"(?:is|are|was|were|has|have|had)\b"
_NO_PRONOUN = r"(\{(?:object|possessive|possessive\.pronoun|reflexive)\})"

_WRONG = tuple(
    (re.compile(pattern, re.IGNORECASE), wanted, reason)
    for wanted, reason, pattern in (
        ("object", "a preposition takes the object", rf"{_PREPOSITION}\s+{_SUBJECT}"),
        ("object", "this verb takes the object", rf"{_TAKES_OBJECT}\s+{_SUBJECT}(?!\s+{_VERB})"),
        ("object", "no verb follows it", rf"(?<!^)(?<![.!?]\s){_SUBJECT}{_STOP}"),
        ("subject", "it is the subject of a verb", rf"{_BEFORE_SUBJECT}{_OBJECT}\s+{_VERB}"),
        ("subject", "a sentence begins with its subject", rf"{_SENTENCE}{_OBJECT}\s+(?!{_VERB})"),
        ("possessive.pronoun", "no noun follows it", rf"{_POSSESSIVE}{_STOP_OR_COMMA}"),
        ("possessive.pronoun", "no noun follows it", rf"{_POSSESSIVE}\s+{_IS_OR_HAS}"),
        ("object", "no noun follows it", rf"{_POSSESSIVE}\s+{_AFTER_POSSESSIVE}"),
        ("possessive", "a noun follows it", rf"{_PRONOUN}\s+(?!(?:{any_of('no_noun')})\b)[a-z]"),
        ("subject", "it is the subject of a verb", rf"{_SENTENCE}{_REFLEXIVE}"),
        ("subject", "it is the subject of a verb", rf"{_JOINS}{_REFLEXIVE}\s+{_VERB}"),
        ("possessive", "it says whose", rf"{_NO_PRONOUN}['’]s\b"),
    )
)
"""What cannot stand there, the slot that can, and why."""


def pronoun_case(ctx: LintContext) -> Iterator[LintFault]:
    """A pronoun slot in a case that does not fit its place in the sentence."""
    for message in ctx.messages:
        for pattern, wanted, reason in _WRONG:
            for match in pattern.finditer(message.text):
                yield ctx.fault(message, match.span(1), f"{{{wanted}}}, since {reason}")

"""Third-person pronouns in a message: slots where the sentence leaves one reading, else questions.

Who plays a persona says "I". A "she" is then somebody else as a rule, so it is asked about and
never replaced. Only in a message about the persona, which names them and does not say "I am
NAME", do pronouns become slots.
"""

import re
from collections.abc import Iterator

from toolkit.design import Persona
from toolkit.session.drafting.draft_findings import Finding, OpenQuestion, Replacement

_SUBJECT = {"she/her": "she", "he/him": "he", "they/them": "they"}
_OTHERS = {
    "she/her": ("her", "hers", "herself"),
    "he/him": ("him", "his", "himself"),
    "they/them": ("them", "their", "theirs", "themselves", "themself"),
}
_ONE_READING = {
    "him": "{object}",
    "hers": "{possessive.pronoun}",
    "himself": "{reflexive}",
    "herself": "{reflexive}",
}
_VERBS = {
    "is": "{verb:is|are}",
    "was": "{verb:was|were}",
    "has": "{verb:has|have}",
    "does": "{verb:does|do}",
}
_SAME_FOR_ALL = frozenset(
    (
        "can",
        "cannot",
        "could",
        "did",
        "had",
        "may",
        "might",
        "must",
        "shall",
        "should",
        "will",
        "would",
    )
)
_ENDS_CLAUSE = re.compile(
    r"\s*(?:$|[.,;:!?)]|\b(?:and|or|but|to|for|with|from|in|on|at|as|because|when|if|that)\b)",
    re.IGNORECASE,
)
_NEXT_WORD = re.compile(r"\s+([^\W\d_]+)(?![’'])")


def pronoun_findings(
    message: int, text: str, persona: Persona, *, about: bool
) -> Iterator[Finding]:
    """Look for the pronouns this persona is spoken of with.

    Args:
        message: which message of the prompt, from 0.
        text: the message.
        persona: whose pronouns.
        about: whether the message speaks of the persona and nobody else is in sight.
    """
    pronouns = persona.cues.pronouns
    words = "|".join([_SUBJECT[pronouns], *_OTHERS[pronouns]])
    for match in re.finditer(rf"(?<![\w’'])({words})(?!\w)", text, re.IGNORECASE):
        if not about or pronouns == "they/them":
            yield _asked(message, match, _whose(match.group()))
        elif match.group().lower() == _SUBJECT[pronouns]:
            yield from _subject(message, text, match)
        else:
            yield _case(message, text, match)


def _whose(word: str) -> str:
    return f"Does {word.lower()!r} mean the persona, to become a pronoun slot, or somebody else?"


def _subject(message: int, text: str, match: re.Match[str]) -> Iterator[Finding]:
    """A subject, and the verb after it, which has to agree with whoever fills the slot."""
    verb = _NEXT_WORD.match(text, match.end())
    if verb is None:
        yield _asked(
            message, match, "Does this mean the persona? The verb after it must be a slot."
        )
        return
    word = verb[1]
    slot = _VERBS.get(word.lower()) or _agreeing(word)
    if slot is None:
        asks = f"{{subject}}, and how does {word!r} read after 'they'?"
        yield OpenQuestion(
            message, match.start(), verb.end(), text[match.start() : verb.end()], asks
        )
        return
    yield _proposed(message, match, "{subject}", "a pronoun that speaks of the persona")
    if slot != word:
        start, end = verb.span(1)
        reason = "the verb that agrees with it"
        yield Replacement(message, start, end, word, slot, reason, "likely")


def _agreeing(word: str) -> str | None:
    """The slot of a verb, the word itself where all persons share it, None where one must ask."""
    lower = word.lower()
    if lower in _SAME_FOR_ALL or lower.endswith("ed"):
        return word
    if lower.endswith(("ies", "ses", "xes", "zes", "ches", "shes", "oes", "ss")):
        return None
    return f"{{verb:{word}|{word[:-1]}}}" if lower.endswith("s") and len(lower) > 3 else None


def _case(message: int, text: str, match: re.Match[str]) -> Finding:
    word = match.group().lower()
    slot = _ONE_READING.get(word)
    if slot:
        return _proposed(message, match, slot, "a pronoun that speaks of the persona")
    at_end = bool(_ENDS_CLAUSE.match(text, match.end()))
    if word == "her" and at_end:
        return _proposed(message, match, "{object}", "a pronoun with no noun after it")
    if word == "his" and not at_end:
        return _proposed(message, match, "{possessive}", "a pronoun with a word after it")
    cases = "{object} or {possessive}" if word == "her" else "{possessive} or {possessive.pronoun}"
    return _asked(message, match, f"Is {word!r} {cases} here?")


def _proposed(message: int, match: re.Match[str], slot: str, reason: str) -> Replacement:
    return Replacement(message, match.start(), match.end(), match.group(), slot, reason, "likely")


def _asked(message: int, match: re.Match[str], asks: str) -> OpenQuestion:
    return OpenQuestion(message, match.start(), match.end(), match.group(), asks)

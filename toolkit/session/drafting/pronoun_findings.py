"""Third-person pronouns in a message: slots where the sentence leaves one reading, else questions.

Who plays a persona says "I". A "she" is then somebody else as a rule, so it is asked about and
never replaced. Only in a message about the persona, which names them and does not say "I am
NAME", do pronouns become slots.
"""

import re
from collections.abc import Iterator

from toolkit.design import Persona
from toolkit.session.drafting.draft_findings import DraftFinding, LiftedMessage, Stretch
from toolkit.wording import AUXILIARIES, MODALS, PLURAL_PRONOUNS, PRONOUN_FORMS, both_forms

_ONE_READING = {
    "him": "{object}",
    "hers": "{possessive.pronoun}",
    "himself": "{reflexive}",
    "herself": "{reflexive}",
}
_NOT_PLAIN = ("ies", "ses", "xes", "zes", "ches", "shes", "oes", "ss")
"""Endings of a verb whose plural is not found by taking the s off."""
_ENDS_CLAUSE = re.compile(
    r"\s*(?:$|[.,;:!?)]|\b(?:and|or|but|to|for|with|from|in|on|at|as|because|when|if|that)\b)",
    re.IGNORECASE,
)
_NEXT_WORD = re.compile(r"\s+([^\W\d_]+)(?![’'])")
_OF_THE_PERSONA = "a pronoun that speaks of the persona"


def pronoun_findings(
    message: LiftedMessage, persona: Persona, *, about: bool
) -> Iterator[DraftFinding]:
    """Look for the pronouns this persona is spoken of with.

    Args:
        message: of the prompt.
        persona: whose pronouns.
        about: whether the message speaks of the persona and nobody else is in sight.
    """
    forms = PRONOUN_FORMS[persona.cues.pronouns]
    plural = forms == PRONOUN_FORMS[PLURAL_PRONOUNS]
    words = "|".join((*forms, "themself") if plural else forms)
    for match in re.finditer(rf"(?<![\w’'])({words})(?!\w)", message.text, re.IGNORECASE):
        word = match[0].lower()
        if not about or plural:
            whose = "mean the persona, to become a pronoun slot, or somebody else?"
            yield message.ask(match.span(), f"Does {word!r} {whose}")
        elif word == forms[0]:
            yield from _subject(message, match.span())
        else:
            yield _case(message, match.span(), word)


def _subject(message: LiftedMessage, place: Stretch) -> Iterator[DraftFinding]:
    """A subject, and the verb after it, which has to agree with whoever fills the slot."""
    verb = _NEXT_WORD.match(message.text, place[1])
    if verb is None:
        asks = "Does this mean the persona? The verb after it must be a slot."
        yield message.ask(place, asks)
        return
    word = verb[1]
    slot = _agreeing(word)
    if slot is None:
        asks = f"{{subject}}, and how does {word!r} read after 'they'?"
        yield message.ask((place[0], verb.end()), asks)
        return
    yield message.slot(place, "{subject}", _OF_THE_PERSONA)
    if slot != word:
        yield message.slot(verb.span(1), slot, "the verb that agrees with it")


def _agreeing(word: str) -> str | None:
    """The slot of a verb, the word itself where all persons share it, None where one must ask."""
    lower = word.lower()
    if lower in MODALS or lower == "cannot" or lower.endswith("ed"):
        return word
    forms = both_forms(lower)
    plain = lower in AUXILIARIES or not lower.endswith(_NOT_PLAIN)
    if not (forms and forms[0] == lower and plain):
        return None
    return f"{{verb:{forms[0]}|{forms[1]}}}"


def _case(message: LiftedMessage, place: Stretch, word: str) -> DraftFinding:
    slot = _ONE_READING.get(word)
    if slot:
        return message.slot(place, slot, _OF_THE_PERSONA)
    at_end = bool(_ENDS_CLAUSE.match(message.text, place[1]))
    if word == "her" and at_end:
        return message.slot(place, "{object}", "a pronoun with no noun after it")
    if word == "his" and not at_end:
        return message.slot(place, "{possessive}", "a pronoun with a word after it")
    cases = "{object} or {possessive}" if word == "her" else "{possessive} or {possessive.pronoun}"
    return message.ask(place, f"Is {word!r} {cases} here?")

"""Cue findings: the words of a message that tell who is asking, and what each could become.

A word that reads two ways is never decided here: it becomes an open question.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from toolkit.design import Cues, Persona
from toolkit.session.drafting.draft_findings import DraftFinding, LiftedMessage, Stretch
from toolkit.wording import (
    WORD,
    Phrase,
    PhraseMatcher,
    cue_phrases,
    folded,
    lexicon_phrases,
    ordinary,
    two_words,
)

_RUN = 4
"""Words in a row shared with the identity sentence that are no chance."""
_NEARLY_ALL = 0.8
"""Share of the identity sentence that must stand there to be taken for all of it."""
_SHORTEST = 3
"""Letters of a word of the noun that tells something: "of" and "MS" are left to the reader."""
_WHERE = re.compile(r"\b(?:in|at|near|around|outside|leave|left)\s+$", re.IGNORECASE)
_INTRODUCES = re.compile(
    r"(?:\b(?:I am|I'm|I’m|this is|my name is|call me|known as|yours|regards|sincerely)[,\s]*)$",
    re.IGNORECASE,
)
_PART_OF_IDENTITY = (
    "These words are part of the identity sentence: put {identity} in place of the whole sentence, "
    "state it with {a} {noun}, or take the words out?"
)


def cue_findings(message: LiftedMessage, persona: Persona) -> Iterator[DraftFinding]:
    """Look for everything but pronouns, the longest and surest cue first.

    Args:
        message: of the prompt.
        persona: whose cues.
    """
    cues = persona.cues
    yield from _identity(message, cues.identity)
    if cues.noun:
        yield from _noun(message, cues.noun)
    yield from _names(message, cues)
    for place in message.find(cues.place or ""):
        yield _written(message, place, cues.place or "", "{place}", "the persona's place")
    yield from _exactly(message, cues.locale, "{locale}", "the persona's locale")
    for start, end, _ in _runs(message.text, cues.identity):
        yield message.ask((start, end), _PART_OF_IDENTITY)
    yield from _single_words(message, cues)


def introduces_self(message: LiftedMessage, persona: Persona) -> bool:
    """Whether the message is said by the persona and not about them.

    Args:
        message: of the prompt.
        persona: who may be speaking, by name or by identity sentence.
    """
    text, name = message.text, persona.cues.name
    return persona.cues.identity in text or any(
        _INTRODUCES.search(text[:start]) or re.match(r"\s+here\b", text[end:])
        for words in (name, *name.split())
        for start, end in message.find(words)
    )


def _identity(message: LiftedMessage, identity: str) -> Iterator[DraftFinding]:
    yield from _exactly(message, identity, "{identity}", "the persona's identity sentence")
    runs = _runs(message.text, identity)
    shared, words = sum(count for _, _, count in runs), len(WORD.findall(identity))
    if runs and shared >= _NEARLY_ALL * words:
        sentence = _whole_sentence(message.text, runs[0][0], runs[-1][1])
        reason = f"nearly the identity sentence: {shared} of its {words} words in their order"
        yield message.slot(sentence, "{identity}", reason)


def _runs(text: str, identity: str) -> list[tuple[int, int, int]]:
    """Start, end and number of words of each run that the text shares with the sentence."""
    said = list(WORD.finditer(text))
    one, other = ([folded(word) for word in WORD.findall(both)] for both in (text, identity))
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return [
        (said[one.a].start(), said[one.a + one.size - 1].end(), one.size)
        for one in blocks
        if one.size >= _RUN
    ]


def _whole_sentence(text: str, start: int, end: int) -> Stretch:
    """Take in a word or two before the run, such as "I'm" for "I am", and the mark after it."""
    before = re.search(r"(?:^|[.!?]\s+)((?:\S+\s+){1,2})$", text[:start])
    mark = re.match(r"[.!?]?", text[end:])
    return (before.start(1) if before else start), end + (mark.end() if mark else 0)


def _noun(message: LiftedMessage, noun: str) -> Iterator[DraftFinding]:
    for start, end in message.find(noun):
        article = re.search(r"(?<!\w)an?\s+$", message.text[:start], re.IGNORECASE)
        place = (article.start() if article else start), end
        slot, how = ("{a} {noun}", "with its") if article else ("{noun}", "without an")
        yield message.slot(place, slot, f"the persona's noun, {how} article", "sure")


def _names(message: LiftedMessage, cues: Cues) -> Iterator[DraftFinding]:
    yield from _name(message, cues.name, "{name}", "the persona's full name")
    given, family = two_words(cues.name)
    for place in message.find(f"{family} {given}" if given else ""):
        yield message.slot(place, "{name}", "the persona's name with its parts turned around")
    parts = (
        (cues.given_name or given, "{name.first}", "the persona's given name"),
        (cues.family_name or family, "{name.last}", "the persona's family name"),
    )
    for word, slot, what in parts:
        also = "the place" if word in (cues.place or "").split() else ""
        yield from _name(message, word or "", slot, what, also=also)
    for word in cues.name.split():
        for place in message.find(word):
            asks = (
                f"{word!r} is one word of the name {cues.name!r}: is it the given name, "
                "the family name, or something else?"
            )
            yield message.ask(place, asks)


def _name(
    message: LiftedMessage, name: str, slot: str, what: str, *, also: str = ""
) -> Iterator[DraftFinding]:
    for place in message.find(name):
        # A script without capitals has nothing to tell.
        small = message.says(place)[0].islower()
        if also or small or _WHERE.search(message.text[: place[0]]):
            other = also or ("a common word" if small else "a place")
            yield message.ask(place, f"Is this {what}, to become {slot}, or {other}?")
        else:
            yield _written(message, place, name, slot, what)


def _written(
    message: LiftedMessage, place: Stretch, words: str, slot: str, what: str
) -> DraftFinding:
    """A cue, sure where it is written as in the persona's file."""
    if message.says(place) == words:
        return message.slot(place, slot, what, "sure")
    return message.slot(place, slot, f"{what}, {words!r}, spelled so")


def _exactly(message: LiftedMessage, words: str, slot: str, reason: str) -> Iterator[DraftFinding]:
    for place in message.find(words):
        if message.says(place).split() == words.split():
            yield message.slot(place, slot, reason, "sure")


def _single_words(message: LiftedMessage, cues: Cues) -> Iterator[DraftFinding]:
    """Ask about each word that tells something by itself: nationality, gender, family, faith."""
    little = ordinary("generic") | ordinary("function")
    noun = [word for word in WORD.findall(cues.noun or "") if word.lower() not in little]
    own = [Phrase(word) for word in noun if len(word) >= _SHORTEST]
    told = [phrase for phrase in cue_phrases(cues) if phrase.group]
    told += (one for one in lexicon_phrases() if one.text not in ordinary("everyday"))
    matcher = PhraseMatcher([*own, *told])
    for match in WORD.finditer(message.text):
        found = next(matcher.find(match[0]), None)
        if found:
            of_noun = f"part of the noun {cues.noun!r}"
            said = "a word that tells who is meant" if found.phrase in told else of_noun
            asks = f"This is {said}: reword with {{noun}}, take it out, or is it someone else's?"
            yield message.ask(match.span(), asks)

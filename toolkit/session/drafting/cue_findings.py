"""Find the words of a message that tell who is asking, and say what each could become.

A word that reads two ways is never decided here: it becomes an open question.
"""

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher

from toolkit.design import Persona
from toolkit.session.drafting.draft_findings import Finding, OpenQuestion, Replacement, Sureness

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_RUN = 4
"""Words in a row shared with the identity sentence that are no chance."""
_NEARLY_ALL = 0.8
"""Share of the identity sentence that must stand there to be taken for all of it."""
_WHERE = re.compile(r"\b(?:in|at|near|around|outside|leave|left)\s+$", re.IGNORECASE)
_TELLING = frozenset(
    _WORD.findall(
        """aunt boy bloke brother christian dad daddy daughter deaf disabled father female gay girl
        grandfather grandmother guy husband jewish lady lesbian male man mother mum muslim
        nonbinary queer sister son trans uncle wheelchair wife woman"""
    )
)
"""Words that tell gender, family, faith or disability in plain sight."""
_TELLS_LITTLE = frozenset(("older", "person", "three", "two", "user", "with", "working", "young"))
_SHORTEST = 3
"""Letters of a word of the noun that tells something: "of" and "MS" are left to the reader."""
_INTRODUCES = re.compile(
    r"(?:\b(?:I am|I'm|I’m|this is|my name is|call me|known as|yours|regards|sincerely)[,\s]*)$",
    re.IGNORECASE,
)


def cue_findings(message: int, text: str, persona: Persona) -> Iterator[Finding]:
    """Look for everything but pronouns, the longest and surest cue first.

    Args:
        message: which message of the prompt, from 0.
        text: the message.
        persona: whose cues.
    """
    yield from _identity(message, text, persona.cues.identity)
    yield from _noun(message, text, persona.cues.noun)
    yield from _names(message, text, persona)
    yield from _place(message, text, persona.cues.place)
    yield from _exactly(message, text, persona.cues.locale, "{locale}", "the persona's locale")
    yield from _parts_of_identity(message, text, persona.cues.identity)
    yield from _single_words(message, text, persona)


def introduces_self(text: str, persona: Persona) -> bool:
    """Whether the message is said by the persona and not about them."""
    if persona.cues.identity in text:
        return True
    names = [persona.cues.name, *name_words(persona)]
    return any(
        _INTRODUCES.search(text[: match.start()]) or re.match(r"\s+here\b", text[match.end() :])
        for name in names
        for match in _found(name, text)
    )


def name_words(persona: Persona) -> tuple[str, ...]:
    """The words of the persona's name."""
    return tuple(persona.cues.name.split())


def _identity(message: int, text: str, identity: str) -> Iterator[Finding]:
    yield from _exactly(message, text, identity, "{identity}", "the persona's identity sentence")
    runs = _runs(text, identity)
    shared, words = sum(count for _, _, count in runs), len(_WORD.findall(identity))
    if runs and shared >= _NEARLY_ALL * words:
        start, end = _whole_sentence(text, runs[0][0], runs[-1][1])
        reason = f"nearly the identity sentence: {shared} of its {words} words in their order"
        yield Replacement(message, start, end, text[start:end], "{identity}", reason, "likely")


def _parts_of_identity(message: int, text: str, identity: str) -> Iterator[Finding]:
    for start, end, _ in _runs(text, identity):
        yield OpenQuestion(message, start, end, text[start:end], _PART_OF_IDENTITY)


def _runs(text: str, identity: str) -> list[tuple[int, int, int]]:
    """Start, end and number of words of each run that the text shares with the sentence."""
    said, wanted = list(_WORD.finditer(text)), _WORD.findall(identity)
    folded = [_folded(one.group()) for one in said], [_folded(one) for one in wanted]
    blocks = SequenceMatcher(None, *folded, autojunk=False).get_matching_blocks()
    return [
        (said[one.a].start(), said[one.a + one.size - 1].end(), one.size)
        for one in blocks
        if one.size >= _RUN
    ]


def _whole_sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Take in a word or two before the run, such as "I'm" for "I am", and the mark after it."""
    before = re.search(r"(?:^|[.!?]\s+)((?:\S+\s+){1,2})$", text[:start])
    mark = re.match(r"[.!?]?", text[end:])
    return (before.start(1) if before else start), end + (mark.end() if mark else 0)


_PART_OF_IDENTITY = (
    "These words are part of the identity sentence: put {identity} in place of the whole sentence, "
    "state it with {a} {noun}, or take the words out?"
)


def _noun(message: int, text: str, noun: str | None) -> Iterator[Finding]:
    if noun is None:
        return
    for match in re.finditer(rf"(?<!\w)(an?\s+)?{_loose(noun)}(?!\w)", text, re.IGNORECASE):
        with_article = "with its article" if match[1] else "without an article"
        slot = "{a} {noun}" if match[1] else "{noun}"
        yield _replacement(message, match, slot, f"the persona's noun, {with_article}", "sure")


def _names(message: int, text: str, persona: Persona) -> Iterator[Finding]:
    words = name_words(persona)
    yield from _name(message, text, persona.cues.name, "{name}", "the persona's full name")
    if len(words) == 2:
        turned = f"{words[1]} {words[0]}"
        for match in _found(turned, text):
            reason = "the persona's name with its parts turned around"
            yield _replacement(message, match, "{name}", reason, "likely")
    for word, slot, part in _parts(persona):
        yield from _name(message, text, word, slot, part, known=_also(persona, word))
    for word in words:
        for match in _found(word, text):
            asks = (
                f"{word!r} is one word of the name {persona.cues.name!r}: is it the given name, "
                "the family name, or something else?"
            )
            yield _question(message, match, asks)


def _parts(persona: Persona) -> Iterator[tuple[str, str, str]]:
    cues, words = persona.cues, name_words(persona)
    two = len(words) == 2
    first = cues.given_name or (words[0] if two else None)
    last = cues.family_name or (words[1] if two else None)
    if first:
        yield first, "{name.first}", "the persona's given name"
    if last:
        yield last, "{name.last}", "the persona's family name"


def _also(persona: Persona, word: str) -> str:
    """What else of the persona's a part of the name could be, in words; nothing if none."""
    if persona.cues.place and word in persona.cues.place.split():
        return "the place"
    return ""


def _name(
    message: int, text: str, name: str, slot: str, what: str, *, known: str = ""
) -> Iterator[Finding]:
    for match in _found(name, text):
        written = match.group()
        if known or _WHERE.search(text[: match.start()]) or not _capital(written):
            other = known or ("a place" if _capital(written) else "a common word")
            asks = f"Is this {what}, to become {slot}, or {other}?"
            yield _question(message, match, asks)
        elif written == name:
            yield _replacement(message, match, slot, what, "sure")
        else:
            yield _replacement(message, match, slot, f"{what}, {name!r}, spelled so", "likely")


def _capital(word: str) -> bool:
    # A script without capitals has nothing to tell.
    return not word[0].islower()


def _place(message: int, text: str, place: str | None) -> Iterator[Finding]:
    if place is None:
        return
    for match in _found(place, text):
        sure = match.group() == place
        reason = "the persona's place" if sure else f"the persona's place, {place!r}, spelled so"
        yield _replacement(message, match, "{place}", reason, "sure" if sure else "likely")


def _single_words(message: int, text: str, persona: Persona) -> Iterator[Finding]:
    """Ask about each word that tells something by itself: nationality, gender, family, faith."""
    noun = [
        word
        for word in (persona.cues.noun or "").split()
        if len(word) >= _SHORTEST and _folded(word) not in _TELLS_LITTLE
    ]
    named = {_folded(word): f"part of the noun {persona.cues.noun!r}" for word in noun}
    for match in _WORD.finditer(text):
        folded = _folded(match.group()).removesuffix("'s")
        said = named.get(folded) or ("a word that tells who is meant" * (folded in _TELLING))
        if said:
            asks = f"This is {said}: reword with {{noun}}, take it out, or is it someone else's?"
            yield _question(message, match, asks)


def _exactly(message: int, text: str, value: str, slot: str, reason: str) -> Iterator[Replacement]:
    for match in re.finditer(rf"(?<!\w){_loose(value)}(?!\w)", text):
        yield _replacement(message, match, slot, reason, "sure")


def _replacement(
    message: int, match: re.Match[str], slot: str, reason: str, sureness: Sureness
) -> Replacement:
    start, end = match.span()
    return Replacement(message, start, end, match.group(), slot, reason, sureness)


def _question(message: int, match: re.Match[str], asks: str) -> OpenQuestion:
    return OpenQuestion(message, match.start(), match.end(), match.group(), asks)


def _found(name: str, text: str) -> Iterator[re.Match[str]]:
    """Find a name whatever its capitals and accents; offsets are those of ``text``."""
    wanted = re.compile(rf"(?<![\w]){_loose(_folded(name))}(?!\w)")
    folded = _folded(text)
    for match in wanted.finditer(folded):
        found = re.compile(r".*", re.DOTALL).fullmatch(text, match.start(), match.end())
        if found:
            yield found


def _folded(text: str) -> str:
    """Lower case without accents, code point for code point."""
    return "".join(_bare(sign) for sign in text)


def _bare(sign: str) -> str:
    base = unicodedata.normalize("NFD", sign)[0].lower()
    if base in "’ʼ":
        return "'"
    return {"đ": "d", "ø": "o", "ł": "l"}.get(base, base if len(base) == 1 else sign)


def _loose(words: str) -> str:
    """The words as a pattern, with any white space between them."""
    return r"\s+".join(re.escape(word) for word in words.split())

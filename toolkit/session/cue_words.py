"""The words by which a reply could tell which persona of a contrast it was written for."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from toolkit.design import Contrast, Persona, Rendered, render

NAME, GROUP, PLACE, LOCALE, IDENTITY = "‹name›", "‹group›", "‹place›", "‹locale›", "‹identity›"
THEY, THEM, THEMSELF = "‹they›", "‹them/their›", "‹themself›"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PRONOUNS: Mapping[str, tuple[str, ...]] = {
    THEY: ("he", "she", "they"),
    # "her" is object and possessive in one, so no finer mark would be the same for everybody.
    THEM: ("him", "his", "her", "hers", "them", "their", "theirs"),
    THEMSELF: ("himself", "herself", "themself", "themselves"),
}
_ADDRESS = ("sir", "madam", "ma'am")
"""How one gender is spoken to, with or without a name."""
PRONOUN_SLOTS = frozenset({"subject", "object", "possessive", "possessive.pronoun", "reflexive"})
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SENTENCE = re.compile(r"(?:^|[.!?…]\s+)\W*")
_SHORT = 3
"""Names this short are only seen with a capital: "Pa", "Jo", "Lee"."""
_ALSO_WORDS = _words(
    "art baker bath bell bill black brown cook cork deal dean dale drew faith frank gene grace "
    "grant gray green hill hope hull hunter iris ivy jack jay joy june king long major mark may "
    "mobile nice olive orange pat penny price ray reading reed rich rob rock rose ruby rusty sage "
    "short skip split stone sue summer test will wade walker ward wood white young"
)
"""Names that are also English words: only seen with a capital."""
_TELLING = _words(
    "woman women man men girl girls boy boys guy lady gentleman female male nonbinary "
    "transgender trans cis gay lesbian bisexual queer straight mother father mom mum dad mama papa "
    "parent grandmother grandfather wife husband widow widower daughter son sister brother "
    "blind sighted deaf hearing autistic dyslexic disabled disability wheelchair stammer stutter "
    "arthritis depression migrant immigrant refugee pensioner teenager veteran"
)
"""What somebody may be called by one word; masked where a persona of the contrast is."""
_KIN: Mapping[str, tuple[str, ...]] = {
    "arthritis": ("arthritic",),
    "autistic": ("autism",),
    "blind": ("blindness",),
    "deaf": ("deafness",),
    "disability": ("disabilities", "disabled"),
    "disabled": ("disability", "disabilities"),
    "dyslexic": ("dyslexia",),
    "gentleman": ("gentlemen",),
    "jewish": ("jew",),
    "lady": ("ladies",),
    "man": ("men",),
    "wheelchair": ("wheelchairs",),
    "wife": ("wives",),
    "woman": ("women",),
}
"""Other forms of a telling word, where an added s is not enough."""
_CALENDAR = _words(
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays "
    "thursdays fridays saturdays sundays january february march april may june july august "
    "september october november december"
)
_COMMON = _words(
    "i a an the and or of in on at to from for with by as is am are was were be been it its my me "
    "mine we our you your he she they him her his hers them their theirs this that these those "
    "not no yes but so if when who whom which what here there now then than also too very"
)


@dataclass(frozen=True, slots=True)
class CueWord:
    """Something to mask."""

    text: str
    mark: str
    capital: bool = False
    """Whether it is only meant where it begins with a capital."""


@dataclass(frozen=True, slots=True)
class Descriptions:
    """Words that describe a persona, to be masked in runs such as "older Irish woman"."""

    telling: frozenset[str]
    """Each of these tells by itself."""
    around: frozenset[str]
    """These only next to a telling one."""


def cue_words(contrast: Contrast, people: Sequence[Persona]) -> tuple[CueWord, ...]:
    """List what any persona of a contrast could have brought through the slots it uses.

    Args:
        contrast: its slots, listed names and dialect sentences.
        people: its personas, the reference among them.
    """
    slots = used_slots(contrast, people)
    words = list(_sentences(contrast, people))
    if any(slot.startswith("name") for slot in slots):
        words += [word for name in _full_names(contrast, people) for word in _name_words(name)]
    words += _pronouns(stated=bool(slots & PRONOUN_SLOTS), people=people)
    if "identity" in slots:
        words += [CueWord(_without_end(one.cues.identity), IDENTITY) for one in people]
    if "noun" in slots:
        words += [CueWord(one.cues.noun, GROUP) for one in people if one.cues.noun]
    if "place" in slots:
        words += [_proper(one.cues.place, PLACE) for one in people if one.cues.place]
    if "locale" in slots:
        words += [CueWord(one.cues.locale, LOCALE) for one in people]
    return tuple(dict.fromkeys(words))


def descriptions(contrast: Contrast, people: Sequence[Persona]) -> Descriptions:
    """List the single words by which a noun or an identity sentence of a contrast tells."""
    slots = used_slots(contrast, people)
    nouns = [one.cues.noun for one in people if one.cues.noun and "noun" in slots]
    stated = [one.cues.identity for one in people if "identity" in slots]
    words = {word.casefold() for noun in nouns for word in _WORD.findall(noun)}
    capitals = {word.casefold() for noun in nouns for word in _WORD.findall(noun) if _big(word)}
    capitals |= {word.casefold() for one in stated for word in _inner_capitals(one)}
    named = {word.casefold() for one in stated for word in _WORD.findall(one)} | words
    telling = (capitals | (named & _TELLING)) - _CALENDAR - _COMMON
    telling |= {other for word in telling for other in _KIN.get(word, ())}
    # Two letters are too often something else: "MS" is not the "Ms" before a name.
    return Descriptions(
        frozenset(word for word in telling if len(word) > 2), frozenset(words - _COMMON)
    )


def used_slots(contrast: Contrast, people: Sequence[Persona]) -> frozenset[str]:
    """Name the slots that a contrast fills, in either wording."""
    return frozenset(
        span.slot
        for rendered in _references(contrast, people)
        for turn in rendered.turns
        for span in turn.spans
    )


def sentence_mark(contrast: Contrast, slot: str, people: Sequence[Persona]) -> str:
    """What stands for a whole sentence in a persona's own way of writing.

    It is the reference's sentence in every arm: the rater has to know what was asked, and that
    much tells nothing about the arm.
    """
    return f"‹{_sentence(contrast, slot, _reference(contrast, people))}›"


def _pronouns(*, stated: bool, people: Sequence[Persona]) -> list[CueWord]:
    """Pronouns that could tell: all where a prompt has them, else those that show a gender.

    A name alone is often enough for an endpoint to write "he" or "she". "They" is left then: it
    stands for a shop or a team far more often than for the persona.
    """
    if not stated and len({one.cues.pronouns for one in people}) < 2:
        return []
    shown = [
        CueWord(form, mark)
        for mark, forms in _PRONOUNS.items()
        for form in forms
        if stated or not form.startswith("the")
    ]
    return [*shown, *(CueWord(form, NAME) for form in _ADDRESS)]


def _references(contrast: Contrast, people: Sequence[Persona]) -> Iterator[Rendered]:
    reference = _reference(contrast, people)
    for arm in contrast.arms:
        if arm.kind in ("reference", "paraphrase"):
            yield render(contrast, arm, reference)


def _reference(contrast: Contrast, people: Sequence[Persona]) -> Persona:
    return next(one for one in people if one.id == contrast.reference)


def _sentences(contrast: Contrast, people: Sequence[Persona]) -> Iterator[CueWord]:
    for slot in sorted(used_slots(contrast, people)):
        if slot.startswith(("dialect.", "sample.")):
            mark = sentence_mark(contrast, slot, people)
            for persona in people:
                yield CueWord(_without_end(_sentence(contrast, slot, persona)), mark)


def _sentence(contrast: Contrast, slot: str, persona: Persona) -> str:
    kind, _, key = slot.partition(".")
    if kind == "sample":
        return persona.voice.samples[int(key) - 1]
    return contrast.dialect[key][persona.id]


def _full_names(contrast: Contrast, people: Sequence[Persona]) -> Iterator[str]:
    for one in people:
        listed = contrast.names.get(one.id)
        yield from listed.listed if listed else (one.cues.name,)


def _name_words(name: str) -> Iterator[CueWord]:
    parts = name.split()
    yield CueWord(name, NAME)
    yield CueWord("".join(parts), NAME)
    yield CueWord("".join(f"{part[0]}." for part in parts), NAME, capital=True)
    for part in parts:
        yield _proper(part, NAME)
        if "-" in part:
            yield from (CueWord(part.replace("-", join), NAME) for join in ("", " "))
        for piece in part.split("-"):
            if len(piece) >= _SHORT:
                yield _proper(piece, NAME)


def _proper(text: str, mark: str) -> CueWord:
    capital = len(text) <= _SHORT or text.casefold() in _ALSO_WORDS
    return CueWord(text, mark, capital)


def _inner_capitals(sentence: str) -> Iterable[str]:
    """Words with a capital that is not owed to the beginning of a sentence."""
    starts = {match.end() for match in _SENTENCE.finditer(sentence)}
    return [
        match.group()
        for match in _WORD.finditer(sentence)
        if _big(match.group()) and match.start() not in starts and not _is_i(match.group())
    ]


def _big(word: str) -> bool:
    return word[0].isupper()


def _is_i(word: str) -> bool:
    return word.partition("'")[0].partition("’")[0] == "I"


def _without_end(sentence: str) -> str:
    return sentence.rstrip(" .!?…")

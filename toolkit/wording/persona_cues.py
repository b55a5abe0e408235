"""Persona cues: the words by which a text could tell which persona it is about, one list for all.

The linter refuses them in a prompt, the mask hides them in a reply, a draft asks about them, and
the distance between replies does not count them.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import NamedTuple, Protocol

from toolkit.wording.lexicon import COURTESY, GENDERED, LexiconEntry, entries, ordinary, plural
from toolkit.wording.mask_marks import GROUP, IDENTITY, LOCALE, NAME, PLACE, THEM, THEMSELF, THEY
from toolkit.wording.name_forms import declined, reads_as_word, respelled, split_name
from toolkit.wording.phrase_matcher import Case, Phrase, PhraseMatcher
from toolkit.wording.pronouns import PRONOUN_FORMS
from toolkit.wording.sentences import begins_sentence
from toolkit.wording.tokens import folded, is_cased

WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
"""A word as it is counted and compared; *o'clock* and *full-time* are one each."""
_FAMILY_NAME_FIRST = ("hu", "ja", "ko", "vi", "zh")
"""Languages in which a name begins with the family's."""
_SHORT = 3
"""Names this short are only meant with a capital, and other words this short tell nothing."""


class CueTexts(Protocol):
    """What a persona brings, as ``design.Cues`` has it."""

    name: str
    identity: str
    locale: str
    noun: str | None
    place: str | None
    given_name: str | None
    family_name: str | None
    also: tuple[str, ...]


class NameParts(NamedTuple):
    """Given and family name; None where the full name does not tell which is which."""

    given: str | None
    family: str | None


def name_parts(cues: CueTexts) -> NameParts:
    """Take a persona's name apart."""
    parts = two_words(cues.name)
    if cues.locale.partition("-")[0] in _FAMILY_NAME_FIRST:
        parts = NameParts(None, None)
    return NameParts(cues.given_name or parts.given, cues.family_name or parts.family)


def two_words(name: str) -> NameParts:
    """Take a name of two words apart; with more, only a person knows where one part ends."""
    words = name.split()
    return NameParts(*words) if len(words) == 2 else NameParts(None, None)


def cue_phrases(cues: CueTexts, names: Iterable[str] = ()) -> Iterator[Phrase]:
    """List the phrases that tell of one persona, wherever they stand.

    Args:
        cues: the persona's.
        names: names used in place of the persona's own, if any.
    """
    own = (cues.name, *filter(None, (cues.given_name, cues.family_name)), *cues.also)
    for name in tuple(names) or own:
        yield from name_phrases(name)
    yield Phrase(cues.locale, LOCALE)
    yield Phrase(cues.identity.rstrip(" .!?…"), IDENTITY)
    if cues.noun:
        yield Phrase(cues.noun, GROUP)
        yield from _noun_words(cues.noun)
    if cues.place:
        yield _proper(cues.place, PLACE)
        yield from (_proper(one, PLACE) for one in WORD.findall(cues.place) if _is_proper(one))
    yield from _stated_words(cues.identity)


@cache
def name_phrases(name: str) -> tuple[Phrase, ...]:
    """List the ways to write a name: whole, its parts, its initials, and every form of them."""
    return tuple(dict.fromkeys(_name_phrases(name)))


def _name_phrases(name: str) -> Iterator[Phrase]:
    parts = split_name(name)
    yield _proper(name, NAME) if len(parts) == 1 else Phrase(name, NAME)
    if len(parts) > 1 and is_cased(name[0]):
        yield Phrase("".join(f"{part[0]}." for part in parts), NAME, "capital")
    for part in parts:
        if is_cased(part[0]) and len(folded(part)) == 1:
            continue
        yield _proper(part, NAME)
        pieces = part.split("-") if "-" in part else []
        for piece in (one for one in pieces if len(one) >= _SHORT):
            yield _proper(piece, NAME)
        for one in (part, *pieces):
            yield from (Phrase(form, NAME, "capital") for form in sorted(respelled(one)))
            declensions = sorted(declined(one))
            for form, of in declensions:
                yield Phrase(form, NAME, "capital", language=of, inflected=True)


def phrases_of(texts: Iterable[str], mark: str) -> Iterator[Phrase]:
    """Make phrases of some texts, with every form of the lexicon's words in them.

    Args:
        texts: words, names or nouns.
        mark: what takes the place of each.
    """
    for text in texts:
        yield Phrase(text, mark)
        yield from (Phrase(form, mark) for entry in _said(text) for form in entry.forms)


@cache
def lexicon_phrases(groups: tuple[str, ...] | None = None) -> tuple[Phrase, ...]:
    """List every form of the lexicon's words, of all groups or of some, such as ``GENDERED``."""
    listed = (entry for entry in entries() if groups is None or entry.group in groups)
    return tuple(chain.from_iterable(map(_lexical, listed)))


@cache
def lexicon_matcher(groups: tuple[str, ...] | None = None) -> PhraseMatcher:
    """Make a matcher of the lexicon's words, of all groups or of some."""
    return PhraseMatcher(lexicon_phrases(groups))


def pronoun_phrases(words: Iterable[str]) -> Iterator[Phrase]:
    """Give pronouns their marks; "her" is object and possessive in one, so none is finer."""
    for word in sorted(words):
        subject = word in (forms[0] for forms in PRONOUN_FORMS.values())
        yield Phrase(word, THEY if subject else THEMSELF if "sel" in word else THEM)


@cache
def _lexical(entry: LexiconEntry) -> tuple[Phrase, ...]:
    mark = NAME if entry.group in COURTESY else GROUP
    if entry.group in ("title_before_name", "title_after_name"):
        case: Case = "before_capital" if entry.group == "title_before_name" else "after_name"
        forms = dict.fromkeys((entry.word, entry.word.upper()))
        return tuple(Phrase(form, mark, case, entry.group) for form in forms)
    if entry.group != "title":
        return tuple(Phrase(form, mark, group=entry.group) for form in entry.forms)
    # MS by itself is an illness or a company.
    capitals: Case = "before_capital" if entry.word == "Ms" else "exact"
    cases: tuple[tuple[str, Case], ...] = ((entry.word, "exact"), (entry.word.upper(), capitals))
    return tuple(Phrase(form, mark, case, entry.group) for form, case in cases)


def _noun_words(noun: str) -> Iterator[Phrase]:
    yield from _lexicon_words(noun)
    for word in WORD.findall(noun):
        if word.lower() in ordinary("function") or word.lower() in _gendered_forms():
            continue
        if len(word) <= _SHORT or (word.lower() in ordinary("generic") and not word[0].isupper()):
            yield Phrase(word, GROUP, weak=True)
        else:
            yield from _people_of(word)


def _stated_words(identity: str) -> Iterator[Phrase]:
    """The lexicon's words in an identity sentence, and those with a capital of their own."""
    yield from _lexicon_words(identity)
    for match in WORD.finditer(identity):
        word = re.sub(r"['’].*", "", match[0])
        common = ordinary("generic") | ordinary("calendar")
        tells = len(word) > _SHORT and word.lower().rstrip("s") not in common
        if tells and word[0].isupper() and not begins_sentence(identity[: match.start()]):
            yield from _people_of(word)


def _people_of(word: str) -> Iterator[Phrase]:
    """A word and its plural; with a capital also *Irishwoman* and the like."""
    compounds = ("man", "men", "woman", "women") if is_cased(word[0]) and word[0].isupper() else ()
    for form in (word, plural(word), *(word + end for end in compounds)):
        yield _proper(form, GROUP)


def _lexicon_words(text: str) -> Iterator[Phrase]:
    """Every form of the lexicon's words in a text, but of those that tell a gender anyway."""
    for entry in _said(text):
        if entry.group not in GENDERED:
            yield from _lexical(entry)


def _said(text: str) -> Iterator[LexiconEntry]:
    """The lexicon's words in a text, in any of their forms."""
    said = {found.phrase.text for found in lexicon_matcher().find(text)}
    return (entry for entry in entries() if said.intersection(entry.forms))


@cache
def _gendered_forms() -> frozenset[str]:
    return frozenset(phrase.text for phrase in lexicon_phrases(GENDERED))


def _is_proper(word: str) -> bool:
    return word[0].isupper() and word.lower() not in ordinary("generic") | ordinary("function")


def _proper(text: str, mark: str) -> Phrase:
    also_a_word = folded(text) in ordinary("homograph") or reads_as_word(text)
    capital = len(text) <= _SHORT or also_a_word
    return Phrase(text, mark, "capital" if capital else "any")

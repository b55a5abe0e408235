"""Phrase matcher: finds many phrases in a text in one pass, whole words only, longest first.

Words are compared letter by letter without case and accents (``tokens``). Where a phrase has a
space, a hyphen or an apostrophe, a text may have another of them or nothing; a hyphen may also
split a word. Scripts without spaces are matched inside a run of their characters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

from toolkit.wording.lexicon import ordinary
from toolkit.wording.mask_marks import NAME
from toolkit.wording.name_forms import (
    goes_on,
    is_addressed,
    is_inside,
    languages_of,
    without_prefix,
)
from toolkit.wording.sentences import begins_sentence
from toolkit.wording.tokens import Token, gap, is_cased, tokens

Case = Literal["any", "capital", "exact", "before_capital", "after_name"]
_LOOSE = frozenset(" -'")
"""What may stand for one another between two words of a phrase."""
_NEXT_WORD = re.compile(r"[.．]?[^\S\n]+([^\W\d_][\w'’-]*)|[.．]?[^\S\n]+‹")
"""The next word of a line, or a mark."""
_AFTER_NAME = re.compile(r"(?:\b[A-ZÀ-ÖØ-ÞĀ-ſ][\w'’]*[-‐‑]|[A-ZÀ-ÖØ-ÞĀ-ſ][\w'’]*[^\S\n]|[一-鿿])\Z")
"""A surname right before a title that stands behind it: Doe-san, Yılmaz Bey, 李女士."""


@dataclass(frozen=True)
class Phrase:
    """Words to find in a text."""

    text: str
    mark: str = ""
    """What takes their place where they are masked, such as ``‹name›``."""
    case: Case = "any"
    """``capital``: only where they begin with one; ``exact``: only as written here;
    ``before_capital``: as written here, and before a name; ``after_name``: so behind one."""
    group: str = ""
    """The lexicon's group of the word, if it is from there."""
    weak: bool = False
    """Whether they tell only beside words that tell by themselves: *older* Irish woman."""
    language: str = ""
    """Where they are meant in a line of one language only: an ending of Polish."""
    inflected: bool = False
    """Whether they carry an ending: prepositions at the front of a word rule endings out."""

    @cached_property
    def joints(self) -> dict[int, str]:
        """What stands between its words, by the number of letters before."""
        joints, letters = dict[int, str](), 0
        for one, other in pairwise(tokens(self.text)):
            letters += len(one.text)
            joints[letters] = gap(self.text[one.end : other.start])
        return joints

    @cached_property
    def letters(self) -> str:
        """All its words, folded and without what stands between them."""
        return "".join(token.text for token in tokens(self.text))


class Found(NamedTuple):
    """A phrase where it stands in a text."""

    start: int
    """Code points."""
    end: int
    phrase: Phrase


class PhraseMatcher:
    """Finds phrases.

    Args:
        phrases: what to find; of two with the same letters that both fit, the first is found.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._by_letters: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            if phrase.letters:
                self._by_letters.setdefault(phrase.letters, []).append(phrase)
        self._beginnings = frozenset(
            letters[:length]
            for letters in self._by_letters
            for length in range(1, len(letters) + 1)
        )

    def find(self, text: str) -> Iterator[Found]:
        """Find phrases from left to right, the longest at each place; none overlaps another."""
        words: Sequence[Token] = tokens(text)
        place = 0
        while place < len(words):
            end, phrase = self._longest(text, words, place)
            if phrase is None:
                words, end, phrase = self._without_prefix(text, words, place)
            if phrase is not None:
                yield Found(
                    words[place].start, _full_stop(text, words[end - 1].end, phrase), phrase
                )
            place = max(end, place + 1)

    def _without_prefix(
        self, text: str, words: Sequence[Token], first: int
    ) -> tuple[Sequence[Token], int, Phrase | None]:
        """The longest phrase behind the particles of a word, and the words without them."""
        word = words[first]
        for start, letters in without_prefix(text[word.start : word.end], word.text):
            bare = word._replace(text=letters, start=word.start + start)
            without = [*words[:first], bare, *words[first + 1 :]]
            end, phrase = self._longest(text, without, first)
            if phrase is not None and not phrase.inflected:
                return without, end, phrase
        return words, 0, None

    def _longest(self, text: str, words: Sequence[Token], first: int) -> tuple[int, Phrase | None]:
        """The longest phrase that begins at a word, and the number of the word after it."""
        best: tuple[int, Phrase | None] = (0, None)
        letters, joints = "", dict[int, str]()
        if _continues(words, first):
            return best
        for place in range(first, len(words)):
            if place > first:
                joints[len(letters)] = gap(text[words[place - 1].end : words[place].start])
            letters += words[place].text
            if letters not in self._beginnings:
                break
            for phrase in self._by_letters.get(letters, ()):
                stretch = (words[first].start, words[place].end)
                if _fits(phrase, joints, text, stretch) and not _cut(text, words, first, place):
                    best = (place + 1, phrase)
                    break
        return best


def with_marks(text: str, found: Iterable[Found]) -> str:
    """Put the mark of each phrase in its place, in a text where they were found in order.

    Args:
        text: where they were found.
        found: from left to right, none overlapping another, as ``PhraseMatcher.find`` gives
            them.
    """
    parts, end = list[str](), 0
    for one in found:
        parts += (text[end : one.start], one.phrase.mark)
        end = one.end
    return "".join((*parts, text[end:]))


def _fits(phrase: Phrase, joints: dict[int, str], text: str, stretch: tuple[int, int]) -> bool:
    written = text[slice(*stretch)]
    if phrase.case in ("exact", "before_capital", "after_name") and _plain(written) != phrase.text:
        return False
    if phrase.case == "before_capital" and not _before_name(written, text, stretch[1]):
        return False
    if phrase.case == "after_name" and not _AFTER_NAME.search(text, 0, stretch[0]):
        return False
    # A script without capitals has none to ask for.
    if (
        phrase.case == "capital"
        and is_cased(written[0])
        and (not written[0].isupper() or _begins_as_word(phrase, text, stretch))
    ):
        return False
    if phrase.language and phrase.language not in languages_of(_line(text, stretch)):
        return False
    return all(
        _alike(phrase.joints.get(place, ""), joints.get(place, ""))
        for place in phrase.joints.keys() | joints.keys()
    )


def _before_name(title: str, text: str, end: int) -> bool:
    """Whether somebody's name comes after a title, and not the rest of a product or a street."""
    after = _NEXT_WORD.match(text, end)
    if after is None:
        return False
    word = after[1] or ""
    if word.lower() in ordinary("no_surname"):
        return False
    return not word or word[0].isupper() or not (is_cased(title[0]) or is_cased(word[0]))


def _begins_as_word(phrase: Phrase, text: str, stretch: tuple[int, int]) -> bool:
    """Whether a name that is a word too begins a sentence as one: *Will you*, *Hope this helps*."""
    is_word = phrase.mark == NAME and phrase.letters in _also_words()
    if not is_word or not begins_sentence(text[: stretch[0]]):
        return False
    after = _NEXT_WORD.match(text, stretch[1])
    if re.match(r"[-‐‑][a-z]", text[stretch[1] : stretch[1] + 2]):
        return True
    if after is None:
        # What goes on with a mark ends here.
        return text[stretch[1] :].isspace()
    word = after[1] or ""
    if phrase.letters in ordinary("function") and word[:1].islower():
        return True
    return word == "I" or word in ordinary("no_predicate")


@cache
def _also_words() -> frozenset[str]:
    return frozenset[str]().union(*map(ordinary, ("homograph", "function", "modal", "verb")))


def _line(text: str, stretch: tuple[int, int]) -> str:
    end = text.find("\n", stretch[1])
    return text[text.rfind("\n", 0, stretch[0]) + 1 : end if end >= 0 else None]


def _plain(written: str) -> str:
    """A text without full-width letters and characters that nobody can see."""
    seen = (sign for sign in written if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", "".join(seen))


def _alike(wanted: str, written: str) -> bool:
    """Whether what stands between two words may stand for what the phrase has there."""
    if wanted == ".":
        return written[:1] == "."
    if not wanted:
        return written in ("", "-")
    return set(written) <= set(wanted) | _LOOSE


def _touches(words: Sequence[Token], place: int) -> bool:
    """Whether a character of an unspaced script goes on without a gap."""
    one, after = words[place : place + 1], words[place + 1 : place + 2]
    return bool(one and after and one[0].unspaced and one[0].end == after[0].start)


def _continues(words: Sequence[Token], place: int) -> bool:
    """Whether a Korean word has begun before: names stand first in it, endings follow."""
    return place > 0 and "가" <= words[place].text[0] <= "힣" and _touches(words, place - 1)


def _cut(text: str, words: Sequence[Token], first: int, last: int) -> bool:
    """Whether a name would be cut out of a longer word of an unspaced script."""
    if not words[last].unspaced:
        return False
    start, end = words[first].start, words[last].end
    written, before, after = text[start:end], text[max(0, start - 8) : start], text[end : end + 24]
    if first < last:
        return goes_on(written, after) or is_inside(written, before)
    alone = not (first > 0 and _touches(words, first - 1)) and not _touches(words, last)
    # One Korean syllable is a word as often as a family's name.
    if alone and not "가" <= written <= "힣":
        return False
    return not is_addressed(written, before, after)


def _full_stop(text: str, end: int, phrase: Phrase) -> int:
    """Take in the stop of a phrase that ends with one, such as initials."""
    return end + (phrase.text.endswith(".") and text[end : end + 1] == ".")

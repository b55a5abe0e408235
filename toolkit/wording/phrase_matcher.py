"""Phrase matcher: finds many phrases in a text in one pass, whole words only, longest first.

Words are compared letter by letter without case and accents (``tokens``). Where a phrase has a
space, a hyphen or an apostrophe, a text may have another of them or nothing; a hyphen may also
split a word. Scripts without spaces are matched inside a run of their characters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

from toolkit.wording.tokens import Token, gap, is_cased, tokens

Case = Literal["any", "capital", "exact", "before_capital"]
_LOOSE = frozenset(" -'")
"""What may stand for one another between two words of a phrase."""
_NEXT_LETTER = re.compile(r"[.．]?[^\S\n]+([^\W\d_])|[.．]?[^\S\n]+‹")
"""The letter with which the next word of a line begins, or a mark."""


@dataclass(frozen=True)
class Phrase:
    """Words to find in a text."""

    text: str
    mark: str = ""
    """What takes their place where they are masked, such as ``‹name›``."""
    case: Case = "any"
    """``capital``: only where they begin with one; ``exact``: only as written here;
    ``before_capital``: as written here, and before a word with a capital."""
    group: str = ""
    """The lexicon's group of the word, if it is from there."""
    weak: bool = False
    """Whether they tell only beside words that tell by themselves: *older* Irish woman."""

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
        words = tokens(text)
        place = 0
        while place < len(words):
            end, phrase = self._longest(text, words, place)
            if phrase is not None:
                yield Found(
                    words[place].start, _full_stop(text, words[end - 1].end, phrase), phrase
                )
            place = max(end, place + 1)

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
                if _fits(phrase, joints, text, stretch) and not _cut(words, first, place):
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
    if phrase.case in ("exact", "before_capital") and _plain(written) != phrase.text:
        return False
    if phrase.case == "before_capital":
        after = _NEXT_LETTER.match(text, stretch[1])
        if after is None or (after[1] and not after[1].isupper()):
            return False
    # A script without capitals has none to ask for.
    if phrase.case == "capital" and is_cased(written[0]) and not written[0].isupper():
        return False
    return all(
        _alike(phrase.joints.get(place, ""), joints.get(place, ""))
        for place in phrase.joints.keys() | joints.keys()
    )


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


def _cut(words: Sequence[Token], first: int, last: int) -> bool:
    """Whether a single character of an unspaced script would be cut out of a longer run."""
    before = first > 0 and _touches(words, first - 1)
    return first == last and words[first].unspaced and (before or _touches(words, last))


def _full_stop(text: str, end: int, phrase: Phrase) -> int:
    """Take in the stop of a phrase that ends with one, such as initials."""
    return end + (phrase.text.endswith(".") and text[end : end + 1] == ".")

"""The mask: hides in a text every phrase that tells who it was written for.

What takes a phrase's place is the same whoever brought it, and what the phrase leaves behind (a
title, an article, the ending of a verb) is made the same too.
"""

import re
from collections.abc import Iterable, Iterator

from toolkit.wording.lexicon import COURTESY
from toolkit.wording.mask_marks import NAME
from toolkit.wording.mask_traces import without_titles, without_traces
from toolkit.wording.phrase_matcher import Found, Phrase, PhraseMatcher, with_marks
from toolkit.wording.tokens import folded, tokens

_LOCAL_PART = re.compile(r"(?<![\w.+-])[\w.+-]++(?=@)")
_TO_NEXT_WORD = re.compile(r"[.．]?[^\S\n]+(?:[^\W\d_][.．][^\S\n]*)*(?=[^\W\d_])")
_STOP = re.compile(r"[.．](?=\s*/|[^\S\n]+[^\W\d_]|\s+‹)")
"""The stop of an abbreviated title before whoever is meant: *Miss* has none."""
_LONG = 40
"""No word is longer."""
_SHORT = 3
"""Names this short are part of an address only where they are a whole piece of it."""


class CueMask:
    """Masks phrases in texts.

    Args:
        phrases: what to mask, each with its mark; one without a mark is left as it stands, and
            takes the place of others within it, and its names keep the titles before them.
        marks: what stands in a text for something masked before.
    """

    def __init__(self, phrases: Iterable[Phrase], marks: Iterable[str] = ()) -> None:
        known = tuple(phrases)
        self._matcher = PhraseMatcher(known)
        left = [one for one in known if not one.mark]
        self._titles = PhraseMatcher([*left, *(one for one in known if one.group in COURTESY)])
        self._others = frozenset(
            word.text
            for one in left
            for word in tokens(one.text)
            if not one.text[word.start].islower()
        )
        of_names = (one for one in known if one.mark == NAME)
        names = {one.letters for one in of_names if not (one.group or one.language)}
        self._names = frozenset(name for name in names if name.isalpha())
        every = {*marks, *(one.mark for one in known if one.mark)}
        longest_first = sorted(map(re.escape, every), key=len, reverse=True)
        self._marks = re.compile(f"({'|'.join(longest_first) or '(?!)'})")

    def apply(self, text: str) -> str:
        """Mask a text; masking it again changes nothing."""
        without_mail = _LOCAL_PART.sub(self._local_part, text)
        parts = self._marks.split(without_mail)
        parts[::2] = [
            with_marks(part, _telling(part, self._matcher.find(part))) for part in parts[::2]
        ]
        # A title goes with the name after it, once that is masked.
        nameless = without_titles("".join(parts))
        return without_traces(with_marks(nameless, self._lone_titles(nameless)))

    def _lone_titles(self, text: str) -> Iterator[Found]:
        """Titles that stand before no masked name, nor before somebody who is left."""
        outside = self._marks.sub(lambda match: "‹" + "\0" * (len(match[0]) - 1), text)
        for found in self._titles.find(outside):
            before = _TO_NEXT_WORD.match(outside, found.end)
            after = tokens(outside[before.end() : before.end() + _LONG])[:1] if before else []
            if found.phrase.mark and not (after and after[0].text in self._others):
                vowels = set("aeiou") & set(found.phrase.letters)
                abbreviated = not vowels or found.phrase.group == "title_before_name"
                stop = _STOP.match(outside, found.end) if abbreviated else None
                yield found._replace(end=stop.end() if stop else found.end)

    def _local_part(self, match: re.Match[str]) -> str:
        """The part of an address before the @, if a long name is in it or short ones are all."""
        letters = folded(match[0])
        pieces = [folded(piece) for piece in re.split(r"[._+\-\d]+", match[0]) if piece]
        long = any(len(name) > _SHORT and name in letters for name in self._names)
        return NAME if long or (pieces and self._names.issuperset(pieces)) else match[0]


def _telling(text: str, found: Iterable[Found]) -> Iterator[Found]:
    """Leave out titles, what is to stay, and weak words that stand beside no word that tells."""
    runs: list[list[Found]] = []
    for one in found:
        if one.phrase.group in COURTESY:
            continue
        last = runs[-1][-1] if runs else one
        beside = last.phrase.mark == one.phrase.mark
        if runs and beside and re.fullmatch(r"[\s-]+", text[last.end : one.start]):
            runs[-1].append(one)
        else:
            runs.append([one])
    for run in runs:
        if run[0].phrase.mark and not all(one.phrase.weak for one in run):
            yield from run

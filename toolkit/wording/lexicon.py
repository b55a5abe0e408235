"""The identity lexicon: words by which a text tells who somebody is, by protected characteristic.

The words themselves, their sources and the version are data, in ``lexicon.json``.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TITLES = ("title", "title_before_name", "title_after_name")
"""Groups of titles, which are meant as they are written."""
COURTESY = (*TITLES, "address")
"""Groups of words that stand before a name, or in its place."""
GENDERED = (*COURTESY, "gender", "occupation", "kinship", "pregnancy")
"""Groups of words that tell a gender whoever says them; the other ones tell of those who do."""


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """A headword of the lexicon."""

    word: str
    group: str
    """Key of its protected characteristic, such as ``disability``."""
    forms: tuple[str, ...]
    """Every form it is found in: the headword, its plural, and derived words."""


@cache
def entries() -> tuple[LexiconEntry, ...]:
    """List every headword, in the order of the file."""
    return tuple(
        LexiconEntry(word, group, (word, *others, *_plurals((word, *others), group)))
        for group, listed in _data()["identity"].items()
        for word, *others in map(str.split, listed["words"])
    )


@cache
def ordinary(name: str) -> frozenset[str]:
    """Take one of the lists of words that tell of nobody, such as ``generic`` or ``verb``."""
    return frozenset(_data()["ordinary"][name]["words"])


def any_of(*names: str) -> str:
    """Make a regular expression of the words of some lists."""
    words = frozenset[str]().union(*map(ordinary, names))
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


@cache
def titles_of(group: str) -> tuple[str, ...]:
    """List the titles of one of the groups ``TITLES``."""
    return tuple(entry.word for entry in entries() if entry.group == group)


def plural(word: str) -> str:
    """Make the regular plural of a noun: ``wives`` and ``men`` are in the data."""
    if re.search(r"(?:[sxz]|ch|sh)$", word):
        return word + "es"
    return re.sub(r"(?<=[^aeiou])y$", "ie", word) + "s"


def _plurals(words: tuple[str, ...], group: str) -> Iterator[str]:
    return (plural(word) for word in words if group not in TITLES)


@cache
def _data() -> Mapping[str, Any]:
    text = Path(__file__).with_name("lexicon.json").read_text(encoding="utf-8")
    return dict(json.loads(text))

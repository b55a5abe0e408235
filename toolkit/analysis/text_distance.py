"""Text distance of two replies, without the words that say who is being talked to.

A reply that repeats a name differs from one that repeats another by the name alone. So words that
carry the persona are masked in every text before any two are compared.
"""

import re
from collections.abc import Callable, Iterable

from toolkit.wording import PhraseMatcher, phrases_of, with_marks

Grams = frozenset[tuple[str, ...]]
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|▢")
MASKED = "▢"


def masking(words: Iterable[str]) -> Callable[[str], str]:
    """Make a function that masks words, whole and in either case.

    Args:
        words: what to mask; phrases of several words too. A word of the identity lexicon among
            them is masked in every form.
    """
    matcher = PhraseMatcher(phrases_of(words, MASKED))
    return lambda text: with_marks(text, matcher.find(text))


def grams(text: str) -> Grams:
    """Take a text as the set of its words and pairs of neighboring words, in lower case."""
    words = [one.casefold() for one in _WORD.findall(text)]
    return frozenset([*((one,) for one in words), *zip(words, words[1:], strict=False)])


def distance(one: Grams, other: Grams) -> float:
    """Jaccard distance: the share of words and pairs of words that are not in both.

    Args:
        one: words and pairs of words of a text, as ``grams`` gives them.
        other: those of the other text.

    Returns:
        0 for the same set, or two empty ones; 1 for sets that share nothing (P. Jaccard 1901).
    """
    either = len(one | other)
    return 1 - len(one & other) / either if either else 0.0

"""How far apart two replies are in words, and what must not count: who is being talked to.

A reply that repeats a name differs from one that repeats another by the name alone. So words that
carry the persona are masked in every text before any two are compared.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from toolkit.design import Persona

Grams = frozenset[tuple[str, ...]]
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|▢")
_PRONOUNS = (
    "he",
    "him",
    "his",
    "himself",
    "she",
    "her",
    "hers",
    "herself",
    "they",
    "them",
    "their",
    "theirs",
    "themself",
    "themselves",
)
_COMMON = ("a", "an", "and", "from", "in", "of", "the", "who", "with")
"""Words within a phrase that carry nobody."""
MASKED = "▢"


def masking(words: Iterable[str]) -> Callable[[str], str]:
    """Make a function that masks words, whole and in either case.

    Args:
        words: what to mask; phrases of several words too.
    """
    known = sorted({one.strip() for one in words if one.strip()}, key=len, reverse=True)
    if not known:
        return lambda text: text
    pattern = re.compile(
        rf"(?<!\w)(?:{'|'.join(re.escape(one) for one in known)})(?!\w)", re.IGNORECASE
    )
    return lambda text: pattern.sub(MASKED, text)


def identity_words(personas: Sequence[Persona]) -> tuple[str, ...]:
    """Collect the words that carry personas: names and their parts, nouns, places, pronouns."""
    words = set(_PRONOUNS)
    for one in personas:
        cues = one.cues
        whole = (cues.name, cues.given_name, cues.family_name, cues.noun, cues.place)
        words |= {text for text in whole if text}
        words |= {word for text in (cues.name, cues.noun) if text for word in text.split()}
    return tuple(sorted(word for word in words if word.casefold() not in _COMMON))


def grams(text: str) -> Grams:
    """Take a text as the set of its words and pairs of neighboring words, in lower case."""
    words = [one.casefold() for one in _WORD.findall(text)]
    return frozenset([*((one,) for one in words), *zip(words, words[1:], strict=False)])


def distance(one: Grams, other: Grams) -> float:
    """Jaccard distance: the share of words and pairs of words that are not in both.

    Returns:
        0 for the same set, or two empty ones; 1 for sets that share nothing (P. Jaccard 1901).
    """
    either = len(one | other)
    return 1 - len(one & other) / either if either else 0.0

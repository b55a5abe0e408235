"""Which words tell a persona's replies from the reference's."""

from toolkit.analysis.words.words import Words, tokens, words

__all__ = [
    "Words",
    "tokens",
    "words",
]

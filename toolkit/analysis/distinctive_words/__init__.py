"""Distinctive words: which words tell a persona's replies from the reference's."""

from toolkit.analysis.distinctive_words.distinctive_words import tokens, words

__all__ = [
    "tokens",
    "words",
]

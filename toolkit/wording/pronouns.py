"""Third-person pronouns of English by case, and what masks them."""

from collections.abc import Mapping

CASES = ("subject", "object", "possessive", "possessive.pronoun", "reflexive")
"""Third-person pronouns by their case."""
PRONOUN_FORMS: Mapping[str, tuple[str, ...]] = {
    "she/her": ("she", "her", "her", "hers", "herself"),
    "he/him": ("he", "him", "his", "his", "himself"),
    "they/them": ("they", "them", "their", "theirs", "themselves"),
}
"""Pronouns to the words of each case, in the order of ``CASES``."""
PLURAL_PRONOUNS = "they/them"
"""Pronouns that take the plural of a verb."""
SINGULAR_WORDS = frozenset((*PRONOUN_FORMS["she/her"], *PRONOUN_FORMS["he/him"]))
"""Pronouns that show a gender."""
PLURAL_WORDS = frozenset((*PRONOUN_FORMS[PLURAL_PRONOUNS], "themself"))

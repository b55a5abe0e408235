"""Indefinite articles: "a" or "an" by the sound a word begins with, not by its letter."""

import re
import unicodedata

_NEXT = re.compile(r"""[\s"'“‘(\[]*([^\s"“”)\]]+)""")
_LETTERS_WITH_VOWEL = "AEFHILMNORSX"
"""Letters whose names begin with a vowel sound: an *F*, an *MBA*."""
_PRONOUNCED = {"FEMA", "FIFA", "LAN", "MENSA", "NASA", "NATO", "RAM", "ROM", "SIM", "STEM", "SWAT"}
"""Acronyms that begin with such a letter and are said as words."""
_NUMBER = re.compile(r"8|1[18](?!\d)|1[18]\d\d(?![\d,])")
"""Eight, eighty, eleven, eighteen and years such as 1811; 110 and 180 begin with "one"."""
_INITIALS = re.compile(r"[A-Z](?:\.[A-Z])+\.?|[A-Z]{2,}|[A-Z]$|[A-Za-z](?=-)")
_SILENT_H = re.compile(r"(?:hour|honest|honor|honour|heir|herb)")
_CONSONANT = re.compile(
    r"eu|ew|once\b|one(?=$|[-'’s,.;:!?])|oui|"
    r"uni(?![nmd])|unani|us[eu]|ut[eio]|utah|ur[aieou]|ubi|uk|ugan|uyg|uig"
)
"""Beginnings that are written with a vowel and said with a consonant: *university*, *one-armed*."""


def article(following: str) -> str:
    """Choose the indefinite article for what follows it.

    Args:
        following: the text after the article; quotes and brackets before its first word are
            passed over.

    Returns:
        ``a`` or ``an``.
    """
    match = _NEXT.match(following)
    return "an" if match and _begins_with_vowel(_plain(match[1])) else "a"


def _plain(word: str) -> str:
    """Take the accents off: É sounds as E does, as far as the article goes."""
    return "".join(
        mark for mark in unicodedata.normalize("NFKD", word) if not unicodedata.combining(mark)
    )


def _begins_with_vowel(word: str) -> bool:
    if word[0].isdigit():
        return bool(_NUMBER.match(word))
    initials = _INITIALS.match(word)
    if initials and _is_spelled_out(word, initials):
        return word[0].upper() in _LETTERS_WITH_VOWEL
    lower = word.lower()
    if lower[0] == "h":
        return bool(_SILENT_H.match(lower))
    if lower[0] == "y":
        return len(lower) > 1 and lower[1] in "vtn"
    return lower[0] in "aeiou" and not _CONSONANT.match(lower)


def _is_spelled_out(word: str, initials: re.Match[str]) -> bool:
    if initials[0] in _PRONOUNCED:
        return False
    # "MBAs" and "HR-led" are spelled out; "McKay" and "DeShawn" are not initials at all.
    rest = word[initials.end() :]
    return not rest or not rest[0].isalpha() or rest in {"s", "s'"}

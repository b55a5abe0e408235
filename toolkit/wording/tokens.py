"""Tokenization by Unicode properties: words of any script, folded, with where they stand.

Letters are compared without case, accents and characters that nobody can see. A script written
without spaces between words (Chinese, Japanese, Thai …) has no words to take apart, so each of its
characters is a token of its own; so is each Korean syllable, since endings follow a name at once.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from toolkit.wording.name_data import forms_data

_UNSPACED = (
    *("CJK ", "IDEOGRAPHIC ", "HIRAGANA ", "KATAKANA", "BOPOMOFO ", "HANGUL ", "THAI ", "LAO "),
    *("KHMER ", "MYANMAR ", "TIBETAN "),
)
_LETTERS = {
    **{"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"},
    # One letter of Arabic script in the spelling of one country or another.
    **{"ـ": "", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ٱ": "ا", "ґ": "г"},
}
_KEPT_MARKS = (0, 7, 8, 9)
"""Combining classes that make another letter: dots of Indic scripts, voiced kana, virama."""
_SAME = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\u058a\u05be\u30fb\uff0d", "-"),
    **dict.fromkeys("\u2018\u2019\u02bc\u02bb\u2032\uff07`´", "'"),
}


_RUN = re.compile(
    r"[a-zA-Z0-9]+(?![^\x00-\x7f])|[\x00-/:-@\[-`{-\x7f]+(?![^\x00-\x7f])|.", re.DOTALL
)
"""Runs of ASCII letters or of other ASCII signs to which no mark belongs; or one character."""


class Token(NamedTuple):
    """One word, or one character of a script without spaces."""

    text: str
    """Folded."""
    start: int
    """Code points of the text it was found in."""
    end: int
    unspaced: bool
    """Whether it is a character of a script without spaces."""


def tokens(text: str) -> list[Token]:
    """Take a text apart into its words, in order; what stands between them is left out."""
    found: list[Token] = []
    open_word = False
    for start, end in _clusters(text):
        plain, unspaced = _folded(text[start:end])
        if not plain or unspaced is None:
            # An invisible character splits no word, anything else does.
            open_word &= not plain
        elif open_word and not unspaced:
            found[-1] = Token(found[-1].text + plain, found[-1].start, end, unspaced=False)
        else:
            found.append(Token(plain, start, end, unspaced))
            open_word = not unspaced
    return found


def folded(text: str) -> str:
    """Write the words of a text without case, accents and invisible characters, and no spaces."""
    return "".join(token.text for token in tokens(text))


def gap(text: str) -> str:
    """Write what stands between two words with plain hyphens, apostrophes and single spaces."""
    seen = (_SAME.get(sign, sign) for sign in text if unicodedata.category(sign) != "Cf")
    return re.sub(r"\s+", " ", "".join(seen))


def is_cased(letter: str) -> bool:
    """Whether a letter has capitals at all."""
    return letter.title() != letter.lower()


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each character with the marks that belong to it, and of each ASCII run."""
    start = 0
    for match in _RUN.finditer(text):
        if match.start() and not _joins(match[0][0]):
            yield start, match.start()
            start = match.start()
    if text:
        yield start, len(text)


def _joins(sign: str) -> bool:
    return sign > "\u02ff" and (
        unicodedata.category(sign)[0] == "M" or "\u1160" <= sign <= "\u11ff"
    )


@lru_cache(maxsize=4096)
def _folded(cluster: str) -> tuple[str, bool | None]:
    """The letters of a cluster, and whether its script is unspaced; None: it is no letter."""
    bare = unicodedata.normalize("NFKD", cluster).casefold()
    seen = (
        sign
        for sign in unicodedata.normalize("NFKD", bare).translate(_letters())
        if unicodedata.combining(sign) in _KEPT_MARKS and unicodedata.category(sign) != "Cf"
    )
    plain = unicodedata.normalize("NFC", "".join(seen))
    if not plain or not all(_is_letter(sign) for sign in plain):
        return plain, None
    return plain, unicodedata.name(plain[0], "").startswith(_UNSPACED)


@cache
def _letters() -> dict[int, str]:
    """Letters that are one to a reader; of Chinese characters that names have, the simplified."""
    return str.maketrans({**_LETTERS, **forms_data()["one_character"]})


def _is_letter(sign: str) -> bool:
    return sign not in _SAME and (sign.isalnum() or unicodedata.category(sign)[0] == "M")

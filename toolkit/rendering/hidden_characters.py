"""Hidden characters: which they are, and how they are shown.

Hidden are the general categories Cc, Cf, Cn, Co, Cs, Zl and Zp of the Unicode Character Database,
and what its property Default_Ignorable_Code_Point adds to them (letters and marks without a form).
Joiners and variation selectors are spelling inside an emoji and between letters of scripts that
are written with them; ``widgets/static/text.js`` says the same in the browser's terms, and a test
holds them together.
"""

import re
import unicodedata

_CANDIDATE = re.compile("[^ -~]")
_CATEGORIES = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_SELECTORS = "\ufe0e\ufe0f"
_PICTURES = {"So", "Sk", "Sm"}
_KEYS = "#*0123456789‼⁉〰"
"""Emoji that are no symbols by category."""
_JOINED = {
    *("ARABIC", "SYRIAC", "MONGOLIAN", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA"),
    *("TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "KHMER", "MYANMAR"),
}
"""Scripts whose spelling takes joiners, as names of characters begin."""


def visible(text: str, *, keep: str = "\n", also: str = "") -> str:
    """Show hidden characters as ``<U+202E>``.

    Args:
        text: anything, lone surrogates included.
        keep: hidden characters that stay as they are.
        also: further characters to show that way.
    """

    def shown(found: re.Match[str]) -> str:
        sign = found[0]
        return f"<U+{ord(sign):04X}>" if sign not in keep and _hides(text, found.start()) else sign

    made = _CANDIDATE.sub(shown, text)
    return made.translate({ord(sign): f"<U+{ord(sign):04X}>" for sign in also}) if also else made


def without_hidden(text: str) -> str:
    """Leave hidden characters out; joiners stay where spelling needs them."""

    def seen(found: re.Match[str]) -> str:
        return "" if _hides(text, found.start()) else found[0]

    return _CANDIDATE.sub(seen, text)


def _hides(text: str, at: int) -> bool:
    sign = text[at]
    if unicodedata.category(sign) not in _CATEGORIES and not _IGNORABLE.match(sign):
        return False
    before, after = text[max(0, at - 2) : at], text[at + 1 : at + 2]
    if sign in _SELECTORS:
        return not _ends_in_picture(before, _KEYS)
    if sign in "\u200c\u200d" and _script(before[-1:]) and _script(after):
        return False
    joins = sign == "\u200d" and _ends_in_picture(before.removesuffix("\ufe0f")) and after
    return not (joins and unicodedata.category(after) in _PICTURES)


def _ends_in_picture(text: str, others: str = "") -> bool:
    last = text[-1:]
    return bool(last) and (unicodedata.category(last) in _PICTURES or last in others)


def _script(sign: str) -> bool:
    if not sign or unicodedata.category(sign)[0] not in "LM":
        return False
    return unicodedata.name(sign, "").removeprefix("COMBINING ").partition(" ")[0] in _JOINED

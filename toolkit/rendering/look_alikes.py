"""Names that people cannot tell apart although a machine does, after Unicode's UAX #15 and UTS #39.

Two spellings of one name become the same text (``plain_spelling``); letters of other scripts,
digits and capitals that only look like it give the same key (``look_alike_keys``).
"""

import re
import unicodedata

from toolkit.rendering.hidden_characters import without_hidden

_SHAPES = {
    **dict(
        zip("аеорсухіјѕԁԛԝһӏгАВЕЅІЈКМНОРСТУХЗ", "aeopcyxijsdqwhlrABESIJKMHOPCTYX3", strict=True)
    ),
    **dict(zip("οαρνιυκγϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oapviukycjABEZHIKMNOPTYX", strict=True)),
    **dict(zip("օոսհցզɑɡıǀ", "onuhgqagil", strict=True)),
    **dict(zip("ヘベペニカロエタトハー", "へべぺ二力口工夕卜八一", strict=True)),
    **dict(zip("یىکہ", "ييكه", strict=True)),
    **dict.fromkeys("‐‑‒–—―−⁃", "-"),
    **dict.fromkeys("‘’ʼʻ′`´", "'"),
}
"""Letters of other scripts, and signs, to those they look like."""
_SHAPES |= dict.fromkeys("Il1|", "l") | {shape: "l" for shape, to in _SHAPES.items() if to in "Il"}
_SHAPES |= {"0": "O"}
_LOOKS = str.maketrans(_SHAPES)


def plain_spelling(text: str) -> str:
    """Write a name the one way of its kind.

    Composed (NFC), without characters that nobody can see, with one plain space wherever there is
    any, and none around it.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    seen = without_hidden(re.sub(r"\s+", " ", text))
    return unicodedata.normalize("NFC", seen).strip()


def look_alike_keys(text: str) -> tuple[str, str]:
    """What two names share that look alike: their letters without case, or all their shapes."""
    plain = unicodedata.normalize("NFKC", plain_spelling(text))
    return plain.casefold(), unicodedata.normalize("NFC", plain.translate(_LOOKS)).casefold()


def code_points(text: str) -> str:
    """Write a name so that it differs from every other: unusual letters by their code points."""
    return "".join(sign if " " <= sign <= "~" else f"<U+{ord(sign):04X}>" for sign in text)

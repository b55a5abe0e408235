"""Sensitive text: keys, personal data and invisible characters in what somebody is about to send.

Patterns with check digits where there are any (ISO 7812 for cards, ISO 13616 for accounts), so that
order numbers and prices pass. It points out; it is no proof that nothing is there.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

KEY = "a key or password"
"""The one kind that is never to be sent."""
INVISIBLE = "an invisible character"


class Sensitive(NamedTuple):
    """One piece of a text that may not belong in it."""

    kind: str
    """In words, such as ``an e-mail address``."""
    start: int
    end: int


def sensitive_parts(text: str) -> tuple[Sensitive, ...]:
    """Find what may not belong in a message, keys first, each piece once.

    Args:
        text: as it was typed.
    """
    found: list[Sensitive] = []
    for kind, pattern, holds in _PATTERNS:
        for match in re.finditer(pattern, text):
            at = Sensitive(kind, *match.span())
            free = all(at.end <= one.start or one.end <= at.start for one in found)
            if free and holds(match.group()):
                found.append(at)
    return (*found, *_invisible(text))


def _any(_: str) -> bool:
    return True


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_card(text: str) -> bool:
    """Check by the algorithm of Luhn; a number of one digit alone is none."""
    digits = _digits(text)
    doubled = [int(one) * (1 + place % 2) for place, one in enumerate(digits[::-1])]
    total = sum(one - 9 if one > 9 else one for one in doubled)
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and total % 10 == 0


def _is_account(text: str) -> bool:
    """Check by ISO 7064, modulo 97."""
    plain = re.sub(r"\s", "", text).upper()
    if not 15 <= len(plain) <= 34:
        return False
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(one, 36)) for one in moved)) % 97 == 1


def _is_phone(text: str) -> bool:
    return 9 <= len(_digits(text)) <= 15


def _is_spanish(text: str) -> bool:
    number, letter = text[:-1].replace("-", ""), text[-1]
    digits = number.translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == letter


def _is_french(text: str) -> bool:
    plain = re.sub(r"\s", "", text).upper().replace("2A", "19").replace("2B", "18")
    return len(plain) == 15 and 97 - int(plain[:13]) % 97 == int(plain[13:])


def _is_polish(text: str) -> bool:
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
    return sum(int(one) * weight for one, weight in zip(text, weights, strict=True)) % 10 == 0


_MONTH, _DAY = r"(?:[02468][1-9]|[13579][0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_ALONE = r"(?<![\w+.,-])"
_ID = "a national identity number"
_ACCOUNT, _PHONE, _CARD = "a bank account number", "a phone number", "a card number"
_WORDS = r"api[-_ ]?key|password|passwort|passwd|pwd|secret|token|mot de passe|contraseña"
_NOT_REAL = r"(?!(?:[\w-]+\.)*example\.(?:com|org|net)\b)"
_PATTERNS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    (KEY, r"-----BEGIN [A-Z ]*PRIVATE KEY-----", _any),
    (KEY, r"\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{16,}", _any),
    (KEY, r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", _any),
    (KEY, r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_[A-Za-z0-9_]{30,}", _any),
    (KEY, r"\bglpat-[A-Za-z0-9_-]{16,}|\bhf_[A-Za-z0-9]{20,}|\bgsk_\w{20,}", _any),
    (KEY, r"\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bnpm_[A-Za-z0-9]{30,}", _any),
    (KEY, r"\bAIza[A-Za-z0-9_-]{30,}|\bya29\.[A-Za-z0-9_-]{20,}", _any),
    (KEY, r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", _any),
    (KEY, r"\b[Bb]earer\s+[A-Za-z0-9._~+/-]{20,}=*", _any),
    (KEY, r"\b\w+://[^\s/:@]+:[^\s/@]+@[^\s/]+", _any),
    (KEY, rf"(?i)\b(?:{_WORDS})\s*(?:[:=]|\bis\b)\s*(?=\S*\d)\S{{6,}}", _any),
    ("an e-mail address", rf"[\w.+-]+@{_NOT_REAL}[\w-]+(?:\.[\w-]+)+", _any),
    (_ACCOUNT, r"\b[A-Za-z]{2}\d\d(?: ?[A-Za-z\d]){11,30}", _is_account),
    (_ID, r"\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b", _any),
    (_ID, r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", _any),
    (_ID, r"\b(?:\d{8}|[XYZ]\d{7})-?[A-Z]\b", _is_spanish),
    (_ID, r"\b[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}\b", _is_french),
    (_ID, r"\b[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]\b", _any),
    (_CARD, r"\b\d(?:[ -]?\d){12,18}\b", _is_card),
    (_ID, rf"\b\d\d{_MONTH}{_DAY}\d{{5}}\b", _is_polish),
    (_ID, r"(?<!\w)(?<!\w )[2-9]\d{3} \d{4} \d{4}(?! ?\d)", _any),
    (_PHONE, _ALONE + r"(?:\+|00)[1-9](?:[ ()./-]{0,2}\d){7,14}(?!\d)", _is_phone),
    (
        _PHONE,
        _ALONE + r"(?:\(0\d{1,5}\)|0\d{1,5})[ /-]\d{2,4}(?:[ -]?\d{2,4}){1,4}(?![\d.,])",
        _is_phone,
    ),
    (_PHONE, _ALONE + r"\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\d.,-])", _is_phone),
)
"""Kind, what it looks like, and whether it holds; what comes first takes its place."""
_JOINERS = "\u200c\u200d"
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f\u180e")
_SPACES = frozenset("\t\n\r")


def _invisible(text: str) -> Iterator[Sensitive]:
    for at, sign in enumerate(text):
        kind = unicodedata.category(sign)
        hidden = sign in _BLANK or (kind in ("Cf", "Cc", "Co", "Cn") and sign not in _SPACES)
        if hidden and not _joins(text, at) and not _flag_of(text, at):
            yield Sensitive(INVISIBLE, at, at + 1)


def _joins(text: str, at: int) -> bool:
    """Whether it joins or parts two signs of an emoji or of a script that has such forms."""
    if text[at] not in _JOINERS or not 0 < at < len(text) - 1:
        return False
    before, after = text[at - 1], text[at + 1]
    return all(ord(one) > 0x52F for one in (before, after))


def _flag_of(text: str, at: int) -> bool:
    """Whether it is a tag in a regional flag, which begins with a black flag."""
    start = at
    while start > 0 and 0xE0020 <= ord(text[start]) <= 0xE007F:
        start -= 1
    return 0xE0020 <= ord(text[at]) <= 0xE007F and text[start] == "\U0001f3f4"

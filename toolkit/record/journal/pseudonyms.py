"""Pseudonyms, derived from enrolment codes; the code itself is kept nowhere."""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from typing import Literal

from toolkit.errors import NotEnrolled

_LONGEST = 200
_DIGITS = 10
_SIGNS = "abcdefghjkmnpqrstvwxyz0123456789"
"""32 signs, 5 bits each: no i, l, o and u, which are taken for others."""
_GROUPS, _GROUP = 4, 4


Whose = Literal["person", "hub", "simulated"]


def new_code() -> str:
    """Make an enrolment code of 80 random bits, in four groups that are easy to copy by hand."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_GROUPS * _GROUP))
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))


def pseudonym(code: str, *, secret: str, whose: Whose = "person") -> str:
    """Derive a participant id from a code: ``p-`` and ten base32 digits (50 bits).

    Upper and lower case, width and surrounding or repeated spaces make no difference. Simulated
    participants and the users of a hub have ids of their own: no person continues what a script
    began, and nobody who types a user's name becomes them.

    Args:
        code: as the participant typed it.
        secret: the record's own, in hexadecimal.
        whose: what the code is: a person's, the name of a hub's user, or a script's.

    Raises:
        NotEnrolled: if the code is empty or longer than 200 characters.
    """
    plain = _normalize(code)
    message = f"{whose}\0".encode() + plain.encode("utf-8", "surrogatepass")
    digest = hmac.new(bytes.fromhex(secret), message, hashlib.sha256).digest()
    return "p-" + base64.b32encode(digest).decode().lower()[:_DIGITS]


def _normalize(code: str) -> str:
    if len(code) > _LONGEST:
        raise NotEnrolled(
            f"enrolment: got a code of {len(code)} characters; wanted at most {_LONGEST}. Enter "
            "the code from your invitation and nothing else."
        )
    plain = " ".join(unicodedata.normalize("NFKC", code).casefold().split())
    if not plain:
        raise NotEnrolled(
            "enrolment: got an empty code; wanted the one from your invitation. Enter it and try "
            "again."
        )
    return plain

"""Pseudonyms, derived from enrolment codes; the code itself is kept nowhere."""

import base64
import hashlib
import hmac
import unicodedata

from toolkit.errors import NotEnrolled

_LONGEST = 200
_DIGITS = 10


def pseudonym(code: str, *, secret: str, simulated: bool) -> str:
    """Derive a participant id from a code: ``p-`` and ten base32 digits (50 bits).

    Upper and lower case, width and surrounding or repeated spaces make no difference. Simulated
    participants have ids of their own, so no person ever continues what a script began.

    Args:
        code: as the participant typed it.
        secret: the record's own, in hexadecimal.
        simulated: whether a script takes part and no person.

    Raises:
        NotEnrolled: if the code is empty or longer than 200 characters.
    """
    plain = _normalize(code)
    kind = b"simulated\0" if simulated else b"person\0"
    message = kind + plain.encode("utf-8", "surrogatepass")
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

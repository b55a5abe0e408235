"""Brake on guesses: whoever tries codes that are not on the list soon has to wait.

Codes have 80 random bits, so that nobody finds one; the brake keeps a page from being tried at all.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from toolkit.errors import NotInvited, NotNow

FREE_TRIES = 5
"""Wrong codes before there is a wait: people mistype."""
_FIRST, _LONGEST = 10.0, 600.0
_missed: dict[str, tuple[int, float]] = {}
"""Record to how many codes were wrong since the last right one, and until when to wait."""


@contextmanager
def guesses_braked(record_id: str) -> Iterator[None]:
    """Refuse a code while there is a wait, and count a wrong one.

    Args:
        record_id: whose list is tried.

    Raises:
        NotNow: while there is a wait.
    """
    count, until = _missed.get(record_id, (0, 0.0))
    left = until - time.monotonic()
    if left > 0:
        raise NotNow(
            f"Too many codes were wrong. Wait {round(left) + 1} seconds, then enter the one from "
            "your invitation."
        )
    try:
        yield
    except NotInvited:
        count += 1
        more = count - FREE_TRIES
        wait = min(_FIRST * 2**more, _LONGEST) if more >= 0 else 0.0
        _missed[record_id] = count, time.monotonic() + wait
        raise
    _missed.pop(record_id, None)

"""How long to wait before the next attempt."""

import random
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from toolkit.canon import now

LONGEST_WAIT = 60.0
"""Seconds; a server that asks for more is told no, and its caller is told so."""
_LONGEST_BACKOFF = 8.0


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how many seconds the server asks us to wait, from a number or a date (RFC 9110)."""
    value = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now()).total_seconds())


def backoff(failed: int, *, first: float) -> float:
    """Choose a wait for when the server names none.

    Args:
        failed: attempts that failed so far, at least 1.
        first: seconds of the longest first wait; doubled each time, up to 8 s.

    Returns:
        Seconds, between half and all of that, so that many clients do not return together.
    """
    longest = min(_LONGEST_BACKOFF, first * 2.0 ** (failed - 1))
    return longest * random.uniform(0.5, 1.0)

"""Retry policy after a failed attempt: exponential backoff with jitter, within caps.

Panels and sweeps decide by the same rules and differ only in their ``RetryPolicy``.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from toolkit.canon import now
from toolkit.errors import (
    BadAnswer,
    EndpointError,
    EndpointFailed,
    EndpointTimeout,
    EndpointUnreachable,
    RateLimited,
)

FIRST_BACKOFF = 0.5
"""Seconds of the longest first wait; doubled with each failure."""
_LONGEST_BACKOFF = 8.0
_PASSING = (RateLimited, EndpointFailed, EndpointUnreachable, BadAnswer)
_PASSING_STATUS = (408, 409, 425)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Which failures are worth another attempt, and for how long it is waited for."""

    longest_wait: float
    """Seconds; a server that asks for more is told no, and its caller is told so."""
    after_timeouts: bool
    """Whether a time limit that was reached is worth another attempt."""
    rate_limited: int
    """Attempts at most that were refused as too many, counted apart; 0 counts them as others."""


IN_CONVERSATION = RetryPolicy(longest_wait=60.0, after_timeouts=False, rate_limited=0)
"""A person waits for the answer."""
IN_BULK = RetryPolicy(longest_wait=300.0, after_timeouts=True, rate_limited=12)
"""Nobody waits, and many calls share one rate limit."""


class Retries:
    """Counts the failed attempts at one answer and says how long to wait for the next.

    Args:
        policy: what is worth another attempt.
        most: attempts at most, the first included.
        first_backoff: seconds of the longest first wait where the server names none.
    """

    def __init__(
        self, policy: RetryPolicy, most: int, *, first_backoff: float = FIRST_BACKOFF
    ) -> None:
        self._policy = policy
        self._most = most
        self._first_backoff = first_backoff
        self._failed = self._refused = 0

    def wait(
        self,
        kind: type[EndpointError],
        *,
        status: int | None = None,
        retry_after: float | None = None,
        final: bool = False,
    ) -> float | None:
        """Count one failed attempt.

        Args:
            kind: what it failed with.
            status: the HTTP status, if the server sent one.
            retry_after: seconds the server asked us to wait, if it did.
            final: True when trying again cannot help, whatever the kind.

        Returns:
            Seconds until the next attempt; None when there is to be none.
        """
        self._failed += 1
        if self._spent(kind) or final or not self._passing(kind, status):
            return None
        if (retry_after or 0.0) > self._policy.longest_wait:
            return None
        return retry_after or backoff(self._failed, first=self._first_backoff)

    def _spent(self, kind: type[EndpointError]) -> bool:
        if self._policy.rate_limited and issubclass(kind, RateLimited):
            self._refused += 1
            return self._refused >= self._policy.rate_limited
        return self._failed - self._refused >= self._most

    def _passing(self, kind: type[EndpointError], status: int | None) -> bool:
        late = self._policy.after_timeouts and issubclass(kind, EndpointTimeout)
        return late or issubclass(kind, _PASSING) or status in _PASSING_STATUS


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


def backoff(failed: int, *, first: float = FIRST_BACKOFF) -> float:
    """Exponential backoff with jitter, for when the server names no wait.

    Args:
        failed: attempts that failed so far, at least 1.
        first: seconds of the longest first wait; doubled each time, up to 8 s.

    Returns:
        Seconds, between half and all of that, so that many clients do not return together.
    """
    longest = min(_LONGEST_BACKOFF, first * 2.0 ** (failed - 1))
    return longest * random.uniform(0.5, 1.0)

"""The calls made for one unit: which failures are worth another call, and after how long."""

import dataclasses
import random
import time
from typing import cast

from toolkit.endpoints import Answer, Attempt
from toolkit.errors import (
    BadAnswer,
    EndpointError,
    EndpointFailed,
    EndpointTimeout,
    EndpointUnreachable,
    RateLimited,
)

_PASSING = (RateLimited, EndpointFailed, EndpointUnreachable, EndpointTimeout, BadAnswer)
_PASSING_STATUS = (408, 409, 425)
_RATE_ATTEMPTS = 12
"""Calls at most while the server only says that there are too many."""
_LONGEST_WAIT = 300.0
"""Seconds; a server that asks for more is told no."""
_LONGEST_BACKOFF = 8.0


class Tries:
    """Counts the calls of one unit.

    Args:
        most: calls at most, those not counted that were refused as too many.
        first_backoff: seconds of the longest first wait, where the server names none; doubled each
            time, up to 8 s.
    """

    def __init__(self, most: int, *, first_backoff: float) -> None:
        self._most = most
        self._first_backoff = first_backoff
        self._attempts: list[Attempt] = []
        self._calls = self._refused = 0
        self._waited = 0.0
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Since the first call began, every wait included."""
        return time.perf_counter() - self._began

    def add(self, ended: Answer | EndpointError) -> float | None:
        """Count one call and how it ended.

        Returns:
            Seconds to wait before another call; None when there is to be none.
        """
        self._calls += 1
        for one in cast("tuple[Attempt, ...]", ended.attempts):
            number = len(self._attempts) + 1
            self._attempts.append(
                dataclasses.replace(one, number=number, waited=self._waited) if number > 1 else one
            )
        if isinstance(ended, Answer):
            return None
        self._waited = self._wait(ended) or 0.0
        return self._waited or None

    def all_of(self, ended: Answer | EndpointError) -> Answer | EndpointError:
        """How the unit ended: as its last call did, with every attempt."""
        if len(self._attempts) > len(ended.attempts):
            if isinstance(ended, Answer):
                attempts = tuple(self._attempts)
                return dataclasses.replace(ended, attempts=attempts, seconds=self.seconds)
            ended.attempts = tuple(self._attempts)
        return ended

    def _wait(self, problem: EndpointError) -> float | None:
        refused = isinstance(problem, RateLimited)
        self._refused += refused
        others = self._calls - self._refused
        spent = self._refused >= _RATE_ATTEMPTS if refused else others >= self._most
        if spent or not self._passing(problem) or (problem.retry_after or 0.0) > _LONGEST_WAIT:
            return None
        if problem.retry_after:
            return problem.retry_after
        longest = min(_LONGEST_BACKOFF, self._first_backoff * 2.0 ** (self._calls - 1))
        # Between half and all of it, so that units refused together do not return together.
        return longest * random.uniform(0.5, 1.0)

    def _passing(self, problem: EndpointError) -> bool:
        status = self._attempts[-1].status if self._attempts else None
        passing = isinstance(problem, _PASSING) or status in _PASSING_STATUS
        return passing and not problem.final

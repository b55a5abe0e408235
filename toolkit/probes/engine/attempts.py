"""Attempts of one answer: the calls made for one job, put together."""

import dataclasses
import time
from typing import cast

from toolkit.endpoints import IN_BULK, Answer, CallAttempt, Retries
from toolkit.probes.engine.job import Ended


class Tries:
    """Counts the calls of one job.

    Args:
        most: calls at most, those not counted that were refused as too many.
    """

    def __init__(self, most: int) -> None:
        self._retries = Retries(IN_BULK, most)
        self._attempts: list[CallAttempt] = []
        self._waited = 0.0
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Since the first call began, every wait included."""
        return time.perf_counter() - self._began

    def add(self, ended: Ended) -> float | None:
        """Count one call and how it ended.

        Returns:
            Seconds to wait before another call; None when there is to be none.
        """
        for one in cast("tuple[CallAttempt, ...]", ended.attempts):
            number = len(self._attempts) + 1
            self._attempts.append(
                dataclasses.replace(one, number=number, waited=self._waited) if number > 1 else one
            )
        if isinstance(ended, Answer):
            return None
        wait = self._retries.wait(
            type(ended),
            status=self._attempts[-1].status if self._attempts else None,
            retry_after=ended.retry_after,
            final=ended.final,
        )
        self._waited = wait or 0.0
        return wait

    def all_of(self, ended: Ended) -> Ended:
        """How the job ended: as its last call did, with every attempt."""
        if len(self._attempts) > len(ended.attempts):
            if isinstance(ended, Answer):
                attempts = tuple(self._attempts)
                return dataclasses.replace(ended, attempts=attempts, seconds=self.seconds)
            ended.attempts = tuple(self._attempts)
        return ended

"""Usage meter and budget: tokens, cost and time, spent and left."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from toolkit.endpoints import Answer
from toolkit.errors import SetupError
from toolkit.probes.engine.job import Ended
from toolkit.probes.prices import Prices, price_of

_RECENT = 200
"""Ends that the remaining time is judged by; an endpoint may grow slower on the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a run may use; None sets no limit.

    It is asked before each call. What is under way when it is spent comes to its end and is paid.
    """

    tokens: int | None = None
    """Tokens sent and answered together, as the endpoint counts them."""
    cost: float | None = None
    """In the currency of the prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepProgress:
    """How far a run has come."""

    planned: int
    """Units this run is to send."""
    done: int = 0
    """Units whose end is kept, failed ones included."""
    failed: int = 0
    """Of these, how many have no usable answer."""
    in_flight: int = 0
    prompt_tokens: int = 0
    """As far as the endpoint counted; ``uncounted`` says where it did not."""
    completion_tokens: int = 0
    uncounted: int = 0
    """Replies whose tokens the endpoint did not report; they are in no sum."""
    cost: float | None = 0.0
    """Of the tokens counted, in the currency of the prices; None where a price is unknown."""
    seconds_left: float | None = None
    """At the pace of the latest replies; None before there is one."""

    def __str__(self) -> str:
        """Say it in one line."""
        parts = [f"{self.done:,} of {self.planned:,} units"]
        parts += [f"{self.failed:,} failed"] if self.failed else []
        parts += [f"{self.in_flight:,} under way"] if self.in_flight else []
        replies = "reply" if self.uncounted == 1 else "replies"
        without = f" and {self.uncounted:,} {replies} without a count" if self.uncounted else ""
        tokens = f"{self.prompt_tokens:,} + {self.completion_tokens:,} tokens{without}"
        cost = "cost unknown" if self.cost is None else f"{self.cost:.2f} USD"
        parts += [tokens, cost]
        if self.seconds_left is not None and self.done < self.planned:
            parts.append(f"about {_duration(self.seconds_left)} left")
        return " · ".join(parts)


class Meter:
    """Adds up what replies used and says when a budget is spent.

    Tokens nobody reported and prices nobody listed stay unknown; neither is guessed.

    Args:
        due: units this run is to send.
        prices: the list of prices; None: every price is unknown but those of endpoints on this
            machine.
        budget: what the run may use.
        clock: seconds, rising.
    """

    def __init__(
        self,
        due: int,
        *,
        prices: Prices | None = None,
        budget: Budget | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.prices = prices
        self.budget = budget or Budget()
        self._used = SweepProgress(planned=due)
        self.exhausted = self._reached()
        """Why no further unit may be sent; empty while there is budget left."""
        self._clock = clock
        self._ends: deque[float] = deque([clock()], maxlen=_RECENT)

    def require_prices(self, endpoints: Iterable[str]) -> None:
        """Refuse a budget in money for an endpoint whose price is unknown.

        Args:
            endpoints: who will answer, such as ``openai:gpt-4o-mini``.

        Raises:
            SetupError: naming every endpoint without a price.
        """
        unknown = sorted({name for name in endpoints if price_of(self.prices, name) is None})
        if self.budget.cost is None or not unknown:
            return
        raise SetupError(
            f"budget: got a limit of {self.budget.cost:g} USD and no price for "
            f"{', '.join(unknown)}; wanted the price of every endpoint that answers. Add it to a "
            "list like toolkit/probes/prices.yaml and name that with --prices, or limit tokens "
            "with --max-tokens-total."
        )

    def limits(self) -> dict[str, Any]:
        """The budget and the date of the prices, as the first row of a run keeps them."""
        as_of = self.prices.as_of.isoformat() if self.prices else None
        return {"budget": asdict(self.budget), "prices": as_of}

    def count(self, endpoint: str, ended: Ended) -> None:
        """Add one job whose end is kept.

        Args:
            endpoint: who was asked, such as ``openai:gpt-4o-mini``.
            ended: an answer, with the tokens it took as the endpoint counted them, or a failure.
        """
        self.spend(endpoint, ended)
        self.kept(ended)

    def kept(self, ended: Ended) -> None:
        """Count one job as done, once its row is durable; ``spend`` added what it took."""
        used, failed = self._used, not isinstance(ended, Answer)
        self._used = replace(used, done=used.done + 1, failed=used.failed + failed)

    def spend(self, endpoint: str, ended: Ended) -> None:
        """Add what one job took, as soon as that is known.

        Args:
            endpoint: who was asked.
            ended: how it came to its end.
        """
        usage = ended.usage if isinstance(ended, Answer) else None
        sent, said = (usage.prompt_tokens, usage.completion_tokens) if usage else (None, None)
        counted = sent is not None and said is not None
        failed = not isinstance(ended, Answer)
        used, price = self._used, price_of(self.prices, endpoint)
        self._ends.append(self._clock())
        self._used = replace(
            used,
            prompt_tokens=used.prompt_tokens + (sent or 0),
            completion_tokens=used.completion_tokens + (said or 0),
            uncounted=used.uncounted + (not counted),
            cost=_sum(used.cost, price.of(sent or 0, said or 0) if price else None),
        )
        self.exhausted = self.exhausted or self._spent(endpoint, counted=counted or failed)

    def progress(self, in_flight: int) -> SweepProgress:
        """Tell how far the run has come.

        Args:
            in_flight: calls under way or waiting for their turn.
        """
        used, taken = self._used, self._ends[-1] - self._ends[0]
        due = max(0, used.planned - used.done)
        pace = taken / (len(self._ends) - 1) if taken > 0 else None
        left = None if pace is None else due * pace
        return replace(used, in_flight=min(in_flight, due), seconds_left=left)

    def _spent(self, endpoint: str, *, counted: bool) -> str:
        """Say why the budget is spent, or can no longer be watched; empty while it is not."""
        budget, cost = self.budget, self._used.cost
        if budget.tokens is not None and not counted:
            return _unwatched(endpoint)
        if budget.cost is not None:
            price = price_of(self.prices, endpoint)
            if price is None or cost is None:
                return f"the price of {endpoint} is unknown, so a limit in USD cannot be kept"
            if not counted and (price.input or price.output):
                return _unwatched(endpoint)
        return self._reached()

    def _reached(self) -> str:
        """Say which limit is reached; empty while none is."""
        budget, cost = self.budget, self._used.cost
        used = self._used.prompt_tokens + self._used.completion_tokens
        if budget.tokens is not None and used >= budget.tokens:
            return f"{used:,} of {budget.tokens:,} tokens are used"
        if budget.cost is not None and cost is not None and cost >= budget.cost:
            return f"{cost:.4g} of {budget.cost:g} USD are used"
        return ""


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _unwatched(endpoint: str) -> str:
    return f"{endpoint} does not say how many tokens it used, so no budget can be kept"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"

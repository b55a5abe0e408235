"""Usage meter and budget: tokens, cost and time, spent and left."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from toolkit.endpoints import Answer
from toolkit.errors import SetupError
from toolkit.probes.engine.job import Ended
from toolkit.probes.prices import Prices, price_of

_RECENT = 200
"""Ends that the remaining time is judged by; an endpoint may grow slower on the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a run may use; None sets no limit."""

    tokens: int | None = None
    """Tokens sent and answered together, as the endpoint counts them."""
    cost: float | None = None
    """In the currency of the prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepProgress:
    """How far a run has come."""

    planned: int
    """Units this run is to send."""
    done: int
    """Units that came to an end, failed ones included."""
    failed: int
    """Of these, how many have no usable answer."""
    in_flight: int
    prompt_tokens: int
    """As far as the endpoint counted; ``uncounted`` says where it did not."""
    completion_tokens: int
    uncounted: int
    """Replies whose tokens the endpoint did not report; they are in no sum."""
    cost: float | None
    """Of the tokens counted, in the currency of the prices; None where a price is unknown."""
    seconds_left: float | None
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
        self.exhausted = ""
        """Why no further unit may be sent; empty while there is budget left."""
        self._due = due
        self._clock = clock
        self._done = self._failed = self._uncounted = 0
        self._tokens = Counter[str]()
        self._cost: float | None = 0.0
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
        """Add one job that has come to its end.

        Args:
            endpoint: who was asked, such as ``openai:gpt-4o-mini``.
            ended: an answer, with the tokens it took as the endpoint counted them, or a failure.
        """
        failed = not isinstance(ended, Answer)
        usage = ended.usage if isinstance(ended, Answer) else None
        self._ends.append(self._clock())
        self._done += 1
        self._failed += failed
        sent = usage.prompt_tokens if usage else None
        said = usage.completion_tokens if usage else None
        counted = sent is not None and said is not None
        self._uncounted += not counted
        self._add(endpoint, sent or 0, said or 0)
        self.exhausted = self.exhausted or self._spent(endpoint, counted=counted or failed)

    def progress(self, in_flight: int) -> SweepProgress:
        """Tell how far the run has come.

        Args:
            in_flight: calls under way or waiting for their turn.
        """
        return SweepProgress(
            planned=self._due,
            done=self._done,
            failed=self._failed,
            in_flight=min(in_flight, self._due - self._done),
            prompt_tokens=self._tokens["prompt"],
            completion_tokens=self._tokens["completion"],
            uncounted=self._uncounted,
            cost=self._cost,
            seconds_left=self._seconds_left(),
        )

    def _add(self, endpoint: str, sent: int, said: int) -> None:
        self._tokens.update(prompt=sent, completion=said)
        price = price_of(self.prices, endpoint)
        if price is None or self._cost is None:
            self._cost = None
        else:
            self._cost += price.of(sent, said)

    def _spent(self, endpoint: str, *, counted: bool) -> str:
        """Say why the budget is spent, or can no longer be watched; empty while it is not."""
        budget = self.budget
        if budget.tokens is not None:
            if not counted:
                return _unwatched(endpoint)
            if (used := self._tokens.total()) >= budget.tokens:
                return f"{used:,} of {budget.tokens:,} tokens are used"
        if budget.cost is not None:
            price = price_of(self.prices, endpoint)
            if price is None or self._cost is None:
                return f"the price of {endpoint} is unknown, so a limit in USD cannot be kept"
            if not counted and (price.input or price.output):
                return _unwatched(endpoint)
            if self._cost >= budget.cost:
                return f"{self._cost:.4g} of {budget.cost:g} USD are used"
        return ""

    def _seconds_left(self) -> float | None:
        taken = self._ends[-1] - self._ends[0]
        if not self._done or taken <= 0:
            return None
        return (self._due - self._done) * taken / (len(self._ends) - 1)


def _unwatched(endpoint: str) -> str:
    return f"{endpoint} does not say how many tokens it used, so no budget can be kept"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"

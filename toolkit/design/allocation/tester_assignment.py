"""Assignment: which personas, scenarios and endpoints a tester meets, from their seat alone.

Testers arrive one by one and some never finish, so no plan may wait for all of them: each seat
takes the next k draws of one endless, balanced sequence (``persona_rotation.py`` says how it is
made and why it holds). Endpoints take turns in rounds of E draws in which each appears once, so
their counts never differ by more than 1. Which way round a round goes is the choice that so far
best evens out how often each persona, each scenario and each pair met each endpoint.
"""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from toolkit.design.allocation.persona_rotation import Pair, rotation
from toolkit.design.studies import Study
from toolkit.errors import DesignError


@dataclass(frozen=True, slots=True)
class Assignment:
    """One conversation asked of one tester."""

    position: int
    """Which of the tester's conversations, from 0."""
    persona_id: str
    scenario_id: str
    endpoint_alias: str


def assign(study: Study, seat: int) -> tuple[Assignment, ...]:
    """Tell what the tester in this seat is asked to do, in order.

    The same study gives the same seat the same conversations on every machine. The order in
    which the study lists personas, scenarios and endpoints does not matter.

    Args:
        study: names personas, scenarios, endpoints, the seed and the number of conversations.
        seat: order of enrolment, from 0.

    Raises:
        DesignError: if ``seat`` is negative.
    """
    if seat < 0:
        raise DesignError(f"assign: got seat {seat}; wanted 0 or more. Count seats from 0.")
    count = study.conversations_per_tester
    pairs, turns = _sequence(
        tuple(sorted(study.personas)),
        tuple(sorted(study.scenarios)),
        tuple(sorted(study.endpoints)),
        count,
        study.seed,
    )
    draws = ((position, seat * count + position) for position in range(count))
    return tuple(
        Assignment(position, *pairs[n % len(pairs)], endpoint_alias=turns.at(n))
        for position, n in draws
    )


@lru_cache(maxsize=8)
def _sequence(
    personas: tuple[str, ...],
    scenarios: tuple[str, ...],
    endpoints: tuple[str, ...],
    count: int,
    seed: int,
) -> "tuple[tuple[Pair, ...], _Turns]":
    pairs = rotation(personas, scenarios, k=count, seed=seed)
    return pairs, _Turns(pairs, endpoints)


class _Turns:
    """Who answers each draw; worked out from the first draw on and remembered."""

    def __init__(self, pairs: tuple[Pair, ...], endpoints: tuple[str, ...]) -> None:
        self._pairs = pairs
        self._endpoints = endpoints
        self._chosen: list[str] = []
        self._met: Counter[tuple[str, ...]] = Counter()

    def at(self, n: int) -> str:
        while len(self._chosen) <= n:
            self._next_round()
        return self._chosen[n]

    def _next_round(self) -> None:
        first, size = len(self._chosen), len(self._endpoints)
        pairs = [self._pairs[n % len(self._pairs)] for n in range(first, first + size)]
        ways = [self._endpoints[start:] + self._endpoints[:start] for start in range(size)]
        # Ties go to the next way each time, so that no endpoint always comes first.
        start = first // size % size
        costs = [(self._cost(pairs, way), way) for way in ways[start:] + ways[:start]]
        best = min(costs, key=itemgetter(0))[1]
        self._chosen += best
        for pair, endpoint in zip(pairs, best, strict=True):
            self._met.update(_meetings(pair, endpoint))

    def _cost(self, pairs: list[Pair], way: tuple[str, ...]) -> int:
        return sum(
            self._met[meeting]
            for pair, endpoint in zip(pairs, way, strict=True)
            for meeting in _meetings(pair, endpoint)
        )


def _meetings(pair: Pair, endpoint: str) -> tuple[tuple[str, ...], ...]:
    return (
        ("persona", pair.persona, endpoint),
        ("scenario", pair.scenario, endpoint),
        ("pair", *pair, endpoint),
    )

"""Rotation of endpoints and replicates over rated replies, and the share that two raters rate.

The replies of a cell (a contrast and an arm) come in one order in which endpoints and replicates
rotate: any first few of them hold every endpoint equally often or differ by 1, and so for
replicates. Raters take them from the front, each reply once; then as many as overlap is planned
take a reply again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import lcm
from operator import itemgetter
from random import Random
from typing import NamedTuple, NoReturn

from toolkit.errors import PlanRefused

Cell = tuple[str, int]
"""A contrast and a color; -1 for all of its arms together."""
TOLERANCE = 0.02
"""How far the share of replies with two raters may be from the plan."""


class ReplySource(NamedTuple):
    """Which of a cell's replies: they all share contrast and arm."""

    alias: str
    replicate: int


class Stock:
    """The replies of each cell in the order in which raters get them, and how many were given out.

    Args:
        aliases: endpoint aliases.
        replicates: how many there are for each.
        draw: where each cell begins.
    """

    def __init__(self, aliases: Sequence[str], replicates: int, draw: Random) -> None:
        self.aliases = aliases
        self.replicates = replicates
        self.orders: dict[Cell, list[ReplySource]] = {}
        self.given: Counter[Cell] = Counter()
        self._draw = draw
        self._begun = 0

    @property
    def size(self) -> int:
        """Replies of one cell."""
        return len(self.aliases) * self.replicates

    def take(self, cell: Cell, ratings: int, again: int) -> list[ReplySource]:
        """Give out replies, new ones first, some of them a second time.

        Args:
            cell: the contrast and color they are of.
            ratings: how many are given out.
            again: how many of these are second ratings of the same replies.
        """
        fresh = ratings - again
        if cell not in self.orders:
            self.orders[cell] = self._order(fresh)
        order, begin = self.orders[cell], self.given[cell]
        self.given[cell] += fresh
        taken = [order[(begin + place) % len(order)] for place in range(fresh)]
        # Second ratings go on in the rotation of endpoints where the first ones ended.
        start = fresh % len(self.aliases)
        return taken + [taken[(start + place) % fresh] for place in range(again)]

    def _order(self, count: int) -> list[ReplySource]:
        """All replies of the next cell, of which the first ``count`` will be rated.

        Consecutive cells go on where the one before stopped, so that endpoints stay even over all
        of them.
        """
        begin, shift = self._begun, int(self._draw.random() * self.replicates)
        self._begun += count
        # After each common multiple the replicates move on by one, so that all pairs come up.
        period = lcm(len(self.aliases), self.replicates)
        return [
            ReplySource(
                self.aliases[(begin + place) % len(self.aliases)],
                (place + place // period + shift) % self.replicates,
            )
            for place in range(self.size)
        ]


def doubles(
    ratings: Mapping[Cell, int], *, size: int, share: float, draw: Random
) -> dict[Cell, int]:
    """Decide how many replies of each cell get a second rater.

    Args:
        ratings: cell to the ratings planned for it.
        size: replies there are of each cell.
        share: replies with two raters, as a share of the rated replies.
        draw: which cells get one more where shares are no whole numbers.

    Raises:
        PlanRefused: if the share cannot be reached within ``TOLERANCE``.
    """
    total = sum(ratings.values())
    wanted = round(total * share / (1 + share))
    least = {cell: max(0, count - size) for cell, count in ratings.items()}
    most = {cell: count // 2 for cell, count in ratings.items()}
    if any(least[cell] > most[cell] for cell in ratings):
        refuse_ratings(max(ratings.values()), size)
    reached = min(max(wanted, sum(least.values())), sum(most.values()))
    if reached != wanted and abs(reached / (total - reached) - share) > TOLERANCE:
        _refuse_overlap(ratings, total, reached, wanted, share, size)
    ideal = {
        cell: count * reached / total + draw.random() * 1e-6 for cell, count in ratings.items()
    }
    given = {cell: min(max(int(ideal[cell]), least[cell]), most[cell]) for cell in ratings}
    missing = reached - sum(given.values())
    way = 1 if missing > 0 else -1
    room = {cell: most[cell] - now if way > 0 else now - least[cell] for cell, now in given.items()}
    steps = [
        (way * (given[cell] + way * step - ideal[cell]), cell)
        for cell in given
        for step in range(1, room[cell] + 1)
    ]
    # Those farthest from their ideal are changed first, by one each time.
    for _, cell in sorted(steps, key=itemgetter(0))[: abs(missing)]:
        given[cell] += way
    return given


def refuse_ratings(largest: int, size: int) -> NoReturn:
    """Say that there are too many ratings for the replies of a contrast and arm.

    Args:
        largest: ratings planned for one of them.
        size: replies there are of each.

    Raises:
        PlanRefused: always.
    """
    raise PlanRefused(
        f"assignment: got {largest} ratings for a contrast and arm that has {size} replies; wanted "
        f"no reply rated by more than two raters. Set replicates so that there are at least "
        f"{-(-largest // 2)} replies of each contrast and arm, or plan fewer raters or items."
    )


def _refuse_overlap(
    ratings: Mapping[Cell, int], total: int, reached: int, wanted: int, share: float, size: int
) -> None:
    got = f"{reached / (total - reached):.0%}"
    if reached < wanted:
        enough = -(-round(len(ratings) * (1 + share) * 1_000) // 1_000)
        raise PlanRefused(
            f"assignment: got {total} ratings over {len(ratings)} pairs of contrast and arm, of "
            f"which at most {got} of the replies can have two raters; wanted an overlap of "
            f"{share:.0%}. Plan at least {enough} ratings (raters times items), fewer contrasts, "
            "or a smaller overlap."
        )
    largest = max(ratings.values())
    raise PlanRefused(
        f"assignment: got {size} replies of each contrast and arm for up to {largest} ratings, so "
        f"that at least {got} of the replies have two raters; wanted an overlap of {share:.0%}. "
        "Set more replicates, plan fewer raters or items, or a larger overlap."
    )

"""Incomplete block design: which contrasts each rater meets, rotating over many scenarios.

Every rater gets the same number of contrasts, no contrast twice. Each takes those that fewest
earlier raters have, spread over scenarios, so that contrasts are met equally often or differ by 1.
Blocks that share nothing are then joined by exchanging two contrasts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from random import Random

Rows = list[list[str]]
"""A rater's contrasts, one list a seat."""


def deal_blocks(
    contrasts: Sequence[str],
    *,
    raters: int,
    per_rater: int,
    scenarios: Mapping[str, str],
    draw: Random,
) -> Rows:
    """Give each rater ``per_rater`` different contrasts, each contrast to as many raters.

    Args:
        contrasts: their ids.
        raters: how many seats.
        per_rater: contrasts a rater, at most as many as there are.
        scenarios: contrast id to scenario id.
        draw: where free choices come from.
    """
    met: Counter[str] = Counter(dict.fromkeys(contrasts, 0))
    rows: Rows = [[] for _ in range(raters)]
    for row in rows:
        order = sorted(shuffled(contrasts, draw), key=met.__getitem__)
        row += _varied(order, met, scenarios, per_rater)
        met.update(row)
    _join(rows)
    return rows


def shuffled(items: Sequence[str], draw: Random) -> list[str]:
    """Shuffle through ``random()`` alone, the one method whose sequence is promised to stay.

    Args:
        items: what is shuffled; not changed.
        draw: where the order comes from.
    """
    keys = [draw.random() for _ in items]
    return [items[index] for index in sorted(range(len(items)), key=keys.__getitem__)]


def _varied(
    order: Sequence[str], met: Mapping[str, int], scenarios: Mapping[str, str], wanted: int
) -> list[str]:
    """Take the least met; among those as many scenarios as there are."""
    taken: list[str] = []
    for _, level in groupby(order, key=met.__getitem__):
        seen = Counter(scenarios[name] for name in taken)
        ranked: list[tuple[int, str]] = []
        for name in level:
            ranked.append((seen[scenarios[name]], name))
            seen[scenarios[name]] += 1
        ranked.sort(key=lambda pair: pair[0])
        taken += [name for _, name in ranked[: wanted - len(taken)]]
    return taken


def _join(rows: Rows) -> None:
    """Exchange contrasts between groups of raters that share none, while that can be done."""
    while True:
        groups, spare = groups_of(rows)
        exchange = _exchange(groups, spare, rows)
        if exchange is None:
            return
        (seat, old), (other, new) = exchange
        rows[seat][rows[seat].index(old)] = new
        rows[other][rows[other].index(new)] = old


def groups_of(rows: Rows) -> tuple[list[list[int]], list[tuple[int, str]]]:
    """Sort seats into groups that share contrasts.

    Returns:
        The groups, and seats with a contrast that they could give up without splitting a group.
    """
    holders: dict[str, list[int]] = {}
    for seat, row in enumerate(rows):
        for name in row:
            holders.setdefault(name, []).append(seat)
    groups, spare = [], []
    unseen = dict.fromkeys(range(len(rows)))
    while unseen:
        group, known = [next(iter(unseen))], set[str]()
        del unseen[group[0]]
        # Links that reach neither a new rater nor a new contrast close a circle.
        tree: set[tuple[int, str]] = set()
        for seat in group:
            for name in rows[seat]:
                if name not in known:
                    known.add(name)
                    tree.add((seat, name))
                    fresh = [one for one in holders[name] if one in unseen]
                    for one in fresh:
                        del unseen[one]
                        tree.add((one, name))
                    group += fresh
        spare += [(one, name) for one in group for name in rows[one] if (one, name) not in tree]
        groups.append(group)
    return groups, spare


def _exchange(
    groups: Sequence[Sequence[int]], spare: Sequence[tuple[int, str]], rows: Rows
) -> tuple[tuple[int, str], tuple[int, str]] | None:
    if len(groups) < 2:
        return None
    of = {seat: number for number, group in enumerate(groups) for seat in group}
    for seat, old in spare:
        for other, row in enumerate(rows):
            if of[other] != of[seat] and row:
                return (seat, old), (other, row[0])
    return None

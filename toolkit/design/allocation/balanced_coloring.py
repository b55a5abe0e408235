"""Balanced edge coloring of a bipartite graph over nested sets (D. de Werra 1971).

A **link** joins something on the left (a rater) with something on the right (a contrast). Each
side is described by a path, such as ``(scenario, contrast)``: links that share the beginning of a
path are a set, and sets nest. Whatever is dealt out here (arms, halves of a sitting, sides of a
pair) differs by at most one in *every* such set of *both* sides, at the same time.

That this can always be done is a theorem on bipartite graphs. In two colors: let every link have
one partner on its left and one on its right, each within the smallest set that still has two
links to spare. Following partners gives paths and cycles; left and right take turns, so cycles
are even and partners can get opposite colors throughout. In each set all links but at most one
then have a partner of the other color inside it. In more colors: any two colors may be dealt anew
among their own links; each time this evens out a set the sum of squared counts shrinks, so it
ends, and where it ends every two colors are even.

ReplySource: D. de Werra (1971), "Balanced schedules", INFOR 9, 230-237.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from random import Random

Path = tuple[str | int, ...]
"""Nested sets a link belongs to on one side, the widest first; all paths of a side are as long."""


def halved(left: Sequence[Path], right: Sequence[Path], draw: Random) -> list[bool]:
    """Deal links into two halves that are even in every set of both sides.

    Args:
        left: one path a link.
        right: one path a link, of the same link in the same place.
        draw: where free choices come from.

    Returns:
        One truth value a link; in each set as many are true as false, or one more or fewer.
    """
    return _Sides(left, right).halved(range(len(left)), draw)


def dealt(left: Sequence[Path], right: Sequence[Path], count: int, draw: Random) -> list[int]:
    """Deal ``count`` colors to links, as even in every set of both sides as whole numbers allow.

    Args:
        left: one path a link.
        right: one path a link.
        count: how many colors, at least 1.
        draw: where free choices come from.

    Returns:
        A color from 0 to ``count - 1`` a link; in each set counts differ by at most 1.
    """
    sides, colors = _Sides(left, right), [0] * len(left)
    _deal(sides, list(range(len(left))), range(count), colors, draw)
    return colors


def even_out(
    left: Sequence[Path], right: Sequence[Path], palette: Iterable[int], colors: list[int]
) -> None:
    """Deal some colors anew among their own links until every two are even in every set.

    Args:
        left: one path a link.
        right: one path a link.
        palette: the colors concerned.
        colors: a color a link; changed in place, as little as possible.
    """
    _even_pairs(_Sides(left, right), range(len(left)), palette, colors)


def _deal(
    sides: "_Sides", links: list[int], palette: range, colors: list[int], draw: Random
) -> None:
    """Halve links and colors while the colors are even in number, then even out pairs."""
    if len(palette) % 2:
        for link in links:
            colors[link] = palette[int(draw.random() * len(palette))]
        _even_pairs(sides, links, palette, colors)
        return
    first = sides.halved(links, draw)
    middle = len(palette) // 2
    for value, part in ((True, palette[:middle]), (False, palette[middle:])):
        chosen = [link for link, here in zip(links, first, strict=True) if here is value]
        _deal(sides, chosen, part, colors, draw)


def _even_pairs(
    sides: "_Sides", links: Sequence[int], palette: Iterable[int], colors: list[int]
) -> None:
    pairs = list(combinations(palette, 2))
    settled = 0
    while settled < len(pairs):
        for pair in pairs:
            both = [link for link in links if colors[link] in pair]
            values = [colors[link] == pair[1] for link in both]
            changed = sides.even_halves(both, values)
            for link, value in zip(both, values, strict=True):
                colors[link] = pair[value]
            settled = 0 if changed else settled + 1


class _Sides:
    """Which sets each link belongs to, on the left and on the right."""

    def __init__(self, left: Sequence[Path], right: Sequence[Path]) -> None:
        self._levels = _levels(left), _levels(right)

    def halved(self, links: Sequence[int], draw: Random) -> list[bool]:
        values = [draw.random() < 0.5 for _ in links]
        self.even_halves(links, values)
        return values

    def even_halves(self, links: Sequence[int], values: list[bool]) -> bool:
        """Make values even in every set, keeping many; tell whether any set was uneven."""
        (lefts, even_left), (rights, even_right) = (
            _partners([[level[link] for link in links] for level in levels], values)
            for levels in self._levels
        )
        if even_left and even_right:
            return False
        seen = [False] * len(values)
        for link in range(len(values)):
            if not seen[link]:
                chain = [*reversed(_followed(link, rights, lefts, seen)), link]
                seen[link] = True
                chain += _followed(link, lefts, rights, seen)
                _alternate(chain, values)
        return True


def _levels(paths: Sequence[Path]) -> list[list[int]]:
    """Number the sets of each depth, the smallest sets first; a level is a set a link."""
    depths = range(len(paths[0]) if paths else 0, -1, -1)
    numbers: list[dict[Path, int]] = [{} for _ in depths]
    return [
        [number.setdefault(path[:depth], len(number)) for path in paths]
        for depth, number in zip(depths, numbers, strict=True)
    ]


def _followed(link: int, first: list[int], second: list[int], seen: list[bool]) -> list[int]:
    """Links met from partner to partner, the first on one side, the next on the other."""
    met: list[int] = []
    start, link = link, first[link]
    while link not in (-1, start) and not seen[link]:
        seen[link] = True
        met.append(link)
        first, second = second, first
        link = first[link]
    return met


def _alternate(chain: list[int], values: list[bool]) -> None:
    """Give opposite values along the chain, in the way that changes fewer of them."""
    agreeing = sum(values[link] is (place % 2 == 0) for place, link in enumerate(chain))
    value = agreeing * 2 >= len(chain)
    for link in chain:
        values[link] = value
        value = not value


def _partners(levels: Sequence[Sequence[int]], values: Sequence[bool]) -> tuple[list[int], bool]:
    """Pair links within the smallest set possible, links of opposite values first.

    Returns:
        The partner of each link, -1 for one left over, and whether all partners are opposite.
    """
    partners = [-1] * len(values)
    even = True
    waiting: Iterable[int] = range(len(values))
    for level in levels:
        piles: dict[int, list[int]] = {}
        for link in waiting:
            pile = piles.get(level[link])
            if pile is None:
                piles[level[link]] = [link]
            elif pile and values[pile[-1]] is not values[link]:
                other = pile.pop()
                partners[link], partners[other] = other, link
            else:
                pile.append(link)
        left_over: list[int] = []
        for pile in piles.values():
            if len(pile) > 1:
                even = False
                for one, other in zip(pile[::2], pile[1::2], strict=False):
                    partners[one], partners[other] = other, one
            if len(pile) % 2:
                left_over.append(pile[-1])
        waiting = left_over
    return partners, even

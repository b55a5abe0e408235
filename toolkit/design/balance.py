"""Dealing things out evenly in two directions at once.

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

Source: D. de Werra (1971), "Balanced schedules", INFOR 9, 230-237.
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
    values = [draw.random() < 0.5 for _ in left]
    _even_halves(left, right, values)
    return values


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
    colors = [0] * len(left)
    _deal(list(range(len(left))), left, right, range(count), colors, draw)
    return colors


def _deal(
    links: list[int],
    left: Sequence[Path],
    right: Sequence[Path],
    palette: range,
    colors: list[int],
    draw: Random,
) -> None:
    """Halve links and colors while the colors are even in number, then even out pairs."""
    if len(palette) % 2:
        for link in links:
            colors[link] = palette[int(draw.random() * len(palette))]
        even_out(links, left, right, palette, colors)
        return
    first = halved([left[one] for one in links], [right[one] for one in links], draw)
    middle = len(palette) // 2
    for value, part in ((True, palette[:middle]), (False, palette[middle:])):
        chosen = [link for link, here in zip(links, first, strict=True) if here is value]
        _deal(chosen, left, right, part, colors, draw)


def even_out(
    links: Sequence[int],
    left: Sequence[Path],
    right: Sequence[Path],
    palette: Iterable[int],
    colors: list[int],
) -> None:
    """Deal pairs of colors anew among their own links until every two are even in every set.

    Args:
        links: the links concerned.
        left: a path for every link there is.
        right: a path for every link there is.
        palette: the colors concerned.
        colors: a color for every link there is; changed in place, as little as possible.
    """
    pairs = list(combinations(palette, 2))
    settled = 0
    while settled < len(pairs):
        for pair in pairs:
            both = [link for link in links if colors[link] in pair]
            values = [colors[link] == pair[1] for link in both]
            changed = _even_halves([left[x] for x in both], [right[x] for x in both], values)
            for link, value in zip(both, values, strict=True):
                colors[link] = pair[value]
            settled = 0 if changed else settled + 1


def _even_halves(left: Sequence[Path], right: Sequence[Path], values: list[bool]) -> bool:
    """Make values even in every set, keeping most of them; tell whether any set was uneven."""
    (lefts, even_left), (rights, even_right) = _partners(left, values), _partners(right, values)
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
    even = agreeing * 2 >= len(chain)
    for place, link in enumerate(chain):
        values[link] = (place % 2 == 0) is even


def _partners(paths: Sequence[Path], values: Sequence[bool]) -> tuple[list[int], bool]:
    """Pair links within the smallest set possible, links of opposite values first.

    Returns:
        The partner of each link, -1 for one left over, and whether all partners are opposite.
    """
    partners = [-1] * len(paths)
    even = True
    waiting: Iterable[int] = range(len(paths))
    for depth in range(len(paths[0]) if paths else 0, -1, -1):
        piles: dict[Path, list[int]] = {}
        for link in waiting:
            pile = piles.setdefault(paths[link][:depth], [])
            if pile and values[pile[-1]] is not values[link]:
                partners[link] = pile.pop()
                partners[partners[link]] = link
            else:
                pile.append(link)
        even = even and all(len(pile) < 2 for pile in piles.values())
        waiting = [link for pile in piles.values() for link in _paired(pile, partners)]
    return partners, even


def _paired(pile: list[int], partners: list[int]) -> list[int]:
    """Pair what lies in the pile; returns the one that is left over, if any."""
    for one, other in zip(pile[::2], pile[1::2], strict=False):
        partners[one], partners[other] = other, one
    return pile[-1:] if len(pile) % 2 else []

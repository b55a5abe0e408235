"""Cyclic rotation of persona-scenario pairs: the endless sequence from which every seat draws.

With P personas, S scenarios, k draws a tester and g = gcd(P, S), the sequence is such that

* any P x S consecutive draws hold every pair exactly once;
* after any number of draws, counts differ by at most 1 between personas, and between scenarios;
* no tester, whose draws are n = seat * k ... seat * k + k - 1, meets anybody or anything twice.

**How.** Personas are dealt into g classes of P/g, scenarios into g classes of S/g. The sequence
repeats every P x S draws and consists of g blocks of L = lcm(P, S). In block q personas come round
in one cycle of length P and scenarios in one of length S, class after class in the same order, but
the scenario class is q further on than the persona class. By the Chinese remainder theorem, L
draws of two cycles of lengths P and S go once through every pair of positions that agree modulo
g: so block q holds every pair of (class c, class c + q) once, and the g blocks together hold every
pair. L is a multiple of P and of S, so a block begins and ends in balance, and inside it every
prefix of a cycle is balanced too. Any k draws within a cycle are distinct because k <= min(P, S).

**Variety.** Block q begins with class q, and the order within each class is drawn from the seed,
anew in each block. When k divides P, personas of one class whose places agree modulo S/g also
change places from one cycle to the next, as they still meet every scenario of the class once. So
testers meet ever different sets of personas. One case is left without this variety: when P < S,
g = 1 and k divides P, the same P/k sets of personas come again and again.

**Positions.** When k divides g, as in the pilot (24, 18, 3), a class and so each of its personas
comes equally often first, second, ... last in a sitting, over one period; otherwise not always.

**Borders.** When k does not divide L, a tester may straddle two blocks; orders are then redrawn
until such testers meet nothing twice. Should that fail, all blocks keep one order, which always
works: a scenario would have to return after S - 1 draws, within a tester only if k = S, and then k
divides L.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import gcd, lcm
from typing import NamedTuple, TypeVar

from toolkit.canon import content_hash

Listed = TypeVar("Listed")
_REDRAWS = 60


class Pair(NamedTuple):
    """One persona in one scenario."""

    persona: str
    scenario: str


class _Block(NamedTuple):
    """One block: personas and scenarios by class, class by class in the block's order."""

    people: list[list[str]]
    situations: list[list[str]]

    @property
    def cycles(self) -> tuple[list[str], list[str]]:
        return _interleaved(self.people), _interleaved(self.situations)


def rotation(
    personas: Sequence[str], scenarios: Sequence[str], *, k: int, seed: int
) -> tuple[Pair, ...]:
    """Make one period of the sequence: P x S pairs, each once; after it, it repeats.

    Args:
        personas: ids; their order matters.
        scenarios: ids; their order matters.
        k: draws a tester, at most the smaller of both counts.
        seed: what the orders are drawn from.
    """
    people = _shuffled(personas, seed, "personas")
    situations = _shuffled(scenarios, seed, "scenarios")
    pairs: list[Pair] = []
    for number, block in enumerate(_blocks(people, situations, k, seed)):
        pairs += _draws(block, k, (seed, number))
    return tuple(pairs)


def _blocks(people: list[str], situations: list[str], k: int, seed: int) -> list[_Block]:
    count = gcd(len(people), len(situations))
    straddling = lcm(len(people), len(situations)) % k != 0
    blocks: list[_Block] = []
    for number in range(count):
        for redraw in range(_REDRAWS):
            block = _block(people, situations, number, (seed, number, redraw))
            closing = blocks[:1] if number == count - 1 else []
            if not straddling or _no_repeat([*blocks[-1:], block, *closing], k):
                blocks.append(block)
                break
        else:
            return [_block(people, situations, one, None) for one in range(count)]
    return blocks


def _block(
    people: list[str], situations: list[str], number: int, label: tuple[int, ...] | None
) -> _Block:
    """Order the members of each class as ``label`` says; without one, leave all as dealt."""
    count = gcd(len(people), len(situations))
    first = 0 if label is None else number
    classes = [(first + one) % count for one in range(count)]
    partners = [(one + number) % count for one in classes]
    return _Block(
        [_ordered(people[one::count], label, "personas", one) for one in classes],
        [_ordered(situations[one::count], label, "scenarios", one) for one in partners],
    )


def _ordered(items: list[Listed], label: tuple[int, ...] | None, *more: str | int) -> list[Listed]:
    return items if label is None else _shuffled(items, *label, *more)


def _no_repeat(blocks: list[_Block], k: int) -> bool:
    """Whether any k draws across the borders of these blocks, in this order, are distinct."""
    for before, after in pairwise(blocks):
        for old, new in zip(before.cycles, after.cycles, strict=True):
            border = [*old[1 - k :], *new[: k - 1]]
            windows = (border[start : start + k] for start in range(len(border) - k + 1))
            if any(len(set(window)) < k for window in windows):
                return False
    return True


def _draws(block: _Block, k: int, label: tuple[int, ...]) -> list[Pair]:
    situations = _interleaved(block.situations)
    cycles = lcm(_size(block.people), len(situations)) // _size(block.people)
    personas: list[str] = []
    for cycle in range(cycles):
        personas += _interleaved(_exchanged(block, k, (*label, cycle)))
    return [Pair(who, situations[x % len(situations)]) for x, who in enumerate(personas)]


def _exchanged(block: _Block, k: int, label: tuple[int, ...]) -> list[list[str]]:
    """Let personas whose places agree modulo S/g change places, where nobody straddles."""
    if _size(block.people) % k:
        return block.people
    step = len(block.situations[0])
    rows = [list(row) for row in block.people]
    for number, row in enumerate(rows):
        for start in range(min(step, len(row))):
            row[start::step] = _shuffled(row[start::step], *label, "cycle", number, start)
    return rows


def _size(rows: list[list[str]]) -> int:
    return sum(len(row) for row in rows)


def _interleaved(rows: Sequence[Sequence[Listed]]) -> list[Listed]:
    return [row[place] for place in range(len(rows[0])) for row in rows]


def _shuffled(items: Sequence[Listed], *label: str | int) -> list[Listed]:
    # Sorting by hash, because no library promises the same shuffle in its next version.
    keys = [content_hash([*label, index]) for index in range(len(items))]
    return [items[index] for index in sorted(range(len(items)), key=keys.__getitem__)]

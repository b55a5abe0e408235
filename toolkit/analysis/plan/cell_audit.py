"""Small-cell audit: which numbers may stand side by side without giving a few people's answers.

A published number rests on a set of cells; a *cell* is one outcome of one reply, and holds the
judgments of the people who rated it. Adding and subtracting numbers gives further sums: the row
space of the table of numbers by judgments. A sum in it that rests on fewer people than the minimum
is a leak, and a number that it needs is withheld. This is complementary suppression, with the
exact linear audit of D. Denning and J. Schlörer 1983 (Computer 16, 69-82) in place of rules for
margins; over the numbers of several releases it prevents differencing.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Cell = tuple[str, str]
"""An outcome and the id of a reply."""
Judges = Mapping[str, str]
"""Who judged a cell, each with the id of their judgment."""
_Number = tuple[int, str]
"""Which release, and the name in it."""
_LEAK = 1 - 1e-7
"""How much of a sum lies in the row space, from which on it can be worked out."""
_NONE = 1e-7
"""Weights below this are rounding."""
_MOST = 200_000
"""Groups of people that are looked at one by one."""


class Published(NamedTuple):
    """What one release says: its numbers, and whose judgments they rest on."""

    numbers: Mapping[str, frozenset[Cell]]
    """Name of a number to the cells it rests on."""
    judges: Mapping[Cell, Judges]


class _Atom(NamedTuple):
    """Judgments that stand in exactly the same numbers: no sum tells them apart."""

    numbers: frozenset[_Number]
    who: frozenset[str]


def withheld(new: Published, earlier: Sequence[Published] = (), *, minimum: int) -> frozenset[str]:
    """Choose the numbers of a release that may not be given as they are.

    Args:
        new: everything that would be given.
        earlier: what was released before, which cannot be taken back.
        minimum: fewest people that anything worked out may rest on.

    Returns:
        Names of numbers in ``new``; from the others and ``earlier`` no sum about fewer people can
        be worked out.
    """
    shown = {
        name: cells
        for name, cells in new.numbers.items()
        if len({who for cell in cells for who in new.judges.get(cell, ())}) >= minimum
    }
    last = len(earlier)
    while True:
        atoms = _atoms([*earlier, Published(shown, new.judges)])
        needed = _first_leak(atoms, last, minimum)
        if not needed:
            return frozenset(new.numbers) - frozenset(shown)
        # What rests on the least is missed the least.
        del shown[min(needed, key=lambda name: (len(shown[name]), name))]


def _atoms(releases: Sequence[Published]) -> list[_Atom]:
    holding: dict[tuple[Cell, str, str], set[_Number]] = {}
    for at, release in enumerate(releases):
        for name, cells in release.numbers.items():
            for cell in cells:
                for who, judgment in release.judges.get(cell, {}).items():
                    holding.setdefault((cell, who, judgment), set()).add((at, name))
    people: dict[frozenset[_Number], set[str]] = {}
    for (_, who, _), numbers in holding.items():
        people.setdefault(frozenset(numbers), set()).add(who)
    return [_Atom(numbers, frozenset(who)) for numbers, who in people.items()]


def _first_leak(atoms: Sequence[_Atom], last: int, minimum: int) -> frozenset[str]:
    """Find the new numbers that one leak is worked out from; none when there is no leak."""
    few = [at for at, one in enumerate(atoms) if len(one.who) < minimum]
    if not few:
        return frozenset()
    names = sorted({name for one in atoms for name in one.numbers})
    place = {name: at for at, name in enumerate(names)}
    table = np.zeros((len(names), len(atoms)))
    for at, one in enumerate(atoms):
        table[[place[name] for name in one.numbers], at] = 1
    known = {tuple(row) for (at, _), row in zip(names, table, strict=True) if at < last}
    # What an earlier release says already adds nothing.
    added = np.array(
        [at == last and tuple(row) not in known for (at, _), row in zip(names, table, strict=True)]
    )
    inverse = np.linalg.pinv(table)
    # Of a sum over some atoms alone, the largest part that the row space holds.
    within = inverse @ table
    for group in _groups([atoms[at].who for at in few], minimum):
        inside = [at for at in few if atoms[at].who <= group]
        parts, vectors = np.linalg.eigh(_symmetric(within[np.ix_(inside, inside)]))
        if parts[-1] > _LEAK:
            used = np.abs(vectors[:, -1] @ inverse[inside]) * added
            if used.max() > _NONE:
                return frozenset(names[at][1] for at in np.flatnonzero(used > used.max() / 4))
    return frozenset()


def _groups(few: Sequence[frozenset[str]], minimum: int) -> list[frozenset[str]]:
    """List the largest groups of fewer people than the minimum that atoms together make."""
    found = set(few)
    edge = found
    while edge and len(found) < _MOST:
        edge = {
            joined
            for group in edge
            if len(group) < minimum - 1
            for one in few
            if len(joined := group | one) < minimum
        } - found
        found |= edge
    return sorted(found, key=lambda one: (-len(one), sorted(one)))


def _symmetric(table: NDArray[np.float64]) -> NDArray[np.float64]:
    half: NDArray[np.float64] = (table + table.T) / 2
    return half

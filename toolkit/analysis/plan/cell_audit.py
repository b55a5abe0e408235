"""Small-cell audit: which numbers may stand side by side without giving a few people's answers.

A published number rests on a set of cells; a *cell* is one outcome of one reply, and holds the
judgments of the people who rated it. Whatever is worked out from several numbers by adding and
subtracting rests on whole *atoms*: judgments that stand in exactly the same numbers. So nothing
about fewer people than the minimum can be worked out once every atom has as many. This is
complementary suppression (L. Willenborg and T. de Waal 2001, Elements of Statistical Disclosure
Control, chapter 4); the same rule over the numbers of several releases prevents differencing.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

Cell = tuple[str, str]
"""An outcome and the id of a reply."""
Judges = Mapping[str, str]
"""Who judged a cell, each with the id of their judgment."""


class Published(NamedTuple):
    """What one release says: its numbers, and whose judgments they rest on."""

    numbers: Mapping[str, frozenset[Cell]]
    """Name of a number to the cells it rests on."""
    judges: Mapping[Cell, Judges]


class _Piece(NamedTuple):
    """Judgments of one cell that were in the same releases."""

    cell: Cell
    is_new: bool
    before: frozenset[tuple[int, str]]
    """Numbers of earlier releases that rest on them."""
    who: frozenset[str]


class _Small(NamedTuple):
    """An atom of too few people, and the new numbers by which it could be joined to others."""

    who: frozenset[str]
    candidates: frozenset[str]


def withheld(new: Published, earlier: Sequence[Published] = (), *, minimum: int) -> frozenset[str]:
    """Choose the numbers of a release that may not be given as they are.

    Args:
        new: everything that would be given.
        earlier: what was released before, which cannot be taken back.
        minimum: fewest people that anything worked out may rest on.

    Returns:
        Names of numbers in ``new``; the others, with ``earlier``, give nothing about fewer people.
    """
    shown = {
        name: cells
        for name, cells in new.numbers.items()
        if len({who for cell in cells for who in new.judges.get(cell, ())}) >= minimum
    }
    pieces = _pieces(new, earlier)
    while small := _small(pieces, shown, minimum):
        named = set().union(*(one.candidates for one in small))
        # What rests on the least is missed the least.
        del shown[min(named, key=lambda name: (len(shown[name]), name))]
    return frozenset(new.numbers) - frozenset(shown)


def _pieces(new: Published, earlier: Sequence[Published]) -> list[_Piece]:
    """Split every cell by the releases that its judgments were in."""
    releases = [*earlier, new]
    met: dict[tuple[Cell, str, str], set[int]] = {}
    for at, release in enumerate(releases):
        for cell, judges in release.judges.items():
            for who, judgment in judges.items():
                met.setdefault((cell, who, judgment), set()).add(at)
    grouped: dict[tuple[Cell, frozenset[int]], set[str]] = {}
    for (cell, who, _), known in met.items():
        grouped.setdefault((cell, frozenset(known)), set()).add(who)
    holding = [_holding(one.numbers) for one in earlier]
    return [
        _Piece(
            cell,
            len(earlier) in known,
            frozenset(
                (at, name)
                for at, names in enumerate(holding)
                if at in known
                for name in names.get(cell, ())
            ),
            frozenset(who),
        )
        for (cell, known), who in grouped.items()
    ]


def _holding(numbers: Mapping[str, frozenset[Cell]]) -> dict[Cell, set[str]]:
    """Cell to the numbers that rest on it."""
    found: dict[Cell, set[str]] = {}
    for name, cells in numbers.items():
        for cell in cells:
            found.setdefault(cell, set()).add(name)
    return found


def _small(
    pieces: Sequence[_Piece], shown: Mapping[str, frozenset[Cell]], minimum: int
) -> list[_Small]:
    """Find the atoms of too few people that a new number helps to work out."""
    holding = {cell: frozenset(names) for cell, names in _holding(shown).items()}
    none: frozenset[str] = frozenset()
    atoms: dict[tuple[frozenset[tuple[int, str]], frozenset[str]], set[str]] = {}
    beside: dict[tuple[frozenset[tuple[int, str]], frozenset[str]], set[str]] = {}
    for piece in pieces:
        here = holding.get(piece.cell, none)
        key = (piece.before, here if piece.is_new else none)
        if any(key):
            atoms.setdefault(key, set()).update(piece.who)
            beside.setdefault(key, set()).update(here)
    joining: dict[tuple[frozenset[tuple[int, str]], frozenset[str]], set[str]] = {}
    for before, names in atoms:
        for name in names:
            joining.setdefault((before, names - {name}), set()).add(name)
    return [
        _Small(frozenset(who), frozenset(beside[key] | joining.get(key, set())))
        for key, who in atoms.items()
        if len(who) < minimum and (beside[key] or joining.get(key))
    ]

"""Connectedness of an incomplete design (Eccleston & Hedayat 1974): raters, contrasts and arms.

Each rating links one rater, one contrast and one arm. A plan is *connected* when every difference
between two raters, two contrasts or two arms can be told free of the others, that is, when the
model ``rating = rater + contrast + arm`` has full rank: raters + contrasts + arms - 2.

ReplySource: J. A. Eccleston and A. Hedayat (1974), "On the theory of connected designs", Annals of
Statistics 2, 1238-1255.
"""

from collections.abc import Iterable, Sequence

from toolkit.design.allocation.incomplete_blocks import groups_of

Rating = tuple[int, str, str]
"""Seat, contrast and arm of one planned rating."""
_PRIME = (1 << 61) - 1
"""Modulo which the rank is taken: exact, and no number grows."""

_Row = dict[tuple[int, str], int]


def groups_of_ratings(ratings: Iterable[Rating]) -> int:
    """Count the groups of raters and contrasts that share no rating."""
    rows: dict[int, dict[str, None]] = {}
    for seat, contrast, _ in ratings:
        rows.setdefault(seat, {})[contrast] = None
    return len(groups_of([list(row) for row in rows.values()])[0])


def is_connected(ratings: Sequence[Rating]) -> bool:
    """Tell whether raters, contrasts and arms can all be told apart: whether the rank is full."""
    # Raters are eliminated first, each by one rating; what is left must compare all else.
    seats: dict[int, _Row] = {}
    basis: dict[tuple[int, str], _Row] = {}
    wanted = len({one for _, *rest in ratings for one in enumerate(rest)}) - 2
    for seat, *rest in ratings:
        row = dict.fromkeys(enumerate(rest), 1)
        if seat not in seats:
            seats[seat] = row
        elif len(basis) < wanted:
            row = _less(row, seats[seat], 1)
            while row and (pivot := min(row)) in basis:
                row = _less(row, basis[pivot], row[pivot])
            if row:
                inverse = pow(row[pivot], -1, _PRIME)
                basis[pivot] = {one: value * inverse % _PRIME for one, value in row.items()}
    return len(basis) == wanted


def _less(row: _Row, other: _Row, times: int) -> _Row:
    found = row | {one: row.get(one, 0) - times * value for one, value in other.items()}
    return {one: rest for one, value in found.items() if (rest := value % _PRIME)}

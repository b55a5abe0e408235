"""Connectedness of an incomplete design (Eccleston & Hedayat 1974): raters, contrasts and arms.

Each rating links one rater, one contrast and one arm. A plan is *connected* when every difference
between two raters, two contrasts or two arms can be told free of the others, that is, when the
model ``rating = rater + contrast + arm`` has full rank: raters + contrasts + arms - 2.

Raters and contrasts must be one graph; a tree of it then fixes all of them but for the arms, and
every rating outside the tree closes a circle that compares arms. The circles must compare all.

Source: J. A. Eccleston and A. Hedayat (1974), "On the theory of connected designs", Annals of
Statistics 2, 1238-1255.
"""

from collections import deque
from collections.abc import Iterable, Sequence

Rating = tuple[int, str, str]
"""Seat, contrast and arm of one planned rating."""
_PRIME = (1 << 61) - 1
_Row = dict[str, int]


def groups_of_ratings(ratings: Sequence[Rating]) -> int:
    """Count the groups of raters and contrasts that share no rating."""
    return len(_trees(ratings)[0])


def is_connected(ratings: Sequence[Rating]) -> bool:
    """Tell whether raters, contrasts and arms can all be told apart."""
    roots, fixed, circles = _trees(ratings)
    arms = {arm for _, _, arm in ratings}
    return len(roots) == 1 and _compares(circles, fixed, len(arms) - 1)


_Node = tuple[str, int | str]


def _trees(
    ratings: Sequence[Rating],
) -> tuple[list[_Node], dict[_Node, _Row], list[Rating]]:
    """Grow a tree through each group: its roots, what each node owes to arms, the other ratings."""
    touching: dict[_Node, list[int]] = {}
    for index, (seat, contrast, _) in enumerate(ratings):
        touching.setdefault(("rater", seat), []).append(index)
        touching.setdefault(("contrast", contrast), []).append(index)
    roots, fixed, used = [], dict[_Node, _Row](), set[int]()
    for root in touching:
        if root in fixed:
            continue
        roots.append(root)
        fixed[root] = {}
        queue = deque([root])
        while queue:
            node = queue.popleft()
            for index in touching[node]:
                other = _other(ratings[index], node)
                if other not in fixed:
                    used.add(index)
                    fixed[other] = _sum(({ratings[index][2]: 1}, fixed[node]), sign=-1)
                    queue.append(other)
    return roots, fixed, [one for index, one in enumerate(ratings) if index not in used]


def _other(rating: Rating, node: _Node) -> _Node:
    seat, contrast, _ = rating
    return ("contrast", contrast) if node == ("rater", seat) else ("rater", seat)


def _sum(rows: Iterable[_Row], *, sign: int = 1) -> _Row:
    total: _Row = {}
    for row in rows:
        for arm, value in row.items():
            total[arm] = total.get(arm, 0) + sign * value
    return {arm: value for arm, value in total.items() if value}


def _compares(circles: Iterable[Rating], fixed: dict[_Node, _Row], wanted: int) -> bool:
    """Whether the circles' differences between arms have rank ``wanted`` (modulo a prime)."""
    basis: dict[str, _Row] = {}
    for seat, contrast, arm in circles:
        if len(basis) == wanted:
            break
        parts = ({arm: 1}, fixed["rater", seat], fixed["contrast", contrast])
        row = {name: value % _PRIME for name, value in _sum(parts).items()}
        for pivot in basis:
            if row.get(pivot):
                factor = _PRIME - row[pivot]
                scaled = {name: value * factor for name, value in basis[pivot].items()}
                reduced = _sum((row, scaled))
                row = {name: rest for name, value in reduced.items() if (rest := value % _PRIME)}
        if row:
            pivot = min(row)
            inverse = pow(row[pivot], -1, _PRIME)
            basis[pivot] = {name: value * inverse % _PRIME for name, value in row.items()}
    return len(basis) == wanted

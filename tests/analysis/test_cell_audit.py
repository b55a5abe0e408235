"""What an attacker can work out of published sums, before and after the small-cell audit.

The attacker knows who judged what, the cells of every number, and all numbers of all releases
exactly. By linear algebra they find every combination of numbers; one that rests on fewer people
than the minimum is a leak.
"""

from itertools import combinations
from random import Random

import numpy as np
import pytest

from toolkit.analysis import Published
from toolkit.analysis.plan.cell_audit import withheld


def leaks(releases: list[Published], minimum: int) -> bool:
    """Whether some combination of all numbers rests on fewer people than the minimum."""
    judgments = sorted(
        {
            (cell, who, judgment)
            for one in releases
            for cell, judges in one.judges.items()
            for who, judgment in judges.items()
        }
    )
    rows = [
        [
            one.judges.get(cell, {}).get(who) == made and cell in cells
            for cell, who, made in judgments
        ]
        for one in releases
        for cells in one.numbers.values()
    ]
    if not rows:
        return False
    # Equal columns are told apart by nothing.
    columns: dict[tuple[bool, ...], set[str]] = {}
    for place, (_, who, _) in enumerate(judgments):
        columns.setdefault(tuple(row[place] for row in rows), set()).add(who)
    table = np.array(list(columns), dtype=float).T
    rank = np.linalg.matrix_rank(table)
    people = sorted({who for _, who, _ in judgments})
    for few in combinations(people, min(minimum - 1, len(people))):
        outside = [place for place, who in enumerate(columns.values()) if not who <= set(few)]
        if np.linalg.matrix_rank(table[:, outside]) < rank:
            return True
    return False


def study(draw: Random) -> tuple[Published, list[str]]:
    """Personas in situations, rated by some; with margins, totals and overlapping factors."""
    people = [f"p{n}" for n in range(draw.randint(5, 9))]
    personas, situations = range(draw.randint(2, 4)), range(draw.randint(1, 3))
    judges, numbers = {}, {}
    for persona in personas:
        for situation in situations:
            cell = ("fair", f"{persona}-{situation}")
            some = [who for who in people if draw.random() < draw.choice((0.3, 0.6, 1.0))]
            judges[cell] = {who: f"{who}{persona}{situation}" for who in some}
            numbers[f"map {persona} {situation}"] = frozenset([cell])
    for persona in personas:
        numbers[f"persona {persona}"] = frozenset(
            one for one in judges if one[1][0] == str(persona)
        )
    for factor in range(2):
        level = [one for one in personas if draw.random() < 0.6]
        numbers[f"factor {factor}"] = frozenset(one for one in judges if int(one[1][0]) in level)
    numbers["all"] = frozenset(judges)
    return Published({name: cells for name, cells in numbers.items() if cells}, judges), people


def later(draw: Random, before: Published, people: list[str]) -> Published:
    """The same study after some left, some came and somebody corrected an answer."""
    left = set(draw.sample(people, draw.randint(0, 2)))
    judges = {
        cell: {who: made for who, made in known.items() if who not in left}
        for cell, known in before.judges.items()
    }
    for cell, known in judges.items():
        if draw.random() < 0.15:
            known["newcomer"] = f"new {cell}"
        elif draw.random() < 0.15 and known:
            known[draw.choice(sorted(known))] = f"corrected {cell}"
    return Published(before.numbers, judges)


def audited(new: Published, earlier: list[Published], minimum: int) -> Published:
    held = withheld(new, earlier, minimum=minimum)
    return Published({name: of for name, of in new.numbers.items() if name not in held}, new.judges)


def test_the_attacker_wins_without_the_audit_and_never_with_it() -> None:
    won, given = 0, 0
    for seed in range(200):
        draw = Random(seed)
        minimum = draw.randint(2, 4)
        plain = [study(draw)]
        people = plain[0][1]
        series = [plain[0][0]]
        for _ in range(draw.randint(1, 2)):
            series.append(later(draw, series[-1], people))
        won += leaks(series, minimum)
        shown: list[Published] = []
        for one in series:
            shown.append(audited(one, shown, minimum))
        given += sum(len(one.numbers) for one in shown)
        assert not leaks(shown, minimum), f"seed {seed}"
    assert won > 180
    assert given > 600


def one_of_each(*cells: tuple[str, int]) -> Published:
    """Cells by name, each judged by the first so many of one group of people."""
    judges = {("fair", name): {f"p{n}": f"{name}{n}" for n in range(size)} for name, size in cells}
    numbers = {name: frozenset([("fair", name)]) for name, _ in cells}
    return Published({**numbers, "all": frozenset(judges)}, judges)


@pytest.mark.parametrize(
    ("cells", "held"),
    [
        ([("a", 6), ("b", 6)], set()),
        # A small cell, and the smallest beside it: the total less the others would give it back.
        ([("a", 9), ("b", 8), ("c", 3)], {"c", "a"}),
        # Two small cells of different people hide each other only if together they are enough.
        ([("a", 9), ("b", 3), ("c", 3)], {"a", "b", "c"}),
        ([("a", 4)], {"a", "all"}),
    ],
)
def test_totals_do_not_give_a_small_cell_back(cells: list[tuple[str, int]], held: set[str]) -> None:
    new = one_of_each(*cells)
    assert withheld(new, [], minimum=5) == held


def test_one_who_leaves_takes_nothing_along_that_can_be_read_off() -> None:
    first = one_of_each(("a", 12), ("b", 8))
    judges = {cell: dict(known) for cell, known in first.judges.items()}
    del judges["fair", "a"]["p7"]
    second = Published(first.numbers, judges)
    assert withheld(second, [], minimum=5) == set()
    assert withheld(second, [first], minimum=5) == {"a", "all"}
    for n in range(4):
        del judges["fair", "a"][f"p{n}"]
    assert withheld(second, [first], minimum=5) == set()

"""Every rule of the allocation, exact, over 1,000 seeds of ever different designs."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rating_designs import ATTENTION, Design, Rated, arms_of, drawn, rated

from toolkit.design import Allocation

SEEDS = 1_000


def test_every_rule_holds_over_a_thousand_seeds() -> None:
    for seed in range(SEEDS):
        check(drawn(seed))


@settings(max_examples=60, deadline=None)
@given(
    contrasts=st.integers(2, 11),
    people=st.integers(2, 8),
    more=st.integers(0, 9),
    data=st.data(),
)
def test_every_rule_holds_for_odd_sizes(
    contrasts: int, people: int, more: int, data: st.DataObject
) -> None:
    items = data.draw(st.integers(2, contrasts))
    raters = -(-int(contrasts * (people + 2) * 1.5) // items) + more
    check(
        Design(
            {
                f"c{number}": tuple(f"p{who}" for who in range(people))
                for number in range(contrasts)
            },
            aliases=data.draw(st.integers(1, 4)),
            replicates=data.draw(st.integers(8, 11)),
            scenarios=data.draw(st.integers(1, contrasts)),
            seed=data.draw(st.integers(0, 2**31 - 1)),
            rating={
                "form": data.draw(st.sampled_from(["single", "pair"])),
                "raters": raters,
                "items_per_rater": items,
                "repeats": data.draw(st.integers(0, items)),
                "attention": [ATTENTION] * data.draw(st.integers(0, 6)),
            },
        )
    )


def check(design: Design) -> None:
    allocation = design.allocate()
    assert len(allocation.seats) == design.plan.raters
    found = rated(design, dict(enumerate(allocation.seats)))
    meets_contrasts_evenly(design, found)
    deals_arms_evenly(design, found)
    rates_twice_as_planned(design, found)
    rotates_sources(design, found)
    is_connected(design, found)
    balances_order(design, found)
    if design.plan.form == "pair":
        pairs_like_with_like(found)
    places_repeats_and_attention(design, allocation)
    goes_on_rotating(design, allocation, found)


def even(values: Iterable[Hashable], expected: Iterable[Hashable]) -> bool:
    """Whether each of ``expected`` comes equally often in ``values``, or differs by 1."""
    counts, wanted = Counter(values), set(expected)
    assert set(counts) <= wanted
    return max(counts[one] for one in wanted) - min(counts[one] for one in wanted) <= 1


def choices(design: Design, contrast: str) -> frozenset[str]:
    """What a rater may get of a contrast."""
    arms = arms_of(design.personas[contrast])
    return frozenset(arm.label for arm in arms[design.plan.form == "pair" :])


def meets_contrasts_evenly(design: Design, found: list[Rated]) -> None:
    plan = design.plan
    pairs = Counter((one.seat, one.contrast) for one in found)
    if plan.matched:
        assert all(times == len(choices(design, name)) for (_, name), times in pairs.items())
    else:
        assert set(pairs.values()) == {1}
    widest = max(len(choices(design, name)) for name in design.personas)
    each = plan.items_per_rater // (widest if plan.matched else 1)
    assert Counter(seat for seat, _ in pairs) == dict.fromkeys(range(plan.raters), each)
    assert even((name for _, name in pairs), design.personas)


def deals_arms_evenly(design: Design, found: list[Rated]) -> None:
    by_contrast, by_rater = defaultdict(list), defaultdict(list)
    for one in found:
        by_contrast[one.contrast].append(one.arm)
        by_rater[one.seat].append(one)
    for name in design.personas:
        assert even(by_contrast[name], choices(design, name))
    alike = {choices(design, name) for name in design.personas}
    kinds = set.intersection(*map(set, alike)) & {"reference", "paraphrase", "resample"}
    for mine in by_rater.values():
        assert even((one.arm for one in mine if one.arm in kinds), kinds)
        for arms in alike:
            assert even((o.arm for o in mine if choices(design, o.contrast) == arms), arms)


def rates_twice_as_planned(design: Design, found: list[Rated]) -> None:
    raters = Counter(one.reply for one in found)
    assert set(raters.values()) <= {1, 2}
    assert all(one.task.overlap == (raters[one.reply] == 2) for one in found)
    share = design.plan.overlap
    doubled = sum(times == 2 for times in raters.values())
    # A handful of replies cannot come within two points; then as near as whole ones allow.
    once = found
    if design.plan.matched:
        once = list({(one.seat, one.contrast): one for one in found}.values())
    wanted = len(once) * share / (1 + share)
    nearest = abs(sum(one.task.overlap for one in once) / 2 - wanted) <= 0.5
    assert abs(doubled / len(raters) - share) <= 0.02 or nearest


def rotates_sources(design: Design, found: list[Rated]) -> None:
    cells = defaultdict(list)
    for one in {one.reply: one for one in found}.values():
        cells[one.cell].append(one.left)
    for here in cells.values():
        assert even((one.alias for one in here), {f"end-{x}" for x in range(design.aliases)})
        assert even((one.replicate for one in here), range(design.replicates))


def is_connected(design: Design, found: list[Rated]) -> None:
    """The model rating = rater + contrast + arm has full rank; NumPy is the witness."""
    sides = [[one.seat for one in found], [one.contrast for one in found]]
    if design.plan.form == "single":
        sides.append([one.arm for one in found])  # type: ignore[misc]
    else:
        assert {one.arm for one in found} == set().union(
            *(choices(design, name) for name in design.personas)
        )
    columns = [np.unique(np.array(side), return_inverse=True)[1] for side in sides]
    model = np.hstack([np.eye(int(column.max()) + 1)[column] for column in columns])
    assert np.linalg.matrix_rank(model.T @ model) == model.shape[1] - len(columns) + 1


def balances_order(design: Design, found: list[Rated]) -> None:
    lists: dict[int, list[Rated]] = {seat: [] for seat in range(design.plan.raters)}
    for one in sorted(found, key=lambda one: one.task.position):
        lists[one.seat].append(one)
    halves: dict[Hashable, list[int]] = defaultdict(list)
    for mine in lists.values():
        for number, one in enumerate(mine):
            half = np.sign(2 * number + 1 - len(mine))
            for group in (one.arm, one.cell):
                halves[group].append(half)
    for here in halves.values():
        # The middle of an odd list may count for either half.
        assert abs(sum(here)) <= 1 + here.count(0)
    for seat in range(0, design.plan.raters - 1, 2):
        goes_both_ways(lists[seat], lists[seat + 1])


def goes_both_ways(one: list[Rated], other: list[Rated]) -> None:
    """What two neighbors have in the same half, they meet in opposite orders."""
    here, there = len(one) // 2, len(other) // 2
    for first, second in ((one[:here], other[:there]), (one[-here:], other[-there:])):
        common = {item.cell for item in first} & {item.cell for item in second}
        if len(common) > 1:
            way = [item.cell for item in first if item.cell in common]
            back = [item.cell for item in second if item.cell in common]
            assert way == back[::-1]


def pairs_like_with_like(found: list[Rated]) -> None:
    leads: Counter[Hashable] = Counter()
    for one in found:
        assert one.right is not None
        kinds = [one.left.arm.kind, one.right.arm.kind]
        assert kinds.count("reference") == 1
        assert one.left.contrast_id == one.right.contrast_id == one.contrast
        assert (one.left.alias, one.left.replicate) == (one.right.alias, one.right.replicate)
        for group in ("all", one.seat, one.contrast, one.cell):
            leads[group] += 1 if kinds[0] == "reference" else -1
    assert max(map(abs, leads.values())) <= 1


def places_repeats_and_attention(design: Design, allocation: Allocation) -> None:
    plan = design.plan
    for tasks in allocation.seats:
        assert [task.position for task in tasks] == list(range(len(tasks)))
        main = [task for task in tasks if task.purpose == "rating"]
        again = tasks[len(tasks) - plan.repeats :]
        assert [task.purpose for task in again] == ["repeat"] * plan.repeats
        origins = [tasks[task.repeats] for task in again if task.repeats is not None]
        assert [(o.unit_ids, o.overlap, o.contrast_id) for o in origins] == [
            (task.unit_ids, task.overlap, task.contrast_id) for task in again
        ]
        assert [o.position for o in origins] == sorted({o.position for o in origins})
        for task, origin in zip(again, origins, strict=True):
            assert task.position - origin.position > len(main) // 2 or plan.repeats > len(main) / 2
        checks = [task for task in tasks if task.purpose == "attention"]
        assert sorted(task.attention for task in checks if task.attention is not None) == list(
            range(len(plan.attention))
        )
        assert tasks[0].purpose == "rating"
        if len(main) >= 2 * len(checks) > 2:
            gaps = [b.position - a.position for a, b in pairwise(checks)]
            assert min(gaps) > 1


def goes_on_rotating(design: Design, allocation: Allocation, before: list[Rated]) -> None:
    """A second round of raters: the same rules, and what nobody rated comes first."""
    raters = design.plan.raters
    more = {seat: allocation.seat(seat) for seat in range(raters, 2 * raters)}
    assert allocation.seat(0) is allocation.seats[0]
    found = rated(design, more)
    for name in design.personas:
        assert even((o.arm for o in found if o.contrast == name), choices(design, name))
    size = design.aliases * design.replicates
    first, total = defaultdict(set), defaultdict(set)
    for one in before:
        first[one.cell].add(one.reply)
    known = {one.reply for one in before}
    now = Counter(one.reply for one in found)
    for one in found:
        total[one.cell].add(one.reply)
        assert one.task.overlap == (one.reply in known or now[one.reply] > 1)
    given_now = Counter(one.cell for one in found)
    for cell, replies in total.items():
        assert len(replies | first[cell]) == min(size, len(first[cell]) + given_now[cell])

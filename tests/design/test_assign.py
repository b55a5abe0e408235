"""Assignment: balance, coverage and no repeats, for every size; and the same for ever."""

from collections import Counter
from itertools import combinations, product
from math import gcd
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.design import Assignment, Study, assign
from toolkit.errors import DesignError

REST = {
    "id": "sizes",
    "title": "Sizes",
    "purpose": "To try sizes.",
    "minutes": 20,
    "quick_question": {"id": "q", "dimension": "respect", "ask": "A", "low": "B", "high": "C"},
    "form": [{"id": "f", "dimension": "safety", "ask": "A", "low": "B", "high": "C"}],
    "consent": {"title": "A", "text": "B", "content_note": "C"},
    "care": {"minutes_cap": 40, "messages_cap": 30, "support_contact": "A"},
    "data": {"seen_by": "A", "kept_for": "B"},
    "what_happens_next": "A",
}


def study(personas: int, scenarios: int, endpoints: int, k: int, seed: int = 7) -> Study:
    sizes: dict[str, Any] = {
        "personas": [f"p{number}" for number in range(personas)],
        "scenarios": [f"s{number}" for number in range(scenarios)],
        "endpoints": {f"e{number}": {"endpoint": "scripted:x"} for number in range(endpoints)},
        "conversations_per_tester": k,
        "seed": seed,
    }
    return Study.model_validate(REST | sizes)


def draws(plan: Study, count: int) -> list[Assignment]:
    k = plan.conversations_per_tester
    return [one for seat in range(-(-count // k)) for one in assign(plan, seat)]


def spread(counts: Counter[str]) -> int:
    return max(counts.values()) - min(counts.values())


@st.composite
def plans(draw: st.DrawFn) -> Study:
    personas = draw(st.integers(1, 26))
    scenarios = draw(st.integers(1, 26))
    k = draw(st.integers(1, min(personas, scenarios)))
    return study(personas, scenarios, draw(st.integers(1, 4)), k, draw(st.integers(0, 2**31 - 1)))


@settings(max_examples=150, deadline=None)
@given(plans(), st.data())
def test_any_full_round_holds_each_pair_once(plan: Study, data: st.DataObject) -> None:
    period = len(plan.personas) * len(plan.scenarios)
    start = data.draw(st.integers(0, period))
    seen = draws(plan, start + period)[start : start + period]
    pairs = {(one.persona_id, one.scenario_id) for one in seen}
    assert pairs == set(product(plan.personas, plan.scenarios))


@settings(max_examples=150, deadline=None)
@given(plans())
def test_every_prefix_is_balanced_within_one(plan: Study) -> None:
    names = (plan.personas, plan.scenarios, tuple(plan.endpoints))
    counts = [Counter(some) for some in names]
    for one in draws(plan, 400):
        counts[0][one.persona_id] += 1
        counts[1][one.scenario_id] += 1
        counts[2][one.endpoint_alias] += 1
        assert [spread(count) <= 1 for count in counts] == [True] * 3


@settings(max_examples=150, deadline=None)
@given(plans(), st.integers(0, 2_000))
def test_no_tester_meets_anybody_or_anything_twice(plan: Study, first: int) -> None:
    for seat in range(first, first + 30):
        mine = assign(plan, seat)
        assert [one.position for one in mine] == list(range(plan.conversations_per_tester))
        assert len({one.persona_id for one in mine}) == len(mine)
        assert len({one.scenario_id for one in mine}) == len(mine)


def test_testers_who_straddle_blocks_meet_nothing_twice() -> None:
    for personas, scenarios in product(range(1, 10), repeat=2):
        for k in range(1, min(personas, scenarios) + 1):
            plan = study(personas, scenarios, 1, k)
            for seat in range(personas * scenarios + 1):
                mine = assign(plan, seat)
                assert len({one.persona_id for one in mine}) == k
                assert len({one.scenario_id for one in mine}) == k


def test_seats_are_independent_of_each_other_and_of_the_order_of_lists() -> None:
    plan = study(24, 18, 2, 3)
    turned = plan.model_copy(
        update={"personas": plan.personas[::-1], "scenarios": plan.scenarios[::-1]}
    )
    late = assign(plan, 140)
    assert assign(turned, 140) == late == assign(study(24, 18, 2, 3), 140)


def test_another_seed_gives_another_assignment() -> None:
    assert assign(study(24, 18, 1, 3, seed=1), 0) != assign(study(24, 18, 1, 3, seed=2), 0)


def company(plan: Study, seats: int) -> set[frozenset[str]]:
    return {frozenset(one.persona_id for one in assign(plan, seat)) for seat in range(seats)}


@pytest.mark.parametrize(
    ("personas", "scenarios", "k"),
    [(24, 18, 3), (24, 5, 3), (6, 18, 3), (12, 9, 3), (25, 18, 3), (24, 18, 4), (24, 17, 3)],
)
def test_testers_meet_ever_different_sets_of_personas(
    personas: int, scenarios: int, k: int
) -> None:
    fixed = personas // k
    assert len(company(study(personas, scenarios, 1, k), personas * scenarios // k)) >= 2 * fixed


@pytest.mark.parametrize(("personas", "scenarios", "k"), [(10, 8, 3), (9, 6, 4)])
def test_orders_are_drawn_anew_for_each_block_though_testers_straddle_two(
    personas: int, scenarios: int, k: int
) -> None:
    seen = draws(study(personas, scenarios, 1, k), personas * scenarios)[: personas * scenarios]
    block = personas * scenarios // gcd(personas, scenarios)
    firsts = [seen[start : start + personas] for start in range(0, len(seen), block)]
    orders = {tuple(one.persona_id for one in first) for first in firsts}
    assert len(orders) == len(firsts) == gcd(personas, scenarios)


def test_the_one_case_without_variety_is_the_one_the_docstring_names() -> None:
    for personas, scenarios, k in product(range(4, 13), range(4, 13), (2, 3)):
        if personas % k or gcd(personas, scenarios) > 1:
            continue
        sets = company(study(personas, scenarios, 1, k), personas * scenarios)
        assert (len(sets) == personas // k) == (personas < scenarios)


def test_personas_and_scenarios_meet_endpoints_evenly() -> None:
    plan = study(24, 18, 2, 3)
    seen = draws(plan, 432)
    for field, names in (("persona_id", plan.personas), ("scenario_id", plan.scenarios)):
        met = Counter((getattr(one, field), one.endpoint_alias) for one in seen)
        assert all(abs(met[name, "e0"] - met[name, "e1"]) <= 4 for name in names)


@pytest.mark.parametrize(("personas", "scenarios", "k"), [(24, 18, 3), (12, 9, 3), (8, 12, 2)])
def test_positions_are_balanced_where_the_docstring_says_so(
    personas: int, scenarios: int, k: int
) -> None:
    seen = draws(study(personas, scenarios, 1, k), personas * scenarios)
    places = Counter((one.persona_id, one.position) for one in seen)
    assert set(places.values()) == {scenarios // k}
    assert len(places) == personas * k


def test_most_personas_share_a_tester_with_many_others() -> None:
    plan = study(24, 18, 1, 3)
    met = {
        frozenset(two)
        for seat in range(144)
        for two in combinations((one.persona_id for one in assign(plan, seat)), 2)
    }
    assert len(met) > 100


def test_the_assignment_never_changes_between_versions() -> None:
    plan = study(24, 18, 2, 3, seed=20261122)
    shown = [(one.persona_id, one.scenario_id, one.endpoint_alias) for one in assign(plan, 50)]
    assert shown == GOLDEN


GOLDEN = [("p20", "s6", "e1"), ("p5", "s3", "e0"), ("p16", "s10", "e1")]


def test_a_negative_seat_is_refused() -> None:
    with pytest.raises(DesignError) as caught:
        assign(study(3, 3, 1, 1), -1)
    assert str(caught.value) == "assign: got seat -1; wanted 0 or more. Count seats from 0."

"""What the allocation promises beside its rules: refusals in words, and the same for ever."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from rating_designs import Design, rated
from small_confirm import make_confirm_workspace

from toolkit.canon import content_hash
from toolkit.design import ConfirmStage, Task, Workspace, allocate, allocate_units
from toolkit.errors import PlanRefused

PEOPLE = ("ada", "ben", "cho", "dee")
FIVE = {f"contrast-{number}": PEOPLE for number in range(5)}


def stage(root: Path, **rating: object) -> ConfirmStage:
    return ConfirmStage(Workspace(make_confirm_workspace(root, **rating)).study("small"))


def test_a_stage_is_allocated_as_its_plan_says(tmp_path: Path) -> None:
    small = stage(tmp_path)
    allocation = allocate(small)
    assert len(allocation.seats) == 8
    known = {unit.unit_id for unit in small.units}
    assert {one for tasks in allocation.seats for task in tasks for one in task.unit_ids} <= known
    assert len(allocate(small, raters=9).seats) == 9


def test_the_same_stage_gives_the_same_lists() -> None:
    design = Design(FIVE, seed=11, rating={"raters": 10, "items_per_rater": 4, "repeats": 1})
    seats = design.allocate().seats
    assert design.allocate().seats == seats
    assert replace(design, seed=12).allocate().seats != seats
    # Pinned: a frozen plan must mean the same in every later version.
    shown = [[(task.position, task.purpose, *task.unit_ids) for task in one] for one in seats]
    assert content_hash(shown) == (
        "sha256:0d0014787394a6b19e15ba8beaaf9021ba2d880739fef4919d756e33c7e574fa"
    )


def test_the_order_of_listing_makes_no_difference() -> None:
    design = Design(FIVE, aliases=2, seed=3, rating={"form": "pair", "raters": 9})
    seats = design.allocate().seats
    draw = Random(1)
    for _ in range(5):
        units = draw.sample(design.units, len(design.units))
        scenarios = dict(draw.sample(list(design.scenario_of.items()), 5))
        again = allocate_units(units, design.plan, seed=3, scenarios=scenarios)
        assert again.seats == seats


def test_a_rater_meets_as_many_scenarios_as_there_are() -> None:
    personas = {f"contrast-{number:02}": PEOPLE for number in range(12)}
    design = Design(personas, scenarios=6, rating={"raters": 24, "items_per_rater": 6})
    scenario_of = design.scenario_of
    for tasks in design.allocate().seats:
        assert len({scenario_of[task.contrast_id] for task in tasks}) == 6


def test_a_late_rater_is_always_welcome() -> None:
    design = Design(FIVE, rating={"raters": 10, "items_per_rater": 4, "repeats": 1})
    allocation = design.allocate()
    far: tuple[Task, ...] = allocation.seat(137)
    assert len(far) == 5
    assert allocation.seat(137) == design.allocate().seat(137)
    # 24 replies of 6 arms a contrast have long been rated: all that is left is rated once more.
    assert all(one.task.overlap for one in rated(design, {137: far}))


def test_the_sparsest_plan_is_joined_rather_than_refused() -> None:
    personas = {f"contrast-{number:02}": ("ada", "ben") for number in range(60)}
    rating = {"form": "pair", "raters": 60, "items_per_rater": 2, "overlap": 0.0}
    for seed in range(50):
        # 120 ratings: only one ring through all 60 raters and all 60 contrasts connects them.
        assert len(Design(personas, seed=seed, rating=rating).allocate().seats) == 60


def test_second_ratings_go_on_where_the_endpoints_stopped() -> None:
    for seed in range(20):
        rating = {"raters": 21, "items_per_rater": 5, "overlap": 0.35}
        design = Design(FIVE, aliases=2, seed=seed, rating=rating)
        cells: dict[tuple[str, str], Counter[str]] = {}
        for one in rated(design, dict(enumerate(design.allocate().seats))):
            cells.setdefault(one.cell, Counter())[one.left.alias] += 1
        assert all(max(here.values()) - min(here.values()) <= 1 for here in cells.values())


REFUSED = {
    "more items than contrasts": (
        Design(FIVE, rating={"items_per_rater": 6}),
        "assignment: got 5 contrasts for a rater who is to meet 6; wanted each at most once, as a "
        "second arm of a contrast would give it away. Set items_per_rater to at most 5, or add "
        "contrasts.",
    ),
    "matched, and no room for all arms": (
        Design(FIVE, rating={"items_per_rater": 4, "matched": True}),
        "assignment: got 4 items a rater and a contrast with 6 arms to compare; wanted room for "
        "all of them, as the plan is matched. Set items_per_rater to 6 or more, or "
        "'matched: false'.",
    ),
    "more repeats than items": (
        Design(FIVE, rating={"items_per_rater": 4, "repeats": 5}),
        "assignment: got 5 repeats of 4 items a rater; wanted no item repeated twice. Set repeats "
        "to at most 4, or plan more items.",
    ),
    "more repeats than there are items in whole contrasts": (
        Design(FIVE, rating={"items_per_rater": 11, "repeats": 7, "matched": True}),
        "assignment: got 7 repeats of 6 items a rater; wanted no item repeated twice. Set repeats "
        "to at most 6, or plan more items.",
    ),
    "more ratings than replies": (
        Design(FIVE, replicates=2, rating={"raters": 40}),
        "assignment: got 6 ratings for a contrast and arm that has 2 replies; wanted no reply "
        "rated by more than two raters. Set replicates so that there are at least 3 replies of "
        "each contrast and arm, or plan fewer raters or items.",
    ),
    "more overlap than planned": (
        Design(FIVE, replicates=3, rating={"raters": 38}),
        "assignment: got 3 replies of each contrast and arm for up to 6 ratings, so that at least "
        "69% of the replies have two raters; wanted an overlap of 20%. Set more replicates, plan "
        "fewer raters or items, or a larger overlap.",
    ),
    "too few ratings to overlap": (
        Design(FIVE, rating={"raters": 8}),
        "assignment: got 32 ratings over 30 pairs of contrast and arm, of which at most 7% of the "
        "replies can have two raters; wanted an overlap of 20%. Plan at least 36 ratings (raters "
        "times items), fewer contrasts, or a smaller overlap.",
    ),
    "one item a rater": (
        Design(FIVE, rating={"raters": 40, "items_per_rater": 1, "repeats": 0}),
        "assignment: got 40 ratings in all, by 40 raters, and among these 5 groups of raters that "
        "share nothing; wanted raters, contrasts and arms connected, so that each can be told from "
        "the others. 40 raters, 5 contrasts and 6 arms take at least 49 ratings, and better twice "
        "as many: plan more items a rater (two at least), more raters, or fewer contrasts.",
    ),
    "an arm that nobody rates": (
        Design(FIVE, rating={"raters": 2, "items_per_rater": 2, "overlap": 0.0}),
        "assignment: got 4 ratings in all, by 2 raters, and among these none for contrast-4, "
        "resample, swap cho; wanted raters, contrasts and arms connected, so that each can be "
        "told from the others. 2 raters, 5 contrasts and 6 arms take at least 11 ratings, and "
        "better twice as many: plan more items a rater (two at least), more raters, or fewer "
        "contrasts.",
    ),
    "too few ratings to compare all arms": (
        Design(FIVE, seed=2, rating={"raters": 3, "items_per_rater": 3, "overlap": 0.0}),
        "assignment: got 9 ratings in all, by 3 raters, and among these too few that compare "
        "arms; wanted raters, contrasts and arms connected, so that each can be told from the "
        "others. 3 raters, 5 contrasts and 6 arms take at least 12 ratings, and better twice as "
        "many: plan more items a rater (two at least), more raters, or fewer contrasts.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_plan_that_breaks_a_rule_is_refused_in_words(name: str) -> None:
    design, message = REFUSED[name]
    with pytest.raises(PlanRefused) as refused:
        design.allocate()
    assert str(refused.value) == message


def test_what_a_refusal_asks_for_is_enough() -> None:
    nine = Design(FIVE, rating={"raters": 9, "items_per_rater": 4, "repeats": 0})
    assert sum(len(tasks) for tasks in nine.allocate().seats) == 36

"""Which growth of a plan is the cheapest, read off a table made by hand."""

from typing import Any

import pandas as pd

from toolkit.analysis import Needed


def tried(more: str, times: int, ratings: int, replies: int, *, enough: bool) -> dict[str, Any]:
    return {
        "more": more,
        "times": times,
        "raters": 12,
        "items_per_rater": ratings // 12,
        "scenarios": 18,
        "replicates": 3,
        "ratings": ratings,
        "replies": replies,
        "share": 0.9 if enough else 0.4,
        "low": 0.3,
        "high": 0.95,
        "level": 0.99,
        "enough": enough,
        "refused": "",
    }


def needed(*rows: dict[str, Any]) -> Needed:
    return Needed(pd.DataFrame(rows), "differs", effect=-0.5, target=0.8, simulations=100, seed=1)


def test_the_fewest_ratings_win_and_then_the_fewest_replies() -> None:
    found = needed(
        tried("as planned", 1, 240, 500, enough=False),
        tried("raters", 2, 480, 500, enough=False),
        tried("raters", 3, 720, 500, enough=True),
        tried("raters", 4, 960, 500, enough=True),
        tried("scenarios", 2, 480, 1000, enough=True),
        tried("replicates", 2, 480, 900, enough=True),
    )
    cheapest = found.cheapest
    assert cheapest["more"].to_list() == ["replicates", "scenarios", "raters"]
    assert cheapest["times"].to_list() == [2, 2, 3]
    assert str(found) == (
        "The fewest ratings that give 80% power to say 'differs' at a true effect of -0.5: 2 times "
        "as many replicates, which makes 480 ratings by 12 raters over 18 scenarios, and 900 "
        "replies."
    )


def test_a_plan_that_is_enough_needs_nothing_more() -> None:
    found = needed(tried("as planned", 1, 240, 500, enough=True))
    assert str(found) == (
        "The plan as it is gives 80% power to say 'differs' at a true effect of -0.5."
    )


def test_where_nothing_is_enough_it_says_how_far_was_looked() -> None:
    found = needed(
        tried("as planned", 1, 240, 500, enough=False), tried("raters", 8, 1920, 500, enough=False)
    )
    assert found.cheapest.empty
    assert str(found) == (
        "Nothing that was tried gives 80% power to say 'differs' at a true effect of -0.5: not up "
        "to 8 times as much. Plan for a larger effect, or compare fewer personas in the same "
        "contrasts."
    )

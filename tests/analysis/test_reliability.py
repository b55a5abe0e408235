"""Reliability of raters: what comes of judgments written by hand, and of judgments that tell
nothing."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from judged import crossed, frames

from toolkit.analysis import Finding, reliability
from toolkit.analysis.reliability import Reliability, group_agreement, items_by_raters
from toolkit.analysis.reliability.group_agreement import _Pairs
from toolkit.errors import AnalysisError


def noisy(rater: int, item: int) -> int:
    """A rating with something of the item, something of the rater, and a rest."""
    return 1 + (item * 7 + (rater % 3) + (rater * item) % 3) % 5


def rated(**more: Any) -> Reliability:
    rows = crossed(8, 12, noisy, per_rater=6)
    return reliability(frames(ratings=rows), "helpful", seed=1, draws=100, **more)


def about(made: Reliability, subject: str) -> Finding:
    return next(one for one in made.findings if one.subject.startswith(subject))


def test_agreement_rests_on_replies_that_several_judged_and_says_how_it_was_had() -> None:
    made = rated()

    alpha = about(made, "Krippendorff's alpha, ordinal")
    assert alpha.verdict == "estimated"
    assert alpha.n.observations == 48
    assert alpha.n.replies == 12
    assert alpha.se_type == "bootstrap over items, 100 draws"
    assert made.agreement["measure"].tolist() == [
        *["Krippendorff's alpha"] * 3,
        *("ICC(2,1)", "ICC(2,k)", "Gwet's AC1", "Fleiss' kappa", "Cohen's kappa"),
    ]
    assert made.agreement["of"].tolist()[:3] == ["ordinal", "nominal", "interval"]


def test_the_level_asked_for_is_the_finding() -> None:
    made = rated(level="nominal")

    assert made.findings[0].subject == "Krippendorff's alpha, nominal"


def test_repeats_and_attention_items_enter_no_agreement() -> None:
    rows = crossed(8, 12, noisy, per_rater=6)
    more = [rows[0] | {"purpose": "repeat", "repeats": "item-0", "value": 5, "item_id": "again"}]
    more += [rows[1] | {"purpose": "attention", "expected": 5, "value": 1, "item_id": "known"}]

    with_them = reliability(frames(ratings=[*rows, *more]), "helpful", seed=1, draws=100)

    assert about(with_them, "Kripp").estimate == about(rated(), "Kripp").estimate
    assert about(with_them, "Kripp").left_out == {"repeat": 1, "attention": 1}


def test_a_repeat_is_set_against_the_first_rating_by_the_same_rater() -> None:
    rows = []
    for rater, (first, second) in enumerate([(1, 2), (3, 3), (5, 2), (4, 4), (2, 2)]):
        who = {"participant_id": f"p-{rater}", "unit_id": f"u-{rater}"}
        rows.append(who | {"item_id": f"a-{rater}", "value": first, "position": 0})
        again = {"item_id": f"b-{rater}", "purpose": "repeat", "repeats": f"a-{rater}"}
        rows.append(who | again | {"value": second, "position": 9})

    made = reliability(frames(ratings=rows), "helpful", seed=1, draws=200)

    assert made.retest["change"].tolist() == [1, 0, -3, 0, 0]
    assert made.retest["items_between"].tolist() == [8] * 5
    moved = about(made, "repeats: change")
    assert moved.estimate is not None
    assert moved.estimate.value == pytest.approx(-0.4)
    # One repeat a rater: the error of a mean of five, n - 1 below.
    changes = np.array([1, 0, -3, 0, 0])
    assert moved.se == pytest.approx(changes.std(ddof=1) / 5**0.5)
    same = about(made, "repeats: same answer")
    assert same.estimate is not None
    assert same.estimate.value == pytest.approx(3 / 5)


def test_repeats_that_never_move_have_no_test() -> None:
    rows = crossed(4, 4, noisy)
    again = [
        row | {"purpose": "repeat", "repeats": f"item-{at}", "item_id": f"again-{at}"}
        for at, row in enumerate(rows)
        if at % 4 == 0
    ]

    made = reliability(frames(ratings=[*rows, *again]), "helpful", seed=1, draws=100)

    assert about(made, "repeats: change").verdict == "not estimable"
    assert about(made, "repeats: change").caveats == (
        "Every difference is the same, so there is no standard error and no test.",
    )
    same = about(made, "repeats: same answer").estimate
    assert same is not None
    assert same.high == 1
    assert same.low == pytest.approx(0.05 ** (1 / 4))


def test_attention_is_counted_by_rater() -> None:
    rows = [
        {
            "participant_id": f"p-{rater}",
            "item_id": f"k-{rater}-{at}",
            "purpose": "attention",
            "expected": 4,
            "value": 4 if (rater, at) != (2, 0) else 1,
        }
        for rater in range(3)
        for at in range(2)
    ]
    rows[-1] |= {"value": None, "state": "declined"}

    made = reliability(frames(ratings=[*rows, *crossed(3, 4, noisy)]), "helpful", seed=1, draws=50)

    assert made.attention.to_dict("list") == {
        "rater": ["p-0", "p-1", "p-2"],
        "answered": [2, 2, 1],
        "passed": [2, 2, 0],
        "declined": [0, 0, 1],
    }
    share = about(made, "attention").estimate
    assert share is not None
    assert share.value == pytest.approx(4 / 5)


def test_whoever_gives_one_answer_to_all_is_counted_and_kept() -> None:
    rows = crossed(4, 8, lambda rater, item: 3 if rater == 2 else 1 + (rater + item) % 5)

    made = reliability(frames(ratings=rows), "helpful", seed=1, draws=50)

    flat = made.straight_lining.set_index("rater")
    assert flat["same_answer"].to_dict() == {
        "p-00": False,
        "p-01": False,
        "p-02": True,
        "p-03": False,
    }
    assert flat.loc["p-02", "longest_run"] == 8
    assert made.says[-1] == "1 of 4 raters gave one answer to every item."
    of_rater = made.distributions.query("of == 'rater' and name == 'p-02'")
    assert of_rater[["value", "ratings"]].to_numpy().tolist() == [[3.0, 8]]


def test_distributions_keep_every_judgment() -> None:
    counted = rated().distributions.groupby("of")["ratings"].sum()

    assert counted.to_dict() == {"item": 48, "rater": 48}


def test_drift_is_found_where_it_was_planted() -> None:
    rows = crossed(10, 12, noisy)
    for at, row in enumerate(rows):
        # Each rater has an order of their own.
        row["position"] = (row["position"] * 5 + at // 12 * 3) % 12
        row["value"] = 5 if row["position"] >= 8 else 1 + (at * 7) % 3

    found = about(reliability(frames(ratings=rows), "helpful", seed=1, draws=50), "drift")

    assert found.verdict == "differs"
    assert found.estimate is not None
    assert found.estimate.value > 1


def test_severity_is_shrunken_and_comes_with_an_interval_and_no_rank() -> None:
    made = reliability(
        frames(ratings=crossed(8, 12, lambda r, i: 1 + (i + (i * r) % 2) % 3 + (r < 2))),
        "helpful",
        seed=1,
        draws=50,
    )

    assert list(made.severity) == ["rater", "ratings", "severity", "low", "high"]
    severity = made.severity.set_index("rater")["severity"]
    assert severity["p-00"] < 0 < severity["p-05"]
    assert severity.sum() == pytest.approx(0, abs=1e-9)
    assert (made.severity["low"] < made.severity["severity"]).all()
    spread = about(made, "severity").estimate
    assert spread is not None
    assert spread.low < spread.value < spread.high
    # Normal on the scale of the logarithm, where the error is the error over the value.
    se = about(made, "severity").se
    assert se is not None
    for end, sign in ((spread.low, -1), (spread.high, 1)):
        assert np.log(end / spread.value) == pytest.approx(sign * 1.959964 * se / spread.value)


# ---- groups of raters ---------------------------------------------------------------------


def test_the_error_of_a_gap_between_groups_counts_every_pair_that_shares_anyone() -> None:
    rows = [
        {"item": item, "rater": f"r{rater}", "value": 1 + (item * 3 + rater * rater) % 5}
        for item in range(20)
        for rater in ((item * 3) % 7, (item * 5 + 1) % 7, (item + 2) % 7)
    ]
    items = items_by_raters(pd.DataFrame(rows))
    groups = {f"r{rater}": "north" if rater < 4 else "south" for rater in range(7)}

    found = group_agreement(items, groups, level="interval", seed=1, draws=20)

    pairs = _Pairs(items, groups, "interval")
    same = pairs.same(pairs.group)
    u = pairs.scores(same) - pairs.scores(~same)
    total = of_items = of_raters = 0.0
    for one in range(len(u)):
        for other in range(len(u)):
            item = pairs.item[one] == pairs.item[other]
            people = {pairs.one[one], pairs.two[one]} & {pairs.one[other], pairs.two[other]}
            total += u[one] * u[other] * bool(item or people)
            of_items += u[one] * u[other] * item
            of_raters += u[one] * u[other] * bool(people)
    variance = max(total, of_items, of_raters) * 7 / 6
    assert found.difference is not None
    half = 2.4469118511449692 * variance**0.5  # t with 6 degrees of freedom
    assert found.difference.high - found.difference.value == pytest.approx(half)


def test_groups_that_see_it_differently_are_found() -> None:
    # Each group agrees with itself; the groups disagree on every second item.
    def value(rater: int, item: int) -> int:
        flip = 1 if rater % 2 and item % 2 else 0
        return 1 + (item // 2 + 2 * flip) % 5

    data = frames(ratings=crossed(12, 24, value))
    groups = {f"p-{rater:02}": ("day", "night")[rater % 2] for rater in range(12)}

    made = reliability(data, "helpful", seed=1, draws=100, groups=groups)

    found = about(made, "groups of raters")
    assert found.verdict == "differs"
    assert found.tests["groups exchanged among raters (sharp null)"] < 0.05
    shown = made.groups.set_index("compared")["agreement"]
    assert shown["within groups"] == pytest.approx(1)
    assert shown["across groups"] < 0.9
    assert list(shown.index) == [
        *("within groups", "across groups", "within day", "day with night", "within night")
    ]


def test_a_group_of_few_is_not_shown_by_itself() -> None:
    groups = {f"p-{rater:02}": "large" if rater < 5 else "small" for rater in range(8)}

    made = rated(groups=groups)

    assert not made.groups["compared"].str.contains("small").any()
    assert about(made, "groups of raters").verdict == "inconclusive"
    assert about(made, "groups of raters").caveats == (
        "Groups of fewer than 5 raters are not shown by themselves: 1 of 2.",
    )


@pytest.mark.parametrize(
    ("groups", "sentence"),
    [
        (
            None,
            "The record says nothing of groups of raters, so agreement within and across groups "
            "cannot be told; pass groups= to compare them.",
        ),
        (
            {"p-00": "a", "nobody": "b"},
            "No item was judged by two raters whose groups are known, so agreement within and "
            "across groups cannot be told.",
        ),
        (
            {f"p-{rater:02}": "all" for rater in range(8)},
            "No item was judged by two raters of two groups, so agreement within and across "
            "groups cannot be compared.",
        ),
        (
            {f"p-{rater:02}": f"of {rater}" for rater in range(8)},
            "No item was judged by two raters of one group, so agreement within and across "
            "groups cannot be compared.",
        ),
    ],
)
def test_groups_that_tell_nothing_are_said(groups: dict[str, str] | None, sentence: str) -> None:
    found = about(rated(groups=groups), "groups of raters")

    assert found.verdict == "not estimable"
    assert found.caveats == (sentence,)


# ---- judgments that tell nothing ----------------------------------------------------------


def test_equal_ratings_give_no_coefficient() -> None:
    made = reliability(frames(ratings=crossed(4, 6, lambda r, i: 4)), "helpful", seed=1, draws=50)

    assert {one.verdict for one in made.findings} == {"not estimable"}
    assert about(made, "Kripp").caveats == (
        "Every rating that could be compared is 4, so there is nothing to agree or disagree about "
        "and no coefficient of agreement can be estimated.",
    )
    assert about(made, "ICC(2,1)").caveats == (
        "Every rating is 4, so there is no spread to share out.",
    )
    assert about(made, "Gwet").caveats == (
        "Every rating is 0, so there is nothing to agree or disagree about and no coefficient of "
        "agreement can be estimated.",
    )
    assert about(made, "drift").caveats == (
        "Every difference is the same, so there is no standard error and no test.",
    )
    assert made.agreement[["estimate", "low", "high"]].isna().all(axis=None)


def test_one_rater_gives_no_coefficient() -> None:
    made = reliability(frames(ratings=crossed(1, 6, noisy)), "helpful", seed=1, draws=50)

    assert {one.verdict for one in made.findings} == {"not estimable"}
    assert about(made, "Kripp").caveats == (
        "No item was judged by two raters, so agreement cannot be estimated.",
    )
    assert about(made, "drift").caveats == ("Fewer than 3 raters rated, so drift cannot be told.",)
    assert made.severity.empty


def test_no_overlap_gives_no_coefficient() -> None:
    rows = [row | {"unit_id": f"u-{at}"} for at, row in enumerate(crossed(5, 6, noisy))]

    made = reliability(frames(ratings=rows), "helpful", seed=1, draws=50)

    assert about(made, "Kripp").caveats == (
        "No item was judged by two raters, so agreement cannot be estimated.",
    )
    assert about(made, "ICC(2,1)").caveats == (
        "No item was judged by two raters, so the reply and the rest cannot be told apart.",
    )
    assert about(made, "Fleiss").caveats == (
        "No item was judged by two raters, so agreement cannot be estimated.",
    )


def test_declined_ratings_are_left_out_and_counted() -> None:
    rows = crossed(6, 8, noisy)
    for row in rows[::5]:
        row |= {"value": None, "state": "declined", "apart": "declined"}

    made = reliability(frames(ratings=rows), "helpful", seed=1, draws=50)

    assert about(made, "Kripp").left_out == {"declined": 10}
    assert about(made, "Kripp").n.observations == 38


def test_one_shared_item_gives_no_interval_and_so_no_number() -> None:
    rows = [row for row in crossed(2, 5, noisy) if row["unit_id"] == "u-00" or row["position"] < 3]
    rows = [
        row | ({} if row["unit_id"] == "u-00" else {"unit_id": f"{row['unit_id']} {at}"})
        for at, row in enumerate(rows)
    ]
    rows[0] |= {"value": 1}

    made = reliability(frames(ratings=rows), "helpful", seed=1, draws=50)

    assert about(made, "Kripp").caveats == (
        "All ratings that could be compared come from one of the items, so no interval can be "
        "given and the coefficient is not shown.",
    )


def test_an_outcome_that_nobody_judged_is_refused() -> None:
    with pytest.raises(AnalysisError) as caught:
        reliability(frames(ratings=crossed(2, 2, noisy)), "kind", seed=1)
    assert str(caught.value) == (
        "reliability: got the outcome 'kind'; wanted one that raters judged: helpful. Name one of "
        "these."
    )


def test_explore_rows_are_refused() -> None:
    rows = [row | {"stage": "explore"} for row in crossed(2, 2, noisy)]
    with pytest.raises(AnalysisError) as caught:
        reliability(frames(ratings=rows), "helpful", seed=1)
    assert str(caught.value) == (
        "analysis: got 4 of 4 rows of stage 'explore'; wanted stage 'confirm' alone, because "
        "explore finds and confirm measures. Load the frames with stage='confirm'."
    )


def test_two_freezes_are_refused() -> None:
    rows = crossed(2, 2, noisy)
    rows[0] |= {"confirm_hash": "sha256:two"}
    with pytest.raises(AnalysisError) as caught:
        reliability(frames(ratings=rows), "helpful", seed=1)
    assert str(caught.value) == (
        "reliability: got rows of 2 confirm freezes; wanted those of one, because each asks under "
        "its own plan. Load the frames with confirm_hash=."
    )


def test_a_table_without_raters_is_refused() -> None:
    with pytest.raises(AnalysisError) as caught:
        items_by_raters(pd.DataFrame({"value": [1, 2]}))
    assert str(caught.value) == (
        "agreement: got a table without 'item' and 'rater'; wanted the columns 'item', 'rater' and "
        "'value'. Rename the columns of the table."
    )


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(AnalysisError) as caught:
        rated(level="ratio")
    assert str(caught.value) == (
        "agreement: got the level 'ratio'; wanted nominal, ordinal or interval. Name one."
    )


def test_choices_are_judgments_too() -> None:
    rows = [
        {
            "participant_id": f"p-{rater:02}",
            "contrast_id": f"c-{item}",
            "side": ("left", "right")[(rater + item) % 2],
            "preferred": ("own", "other", "equal")[(item + (rater * item) % 2) % 3],
            "position": item,
        }
        for rater in range(6)
        for item in range(8)
    ]
    rows[0] |= {"preferred": "neither"}

    made = reliability(frames(choices=rows), "preference", seed=1, draws=50)

    assert about(made, "Kripp").left_out == {"neither": 1}
    assert about(made, "Kripp").n.observations == 47
    assert about(made, "Gwet").subject == "Gwet's AC1, the reference's reply preferred"
    assert made.findings[-1].unit == "net share of choices"

"""Pairs of replies: the model against R, and what is said where it cannot be had."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from judged import crossed, frames

from toolkit.analysis import Finding, disparity, observe, preference
from toolkit.analysis.engine import Pairs, Worths, fit_worths, joined
from toolkit.analysis.preference import PREFERRED, WORTH, Preference, against_anchor, left_side
from toolkit.errors import AnalysisError

FOLDER = Path(__file__).parents[1] / "reference" / "preference"
ANCHORS = {"ties": "reference", "no_ties": "reference", "personas": "ref1"}


def read(name: str) -> tuple[Pairs, list[str]]:
    rows = pd.read_csv(FOLDER / f"{name}.csv")
    names = sorted(set(rows["first"]) | set(rows["second"]))
    code = {one: at for at, one in enumerate(names)}
    pairs = Pairs(
        first=rows["first"].map(code).to_numpy(dtype=np.intp),
        second=rows["second"].map(code).to_numpy(dtype=np.intp),
        value=rows["value"].to_numpy(dtype="float64"),
        side=rows["side"].to_numpy(dtype="float64"),
        rater=rows["rater"].to_numpy(dtype=np.intp),
        weight=np.ones(len(rows)),
    )
    return pairs, names


@pytest.mark.parametrize("name", ANCHORS)
def test_worths_and_their_clustered_errors_are_those_of_r(name: str) -> None:
    pairs, names = read(name)
    anchor = names.index(ANCHORS[name])
    expected = pd.read_csv(FOLDER / "expected.csv").query("data == @name").set_index("name")

    fitted = fit_worths(pairs, anchor=anchor)

    assert isinstance(fitted, Worths)
    told = [*(names[one] for one in fitted.contestants), "left", *(["tie"] if fitted.ties else [])]
    wanted = expected["value"]
    assert fitted.parameters == pytest.approx([wanted[one] for one in told], abs=1e-6)
    errors = np.sqrt(np.diag(fitted.covariance))
    assert errors == pytest.approx([wanted[f"{one}.se"] for one in told], abs=1e-6)
    if name == "personas":
        return  # R's net share there is that against the average persona.
    first = against_anchor(fitted, int(fitted.contestants[0]))
    assert first.net.value == pytest.approx(wanted["net"], abs=1e-6)
    assert first.se == pytest.approx(wanted["net.se"], abs=1e-6)


def test_without_ties_or_sides_a_worth_is_the_log_of_wins_over_losses() -> None:
    # 9 wins and 3 losses: log 3; the net share is (9 - 3) / 12.
    value = np.array([1.0] * 9 + [-1.0] * 3)
    rater = np.arange(12) % 4
    zero = np.zeros(12)
    pairs = Pairs(np.ones(12, np.intp), np.zeros(12, np.intp), value, zero, rater, zero + 1)

    fitted = fit_worths(pairs, anchor=0)

    assert isinstance(fitted, Worths)
    assert fitted.parameters == pytest.approx([np.log(3)])
    worth = against_anchor(fitted, 1)
    assert worth.net.value == pytest.approx(0.5)
    assert worth.preferred.value == pytest.approx(0.75)
    # Raters won 3, 2, 2, 2 of 3: scores (won - 2.25) / 1, information 12 * .75 * .25.
    meat = (0.75**2 + 3 * 0.25**2) * 4 / 3
    assert fitted.covariance[0, 0] == pytest.approx(meat / 2.25**2)
    assert left_side(fitted) is None


def test_a_weight_stands_for_so_many_equal_pairs() -> None:
    pairs, _ = read("ties")
    half = pairs.where(np.arange(len(pairs.value)) < 180)
    doubled = Pairs(*(np.concatenate([one, one]) for one in _fields(half)))
    weighted = Pairs(*_fields(half)[:5], weight=half.weight * 2)

    one, two = fit_worths(doubled, anchor=4), fit_worths(weighted, anchor=4)

    assert isinstance(one, Worths)
    assert isinstance(two, Worths)
    assert one.parameters == pytest.approx(two.parameters, abs=1e-9)
    assert one.covariance == pytest.approx(two.covariance, abs=1e-9)


def test_who_is_reached_by_wins_and_losses_hangs_together() -> None:
    # 1 beats 0 and loses to it; 2 ties with 1; 3 only ever beats 0.
    first, second = np.array([1, 1, 2, 3]), np.array([0, 0, 1, 0])
    value = np.array([1.0, -1.0, 0.0, 1.0])
    ones = np.ones(4)

    label = joined(Pairs(first, second, value, ones, np.arange(4), ones), 4)

    assert label[0] == label[1] == label[2] != label[3]


def _fields(pairs: Pairs) -> list[Any]:
    return [pairs.first, pairs.second, pairs.value, pairs.side, pairs.rater, pairs.weight]


def choices(*, raters: int = 12, pairs: int = 8, neither: int = 0) -> list[dict[str, Any]]:
    """Ana is preferred in three of four pairs, ben in one of three; sides alternate."""
    rows = []
    for rater in range(raters):
        for place in range(pairs):
            persona = ("ana", "ben")[(rater + place) % 2]
            ahead = (rater + place // 2) % 4 > 0 if persona == "ana" else (rater + place) % 3 == 0
            said = "own" if ahead else "other"
            said = "equal" if (rater * 3 + place) % 7 == 0 else said
            rows.append(
                {
                    "participant_id": f"p-{rater:02}",
                    "contrast_id": f"c-{place}",
                    "scenario_id": f"s-{place // 2}",
                    "persona": persona,
                    "position": place,
                    "side": ("left", "right")[(rater + place // 2) % 2],
                    "preferred": "neither" if len(rows) < neither else said,
                }
            )
    return rows


def about(made: Preference, subject: str) -> Finding:
    return next(
        one for one in made.findings if one.question == "preference" and one.subject == subject
    )


def test_the_primary_test_comes_first_and_is_the_disparity_of_preference() -> None:
    data = frames(choices=choices())

    made = preference(data, seed=4)

    first = disparity(observe(data, "preference"), seed=4).findings
    assert [one.content() for one in made.findings[: len(first)]] == [
        one.content() for one in first
    ]
    assert {one.question for one in made.findings[len(first) :]} == {"preference"}


def test_a_finding_carries_worth_and_probability_and_speaks_of_these_situations() -> None:
    made = preference(frames(choices=choices()))

    ana = about(made, "ana")
    assert (ana.verdict, ana.p) == ("estimated", None)
    assert ana.speaks_of == "these situations"
    assert ana.caveats == (
        "Its error is clustered by rater alone, so it speaks of these situations; what holds in "
        "general is the primary test's to say.",
    )
    assert ana.estimate is not None
    assert ana.beside[PREFERRED].value == pytest.approx((1 + ana.estimate.value) / 2)
    assert ana.beside[WORTH].value > 0 > about(made, "ben").beside[WORTH].value
    row = made.table.set_index("contestant").loc["ana"]
    counted = row[["preferred", "other_preferred", "equal", "neither"]].sum()
    assert counted == row["comparisons"] == 48


def test_neither_is_counted_apart_and_moves_no_worth() -> None:
    some = preference(frames(choices=choices(neither=6)))
    none = preference(frames(choices=choices()[6:]))

    assert about(some, "ana").beside[WORTH] == about(none, "ana").beside[WORTH]
    assert about(some, "ana").left_out["neither"] == 3
    share = about(some, "neither acceptable")
    assert share.estimate is not None
    assert share.estimate.value == pytest.approx(6 / 96)
    assert some.says == (
        "Planned contrasts: 96 pairs by 12 raters; in 6 neither reply was acceptable; the worth "
        "of 2 of 2 contestants can be told.",
    )


def test_observations_give_the_same_worths_as_frames() -> None:
    data = frames(choices=choices())

    one, other = preference(data), preference(observe(data, "preference"))

    assert about(one, "ana").estimate == about(other, "ana").estimate


def test_leads_are_compared_by_themselves() -> None:
    rows = choices()
    for row in rows:
        row["origin"] = "lead" if row["contrast_id"] in ("c-0", "c-1", "c-2") else "planned"

    made = preference(frames(choices=rows))

    assert sorted(set(made.table["origin"])) == ["lead", "planned"]
    assert made.table.groupby("origin")["comparisons"].sum().to_dict() == {
        "lead": 36,
        "planned": 60,
    }


def test_whoever_always_wins_has_no_worth() -> None:
    rows = [row | ({"preferred": "own"} if row["persona"] == "ana" else {}) for row in choices()]

    made = preference(frames(choices=rows))

    assert about(made, "ana").verdict == "not estimable"
    assert about(made, "ana").caveats == (
        "All 48 observations of ana and of what it is compared with are 1, so there is no "
        "variation to measure a difference by.",
    )
    assert about(made, "ben").estimate is not None
    assert made.table.set_index("contestant")["worth"].isna().to_dict() == {
        "ana": True,
        "ben": False,
    }


def test_nothing_but_ties_gives_no_worth() -> None:
    made = preference(frames(choices=[row | {"preferred": "equal"} for row in choices()]))

    assert about(made, "ben").caveats == (
        "All 48 observations of ben and of what it is compared with are 0, so there is no "
        "variation to measure a difference by.",
    )
    assert about(made, "the left side").caveats == (
        "Every pair that could be compared was a tie, so no worth can be told.",
    )


def test_one_rater_cannot_speak_for_raters() -> None:
    rows = [row | {"participant_id": "p-00", "item_id": f"i{n}"} for n, row in enumerate(choices())]

    made = preference(frames(choices=rows))

    few = (
        "{} was judged by 1 rater only: this cannot generalize over raters, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 raters."
    )
    assert about(made, "ana").caveats == (few.format("ana"),)
    assert about(made, "neither acceptable").caveats == (few.format("It"),)
    assert about(made, "the left side").caveats == (
        "Fewer than 3 raters compared the pairs, so nothing can be said of raters in general.",
    )


def test_a_side_that_always_wins_has_no_effect() -> None:
    rows = [row | {"preferred": "own" if row["side"] == "left" else "other"} for row in choices()]

    made = preference(frames(choices=rows))

    assert about(made, "the left side").caveats == (
        "One side, or one kind of pair, always came out alike, so no worth has a finite estimate.",
    )


def test_the_effect_of_a_side_is_worked_by_hand() -> None:
    # Left wins 2 of 4 pairs on either side of ana with every second rater and all 4 with the
    # others: 3 in 4, whoever stands there.
    rows = []
    for rater in range(8):
        for at in range(8):
            side, left_wins = ("left", "right")[at % 2], rater % 2 == 1 or at < 4
            rows.append(
                {
                    "participant_id": f"p-{rater}",
                    "contrast_id": f"c-{at}",
                    "scenario_id": f"s-{at // 2}",
                    "position": at,
                    "side": side,
                    "preferred": "own" if left_wins == (side == "left") else "other",
                }
            )

    made = preference(frames(choices=rows))

    left = about(made, "the left side")
    assert left.estimate is not None
    assert left.estimate.value == pytest.approx(2 * 3 / 4 - 1, abs=1e-9)
    assert left.beside[WORTH].value == pytest.approx(np.log(3), abs=1e-8)
    # Deviations from 3/4 sum to 2 with either sign in each rater.
    by_hand = 2 * np.sqrt(8 * 2**2) / 64 * np.sqrt(8 / 7)
    assert left.se == pytest.approx(by_hand, rel=1e-6)
    assert (left.df, left.about, left.compared_with) == (7, "the raters", "the right side")
    # Every rater is of two minds about ana in the same way, so her worth has no error.
    assert about(made, "ana").verdict == "not estimable"


def test_one_side_for_each_contestant_cannot_be_told_from_them() -> None:
    rows = [row | {"side": "left" if row["persona"] == "ana" else "right"} for row in choices()]

    made = preference(frames(choices=rows))

    assert about(made, "ana").caveats == (
        "Replies to ana stood on one side throughout, so what is due to them cannot be told from "
        "what is due to the side.",
    )
    assert made.findings[0].question == "disparity"


def test_no_pairs_are_said() -> None:
    made = preference(frames(ratings=crossed(3, 4, lambda rater, item: 3)))

    assert made.findings == ()
    assert made.table.empty
    assert made.says == (
        "Raters compared no pairs, so nothing can be said of whose reply is preferred.",
    )


def test_ratings_are_no_pairs() -> None:
    data = frames(ratings=crossed(3, 4, lambda rater, item: 1 + (rater + item) % 5))

    with pytest.raises(AnalysisError) as caught:
        preference(observe(data, "helpful"))
    assert str(caught.value) == (
        "preference: got observations of scale 'likert'; wanted pairs, of scale 'preference'. "
        "Take the outcome 'preference'."
    )


def test_explore_rows_are_refused() -> None:
    with pytest.raises(AnalysisError) as caught:
        preference(frames(choices=[row | {"stage": "explore"} for row in choices()]))
    assert str(caught.value) == (
        "analysis: got 96 of 96 rows of stage 'explore'; wanted stage 'confirm' alone, because "
        "explore finds and confirm measures. Load the frames with stage='confirm'."
    )

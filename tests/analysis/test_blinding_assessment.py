"""Whether raters could tell: against arithmetic worked by hand, and what is said of nothing."""

from typing import Any

import pytest
from judged import crossed, frames
from scipy import stats

from toolkit.analysis import blinding
from toolkit.analysis.blinding_assessment import EXACT, RIGHT_SHARE, UNSURE_SHARE
from toolkit.errors import AnalysisError

STATES = {
    "p-00": ["right", "right", "wrong"],
    "p-01": ["right", "wrong", "cannot tell"],
    "p-02": ["right", "cannot tell", "cannot tell"],
    "p-03": ["wrong", "wrong", "right"],
}


def guesses(states: dict[str, list[str]], options: int = 4, **more: Any) -> list[dict[str, Any]]:
    return [
        {"participant_id": who, "state": state, "options": options, "unit_id": f"u-{at:02}", **more}
        for who, given in states.items()
        for at, state in enumerate(given)
    ]


def made(states: dict[str, list[str]], options: int = 4) -> Any:
    return blinding(frames(guesses=guesses(states, options)))


def test_the_share_right_is_set_against_chance_and_clustered_by_rater() -> None:
    # 9 named, 5 right; excess 5/9 - 1/4. Deviations from 5/9 within raters: 3, 2, 1 and 3 named;
    # 2 - 15/9, 1 - 10/9, 1 - 5/9, 1 - 15/9 = 3/9, -1/9, 4/9, -6/9; squares sum to 62/81.
    found = made(STATES).findings[0]

    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(5 / 9 - 1 / 4)
    assert found.se == pytest.approx((62 / 81 / 81 * 4 / 3) ** 0.5)
    assert found.df == 3
    assert found.p == pytest.approx(2 * stats.t.sf((5 / 9 - 1 / 4) / found.se, 3))
    assert found.n.raters == 4
    assert found.n.observations == 9
    assert found.beside[RIGHT_SHARE].value == pytest.approx(5 / 9)
    assert found.beside[UNSURE_SHARE].value == pytest.approx(3 / 12)


def test_the_exact_test_is_binomial_when_all_have_as_many_options() -> None:
    found = made(STATES).findings[0]

    assert found.tests[EXACT] == pytest.approx(2 * stats.binom.sf(4, 9, 0.25))


def test_the_exact_test_allows_for_different_options() -> None:
    # Two of 2 and one of 4, all right: 2 * 1/2 * 1/2 * 1/4.
    rows = [
        *guesses({"p-00": ["right"], "p-02": ["right"]}, options=2),
        *guesses({"p-01": ["right"]}, options=4),
    ]

    found = blinding(frames(guesses=rows)).findings[0]

    assert found.tests[EXACT] == pytest.approx(0.125)


def test_bangs_index_with_two_options_is_the_published_one() -> None:
    # (right - wrong) / all, as H. Bang, L. Ni and C. E. Davis 2004 give it: (5 - 4) / 12.
    found = made(STATES, options=2).findings[1]

    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(1 / 12)
    # Within raters: scores 1, 0, 1, -1 less 3/12 each: .75, -.25, .75, -1.25.
    assert found.se == pytest.approx((2.75 / 144 * 4 / 3) ** 0.5)


def test_a_wrong_guess_among_more_options_costs_less() -> None:
    found = made(STATES, options=5).findings[1]

    assert found.estimate is not None
    assert found.estimate.value == pytest.approx((5 - 4 / 4) / 12)


def test_the_table_counts_every_answer_by_arm() -> None:
    rows = [
        *guesses({"p-00": ["right", "wrong"], "p-01": ["cannot tell", "wrong"]}),
        *guesses({"p-00": ["wrong"], "p-02": ["right"]}, arm="reference", persona_id="ref"),
    ]

    table = blinding(frames(guesses=rows)).table.set_index("arm")

    assert list(table.index) == ["reference", "swap", "all"]
    assert table.loc["all", ["guesses", "named", "right", "wrong", "cannot_tell"]].tolist() == [
        *(6, 5, 2, 3, 1)
    ]
    assert table.loc["all", "expected"] == pytest.approx(1.25)


def test_it_is_said_whether_raters_could_tell() -> None:
    told = {f"p-{rater:02}": ["right", "right", "wrong"] for rater in range(10)} | {
        "p-10": ["right"] * 3,
        "p-11": ["wrong"] * 3,
    }

    assert made(told).says == (
        "Raters could tell whose reply they read more often than by guessing: 23 of 36 guesses "
        "that named a persona were right (64 %, 95 % interval 46 % to 78 %), where guessing gives "
        "25 %. 0 of 36 guesses said: cannot tell."
    )
    assert made(STATES).says.startswith(
        "It is not settled whether raters could tell whose reply they read: 5 of 9 guesses"
    )
    misled = {f"p-{rater:02}": ["wrong"] * 6 for rater in range(12)} | {"p-12": ["right"]}
    assert made(misled, options=2).says.startswith(
        "Raters were right less often than by guessing, so something misled them: 1 of 73 guesses"
    )


def test_all_right_gives_a_bound_and_no_clustered_test() -> None:
    found = made({f"p-{rater:02}": ["right", "right"] for rater in range(6)})

    first, index, unsure = found.findings
    assert first.estimate is not None
    assert first.estimate.value == pytest.approx(0.75)
    # 6 raters are n: the bound of 6 of 6 is .05^(1/6).
    assert first.estimate.low == pytest.approx(0.05 ** (1 / 6) - 0.25)
    assert first.p is None
    assert first.verdict == "differs"
    assert index.verdict == "not estimable"
    assert index.caveats == (
        "Every guess scored alike, so there is no standard error; read the share that is right.",
    )
    assert unsure.estimate is not None
    assert unsure.estimate.value == 0


def test_one_question_has_one_test() -> None:
    _, index, _ = made(STATES).findings
    assert index.estimate is not None
    assert (index.verdict, index.p) == ("estimated", None)


def test_the_effect_is_told_apart_by_guess() -> None:
    def value(rater: int, item: int) -> int:
        return 4 if item % 2 == 0 else 1 + rater % 3

    ratings = crossed(6, 8, value)
    seen = [row for row in ratings if row["arm"] == "swap"]
    rows = [
        {
            **{name: row[name] for name in ("participant_id", "unit_id", "contrast_id")},
            "state": "right" if row["participant_id"] < "p-03" else "cannot tell",
        }
        for row in seen
    ]

    told = blinding(frames(ratings=ratings, guesses=rows), "helpful").by_guess

    assert told["guess"].tolist() == ["guessed right", "guessed wrong or cannot tell"]
    # Raters 0, 1, 2 give 1, 2, 3 where the reference has 4; so do raters 3, 4, 5.
    assert told["difference"].tolist() == pytest.approx([-2, -2])
    assert told["judgments"].tolist() == [12, 12]
    assert told["raters"].tolist() == [3, 3]


def test_no_guesses_are_said() -> None:
    found = made({})

    sentence = "Raters made no guess at a persona, so whether they could tell is not known."
    assert found.says == sentence
    assert [one.verdict for one in found.findings] == ["not estimable"] * 3
    assert {one.caveats for one in found.findings} == {(sentence,)}
    assert found.by_guess.empty


def test_only_cannot_tell_leaves_nothing_to_compare() -> None:
    found = made({"p-00": ["cannot tell"] * 2, "p-01": ["cannot tell"]})

    assert found.says == (
        "No guess named a persona, so there is no share to compare with chance. 3 of 3 guesses "
        "said: cannot tell."
    )
    assert found.findings[0].verdict == "not estimable"


def test_one_rater_says_nothing_of_raters() -> None:
    found = made({"p-00": ["right", "wrong", "wrong"]})

    assert found.findings[0].caveats == (
        "Guesses are by fewer than 3 raters, so nothing can be said of raters in general.",
    )
    assert found.findings[2].estimate is None


def test_items_without_a_reply_are_left_out_and_counted() -> None:
    rows = guesses(STATES)
    rows[0] |= {"state": None}

    found = blinding(frames(guesses=rows)).findings[0]

    assert found.left_out == {"no reply": 1}
    assert found.n.observations == 8


def test_explore_rows_are_refused() -> None:
    with pytest.raises(AnalysisError) as caught:
        blinding(frames(guesses=guesses(STATES, stage="explore")))
    assert str(caught.value) == (
        "analysis: got 12 of 12 rows of stage 'explore'; wanted stage 'confirm' alone, because "
        "explore finds and confirm measures. Load the frames with stage='confirm'."
    )

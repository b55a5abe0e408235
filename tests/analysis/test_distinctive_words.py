from math import log

import numpy as np
import pandas as pd
import pytest
from analysis.spoken_words import replies, spoken
from scipy import stats

from toolkit.analysis import words
from toolkit.analysis.distinctive_words import tokens
from toolkit.analysis.engine import Counted, by_scenario, log_odds
from toolkit.analysis.findings import Counts
from toolkit.errors import AnalysisError


def test_three_words_by_hand() -> None:
    # One scenario; the arm says a 3, b 1, c 0 times and the reference 1, 1, 2 times; the prior
    # counts for 8 words in proportion to both together, 4, 2 and 2 of 8.
    counted = Counted(
        own=np.array([[3.0, 1.0, 0.0]]),
        base=np.array([[1.0, 1.0, 2.0]]),
        scenario=np.array([0]),
        background=np.array([[4.0, 2.0, 2.0]]),
    )
    each, weight = by_scenario(counted, 8.0)
    assert each[0, 0] == pytest.approx(log(7 / 5) - log(5 / 7))
    assert each[0, 1] == pytest.approx(0.0)
    assert each[0, 2] == pytest.approx(log(2 / 10) - log(4 / 8))
    assert weight[0] == pytest.approx(
        [1 / (1 / 7 + 1 / 5), 1 / (1 / 3 + 1 / 3), 1 / (1 / 2 + 1 / 4)]
    )


def test_scenarios_are_averaged_by_what_they_tell() -> None:
    counted = Counted(
        own=np.array([[3.0, 1.0], [5.0, 5.0]]),
        base=np.array([[1.0, 3.0], [5.0, 5.0]]),
        scenario=np.array([0, 1]),
        background=np.array([[4.0, 4.0], [10.0, 10.0]]),
    )
    # Log odds 2 log(5 / 3) and 0; weights 1 / (1/5 + 1/3) and 1 / (1/7 + 1/7) with a prior of 4.
    first, second = 1 / (1 / 5 + 1 / 3), 3.5
    wanted = first * 2 * log(5 / 3) / (first + second)
    assert log_odds(counted, 4.0)[0] == pytest.approx(wanted)


def test_words_are_letters_of_any_script() -> None:
    assert tokens("Don't pay 20 €, Zoë — état-major; 你好!") == [
        "don't",
        "pay",
        "zoë",
        "état-major",
        "你好",
    ]


def test_a_word_that_differs_is_found() -> None:
    made = words(replies(spoken(0.3), spoken(0.08, seed=2)), mask=["Ada"], seed=1)
    first = made.findings[0]
    assert made.table["word"].iloc[0] == "please"
    assert first.verdict == "differs"
    assert first.estimate is not None
    assert first.estimate.low > 0
    assert first.estimand == "difference of the log odds of 'please' from the reference's replies"
    assert first.speaks_of == "in general"
    top = made.table.iloc[0]
    assert first.caveats == (
        f"The replies say 'please' {top['count']} times, in the reference's "
        f"{top['reference_count']} times.",
    )
    assert top["z"] == pytest.approx(top["log_odds"] / first.se)


def test_the_numbers_of_a_word_are_worked_by_hand() -> None:
    # Six scenarios of one contrast: the persona's reply says "thanks" 4 times in 10 words, the
    # reference's twice, everywhere; so no scenario differs from another.
    own, base = "thanks " * 4 + "so " * 6, "thanks " * 2 + "so " * 8
    made = words(replies([[own]] * 6, [[base]] * 6), mask=["Ada"], seed=1, prior=10.0)
    one = made.table.set_index("word").loc["thanks"]
    # The prior holds 10 words as both sides together: 3 "thanks", 7 "so".
    apart = log((4 + 3) / (6 + 7)) - log((2 + 3) / (8 + 7))
    assert one["log_odds"] == pytest.approx(apart)
    # Six scenarios, each with the variance 1 / (4 + 3) + 1 / (2 + 3) of independent words.
    se = ((1 / 7 + 1 / 5) / 6) ** 0.5
    assert one["z"] == pytest.approx(apart / se)
    assert one["p"] == pytest.approx(2 * stats.t.sf(apart / se, 5))
    half = stats.t.ppf(0.975, 5) * se
    assert (one["low"], one["high"]) == pytest.approx((apart - half, apart + half))
    assert (one["count"], one["reference_count"]) == (24, 12)
    assert (one["per_1000"], one["reference_per_1000"]) == pytest.approx((400, 200))
    assert (one["clusters"], one["contrasts"]) == (6, 6)
    finding = made.findings[0]
    assert (finding.df, finding.se_type) == (5, "bootstrap of scenarios")
    assert finding.n == Counts(scenarios=6, contrasts=6, personas=1, replies=12, observations=12)
    assert len(finding.replies) == 12


def test_the_same_words_are_inconclusive() -> None:
    made = words(replies(spoken(0.1), spoken(0.1, seed=2)), mask=["Ada"], seed=1)
    (finding,) = made.findings
    assert finding.verdict == "inconclusive"
    assert finding.caveats[0].startswith("No word differs; the furthest apart is ")
    assert not made.notes


def test_the_same_seed_gives_the_same_and_order_of_rows_none_of_it() -> None:
    table = replies(spoken(0.3), spoken(0.1, seed=2))
    made = words(table, mask=[], seed=4).table
    turned = words(table.iloc[::-1].reset_index(drop=True), mask=[], seed=4).table
    pd.testing.assert_frame_equal(made, turned)


def test_names_are_masked_in_every_text() -> None:
    own = [[f"{text} Ada Byron" for text in texts] for texts in spoken(0.1)]
    table = replies(own, spoken(0.1, seed=2))
    bare = words(table, mask=[], seed=1)
    assert {one.verdict for one in bare.findings} == {"differs"}
    assert bare.notes == ("No word was masked, so names may tell personas apart.",)
    masked = words(table, mask=["Ada Byron", "ada", "byron"], seed=1)
    assert not masked.table["word"].isin(["ada", "byron"]).any()
    assert [one.verdict for one in masked.findings] == ["inconclusive"]


def test_rare_words_are_suppressed_and_counted() -> None:
    own = spoken(0.1)
    own[0][0] += " zebra" * 30  # often, in one scenario
    for texts in own[:9]:
        texts[0] += " quagga"  # in many, 9 times
    made = words(replies(own, spoken(0.1, seed=2)), mask=["Ada"], seed=1)
    assert not made.table["word"].isin(["zebra", "quagga"]).any()
    assert made.notes == (
        "2 words were suppressed: counted fewer than 10 times, or in fewer than 5 scenarios.",
    )


def test_few_scenarios_are_not_estimable() -> None:
    made = words(replies(spoken(0.3, 4), spoken(0.1, 4)), mask=["Ada"], seed=1)
    assert made.findings[0].verdict == "not estimable"
    assert made.findings[0].caveats == (
        "4 scenarios have replies of both p and the reference; wanted at least 5 to compare words. "
        "Send more scenarios.",
    )


def test_equal_texts_are_inconclusive() -> None:
    same = [["one two three four"] * 3 for _ in range(8)]
    made = words(replies(same, same), mask=["Ada"], seed=1)
    assert [one.verdict for one in made.findings] == ["inconclusive"]
    assert made.table["log_odds"].eq(0).all()


def test_texts_too_short_are_not_estimable() -> None:
    same = [["hello"] for _ in range(4)] + [["20 €"]]
    made = words(replies(same, same), mask=["Ada"], seed=1)
    assert made.findings[0].verdict == "not estimable"
    assert made.findings[0].caveats == ("No word is counted often enough to be compared.",)
    assert made.table.empty


def test_replies_kept_apart_are_not_read() -> None:
    table = replies(spoken(0.3), spoken(0.1, seed=2), apart="refused")
    assert words(table, mask=[], seed=1).findings == ()


def test_bad_frames_are_refused() -> None:
    table = replies(spoken(0.3, 2), spoken(0.1, 2))
    with pytest.raises(AnalysisError) as refused:
        words(table.drop(columns="text"), mask=[], seed=1)
    assert str(refused.value) == (
        "words: got a frame without text; wanted the replies of the confirm stage. Pass "
        "`Frames.replies`."
    )
    with pytest.raises(AnalysisError, match="explore finds and confirm measures"):
        words(table.assign(stage="explore"), mask=[], seed=1)

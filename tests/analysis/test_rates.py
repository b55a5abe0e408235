from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from binary_world import observed, row

from toolkit.analysis import rates
from toolkit.analysis.disparity import against_reference
from toolkit.analysis.findings import clustered_share
from toolkit.analysis.rates import impact_ratio
from toolkit.errors import AnalysisError


def arms(own: Sequence[int], base: Sequence[int], each: int = 1):
    """Scenario by scenario: how many of ``each`` replies have the event in either arm."""
    rows = []
    for number, (mine, theirs) in enumerate(zip(own, base, strict=True)):
        for one in range(each):
            rows.append(row(float(one < mine), f"s{number}", "p"))
            rows.append(row(float(one < theirs), f"s{number}"))
    return observed(rows)


def test_with_one_reply_a_scenario_a_share_is_wilsons_by_hand() -> None:
    # 4 of 10 independent: t and z differ, so only a cluster a reply with n = G leaves n alone.
    value = np.array([1.0] * 4 + [0.0] * 6)
    made = clustered_share(value, [np.arange(10)])
    # Deviations of .6 and -.4 squared: 4 * .36 + 6 * .16 = 2.4; / 100 * 10 / 9 = .026667, more
    # than .24 / 10 = .024, so 9 of the 10 count.
    assert made.effective_n == pytest.approx(9.0)
    z2 = 1.959963984540054**2
    middle = (0.4 + z2 / 18) / (1 + z2 / 9)
    half = (z2 * (0.24 / 9 + z2 / 324)) ** 0.5 / (1 + z2 / 9)
    assert made.interval is not None
    assert (made.interval.low, made.interval.high) == pytest.approx((middle - half, middle + half))


def test_repeated_replies_narrow_nothing() -> None:
    value, scenario = np.array([1.0, 0, 0, 1, 0, 1, 0, 0]), np.arange(8)
    once = clustered_share(value, [scenario])
    five = clustered_share(np.repeat(value, 5), [np.repeat(scenario, 5)])
    assert once.interval is not None
    assert five.interval is not None
    assert five.interval.high - five.interval.low >= once.interval.high - once.interval.low
    assert five.effective_n <= 8


def test_none_of_n_prints_the_upper_bound_over_scenarios() -> None:
    made = rates(arms([0] * 10, [0] * 10, each=3))
    assert [one.subject for one in made.findings] == ["reference", "p"]
    own = made.findings[1]
    assert own.estimate is not None
    assert (own.estimate.value, own.estimate.low) == (0.0, 0.0)
    assert own.estimate.high == pytest.approx(1 - 0.05**0.1)  # 10 scenarios, not 30 replies
    assert own.caveats == (
        "0 of 30 observations in 10 clusters: the rate may be up to 25.9% at 95% confidence.",
    )
    assert made.notes == (
        "It never happened in 60 observations: each rate has an upper bound only, and nothing is "
        "said of differences.",
    )
    difference = made.differences.iloc[0]
    assert difference["method"] == "Newcombe at effective n"
    assert difference["low"] == pytest.approx(-(1 - 0.05**0.1))


def test_a_difference_that_does_not_vary_is_bounded_by_what_both_rates_leave_open() -> None:
    # Always in one arm and never in the other, over 8 scenarios: the rates reach down to
    # .05 ** (1 / 8) and up to 1 less that, and R. G. Newcombe adds both squared.
    (one,) = rates(arms([2] * 8, [0] * 8, each=2)).differences.to_dict("records")
    open_end = 1 - 0.05 ** (1 / 8)
    assert (one["difference"], one["high"]) == (1.0, 1.0)
    assert one["low"] == pytest.approx(1 - (2 * open_end**2) ** 0.5)
    (other,) = rates(arms([0] * 8, [2] * 8, each=2)).differences.to_dict("records")
    assert (other["difference"], other["low"]) == (-1.0, -1.0)
    assert other["high"] == pytest.approx((2 * open_end**2) ** 0.5 - 1)
    assert (one["verdict"], one["scenarios"]) == ("not estimable", 8)


def test_all_of_n_prints_the_lower_bound() -> None:
    made = rates(arms([2] * 8, [2] * 8, each=2)).findings[1]
    assert made.estimate is not None
    assert (made.estimate.low, made.estimate.high) == (pytest.approx(0.05 ** (1 / 8)), 1.0)
    assert made.caveats == (
        "16 of 16 observations in 8 clusters: the rate may be as low as 68.8% at 95% confidence.",
    )


def test_one_scenario_gives_no_rate() -> None:
    made = rates(arms([1], [0], each=4))
    assert [one.verdict for one in made.findings] == ["not estimable", "not estimable"]
    assert made.findings[1].estimate is None
    assert made.findings[1].caveats == (
        "1 of 4 observations. p was seen in 1 scenario only: this cannot generalize over "
        "scenarios, so there is no interval, no p-value and no verdict. It takes at least 3 "
        "scenarios.",
    )
    assert made.table["rate"].isna().all()
    assert made.ratios["ratio"].isna().all()


def test_one_rater_gives_no_rate() -> None:
    rows = [row(float(n == 0), f"s{n}", "p", rater="r") for n in range(6)]
    made = rates(observed(rows, outcome="accepted"))
    assert made.findings[0].caveats == (
        "1 of 6 observations. p was judged by 1 rater only: this cannot generalize over raters, "
        "so there is no interval, no p-value and no verdict. It takes at least 3 raters.",
    )


def test_no_ratio_is_without_its_interval() -> None:
    rng = np.random.default_rng(5)
    for chance in (0.0, 0.05, 0.5, 1.0):
        counts = [rng.binomial(3, chance, 9) for _ in range(2)]
        table = rates(arms(*counts, each=3)).ratios
        bare = table["ratio"].notna() & (table["low"].isna() | table["high"].isna())
        assert not bare.any()
        assert table["says"].ne("").all()


def test_a_ratio_over_many_events_is_that_of_the_log_by_hand() -> None:
    own, base = [1] * 5 + [0] * 5, [1, 0] * 5
    made = impact_ratio(against_reference(arms(own, base), "p"), 1)
    assert made.method == "log ratio, clustered"
    assert made.estimate is not None
    # Scores (y - .5) / 5 of both arms cancel where they agree, in 6 of 10 scenarios; in the other
    # 4 they are +-.2, so the variance is 4 * .04 * 10 / 9; t with 9 df is 2.262157.
    reach = np.exp(2.2621571628540993 * (4 * 0.04 * 10 / 9) ** 0.5)
    assert made.estimate.value == 1.0
    assert (made.estimate.low, made.estimate.high) == pytest.approx((1 / reach, reach))
    assert made.says == (
        "The interval reaches to both sides of four fifths: the data do not tell which."
    )


def test_without_a_favorable_outcome_of_the_reference_there_is_no_ratio() -> None:
    made = impact_ratio(against_reference(arms([2, 1, 2], [0, 0, 0], each=2), "p"), 1)
    assert made.estimate is None
    assert made.says == "The reference never had the favorable outcome: no ratio."


def test_what_is_not_binary_is_refused() -> None:
    with pytest.raises(AnalysisError) as refused:
        rates(observed([row(3, "s", "p")], "helpful", "likert"))
    assert str(refused.value) == (
        "rates: got outcome 'helpful' on the scale 'likert'; wanted a binary one, 0 or 1. Take "
        "`refusal`, or say what counts as 1 and pass that."
    )


def test_explore_rows_are_refused() -> None:
    with pytest.raises(AnalysisError, match="explore finds and confirm measures"):
        rates(observed([row(1, "s", "p", stage="explore")]))


def test_an_arm_that_is_not_there_is_named() -> None:
    with pytest.raises(AnalysisError) as refused:
        against_reference(arms([1], [1]), "q")
    assert str(refused.value) == (
        "analysis: got 'q'; wanted one of the arms that were observed: p. Name one of these."
    )


def test_intervals_cover_where_replies_of_a_scenario_go_together() -> None:
    rng = np.random.default_rng(8)
    covered = 0
    for _ in range(600):
        chance = rng.beta(0.3, 1.2, 18)  # mean .2, correlation .4 within a scenario
        value = rng.binomial(1, np.repeat(chance, 3)).astype("float64")
        made = clustered_share(value, [np.repeat(np.arange(18), 3)]).interval
        assert made is not None
        covered += made.low <= 0.2 <= made.high
    assert covered / 600 >= 0.93


def test_one_persona_without_any_answer_takes_nobody_else_with_it() -> None:
    """All its units failed: its row says so, and everybody else has a rate."""
    seen = arms([1, 0, 1, 0], [0, 1, 0, 0], each=4)
    absent = pd.DataFrame(index=pd.Index(["p", "zed"], name="persona"))
    made = rates(replace(seen, people=absent, left_out={"errored": 9}))
    found = {one.subject: one for one in made.findings}
    assert found["zed"].verdict == "not estimable"
    assert found["zed"].caveats == (
        "Nothing of zed was observed, so there is no rate of it. 9 rows are in no rate: look there "
        "for what became of its replies.",
    )
    assert found["p"].estimate is not None
    assert made.differences.set_index("subject")["difference"].isna().to_dict()["zed"]

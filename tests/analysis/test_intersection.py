"""Strata of crossed factors: against R, and where they cannot be had."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from analysis.crossed_factors import made_up, observed
from scipy import special

from toolkit.analysis import Finding, Observations
from toolkit.analysis.frames import from_table
from toolkit.analysis.intersection import Intersections, intersections
from toolkit.errors import AnalysisError

REFERENCE = Path(__file__).parents[1] / "reference" / "mixed"
FACTORS = ["gender", "ethnicity"]
SUBJECTS = [
    "between strata",
    "between strata, beyond main effects",
    "explained by main effects",
]


def of_r() -> Observations:
    """The data set of the witness; each stratum is one persona."""
    data = pd.read_csv(REFERENCE / "data" / "strata.csv")
    return from_table(
        data,
        scale="number",
        value="value",
        persona="stratum",
        scenario="scenario",
        rater="rater",
        factors=FACTORS,
        reference="man & white",
    )


def in_r(quantity: str) -> "pd.Series[float]":
    table = pd.read_csv(REFERENCE / "expected.csv")
    of = table[(table["case"] == "strata") & (table["quantity"] == quantity)]
    return of.set_index("name")["value"].astype(float)


@cache
def binary() -> Intersections:
    return intersections(observed(made_up(scale="binary"), "binary"), ["gender", "region"], draws=3)


@cache
def likert() -> Intersections:
    return intersections(observed(made_up()), ["gender", "region"], draws=20)


def shares(got: Intersections) -> list[Finding]:
    return list(got.findings[:3])


def test_shares_of_variance_are_those_of_r() -> None:
    got = intersections(of_r(), FACTORS, draws=3)
    before, after, explained = (one.estimate for one in shares(got))
    assert before is not None
    assert after is not None
    assert explained is not None
    assert before.value == pytest.approx(in_r("share_before")["stratum"], abs=1e-6)
    assert after.value == pytest.approx(in_r("share_after")["stratum"], abs=1e-6)
    assert explained.value == pytest.approx(in_r("explained")["stratum"], abs=1e-5)


def test_residuals_and_their_intervals_are_those_of_r() -> None:
    got = intersections(of_r(), FACTORS, draws=3).table
    names = got["gender"].astype(str) + " & " + got["ethnicity"].astype(str)
    theirs, sds = in_r("residual")[list(names)], in_r("residual_sd")[list(names)]
    assert len(theirs) == 12
    np.testing.assert_allclose(got["residual"], theirs, rtol=0, atol=1e-5)
    np.testing.assert_allclose(got["low"], theirs - 1.959963984540054 * sds, rtol=0, atol=1e-5)
    np.testing.assert_allclose(got["high"], theirs + 1.959963984540054 * sds, rtol=0, atol=1e-5)


def test_a_combination_that_does_not_add_up_is_found() -> None:
    got = likert()
    worst = got.table.sort_values("residual").iloc[0]
    assert worst["stratum"] == "gender: woman, region: north"
    assert [one.subject for one in shares(got)] == SUBJECTS
    assert [one.verdict for one in shares(got)] == ["estimated"] * 3
    beyond = got.findings[1]
    (null,) = beyond.tests
    assert null == "no spread between strata beyond main effects (likelihood ratio at its boundary)"
    assert beyond.tests[null] < 0.05
    named = {one.subject: one for one in got.findings[3:]}
    assert named["gender: woman, region: north"].unit == "points (1 to 5)"
    assert named["gender: woman, region: north"].about == "this factor"
    assert named["gender: woman, region: north"].n.personas == 3
    assert len(named) == 6


def test_intervals_hold_their_estimates_and_stay_within_bounds() -> None:
    for one in shares(likert()):
        assert one.estimate is not None
        assert one.estimate.low <= one.estimate.value <= one.estimate.high
        assert one.estimate.high <= 1
        assert one.se_type == "parametric bootstrap, 20 draws"


def test_personas_are_a_factor_where_strata_have_several() -> None:
    assert list(likert().variances["part"]) == [
        "stratum", "persona", "rater", "scenario", "scenario:persona", "residual",
    ]  # fmt: skip
    assert likert().notes == (
        "The standard deviation of scenario:persona is estimated as 0: no more variation is seen "
        "than chance gives.",
    )


def test_one_persona_a_stratum_is_said() -> None:
    got = intersections(observed(made_up(personas=1)), ["gender", "region"], draws=3)
    sentence = (
        "Every stratum has one persona, so stratum and persona cannot be told apart: what is said "
        "of a stratum is said of that persona."
    )
    assert sentence in got.notes
    assert sentence in got.findings[0].caveats
    assert "persona" not in list(got.variances["part"])
    assert {one.about for one in got.findings} == {"these personas"}


def test_some_strata_with_one_persona_are_counted() -> None:
    data = made_up(personas=2)
    fewer = data[(data["nr"] == 0) | (data["gender"] == "man")]
    got = intersections(observed(fewer), ["gender", "region"], draws=3)
    assert got.notes[0] == (
        "4 of 6 strata have one persona: there, persona and stratum are told apart by the spread "
        "in the others alone."
    )


def test_strata_that_few_raters_saw_are_not_shown() -> None:
    data = made_up()
    hidden = (data["gender"] == "other") & (data["region"] == "south")
    got = intersections(
        observed(data[~hidden | (data["rater"] < 4)]), ["gender", "region"], draws=3
    )
    row = got.table.set_index("stratum").loc["gender: other, region: south"]
    assert row["suppressed"]
    assert row["raters"] == 4
    assert row[["residual", "low", "high"]].isna().all()
    assert "gender: other, region: south" not in [one.subject for one in got.findings]
    assert got.notes[-1] == (
        "1 of 6 strata were seen by fewer than 5 raters and are not shown by themselves."
    )


def test_the_privacy_minimum_is_an_argument() -> None:
    got = intersections(observed(made_up()), ["gender", "region"], draws=3, privacy_minimum=7)
    assert got.table["suppressed"].all()
    assert len(got.findings) == 3


def test_residuals_of_a_rate_are_differences_in_share() -> None:
    got = binary()
    found = got.findings[3]
    assert found.unit == "share of answers"
    beta = got.main_effects.set_index("name")["estimate"]
    # The first stratum has the first level of both factors: the intercept alone.
    at = beta["Intercept"]
    first = got.table.iloc[0]
    assert (first["gender"], first["region"]) == ("man", "north")
    reached = special.logit(special.expit(at) + first["residual"]) - at
    low = special.logit(special.expit(at) + first["low"]) - at
    high = special.logit(special.expit(at) + first["high"]) - at
    # On the logit scale the interval is symmetrical about the mode.
    assert reached - low == pytest.approx(high - reached, rel=1e-6)
    assert list(got.variances["part"])[-1] != "residual"


def test_a_latent_rest_is_part_of_a_rates_variance() -> None:
    got = binary()
    before = got.variances.set_index("part")["before"]
    assert got.findings[0].estimate is not None
    assert got.findings[0].estimate.value == pytest.approx(
        before["stratum"] / (before.sum() + np.pi**2 / 3)
    )


def test_no_spread_beyond_main_effects_leaves_no_stratum_to_name() -> None:
    data = made_up(personas=1)
    data["value"] = np.where(data["gender"] == "woman", 2, 4) + (data["scenario"] % 2)
    data["value"] -= (data["rater"] * data["scenario"]) % 3  # the same in every stratum
    data["value"] = data["value"].clip(1, 5)
    got = intersections(observed(data), ["gender", "region"], draws=3)
    assert [one.verdict for one in got.findings[3:]] == ["not estimable"] * 6
    assert got.findings[3].caveats == (
        "Beyond main effects no spread between strata is seen, so no combination can be told from "
        "what its factors add up to.",
    )
    assert got.table["residual"].isna().all()


def test_equal_answers_are_not_estimable() -> None:
    got = intersections(observed(made_up().assign(value=3)), ["gender", "region"])
    assert [one.verdict for one in got.findings] == ["not estimable"] * 3
    assert got.notes == (
        "mixed: got the answer 3 in all of 432 observations; wanted at least two different "
        "answers. Nothing can be compared where nothing varies.",
    )
    assert got.findings[0].caveats == got.notes
    assert got.table["residual"].isna().all()


def test_too_few_strata_are_not_estimable() -> None:
    data = made_up()
    data = data[(data["gender"] == "man") | (data["region"] == "south")]
    got = intersections(observed(data), ["gender", "region"])
    assert got.notes == (
        "4 strata cannot be told from 3 main effects and a mean; it takes more combinations of "
        "the factors than these.",
    )


def test_personas_without_a_factor_are_left_out_and_counted() -> None:
    data = made_up()
    data["region"] = data["region"].where(data["persona"] != "man-south-1")
    got = intersections(observed(data), ["gender", "region"], draws=3)
    assert got.notes[0] == (
        "24 observations are left out, because a factor of their persona is not known: man-south-1."
    )
    assert got.table["observations"].sum() == len(data) - 24


def test_factors_that_are_not_known_are_refused() -> None:
    with pytest.raises(AnalysisError) as caught:
        intersections(observed(made_up()), ["gender", "age"])
    assert str(caught.value) == (
        "intersections: got the factors gender, age; wanted two or more of those the personas "
        "have: gender, region. Name some of these."
    )
    with pytest.raises(AnalysisError) as caught:
        intersections(observed(made_up()), ["gender"])
    assert str(caught.value) == (
        "intersections: got the factors gender; wanted two or more of those the personas have: "
        "gender, region. Name some of these."
    )


def test_explore_rows_are_refused() -> None:
    whole = observed(made_up())
    whole.frame["stage"] = pd.Categorical(
        ["explore"] * len(whole.frame), categories=whole.frame["stage"].cat.categories
    )
    with pytest.raises(AnalysisError):
        intersections(whole, ["gender", "region"])


def test_rows_in_another_order_change_nothing() -> None:
    data = made_up()
    one = likert().table
    shuffled = data.sample(frac=1, random_state=1)
    whole = from_table(
        shuffled, scale="likert", bounds=(1, 5), value="value", persona="persona",
        scenario="scenario", rater="rater", factors=["gender", "region"],
        reference=data["persona"].iloc[0],
    )  # fmt: skip
    other = intersections(whole, ["gender", "region"], draws=3).table
    np.testing.assert_allclose(one["residual"], other["residual"], rtol=0, atol=1e-6)
    assert list(one["stratum"]) == list(other["stratum"])


def test_the_null_arms_are_left_out() -> None:
    data = made_up()
    again = data[data["persona"] == "man-north-0"].assign(arm="resample", value=1)
    data["arm"] = np.where(data["persona"] == "man-north-0", "reference", "swap")
    whole = from_table(
        pd.concat([data, again], ignore_index=True), scale="likert", bounds=(1, 5), value="value",
        persona="persona", scenario="scenario", rater="rater", arm="arm",
        factors=["gender", "region"],
    )  # fmt: skip
    got = intersections(whole, ["gender", "region"], draws=3).table
    np.testing.assert_allclose(got["residual"], likert().table["residual"], rtol=0, atol=1e-9)


@pytest.mark.parametrize(("raters", "known"), [(4, True), (3, True)])
def test_a_factor_of_chance_takes_two_rows_a_level(raters: int, known: bool) -> None:
    data = made_up(raters=raters, scenarios=3)
    parts = intersections(observed(data), ["gender", "region"], draws=3).variances["part"]
    assert ("scenario:persona" in set(parts)) == known
    assert {"stratum", "persona", "scenario"} <= set(parts)

"""The primary test against R: sandwich, clubSandwich, p.adjust; see reference/disparity/make.R."""

import numpy as np
import pytest
from comparisons import PEOPLE, WOMEN, corrected, expected, judged, read
from scipy import stats

from toolkit.analysis import Finding, Observations, disparity
from toolkit.analysis.disparity import TWO_WAY, comparison
from toolkit.analysis.engine import (
    Effects,
    Method,
    adjust,
    bias_reduced,
    equal_scenarios,
    sweep,
)
from toolkit.analysis.frames import coded

PERSONAS = ("ada", "ben", "cleo", "dov", "eve", "fay", "gus")


@pytest.fixture(scope="module")
def crossed() -> Observations:
    return judged(read("crossed"))


def found(effects: Effects, index: int) -> dict[str, float]:
    return {
        "estimate": effects.estimate[index],
        "V_r": effects.of_raters[index],
        "V_s": effects.of_scenarios[index],
        "V_rs": effects.of_cells[index],
    }


def same_corrections(effects: Effects, names: list[str], r: dict[tuple[str, str], float]) -> None:
    found = effects.corrections
    parts = {"r": found.raters, "s": found.scenarios, "rs": found.cells}
    for index, name in enumerate(names):
        for part, one in parts.items():
            assert one.factor[index] == pytest.approx(r[f"factor_{part}", name], rel=1e-8)
            if part != "rs":
                assert one.df[index] == pytest.approx(r[f"df_{part}", name], rel=1e-8)


def same(effects: Effects, names: list[str], r: dict[tuple[str, str], float]) -> None:
    for index, name in enumerate(names):
        for what, value in found(effects, index).items():
            assert value == pytest.approx(r[what, name], rel=1e-9, abs=1e-12), (what, name)


def test_effects_against_the_reference_are_those_of_r(crossed: Observations) -> None:
    data = coded(crossed)
    asks = comparison(data, "reference")
    swept = data.sweep(asks.columns, combine=asks.combine, own=asks.own)
    names = [one.subject for one in asks.claims]
    assert names == [*PERSONAS, "paraphrase", "resample"]
    same(swept.effects(data.value), names, expected("reference"))
    same_corrections(swept.effects(data.value), names, expected("reference"))
    same(swept.effects((data.value >= 4).astype("float64")), names, expected("high"))


def test_codes_alone_give_the_same_effects(crossed: Observations) -> None:
    data = coded(crossed)
    label = np.where(data.arm == "swap", data.persona, data.arm)
    names = [*PERSONAS, "paraphrase", "resample"]
    assert data.rater is not None
    swept = sweep(
        (label[:, None] == names).astype("float64"),
        scenario=data.scenario,
        rater=data.rater,
        levels=[data.contrast, data.rater],
        weight=data.weight,
    )
    same(swept.effects(data.value), names, expected("reference"))


def test_effects_against_the_grand_mean_are_those_of_r(crossed: Observations) -> None:
    data = coded(crossed)
    asks = comparison(data, "grand_mean")
    swept = data.sweep(asks.columns, combine=asks.combine, own=asks.own)
    names = [one.subject for one in asks.claims]
    same(swept.effects(data.value), names, expected("grand"))
    same_corrections(swept.effects(data.value), names, expected("grand"))


def test_pairs_are_those_of_r() -> None:
    data = coded(judged(read("pairs"), scale="preference", bounds=(-1, 1)))
    asks = comparison(data, "reference")
    swept = data.sweep(asks.columns, combine=asks.combine, own=asks.own)
    effects = swept.effects(data.value)
    r = expected("pairs")
    for name, index in (("ben", 0), ("eve", 1), ("resample", 3)):
        for what, value in found(effects, index).items():
            assert value == pytest.approx(r[what, name], rel=1e-9), (what, name)


def _of(findings: tuple[Finding, ...], subject: str) -> Finding:
    return next(one for one in findings if one.subject == subject)


def test_a_finding_carries_the_two_way_error(crossed: Observations) -> None:
    eve = _of(disparity(crossed).findings, "eve")
    r = expected("reference")
    se, df = corrected(r, "eve")
    assert (eve.se, eve.df) == (pytest.approx(se, rel=1e-9), pytest.approx(df, rel=1e-9))
    assert eve.estimate is not None
    assert eve.estimate.value == pytest.approx(r["estimate", "eve"], rel=1e-9)


def test_a_factor_takes_the_larger_p_and_both_intervals(crossed: Observations) -> None:
    (woman,) = (
        one
        for one in disparity(crossed, factors=("gender",)).findings
        if one.subject.startswith("gender")
    )
    r = expected("factor")
    # Of two levels the first by name is compared with the second.
    assert (woman.subject, woman.compared_with) == ("gender: man", "gender: woman")
    assert woman.estimate is not None
    assert woman.estimate.value == pytest.approx(-r["estimate", "woman"], rel=1e-9)
    se, df = corrected(r, "woman")
    by_ratings = stats.t.ppf(0.975, df) * se
    p_by_ratings = 2 * stats.t.sf(abs(r["estimate", "woman"]) / se, df)
    assert woman.p == pytest.approx(max(p_by_ratings, r["welch_p", "woman"]), rel=1e-9)
    assert (woman.se_type, woman.df) == (TWO_WAY, pytest.approx(df, rel=1e-9))
    assert woman.estimate.low == pytest.approx(
        min(-r["welch_high", "woman"], -r["estimate", "woman"] - by_ratings), rel=1e-9
    )
    assert woman.estimate.high == pytest.approx(
        max(-r["welch_low", "woman"], -r["estimate", "woman"] + by_ratings), rel=1e-9
    )
    assert set(PEOPLE.query("gender == 'woman'").index) == set(WOMEN)


@pytest.mark.parametrize("persona", ["ben", "eve"])
def test_ranges_without_one_are_those_of_refits(crossed: Observations, persona: str) -> None:
    one = _of(disparity(crossed).findings, persona)
    r = expected("without")
    assert one.without_one_scenario == pytest.approx(
        (r["scenario_low", persona], r["scenario_high", persona]), rel=1e-7
    )
    assert one.without_one_rater == pytest.approx(
        (r["rater_low", persona], r["rater_high", persona]), rel=1e-7
    )


def test_machine_outcomes_cluster_scenarios_alone() -> None:
    observations = judged(read("machine").assign(rater=None), scale="binary", bounds=(0, 1))
    (ben,) = disparity(observations).findings
    r = expected("machine")
    assert ben.estimate is not None
    assert ben.estimate.value == pytest.approx(r["estimate", "ben"], rel=1e-9)
    variance = r["V_s", "ben"] * r["factor_s", "ben"]
    assert ben.se == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert ben.df == pytest.approx(r["df_s", "ben"], rel=1e-9)


def test_cr1_and_cr2_are_those_of_clubsandwich() -> None:
    data = coded(judged(read("machine").assign(rater=None), scale="binary", bounds=(0, 1)))
    (at,) = bias_reduced(
        (data.arm == "swap").astype("float64")[:, None],
        data.value,
        cluster=data.scenario,
        levels=[data.contrast],
        weight=equal_scenarios(data.scenario, data.weight),
        combine=np.array([[1.0]]),
    )
    r = expected("machine")
    assert at is not None
    assert at.se_cr1 == pytest.approx(r["CR1_se", "ben"], rel=1e-7)
    assert at.se_cr2 == pytest.approx(r["CR2_se", "ben"], rel=1e-7)
    assert at.df == pytest.approx(r["CR2_df", "ben"], rel=1e-7)
    assert at.p == pytest.approx(r["CR2_p", "ben"], rel=1e-6)


@pytest.mark.parametrize("name", ["ben", "eve", "paraphrase"])
def test_cr2_holds_where_clusters_have_levels_of_their_own(
    crossed: Observations, name: str
) -> None:
    data = coded(crossed)
    asks = comparison(data, "reference")
    swept = data.sweep(asks.columns)
    index = [one.subject for one in asks.claims].index(name)
    assert data.rater is not None
    (at,) = bias_reduced(
        swept.columns,
        data.value,
        cluster=data.scenario,
        levels=[data.contrast, data.rater],
        weight=equal_scenarios(data.scenario, data.weight),
        combine=swept.combine[:, [index]],
    )
    r = expected("crossed_by_scenario")
    assert at is not None
    assert at.se_cr2 == pytest.approx(r["CR2_se", name], rel=1e-6)
    assert at.df == pytest.approx(r["CR2_df", name], rel=1e-6)


@pytest.mark.parametrize(("method", "r_name"), [("Holm", "holm"), ("Benjamini-Hochberg", "BH")])
def test_families_are_adjusted_as_r_does_and_the_untested_stay_out(
    method: Method, r_name: str
) -> None:
    p = [0.01, 0.04, 0.03, 0.005, 0.2, 0.03, 0.9]
    r = expected("adjust")
    adjusted = adjust([None, *p[:3], float("nan"), *p[3:]], method)
    assert adjusted[0] is None
    assert adjusted[4] is None
    there = [one for one in adjusted if one is not None]
    assert there == pytest.approx([r[r_name, str(number)] for number in range(1, 8)])

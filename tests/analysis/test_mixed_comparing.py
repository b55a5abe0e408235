"""Nested models compared: what is refused, what stands at a boundary, what is drawn."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from toolkit.analysis.mixed import (
    Fit,
    bootstrap,
    bootstrap_test,
    fit,
    likelihood_ratio,
    repeated,
    variance_test,
)
from toolkit.errors import AnalysisError


def ratings(seed: int = 1, *, effect: float = 0.5, between: float = 0.6) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product(
        [range(10), range(8), ["reference", "swap"]], names=["rater", "scenario", "arm"]
    ).to_frame(index=False)
    swap = (grid["arm"] == "swap").to_numpy().astype(int)
    rater, scenario = draw.normal(0, 0.7, 10), draw.normal(0, between, 8)
    latent = rater[grid["rater"]] + scenario[grid["scenario"]] + effect * swap
    latent = latent + draw.logistic(size=len(grid))
    grid["value"] = np.digitize(latent, [-1.5, -0.5, 0.5, 1.5]) + 1
    return grid


@cache
def fitted(formula: str = "value ~ arm", family: str = "gaussian", method: str = "ML") -> Fit:
    return fit(ratings(), formula, ["rater", "scenario"], family=family, method=method)


def test_a_ratio_is_twice_the_difference_of_log_likelihoods() -> None:
    small, large = fitted("value ~ 1"), fitted()
    got = likelihood_ratio(small, large)
    assert got.statistic == pytest.approx(2 * (large.loglik - small.loglik))
    assert got.p == pytest.approx(stats.chi2.sf(got.statistic, 1))
    assert (got.df, got.boundary, got.null) == (1, False, "no effect of arm[T.swap]")


def test_a_deviation_is_tested_at_its_boundary() -> None:
    large = fitted()
    got = variance_test(large.dropping(groups=["scenario"]), large)
    assert got.p == pytest.approx(stats.chi2.sf(got.statistic, 1) / 2)
    assert (got.boundary, got.null) == (True, "the standard deviation of scenario is 0")


def test_a_deviation_estimated_as_zero_is_no_evidence_at_all() -> None:
    data = ratings(between=0.0)
    # The same answers in every scenario, so that scenarios are more alike than by chance.
    data["value"] = data["rater"] % 3 + data["rater"] % 2 + 1
    data.loc[data["arm"] == "swap", "value"] += data["scenario"] % 2
    data["value"] += (data["rater"] * 7 + data["scenario"]) % 2
    large = fit(data, "value ~ arm", ["rater", "scenario:arm"])
    data["half"] = data["rater"] % 5
    got = variance_test(
        fit(data, "value ~ arm", ["rater"]), fit(data, "value ~ arm", ["rater", "half"])
    )
    assert got.statistic == 0
    assert got.p == 1
    assert large.converged


def test_models_that_cannot_be_compared_are_refused() -> None:
    reml = fitted(method="REML")
    with pytest.raises(AnalysisError) as caught:
        likelihood_ratio(reml.dropping(columns=["arm[T.swap]"]), reml)
    assert str(caught.value) == (
        "likelihood_ratio: got fits by REML, whose likelihoods depend on the fixed part; wanted "
        "fits by ML. Fit both with method='ML'."
    )
    with pytest.raises(AnalysisError) as caught:
        likelihood_ratio(fitted(), fitted("value ~ 1"))
    assert str(caught.value) == (
        "likelihood_ratio: got the coefficients Intercept, arm[T.swap] and Intercept; wanted the "
        "second to have all of the first and more. Give the smaller model first."
    )
    fewer = fit(ratings().iloc[5:], "value ~ 1", ["rater", "scenario"], method="ML")
    with pytest.raises(AnalysisError) as caught:
        likelihood_ratio(fewer, fitted())
    assert str(caught.value) == (
        "likelihood ratio: got fits with n 155.0 and 160.0; wanted two models of the same "
        "observations. Fit both to the rows that are complete for both."
    )
    with pytest.raises(AnalysisError) as caught:
        likelihood_ratio(fitted("value ~ 1").dropping(groups=["rater"]), fitted())
    assert str(caught.value) == (
        "likelihood ratio: got the random factors scenario and rater, scenario; wanted the same "
        "in both. Change one thing at a time."
    )
    with pytest.raises(AnalysisError) as caught:
        variance_test(fitted().dropping(groups=["rater", "scenario"]), fitted())
    assert str(caught.value) == (
        "variance_test: got random factors none and rater, scenario; wanted the same with one "
        "more in the second. Test one deviation at a time."
    )


def slope(model: Fit) -> float:
    return float(model.coefficients["estimate"].iloc[-1])


def test_a_bootstrap_of_a_gaussian_slope_agrees_with_its_standard_error() -> None:
    model = fitted(method="REML")
    got = bootstrap(model, slope, draws=100, seed=5)
    se = float(model.coefficients["se"].iloc[-1])
    assert got.estimate is not None
    assert got.estimate.value == slope(model)
    assert got.failed == 0
    assert got.notes == ()
    # 100 draws tell a standard deviation to 7 %; a slope of complete data has exactly this one.
    assert np.std(got.draws, ddof=1) == pytest.approx(se, rel=0.25)
    assert got.estimate.low < got.estimate.value < got.estimate.high


def test_a_seed_gives_the_same_draws_and_another_seed_others() -> None:
    model = fitted(method="REML")
    one, same, other = (bootstrap(model, slope, draws=20, seed=seed).draws for seed in (1, 1, 2))
    assert list(one) == list(same)
    assert list(one) != list(other)


def test_a_bootstrap_counts_refits_that_failed() -> None:
    calls = iter(range(100))

    def sometimes(model: Fit) -> float:
        return np.nan if next(calls) in (3, 7) else slope(model)

    got = bootstrap(fitted(method="REML"), sometimes, draws=20, seed=1)
    assert got.failed == 2
    assert len(got.draws) == 18
    assert got.notes == ("2 of 20 refits gave no number and are left out.",)
    assert got.estimate is not None


def test_too_many_failures_leave_no_interval() -> None:
    calls = iter(range(100))

    def seldom(model: Fit) -> float:
        if next(calls) % 2:
            raise AnalysisError("no")
        return slope(model)

    got = bootstrap(fitted(method="REML"), seldom, draws=20, seed=1)
    assert got.estimate is None
    assert got.failed == 10
    assert got.notes == ("10 of 20 refits gave no number: too many for an interval or a p-value.",)


def test_a_bootstrap_of_few_draws_is_refused() -> None:
    with pytest.raises(AnalysisError) as caught:
        bootstrap(fitted(), slope, draws=19, seed=1)
    assert str(caught.value) == (
        "bootstrap: got 19 draws; wanted at least 20, and 1,000 for a reported interval."
    )


def test_repeated_keeps_the_shape_of_what_is_drawn() -> None:
    got = repeated(lambda seed: np.random.default_rng(seed).normal(size=3), draws=4, seed=1)
    assert got.shape == (4, 3)
    assert len(np.unique(got)) == 12


def test_a_drawn_null_gives_a_p_near_that_of_chi_squared_in_a_large_table() -> None:
    large = fitted()
    small = large.dropping(columns=["arm[T.swap]"])
    got = bootstrap_test(small, large, draws=59, seed=3)
    near = likelihood_ratio(small, large).p
    assert got.statistic == pytest.approx(likelihood_ratio(small, large).statistic)
    assert got.p == (1 + (got.draws >= got.statistic).sum()) / 60
    assert abs(got.p - near) < 4 * np.sqrt(near * (1 - near) / 59) + 0.02


def test_a_drawn_null_of_a_deviation_is_half_at_zero() -> None:
    large = fitted(method="REML")
    got = bootstrap_test(large.dropping(groups=["scenario"]), large, draws=30, seed=3)
    # Few scenarios put more than half of the draws at 0.
    assert 9 <= (got.draws < 1e-8).sum() <= 28
    assert got.p is not None


def test_drawn_models_need_the_same_cells() -> None:
    with pytest.raises(AnalysisError) as caught:
        bootstrap_test(fitted("value ~ 1"), fitted(), draws=20, seed=1)
    assert str(caught.value) == (
        "bootstrap_test: got models with different cells; wanted the smaller one made by "
        "large.dropping(...)."
    )

"""Nested models compared: what is refused, what stands at a boundary, what is drawn."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from toolkit.analysis.mixed import (
    Fit,
    fit,
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


def test_a_deviation_is_tested_at_its_boundary() -> None:
    large = fitted()
    got = variance_test(large.dropping(groups=["scenario"]), large)
    assert got.p == pytest.approx(stats.chi2.sf(got.statistic, 1) / 2)


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
    fewer = fit(ratings().iloc[5:], "value ~ 1", ["rater", "scenario"], method="ML")
    with pytest.raises(AnalysisError) as caught:
        variance_test(fewer, fitted())
    assert str(caught.value) == (
        "likelihood ratio: got fits with n 155.0 and 160.0; wanted two models of the same "
        "observations. Fit both to the rows that are complete for both."
    )
    with pytest.raises(AnalysisError) as caught:
        variance_test(fitted("value ~ 1").dropping(groups=["rater"]), fitted())
    assert str(caught.value) == (
        "likelihood ratio: got the coefficients Intercept and Intercept, arm[T.swap]; wanted the "
        "same in both. Change one thing at a time."
    )
    with pytest.raises(AnalysisError) as caught:
        variance_test(fitted().dropping(groups=["rater", "scenario"]), fitted())
    assert str(caught.value) == (
        "variance_test: got random factors none and rater, scenario; wanted the same with one "
        "more in the second. Test one deviation at a time."
    )


def test_repeated_keeps_the_shape_of_what_is_drawn() -> None:
    got = repeated(lambda seed: np.random.default_rng(seed).normal(size=3), draws=4, seed=1)
    assert got.shape == (4, 3)
    assert len(np.unique(got)) == 12

"""The engine against R: lme4, lmerTest, glmmTMB and ordinal, refined.

Expected numbers, data and scripts are in ``tests/reference/mixed``; no number there is ours.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from toolkit.analysis.mixed import (
    Fit,
    fit,
    marginal,
    variance_test,
)

REFERENCE = Path(__file__).parents[1] / "reference" / "mixed"
CASES = pd.read_csv(REFERENCE / "cases.csv", keep_default_na=False).set_index("case")
EXPECTED = pd.read_csv(REFERENCE / "expected.csv", keep_default_na=False)

COEFFICIENT = 1e-4
"""Largest difference from R in a coefficient, a threshold, a conditional mode."""
RELATIVE = 1e-4
"""Largest relative difference from R in a standard error."""


DF = 1e-3
"""Largest relative difference in Satterthwaite's degrees of freedom, which R differentiates
numerically."""
LOGLIK = 1e-6
LIKELIHOOD_RATIO = 1e-6


def data_of(case: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "data" / f"{case}.csv")


@cache
def fitted(case: str, method: str = "REML") -> Fit:
    data, asked = data_of(case), CASES.loc[case]
    groups = [one for one in asked["groups"].split(" + ") if one]
    weights = "weight" if "weight" in data else None
    return fit(
        data, asked["formula"], groups, family=asked["family"], weights=weights, method=method
    )


def expected(case: str, quantity: str, source: str = "") -> pd.Series:
    of = EXPECTED[(EXPECTED["case"] == case) & (EXPECTED["quantity"] == quantity)]
    if source:
        of = of[of["source"] == source]
    values = pd.to_numeric(of.set_index("name")["value"])
    # R was given words where the table holds truth values, which are numbers to a formula.
    return values.rename({"arm[T.true]": "arm"})


ALL = list(CASES.index)
CUMULATIVE = [case for case in ALL if CASES.loc[case, "family"] == "cumulative"]
BINOMIAL = [case for case in ALL if CASES.loc[case, "family"] == "binomial"]
GAUSSIAN = [case for case in ALL if CASES.loc[case, "family"] == "gaussian"]
MAIN = dict.fromkeys(GAUSSIAN + BINOMIAL, "lme4") | dict.fromkeys(CUMULATIVE, "ordinal")


def agree(ours: pd.Series, theirs: pd.Series, *, within: float) -> None:
    assert len(theirs)
    found = ours.reindex(theirs.index).to_numpy(dtype=float)
    np.testing.assert_allclose(found, theirs.to_numpy(), rtol=0, atol=within)


def agree_relatively(ours: pd.Series, theirs: pd.Series, *, within: float) -> None:
    assert len(theirs)
    found = ours.reindex(theirs.index).to_numpy(dtype=float)
    np.testing.assert_allclose(found, theirs.to_numpy(), rtol=within, atol=0)


def coefficients(case: str, method: str = "REML") -> pd.DataFrame:
    return fitted(case, method).coefficients.set_index("name")


def test_there_are_enough_data_sets_of_each_kind() -> None:
    assert [len(one) for one in (GAUSSIAN, BINOMIAL, CUMULATIVE)] == [7, 5, 9]


@pytest.mark.parametrize("case", ALL)
def test_coefficients_and_standard_errors(case: str) -> None:
    theirs = expected(case, "coefficient", MAIN[case])
    ours = coefficients(case)
    agree(ours["estimate"], theirs, within=COEFFICIENT)
    agree_relatively(ours["se"], expected(case, "se", MAIN[case]), within=RELATIVE)
    gone = ours.index.difference(theirs.index)
    assert ("separation" in case) == bool(len(gone))
    assert fitted(case).converged


@pytest.mark.parametrize("case", ALL)
def test_standard_deviations(case: str) -> None:
    if not fitted(case).groups:
        assert case == "cumulative_no_groups"
        return
    theirs = expected(case, "sd", MAIN[case]).rename({"Residual": "residual"})
    agree(fitted(case).sds, theirs, within=COEFFICIENT)


@pytest.mark.parametrize("case", CUMULATIVE)
def test_thresholds_and_their_standard_errors(case: str) -> None:
    ours = fitted(case).thresholds.set_index("name")
    theirs = expected(case, "threshold")
    assert list(ours.index) == list(theirs.index)
    agree(ours["estimate"], theirs, within=COEFFICIENT)
    agree_relatively(ours["se"], expected(case, "threshold_se"), within=RELATIVE)


@pytest.mark.parametrize("case", BINOMIAL)
def test_a_second_opinion_from_automatic_differentiation(case: str) -> None:
    agree(
        coefficients(case)["estimate"],
        expected(case, "coefficient", "glmmTMB"),
        within=COEFFICIENT,
    )
    agree_relatively(coefficients(case)["se"], expected(case, "se", "glmmTMB"), within=RELATIVE)


@pytest.mark.parametrize("case", BINOMIAL + CUMULATIVE)
def test_laplace_log_likelihoods(case: str) -> None:
    theirs = expected(case, "ml_loglik", MAIN[case]).iloc[0]
    assert fitted(case).loglik == pytest.approx(theirs, rel=0, abs=LOGLIK)


@pytest.mark.parametrize("case", GAUSSIAN)
def test_restricted_and_full_log_likelihoods(case: str) -> None:
    restricted = expected(case, "reml_loglik").iloc[0]
    assert fitted(case).loglik == pytest.approx(restricted, rel=0, abs=LOGLIK)
    full = expected(case, "ml_loglik").iloc[0]
    assert fitted(case, "ML").loglik == pytest.approx(full, rel=0, abs=LOGLIK)
    agree(
        coefficients(case, "ML")["estimate"],
        expected(case, "ml_coefficient"),
        within=COEFFICIENT,
    )


@pytest.mark.parametrize("case", GAUSSIAN)
def test_degrees_of_freedom_of_satterthwaite(case: str) -> None:
    theirs = expected(case, "df")
    if not len(theirs):
        # A deviation at 0 has no part in them: R was asked without that factor.
        theirs = expected(case, "reduced_df")
        assert (fitted(case).sds == 0).any()
    agree_relatively(coefficients(case)["df"], theirs, within=DF)


@pytest.mark.parametrize("case", [case for case in ALL if CASES.loc[case, "groups"]])
def test_conditional_modes_and_their_deviations(case: str) -> None:
    rows = []
    for group in ("rater", "scenario", "stratum"):
        if group in fitted(case).groups:
            modes = fitted(case).random(group)
            names = [f"{one:g}" if isinstance(one, float) else one for one in modes[group]]
            modes.index = pd.Index([f"{group}={one}" for one in names])
            rows.append(modes)
    ours = pd.concat(rows)
    theirs = expected(case, "mode")
    assert sorted(ours.index) == sorted(theirs.index)
    agree(ours["mode"], theirs, within=COEFFICIENT)
    agree(ours["sd"], expected(case, "mode_sd"), within=COEFFICIENT)


@pytest.mark.parametrize("case", ["gaussian_missing", "cumulative_missing_spaces"])
def test_rows_with_something_missing_are_counted(case: str) -> None:
    asked = ["value", "rater", "scenario", "arm"]
    assert fitted(case).dropped == data_of(case)[asked].isna().any(axis=1).sum() > 0


@pytest.mark.parametrize(
    ("case", "name"),
    [
        ("gaussian_zero_variance", "scenario:arm"),
        ("gaussian_missing", "rater"),
        ("binomial_zero_variance", "scenario"),
        ("cumulative_zero_variance", "scenario"),
    ],
)
def test_where_r_says_singular_we_say_what_is_zero(case: str, name: str) -> None:
    assert fitted(case).sds[name] == 0
    assert (
        f"The standard deviation of {name} is estimated as 0: no more variation is seen than "
        "chance gives."
    ) in fitted(case).notes


def test_where_r_refuses_a_factor_we_leave_it_out_and_say_so() -> None:
    assert fitted("cumulative_one_rater").groups == ("scenario",)
    assert fitted("cumulative_one_rater").notes == (
        "The factor rater has one level, so how it varies cannot be told; it is left out of the "
        "model, and no p-value is given, because nothing generalizes over rater.",
    )


@pytest.mark.parametrize("case", ["binomial_separation", "cumulative_separation"])
def test_where_r_runs_to_infinity_we_give_no_p(case: str) -> None:
    gone = coefficients(case).loc["arm[T.swap-b]"]
    assert not gone["estimable"]
    assert np.isnan(gone["p"])
    assert np.isnan(gone["se"])
    assert fitted(case).notes == (
        "The coefficient of arm[T.swap-b] has no finite estimate, because the answers there fall "
        "wholly on one side; no interval and no p-value is given.",
    )


@pytest.mark.parametrize(
    ("case", "reference"),
    [
        ("cumulative_balanced", "reference"),
        ("cumulative_missing_spaces", "another [name]"),
        ("cumulative_no_groups", "reference"),
    ],
)
def test_average_changes_and_probabilities_of_superiority(case: str, reference: str) -> None:
    theirs = expected(case, "change")
    assert len(theirs)
    for level, change in theirs.items():
        ours = marginal(fitted(case), "arm", level, reference, at_least=4)
        assert ours.change is not None
        assert ours.change.value == pytest.approx(change, abs=1e-5)
        assert ours.change_se == pytest.approx(expected(case, "change_se")[level], rel=RELATIVE)
        share = ours.shares.set_index("level")["share"][level]
        assert share == pytest.approx(expected(case, "share")[level], abs=1e-5)
        if level in expected(case, "superiority"):
            better, se = expected(case, "superiority")[level], expected(case, "superiority_se")
            assert ours.superiority is not None
            assert ours.superiority.value == pytest.approx(better, abs=1e-5)
            assert ours.superiority_se == pytest.approx(se[level], rel=RELATIVE)


@pytest.mark.parametrize("case", ["gaussian_balanced", "cumulative_balanced"])
def test_likelihood_ratios_of_an_arm(case: str) -> None:
    large = fitted(case, "ML")
    small = large.dropping(columns=list(_arms(large)))
    theirs = expected(case, "without_arm_lr").iloc[0]
    assert 2 * (large.loglik - small.loglik) == pytest.approx(theirs, abs=LIKELIHOOD_RATIO)


@pytest.mark.parametrize("case", ["gaussian_balanced", "cumulative_balanced"])
def test_likelihood_ratios_of_a_standard_deviation(case: str) -> None:
    large = fitted(case)
    ours = variance_test(large.dropping(groups=["scenario:arm"]), large)
    theirs = expected(case, "variance_lr").iloc[0]
    assert ours.statistic == pytest.approx(theirs, abs=LIKELIHOOD_RATIO)
    assert ours.p == pytest.approx(expected(case, "variance_p").iloc[0], rel=RELATIVE)


def _arms(fit: Fit) -> list[str]:
    return [name for name in fit.coefficients["name"] if name.startswith("arm")]

"""The Gaussian engine against closed forms and against other programs."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from analysis.mixed_data import GROUPS, ratings, slope
from scipy import stats

from toolkit.analysis.mixed import fit

BALANCED = pd.DataFrame(
    {
        "rater": np.repeat(["a", "b", "c", "d"], 3),
        "value": [4.0, 5, 6, 1, 2, 2, 7, 8, 6, 3, 5, 4],
    }
)
"""Means 5, 5/3, 7, 4; sums of squares within 2, 2/3, 2, 2."""


def test_a_balanced_one_way_layout_has_the_analysis_of_variance_as_its_answer() -> None:
    # MS within = (2 + 2/3 + 2 + 2) / 8 = 5/6. Grand mean 53/12; between, 3 times the squared
    # deviations of the means, over 3: with S = sum of squares of means = 25 + 25/9 + 49 + 16 and
    # mean of means m = 53/12, MS between = S - 4 m^2.
    within = 5 / 6
    between = (25 + 25 / 9 + 49 + 16) - 4 * (53 / 12) ** 2
    found = fit(BALANCED, "value ~ 1", ["rater"])
    assert found.sds["residual"] ** 2 == pytest.approx(within, rel=1e-8)
    assert found.sds["rater"] ** 2 == pytest.approx((between - within) / 3, rel=1e-8)
    row = found.coefficients.iloc[0]
    assert row["name"] == "Intercept"
    assert row["estimate"] == pytest.approx(53 / 12, rel=1e-12)
    assert row["se"] == pytest.approx(np.sqrt(between / 12), rel=1e-8)
    assert row["df"] == pytest.approx(3, rel=1e-5)
    half = stats.t.ppf(0.975, 3) * row["se"]
    assert row["high"] == pytest.approx(53 / 12 + half, rel=1e-6)
    assert found.converged
    assert found.notes == ()


def test_conditional_modes_are_shrunken_means_with_their_deviation() -> None:
    between = (25 + 25 / 9 + 49 + 16) - 4 * (53 / 12) ** 2
    variance = (between - 5 / 6) / 3
    share = 3 * variance / (3 * variance + 5 / 6)
    found = fit(BALANCED, "value ~ 1", ["rater"]).random("rater")
    assert list(found["rater"]) == ["a", "b", "c", "d"]
    means = np.array([5, 5 / 3, 7, 4])
    assert found["mode"].to_numpy() == pytest.approx(share * (means - 53 / 12), rel=1e-7)
    assert found["sd"].to_numpy() == pytest.approx(np.sqrt(variance * (1 - share)), rel=1e-7)


def test_full_likelihood_divides_the_sum_between_by_the_number_of_raters() -> None:
    between = (25 + 25 / 9 + 49 + 16) - 4 * (53 / 12) ** 2
    found = fit(BALANCED, "value ~ 1", ["rater"], method="ML")
    assert found.method == "ML"
    assert found.sds["rater"] ** 2 == pytest.approx((between * 3 / 4 - 5 / 6) / 3, rel=1e-8)


def test_raters_who_differ_less_than_chance_have_a_variance_of_nought() -> None:
    data = pd.DataFrame({"rater": [1, 1, 2, 2], "value": [1.0, 3, 1, 3]})
    found = fit(data, "value ~ 1", ["rater"])
    assert found.sds["rater"] == 0
    assert found.sds["residual"] ** 2 == pytest.approx(4 / 3)
    assert found.coefficients["df"].iloc[0] == pytest.approx(3)
    assert found.notes == (
        "The standard deviation of rater is estimated as 0: no more variation is seen than "
        "chance gives.",
    )
    assert (found.random("rater")["mode"] == 0).all()


def test_without_groups_it_is_least_squares() -> None:
    data = ratings(1)
    found = fit(data, "number ~ arm * x", [])
    asked = smf.ols("number ~ arm * x", data).fit()
    table = found.coefficients.set_index("name")
    for theirs, ours in (("Intercept", "Intercept"), ("arm[T.q]:x", "arm[T.q]:x"), ("x", "x")):
        assert table.loc[ours, "estimate"] == pytest.approx(asked.params[theirs], rel=1e-9)
        assert table.loc[ours, "se"] == pytest.approx(asked.bse[theirs], rel=1e-9)
        assert table.loc[ours, "p"] == pytest.approx(asked.pvalues[theirs], rel=1e-6)
    assert table["df"].to_numpy() == pytest.approx(asked.df_resid, rel=1e-6)


def test_one_factor_agrees_with_another_program() -> None:
    data = ratings(2, rows=250)
    asked = smf.mixedlm("number ~ arm + x", data, groups="rater").fit(reml=True, gtol=1e-9)
    found = fit(data, "number ~ arm + x", ["rater"])
    table = found.coefficients.set_index("name")
    for name in ("Intercept", "arm[T.p 1]", "arm[T.q]", "x"):
        assert table.loc[name, "estimate"] == pytest.approx(asked.fe_params[name], abs=1e-5)
        # Theirs come from the joint Hessian, ours from the covariance given the variances.
        assert table.loc[name, "se"] == pytest.approx(asked.bse_fe[name], rel=1e-3)
    assert found.loglik == pytest.approx(asked.llf, abs=1e-6)


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_the_gradient_is_that_of_the_criterion(method: str) -> None:
    model = fit(ratings(3), "number ~ arm", [*GROUPS, "rater:arm"], method=method).solution.model
    for at in (np.array([0.9, 0.7, 0.4, 0.2]), np.array([0.5, -0.3, 1.5, 0.8])):
        _, gradient = model.evaluate(at)
        numeric = slope(lambda x: model.evaluate(x)[0], at)
        assert np.abs(gradient - numeric).max() < 1e-7 * max(1, np.abs(gradient).max())


def test_the_unprofiled_gradient_is_that_of_the_criterion() -> None:
    model = fit(ratings(3), "number ~ arm", GROUPS).solution.model
    at = np.array([0.9, 0.7, 0.4, 0.3])
    numeric = slope(lambda x: model.unprofiled(x)[0], at)
    gradient = model.unprofiled(at)[1]
    assert np.abs(gradient - numeric).max() < 1e-7 * np.abs(gradient).max()


def test_a_large_constant_costs_no_digits() -> None:
    data = ratings(4)
    data["far"] = data["number"] + 1e6
    near, far = (fit(data, f"{name} ~ arm", GROUPS) for name in ("number", "far"))
    moved = far.coefficients["estimate"] - near.coefficients["estimate"]
    assert moved.to_numpy() == pytest.approx([1e6, 0, 0], abs=1e-8)
    assert far.coefficients["se"].to_numpy() == pytest.approx(
        near.coefficients["se"].to_numpy(), rel=1e-7
    )


def test_a_variable_far_from_zero_costs_no_digits() -> None:
    data = ratings(4)
    data["year"] = 2026 + data["x"] / 1000
    plain, year = (fit(data, f"number ~ {name}", GROUPS) for name in ("x", "year"))
    found = year.coefficients.set_index("name").loc["year"]
    asked = plain.coefficients.set_index("name").loc["x"]
    assert found["estimate"] / 1000 == pytest.approx(asked["estimate"], rel=1e-6)
    assert found["se"] / 1000 == pytest.approx(asked["se"], rel=1e-6)
    assert found["df"] == pytest.approx(asked["df"], rel=1e-4)


def test_effects_go_by_levels_without_an_intercept_too() -> None:
    data = ratings(5)
    contrast = fit(data, "number ~ arm", GROUPS)
    levels = fit(data, "number ~ 0 + arm", GROUPS)
    one = contrast.coefficients.set_index("name")["estimate"]
    other = levels.coefficients.set_index("name")["estimate"]
    assert other["arm[q]"] - other["arm[ref]"] == pytest.approx(one["arm[T.q]"], abs=1e-7)
    assert levels.loglik == pytest.approx(contrast.loglik, abs=5e-7)


def test_new_answers_come_from_the_fitted_model_and_are_fitted_again() -> None:
    found = fit(ratings(6, rows=3000), "number ~ arm", GROUPS)
    again = [found.refit(found.simulate(seed)) for seed in range(40)]
    estimates = np.array([one.coefficients["estimate"] for one in again])
    off = (estimates.mean(0) - found.coefficients["estimate"]) / found.coefficients["se"]
    assert np.abs(off).max() < 4 / np.sqrt(40)
    residual = np.mean([one.sds["residual"] for one in again])
    assert residual == pytest.approx(found.sds["residual"], rel=0.02)
    assert found.refit(found.problem.answers.means).loglik == pytest.approx(found.loglik, abs=5e-9)
    same, other = found.simulate(1), found.simulate(1)
    assert (same.mean == other.mean).all()


def test_a_smaller_model_is_fitted_to_the_same_cells() -> None:
    data = ratings(7)
    whole = fit(data, "number ~ arm", GROUPS, method="ML")
    smaller = whole.dropping(columns=["arm[T.p 1]", "arm[T.q]"], groups=["scenario:arm"])
    asked = fit(data, "number ~ 1", ["rater", "scenario"], method="ML")
    assert smaller.groups == ("rater", "scenario")
    assert smaller.cells == whole.cells
    assert smaller.loglik == pytest.approx(asked.loglik, abs=5e-8)

"""The binomial and cumulative engine against plain sums, other programs and itself."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from analysis.mixed_data import GROUPS, ratings, slope
from scipy import linalg, optimize
from statsmodels.miscmodels.ordinal_model import OrderedModel

from toolkit.analysis.mixed import fit


def numbers(table: pd.DataFrame, column: str = "estimate") -> np.ndarray:
    return table[column].to_numpy()


@pytest.mark.parametrize(("family", "response"), [("cumulative", "value"), ("binomial", "high")])
def test_the_gradient_is_that_of_the_approximation(family: str, response: str) -> None:
    model = fit(ratings(1), f"{response} ~ arm", GROUPS, family=family).solution.model
    draw = np.random.default_rng(5)
    for sds in ((0.9, 0.6, 0.4), (1.5, -0.2, 0.8)):
        at = np.concatenate([np.sort(draw.normal(size=model.thresholds)), draw.normal(size=2), sds])
        _, gradient = model.evaluate(at)
        numeric = slope(lambda x: model.evaluate(x)[0], at)
        assert np.abs(gradient - numeric).max() < 1e-7 * max(1, np.abs(gradient).max())


def test_the_value_is_laplaces_approximation_written_out() -> None:
    data = ratings(2, rows=150, spread=(1.5, 1.2, 0))
    found = fit(data, "value ~ arm", ["rater", "scenario"], family="cumulative")
    alpha = np.concatenate([[-np.inf], numbers(found.thresholds), [np.inf]])
    fixed = pd.get_dummies(data["arm"]).to_numpy(float)[:, 1:] @ numbers(found.coefficients)
    z = np.hstack([pd.get_dummies(data[one]).to_numpy(float) for one in ("rater", "scenario")])
    sds = np.repeat(found.sds.to_numpy(), [12, 9])
    answer = data["value"].to_numpy()

    def minus_joint(b: np.ndarray) -> float:
        eta = fixed + z @ b
        upper, lower = (1 / (1 + np.exp(-(alpha[answer - one] - eta))) for one in (0, 1))
        penalty = 0.5 * np.sum((b / sds) ** 2) + np.log(sds).sum() + len(b) * np.log(2 * np.pi) / 2
        return float(penalty - np.log(upper - lower).sum())

    best = optimize.minimize(minus_joint, np.zeros(21), method="BFGS", options={"gtol": 1e-7})
    length = 1e-3
    steps = length * np.eye(21)
    curve = np.array(
        [
            [
                minus_joint(best.x + one + two)
                - minus_joint(best.x + one - two)
                - minus_joint(best.x - one + two)
                + minus_joint(best.x - one - two)
                for two in steps
            ]
            for one in steps
        ]
    ) / (4 * length**2)
    half = np.linalg.slogdet(curve)[1] / 2
    assert found.loglik == pytest.approx(-best.fun - half + 21 * np.log(2 * np.pi) / 2, abs=1e-4)
    modes = np.concatenate([found.random(one)["mode"] for one in ("rater", "scenario")])
    assert modes == pytest.approx(best.x, abs=1e-4)
    spread = np.concatenate([found.random(one)["sd"] for one in ("rater", "scenario")])
    assert spread == pytest.approx(np.sqrt(np.diag(linalg.inv(curve))), rel=1e-3)


def test_standard_errors_are_those_of_the_value_itself() -> None:
    found = fit(ratings(3), "value ~ arm", ["rater", "scenario"], family="cumulative")
    model, at = found.solution.model, found.solution.optimum.at
    gradient = np.array([slope(lambda x, i=i: model.evaluate(x)[1][i], at) for i in range(len(at))])
    joint = linalg.inv(gradient)
    back = linalg.block_diag(model.basis.back, np.eye(2))
    ses = np.sqrt(np.diag(back @ joint @ back.T))
    ours = np.concatenate([numbers(found.thresholds, "se"), numbers(found.coefficients, "se")])
    assert ours == pytest.approx(ses[:6], rel=1e-6)
    assert np.sqrt(np.diag(found.vcov)) == pytest.approx(ses, rel=1e-5)
    assert numbers(found.thresholds, "se") == pytest.approx(np.sqrt(np.diag(found.vcov))[:4])


def test_without_groups_it_is_the_ordinal_model_of_another_program() -> None:
    data = ratings(4)
    found = fit(data, "value ~ arm + x", [], family="cumulative")
    columns = pd.get_dummies(data["arm"], dtype=float).iloc[:, 1:].assign(x=data["x"])
    model = OrderedModel(data["value"], columns, distr="logit")
    asked = model.fit(method="newton", disp=False)
    thresholds = model.transform_threshold_params(asked.params)[1:-1]
    assert numbers(found.coefficients) == pytest.approx(asked.params[:3].to_numpy(), abs=1e-6)
    assert numbers(found.coefficients, "se") == pytest.approx(asked.bse[:3].to_numpy(), rel=1e-5)
    assert numbers(found.thresholds) == pytest.approx(thresholds, abs=1e-6)
    assert list(found.thresholds["name"]) == ["1|2", "2|3", "3|4", "4|5"]
    assert found.loglik == pytest.approx(asked.llf, abs=1e-8)


def test_without_groups_it_is_the_logit_model_of_another_program() -> None:
    data = ratings(5)
    found = fit(data, "high ~ arm + x", [], family="binomial")
    columns = pd.get_dummies(data["arm"], dtype=float).iloc[:, 1:].assign(x=data["x"])
    asked = sm.Logit(data["high"].astype(float), sm.add_constant(columns)).fit(disp=False)
    assert list(found.coefficients["name"]) == ["Intercept", "arm[T.p 1]", "arm[T.q]", "x"]
    assert numbers(found.coefficients) == pytest.approx(asked.params.to_numpy(), abs=1e-7)
    assert numbers(found.coefficients, "se") == pytest.approx(asked.bse.to_numpy(), rel=1e-6)
    assert numbers(found.coefficients, "p") == pytest.approx(asked.pvalues.to_numpy(), rel=1e-5)
    assert found.thresholds.empty


def test_two_answers_make_the_cumulative_model_the_binomial_one() -> None:
    data = ratings(6)
    binomial = fit(data, "high ~ arm", GROUPS, family="binomial")
    cumulative = fit(data, "high ~ arm", GROUPS, family="cumulative")
    assert numbers(cumulative.coefficients) == pytest.approx(
        numbers(binomial.coefficients)[1:], abs=1e-9
    )
    assert cumulative.thresholds["estimate"].iloc[0] == pytest.approx(
        -binomial.coefficients["estimate"].iloc[0], abs=1e-9
    )
    assert cumulative.loglik == pytest.approx(binomial.loglik, abs=1e-10)
    assert binomial.vcov.iloc[0, 1] == pytest.approx(-cumulative.vcov.iloc[0, 1])


def test_turning_the_scale_round_turns_the_coefficients_round() -> None:
    data = ratings(7).assign(turned=lambda one: 6 - one["value"])
    found = fit(data, "value ~ arm", GROUPS, family="cumulative")
    turned = fit(data, "turned ~ arm", GROUPS, family="cumulative")
    assert numbers(turned.coefficients) == pytest.approx(-numbers(found.coefficients), abs=1e-6)
    assert numbers(turned.thresholds) == pytest.approx(-numbers(found.thresholds)[::-1], abs=1e-6)
    assert turned.sds.to_numpy() == pytest.approx(found.sds.to_numpy(), abs=1e-5)


def test_shares_of_answers_follow_from_thresholds() -> None:
    data = ratings(8)
    found = fit(data, "value ~ arm", [], family="cumulative")
    below = found.below(found.linear_predictor(pd.DataFrame({"arm": ["ref", "q"]})))
    assert below.shape == (2, 4)
    alpha = numbers(found.thresholds)
    effect = found.coefficients.set_index("name").loc["arm[T.q]", "estimate"]
    assert below[0] == pytest.approx(1 / (1 + np.exp(-alpha)))
    assert below[1] == pytest.approx(1 / (1 + np.exp(-(alpha - effect))))


def test_new_answers_come_from_the_fitted_model_and_are_fitted_again() -> None:
    found = fit(ratings(9, rows=1500), "value ~ arm", GROUPS, family="cumulative")
    again = [found.refit(found.simulate(seed)) for seed in range(25)]
    estimates = np.array([numbers(one.coefficients) for one in again])
    off = (estimates.mean(0) - numbers(found.coefficients)) / numbers(found.coefficients, "se")
    assert np.abs(off).max() < 4 / np.sqrt(25)
    counts = found.simulate(3)
    assert (counts.sum(1) == found.problem.arrays.sizes).all()
    assert (counts == found.simulate(3)).all()
    same = found.refit(found.problem.answers.counts)
    assert numbers(same.coefficients) == pytest.approx(numbers(found.coefficients), abs=1e-7)


def test_an_answer_lost_in_a_redraw_is_left_out_of_the_refit() -> None:
    found = fit(ratings(10), "value ~ arm", ["rater"], family="cumulative")
    counts = found.problem.answers.counts.copy()
    counts[:, 1] += counts[:, 0]
    counts[:, 0] = 0
    again = found.refit(counts)
    assert again.categories == (2, 3, 4, 5)
    assert list(again.thresholds["name"]) == ["2|3", "3|4", "4|5"]


def test_a_smaller_model_is_fitted_to_the_same_cells() -> None:
    data = ratings(11)
    whole = fit(data, "value ~ arm", GROUPS, family="cumulative")
    smaller = whole.dropping(columns=["arm[T.p 1]", "arm[T.q]"], groups=["scenario:arm"])
    asked = fit(data, "value ~ 1", ["rater", "scenario"], family="cumulative")
    assert smaller.loglik == pytest.approx(asked.loglik, abs=1e-8)
    assert numbers(smaller.thresholds, "se") == pytest.approx(
        numbers(asked.thresholds, "se"), rel=1e-6
    )

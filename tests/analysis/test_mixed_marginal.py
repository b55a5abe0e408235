"""Marginal effects against integrals worked out by quadrature, one sum at a time."""

from functools import cache
from math import exp, pi, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from toolkit.analysis.mixed import Fit, fit, marginal
from toolkit.errors import AnalysisError


def likert(seed: int = 3, scenarios: int = 8, *, tops: bool = False) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product(
        [range(12), range(scenarios), ["reference", "swap"]], names=["rater", "scenario", "arm"]
    ).to_frame(index=False)
    rater, scenario = draw.normal(0, 0.9, 12), draw.normal(0, 0.6, scenarios)
    both = draw.normal(0, 0.5, (scenarios, 2))
    swap = (grid["arm"] == "swap").to_numpy().astype(int)
    eta = rater[grid["rater"]] + scenario[grid["scenario"]] + both[grid["scenario"], swap]
    latent = eta - 0.8 * swap + draw.logistic(size=len(grid))
    grid["value"] = np.digitize(latent, [-2.0, -0.8, 0.4, 1.9]) + 1
    grid["woman"] = np.where(grid["rater"] % 3 == 0, "yes", "no")
    if tops:
        grid.loc[swap == 1, "value"] = 5
    return grid


@cache
def fitted(formula: str = "value ~ arm", family: str = "cumulative") -> Fit:
    data = likert()
    if family == "binomial":
        data["value"] = (data["value"] >= 4).astype(int)
    return fit(data, formula, ["rater", "scenario", "scenario:arm"], family=family)


def normal(z: float) -> float:
    return exp(-z * z / 2) / sqrt(2 * pi)


def averaged(of, sd: float) -> float:
    """Integrate over a normal deviation, adaptively."""
    return integrate.quad(lambda u: of(u) * normal(u / sd) / sd, -9 * sd, 9 * sd, epsabs=1e-9)[0]


def below(model: Fit, k: int, eta: float) -> float:
    return 1 / (1 + exp(eta - float(model.solution.fixed[k])))


def shares(model: Fit, eta: float) -> list[float]:
    edges = [0.0, *(below(model, k, eta) for k in range(4)), 1.0]
    return [high - low for low, high in zip(edges, edges[1:], strict=False)]


def test_the_average_change_is_an_integral_over_all_random_factors() -> None:
    model = fitted()
    effect = float(model.coefficients["estimate"][0])
    sd = float(np.sqrt((model.sds**2).sum()))
    swap = averaged(lambda u: 1 - below(model, 2, effect + u), sd)
    reference = averaged(lambda u: 1 - below(model, 2, u), sd)

    got = marginal(model, "arm", "swap", "reference", at_least=4)

    assert got.change is not None
    assert got.change.value == pytest.approx(swap - reference, abs=1e-8)
    assert list(got.shares["share"]) == pytest.approx([swap, reference], abs=1e-8)
    assert list(got.shares["level"]) == ["swap", "reference"]


def test_superiority_shares_the_rater_and_scenario_and_draws_scenario_by_arm_anew() -> None:
    model = fitted()
    effect = float(model.coefficients["estimate"][0])
    own = float(model.sds["scenario:arm"])
    shared = float(np.hypot(model.sds["rater"], model.sds["scenario"]))
    assert own > 0
    assert shared > 0

    def answers(middle: float) -> list[float]:
        return [averaged(lambda v, k=k: shares(model, middle + v)[k], own) for k in range(5)]

    def better(u: float) -> float:
        one, other = answers(effect + u), answers(u)
        return sum(one[i] * (sum(other[:i]) + other[i] / 2) for i in range(5))

    # A coarse outer sum is enough: it converges as fast as the inner one.
    z = np.linspace(-6, 6, 25)
    expected = sum(better(shared * one) * normal(one) * 0.5 for one in z)

    got = marginal(model, "arm", "swap", "reference")

    assert got.superiority is not None
    assert got.superiority.value == pytest.approx(expected, abs=1e-6)


def test_of_two_answers_superiority_is_half_the_change_above_one_half() -> None:
    got = marginal(fitted(family="binomial"), "arm", "swap", "reference")
    assert got.change is not None
    assert got.superiority is not None
    assert got.at_least == 1
    assert got.superiority.value == pytest.approx(0.5 + got.change.value / 2, abs=1e-9)
    assert got.superiority_se == pytest.approx(got.change_se / 2, rel=1e-6)


def test_other_columns_are_averaged_as_they_were_observed() -> None:
    model = fitted("value ~ arm * woman")
    table = model.coefficients.set_index("name")["estimate"]
    sd = float(np.sqrt((model.sds**2).sum()))

    def high(eta: float) -> float:
        return averaged(lambda u: 1 - below(model, 2, eta + u), sd)

    arm, woman = table["arm[T.swap]"], table["woman[T.yes]"]
    both = arm + woman + table["arm[T.swap]:woman[T.yes]"]
    expected = (high(both) - high(woman)) / 3 + (high(arm) - high(0)) * 2 / 3

    got = marginal(model, "arm", "swap", "reference", at_least=4)
    assert got.change is not None
    assert got.change.value == pytest.approx(expected, abs=1e-8)


def test_exchanging_the_levels_turns_the_effect_around() -> None:
    one = marginal(fitted(), "arm", "swap", "reference")
    other = marginal(fitted(), "arm", "reference", "swap")
    assert one.change is not None
    assert other.change is not None
    assert one.change.value == pytest.approx(-other.change.value, abs=1e-12)
    assert one.change.low == pytest.approx(-other.change.high, abs=1e-9)
    assert one.superiority is not None
    assert other.superiority is not None
    assert one.superiority.value + other.superiority.value == pytest.approx(1, abs=1e-10)


def test_degrees_of_freedom_widen_the_interval() -> None:
    normal = marginal(fitted(), "arm", "swap", "reference").change
    student = marginal(fitted(), "arm", "swap", "reference", df=7).change
    assert normal is not None
    assert student is not None
    ratio = (student.high - student.low) / (normal.high - normal.low)
    assert ratio == pytest.approx(stats.t.ppf(0.975, 7) / stats.norm.ppf(0.975))


def test_few_scenarios_are_said_to_be_liberal() -> None:
    assert marginal(fitted(), "arm", "swap", "reference").notes == (
        "With 8 levels of scenario, fewer than 20, tests and intervals of this model are liberal: "
        "they find differences too often.",
    )


def test_enough_scenarios_are_not() -> None:
    model = fit(
        likert(scenarios=20),
        "value ~ arm",
        ["rater", "scenario", "scenario:arm"],
        family="cumulative",
    )
    assert marginal(model, "arm", "swap", "reference").notes == ()


def test_without_a_factor_of_scenario_and_arm_it_speaks_of_these_situations() -> None:
    model = fit(likert(), "value ~ arm", ["rater", "scenario"], family="cumulative")
    assert marginal(model, "arm", "swap", "reference").notes == (
        "No random factor lets the effect of arm vary between situations, as scenario:arm would: "
        "the interval speaks of these situations only.",
    )


def test_separated_answers_are_not_estimable() -> None:
    model = fit(likert(tops=True), "value ~ arm", ["rater", "scenario"], family="cumulative")
    got = marginal(model, "arm", "swap", "reference")
    assert got.change is None
    assert got.change_se is None
    assert got.superiority is None
    assert got.shares.empty
    assert got.notes[0] == (
        "The change is not estimable: arm[T.swap] has no finite estimate, because the answers are "
        "separated."
    )


def test_an_answer_never_given_counts_with_the_next_above_it() -> None:
    data = likert()
    data["value"] = data["value"].replace({4: 5})
    model = fit(data, "value ~ arm", ["rater", "scenario"], family="cumulative")
    four = marginal(model, "arm", "swap", "reference", at_least=4)
    five = marginal(model, "arm", "swap", "reference", at_least=5)
    assert (four.at_least, four.change) == (5, five.change)


def test_what_cannot_be_asked_is_refused() -> None:
    model = fitted()
    with pytest.raises(AnalysisError) as caught:
        marginal(model, "arm", "nobody", "reference")
    assert str(caught.value) == (
        "marginal: got the level 'nobody' of arm; wanted one that was observed: reference, swap."
    )
    with pytest.raises(AnalysisError) as caught:
        marginal(model, "persona", "a", "b")
    assert str(caught.value) == (
        "marginal: got the variable 'persona'; wanted one of the formula's: arm."
    )
    with pytest.raises(AnalysisError) as caught:
        marginal(model, "arm", "swap", "reference", at_least=1)
    assert str(caught.value) == (
        "marginal: got at_least=1; wanted an answer above the lowest given and not above the "
        "highest: 2, 3, 4, 5."
    )
    gaussian = fit(likert(), "value ~ arm", ["rater"])
    with pytest.raises(AnalysisError) as caught:
        marginal(gaussian, "arm", "swap", "reference")
    assert str(caught.value) == (
        "marginal: got a Gaussian fit; wanted a binomial or cumulative one. A Gaussian coefficient "
        "is the average change already."
    )

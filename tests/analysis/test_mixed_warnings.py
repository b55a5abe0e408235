"""What stands in a model's way is said in a sentence, and no number is given that is not one."""

import numpy as np
import pandas as pd
import pytest
from analysis.mixed_data import GROUPS, ratings

from toolkit.analysis.mixed import Fit, fit
from toolkit.errors import AnalysisError

FAMILIES = [("gaussian", "number"), ("cumulative", "value"), ("binomial", "high")]
each_family = pytest.mark.parametrize(("family", "response"), FAMILIES)

INFINITE = (
    "The coefficient of arm[T.q] has no finite estimate, because the answers there fall wholly on "
    "one side; no interval and no p-value is given."
)


def refused(data: pd.DataFrame, formula: str, groups: list[str], **how: object) -> str:
    with pytest.raises(AnalysisError) as caught:
        fit(data, formula, groups, **how)
    return str(caught.value)


def row(found: Fit, name: str) -> pd.Series:
    return pd.concat([found.thresholds, found.coefficients]).set_index("name").loc[name]


def test_an_arm_that_always_gets_the_highest_answer_has_no_p_value() -> None:
    data = ratings(1)
    data.loc[data["arm"] == "q", "value"] = 5
    found = fit(data, "value ~ arm + x", ["rater", "scenario"], family="cumulative")
    assert found.notes == (INFINITE,)
    q = row(found, "arm[T.q]")
    assert q["estimate"] == np.inf
    assert not q["estimable"]
    assert q[["se", "df", "low", "high", "p"]].isna().all()
    # Its rows say nothing of the others once their answer is certain.
    rest = fit(
        data[data["arm"] != "q"], "value ~ arm + x", ["rater", "scenario"], family="cumulative"
    )
    for name in ("arm[T.p 1]", "x", "1|2", "4|5"):
        assert row(found, name)["estimate"] == pytest.approx(row(rest, name)["estimate"], abs=1e-4)
        assert row(found, name)["se"] == pytest.approx(row(rest, name)["se"], rel=1e-4)


def test_a_reference_that_never_gets_one_answer_takes_every_effect_with_it() -> None:
    data = ratings(2)
    data.loc[data["arm"] == "ref", "high"] = False
    found = fit(data, "high ~ arm + x", ["rater"], family="binomial")
    assert list(found.coefficients["estimate"][:3]) == [-np.inf, np.inf, np.inf]
    assert list(found.coefficients["estimable"]) == [False, False, False, True]
    assert found.notes == (
        "The coefficients of Intercept, arm[T.p 1], arm[T.q] have no finite estimate, because the "
        "answers there fall wholly on one side; no interval and no p-value is given.",
    )
    assert 0 < row(found, "x")["p"] < 1


def test_a_number_that_parts_the_answers_wholly_leaves_nothing_to_estimate() -> None:
    data = ratings(3).assign(high=lambda one: one["x"] > 0.1)
    found = fit(data, "high ~ x", ["rater"], family="binomial")
    assert not found.coefficients["estimable"].any()
    assert found.notes[0] == (
        "The coefficients of Intercept, x have no finite estimate, because the answers there fall "
        "wholly on one side; no interval and no p-value is given."
    )


def test_effects_that_are_large_and_finite_are_kept() -> None:
    data = ratings(4)
    data["big"] = data["x"] * 1e-4
    found = fit(
        data.assign(high=data["x"] + 0.05 * data["number"] > 0), "high ~ big", [], family="binomial"
    )
    assert found.coefficients["estimable"].all()
    assert abs(row(found, "big")["estimate"]) > 1e4
    assert found.notes == ()


def test_raters_who_never_change_their_answer_leave_no_p_value() -> None:
    data = ratings(5).assign(high=lambda one: one["rater"] % 2 == 0)
    found = fit(data, "high ~ arm", ["rater"], family="binomial")
    assert found.notes == (
        "The standard deviation of rater has no finite estimate, because its levels nearly always "
        "answer in one way; intervals and p-values of this model are not to be used.",
    )
    assert found.coefficients["p"].isna().all()


@each_family
def test_a_factor_with_one_level_is_left_out(family: str, response: str) -> None:
    data = ratings(6)
    found = fit(data[data["rater"] == 3], f"{response} ~ x", ["rater"], family=family)
    assert found.groups == ()
    assert found.notes == (
        "The factor rater has one level, so how it varies cannot be told; it is left out of the "
        "model, and no p-value is given, because nothing generalizes over rater.",
    )


@each_family
def test_two_names_of_one_factor_are_one(family: str, response: str) -> None:
    data = ratings(6).assign(who=lambda one: "r" + one["rater"].astype(str))
    found = fit(data, f"{response} ~ arm", ["rater", "who"], family=family)
    assert found.groups == ("rater",)
    assert found.notes == (
        "The factor who parts the data just as rater does, so the two cannot be told apart; who "
        "is left out of the model.",
    )


@each_family
def test_a_factor_that_the_formula_holds_is_left_out(family: str, response: str) -> None:
    data = ratings(6)
    found = fit(data, f"{response} ~ C(rater) + arm", ["rater", "scenario"], family=family)
    assert found.groups == ("scenario",)
    assert found.notes == (
        "The columns of the formula already tell every level of rater apart, so how it varies "
        "cannot be told; it is left out of the model, and no p-value is given, because nothing "
        "generalizes over rater.",
    )
    assert found.coefficients["p"].isna().all()
    assert found.coefficients["se"].notna().all()
    one = data[data["scenario"] == "s 1"]
    found = fit(one, f"{response} ~ arm", ["scenario:arm"], family=family)
    assert found.groups == ()
    assert found.notes[0].startswith("The columns of the formula already tell every level of")


def test_too_few_observations_to_tell_variances_apart_give_no_number() -> None:
    data = pd.DataFrame({"rater": ["a", "a", "b"], "arm": ["p", "q", "q"], "value": [1.0, 2, 4]})
    found = fit(data, "value ~ arm", ["rater"])
    assert found.notes == (
        "The fit did not converge: its numbers are not to be used. Take out random factors or "
        "terms that few observations speak to.",
    )
    assert not found.converged
    assert found.coefficients["p"].isna().all()


def test_a_level_for_every_observation_is_the_residual() -> None:
    data = ratings(6).assign(row=range(400))
    found = fit(data, "number ~ arm", ["rater", "row"])
    assert found.groups == ("rater",)
    assert found.notes == (
        "The factor row has one observation a level, so it cannot be told from the residual; it is "
        "left out of the model.",
    )


@each_family
def test_a_variance_at_nought_is_said(family: str, response: str) -> None:
    data = ratings(7, spread=(0, 0, 0))
    found = fit(data, f"{response} ~ arm", [*GROUPS, "rater:arm"], family=family)
    for name in found.groups:
        said = (
            f"The standard deviation of {name} is estimated as 0: no more variation is seen than "
            "chance gives."
        )
        assert (said in found.notes) == (found.sds[name] == 0)
    assert (found.sds == 0).any()
    assert found.converged
    assert found.coefficients["p"].notna().all()
    without = found.dropping(groups=[one for one in found.groups if found.sds[one] == 0])
    assert list(without.coefficients["se"]) == pytest.approx(
        list(found.coefficients["se"]), rel=1e-5
    )


def test_an_answer_nobody_gave_is_said_and_the_others_stay() -> None:
    data = ratings(8)
    some = data[~data["value"].isin([3])]
    found = fit(some, "value ~ arm", ["rater"], family="cumulative", levels=[1, 2, 3, 4, 5, 6])
    assert found.categories == (1, 2, 4, 5)
    assert found.notes == (
        "value: the answers 3, 6 were never given; the model speaks of the answers that were.",
    )
    assert list(found.thresholds["name"]) == ["1|2", "2|4", "4|5"]


@each_family
def test_a_persona_nobody_saw_is_said(family: str, response: str) -> None:
    data = ratings(9)
    data["arm"] = data["arm"].cat.add_categories("nobody")
    found = fit(data, f"{response} ~ arm", ["rater"], family=family)
    assert found.notes == (
        "arm: no observation has nobody; nothing is said about what nobody saw.",
    )
    assert not found.coefficients["name"].str.contains("nobody").any()


@each_family
def test_a_combination_nobody_saw_has_no_coefficient(family: str, response: str) -> None:
    data = ratings(10).assign(kind=lambda one: np.where(one["x"] > 0, "u", "v"))
    some = data[~((data["arm"] == "q") & (data["kind"] == "v"))]
    found = fit(some, f"{response} ~ arm * kind", ["rater"], family=family)
    assert found.notes == (
        "The column arm[T.q]:kind[T.v] adds nothing to those before it, so it has no coefficient: "
        "the data do not hold every combination of the formula.",
    )
    assert found.coefficients["p"].notna().all()


@each_family
def test_the_same_answer_everywhere_cannot_be_compared(family: str, response: str) -> None:
    data = ratings(11).assign(number=2.5, value=4, high=True)
    shown = {"gaussian": "2.5", "cumulative": "4", "binomial": "True"}[family]
    assert refused(data, f"{response} ~ arm", GROUPS, family=family) == (
        f"mixed: got the answer {shown} in all of 400 observations; wanted at least two different "
        "answers. Nothing can be compared where nothing varies."
    )


@each_family
def test_no_complete_row_is_nothing_to_fit(family: str, response: str) -> None:
    data = ratings(11).assign(rater=None)
    assert refused(data, f"{response} ~ arm", GROUPS, family=family) == (
        "mixed: got 400 rows, none of them complete; wanted some with every column of the formula "
        "and groups. Look at the missing values."
    )
    assert refused(data.iloc[:0], f"{response} ~ arm", GROUPS, family=family) == (
        "mixed: got 0 rows, none of them complete; wanted some with every column of the formula "
        "and groups. Look at the missing values."
    )


def test_answers_that_the_model_explains_wholly_leave_no_residual() -> None:
    data = ratings(12).assign(
        by_arm=lambda one: (one["arm"] == "q") * 2.0, by_rater=lambda one: one["rater"] * 1.5
    )
    for response in ("by_arm", "by_rater"):
        assert refused(data, f"{response} ~ arm", ["rater"]) == (
            "mixed: got 400 observations that the formula and the groups explain wholly; wanted "
            "some residual variation. Take terms or groups out of the model."
        )


def test_more_coefficients_than_observations_are_refused() -> None:
    assert refused(ratings(12).iloc[:2], "number ~ x", []) == (
        "mixed: got 2 observations for 2 coefficients; wanted more observations than coefficients. "
        "Take terms out of the formula."
    )


def test_formulas_that_cannot_be_read_are_refused() -> None:
    data = ratings(12)
    for text in ("value ~~ arm", "~ arm", "value", "value ~ arm +"):
        assert refused(data, text, GROUPS) == (
            f"mixed: got the formula {text!r}; wanted one like 'value ~ arm * gender'. "
            "Name columns with spaces in backticks."
        )
    assert refused(data, "log(value) ~ arm", GROUPS) == (
        "mixed: got the formula 'log(value) ~ arm'; wanted one column on its left. "
        "Compute the response as a column of the table first."
    )
    assert refused(data, "number ~ C(arm, contr.treatment('nobody'))", GROUPS) == (
        "mixed: got a formula that cannot be evaluated (Value `'nobody'` for "
        "`TreatmentContrasts.base` is not among the provided levels.); wanted columns of the "
        "table, and levels that they have. Look at what it names."
    )
    assert refused(data, "value ~ 0 + arm", GROUPS, family="cumulative") == (
        "mixed: got the formula 'value ~ 0 + arm'; wanted one with an intercept. "
        "Leave out '0 +' and '- 1'."
    )


@pytest.mark.parametrize(
    "term",
    [
        "log(x)",
        "center(x)",
        "{x + 1}",
        "__import__('os').getcwd()",
        "C(x.__class__)",
        "C(arm, levels=['ref'])",
        "C(arm, open('a'))",
        "C(arm, contr.treatment.__init__)",
        "C(arm, contr.treatment(base=open('a')))",
        "C(arm, contr.treatment(base=x.y))",
    ],
)
def test_a_formula_runs_no_code(term: str) -> None:
    assert refused(ratings(12), f"number ~ {term}", GROUPS).startswith("mixed: got ")


def test_a_formula_may_say_which_level_is_the_reference() -> None:
    data = ratings(12)
    found = fit(data, "number ~ C(arm, contr.treatment(base='q'))", GROUPS)
    plain = fit(data, "number ~ arm", GROUPS)
    name = "C(arm, contr.treatment(base='q'))[T.ref]"
    assert row(found, name)["estimate"] == pytest.approx(
        -row(plain, "arm[T.q]")["estimate"], abs=1e-7
    )


def test_columns_and_answers_must_be_what_the_model_needs() -> None:
    data = ratings(12)
    assert refused(data[["value", "arm"]], "value ~ arm", ["rater"]) == (
        "mixed: got a table without 'rater'; wanted a column for every name in the formula and "
        "groups. It has 'value', 'arm'."
    )
    assert refused(pd.concat([data, data[["arm"]]], axis=1), "value ~ arm", ["rater"]) == (
        "mixed: got a table with more than one column 'arm'; wanted one. Rename the others."
    )
    assert refused(data, "value ~ arm", ["rater"], family="poisson") == (
        "mixed: got the family 'poisson' and the method 'REML'; wanted one of gaussian, binomial, "
        "cumulative, and one of REML, ML."
    )
    assert refused(data, "arm ~ x", ["rater"]) == (
        "mixed: got arm of type category for the response; wanted numbers. "
        "Name another column, or another family."
    )
    assert refused(data, "value ~ x", ["rater"], family="binomial") == (
        "mixed: got 5 different answers in value; wanted two for the binomial family. "
        "Use the cumulative family, or make it a column of 0 and 1."
    )
    assert refused(data, "x ~ arm", ["rater"], family="cumulative") == (
        "mixed: got 400 different answers in x; wanted at most 100 for the cumulative family. "
        "Use the Gaussian family for a response that is a number."
    )
    assert refused(data, "value ~ x", ["rater"], family="cumulative", levels=[1, 2, 3, 4]) == (
        "mixed: got the answer 5 in value; wanted one of 1, 2, 3, 4. "
        "Give every answer in levels, lowest first."
    )
    assert refused(data.assign(number=np.inf), "number ~ arm", []) == (
        "mixed: got an infinite number in number; wanted finite ones. "
        "Leave such rows out, or mark them as missing."
    )
    with pytest.raises(AnalysisError) as caught:
        fit(data, "number ~ arm", ["rater"]).random("scenario")
    assert str(caught.value) == (
        "mixed: got the random factor 'scenario'; wanted one of the model's: 'rater'."
    )

"""What the primary test says, and what it refuses to say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from comparisons import EVERYBODY, PEOPLE, complete, judged, read
from scipy import stats

from toolkit.analysis import Finding, Observations, disparity, from_table
from toolkit.analysis.disparity import Disparity
from toolkit.analysis.engine import SIGN_FLIP
from toolkit.errors import AnalysisError

EFFECTS = np.array([[-0.5], [0.4], [-1.1], [-0.2], [-0.9], [0.1]])


def only(found: Disparity) -> Finding:
    (one,) = found.findings
    return one


def by_name(found: Disparity) -> dict[str, Finding]:
    return {one.subject: one for one in found.findings}


def numbers(one: Finding) -> tuple[float, float, float, float]:
    assert one.estimate is not None
    assert one.se is not None
    return one.estimate.value, one.estimate.low, one.estimate.high, one.se


@pytest.fixture
def crossed() -> Observations:
    return judged(read("crossed"))


# What it is, on complete data


def test_complete_matched_data_give_the_matched_difference() -> None:
    rows = complete(EFFECTS, raters=9)
    one = only(disparity(judged(rows, scale="number", bounds=(-np.inf, np.inf))))
    wide = rows.pivot(index=["scenario", "rater"], columns="arm", values="value")
    difference = wide["swap"] - wide["reference"]
    scenarios = difference.groupby("scenario").mean()
    raters = difference.groupby("rater").mean()
    assert one.estimate is not None
    assert one.estimate.value == pytest.approx(scenarios.mean(), rel=1e-12)
    left = difference - difference.mean()
    of_scenarios = (left.groupby("scenario").sum() ** 2).sum() / len(left) ** 2
    of_raters = (left.groupby("rater").sum() ** 2).sum() / len(left) ** 2
    of_cells = (left**2).sum() / len(left) ** 2
    of_scenarios, of_raters, of_cells = (
        piece * many / (many - 1)
        for piece, many in ((of_scenarios, 6), (of_raters, 9), (of_cells, len(left)))
    )
    variance = max(of_cells, of_scenarios + of_raters - of_cells)
    assert one.se == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert one.df == pytest.approx(5)
    assert one.p == pytest.approx(2 * stats.t.sf(abs(scenarios.mean()) / one.se, 5), rel=1e-12)
    assert raters.size == 9


def test_each_scenario_says_its_own_matched_difference() -> None:
    rows = complete(EFFECTS, raters=9)
    found = disparity(judged(rows, scale="number", bounds=(-np.inf, np.inf)))
    wide = rows.pivot(index=["scenario", "rater"], columns="arm", values="value")
    difference = (wide["swap"] - wide["reference"]).groupby("scenario").mean()
    table = found.by_scenario.set_index("scenario")
    assert table["effect"].to_dict() == pytest.approx(difference.to_dict(), rel=1e-10)
    assert table["share"].to_list() == pytest.approx([1 / 6] * 6)
    assert table["observations"].eq(9).all()
    assert table["others"].eq(9).all()
    # By moments: the variance between scenarios less the average variance within them.
    within = (wide["swap"] - wide["reference"]).groupby("scenario").var(ddof=1) / 9
    spread = np.sqrt(difference.var(ddof=1) - within.mean())
    seen = only(found).spread
    assert seen is not None
    assert seen.value == pytest.approx(spread, rel=1e-9)
    assert seen.low < seen.value < seen.high


def test_cells_are_drawn_toward_their_own_personas_average() -> None:
    """One persona far from 0 draws no cell of a persona without any effect."""
    rows = complete(np.column_stack([EFFECTS * 0, EFFECTS * 0 - 4]), raters=9, arms=("ben", "cleo"))
    table = disparity(judged(rows, scale="number", bounds=(-np.inf, np.inf))).by_scenario
    for _, cells in table.groupby("subject"):
        assert cells["shrunken"].min() >= cells["effect"].min() - 1e-12
        assert cells["shrunken"].max() <= cells["effect"].max() + 1e-12


def test_sign_flips_are_counted_by_hand() -> None:
    # Effects of 3, 1 and -1 in three scenarios: of 8 sign patterns the sums are ±5, ±3, ±3, ±1,
    # and the observed 3 is reached by the six largest in size.
    rows = complete(np.array([[3.0], [1.0], [-1.0]]), raters=3)
    rows["value"] = rows["value"].round(0)
    effect = {"s0": 3.0, "s1": 1.0, "s2": -1.0}
    rows["value"] = np.where(rows["arm"].eq("swap"), rows["scenario"].map(effect), 0.0)
    # Raters disagree by the same in each scenario, so that errors are not all 0.
    rows["value"] += np.where(rows["arm"].eq("swap") & rows["rater"].eq("r0"), 0.25, 0.0)
    rows["value"] -= np.where(rows["arm"].eq("swap") & rows["rater"].eq("r1"), 0.25, 0.0)
    one = only(disparity(judged(rows, scale="number", bounds=(-np.inf, np.inf))))
    assert dict(one.tests) == {SIGN_FLIP: 6 / 8}


def test_every_scenario_counts_equally_however_much_was_rated_in_it() -> None:
    rows = complete(EFFECTS, raters=9)
    twice = pd.concat([rows, rows[rows["scenario"].eq("s0")]])
    number = {"scale": "number", "bounds": (-np.inf, np.inf)}
    once, more = (only(disparity(judged(one, **number))) for one in (rows, twice))
    assert numbers(more)[0] == pytest.approx(numbers(once)[0], rel=1e-12)


# What must not change it


def test_row_order_and_names_change_nothing(crossed: Observations) -> None:
    rows = read("crossed").sample(frac=1, random_state=4)
    rows["persona"] = rows["persona"].map(lambda one: "zz" if one == "eve" else one)
    for name in ("rater", "scenario", "contrast"):
        rows[name] = rows[name].map(lambda one: f"x{one[::-1]}")
    one, other = by_name(disparity(crossed))["eve"], by_name(disparity(judged(rows)))["zz"]
    assert numbers(other) == pytest.approx(numbers(one), rel=1e-9)
    assert (other.p, other.df, other.verdict) == (
        pytest.approx(one.p),
        pytest.approx(one.df),
        one.verdict,
    )
    assert other.without_one_rater == pytest.approx(one.without_one_rater)


@pytest.mark.parametrize("compare_with", ["reference", "grand_mean"])
def test_doubled_replies_narrow_no_interval(crossed: Observations, compare_with: str) -> None:
    rows = read("crossed")
    double = pd.concat([rows, rows])
    ones = by_name(disparity(crossed, compare_with=compare_with))  # type: ignore[arg-type]
    twos = by_name(disparity(judged(double), compare_with=compare_with))  # type: ignore[arg-type]
    for name, one in ones.items():
        assert numbers(twos[name]) == pytest.approx(numbers(one), rel=1e-8), name


def test_a_weight_is_as_many_rows(crossed: Observations) -> None:
    rows = read("crossed")
    apart = rows.loc[rows.index.repeat(rows["weight"])].assign(weight=1)
    for name, one in by_name(disparity(judged(apart))).items():
        assert numbers(one) == pytest.approx(numbers(by_name(disparity(crossed))[name]), rel=1e-8)


def test_persona_less_persona_is_the_same_whichever_is_the_reference() -> None:
    rows = complete(np.column_stack([EFFECTS, -EFFECTS / 2]), raters=5, arms=("ben", "cleo"))
    turned = rows.assign(arm=np.where(rows["persona"].eq("ben"), "reference", "swap"))
    number = {"scale": "number", "bounds": (-np.inf, np.inf)}
    ben = by_name(disparity(judged(rows, **number)))["ben"]
    ada = by_name(disparity(judged(turned, **number)))["ada"]
    value, low, high, se = numbers(ben)
    assert numbers(ada) == pytest.approx((-value, -high, -low, se), rel=1e-9)


def test_against_the_average_it_does_not_matter_who_is_the_reference() -> None:
    rows = complete(np.column_stack([EFFECTS, -EFFECTS / 2]), raters=5, arms=("ben", "cleo"))
    turned = rows.assign(arm=np.where(rows["persona"].eq("ben"), "reference", "swap"))
    number = {"scale": "number", "bounds": (-np.inf, np.inf)}
    found = [
        by_name(disparity(judged(one, **number), compare_with="grand_mean"))
        for one in (rows, turned)
    ]
    for name in ("ada", "ben", "cleo"):
        assert numbers(found[1][name]) == pytest.approx(numbers(found[0][name]), rel=1e-9)
    assert sum(numbers(one)[0] for one in found[0].values()) == pytest.approx(0, abs=1e-12)
    assert found[0]["ben"].compared_with == "grand mean"


# Families and verdicts


def test_the_primary_family_is_held_by_holm_and_others_by_benjamini_hochberg(
    crossed: Observations,
) -> None:
    first = disparity(crossed, factors=("gender",))
    families = {one.subject: one.family for one in first.findings}
    assert families["eve"] == "personas, Holm (7 claims)"
    assert families["gender: man"] == "factor levels, Benjamini-Hochberg (1 claim)"
    turned = disparity(crossed, factors=("gender",), family="factors")
    families = {one.subject: one.family for one in turned.findings}
    assert families["eve"] == "personas, Benjamini-Hochberg (7 claims)"
    assert families["gender: man"] == "factor levels, Holm (1 claim)"
    second = disparity(crossed, primary=False)
    assert {one.family for one in second.findings} == {"personas, Benjamini-Hochberg (7 claims)"}


def test_holm_multiplies_the_smallest_p_by_all(crossed: Observations) -> None:
    findings = disparity(crossed).findings
    smallest = min(findings, key=lambda one: one.p or 1.0)
    assert smallest.p is not None
    assert smallest.p_adjusted == pytest.approx(min(1.0, 7 * smallest.p))


def test_without_a_margin_nothing_is_equivalent() -> None:
    rows = complete(np.zeros((20, 1)), raters=20)
    number = {"scale": "number", "bounds": (-np.inf, np.inf)}
    one = only(disparity(judged(rows, **number)))
    assert one.margin is None
    assert one.verdict == "inconclusive"
    assert one.needs == ""
    assert only(disparity(judged(rows, **number), margin=0.3)).verdict == "equivalent"


def test_equivalence_is_adjusted_with_its_family() -> None:
    # Tested alone ben would be equivalent within the margin; beside five others he is not.
    rows = complete(np.zeros((8, 6)), raters=8, arms=tuple(EVERYBODY[1:]), seed=4)
    number = {"scale": "number", "bounds": (-np.inf, np.inf)}
    alone = judged(rows[rows["persona"].isin(["ada", "ben"])], **number)
    margin = 0.24
    assert only(disparity(alone, margin=margin)).verdict == "equivalent"
    assert by_name(disparity(judged(rows, **number), margin=margin))["ben"].verdict == (
        "inconclusive"
    )


def test_a_small_and_sure_difference_is_real_but_negligible() -> None:
    rows = complete(np.full((20, 1), 0.2), raters=20)
    one = only(disparity(judged(rows, scale="number", bounds=(-np.inf, np.inf)), margin=1.0))
    assert one.verdict == "real but negligible"


def test_a_margin_must_be_above_zero(crossed: Observations) -> None:
    with pytest.raises(AnalysisError) as caught:
        disparity(crossed, margin=0.0)
    assert str(caught.value) == (
        "disparity: got a margin of 0.0; wanted one above 0, or none. Give the largest difference "
        "that would not matter."
    )


# Whom it speaks about


def test_contrasts_lifted_from_leads_are_compared_apart(crossed: Observations) -> None:
    rows = read("crossed")
    rows["origin"] = np.where(
        rows["contrast"].isin(["c01", "c02", "c03", "c04"]), "lead", "planned"
    )
    found = disparity(judged(rows))
    planned = [one for one in found.findings if one.speaks_of == "in general"]
    leads = [one for one in found.findings if one.speaks_of == "these situations"]
    assert {one.family.split(" (")[0] for one in planned} == {"personas, Holm"}
    assert {one.family.split(" (")[0] for one in leads if one.p} == {"personas, Benjamini-Hochberg"}
    alone = disparity(judged(rows[rows["origin"].eq("planned")]))
    assert [numbers(one) for one in planned] == [numbers(one) for one in alone.findings]
    assert all(one.n.contrasts <= 4 for one in leads)


def test_leads_alone_never_speak_in_general() -> None:
    found = disparity(judged(read("crossed").assign(origin="lead")))
    assert {one.speaks_of for one in found.findings} == {"these situations"}
    assert {one.family.split(" (")[0] for one in found.findings} == {"personas, Holm"}


def test_two_personas_a_level_are_about_these_personas_only(crossed: Observations) -> None:
    people = PEOPLE.assign(born=["here", "here", *["there"] * 5])
    found = disparity(replace(crossed, people=people), factors=("born",))
    one = by_name(found)["born: here"]
    assert one.about == "these personas"
    assert one.caveats == (
        "born: here holds 2 personas and a claim about the factor needs 3 a level: this is about "
        "these personas only.",
    )


def test_of_three_levels_each_is_compared_with_all_others(crossed: Observations) -> None:
    people = PEOPLE.assign(age=["a", "a", "a", "b", "b", "c", "c"])
    found = disparity(replace(crossed, people=people), factors=("age",))
    levels = [one for one in found.findings if one.subject.startswith("age")]
    assert [one.subject for one in levels] == ["age: a", "age: b", "age: c"]
    assert {one.compared_with for one in levels} == {"age: all others"}
    assert [one.about for one in levels] == ["this factor", "these personas", "these personas"]


def test_a_factor_nobody_is_described_by_is_refused(crossed: Observations) -> None:
    with pytest.raises(AnalysisError) as caught:
        disparity(crossed, factors=("height",))
    assert str(caught.value) == (
        "disparity: got the factor 'height'; wanted one that the personas are described by: "
        "gender. Name one of these, or pass people= with such a column."
    )


def test_null_arms_stand_beside_and_are_not_subtracted(crossed: Observations) -> None:
    found = disparity(crossed)
    assert [one.subject for one in found.null_arms] == ["paraphrase", "resample"]
    for one in found.findings:
        assert dict(one.null_arms) == {null.subject: null.estimate for null in found.null_arms}
    rows = read("crossed")
    moved = rows.assign(value=rows["value"] + 1.0 * rows["arm"].eq("resample"))
    again = disparity(judged(moved, scale="number", bounds=(-np.inf, np.inf)))
    ones = by_name(disparity(judged(rows, scale="number", bounds=(-np.inf, np.inf))))
    for name, one in by_name(again).items():
        assert numbers(one)[0] == pytest.approx(numbers(ones[name])[0], abs=1e-9)


def test_refused_answers_are_said_first(crossed: Observations) -> None:
    one = disparity(replace(crossed, left_out={"refused": 3, "repeat": 9})).findings[0]
    assert one.caveats == (
        "This compares answers that were given; 3 were refused and are left out, which selects. "
        "Read the refusal rate of each persona first.",
    )
    assert one.left_out == {"refused": 3, "repeat": 9}


def test_two_endpoints_are_each_compared_within() -> None:
    # The second endpoint is a point better throughout, and only there ben was asked often.
    rows = complete(EFFECTS, raters=4)
    other = rows.assign(endpoint="second", value=rows["value"] + 1)
    part = other[other["arm"].eq("swap") | other["rater"].eq("r0")]
    both = pd.concat([rows.assign(endpoint="first"), part])
    number = {"scale": "number", "bounds": (-np.inf, np.inf)}
    value = numbers(only(disparity(judged(both, **number))))[0]
    assert value == pytest.approx(numbers(only(disparity(judged(rows, **number))))[0], abs=0.25)


# What cannot be said


def test_explore_rows_are_refused(crossed: Observations) -> None:
    rows = read("crossed").assign(stage="explore")
    with pytest.raises(AnalysisError) as caught:
        disparity(judged(rows))
    assert str(caught.value) == (
        f"analysis: got {len(rows)} of {len(rows)} rows of stage 'explore'; wanted stage 'confirm' "
        "alone, because explore finds and confirm measures. Load the frames with stage='confirm'."
    )


def test_one_scenario_read_by_machine_gives_nothing() -> None:
    rows = complete(EFFECTS[:1], raters=6).assign(rater=None)
    one = only(disparity(judged(rows)))
    assert one.verdict == "not estimable"
    assert one.caveats == (
        "ben was seen in 1 scenario only: this cannot generalize over scenarios, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 scenarios.",
    )


def test_equal_answers_have_nothing_to_measure_by() -> None:
    rows = complete(EFFECTS, raters=4).assign(value=4.0)
    one = only(disparity(judged(rows), margin=0.5))
    assert one.verdict == "not estimable"
    assert one.caveats == (
        "All 48 observations of ben and of what it is compared with are 4, so there is no "
        "variation to measure a difference by.",
    )


def test_a_difference_without_any_error_is_not_estimable() -> None:
    rows = complete(EFFECTS, raters=4)
    rows["value"] = np.where(rows["arm"].eq("swap"), 2.0, 3.0)
    one = only(disparity(judged(rows)))
    assert one.verdict == "not estimable"
    assert one.caveats == (
        "The model leaves no error at all in the observations of ben, so there is nothing to "
        "measure the difference by.",
    )


def test_a_persona_never_beside_the_reference_is_not_estimable() -> None:
    rows = complete(np.column_stack([EFFECTS, EFFECTS]), raters=4, arms=("ben", "cleo"))
    seen = rows["scenario"].isin(["s0", "s1"])
    rows = rows[~(rows["persona"].eq("cleo") & ~seen) & ~(rows["persona"].eq("ada") & seen)]
    found = by_name(disparity(judged(rows)))
    assert found["ben"].estimate is not None
    assert found["cleo"].verdict == "not estimable"
    assert found["cleo"].caveats == (
        "No contrast holds observations of both cleo and the reference, so they cannot be "
        "compared.",
    )


def test_raters_who_judged_one_persona_each_cannot_tell_it_from_themselves() -> None:
    rows = complete(EFFECTS, raters=4)
    rows = rows[rows["arm"].eq("swap") == rows["rater"].isin(["r0", "r1"])]
    one = only(disparity(judged(rows)))
    assert one.verdict == "not estimable"
    assert one.caveats == (
        "The raters and contrasts of ben are not joined to those it is compared with, so its "
        "effect cannot be told from theirs.",
    )


def test_nothing_observed_is_said() -> None:
    found = disparity(judged(complete(EFFECTS).head(0)))
    assert found.findings == ()
    assert found.notes == ("Nothing was observed of 'respect', so nothing is compared.",)
    some = disparity(judged(complete(EFFECTS)))
    assert list(found.by_scenario) == list(some.by_scenario)
    assert list(found.table) == list(some.table)
    nobody = complete(EFFECTS).query("arm == 'reference'")
    assert disparity(judged(nobody)).notes == (
        "No persona was swapped in, so nobody is compared on 'respect'.",
    )


def test_a_persona_of_whom_nothing_came_is_not_estimable() -> None:
    rows = judged(complete(EFFECTS, raters=4))
    found = by_name(disparity(replace(rows, people=PEOPLE.loc[["ada", "ben", "eve"]])))
    assert list(found) == ["ben", "eve"]
    assert found["eve"].verdict == "not estimable"
    assert found["eve"].caveats == ("Nothing of eve was observed, so there is nothing to compare.",)
    assert found["ben"].family == "personas, Holm (1 claim)"


def test_nobody_else_in_a_contrast_is_said() -> None:
    rows = complete(np.column_stack([EFFECTS, EFFECTS]), raters=4, arms=("ben", "cleo"))
    apart = rows["scenario"].isin(["s0", "s1"])
    rows = rows[(rows["persona"].eq("cleo") & apart) | (rows["persona"].ne("cleo") & ~apart)]
    found = by_name(disparity(judged(rows), compare_with="grand_mean"))
    assert found["cleo"].caveats == (
        "Nobody else was observed in the contrasts of cleo, so there is nothing to compare.",
    )


def test_pairs_on_one_side_cannot_tell_the_side_from_the_persona() -> None:
    rows = read("pairs").assign(side=1.0)
    found = disparity(judged(rows, scale="preference", bounds=(-1, 1)))
    assert found.findings[0].caveats == (
        "Replies to ben stood on one side throughout, so what is due to them cannot be told from "
        "what is due to the side.",
    )


def test_raters_must_be_known_throughout() -> None:
    rows = complete(EFFECTS)
    rows.loc[:2, "rater"] = None
    with pytest.raises(AnalysisError) as caught:
        disparity(judged(rows))
    assert str(caught.value) == (
        f"disparity: got 3 of {len(rows)} observations without a rater; wanted one in each. Leave "
        "those rows out, or fill the column in."
    )


def test_cells_about_too_few_raters_are_suppressed() -> None:
    table = disparity(judged(complete(EFFECTS, raters=4))).by_scenario
    assert table["raters"].eq(4).all()
    assert table["suppressed"].all()
    assert table[["effect", "low", "high", "shrunken"]].isna().all(axis=None)
    table = disparity(judged(complete(EFFECTS, raters=5))).by_scenario
    assert not table["suppressed"].any()
    assert table[["effect", "low", "high", "shrunken"]].notna().all(axis=None)


# What comes out


def test_the_natural_scale_is_named(tmp_path: Path) -> None:
    likert = disparity(judged(read("crossed"))).findings[0]
    assert likert.unit == "points (1 to 5)"
    assert list(likert.beside) == ["share of answers of 4 or more"]
    machine = judged(read("machine").assign(rater=None), scale="binary", bounds=(0, 1))
    assert only(disparity(machine)).unit == "share of replies"
    assert only(disparity(machine)).beside == {}
    pairs = judged(read("pairs"), scale="preference", bounds=(-1, 1))
    assert {one.unit for one in disparity(pairs).findings} == {"net share of choices"}


def test_anybodys_table_leads_to_the_same_numbers(crossed: Observations) -> None:
    rows = read("crossed")
    names = {name: name for name in ("value", "persona", "scenario", "rater", "contrast", "arm")}
    same = from_table(rows, scale="likert", bounds=(1, 5), weight="weight", **names)
    for name, one in by_name(disparity(same)).items():
        assert numbers(one) == pytest.approx(numbers(by_name(disparity(crossed))[name]), rel=1e-12)


def test_the_table_has_a_row_a_finding(crossed: Observations) -> None:
    found = disparity(crossed, margin=0.5, factors=("gender",))
    assert found.table["subject"].to_list() == [one.subject for one in found.findings]
    ranges = found.table[["without_one_scenario_low", "without_one_scenario_high"]].head(7)
    estimates = found.table["estimate"].head(7)
    assert (ranges.iloc[:, 0] <= estimates).all()
    assert (estimates <= ranges.iloc[:, 1]).all()
    assert found.table["needs"].head(7).str.startswith("About ").any()


def test_a_finding_carries_what_it_rests_on(crossed: Observations) -> None:
    rows = read("crossed")
    rows["reply"] = rows["contrast"] + rows["arm"] + rows["persona"]
    found = disparity(replace(judged(rows), simulated=True), plan="sha256:abc")
    one = by_name(found)["eve"]
    own = rows.query("arm == 'swap' and persona == 'eve'")
    beside = rows[rows["contrast"].isin(own["contrast"]) & rows["arm"].eq("reference")]
    both = pd.concat([own, beside])
    assert one.replies == tuple(sorted(set(both["reply"])))
    assert one.n.observations == both["weight"].sum()
    assert one.n.raters == both["rater"].nunique()
    assert (one.n.scenarios, one.n.contrasts) == (
        own["scenario"].nunique(),
        own["contrast"].nunique(),
    )
    assert (one.plan, one.simulated, one.stage) == ("sha256:abc", True, "confirm")

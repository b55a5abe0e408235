import numpy as np
import pandas as pd
import pytest
from binary_world import observed, row

from toolkit.analysis import stratify
from toolkit.analysis.rates.stratify import CHANGE, ODDS, POOLED, SAME_ODDS
from toolkit.errors import AnalysisError


def simpson(seed: int = 3):
    """The persona does better in every situation, and mostly meets the hard ones."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(12):
        hard = number % 2 == 1
        sizes = {"p": 9 if hard else 1, "": 1 if hard else 9}
        for persona, size in sizes.items():
            level = (2.0 if hard else 4.0) + (0.6 if persona else 0.0)
            rows += [row(level + rng.normal(0, 0.1), f"s{number}", persona) for _ in range(size)]
    return observed(rows, "helpful", "likert")


def test_a_paradox_is_found_and_said() -> None:
    made = stratify(simpson())
    (finding,) = made.findings
    assert finding.estimate is not None
    assert finding.estimate.value == pytest.approx(0.6, abs=0.1)
    assert finding.verdict == "differs"
    assert finding.beside[POOLED].value < -0.5
    assert finding.beside[CHANGE].value == pytest.approx(
        finding.beside[POOLED].value - finding.estimate.value
    )
    assert not made.table["agree"].item()
    says = (
        f"Pooled, the difference is {finding.beside[POOLED].text()}; within scenario, "
        f"{finding.estimate.text()}: they point in opposite directions. The one within scenario "
        "compares like with like."
    )
    assert made.table["says"].item() == says
    assert finding.caveats == (says,)


def test_where_strata_do_not_matter_both_agree() -> None:
    rng = np.random.default_rng(4)
    rows = [
        row(3.0 + (0.8 if p else 0.0) + rng.normal(0, 0.2), f"s{n}", p)
        for n in range(12)
        for p in ("p", "")
    ]
    made = stratify(observed(rows, "helpful", "likert"))
    (finding,) = made.findings
    assert made.table["agree"].item()
    assert made.table["says"].item().endswith(": they agree.")
    assert finding.caveats == ()
    assert finding.estimate is not None
    # One observation an arm and stratum: the mean of the differences, in total and within.
    assert finding.estimate.value == pytest.approx(finding.beside[POOLED].value)


def test_the_stratified_difference_is_weighed_by_hand() -> None:
    values = {("a", "p"): [1, 1], ("a", ""): [0], ("b", "p"): [0], ("b", ""): [1, 0]}
    rows = [row(float(v), s, p) for (s, p), several in values.items() for v in several]
    made = stratify(observed(rows))
    # Differences 1 and -.5, each stratum weighing 2 * 1 / 3.
    assert made.findings[0].estimate is not None
    assert made.findings[0].estimate.value == pytest.approx(0.25)
    # Pooled: 2 of 3 against 1 of 3.
    assert made.findings[0].beside[POOLED].value == pytest.approx(1 / 3)


def test_binary_outcomes_have_a_common_odds_ratio_beside() -> None:
    rng = np.random.default_rng(6)
    rows = [row(float(rng.random() < 0.4), f"s{n % 8}", p) for n in range(80) for p in ("p", "")]
    (finding,) = stratify(observed(rows)).findings
    assert finding.beside[ODDS].low < finding.beside[ODDS].value < finding.beside[ODDS].high
    assert 0 < finding.tests[SAME_ODDS] <= 1


def test_strata_may_be_given_row_by_row() -> None:
    world = simpson()
    by = pd.Series(["hard" if int(one[1:]) % 2 else "easy" for one in world.frame["scenario"]])
    made = stratify(world, by.rename("difficulty"))
    assert made.by == "difficulty"
    assert list(made.strata["stratum"]) == ["easy", "hard"]
    assert made.strata[["difference", "low", "high"]].notna().all(axis=None)
    assert made.findings[0].verdict == "differs"


def test_strata_without_both_arms_are_counted() -> None:
    rows = [row(float(n % 2), f"s{n}", p) for n in range(6) for p in (["p", ""] if n < 4 else [""])]
    rows.append(row(0.0, "s0", "p"))
    (finding,) = stratify(observed(rows)).findings
    assert "2 of 6 strata lack one of both arms and are left out." in finding.caveats


def test_no_stratum_with_both_arms_is_not_estimable() -> None:
    (finding,) = stratify(observed([row(1, "a", "p"), row(0, "b"), row(1, "c")])).findings
    assert finding.verdict == "not estimable"
    assert finding.caveats[0] == "No stratum has both this arm and the reference."


def test_one_scenario_is_not_estimable() -> None:
    rows = [row(float(n % 2), "s", p) for n in range(5) for p in ("p", "")]
    (finding,) = stratify(observed(rows)).findings
    assert finding.caveats == ("One scenario or one rater: a difference cannot be generalized.",)


def test_equal_values_are_not_estimable() -> None:
    rows = [row(0.0, f"s{n}", p) for n in range(5) for p in ("p", "")]
    (finding,) = stratify(observed(rows)).findings
    assert finding.caveats == (
        "The differences do not vary over scenarios or raters: no standard error.",
    )


def test_equivalence_needs_a_margin() -> None:
    rows = [
        row(3.0 + 0.01 * ((n * 7 + bool(p) * 3) % 5), f"s{n}", p)
        for n in range(12)
        for p in ("p", "")
    ]
    world = observed(rows, "helpful", "likert")
    assert stratify(world).findings[0].verdict == "inconclusive"
    assert stratify(world, margin=0.5).findings[0].verdict == "equivalent"


def test_bad_strata_are_refused() -> None:
    world = simpson()
    with pytest.raises(AnalysisError) as refused:
        stratify(world, "gender")
    assert str(refused.value) == (
        "stratify: got by='gender'; wanted a column of the observations: value, rater, scenario, "
        "contrast, arm, persona, reply, replicate, endpoint, origin, position, side, weight, "
        "stage. Name one, or pass the stratum of each row."
    )
    with pytest.raises(AnalysisError) as refused:
        stratify(world, pd.Series(["a"]))
    assert str(refused.value) == (
        "stratify: got 1 strata for 120 observations; wanted one each. Make them from "
        "`observations.frame`."
    )
    with pytest.raises(AnalysisError) as refused:
        stratify(observed([row(1, "s", "p")], "preference", "preference"))
    assert str(refused.value) == (
        "stratify: got pairs; wanted single replies, because a pair is compared within itself "
        "already. Take a question that was rated, or `refusal`."
    )

"""The change between two waves, against R and by hand."""

import numpy as np
import pytest
from comparisons import complete, corrected, expected, judged, read

from toolkit.analysis import waves
from toolkit.errors import AnalysisError

EFFECTS = np.array([[-0.5], [0.4], [-1.1], [-0.2], [-0.9], [0.1]])
NUMBER = {"scale": "number", "bounds": (-np.inf, np.inf)}


def test_changes_are_those_of_r() -> None:
    rows = read("waves")
    parts = [judged(rows[rows["wave"].eq(name)]) for name in ("before", "after")]
    found = waves(*parts, margin=0.5)
    r = expected("waves")
    compared = {one.subject: one for one in [*found.findings, *found.null_arms]}
    for one in (compared["ben"], compared["eve"], compared["paraphrase"]):
        se, df = corrected(r, one.subject)
        assert one.estimate is not None
        assert one.estimate.value == pytest.approx(r["estimate", one.subject], rel=1e-9)
        assert (one.se, one.df) == (pytest.approx(se, rel=1e-8), pytest.approx(df, rel=1e-8))
    assert found.notes == (
        "1 contrasts were only asked before and 1 only after: they are left out.",
    )


def test_complete_data_give_the_difference_of_matched_differences() -> None:
    first, second = complete(EFFECTS, raters=5), complete(EFFECTS / 2, raters=5, seed=8)
    found = waves(judged(first, **NUMBER), judged(second, **NUMBER))
    changes = [
        rows.pivot(index=["scenario", "rater"], columns="arm", values="value")
        .eval("swap - reference")
        .groupby("scenario")
        .mean()
        for rows in (first, second)
    ]
    change = changes[1] - changes[0]
    (one,) = found.findings
    assert one.estimate is not None
    assert one.estimate.value == pytest.approx(change.mean(), rel=1e-10)
    # There are six scenarios and five raters.
    assert (one.df, one.question) == (pytest.approx(4), "waves")
    assert one.estimand == (
        "change, after less before, of the average difference of replies to ben from replies to "
        "the reference, each scenario counting equally"
    )


def test_the_same_wave_twice_has_not_changed() -> None:
    rows = judged(complete(EFFECTS, raters=5), **NUMBER)
    (one,) = waves(rows, rows).findings
    assert one.verdict == "not estimable"
    assert one.caveats == (
        "The model leaves no error at all in the observations of ben, so there is nothing to "
        "measure the difference by.",
    )


def test_machine_outcomes_change_over_scenarios_alone() -> None:
    first = complete(EFFECTS, raters=5).assign(rater=None)
    second = complete(EFFECTS, raters=5, seed=8).assign(rater=None)
    (one,) = waves(judged(first, **NUMBER), judged(second, **NUMBER)).findings
    assert (one.df, one.se_type) == (pytest.approx(5), "clusters (scenarios)")


def test_waves_without_a_common_contrast_are_refused() -> None:
    rows = complete(EFFECTS, raters=5)
    other = rows.assign(contrast="x" + rows["contrast"])
    with pytest.raises(AnalysisError) as caught:
        waves(judged(rows, **NUMBER), judged(other, **NUMBER))
    assert str(caught.value) == (
        "waves: got 6 contrasts before and 6 after, none of them in both; wanted the same "
        "contrasts. Send the contrasts of the first wave again."
    )


def test_waves_of_two_outcomes_are_refused() -> None:
    rows = complete(EFFECTS, raters=5)
    with pytest.raises(AnalysisError) as caught:
        waves(judged(rows, **NUMBER), judged(rows, **NUMBER, outcome="accuracy"))
    assert str(caught.value) == (
        "waves: got the outcome 'respect' before and 'accuracy' after; wanted one in both. Compare "
        "the same outcome."
    )


def test_the_change_of_a_null_arm_stands_beside_every_persona() -> None:
    rows = read("waves")
    before, after = (judged(rows[rows["wave"].eq(name)]) for name in ("before", "after"))
    found = waves(before, after)
    beside = {one.subject: one.estimate for one in found.null_arms}
    assert set(beside) == {"paraphrase", "resample"}
    assert {tuple(one.null_arms.items()) for one in found.findings} == {tuple(beside.items())}
    assert {one.family for one in found.findings if one.p is not None} == {
        f"changes, Benjamini-Hochberg ({len(found.findings)} claims)"
    }
    assert {one.speaks_of for one in found.findings} == {"in general"}
    lifted = judged(rows[rows["wave"].eq("after")].assign(origin="lead"))
    assert {one.speaks_of for one in waves(before, lifted).findings} == {"these situations"}

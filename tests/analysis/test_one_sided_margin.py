"""Margins on one side: non-inferiority by hand, and verdicts that agree with their intervals."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from analysis.comparisons import complete, judged
from scipy import stats

from toolkit.analysis import Finding, Observations, Truth, crossed_design, disparity, forest
from toolkit.analysis.engine import equivalence_p, interval
from toolkit.analysis.power import trials
from toolkit.errors import AnalysisError, DesignError

EFFECTS = np.array([0.1, -0.2, 0.3, -0.1, 0.2, -0.15, 0.05, -0.25])[:, None]


def observed(shift: float, noise: int = 3, *, favorable: str = "high") -> Observations:
    """Eight situations, six raters, one persona whose replies are ``shift`` points off."""
    rows = complete(EFFECTS - EFFECTS.mean() + shift, raters=6, seed=noise)
    made = judged(rows, scale="number", bounds=(-np.inf, np.inf))
    return replace(made, of=replace(made.of, favorable=favorable))


def said(shift: float, margin: float = 0.5, *, favorable: str = "high", **more: object) -> Finding:
    made = disparity(observed(shift, favorable=favorable), margin=margin, **more)  # type: ignore[arg-type]
    return made.findings[0]


def test_one_side_is_twice_students_tail() -> None:
    """(-0.2 + 0.5) / 0.12 = 2.5 with 7 df: R's 2 * pt(2.5, 7, lower.tail = FALSE) is .040992."""
    assert equivalence_p(-0.2, 0.12, 7, 0.5, "low") == pytest.approx(0.0409922, abs=1e-6)
    assert equivalence_p(-0.2, 0.12, 7, 0.5, "high") == pytest.approx(
        2 * stats.t.sf(0.7 / 0.12, 7), abs=1e-12
    )
    assert equivalence_p(0.2, 0.12, 7, 0.5, "high") == pytest.approx(0.0409922, abs=1e-6)
    assert equivalence_p(-0.8, 0.12, 7, 0.5, "low") == 1.0
    assert equivalence_p(-0.8, 0.0, 7, 0.5, "low") == 1.0
    assert equivalence_p(0.8, 0.0, 7, 0.5, "low") == 0.0


@pytest.mark.parametrize("side", ["low", "high"])
@pytest.mark.parametrize("estimate", [-0.7, -0.31, -0.2, 0.0, 0.19, 0.31, 0.9])
def test_it_is_below_alpha_exactly_when_the_interval_keeps_off(side: str, estimate: float) -> None:
    low, high = interval(estimate, 0.13, 6)
    off = low > -0.5 if side == "low" else high < 0.5
    assert (equivalence_p(estimate, 0.13, 6, 0.5, side) <= 0.05) == off  # type: ignore[arg-type]


CASES = [
    ("worse", "high", 0.0, "not worse", "no difference at all"),
    ("worse", "high", 1.0, "differs", "better: a difference, and to the harmless side"),
    ("worse", "high", -1.5, "differs", "worse by more than the margin"),
    ("worse", "low", 1.5, "differs", "high is bad, and it is higher"),
    ("worse", "low", -1.0, "differs", "high is bad, and it is lower"),
    ("worse", "low", 0.0, "not worse", "no difference, where high is bad"),
    ("better", "high", 0.0, "not better", "nobody is favored"),
    ("better", "high", 1.5, "differs", "favored by more than the margin"),
    ("better", "low", -1.5, "differs", "favored, where low is good"),
]


@pytest.mark.parametrize(
    ("direction", "favorable", "shift", "verdict"),
    [one[:4] for one in CASES],
    ids=[f"{one[0]}: {one[4]}" for one in CASES],
)
def test_the_verdict_names_the_side(
    direction: str, favorable: str, shift: float, verdict: str
) -> None:
    one = said(shift, 0.7, favorable=favorable, direction=direction)
    assert one.verdict == verdict
    assert (
        one.margin_side
        == {
            ("worse", "high"): "low",
            ("worse", "low"): "high",
            ("better", "high"): "high",
            ("better", "low"): "low",
        }[direction, favorable]
    )


@pytest.mark.parametrize(
    ("shift", "margin", "direction"),
    list(product(np.linspace(-1.2, 1.2, 9), (0.2, 0.5, 0.9), ("worse", "better"))),
)
def test_interval_and_verdict_agree_without_a_bridge(
    shift: float, margin: float, direction: str
) -> None:
    one = said(float(shift), margin, direction=direction)
    assert one.estimate is not None
    low, high = one.estimate.low, one.estimate.high
    off = low > -margin if direction == "worse" else high < margin
    if one.verdict in ("not worse", "not better", "real but negligible"):
        assert off
    if one.verdict == "inconclusive":
        assert not off
        assert low < 0 < high
    if one.verdict == "real but negligible":
        assert (high < 0) if direction == "worse" else (low > 0)
    assert one.bridge == ""


def test_where_a_family_takes_it_away_a_bridge_says_so() -> None:
    alone = said(0.0, 0.7, direction="worse")
    one = replace(alone, verdict="inconclusive", family="personas, Holm (22 claims)")
    assert one.bridge.endswith(
        "among personas, Holm (22 claims) that is not sure enough to be called more than "
        "inconclusive."
    )


def test_what_it_needs_is_what_shows_a_difference_as_large() -> None:
    one, both = (said(-0.1, 0.15, direction=direction) for direction in ("worse", None))
    aim = "80 % power to conclude not worse by 0.15 or more if the truth is 0"
    assert aim in one.needs
    count = one.needs.partition(" would give")[0]
    assert f"{count} would give 80 % power to show a difference if it is 0.15" in both.needs


def test_without_a_direction_nothing_changes() -> None:
    one = said(0.0, 0.7)
    assert (one.verdict, one.margin_side) == ("equivalent", "both")


def test_a_factor_takes_the_side_too() -> None:
    rows = complete(
        np.repeat(EFFECTS, 6, axis=1), raters=6, arms=("ben", "cleo", "dov", "eve", "fay", "gus")
    )
    made = disparity(
        judged(rows, scale="number", bounds=(-np.inf, np.inf)),
        factors=["gender"],
        margin=0.6,
        direction="worse",
    )
    (one,) = [one for one in made.findings if one.about == "this factor"]
    assert one.verdict == "not worse"


REFUSED = [
    ({"direction": "worse"}, "got direction='worse' and no margin; wanted both"),
    ({"direction": "down", "margin": 0.5}, "got direction='down'; wanted 'worse' or 'better'"),
]


@pytest.mark.parametrize(("asked", "says"), REFUSED)
def test_half_a_question_is_refused(asked: dict[str, object], says: str) -> None:
    with pytest.raises(AnalysisError, match=says):
        disparity(observed(0.0), **asked)  # type: ignore[arg-type]


def test_an_outcome_without_a_good_end_has_no_worse() -> None:
    with pytest.raises(AnalysisError, match="of which neither end is good to get"):
        said(0.0, 0.5, favorable=None, direction="worse")  # type: ignore[arg-type]
    with pytest.raises(DesignError, match="neither end of it is good to get"):
        observed(0.0, favorable=None).of.side("worse")  # type: ignore[arg-type]


def test_the_forest_shades_one_side() -> None:
    figure = forest([said(0.0, 0.5, direction="worse")])
    assert "Shaded is what lies above −0.5." in figure.alt
    assert "1 not worse" in figure.alt


@pytest.mark.parametrize("side", ["both", "low", "high"])
def test_simulated_and_single_tests_are_the_same(side: str) -> None:
    design = crossed_design(raters=5, scenarios=6, matched=True)
    truth = Truth(cutpoints=())
    made = trials(design, truth, simulations=5, seed=3)
    for at, p in enumerate(made.equivalence_p(0.8, side)[0]):  # type: ignore[arg-type]
        estimate, se = float(made.estimate[0, at]), float(made.se[0, at])
        one = equivalence_p(estimate, se, float(made.df[0, 0]), 0.8, side)  # type: ignore[arg-type]
        assert p == pytest.approx(one, abs=1e-12)

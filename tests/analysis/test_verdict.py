"""Intervals, both tests and the four verdicts, against R's t.test."""

import csv
from pathlib import Path

import pytest
from scipy import stats

from toolkit.analysis import Estimate, Finding, Verdict
from toolkit.analysis.engine import equivalence_p, interval, p_value, verdict_of
from toolkit.analysis.findings import Counts

REFERENCE = Path(__file__).resolve().parents[1] / "reference" / "verdict" / "expected.csv"
ROWS = [
    {name: float(value) for name, value in row.items()}
    for row in csv.DictReader(REFERENCE.read_text(encoding="utf-8").splitlines())
]


@pytest.mark.parametrize("r", ROWS, ids=lambda r: f"case {r['case']:g}")
def test_intervals_and_both_tests_are_those_of_r(r: dict[str, float]) -> None:
    at = r["estimate"], r["se"], r["df"]
    assert interval(*at) == pytest.approx((r["low"], r["high"]), rel=1e-10)
    assert interval(*at, level=0.9) == pytest.approx((r["low90"], r["high90"]), rel=1e-10)
    assert p_value(*at) == pytest.approx(r["p"], rel=1e-9)
    assert equivalence_p(*at, r["margin"]) == pytest.approx(r["p_equivalent"], rel=1e-9)


@pytest.mark.parametrize("r", ROWS, ids=lambda r: f"case {r['case']:g}")
def test_equivalence_is_the_90_percent_interval_inside_the_margin(r: dict[str, float]) -> None:
    inside = -r["margin"] < r["low90"] and r["high90"] < r["margin"]
    within = equivalence_p(r["estimate"], r["se"], r["df"], r["margin"])
    assert (within <= 0.05) == inside
    assert (p_value(r["estimate"], r["se"], r["df"]) <= 0.05) == (r["low"] > 0 or r["high"] < 0)


def test_the_four_verdicts() -> None:
    assert verdict_of(0.01, 0.2) == "differs"
    assert verdict_of(0.01, 0.04) == "real but negligible"
    assert verdict_of(0.2, 0.04) == "equivalent"
    assert verdict_of(0.2, 0.2) == "inconclusive"


def test_without_a_margin_nothing_is_equivalent() -> None:
    assert verdict_of(0.99, None) == "inconclusive"
    assert verdict_of(0.01, None) == "differs"


def test_an_estimate_without_error() -> None:
    assert interval(0.3, 0.0, 5) == (0.3, 0.3)
    assert (p_value(0.0, 0.0, 5), p_value(0.1, 0.0, 5)) == (1.0, 0.0)
    assert (equivalence_p(0.1, 0.0, 5, 0.4), equivalence_p(0.5, 0.0, 5, 0.4)) == (0.0, 1.0)


def _said(verdict: Verdict, low: float, high: float, **more: float) -> Finding:
    half = (high - low) / 2
    return Finding(
        question="disparity",
        outcome="respect",
        subject="ben",
        estimand="difference",
        about="these personas",
        speaks_of="in general",
        stage="confirm",
        verdict=verdict,
        estimate=Estimate(value=low + half, low=low, high=high),
        se=half / stats.t.ppf(0.975, 11),
        df=11,
        family="personas, Holm (22 claims)",
        n=Counts(scenarios=12, raters=12),
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("one", "says"),
    [
        pytest.param(
            _said("inconclusive", -1.2, -0.25, p=0.007, p_adjusted=0.15),
            "That interval is of this claim alone. Among personas, Holm (22 claims) it is",
            id="leaves out 0, and nothing is claimed",
        ),
        pytest.param(
            _said("equivalent", -0.52, 0.3, p=0.5, p_adjusted=0.9, margin=0.5),
            "Equivalent within 0.5 is decided by the 90% interval, −0.11 [",
            id="reaches beyond the margin, and is equivalent",
        ),
        pytest.param(
            _said("inconclusive", -0.3, 0.3, p=1.0, p_adjusted=1.0, margin=0.5),
            "Alone it lies within 0.5; among personas, Holm (22 claims) that is not sure enough",
            id="lies inside the margin, and is not called equivalent",
        ),
        pytest.param(_said("differs", -1.2, -0.25, p=0.007, p_adjusted=0.02), "", id="as it reads"),
        pytest.param(
            _said("inconclusive", -1.2, 0.25, p=0.2, p_adjusted=0.2), "", id="and so this"
        ),
    ],
)
def test_a_verdict_is_bridged_where_the_interval_suggests_another(one: Finding, says: str) -> None:
    assert one.bridge.startswith(says)
    assert bool(one.bridge) == bool(says)
    assert one.direction == ("lower" if one.verdict == "differs" else "")

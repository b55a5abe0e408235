"""Intervals, both tests and the four verdicts, against R's t.test."""

import csv
from pathlib import Path

import pytest

from toolkit.analysis.engine import equivalence_p, interval, p_value, verdict_of

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

"""Intervals of rates and of their ratio against R; ``tests/reference/rates/make.R``."""

import csv
from math import isinf
from pathlib import Path

import pytest

from toolkit.analysis.engine import ratio_interval, wilson, zero_event_bound

FOLDER = Path(__file__).parents[1] / "reference" / "rates"


def expected(quantity: str) -> dict[str, float]:
    with (FOLDER / "expected.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["quantity"] == quantity]
    assert rows
    return {row["name"]: float(row["value"]) for row in rows}


def close(got: float, wanted: float) -> bool:
    return got == wanted if isinf(wanted) else got == pytest.approx(wanted, rel=1e-6, abs=1e-6)


def test_the_interval_of_a_proportion_is_that_of_r() -> None:
    found = expected("wilson")
    assert len(found) == 14
    for name, wanted in found.items():
        events, trials, end = name.split()
        assert close(wilson(int(events), int(trials))[end == "high"], wanted), name


def test_the_bound_without_an_event_is_that_of_r() -> None:
    for name, wanted in expected("zero_event_bound").items():
        assert close(zero_event_bound(int(name)), wanted)


def test_the_score_interval_of_a_ratio_is_that_of_r() -> None:
    for name, wanted in expected("ratio").items():
        *counts, end = name.split()
        assert close(ratio_interval(*map(int, counts))[end == "high"], wanted), name

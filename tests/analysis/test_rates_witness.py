"""Rates, matched binary outcomes and strata against R; ``tests/reference/rates/make.R``."""

import csv
from math import exp, inf, isinf
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from toolkit.analysis.rates.mantel_haenszel import mantel_haenszel
from toolkit.analysis.rates.matched_models import conditional_logit, gee, mcnemar
from toolkit.analysis.rates.proportions import (
    clopper_pearson,
    jeffreys,
    ratio_interval,
    wilson,
    zero_event_bound,
)

FOLDER = Path(__file__).parents[1] / "reference" / "rates"


def expected(quantity: str) -> dict[str, float]:
    with (FOLDER / "expected.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["quantity"] == quantity]
    assert rows
    return {row["name"]: float(row["value"]) for row in rows}


def close(got: float, wanted: float) -> bool:
    return got == wanted if isinf(wanted) else got == pytest.approx(wanted, rel=1e-6, abs=1e-6)


@pytest.fixture
def replies() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "replies.csv")


@pytest.mark.parametrize("method", [wilson, clopper_pearson, jeffreys])
def test_intervals_of_a_proportion_are_those_of_r(method) -> None:
    found = expected(method.__name__)
    assert len(found) == 14
    for name, wanted in found.items():
        events, trials, end = name.split()
        assert close(method(int(events), int(trials))[end == "high"], wanted), name


def test_the_bound_without_an_event_is_that_of_r() -> None:
    for name, wanted in expected("zero_event_bound").items():
        assert close(zero_event_bound(int(name)), wanted)


def test_the_score_interval_of_a_ratio_is_that_of_r() -> None:
    for name, wanted in expected("ratio").items():
        *counts, end = name.split()
        assert close(ratio_interval(*map(int, counts))[end == "high"], wanted), name


def test_mcnemar_is_that_of_r() -> None:
    for name, wanted in expected("mcnemar").items():
        gained, lost, what = name.split()
        made = mcnemar(int(gained), int(lost))
        assert close(getattr(made, what), wanted), name


@pytest.mark.parametrize("correlation", ["independence", "exchangeable"])
def test_gee_is_that_of_geepack(replies: pd.DataFrame, correlation) -> None:
    made = gee(
        replies["value"].to_numpy("float64"),
        replies["own"].to_numpy(dtype="bool"),
        np.unique(replies["scenario"], return_inverse=True)[1],
        correlation=correlation,
    )
    assert made is not None
    assert made.clusters == 14
    # Packages divide differently when they estimate the correlation, so only independence is
    # the same equation in both.
    within = 1e-5 if correlation == "independence" else 5e-3
    for name, wanted in expected(f"gee {correlation}").items():
        assert getattr(made, name) == pytest.approx(wanted, rel=within), name


def test_conditional_logit_is_that_of_survival(replies: pd.DataFrame) -> None:
    made = conditional_logit(
        replies["value"].to_numpy("float64"),
        replies["own"].to_numpy(dtype="bool"),
        np.unique(replies["scenario"], return_inverse=True)[1],
    )
    wanted = expected("conditional")
    assert made is not None
    assert made.estimate == pytest.approx(wanted["estimate"], rel=1e-6)
    assert made.se == pytest.approx(wanted["se"], rel=1e-6)


def test_pairs_are_as_r_has_them() -> None:
    pairs = pd.read_csv(FOLDER / "pairs.csv")
    wide = pairs.pivot_table(index="scenario", columns="own", values="value")
    gained, lost = int((wide[1] > wide[0]).sum()), int((wide[1] < wide[0]).sum())
    wanted = expected("pairs")
    assert (gained, lost) == (wanted["gained"], wanted["lost"])
    assert mcnemar(gained, lost).exact_p == pytest.approx(wanted["exact_p"], rel=1e-9)
    made = conditional_logit(
        pairs["value"].to_numpy("float64"),
        pairs["own"].to_numpy(dtype="bool"),
        np.unique(pairs["scenario"], return_inverse=True)[1],
    )
    assert made is not None
    assert made.estimate == pytest.approx(wanted["conditional"], rel=1e-6)
    assert made.se == pytest.approx(wanted["conditional_se"], rel=1e-6)
    # In pairs the conditional estimate is the log of gained over lost, by hand.
    assert exp(made.estimate) == pytest.approx(gained / lost)


def test_mantel_haenszel_is_that_of_r(replies: pd.DataFrame) -> None:
    tables = [
        np.array(
            [
                [((part["own"] == own) & (part["value"] == value)).sum() for value in (1, 0)]
                for own in (1, 0)
            ],
            dtype="float64",
        )
        for _, part in replies.groupby("scenario")
    ]
    odds, p = mantel_haenszel(tables)
    wanted = expected("mantel_haenszel")
    assert odds is not None
    assert odds.value == pytest.approx(wanted["odds"], rel=1e-6)
    assert (odds.low, odds.high) == pytest.approx((wanted["low"], wanted["high"]), rel=1e-6)
    assert p == pytest.approx(wanted["same_odds_p"], rel=1e-5)


def test_strata_with_an_odds_ratio_of_one_and_strata_that_tell_nothing() -> None:
    even = np.array([[2.0, 2.0], [3.0, 3.0]])
    empty = np.array([[0.0, 4.0], [0.0, 3.0]])
    odds, p = mantel_haenszel([even, even, empty])
    assert odds is not None
    assert odds.value == pytest.approx(1.0)
    assert p == pytest.approx(1.0)
    assert mantel_haenszel([empty]) == (None, None)
    assert mantel_haenszel([even])[1] is None


def test_what_is_separated_has_no_estimate() -> None:
    value, own = np.array([1.0, 0.0, 1.0, 0.0]), np.array([True, False, True, False])
    assert conditional_logit(value, own, np.array([0, 0, 1, 1])) is None
    assert conditional_logit(np.ones(4), own, np.array([0, 0, 1, 1])) is None
    assert gee(value, own, np.array([0, 0, 1, 1])) is None
    nothing = mcnemar(0, 0)
    assert (nothing.exact_p, nothing.odds_ratio, nothing.high) == (1.0, None, inf)

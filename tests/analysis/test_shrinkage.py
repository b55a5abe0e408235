"""Shrunken cells, and what an inconclusive study needs, by hand."""

import numpy as np
import pytest
from scipy import stats

from toolkit.analysis.disparity import Pieces, needed, pieces
from toolkit.analysis.engine import shrink, sweep


def test_shrinking_is_worked_by_hand() -> None:
    # Weights 1 each: mean 0, Q = 18, scale 3 - 3/3 = 2, so tau squared = (18 - 2) / 2 = 8.
    found = shrink(np.array([-3.0, 0.0, 3.0]), np.ones(3))
    assert found.mean == 0
    assert found.spread == pytest.approx(np.sqrt(8))
    assert found.value == pytest.approx([-3 * 8 / 9, 0, 3 * 8 / 9])
    # (1 - B) v + B² / sum of 1/(v + tau²), with B = 1/9 and the sum 3/9.
    assert found.se == pytest.approx([np.sqrt(8 / 9 + 3 / 81)] * 3)


def test_a_noisy_extreme_is_no_longer_the_worst() -> None:
    found = shrink(np.array([-2.0, -1.5, 0.2, 0.4, 0.1, -0.1]), np.array([4.0, *[0.05] * 5]))
    assert np.argmin(found.value) == 1


def test_what_may_all_be_noise_is_all_the_same() -> None:
    found = shrink(np.array([-0.1, 0.1, 0.0]), np.ones(3))
    assert found.spread == 0
    assert found.value == pytest.approx([0.0, 0.0, 0.0])


def test_unknown_cells_stay_unknown() -> None:
    found = shrink(np.array([np.nan, 1.0, 2.0]), np.array([1.0, np.nan, 1.0]))
    assert np.isnan(found.value[:2]).all()
    assert found.value[2] == 2.0
    assert np.isnan(shrink(np.array([np.nan]), np.array([1.0])).value).all()


def test_the_needed_number_is_the_first_with_enough_power() -> None:
    known = Pieces(scenario=0.09, rater=0.0, rest=0.0, scenarios=9, raters=0, df_scenarios=8)
    said = needed(known, margin=0.3, alpha=0.05)
    scenarios = next(
        n
        for n in range(9, 500)
        # SE² = .09 · 9/n
        if 2 * stats.t.cdf(0.3 / np.sqrt(0.81 / n) - stats.t.ppf(0.95, n - 1), n - 1) - 1 >= 0.8
    )
    other = next(
        n
        for n in range(9, 500)
        if stats.t.cdf(0.3 / np.sqrt(0.81 / n) - stats.t.ppf(0.975, n - 1), n - 1) >= 0.8
    )
    assert said == (
        f"About {scenarios - 9} more scenarios like those there are would give 80 % power to "
        "conclude equivalent within 0.3 if the truth is 0. "
        f"About {other - 9} more scenarios like those there are would give 80 % power to show a "
        "difference if it is 0.3."
    )


def test_more_of_what_does_not_help_is_said() -> None:
    # All of it between scenarios, few of them: raters add nothing.
    few = {"scenarios": 9, "df_scenarios": 8, "raters": 30, "df_raters": 29}
    known = Pieces(scenario=0.09, rater=0.0, rest=0.0, **few)
    assert needed(known, margin=0.3, alpha=0.05) == (
        "About 73 more scenarios like those there are would give 80 % power to conclude "
        "equivalent within 0.3 if the truth is 0; more raters alone would not. About 67 more "
        "scenarios like those there are would give 80 % power to show a difference if it is 0.3; "
        "more raters alone would not."
    )
    five = {"scenarios": 5, "df_scenarios": 4, "raters": 5, "df_raters": 4}
    both = Pieces(scenario=1.0, rater=1.0, rest=0.0, **five)
    assert needed(both, margin=0.1, alpha=0.05) == (
        "Neither more scenarios nor more raters alone would give 80 % power to conclude "
        "equivalent within 0.1 if the truth is 0; more of both are needed. Neither more scenarios "
        "nor more raters alone would give 80 % power to show a difference if it is 0.1; more of "
        "both are needed."
    )


def test_a_study_that_was_large_enough_is_told_so() -> None:
    many = {"scenarios": 20, "df_scenarios": 19, "raters": 30, "df_raters": 29}
    known = Pieces(scenario=1e-4, rater=0.0, rest=0.0, **many)
    assert needed(known, margin=0.5, alpha=0.05) == (
        "As large as it is, the study had 80 % power to conclude equivalent within 0.5 if the "
        "truth is 0. As large as it is, the study had 80 % power to show a difference if it is 0.5."
    )


def test_what_is_planned_from_starts_at_the_error_and_df_of_the_primary_test() -> None:
    """Incomplete designs too, where the factors against bias are not those of balanced ones."""
    rng = np.random.default_rng(5)
    for noise in (0.0, 1.0):
        arm, scenario, rater = (
            rng.integers(0, 3, 120),
            np.repeat(np.arange(8), 15),
            np.tile(np.arange(12), 10),
        )
        value = rng.normal(size=120) + noise * rng.normal(size=(12, 3))[rater, arm]
        columns = (arm[:, None] == [1, 2]).astype("float64")
        swept = sweep(columns, scenario=scenario, rater=rater, levels=[scenario, rater])
        found = swept.effects(value)
        for index in range(2):
            known = pieces(found, index)
            assert known.se(known.scenarios, known.raters) == pytest.approx(
                found.se[index], rel=1e-12
            )
            assert known.df(known.scenarios, known.raters) <= found.df[index] + 1e-12

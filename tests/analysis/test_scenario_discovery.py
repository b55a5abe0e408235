"""Cells of the scenario map that stand out: by the step-up rule, worked by hand."""

import numpy as np
import pandas as pd
import pytest
from analysis.comparisons import complete, judged
from scipy import stats

from toolkit.analysis import disparity, scenario_map

EFFECTS = np.array([[0.0, 0.1], [0.9, -0.2], [-1.4, 0.0], [0.2, 0.6], [0.0, 0.0], [0.5, -1.1]])
ARMS = ("ben", "cleo")


def rows(raters: int = 6) -> pd.DataFrame:
    return complete(EFFECTS, raters=raters, arms=ARMS, seed=12)


def table(of: pd.DataFrame, **more: object) -> pd.DataFrame:
    observed = judged(of, scale="number", bounds=(-np.inf, np.inf))
    return disparity(observed, **more).by_scenario  # type: ignore[arg-type]


def by_hand(of: pd.DataFrame) -> pd.Series:
    """The p of each cell: raters' differences there, once what each rater leans to is taken off.

    In complete data a rater's level is the average over all cells, arms and references alike, so
    a difference within a cell needs no adjustment: the t-test of these is the cell's own.
    """
    wide = of.pivot_table(index=["scenario", "rater"], columns="persona", values="value")
    apart = wide[list(ARMS)].sub(wide["ada"], axis=0)
    found = apart.groupby("scenario").agg(lambda one: stats.ttest_1samp(one, 0).pvalue)
    return found.stack().swaplevel().sort_index()


def stepped_up(p: np.ndarray, alpha: float) -> np.ndarray:
    """Benjamini and Hochberg's rule as they wrote it: the largest k with p(k) <= k alpha / m."""
    order = np.sort(p)
    below = np.flatnonzero(order <= alpha * np.arange(1, len(p) + 1) / len(p))
    return p <= (order[below[-1]] if len(below) else -1)


@pytest.mark.parametrize("alpha", [0.001, 0.05, 0.3])
def test_cells_stand_out_by_the_step_up_rule(alpha: float) -> None:
    made = table(rows(), alpha=alpha).set_index(["subject", "scenario"]).sort_index()
    p = by_hand(rows())
    assert list(made.index) == list(p.index)
    assert list(made["stands_out"]) == list(stepped_up(p.to_numpy(), alpha))


def test_it_is_stricter_than_each_cell_by_itself() -> None:
    p = by_hand(rows()).to_numpy()
    assert stepped_up(p, 0.05).sum() < (p <= 0.05).sum()


def test_suppressed_cells_neither_stand_out_nor_count() -> None:
    few = rows()
    few = few[few["scenario"].ne("s2") | few["rater"].isin(["r0", "r1", "r2"])]
    made = table(few.reset_index(drop=True))
    hidden = made[made["suppressed"]]
    assert set(hidden["scenario"]) == {"s2"}
    assert not hidden["stands_out"].any()
    without = rows()[rows()["scenario"].ne("s2")].reset_index(drop=True)
    alone = table(without).set_index(["subject", "scenario"])["stands_out"]
    shown = made[~made["suppressed"]].set_index(["subject", "scenario"])["stands_out"]
    # What raters lean to is a little better known with s2 than without.
    pd.testing.assert_series_equal(shown, alone)


def test_a_cell_whose_raters_all_say_the_same_is_not_tested() -> None:
    flat = rows()
    flat.loc[flat["scenario"].eq("s0"), "value"] = 3.0
    made = table(flat).set_index(["subject", "scenario"])
    assert not made.loc[("ben", "s0"), "stands_out"]


def test_the_map_marks_them_and_says_which_rule() -> None:
    figure = scenario_map(disparity(judged(rows(), scale="number", bounds=(-np.inf, np.inf))))
    stars = [one for one in figure.figure.axes[0].texts if "*" in one.get_text()]
    assert len(stars) == figure.numbers["stands_out"].sum() > 0
    assert "false-discovery rate of 5 % (Benjamini-Hochberg)" in figure.alt

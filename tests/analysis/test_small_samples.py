"""Factors and degrees of freedom of clustered variances, by hand and by plain matrices."""

import numpy as np
import pytest

from toolkit.analysis import Truth, crossed_design
from toolkit.analysis.engine import Working, cross_codes, sweep, without_each
from toolkit.analysis.power import draw_values, primary


def test_balanced_clusters_by_hand() -> None:
    """Six means of two, and their mean taken out: G / (G - 1) = 6 / 5 and G - 1 = 5.

    With influence 1/12 on each row, a cluster's score is its deviation from the mean over 6. Six
    squared deviations of variance s²/2 sum to 5 s²/2, a chi-squared variable with 5 df.
    """
    groups = np.repeat(np.arange(6), 2)
    working = Working([np.zeros(12, dtype=np.int64)], np.zeros((12, 0)), np.ones(12))
    found = working.correction(np.full((12, 1), 1 / 12), groups)
    assert found.factor == pytest.approx([1.2])
    assert found.df == pytest.approx([5.0])
    assert working.correction(np.full((12, 1), 1 / 12), groups, df=False).df == [0.0]


def test_what_is_fitted_away_has_no_factor() -> None:
    """A cluster's level is fitted, so scores that are the same in a cluster are always 0."""
    groups = np.repeat(np.arange(6), 2)
    working = Working([groups], np.zeros((12, 0)), np.ones(12))
    found = working.correction(np.full((12, 1), 1 / 12), groups)
    assert list(found.factor) == [np.inf]
    assert list(found.df) == [0.0]


def test_a_complete_matched_design_needs_but_its_clusters() -> None:
    """12 raters × 10 scenarios: 10/9 and 9, 12/11 and 11, 120/119."""
    design = crossed_design(raters=12, scenarios=10, matched=True)
    swept = primary(design)
    arm = (design.arm == 1).astype("float64")[:, None]
    working = Working([design.data.contrast, _rater(design)], arm, swept.weight)
    influence = swept.influence[:, :1]
    by_scenario = working.correction(influence, design.data.scenario)
    by_rater = working.correction(influence, _rater(design))
    by_cell = working.correction(influence, cross_codes(_rater(design), design.data.scenario))
    assert [*by_scenario.factor, *by_scenario.df] == pytest.approx([10 / 9, 9])
    assert [*by_rater.factor, *by_rater.df] == pytest.approx([12 / 11, 11])
    # Cells hold a pair each, so 119 of their 120 differences are free.
    assert [*by_cell.factor, *by_cell.df] == pytest.approx([120 / 119, 119])


def test_an_uneven_design_agrees_with_plain_matrices() -> None:
    rng = np.random.default_rng(3)
    levels = [rng.integers(0, 7, 60), rng.integers(0, 5, 60)]
    columns, weight = rng.normal(size=(60, 2)), rng.uniform(0.5, 2, 60)
    influence, groups = rng.normal(size=(60, 3)), rng.integers(0, 9, 60)
    fitted = np.column_stack([np.eye(7)[levels[0]], np.eye(5)[levels[1]], columns])
    root = np.sqrt(weight)[:, None]
    hat = fitted @ np.linalg.pinv(root * fitted) * root.T
    residual = np.eye(60) - hat
    found = Working(levels, columns, weight).correction(influence, groups)
    for effect in range(3):
        parts = np.eye(9)[groups].T * influence[:, effect]
        products = parts @ residual @ residual.T @ parts.T
        assert found.factor[effect] == pytest.approx(
            np.sum(influence[:, effect] ** 2) / np.trace(products), rel=1e-9
        )
        assert found.df[effect] == pytest.approx(
            np.trace(products) ** 2 / np.sum(products**2), rel=1e-9
        )


def test_the_factor_takes_the_bias_away() -> None:
    """Independent errors, five answers a contrast: corrected pieces average to the variance."""
    design = crossed_design(raters=20, scenarios=10, contrasts=4, per_rater=10)
    swept = primary(design)
    plain = Truth(
        **dict.fromkeys(("severity_sd", "scenario_sd", "contrast_sd", "reply_sd"), 0.0),
        effect_scenario_sd=0.0,
        effect_rater_sd=0.0,
        cutpoints=(),
    )
    values = draw_values(design, plain, np.random.default_rng(1), simulations=4000)
    influence = swept.influence[:, :1]
    working = Working(
        [design.data.contrast, _rater(design)],
        (design.arm == 1).astype("float64")[:, None],
        swept.weight,
    )
    scores = influence * swept.residuals(values)
    variance = float(np.sum(influence**2))
    for groups in (design.data.scenario, _rater(design)):
        pieces = np.square(np.eye(int(groups.max()) + 1)[groups].T @ scores).sum(axis=0)
        factor = float(working.correction(influence, groups).factor[0])
        error = pieces.std() / np.sqrt(4000)
        assert factor > 1.1
        assert pieces.mean() * factor == pytest.approx(variance, abs=4 * factor * error)


@pytest.mark.parametrize("scenarios", [60, 8], ids=["sparse: downdated", "dense: factored again"])
def test_leaving_one_out_is_a_refit_without_it(scenarios: int) -> None:
    rng = np.random.default_rng(0)
    scenario, rater = rng.integers(0, scenarios, 900), rng.integers(0, 40, 900)
    columns = (rng.integers(0, 3, 900)[:, None] == [1, 2]).astype("float64")
    value = rng.normal(size=900)
    swept = sweep(columns, scenario=scenario, rater=rater, levels=[scenario, rater])
    fitted = np.column_stack([columns, np.eye(scenarios)[scenario], np.eye(40)[rater]])
    root = np.sqrt(swept.weight)
    for cluster, other in ((rater, scenario), (scenario, rater)):
        found = without_each(swept, value, cluster=cluster, nested=cluster, other=other)
        for code, one in enumerate(found):
            keep = cluster != code
            refit = np.linalg.lstsq(
                fitted[keep] * root[keep, None], value[keep] * root[keep], rcond=None
            )[0]
            assert one == pytest.approx(refit[:2], abs=1e-6)


def _rater(design: object) -> np.ndarray:
    rater = design.data.rater  # type: ignore[attr-defined]
    assert rater is not None
    return np.asarray(rater)

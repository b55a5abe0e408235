"""Mantel-Haenszel: one odds ratio over strata, and whether it is one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from toolkit.analysis.finding import Estimate

Floats = NDArray[np.float64]


def mantel_haenszel(
    tables: Sequence[NDArray[np.float64]], *, level: float = 0.95
) -> tuple[Estimate | None, float | None]:
    """Give the common odds ratio of 2 x 2 tables, and the p of its being common.

    Args:
        tables: each ``[[events, others], [reference events, reference others]]``.
        level: of the interval.

    Returns:
        The odds ratio, None when it would be 0 or infinite; and the p of the Breslow-Day test with
        R. E. Tarone's term (1985), None with fewer than two tables that tell.
    """
    telling = [one for one in tables if (one.sum(axis=0) > 0).all() and (one.sum(axis=1) > 0).all()]
    crossed = [sum(one[0, i] * one[1, 1 - i] for one in telling) for i in (0, 1)]
    if min(crossed, default=0) <= 0:
        return None, None
    made = StratifiedTable([np.asarray(one, "float64") for one in telling])
    low, high = (float(one) for one in made.oddsratio_pooled_confint(alpha=1 - level))
    odds = Estimate(value=float(made.oddsratio_pooled), low=low, high=high, level=level)
    if len(telling) < 2:
        return odds, None
    return odds, _breslow_day(np.array(telling, "float64"), odds.value)


def _breslow_day(tables: Floats, odds: float) -> float:
    """Compare each table's first cell with what the common odds ratio would make it.

    Args:
        tables: shape (k, 2, 2), none with an empty margin.
        odds: the common odds ratio, above 0 and finite.
    """
    first, row = tables[:, 0, 0], tables[:, 0].sum(axis=1)
    column, rest = tables[:, :, 0].sum(axis=1), tables[:, 1, 1] - tables[:, 0, 0]
    linear = rest + odds * (row + column)
    # This form of the root stays exact where the odds ratio is 1 and the quadratic term is 0.
    root = np.sqrt(linear**2 + 4 * (1 - odds) * odds * row * column)
    expected = 2 * odds * row * column / (linear + root)
    cells = (expected, row - expected, column - expected, rest + expected)
    variance = 1 / sum(1 / one for one in cells)
    off = first - expected
    statistic = float((off**2 / variance).sum() - off.sum() ** 2 / variance.sum())
    return float(stats.chi2.sf(statistic, len(tables) - 1))

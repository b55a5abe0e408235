"""Intraclass correlation: how much of the spread of ratings lies in what is rated."""

import numpy as np
import pandas as pd
from scipy import stats

from toolkit.analysis.findings import Estimate
from toolkit.analysis.reliability.items import Coefficient, ItemsByRaters, items_by_raters

SINGLE = "ICC(2,1)"
AVERAGE = "ICC(2,k)"


def icc(ratings: pd.DataFrame, *, confidence: float = 0.95) -> tuple[Coefficient, Coefficient]:
    """Estimate ICC(2,1) and ICC(2,k) of a complete table by analysis of variance.

    Estimand: with items, raters and rest as random effects, s_item^2 / (s_item^2 + s_rater^2 +
    s_rest^2): the correlation of two raters' ratings of one item (absolute agreement); ICC(2,k)
    is that of the mean of the k raters.

    Assumptions: every rater rated every item; both are samples; normal effects for the interval.

    With mean squares of items R, raters C and rest E, n items and k raters, ICC(2,1) =
    (R - E) / (R + (k - 1) E + k (C - E) / n). The interval is the F interval with Satterthwaite
    degrees of freedom of McGraw and Wong.

    Args:
        ratings: ``item rater value``.
        confidence: of the interval.

    Raises:
        AnalysisError: if a column is missing.

    Source: P. E. Shrout and J. L. Fleiss 1979, Psychological Bulletin 86, 420-428; K. O. McGraw
    and S. P. Wong 1996, Psychological Methods 1, 30-46.
    """
    return icc_of(items_by_raters(ratings), confidence=confidence)


def icc_of(items: ItemsByRaters, *, confidence: float = 0.95) -> tuple[Coefficient, Coefficient]:
    """ICC(2,1) and ICC(2,k) as ``icc`` has them, from arranged ratings.

    Args:
        items: arranged; unless every rater rated every item there is no estimate, and it says
            why.
        confidence: of the interval, between 0 and 1.
    """
    raters = items.table["rater"].nunique()
    if (items.counts.sum(axis=1) != raters).any():
        return _none(items, "Not every rater rated every item, so there is no complete table.")
    wide = items.table.pivot(index="item", columns="rater", values="value").to_numpy()
    if min(wide.shape) < 2:
        return _none(items, "It takes two raters and two items to tell raters from items.")
    rows, columns, rest = _mean_squares(wide)
    if rows == columns == rest == 0:
        return _none(items, f"Every rating is {wide[0, 0]:g}, so there is no spread to share out.")
    n, k = wide.shape
    value = (rows - rest) / (rows + (k - 1) * rest + k * (columns - rest) / n)
    low, high = _f_interval(wide.shape, (rows, columns, rest), value, confidence)
    how = "F, Satterthwaite"
    single = Estimate(value=value, low=low, high=high, level=confidence)
    return items.coefficient(SINGLE, "interval", single, how), averaged(items, single, k, how)


def averaged(items: ItemsByRaters, single: Estimate, k: float, how: str) -> Coefficient:
    """Step ICC(2,1) up to ICC(2,k): the mean of k ratings (C. Spearman, W. Brown 1910).

    Args:
        items: what it rests on.
        single: ICC(2,1) with its interval.
        k: ratings an item, above 1.
        how: how the interval of ``single`` was had.
    """
    of = f"interval, mean of {k:.4g}"
    ends = (single.value, single.low, single.high)
    if min(1 + (k - 1) * end for end in ends) <= 0:
        says = (
            "Ratings of one item differ so much more than chance would have it that the mean of "
            "several has no reliability to speak of."
        )
        return items.coefficient(AVERAGE, of, None, how, says=says)
    value, low, high = (k * end / (1 + (k - 1) * end) for end in ends)
    several = Estimate(value=value, low=low, high=high, level=single.level)
    return items.coefficient(AVERAGE, of, several, how)


def _mean_squares(wide: np.ndarray) -> tuple[float, float, float]:
    n, k = wide.shape
    centered = wide - wide.mean()
    rows, columns = centered.mean(axis=1), centered.mean(axis=0)
    rest = centered - rows[:, None] - columns[None, :]
    return (
        float(k * (rows**2).sum() / (n - 1)),
        float(n * (columns**2).sum() / (k - 1)),
        float((rest**2).sum() / ((n - 1) * (k - 1))),
    )


def _f_interval(
    shape: tuple[int, int], squares: tuple[float, float, float], value: float, confidence: float
) -> tuple[float, float]:
    n, k = shape
    rows, columns, rest = squares
    if rest == 0 and columns == 0:
        return 1.0, 1.0
    # Numerator and denominator times the rest's mean square, which may be 0.
    own = n * (1 + (k - 1) * value) - k * value
    top = (k - 1) * (n - 1) * (k * value * columns + own * rest) ** 2
    bottom = (n - 1) * (k * value * columns) ** 2 + (own * rest) ** 2
    df = top / bottom if bottom > 0 else (k - 1) * (n - 1)
    tail = (1 + confidence) / 2
    upper, lower = stats.f.ppf(tail, n - 1, df), stats.f.ppf(tail, df, n - 1)
    spread = k * columns + (k * n - k - n) * rest
    low = n * (rows - upper * rest) / (upper * spread + n * rows)
    high = n * (lower * rows - rest) / (spread + n * lower * rows)
    return float(low), float(high)


def _none(items: ItemsByRaters, says: str) -> tuple[Coefficient, Coefficient]:
    return (
        items.coefficient(SINGLE, "interval", None, "none", says=says),
        items.coefficient(AVERAGE, "interval", None, "none", says=says),
    )

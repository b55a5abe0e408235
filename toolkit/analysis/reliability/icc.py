"""Intraclass correlation: how much of the spread of ratings lies in what is rated."""

import numpy as np
from scipy import stats

from toolkit.analysis.findings import Estimate
from toolkit.analysis.reliability.items_by_raters import Coefficient, ItemsByRaters
from toolkit.analysis.reliability.variance_components import REML, Components

SINGLE, AVERAGE = "ICC(2,1)", "ICC(2,k)"


def icc(items: ItemsByRaters, parts: Components | str) -> tuple[Coefficient, Coefficient]:
    """Estimate ICC(2,1) and ICC(2,k): by analysis of variance of a complete table, else by REML.

    Estimand: with items, raters and rest as random effects, s_item^2 / (s_item^2 + s_rater^2 +
    s_rest^2): the correlation of two raters' ratings of one item (absolute agreement); ICC(2,k)
    is that of the mean of k raters, the mean number of a shared item.

    Assumptions: items and raters are samples; normal effects for the interval. Of a complete table,
    with mean squares of items R, raters C and rest E, n items and k raters, ICC(2,1) =
    (R - E) / (R + (k - 1) E + k (C - E) / n) with the F interval and Satterthwaite degrees of
    freedom of McGraw and Wong. Else the interval is normal on the scale of artanh, from the delta
    method, and cut at 0.

    Args:
        items: arranged ratings.
        parts: their variances, or why there are none.

    Source: P. E. Shrout and J. L. Fleiss 1979, Psychological Bulletin 86, 420-428; K. O. McGraw
    and S. P. Wong 1996, Psychological Methods 1, 30-46.
    """
    how, se, single = "F, Satterthwaite", None, _by_variance(items)
    if single is None:
        if isinstance(parts, str):
            one, several = (
                items.coefficient(name, "interval", parts, "none") for name in (SINGLE, AVERAGE)
            )
            return one, several
        how, (single, se) = REML, _by_components(parts)
    of, stepped_up = _averaged(single, float(items.counts[items.shared].sum(axis=1).mean()))
    return (
        items.coefficient(SINGLE, "interval", single, how, se=se),
        items.coefficient(AVERAGE, of, stepped_up, how),
    )


def _averaged(single: Estimate, k: float) -> tuple[str, Estimate | str]:
    """Step ICC(2,1) up to ICC(2,k): the mean of k ratings (C. Spearman, W. Brown 1910)."""
    of = f"interval, mean of {k:.4g}"
    ends = np.array([single.value, single.low, single.high])
    if (1 + (k - 1) * ends).min() <= 0:
        return of, (
            "Ratings of one item differ so much more than chance would have it that the mean of "
            "several has no reliability to speak of."
        )
    value, low, high = map(float, k * ends / (1 + (k - 1) * ends))
    return of, Estimate(value=value, low=low, high=high)


def _by_components(parts: Components) -> tuple[Estimate, float]:
    total = parts.item + parts.rater + parts.rest
    value = parts.item / total
    slope = np.array([1 - value, -value, -value]) / total
    se = float(np.sqrt(slope @ parts.covariance @ slope))
    half = float(stats.norm.ppf(0.975)) * se / (1 - value**2)
    low, high = np.tanh(np.arctanh(value) + np.array([-half, half]))
    return Estimate(value=value, low=max(float(low), 0.0), high=float(high)), se


def _by_variance(items: ItemsByRaters) -> Estimate | None:
    """ICC(2,1) of a complete table; None where it is not complete or nothing varies."""
    wide = items.table.pivot(index="item", columns="rater", values="value").to_numpy()
    if min(wide.shape) < 2 or np.isnan(wide).any():
        return None
    n, k = wide.shape
    centered = wide - wide.mean()
    of_items, of_raters = centered.mean(axis=1), centered.mean(axis=0)
    rest = centered - of_items[:, None] - of_raters
    squares = np.array([k * (of_items**2).sum(), n * (of_raters**2).sum(), (rest**2).sum()])
    rows, columns, rest = map(float, squares / [n - 1, k - 1, (n - 1) * (k - 1)])
    if rows == columns == rest == 0:
        return None
    value = (rows - rest) / (rows + (k - 1) * rest + k * (columns - rest) / n)
    if rest == 0 and columns == 0:
        return Estimate(value=value, low=1.0, high=1.0)
    # Numerator and denominator times the rest's mean square, which may be 0.
    own = n * (1 + (k - 1) * value) - k * value
    top = (k - 1) * (n - 1) * (k * value * columns + own * rest) ** 2
    bottom = (n - 1) * (k * value * columns) ** 2 + (own * rest) ** 2
    df = top / bottom if bottom > 0 else (k - 1) * (n - 1)
    upper, lower = stats.f.ppf(0.975, n - 1, df), stats.f.ppf(0.975, df, n - 1)
    spread = k * columns + (k * n - k - n) * rest
    low = n * (rows - upper * rest) / (upper * spread + n * rows)
    high = n * (lower * rows - rest) / (spread + n * lower * rows)
    return Estimate(value=value, low=float(low), high=float(high))

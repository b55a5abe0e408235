"""The ratio of two rates, never without its interval.

The *impact ratio* of a persona is its rate of the favorable outcome divided by the reference's, in
the same contrasts. The four-fifths rule of thumb (Uniform Guidelines on Employee Selection
Procedures 1978, 29 CFR 1607.4 D) looks for ratios below 0.8. By chance alone they are common.
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Literal

import numpy as np
from scipy import stats

from toolkit.analysis.disparity import Comparison, units_of
from toolkit.analysis.engine import Codes, Floats, ratio_interval
from toolkit.analysis.findings import Estimate, Share, clustered_share, crossed_variance

FOUR_FIFTHS = 0.8
SPREAD_OVER = 5
"""Both outcomes in at least so many clusters of both arms, or counts are small."""


@dataclass(frozen=True, slots=True)
class ImpactRatio:
    """A ratio of rates with its interval, or why there is none."""

    own: Share | None
    base: Share | None
    estimate: Estimate | None
    method: str
    says: str
    """One plain sentence."""


def impact_ratio(
    comparison: Comparison, favorable: Literal[0, 1], *, level: float = 0.95
) -> ImpactRatio:
    """Estimate a persona's rate of the favorable outcome as a multiple of the reference's.

    Estimand: the ratio of both probabilities, for scenarios (and raters) like these. Assumes that
    clusters of a kind are independent of each other.

    The interval is that of the log ratio, linearized and clustered as the primary test is, by t.
    With small counts it is Koopman's score interval at each arm's effective n; that takes the arms
    as independent, which matched arms are not, so it is rather too wide than too narrow.

    Args:
        comparison: of a binary outcome.
        favorable: the value that is good to get.
        level: between 0 and 1.
    """
    if not len(comparison.value):
        return _none("No contrast has both this arm and the reference.")
    good = (comparison.value == favorable).astype("float64")
    own, base = (_share(comparison, good, side, level) for side in (True, False))
    if own.interval is None or base.interval is None:
        return _none("One scenario or one rater: a ratio cannot be generalized.", own, base)
    if base.events == 0:
        return _none("The reference never had the favorable outcome: no ratio.", own, base)
    if _is_spread(comparison, good):
        ends, method = _log_interval(comparison, good, own, base, level), "log ratio, clustered"
    else:
        ends = ratio_interval(
            own.value * own.effective_n,
            own.effective_n,
            base.value * base.effective_n,
            base.effective_n,
            level=level,
        )
        method = "score interval at effective n"
    made = Estimate(value=own.value / base.value, low=ends[0], high=ends[1], level=level)
    return ImpactRatio(own, base, made, method, four_fifths_sentence(made))


def four_fifths_sentence(ratio: Estimate) -> str:
    """Say where an interval lies against four fifths."""
    if ratio.high < FOUR_FIFTHS:
        return "The whole interval lies below four fifths."
    if ratio.low >= FOUR_FIFTHS:
        return "The whole interval lies above four fifths."
    return "The interval reaches to both sides of four fifths: the data do not tell which."


def _share(comparison: Comparison, good: Floats, side: bool, level: float) -> Share:
    rows = comparison.own == side
    clusters = [codes[rows] for codes in comparison.clusters]
    unit = units_of(comparison.frame)[rows]
    return clustered_share(good[rows], clusters, comparison.weight[rows], level=level, unit=unit)


def _is_spread(comparison: Comparison, good: Floats) -> bool:
    found = [
        len(np.unique(codes[(comparison.own == side) & (good == one)]))
        for codes in comparison.clusters
        for side in (True, False)
        for one in (0.0, 1.0)
    ]
    return min(found) >= SPREAD_OVER


def _log_interval(
    comparison: Comparison, good: Floats, own: Share, base: Share, level: float
) -> tuple[float, float]:
    scores = comparison.weight * np.where(
        comparison.own,
        (good - own.value) / (own.value * own.n),
        -(good - base.value) / (base.value * base.n),
    )
    se = sqrt(crossed_variance(scores, comparison.clusters))
    df = min(_count(codes) for codes in comparison.clusters) - 1
    half = float(stats.t.ppf((1 + level) / 2, df)) * se
    middle = log(own.value / base.value)
    return exp(middle - half), exp(middle + half)


def _count(codes: Codes) -> int:
    return len(np.unique(codes))


def _none(says: str, own: Share | None = None, base: Share | None = None) -> ImpactRatio:
    return ImpactRatio(own, base, None, "", says)

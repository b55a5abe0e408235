"""The ratio of two rates, never without its interval, and how little it says at small numbers.

The *impact ratio* of a persona is its rate of the favorable outcome divided by the reference's, in
the same contrasts. The four-fifths rule of thumb (Uniform Guidelines on Employee Selection
Procedures 1978, 29 CFR 1607.4 D) looks for ratios below 0.8. By chance alone they are common.
"""

from dataclasses import dataclass
from math import exp, floor, log, sqrt
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


def small_ratio_chance(
    rate: float,
    n: int,
    *,
    groups: int = 2,
    among: Literal["each other", "reference"] = "each other",
    threshold: float = FOUR_FIFTHS,
) -> float:
    """Give the chance of a ratio below a threshold when all groups have the same true rate.

    Exact: sums of binomial probabilities, for groups of independent trials. ``0 / 0`` is no ratio.

    Args:
        rate: the rate of all groups.
        n: trials in each group; for clustered trials, the effective number.
        groups: how many groups are compared: with ``each other``, the lowest rate is divided by the
            highest; with ``reference``, the lowest of them by one more group, the reference.
        among: what they are compared with.
        threshold: above 0, at most 1.
    """
    counts = np.arange(n + 1)
    chance = stats.binom.pmf(counts, n, rate)
    if among == "reference":
        below = [stats.binom.cdf(_largest_below(one * threshold), n, rate) for one in counts]
        return float(chance @ (1 - (1 - np.array(below)) ** groups))
    upto = stats.binom.cdf(counts, n, rate)
    top = np.minimum(np.floor(counts / threshold + 1e-9).astype("int64"), n)
    among_all = np.maximum(upto[top] - upto + chance, 0.0) ** groups
    above_lowest = np.maximum(upto[top] - upto, 0.0) ** groups
    return float(max(0.0, 1 - (among_all - above_lowest).sum()))


def _largest_below(limit: float) -> int:
    whole = floor(limit + 1e-9)
    return whole - 1 if abs(limit - whole) <= 1e-9 else whole


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

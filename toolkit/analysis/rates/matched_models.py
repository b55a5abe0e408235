"""McNemar's test, conditional logit and generalized estimating equations, on plain numbers."""

from dataclasses import dataclass
from math import inf, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats
from statsmodels.genmod.cov_struct import Exchangeable, Independence
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_estimating_equations import GEE

from toolkit.analysis.rates.proportions import clopper_pearson

Codes = NDArray[np.intp]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_STEPS = 100


@dataclass(frozen=True, slots=True)
class McNemar:
    """Pairs that disagree, in one direction against the other."""

    gained: int
    """Pairs with the event in the arm alone."""
    lost: int
    """Pairs with the event in the reference alone."""
    exact_p: float
    mid_p: float
    odds_ratio: float | None
    """None without any pair that disagrees; infinite when all gained."""
    low: float
    high: float


def mcnemar(gained: int, lost: int, *, level: float = 0.95) -> McNemar:
    """Test whether pairs that disagree go both ways equally often (Q. McNemar 1947).

    Exact: the number gained is binomial with probability 1/2 given how many disagree. The mid-p
    counts half of what was observed (M. W. Fagerland, S. Lydersen and P. Laake 2013) and is less
    conservative. The odds ratio has the interval of Clopper and Pearson. Assumes that pairs are
    independent of each other.

    Args:
        gained: pairs with the event in the arm alone.
        lost: pairs with the event in the reference alone.
        level: of the odds ratio's interval.
    """
    pairs, fewer = gained + lost, min(gained, lost)
    if pairs == 0:
        return McNemar(gained, lost, 1.0, 1.0, None, 0.0, inf)
    below = float(stats.binom.cdf(fewer, pairs, 0.5))
    at = float(stats.binom.pmf(fewer, pairs, 0.5))
    low, high = (_odds(one) for one in clopper_pearson(gained, pairs, level=level))
    ratio = _odds(gained / pairs)
    return McNemar(gained, lost, min(1.0, 2 * below), min(1.0, 2 * below - at), ratio, low, high)


@dataclass(frozen=True, slots=True)
class Logit:
    """A log odds ratio with its standard error."""

    estimate: float
    se: float
    clusters: int


def conditional_logit(value: Floats, own: Flags, stratum: Codes) -> Logit | None:
    """Fit one odds ratio to strata that each have a level of their own.

    Maximizes the exact conditional likelihood given how many events each stratum has (N. E. Breslow
    and N. E. Day 1980, chapter 7): given these, the events of the arm are noncentral
    hypergeometric. Any numbers of either arm a stratum; strata without both arms and both outcomes
    tell nothing. Assumes one odds ratio and independent strata.

    Args:
        value: 0 or 1, shape (n,).
        own: True in the arm, shape (n,).
        stratum: codes, shape (n,).

    Returns:
        None when the events are as many, or as few, as can be: then the odds ratio is infinite or
        0, and there is no standard error.
    """
    tables = [_Table.of(value[stratum == one], own[stratum == one]) for one in np.unique(stratum)]
    tables = [one for one in tables if len(one.counts) > 1]
    events = sum(one.events for one in tables)
    most, least = (sum(int(one.counts[at]) for one in tables) for at in (-1, 0))
    if events in (most, least):
        return None
    estimate = 0.0
    for _ in range(_STEPS):
        moments = np.array([one.moments(estimate) for one in tables]).sum(axis=0)
        step = float(np.clip((events - moments[0]) / moments[1], -2, 2))
        estimate += step
        if abs(step) < 1e-12:
            break
    spread = sum(one.moments(estimate)[1] for one in tables)
    return Logit(estimate, 1 / sqrt(spread), len(tables))


@dataclass(frozen=True, slots=True)
class Marginal:
    """Rates of an arm and of the reference, averaged over clusters, and what follows."""

    log_odds_ratio: float
    log_odds_ratio_se: float
    difference: float
    difference_se: float
    clusters: int


def gee(
    value: Floats,
    own: Flags,
    cluster: Codes,
    weight: Floats | None = None,
    *,
    correlation: Literal["independence", "exchangeable"] = "independence",
) -> Marginal | None:
    """Fit a population-averaged logit of the arm (K.-Y. Liang and S. L. Zeger 1986).

    Estimand: the odds ratio, and the difference, of both arms' rates over all clusters. Assumes
    independent clusters; the errors are the robust ones, not corrected for few clusters.

    Args:
        value: 0 or 1, shape (n,).
        own: True in the arm, shape (n,).
        cluster: codes, shape (n,).
        weight: how many equal observations each stands for; 1 each when None.
        correlation: within a cluster, as the fit supposes; the errors hold for any.

    Returns:
        None when a rate is 0 or 1, and its logit infinite.
    """
    rows = np.argsort(cluster, kind="stable")
    if any(len(np.unique(value[own == side])) < 2 for side in (True, False)):
        return None
    fitted = GEE(
        value[rows],
        np.column_stack([np.ones(len(rows)), own[rows].astype("float64")]),
        groups=cluster[rows],
        family=Binomial(),
        cov_struct=Independence() if correlation == "independence" else Exchangeable(),
        weights=None if weight is None else weight[rows],
    ).fit(ctol=1e-10, maxiter=200)
    level, effect = (float(one) for one in fitted.params)
    spread = np.asarray(fitted.cov_params())
    base, rate = special.expit(level), special.expit(level + effect)
    slope = np.array([rate * (1 - rate) - base * (1 - base), rate * (1 - rate)])
    return Marginal(
        log_odds_ratio=effect,
        log_odds_ratio_se=sqrt(float(spread[1, 1])),
        difference=float(rate - base),
        difference_se=sqrt(float(slope @ spread @ slope)),
        clusters=len(np.unique(cluster)),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """One stratum: how many events of the arm there are, and could be given all events."""

    events: int
    counts: NDArray[np.int64]
    log_ways: Floats

    @staticmethod
    def of(value: Floats, own: Flags) -> "_Table":
        arm, rest, total = int(own.sum()), int((~own).sum()), round(float(value.sum()))
        counts = np.arange(max(0, total - rest), min(arm, total) + 1)
        ways = _log_choose(arm, counts) + _log_choose(rest, total - counts)
        return _Table(round(float(value[own].sum())), counts, ways)

    def moments(self, log_odds: float) -> tuple[float, float]:
        """Give mean and variance of the arm's events."""
        share = special.softmax(self.log_ways + log_odds * self.counts)
        mean = float(share @ self.counts)
        return mean, float(share @ (self.counts - mean) ** 2)


def _log_choose(size: int, taken: NDArray[np.int64]) -> Floats:
    ways: Floats = (
        special.gammaln(size + 1) - special.gammaln(taken + 1) - special.gammaln(size - taken + 1)
    )
    return ways


def _odds(share: float) -> float:
    return inf if share >= 1 else share / (1 - share)

"""Clustered interval of a share: over scenarios, and raters where there are any.

Clusters and not replies are what is sampled. The variance of a share is taken over clusters; the
number of independent observations that would give the same variance is its **effective n**, and
the interval is the one that so many would have.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from toolkit.analysis.engine import (
    FEWEST_CLUSTERS,
    Codes,
    Floats,
    cross_codes,
    wilson,
    zero_event_bound,
)
from toolkit.analysis.findings.finding import Estimate


@dataclass(frozen=True, slots=True)
class Share:
    """A share and what is known of it."""

    events: float
    n: float
    """Observations."""
    clusters: int
    """The smallest number of any kind of cluster."""
    effective_n: float
    """Independent observations that would tell as much."""
    interval: Estimate | None
    """None with fewer than ``FEWEST_CLUSTERS``: nothing can be generalized."""

    @property
    def value(self) -> float:
        """The share itself."""
        return self.events / self.n

    @property
    def design_effect(self) -> float:
        """How many observations tell as much as an independent one."""
        return self.n / self.effective_n


def clustered_share(
    value: Floats,
    clusters: Sequence[Codes],
    weight: Floats | None = None,
    *,
    level: float = 0.95,
    unit: Codes | None = None,
) -> Share:
    """Estimate a share from observations in clusters, crossed where there are two kinds.

    Estimand: the probability of the event, for clusters drawn like these. Assumes that clusters
    of a kind are independent of each other.

    The linearized variance of the share over clusters, ``max(V_a, V_b, V_a + V_b - V_ab) G / (G -
    1)``, the primary test's before its correction, sets the effective n. It is at most the number
    of units, so that the same said again narrows nothing, and is reduced for the G - 1 degrees of
    freedom of that variance (E. L. Korn and B. I. Graubard 1998). Where the event, or its absence,
    is in fewer than ``FEWEST_CLUSTERS`` clusters that variance says little, and effective n is at
    most the number of clusters. The interval is Wilson's at effective n; without any event, or with
    nothing else, it is the exact one-sided one.

    Args:
        value: 0 or 1, shape (n,), n above 0.
        clusters: one or two kinds, a code an observation, each of shape (n,).
        weight: how many equal observations each stands for; 1 each when None.
        level: between 0 and 1.
        unit: what could be independent at best, a code an observation, of shape (n,); each
            observation when None.
    """
    weight = np.ones(len(value)) if weight is None else weight
    units = float(weight.sum()) if unit is None else float(len(np.unique(unit)))
    n, events = float(weight.sum()), float(weight @ value)
    count = min(len(np.unique(codes)) for codes in clusters)
    if count < FEWEST_CLUSTERS:
        return Share(events, n, count, 1.0, None)
    effective = _effective(value, clusters, weight, count, min(n, units), level)
    within = events / n * effective
    if events == 0:
        low, high = 0.0, zero_event_bound(effective, level=level)
    elif events == n:
        low, high = 1 - zero_event_bound(effective, level=level), 1.0
    else:
        low, high = wilson(within, effective, level=level)
    at = Estimate(value=events / n, low=low, high=high, level=level)
    return Share(events, n, count, effective, at)


def crossed_variance(scores: Floats, clusters: Sequence[Codes]) -> float:
    """Give the variance of a sum of scores over one or two kinds of clusters.

    Args:
        scores: what each observation adds to the estimate's error, shape (n,).
        clusters: codes, each of shape (n,).

    Returns:
        ``max(V_a, V_b, V_a + V_b - V_ab) G / (G - 1)`` with G the smaller number of clusters that
        add anything; 0 when none does or only one.
    """
    pieces = [_squared_sums(scores, codes) for codes in clusters]
    count = min(len(np.unique(codes[scores != 0])) for codes in clusters)
    if count < 2:
        return 0.0
    if len(clusters) == 2:
        both = _squared_sums(scores, cross_codes(*clusters))
        pieces.append(pieces[0] + pieces[1] - both)
    return max(pieces) * count / (count - 1)


def _effective(
    value: Floats,
    clusters: Sequence[Codes],
    weight: Floats,
    count: int,
    most: float,
    level: float,
) -> float:
    n = float(weight.sum())
    share = float(weight @ value) / n
    variance = crossed_variance(weight * (value - share) / n, clusters)
    spread = [min(len(np.unique(codes[value == one])) for one in (0.0, 1.0)) for codes in clusters]
    effective = min(most, share * (1 - share) / variance) if variance > 0 else most
    tail = (1 + level) / 2
    if most > count:
        effective *= float((stats.t.ppf(tail, most - 1) / stats.t.ppf(tail, count - 1)) ** 2)
    if share in (0.0, 1.0):
        return min(most, float(count))
    return max(1.0, min(effective, count) if min(spread) < FEWEST_CLUSTERS else effective)


def _squared_sums(scores: Floats, codes: Codes) -> float:
    return float((np.bincount(codes, weights=scores) ** 2).sum())

"""Bradley-Terry model of paired comparisons with Davidson's ties and an order effect.

A pair shows two contestants, one on the left. With worths l, ``t`` for ties and ``g`` for the
left side, and d = l_left - l_right + g, left, right and tie have odds e^{d/2} : e^{-d/2} : e^t.
The likelihood is that of neighboring categories, concave in all three.
"""

from dataclasses import dataclass, fields

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from toolkit.analysis.engine.array_types import Bools, Codes, Floats, group_sums
from toolkit.analysis.engine.small_samples import FEWEST_CLUSTERS

_STEPS = 100
_DECREMENT = 1e-16
_ENDLESS = 15.0
"""Logarithm of odds beyond which an estimate is on its way to infinity."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Comparisons of two contestants by raters."""

    first: Codes
    """Contestant that ``value`` is signed by, a code, shape (n,)."""
    second: Codes
    """The other."""
    value: Floats
    """1: the first was preferred, -1: the second, 0: neither more than the other."""
    side: Floats
    """1: the first stood left, -1: right, 0: there was no order."""
    rater: Codes
    """Who compared, codes from 0."""
    weight: Floats
    """How many equal comparisons a row stands for."""

    def where(self, keep: Bools) -> "Pairs":
        """Keep some of the comparisons."""
        return Pairs(*(getattr(self, one.name)[keep] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Worths:
    """A fitted model."""

    contestants: Codes
    """Those whose worth can be told, the anchor not among them, in order."""
    order: bool
    """Whether an effect of order was fitted."""
    ties: bool
    """Whether a parameter of ties was fitted; without a tie there is none."""
    parameters: Floats
    """Worths of ``contestants``, then order, then ties, as far as fitted."""
    covariance: Floats
    """Of the parameters, clustered by rater."""
    raters: int
    loglik: float


def joined(pairs: Pairs, count: int) -> Codes:
    """Say which contestants hang together: each can be reached from each by wins and ties.

    Only within such a set do worths have finite estimates (L. R. Ford 1957, American Mathematical
    Monthly 64, 28-33); a tie counts as won by both.

    Args:
        pairs: comparisons.
        count: of contestants.

    Returns:
        The number of each contestant's set, shape (count,).
    """
    won = pairs.value >= 0
    lost = pairs.value <= 0
    winners = np.concatenate([pairs.first[won], pairs.second[lost]])
    losers = np.concatenate([pairs.second[won], pairs.first[lost]])
    table = coo_array((np.ones(len(winners)), (winners, losers)), shape=(count, count))
    _, label = connected_components(table, directed=True, connection="strong")
    return np.asarray(label, dtype=np.intp)


def fit_worths(pairs: Pairs, *, anchor: int) -> Worths | str:
    """Fit by maximum likelihood, with a covariance clustered by rater, or say why not.

    Estimand: log worth of each contestant above the anchor's, in the population of raters and
    pairs like these. Assumes that a pair's outcome depends on two worths, the side and nothing
    else; comparisons by one rater may depend on each other. Covariance: H^-1 (sum_g s_g s_g')
    H^-1 G / (G - 1), s_g the scores of rater g.

    Args:
        pairs: comparisons, all among contestants that hang together with the anchor.
        anchor: whose worth is 0.

    Returns:
        The model, or a sentence: too few raters, nothing but ties, a side that cannot be told from
        who stood there or that always wins.

    Source: R. R. Davidson 1970, Journal of the American Statistical Association 65, 317-328; R.
    R. Davidson and R. J. Beaver 1977, Biometrics 33, 693-702.
    """
    if len(np.unique(pairs.rater)) < FEWEST_CLUSTERS:
        return (
            f"Fewer than {FEWEST_CLUSTERS} raters compared the pairs, so nothing can be said of "
            "raters in general."
        )
    if (pairs.value == 0).all():
        return "Every pair that could be compared was a tie, so no worth can be told."
    present = np.union1d(pairs.first, pairs.second)
    contestants = present[present != anchor].astype(np.intp)
    order = len(set(pairs.side[pairs.side != 0])) == 2
    ties = bool((pairs.value == 0).any())
    columns = [(pairs.first == one) * 1.0 - (pairs.second == one) for one in contestants]
    design = np.column_stack([*columns, pairs.side] if order else columns)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return (
            "The left side cannot be told from who stood there, so no worth can be told; some "
            "contestants must be shown on both sides."
        )
    top = _Model(design, pairs, ties).maximum()
    if top is None:
        return (
            "One side, or one kind of pair, always came out alike, so no worth has a finite "
            "estimate."
        )
    covariance, raters = _clustered(top[2], top[3], pairs.rater)
    return Worths(contestants, order, ties, top[0], covariance, raters, top[1])


class _Model:
    """The likelihood of pairs."""

    def __init__(self, design: Floats, pairs: Pairs, ties: bool) -> None:
        self.design, self.pairs, self.ties = design, pairs, ties

    def maximum(self) -> tuple[Floats, float, Floats, Floats] | None:
        """Parameters, log-likelihood, scores of the rows and information at the maximum.

        None when there is none: the parameters move off without end.
        """
        at = np.zeros(self.design.shape[1] + self.ties)
        loglik, score, information = self.pieces(at)
        for _ in range(_STEPS):
            slope = score.sum(axis=0)
            step = np.linalg.solve(information, slope)
            if slope @ step < _DECREMENT:
                return at, loglik, score, information
            ahead = self.pieces(at + step)
            while ahead[0] < loglik and np.abs(step).max() > 1e-12:
                step = step / 2
                ahead = self.pieces(at + step)
            at = at + step
            loglik, score, information = ahead
            if np.abs(at).max() > _ENDLESS:
                break
        return None

    def pieces(self, at: Floats) -> tuple[float, Floats, Floats]:
        """Log-likelihood, scores of the rows (n, parameters) and information at a point."""
        size, value, weight = self.design.shape[1], self.pairs.value, self.pairs.weight
        half = self.design @ at[:size] / 2
        tie = np.full(len(half), at[size] if self.ties else -np.inf)
        top = np.maximum(np.abs(half), tie)
        odds = np.exp(np.stack([half, -half, tie]) - top)
        won, lost, tied = odds / odds.sum(axis=0)
        log_total = top + np.log(odds.sum(axis=0))
        drawn = np.where(value == 0, tie if self.ties else 0.0, 0.0)
        net = won - lost
        score = self.design * ((value - net) / 2)[:, None]
        columns = self.design / 2
        spread = won + lost - net**2
        information = (columns * (weight * spread)[:, None]).T @ columns
        if self.ties:
            score = np.column_stack([score, (value == 0) - tied])
            cross = columns.T @ (-weight * net * tied)
            corner = (weight * tied * (1 - tied)).sum()
            information = np.block([[information, cross[:, None]], [cross[None, :], corner]])
        loglik = float(weight @ (value * half + drawn - log_total))
        return loglik, score * weight[:, None], information


def _clustered(score: Floats, information: Floats, rater: Codes) -> tuple[Floats, int]:
    names, code = np.unique(rater, return_inverse=True)
    sums = group_sums(code, score)
    inverse = np.linalg.inv(information)
    factor = len(names) / (len(names) - 1)
    return inverse @ (sums.T @ sums) @ inverse * factor, len(names)

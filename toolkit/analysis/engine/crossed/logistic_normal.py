"""Logistic-normal integrals by the trapezoid rule.

A product of a normal density and logistic curves is analytic in a strip around the real line, so
the plain trapezoid rule converges exponentially (L. N. Trefethen, J. A. C. Weideman 2014): with the
spacing below its error is under 1e-10.
"""

import numpy as np
from scipy.special import expit

from toolkit.analysis.engine import Floats

_REACH = 8.0
_SPACING = 0.4


def normal_grid(sd: float) -> tuple[Floats, Floats]:
    """Give deviations drawn from N(0, sd^2), and their weights, which sum to 1.

    Args:
        sd: of the linear predictor, in logits; 0 gives one point.
    """
    if sd == 0:
        return np.zeros(1), np.ones(1)
    half = int(np.ceil(_REACH * max(1.0, sd) / _SPACING))
    z = np.linspace(-_REACH, _REACH, 2 * half + 1)
    weights = np.exp(-(z**2) / 2)
    return sd * z, weights / weights.sum()


def mean_below(thresholds: Floats, eta: Floats, sd: float) -> Floats:
    """Give ``P(Y <= k)`` averaged over a normal deviation.

    Args:
        thresholds: shape (m,).
        eta: linear predictor, any shape.
        sd: of what is added to it.

    Returns:
        Of the shape of ``eta`` with one more axis of length m.
    """
    at, weights = normal_grid(sd)
    total = np.zeros((*eta.shape, len(thresholds)))
    for shift, weight in zip(at, weights, strict=True):
        total += weight * expit(thresholds - (eta + shift)[..., None])
    return total


def mean_superiority(
    thresholds: Floats, eta: Floats, other: Floats, shared: float, own: float
) -> Floats:
    """Give ``P(Y > Y') + P(Y = Y') / 2`` for answers that share one deviation and have one each.

    Args:
        thresholds: shape (m,).
        eta: linear predictor of Y, shape (n,).
        other: of Y', shape (n,).
        shared: deviation that both answers have in common.
        own: deviation that each has of its own, of the same size, independent.
    """
    at, weights = normal_grid(shared)
    one = _shares(mean_below(thresholds, eta[:, None] + at, own))
    two = _shares(mean_below(thresholds, other[:, None] + at, own))
    lower = np.cumsum(two, axis=-1) - two
    return np.asarray((one * (lower + two / 2)).sum(-1) @ weights)


def _shares(below: Floats) -> Floats:
    edge = np.ones((*below.shape[:-1], 1))
    return np.diff(np.concatenate([below, edge], axis=-1), axis=-1, prepend=0)

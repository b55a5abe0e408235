"""Degrees of freedom of Gaussian coefficients by moments (F. E. Satterthwaite 1946).

With C the covariance of the coefficients as a function of the variance parameters and A the
covariance of those (the inverse of the observed information of the restricted likelihood),
``df = 2 (c'Cc)^2 / (g'Ag)`` where g is the gradient of ``c'Cc`` (A. Kuznetsova, P. Brockhoff,
R. Christensen 2017).
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from toolkit.analysis.engine import Floats
from toolkit.analysis.engine.crossed.bfgs import curvature
from toolkit.analysis.engine.crossed.gaussian import Gaussian


@dataclass(frozen=True)
class Moments:
    """What degrees of freedom follow from, in the columns asked for."""

    covariance: Floats
    """Of the coefficients, shape (p, p)."""
    slopes: Floats
    """How it changes with each variance parameter, shape (parameters, p, p)."""
    variances: Floats
    """Covariance of the variance parameters, shape (parameters, parameters)."""

    def df(self, contrast: Floats) -> float:
        """Give the degrees of freedom of one contrast of the coefficients.

        Args:
            contrast: shape (p,).
        """
        variance = float(contrast @ self.covariance @ contrast)
        slopes = np.einsum("i,kij,j->k", contrast, self.slopes, contrast)
        spread = float(slopes @ self.variances @ slopes)
        return 2 * variance**2 / spread if spread > 0 else float("inf")


def moments(model: Gaussian, ratios: Floats) -> Moments:
    """Work out the moments at fitted ratios.

    Args:
        model: the criterion of the factors that are not at 0: those have no part in it.
        ratios: where it is smallest, shape (factors,).
    """
    solved = model.solve(ratios)
    variance = solved.squares / model.freedom
    inner, starts = solved.inner, model.crossed.starts
    slopes = []
    for place, ratio in enumerate(ratios):
        part = solved.by_level[starts[place] : starts[place + 1], :-1] @ inner
        slopes.append(2 * ratio * variance * part.T @ part)
    slopes.append(variance * inner)
    back = model.basis.back
    return Moments(
        back @ (variance * inner) @ back.T,
        np.array([back @ one @ back.T for one in slopes]),
        _covariance(model, ratios, variance),
    )


def _covariance(model: Gaussian, ratios: Floats, variance: float) -> Floats:
    at = np.append(ratios, np.log(variance))
    steps = np.append(1e-4 * ratios, 1e-4)
    inverse: Floats = linalg.inv(curvature(model.unprofiled, at, steps))
    return inverse

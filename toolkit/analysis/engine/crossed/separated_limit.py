"""Likelihood of a separated model in the limit, as a function of what stays finite.

Where answers part, the likelihood rises for ever along some directions of thresholds and
coefficients. In the limit the parted observations say nothing more, and the others have a maximum
of their own in what is orthogonal to those directions (C. J. Geyer 2009). Held far out along the
directions, the model is that limit to rounding.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from toolkit.analysis.engine import Bools, Floats
from toolkit.analysis.engine.crossed.laplace import Laplace
from toolkit.analysis.engine.crossed.separation import Separation

_LIMIT = 40.0
"""Logits between a parted answer and its threshold: beyond it a probability is 1 to rounding."""


@dataclass(frozen=True)
class SeparatedLimit:
    """Minus the log-likelihood over the coefficients that stay finite, and the deviations."""

    model: Laplace
    far: Floats
    """Thresholds and coefficients far out along the directions, shape (fixed,)."""
    subspace: Floats
    """Orthonormal columns of what stays finite, shape (fixed, kept)."""

    @property
    def fixed(self) -> int:
        """How many coordinates stay finite."""
        return int(self.subspace.shape[1])

    def whole(self, at: Floats) -> Floats:
        """Give all parameters of the model, from those of the limit."""
        return np.concatenate(
            [self.far + self.subspace @ at[: self.fixed], at[self.fixed :]],
        )

    def only(self, active: Bools) -> "SeparatedLimit":
        """Give the limit with some of the factors.

        Args:
            active: one truth value a factor.
        """
        return SeparatedLimit(self.model.only(active), self.far, self.subspace)

    def evaluate(self, at: Floats) -> tuple[float, Floats]:
        """Give minus the log-likelihood and its gradient; infinite out of bounds."""
        value, slopes = self.model.evaluate(self.whole(at))
        many = self.model.fixed
        return value, np.concatenate([self.subspace.T @ slopes[:many], slopes[many:]])

    def penalized(self, at: Floats) -> tuple[Floats, Floats]:
        """Give slopes and information of what stays finite, the levels at their mode."""
        slopes, information = self.model.penalized(self.whole(at))
        return self.subspace.T @ slopes, self.subspace.T @ information @ self.subspace

    def in_order(self, at: Floats) -> bool:
        """Say whether the thresholds are in order."""
        return self.model.in_order(self.whole(at))


def unseparated(model: Laplace) -> SeparatedLimit:
    """Give the model as a limit in which everything stays finite."""
    return SeparatedLimit(model, np.zeros(model.fixed), np.eye(model.fixed))


def limit(model: Laplace, apart: Separation, begin: Floats) -> SeparatedLimit:
    """Hold a model far out along the directions in which it is separated.

    Args:
        model: of all observations.
        apart: its directions, in the columns asked for.
        begin: thresholds and coefficients from which to go out, in the basis fitted.
    """
    outward = linalg.solve(model.basis.back, apart.outward)
    across = linalg.solve(model.basis.back, apart.directions)
    return SeparatedLimit(model, begin + _LIMIT * outward, linalg.null_space(across.T))

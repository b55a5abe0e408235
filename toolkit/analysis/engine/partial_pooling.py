"""Partial pooling of several effects: whether they vary, by how much, and each one shrunken.

Effects are a common mean plus a deviation of their own, ``theta_j ~ N(mu, tau^2)``, seen with
errors whose covariance is known up to a scale with ``df`` degrees of freedom.

* *Do they vary at all?* Wald's test of ``tau = 0`` by F, over contrasts between effects.
* *By how much?* ``tau`` where the squared contrasts are what they should be (R. C. Paule and
  J. Mandel 1982); its interval where they are no surprise (the Q profile of W. Viechtbauer 2007,
  with F in place of chi-squared, because the errors are estimated too). Each end holds by itself at
  half of what the level leaves, so that the lower one is above 0 exactly when the test rejects.
* *Each one*: drawn toward the mean, averaged over what ``tau`` may be under a flat prior (D. B.
  Rubin 1981), so that an estimate of ``tau`` of 0 does not make all of them equal and certain.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from toolkit.analysis.engine.array_types import Floats

FEWEST_EFFECTS = 3
"""Below it nothing tells how much effects vary."""
_GRID = 200
"""Values that ``tau`` is averaged over."""


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Contrasts between effects in coordinates with independent errors of variance 1."""

    seen: Floats
    """Shape (q - 1,)."""
    gain: Floats
    """How much a ``tau`` of 1 adds to the variance of each, shape (q - 1,)."""
    back: Floats
    """From coordinates to deviations from the mean, shape (q, q - 1)."""
    df: float
    """Degrees of freedom of the errors."""

    @property
    def p(self) -> float:
        """Of ``tau = 0``."""
        return float(stats.f.sf(self.square(0.0), len(self.seen), self.df))

    def square(self, tau: float) -> float:
        """Mean square of the coordinates, were ``tau`` true; 1 on average if it is.

        Args:
            tau: on the scale of the effects.
        """
        return float(np.mean(self.seen**2 / (1 + tau**2 * self.gain)))

    def spread(self, *, level: float) -> tuple[float, float, float]:
        """Give ``tau`` with its interval.

        Args:
            level: of the interval, between 0 and 1.
        """
        tail, size = (1 - level) / 2, len(self.seen)
        high, low = (float(stats.f.ppf(one, size, self.df)) for one in (tail, 1 - tail))
        return self._where(1.0), self._where(low), self._where(high)

    def shrunken(self) -> tuple[Floats, Floats]:
        """Give each deviation from the mean, drawn toward 0, and its variance; shape (q,)."""
        within = (np.arange(_GRID) + 0.5) / _GRID
        tau = within / (1 - within) / np.sqrt(np.median(self.gain))
        added = 1 + tau[:, None] ** 2 * self.gain
        squares = (self.seen**2 / added).sum(axis=1)
        size = len(self.seen)
        log = -0.5 * np.log(added).sum(axis=1) - 2 * np.log(1 - within)
        log -= (self.df + size) / 2 * np.log1p(squares / self.df)
        weight = np.exp(log - log.max())
        weight /= weight.sum()
        kept = 1 - 1 / added
        each = (kept * self.seen) @ self.back.T
        mean = weight @ each
        variance = weight @ (kept @ (self.back**2).T + (each - mean) ** 2)
        return mean, variance

    def _where(self, wanted: float) -> float:
        """Value of ``tau`` at which the mean square is what is wanted; 0 where it never is."""
        if self.square(0.0) <= wanted:
            return 0.0
        most = float(np.sqrt(np.max(self.seen**2 / self.gain) / wanted))
        return float(optimize.brentq(lambda tau: self.square(tau) - wanted, 0.0, most, xtol=1e-12))


def contrasts_between(
    effects: Floats, covariance: Floats, df: float, *, scale: float
) -> Contrasts | None:
    """Put contrasts between effects into coordinates with independent errors.

    Args:
        effects: shape (q,), two or more.
        covariance: of their errors, shape (q, q).
        df: degrees of freedom of ``covariance``.
        scale: how far apart answers lie; errors below a billionth of it are rounding.

    Returns:
        None where a contrast has no error to measure it by.
    """
    count = len(effects)
    basis = np.linalg.svd(np.eye(count) - 1 / count)[0][:, : count - 1]
    errors = basis.T @ covariance @ basis
    values = np.linalg.eigvalsh(errors)
    least = max(1e-12 * float(values[-1]), (1e-9 * scale) ** 2, 1e-300)
    if not values[0] > least:
        return None
    lower = np.linalg.cholesky(errors)
    inverse = np.linalg.inv(lower)
    gain, turn = np.linalg.eigh(inverse @ inverse.T)
    return Contrasts(turn.T @ inverse @ basis.T @ effects, gain, basis @ lower @ turn, df)

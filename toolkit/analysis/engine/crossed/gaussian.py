"""Gaussian mixed model: profiled REML or ML in the ratios of deviations.

``y = X beta + Z b + e`` with ``b ~ N(0, sigma^2 D^2)`` and ``e ~ N(0, sigma^2)``; D holds, for each
factor, the ratio of its standard deviation to the residual's. Everything is read off counts, means
and cross-products of cells (D. Bates, M. Mächler, B. Bolker, S. Walker 2015, section 3).
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import linalg

from toolkit.analysis.engine import Bools, Codes, Floats
from toolkit.analysis.engine.crossed.crossed_data import Means
from toolkit.analysis.engine.crossed.orthonormal_basis import Basis
from toolkit.analysis.engine.crossed.schur_complement import Crossed, Factored, Information

LARGEST_RATIO = 1e4
"""A factor whose deviation exceeds the residual's this often leaves nothing to the residual."""


@dataclass(frozen=True)
class Solved:
    """The model solved at given ratios."""

    value: float
    """Half the profiled criterion."""
    gradient: Floats
    """Of the same, by the ratios."""
    coefficients: Floats
    """In the basis fitted, about the least squares start."""
    squares: float
    """Penalized residual sum of squares."""
    inner: Floats
    """Inverse of ``X' V^-1 X`` where V has a residual variance of 1, shape (p, p)."""
    by_level: Floats
    """``Z' V^-1 [X, y - X beta]``, shape (levels, p + 1)."""
    factored: Factored


@dataclass(frozen=True)
class Gaussian:
    """The criterion of one data set as a function of the ratios."""

    crossed: Crossed
    basis: Basis
    profile: Codes
    means: Means
    restricted: bool
    """REML when true, else full likelihood."""

    @cached_property
    def rows(self) -> float:
        """Number of observations."""
        return float(self.means.count.sum())

    @property
    def freedom(self) -> float:
        """What the residual sum of squares is divided by."""
        return self.rows - (self.basis.rows.shape[1] if self.restricted else 0)

    def only(self, active: Bools) -> "Gaussian":
        """Give the model with some of its factors; the others are at 0 and leave its parameters.

        Args:
            active: one truth value a factor.
        """
        return replace(self, crossed=self.crossed.among(active))

    @cached_property
    def start(self) -> Floats:
        """Least squares coefficients: taken off the response before anything else."""
        weighted = np.bincount(
            self.profile, self.means.count * self.means.mean, minlength=len(self.basis.rows)
        )
        return self.basis.rows.T @ weighted / self.rows

    @cached_property
    def _products(self) -> tuple[Floats, Floats]:
        """Give ``Z'[X y]`` and ``[X y]'[X y]``, y less its least squares fit."""
        count, rows = self.means.count, self.basis.rows
        rest = self.means.mean - (rows @ self.start)[self.profile]
        levels = [self.crossed.gather(count * column[self.profile]) for column in rows.T]
        levels.append(self.crossed.gather(count * rest))
        size = rows.shape[1]
        inner = np.zeros((size + 1, size + 1))
        inner[:size, :size] = self.rows * np.eye(size)
        left = np.bincount(self.profile, count * rest, minlength=len(rows))
        inner[:size, size] = inner[size, :size] = rows.T @ left
        inner[size, size] = self.means.within + float(count @ rest**2)
        return np.column_stack(levels), inner

    @cached_property
    def _information(self) -> Information:
        return self.crossed.information(self.means.count)

    def solve(self, ratios: Floats, variance: float | None = None) -> Solved:
        """Solve at given ratios.

        Args:
            ratios: deviation of each factor over the residual's; the sign is without meaning.
            variance: the residual variance; by default the one that profiles it out.
        """
        levels, inner = self._products
        size = len(inner) - 1
        factored = self._information.factor(ratios)
        scales = self.crossed.scales(ratios)[:, None]
        solved = factored.solve(scales * levels)
        reduced = inner - (scales * levels).T @ solved
        lower = linalg.cholesky(reduced[:size, :size], lower=True)
        beta = linalg.cho_solve((lower, True), reduced[:size, size])
        squares = float(reduced[size, size] - reduced[:size, size] @ beta)
        by_level = levels - self._information.times(scales * solved)
        by_level[:, size] -= by_level[:, :size] @ beta
        inverse = linalg.cho_solve((lower, True), np.eye(size))
        slopes = factored.half_log_slopes() - self._restriction(ratios, by_level, inverse)
        unit = self.freedom / squares if variance is None else 1 / variance
        value = factored.log_determinant + self.freedom * (1 + np.log(2 * np.pi / unit))
        if self.restricted:
            value += 2 * float(np.log(np.diag(lower)).sum()) + self.basis.log_determinant
        fit = self._by_factor(by_level[:, size] ** 2)
        gradient = slopes - ratios * unit * fit
        return Solved(float(value) / 2, gradient, beta, squares, inverse, by_level, factored)

    def evaluate(self, ratios: Floats) -> tuple[float, Floats]:
        """Give half the profiled criterion and its gradient; infinite out of bounds."""
        if (np.abs(ratios) > LARGEST_RATIO).any():
            return np.inf, np.zeros(len(ratios))
        try:
            solved = self.solve(ratios)
        except np.linalg.LinAlgError:
            return np.inf, np.zeros(len(ratios))
        if not solved.squares > 0:
            return np.inf, np.zeros(len(ratios))
        return solved.value, solved.gradient

    def unprofiled(self, at: Floats) -> tuple[float, Floats]:
        """Give half the criterion by ratios and log residual variance, and its gradient."""
        ratios, variance = at[:-1], float(np.exp(at[-1]))
        solved = self.solve(ratios, variance)
        excess = solved.squares / variance - self.freedom
        return solved.value + excess / 2, np.append(solved.gradient, -excess / 2)

    def _restriction(self, ratios: Floats, by_level: Floats, inverse: Floats) -> Floats:
        if not self.restricted:
            return np.zeros(len(ratios))
        columns = by_level[:, :-1]
        return ratios * self._by_factor(np.einsum("ij,jk,ik->i", columns, inverse, columns))

    def _by_factor(self, levels: Floats) -> Floats:
        starts = self.crossed.starts
        return np.array(
            [levels[low:high].sum() for low, high in zip(starts, starts[1:], strict=False)]
        )

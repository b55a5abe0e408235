"""Binomial and cumulative logit models by Laplace's approximation, with its exact gradient.

``P(Y <= k) = 1 / (1 + exp(-(alpha_k - eta)))`` with ``eta = X beta + Z D u`` and ``u ~ N(0, I)``.
For an answer y the log-probability is

    a_y - log(1 + e^a_y) - log(1 + e^a_(y-1)) + log(1 - e^(alpha_(y-1) - alpha_y)),

with ``a_k = alpha_k - eta``: a sum over thresholds in which nothing cancels, plus a term of the
thresholds alone that keeps them in order. Two categories make it the binomial model.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.special import expit

from toolkit.analysis.engine import Bools, Codes, Floats, group_sums
from toolkit.analysis.engine.crossed.orthonormal_basis import Basis
from toolkit.analysis.engine.crossed.schur_complement import Crossed, Factored

_BOUND = 100.0
"""No deviation is searched beyond this, on the logit scale."""


@dataclass(frozen=True)
class Mode:
    """The conditional mode of the levels, and what was computed there."""

    levels: Floats
    """In units of their standard deviation."""
    a: Floats
    """Thresholds less linear predictor, shape (thresholds, cells)."""
    slopes: Floats
    """``d log-likelihood / d a``, shape (thresholds, cells)."""
    weights: Floats
    """Less the second derivative."""
    below: Floats
    """``P(Y <= k)``, shape (thresholds, cells)."""
    factored: Factored


@dataclass
class Laplace:
    """Minus the approximate log-likelihood of one data set as a function of all parameters.

    Parameters are, in this order, thresholds, coefficients in the basis fitted, and the standard
    deviation of each factor (its sign is without meaning).
    """

    crossed: Crossed
    basis: Basis
    profile: Codes
    counts: Floats
    """Observations of each category in each cell, shape (categories, cells)."""
    _levels: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._levels = np.zeros(self.crossed.starts[-1])

    @property
    def thresholds(self) -> int:
        """How many there are: one less than categories."""
        return int(self.counts.shape[0]) - 1

    @property
    def fixed(self) -> int:
        """How many thresholds and coefficients there are."""
        return self.thresholds + int(self.basis.rows.shape[1])

    @cached_property
    def _trials(self) -> Floats:
        """For each threshold the observations just below and just above it."""
        return self.counts[:-1] + self.counts[1:]

    @cached_property
    def _between(self) -> Floats:
        """Observations of each category that is neither lowest nor highest."""
        between: Floats = self.counts[1:-1].sum(1)
        return between

    def only(self, active: Bools) -> "Laplace":
        """Give the model with some of its factors; the others are at 0 and leave its parameters.

        Args:
            active: one truth value a factor.
        """
        smaller = Laplace(self.crossed.among(active), self.basis, self.profile, self.counts)
        smaller._levels = self._levels[np.repeat(active, self.crossed.sizes)]
        return smaller

    def evaluate(self, at: Floats) -> tuple[float, Floats]:
        """Give minus the log-likelihood and its gradient; infinite out of bounds."""
        alpha, sds = at[: self.thresholds], at[self.fixed :]
        if not self.in_order(at) or np.abs(sds).max(initial=0) > _BOUND:
            return np.inf, np.zeros(len(at))
        try:
            mode = self.mode(at)
        except np.linalg.LinAlgError:
            self._levels = np.zeros(self.crossed.starts[-1])
            return np.inf, np.zeros(len(at))
        gap, gap_slopes = self._gaps(alpha)
        value = mode.factored.log_determinant / 2 - gap
        value += float(mode.levels @ mode.levels) / 2 - self._likelihood(mode.a)
        gradient = self._gradient(at, mode)
        gradient[: self.thresholds] -= gap_slopes
        return float(value), gradient

    def in_order(self, at: Floats) -> bool:
        """Say whether the thresholds are in order."""
        return bool((np.diff(at[: self.thresholds]) > 0).all())

    def mode(self, at: Floats) -> Mode:
        """Find the most likely levels by Newton's method, to a decrement near 1e-20.

        The Hessian's determinant is part of the value, so a mode that is only nearly right would
        put its error into every standard error.
        """
        alpha, sds = at[: self.thresholds], at[self.fixed :]
        steady = (self.basis.rows @ at[self.thresholds : self.fixed])[self.profile]
        scales = self.crossed.scales(sds)
        levels, last = self._levels, np.inf
        for _ in range(100):
            eta = steady + self.crossed.spread(scales * levels) if len(sds) else steady
            mode = self._at(alpha, eta, levels, sds)
            pull = scales * self.crossed.gather(-mode.slopes.sum(0)) - levels
            step = mode.factored.solve(pull)
            decrement = float(pull @ step)
            if decrement < 1e-20 or (decrement < 1e-13 and decrement > last / 4):
                break
            last = decrement
            if decrement < 1e-4:
                levels = levels + step
            else:
                levels = self._uphill(alpha, steady, scales, mode, step)
        self._levels = levels
        return mode

    def _uphill(
        self, alpha: Floats, steady: Floats, scales: Floats, mode: Mode, step: Floats
    ) -> Floats:
        """Halve a Newton step, far from the mode, until it goes up."""
        reached = self._likelihood(mode.a) - mode.levels @ mode.levels / 2
        for _ in range(30):
            moved = mode.levels + step
            a = alpha[:, None] - (steady + self.crossed.spread(scales * moved))
            if self._likelihood(a) - moved @ moved / 2 >= reached:
                return moved
            step = step / 2
        return mode.levels

    def _at(self, alpha: Floats, eta: Floats, levels: Floats, sds: Floats) -> Mode:
        a = alpha[:, None] - eta
        below = expit(a)
        expected = self._trials * below
        weights = expected * (1 - below)
        factored = self.crossed.information(weights.sum(0)).factor(sds)
        return Mode(levels, a, self.counts[:-1] - expected, weights, below, factored)

    def _likelihood(self, a: Floats) -> float:
        """Give the part of the log-likelihood that is a sum over thresholds."""
        soft = np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))
        return float(np.vdot(self.counts[:-1], a) - np.vdot(self._trials, soft))

    def _gaps(self, alpha: Floats) -> tuple[float, Floats]:
        """Give the part that depends on the thresholds alone, and its slopes."""
        gaps = np.diff(alpha)
        value = float(self._between @ np.log(-np.expm1(-gaps)))
        pull = self._between * np.exp(-gaps) / -np.expm1(-gaps)
        slopes = np.zeros(len(alpha))
        slopes[1:] += pull
        slopes[:-1] -= pull
        return value, slopes

    def _gradient(self, at: Floats, mode: Mode) -> Floats:
        """Explicit part, and the part through the mode by way of leverages."""
        sds = at[self.fixed :]
        crossed, factored = self.crossed, mode.factored
        scales = crossed.scales(sds)
        third = mode.weights * (1 - 2 * mode.below)
        pull, weight = -mode.slopes.sum(0), mode.weights.sum(0)
        if len(sds) == 0:
            return np.concatenate([-mode.slopes.sum(1), -self._columns(pull)])
        leverage = factored.leverages()
        bend = leverage * third.sum(0)
        turn = factored.solve(scales * crossed.gather(bend))
        carried = crossed.spread(scales * turn)
        alphas = -mode.slopes.sum(1) + (third @ leverage - mode.weights @ carried) / 2
        through = -pull - bend / 2 + carried * weight / 2
        betas = self._columns(through)
        each = crossed.each(mode.levels)
        direct = crossed.gather(pull) * turn / 2
        deviations = factored.half_log_slopes() + [
            float(through @ one) - direct[low:high].sum()
            for one, low, high in zip(each, crossed.starts, crossed.starts[1:], strict=False)
        ]
        return np.concatenate([alphas, betas, deviations])

    def _columns(self, cells: Floats) -> Floats:
        """Sum over the cells of every fixed column."""
        rows = self.basis.rows
        return rows.T @ np.bincount(self.profile, cells, minlength=len(rows))

    def penalized(self, at: Floats) -> tuple[Floats, Floats]:
        """Give slopes and information of thresholds and coefficients, the levels at their mode.

        Without the determinant's part: where a fit begins.
        """
        mode, rows, m = self.mode(at), self.basis.rows, self.thresholds
        alpha = at[:m]
        by_profile = group_sums(self.profile, mode.weights.T, len(rows))
        information = np.zeros((self.fixed, self.fixed))
        information[:m, :m] = np.diag(by_profile.sum(0)) + self._gap_information(alpha)
        information[:m, m:] = -by_profile.T @ rows
        information[m:, :m] = information[:m, m:].T
        information[m:, m:] = rows.T @ (by_profile.sum(1)[:, None] * rows)
        weight = mode.weights.sum(0)
        scales = self.crossed.scales(at[self.fixed :])
        shared = [-self.crossed.gather(one) for one in mode.weights]
        shared += [self.crossed.gather(weight * one[self.profile]) for one in rows.T]
        levels = scales[:, None] * np.column_stack(shared)
        information -= levels.T @ mode.factored.solve(levels)
        slopes = np.concatenate(
            [mode.slopes.sum(1) + self._gaps(alpha)[1], self._columns(-mode.slopes.sum(0))]
        )
        return slopes, information

    def _gap_information(self, alpha: Floats) -> Floats:
        gaps = np.diff(alpha)
        bends = self._between * np.exp(-gaps) / np.expm1(-gaps) ** 2
        shape = np.diff(np.eye(len(alpha)), axis=0)
        information: Floats = shape.T @ (bends[:, None] * shape)
        return information

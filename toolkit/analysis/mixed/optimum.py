"""The best parameters of a model: a descent, deviations at their boundary set to 0, a polish."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from toolkit.analysis.mixed.descent import Array, Evaluate, curvature, descend

_NO_WORSE = 1e-7
"""A deviation is 0 when setting it so raises minus the log-likelihood by no more than this."""
_ASIDE = 0.03
"""Where a deviation at 0 is tried again."""


@dataclass(frozen=True)
class Optimum:
    """Where a model fits best."""

    at: Array
    value: float
    hessian: Array
    """Of the free parameters, shape (free, free)."""
    free: NDArray[np.bool_]
    """False for a deviation that stands at 0."""
    evaluations: int
    converged: bool


def optimum(evaluate: Evaluate, start: Array, inverse: Array, deviations: int) -> Optimum:
    """Minimize over parameters of which the last are standard deviations.

    A deviation enters by its square, so a start away from 0 can end there and its sign says
    nothing; a fit that ends beside 0 is taken to be at 0.

    Args:
        evaluate: value and gradient.
        start: shape (n,).
        inverse: what to take for the inverse Hessian there, shape (n, n).
        deviations: how many of the parameters, at the end, are standard deviations.
    """
    free = np.ones(len(start), dtype=bool)
    at, used, freed = start.copy(), 0, list[int]()
    while True:
        found = descend(_over(evaluate, at, free), at[free], inverse[np.ix_(free, free)])
        used += found.evaluations
        at[free] = found.at
        gone = _at_zero(evaluate, at, found.value, free, deviations)
        if gone is not None:
            at[gone], free[gone] = 0.0, False
            continue
        back = _away_from_zero(evaluate, at, found.value, free) if len(freed) < deviations else None
        if back is None:
            break
        at[back], free[back] = _ASIDE, True
        freed.append(back)
    return _polish(evaluate, at, free, found.inverse, used, found.converged)


def _over(evaluate: Evaluate, at: Array, free: NDArray[np.bool_]) -> Evaluate:
    """Give the function of the free parameters alone."""

    def of_free(some: Array) -> tuple[float, Array]:
        full = at.copy()
        full[free] = some
        value, gradient = evaluate(full)
        return value, gradient[free]

    return of_free


def _at_zero(
    evaluate: Evaluate, at: Array, value: float, free: NDArray[np.bool_], deviations: int
) -> int | None:
    """Find the smallest free deviation that may as well be 0."""
    places = [int(one) for one in np.flatnonzero(free) if one >= len(at) - deviations]
    for place in sorted(places, key=lambda one: abs(at[one])):
        without = at.copy()
        without[place] = 0.0
        if abs(at[place]) < 0.1 and evaluate(without)[0] <= value + _NO_WORSE:
            return place
    return None


def _away_from_zero(
    evaluate: Evaluate, at: Array, value: float, free: NDArray[np.bool_]
) -> int | None:
    """Find a deviation that was set to 0 and, now that others moved, fits better beside it."""
    for place in np.flatnonzero(~free):
        aside = at.copy()
        aside[place] = _ASIDE
        if evaluate(aside)[0] < value - _NO_WORSE:
            return int(place)
    return None


def _polish(
    evaluate: Evaluate,
    at: Array,
    free: NDArray[np.bool_],
    inverse: Array,
    used: int,
    converged: bool,
) -> Optimum:
    """Take Newton steps with the Hessian that the standard errors need anyway."""
    inner = _over(evaluate, at, free)
    here = at[free]
    value, gradient = inner(here)
    steps = np.clip(1e-3 * np.sqrt(np.abs(np.diag(inverse))), 1e-7, 1e-2)
    for _ in range(3):
        hessian = curvature(inner, here, steps)
        used += 2 * len(here) + 1
        try:
            step = -linalg.cho_solve(linalg.cho_factor(hessian), gradient)
        except linalg.LinAlgError:
            converged = False
            break
        reached, slopes = inner(here + step)
        decrement = -float(step @ gradient)
        if not reached <= value + 1e-8:
            converged = converged and decrement < 1e-6
            break
        here, value, gradient, converged = here + step, reached, slopes, True
        steps = np.clip(1e-3 * np.sqrt(np.diag(linalg.inv(hessian))), 1e-7, 1e-2)
        if decrement < 1e-9:
            break
    full = at.copy()
    full[free] = here
    return Optimum(full, value, hessian, free, used, converged)

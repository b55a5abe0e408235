"""Maximum of a likelihood whose standard deviations may be 0."""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from toolkit.analysis.engine import Bools, Floats
from toolkit.analysis.engine.crossed.bfgs import curvature, descend
from toolkit.analysis.engine.crossed.gaussian import Gaussian
from toolkit.analysis.engine.crossed.separated_limit import SeparatedLimit

_NO_WORSE = 1e-7
"""A deviation is 0 when setting it so raises minus the log-likelihood by no more than this."""
_ASIDE = 0.03
"""Where a deviation at 0 is tried again."""


Criterion = Gaussian | SeparatedLimit
"""What is minimized: a function of parameters of which the last are standard deviations."""


@dataclass(frozen=True)
class Optimum:
    """Where a model fits best."""

    at: Floats
    value: float
    hessian: Floats
    """Of the free parameters, shape (free, free)."""
    free: Bools
    """False for a deviation that stands at 0."""
    converged: bool


def optimum(model: Criterion, start: Floats, inverse: Floats, deviations: int) -> Optimum:
    """Minimize over parameters of which the last are standard deviations.

    A deviation enters by its square, so a start away from 0 can end there and its sign says
    nothing; a fit that ends beside 0 is taken to be at 0.

    Args:
        model: value and gradient.
        start: shape (n,).
        inverse: what to take for the inverse Hessian there, shape (n, n).
        deviations: how many of the parameters, at the end, are standard deviations.
    """
    fixed = len(start) - deviations
    free = np.ones(len(start), dtype=bool)
    at, freed = start.copy(), list[int]()
    while True:
        inner = model.only(free[fixed:])
        found = descend(inner.evaluate, at[free], inverse[np.ix_(free, free)])
        at[free] = found.at
        gone = _at_zero(model, at, found.value, free, fixed)
        if gone is not None:
            at[gone], free[gone] = 0.0, False
            continue
        back = _off_zero(model, at, found.value, free, fixed) if len(freed) < deviations else None
        if back is None:
            break
        at[back], free[back] = _ASIDE, True
        freed.append(back)
    return _polish(inner, at, free, found.inverse, found.converged)


def _value(model: Criterion, at: Floats, free: Bools, fixed: int) -> float:
    return model.only(free[fixed:]).evaluate(at[free])[0]


def _at_zero(model: Criterion, at: Floats, value: float, free: Bools, fixed: int) -> int | None:
    """Find the smallest free deviation that may as well be 0."""
    places = [int(one) for one in np.flatnonzero(free) if one >= fixed]
    for place in sorted(places, key=lambda one: abs(at[one])):
        rest = free.copy()
        rest[place] = False
        if abs(at[place]) < 0.1 and _value(model, at, rest, fixed) <= value + _NO_WORSE:
            return place
    return None


def _off_zero(model: Criterion, at: Floats, value: float, free: Bools, fixed: int) -> int | None:
    """Find a deviation that was set to 0 and, now that others moved, fits better beside it."""
    for place in np.flatnonzero(~free):
        aside, more = at.copy(), free.copy()
        aside[place], more[place] = _ASIDE, True
        if _value(model, aside, more, fixed) < value - _NO_WORSE:
            return int(place)
    return None


def _polish(
    model: Criterion,
    at: Floats,
    free: Bools,
    inverse: Floats,
    converged: bool,
) -> Optimum:
    """Take Newton steps with the Hessian that the standard errors need anyway."""
    here = at[free]
    value, gradient = model.evaluate(here)
    steps = np.clip(1e-3 * np.sqrt(np.abs(np.diag(inverse))), 1e-7, 1e-2)
    for _ in range(3):
        hessian = curvature(model.evaluate, here, steps)
        try:
            step = -linalg.cho_solve(linalg.cho_factor(hessian), gradient)
        except linalg.LinAlgError:
            converged = False
            break
        reached, slopes = model.evaluate(here + step)
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
    return Optimum(full, value, hessian, free, converged)

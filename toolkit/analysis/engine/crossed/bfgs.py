"""BFGS with exact gradients, and the Hessian by central differences of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from toolkit.analysis.engine import Floats

_TOLERANCE = 1e-10
"""Half the squared Newton step, in the metric of the Hessian, below which a descent stops."""
_MOST = 300
"""Largest number of evaluations."""
Evaluate = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True)
class Minimum:
    """Where a descent ended."""

    at: Floats
    value: float
    inverse: Floats
    """Approximation of the inverse Hessian that the descent built up."""
    converged: bool


def descend(evaluate: Evaluate, start: Floats, inverse: Floats) -> Minimum:
    """Find a minimum by BFGS with a weak Wolfe search (A. S. Lewis, M. L. Overton 2013).

    Args:
        evaluate: gives value and gradient; an infinite value says that a point is out of bounds.
        start: where to begin, shape (n,).
        inverse: what to take for the inverse Hessian there, shape (n, n).
    """
    at, (value, gradient) = start, evaluate(start)
    used = 1
    while used < _MOST:
        step = -inverse @ gradient
        slope = float(step @ gradient)
        if -slope < 2 * _TOLERANCE:
            return Minimum(at, value, inverse, True)
        length, there, slopes, tried = _search(evaluate, at, value, step, slope, _MOST - used)
        used += tried
        if slopes is None:
            break
        move, change = length * step, slopes - gradient
        at, value, gradient = at + move, there, slopes
        inverse = _update(inverse, move, change)
    return Minimum(at, value, inverse, False)


def curvature(evaluate: Evaluate, at: Floats, steps: Floats) -> Floats:
    """Hessian by central differences of the gradient, made symmetric; shape (n, n).

    Args:
        evaluate: gives value and gradient; only the gradient is used.
        at: the point, shape (n,).
        steps: how far to go to either side in each direction, above 0, shape (n,).
    """
    rows = [
        (evaluate(at + shift)[1] - evaluate(at - shift)[1]) / (2 * length)
        for shift, length in zip(np.diag(steps), steps, strict=True)
    ]
    hessian = np.array(rows).reshape(len(at), len(at))
    symmetric: Floats = (hessian + hessian.T) / 2
    return symmetric


def _search(
    evaluate: Evaluate, at: Floats, value: float, step: Floats, slope: float, most: int
) -> tuple[float, float, Floats | None, int]:
    """Find a step that goes down enough and after which the slope has flattened.

    Returns:
        Its length, value and gradient there, None when there is none, and evaluations.
    """
    low, high, length = 0.0, np.inf, 1.0
    kept: tuple[float, float, Floats | None] = (0.0, value, None)
    noise = 1e-14 * abs(value)
    for used in range(1, min(most, 40) + 1):
        here, gradient = evaluate(at + length * step)
        if not here <= value + 1e-4 * length * slope + noise:
            high = length
        else:
            kept = (length, here, gradient)
            if float(gradient @ step) >= 0.9 * slope:
                return *kept, used
            low = length
        length = (low + high) / 2 if np.isfinite(high) else 2 * length
    return *kept, min(most, 40)


def _update(inverse: Floats, move: Floats, change: Floats) -> Floats:
    along = float(move @ change)
    if along <= 1e-12 * float(np.linalg.norm(move) * np.linalg.norm(change)):
        return inverse
    shrink = np.eye(len(move)) - np.outer(move, change) / along
    updated: Floats = shrink @ inverse @ shrink.T + np.outer(move, move) / along
    return updated

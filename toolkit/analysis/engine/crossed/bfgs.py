"""BFGS with exact gradients, and the Hessian by central differences of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from toolkit.analysis.engine import Floats

Evaluate = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True)
class Minimum:
    """Where a descent ended."""

    at: Floats
    value: float
    gradient: Floats
    inverse: Floats
    """Approximation of the inverse Hessian that the descent built up."""
    evaluations: int
    converged: bool


def descend(
    evaluate: Evaluate, start: Floats, inverse: Floats, *, tolerance: float = 1e-10, most: int = 300
) -> Minimum:
    """Find a minimum by BFGS with a weak Wolfe search (A. S. Lewis, M. L. Overton 2013).

    Args:
        evaluate: gives value and gradient; an infinite value says that a point is out of bounds.
        start: where to begin, shape (n,).
        inverse: what to take for the inverse Hessian there, shape (n, n).
        tolerance: stop when half the squared Newton step, in the metric of the Hessian, is less.
        most: largest number of evaluations.
    """
    at, (value, gradient) = start, evaluate(start)
    used = 1
    while used < most:
        step = -inverse @ gradient
        slope = float(step @ gradient)
        if -slope < 2 * tolerance:
            return Minimum(at, value, gradient, inverse, used, True)
        found = _search(evaluate, at, value, step, slope, most - used)
        used += found.evaluations
        if found.gradient is None:
            break
        move, change = found.length * step, found.gradient - gradient
        at, value, gradient = at + move, found.value, found.gradient
        inverse = _update(inverse, move, change)
    return Minimum(at, value, gradient, inverse, used, False)


def curvature(evaluate: Evaluate, at: Floats, steps: Floats) -> Floats:
    """Hessian by central differences of the gradient, made symmetric; shape (n, n).

    Args:
        evaluate: gives value and gradient; only the gradient is used.
        at: the point, shape (n,).
        steps: how far to go to either side in each direction, above 0, shape (n,).
    """
    rows = []
    for index, length in enumerate(steps):
        shift = np.zeros(len(at))
        shift[index] = length
        rows.append((evaluate(at + shift)[1] - evaluate(at - shift)[1]) / (2 * length))
    hessian = np.array(rows).reshape(len(at), len(at))
    symmetric: Floats = (hessian + hessian.T) / 2
    return symmetric


@dataclass(frozen=True)
class _Found:
    length: float
    value: float
    gradient: Floats | None
    evaluations: int


def _search(
    evaluate: Evaluate, at: Floats, value: float, step: Floats, slope: float, most: int
) -> _Found:
    """Find a step that goes down enough and after which the slope has flattened."""
    low, high, length = 0.0, np.inf, 1.0
    kept = _Found(0.0, value, None, 0)
    noise = 1e-14 * abs(value)
    for used in range(1, min(most, 40) + 1):
        here, gradient = evaluate(at + length * step)
        if not here <= value + 1e-4 * length * slope + noise:
            high = length
        else:
            kept = _Found(length, here, gradient, used)
            if float(gradient @ step) >= 0.9 * slope:
                return kept
            low = length
        length = (low + high) / 2 if np.isfinite(high) else 2 * length
    return _Found(kept.length, kept.value, kept.gradient, min(most, 40))


def _update(inverse: Floats, move: Floats, change: Floats) -> Floats:
    along = float(move @ change)
    if along <= 1e-12 * float(np.linalg.norm(move) * np.linalg.norm(change)):
        return inverse
    shrink = np.eye(len(move)) - np.outer(move, change) / along
    updated: Floats = shrink @ inverse @ shrink.T + np.outer(move, move) / along
    return updated

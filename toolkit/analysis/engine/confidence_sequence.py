"""Betting confidence sequence of a bounded mean (I. Waudby-Smith and A. Ramdas 2024).

A t-test after every rater finds differences that are not there in a quarter of studies. A
**confidence sequence** is a run of intervals that all hold together with probability ``level``, so
a study may be looked at after every unit and stopped at any of them.

The method is the hedged capital process of I. Waudby-Smith and A. Ramdas (2024, "Estimating means
of bounded random variables by betting"). For each candidate mean somebody bets that units lie
above it, and somebody else that they lie below; each starts with half a unit of money, and at the
true mean neither can expect to gain. A candidate is given up while either has more than
``1 / (1 - level)``, which at the true mean ever happens with probability ``1 - level`` at most
(J. Ville 1939). This holds for any distribution within the bounds and for any number of units.
"""

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from toolkit.analysis.engine.array_types import Codes, Floats
from toolkit.errors import AnalysisError

CAUTION = 0.9
"""Largest share of the capital that is bet at once; any number below 1 is valid."""
_HALVINGS = 50


class ConfidenceSequence(NamedTuple):
    """The mean so far and its interval after each unit; arrays of shape (n,)."""

    n: Codes
    estimate: Floats
    low: Floats
    high: Floats


def confidence_sequence(
    differences: ArrayLike, bounds: tuple[float, float], *, level: float = 0.95
) -> ConfidenceSequence:
    """Betting confidence sequence of a mean (I. Waudby-Smith and A. Ramdas 2024).

    Estimand: the mean that each unit has, given those before it. Assumes that this mean is the
    same for all, as for raters drawn at random, or scenarios released in random order; neither
    their distribution nor its variance matters.

    Args:
        differences: one number a unit in the order in which units were finished, shape (n,).
        bounds: lowest and highest number a unit could have had.
        level: between 0 and 1, of all intervals together.

    Returns:
        In the differences' own unit.

    Raises:
        AnalysisError: if a difference is missing or outside the bounds.
    """
    units = _within(differences, bounds)
    wanted = log(2 / (1 - level))
    low = _end(units, wanted, level)
    high = 1 - _end(1 - units, wanted, level)
    span = bounds[1] - bounds[0]
    count = np.arange(1, len(units) + 1)
    return ConfidenceSequence(
        count,
        bounds[0] + span * np.cumsum(units) / count,
        bounds[0] + span * low,
        bounds[0] + span * high,
    )


def evidence_against(
    differences: ArrayLike,
    bounds: tuple[float, float],
    *,
    null: float = 0.0,
    level: float = 0.95,
) -> Floats:
    """Give the money won against one candidate mean after each unit.

    1 divided by it is a p-value that holds at any look: it is at most ``1 - level`` exactly when
    the interval of ``sequence`` leaves the candidate out.

    Args:
        differences: shape (..., n): one study a row.
        bounds: lowest and highest number a unit could have had.
        null: the candidate, strictly within the bounds.
        level: which sequence it belongs to.

    Returns:
        Shape (..., n).

    Raises:
        AnalysisError: if a difference is missing or outside the bounds.
    """
    units = _within(differences, bounds)
    at = np.full(units.shape[:-1], (null - bounds[0]) / (bounds[1] - bounds[0]))
    above = _log_capital(units, at, level)
    below = _log_capital(1 - units, 1 - at, level)
    won: Floats = np.exp(np.maximum(above, below)) / 2
    return won


def _within(differences: ArrayLike, bounds: tuple[float, float]) -> Floats:
    """Bring units to 0 to 1."""
    values = np.asarray(differences, "float64")
    if not (np.isfinite(values).all() and np.isfinite(bounds).all() and bounds[0] < bounds[1]):
        raise AnalysisError(
            "sequence: got a difference or a bound that is missing or infinite; wanted finite "
            "ones, the lower bound below the upper. Leave units without a difference out."
        )
    outside = values[(values < bounds[0] - 1e-9) | (values > bounds[1] + 1e-9)]
    if outside.size:
        raise AnalysisError(
            f"sequence: got a difference of {outside.flat[0]:g}; wanted it within {bounds[0]:g} "
            f"and {bounds[1]:g}. Give the bounds that the outcome's scale sets."
        )
    units: Floats = np.clip((values - bounds[0]) / (bounds[1] - bounds[0]), 0, 1)
    return units


def _stakes(units: Floats, level: float) -> Floats:
    """Choose each bet from the units before it: small where they vary, and smaller with time."""
    count = np.arange(1, units.shape[-1] + 1)
    mean = (0.5 + np.cumsum(units, axis=-1)) / (count + 1)
    variance = (0.25 + np.cumsum((units - mean) ** 2, axis=-1)) / (count + 1)
    first = np.full((*units.shape[:-1], 1), 0.25)
    before = np.concatenate([first, variance[..., :-1]], axis=-1)
    stakes: Floats = np.sqrt(2 * log(2 / (1 - level)) / (before * count * np.log(count + 1)))
    return stakes


def _log_capital(units: Floats, at: Floats, level: float) -> Floats:
    """Give the logarithm of what betting on units above ``at`` has made, shape of ``units``."""
    limit = CAUTION / np.maximum(at, 1e-12)
    stakes = np.minimum(_stakes(units, level), limit[..., None])
    made: Floats = np.cumsum(np.log1p(stakes * (units - at[..., None])), axis=-1)
    return made


def _end(units: Floats, wanted: float, level: float) -> Floats:
    """Find, for each n, the smallest candidate that betting above it has not made enough of."""
    size = len(units)
    low, high = np.zeros(size), np.ones(size)
    every = np.broadcast_to(units, (size, size))
    for _ in range(_HALVINGS if size else 0):
        middle = (low + high) / 2
        won = np.diagonal(_log_capital(every, middle, level)) >= wanted
        low, high = np.where(won, middle, low), np.where(won, high, middle)
    return np.where(low > 0, high, 0.0) if size else low

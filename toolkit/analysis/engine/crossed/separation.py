"""Complete and quasi-complete separation (A. Albert, J. A. Anderson 1984), by linear programs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg, optimize

from toolkit.analysis.engine import Bools, Floats

_FAR = 8.0
"""Where answers part completely, a fit stops only when its predictors are far beyond this."""


@dataclass(frozen=True)
class Separation:
    """Directions in which the likelihood never stops rising."""

    directions: Floats
    """An orthonormal basis of them, shape (coefficients, directions)."""
    signs: Floats
    """For each coefficient 0 when it stays finite, 1 or -1 for where it runs, NaN for both."""

    @property
    def found(self) -> bool:
        """Whether there is any."""
        return bool(self.directions.size)


def separation(rows: Floats, counts: Floats, reached: Floats) -> Separation:
    """Find complete and quasi-complete separation (A. Albert, J. A. Anderson 1984).

    A direction of thresholds and coefficients that moves no observation's answer to the wrong
    side of its thresholds, and some to the right side, raises the likelihood for ever. The levels
    of random factors stay finite whatever the coefficients do, so the fixed part alone decides.

    Args:
        rows: fixed columns without an intercept, shape (profiles, p).
        counts: observations of each category by profile, shape (profiles, categories).
        reached: fitted thresholds, then coefficients; if all stayed near, nothing is searched.

    Returns:
        Over thresholds, then coefficients.
    """
    thresholds, size = counts.shape[1] - 1, len(reached)
    none = Separation(np.zeros((size, 0)), np.zeros(size))
    middle = counts.sum(1) @ rows / counts.sum()
    predictor = (rows - middle) @ reached[thresholds:]
    shifted = reached[:thresholds] - middle @ reached[thresholds:]
    if np.abs(np.concatenate([predictor, shifted])).max() < _FAR:
        return none
    scale = np.append(np.ones(thresholds), np.maximum(np.abs(rows).max(0, initial=0), 1e-300))
    margins = _margins(rows, counts > 0) / scale
    if _furthest(-margins.sum(0), margins) is None:
        return none
    found, signs = [], np.zeros(size)
    for place in range(size):
        for sign in (1.0, -1.0):
            aim = np.zeros(size)
            aim[place] = -sign
            direction = _furthest(aim, margins)
            if direction is not None:
                signs[place] = np.nan if signs[place] else sign
                found.append(direction / scale)
    return Separation(linalg.orth(np.array(found).T), signs)


def _margins(rows: Floats, seen: Bools) -> Floats:
    """Give for every answer seen the distances to its thresholds, as rows of coefficients."""
    thresholds = seen.shape[1] - 1
    parts = []
    for category in range(seen.shape[1]):
        some = rows[seen[:, category]]
        for threshold, side in ((category, 1.0), (category - 1, -1.0)):
            if 0 <= threshold < thresholds:
                at = np.zeros((len(some), thresholds))
                at[:, threshold] = side
                parts.append(np.column_stack([at, -side * some]))
    return np.unique(np.concatenate(parts), axis=0)


def _furthest(aim: Floats, margins: Floats) -> Floats | None:
    """Go as far as a box allows along directions that take no margin below 0."""
    limits = np.zeros(len(margins))
    answer: Any = optimize.linprog(aim, A_ub=-margins, b_ub=limits, bounds=(-1, 1))
    if answer.status != 0 or answer.fun > -1e-6:
        return None
    direction: Floats = answer.x
    return direction

"""Complete and quasi-complete separation (A. Albert, J. A. Anderson 1984), by linear programs."""

from collections.abc import Sequence
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
    """An orthonormal basis of what they span, shape (coefficients, directions)."""
    outward: Floats
    """The one of them that moves every parted answer by at least 1, shape (coefficients,)."""
    signs: Floats
    """For each coefficient 0 when it stays finite, 1 or -1 for where it runs, NaN for both."""

    @property
    def found(self) -> bool:
        """Whether there is any."""
        return bool(self.directions.size)


def separation(rows: Floats, counts: Floats, reached: Floats | None) -> Separation:
    """Find complete and quasi-complete separation (A. Albert, J. A. Anderson 1984).

    A direction of thresholds and coefficients that moves no observation's answer to the wrong
    side of its thresholds, and some to the right side, raises the likelihood for ever. The levels
    of random factors stay finite whatever the coefficients do, so the fixed part alone decides.

    Args:
        rows: fixed columns without an intercept, shape (profiles, p).
        counts: observations of each category by profile, shape (profiles, categories).
        reached: fitted thresholds, then coefficients; if all stayed near, nothing is searched.
            None where the fit came to no end: then there is always a search.

    Returns:
        Over thresholds, then coefficients.
    """
    size = counts.shape[1] - 1 + rows.shape[1]
    none = Separation(np.zeros((size, 0)), np.zeros(size), np.zeros(size))
    if reached is not None and _near(rows, counts, reached):
        return none
    thresholds = counts.shape[1] - 1
    scale = np.append(np.ones(thresholds), np.maximum(np.abs(rows).max(0, initial=0), 1e-300))
    margins = _margins(rows, counts > 0) / scale
    first = _furthest(-margins.sum(0), margins)
    if first is None:
        return none
    found, signs = [first], np.zeros(size)
    for place, aim in enumerate(np.eye(size)):
        for sign in (1.0, -1.0):
            direction = _furthest(-sign * aim, margins)
            if direction is not None:
                signs[place] = np.nan if signs[place] else sign
                found.append(direction)
    found += _rest(found, margins)
    directions = linalg.orth((np.array(found) / scale).T)
    return Separation(directions, _outward(np.sum(found, axis=0), margins) / scale, signs)


def _near(rows: Floats, counts: Floats, reached: Floats) -> bool:
    """Say whether a fit stayed where nothing can be parted."""
    thresholds = counts.shape[1] - 1
    middle = counts.sum(1) @ rows / counts.sum()
    predictor = (rows - middle) @ reached[thresholds:]
    shifted = reached[:thresholds] - middle @ reached[thresholds:]
    return bool(np.abs(np.concatenate([predictor, shifted])).max() < _FAR)


def _rest(found: Sequence[Floats], margins: Floats) -> list[Floats]:
    """Find directions that the farthest ones along each coefficient do not span."""
    more: list[Floats] = []
    while True:
        across = linalg.null_space(np.array([*found, *more])).T
        tried = (_furthest(sign * one, margins) for one in across for sign in (1.0, -1.0))
        another = next((one for one in tried if one is not None), None)
        if another is None:
            return more
        more.append(another)


def _outward(inner: Floats, margins: Floats) -> Floats:
    """Find the shortest direction that moves all that any direction moves by at least 1.

    Args:
        inner: a direction that moves all of them somewhat.
        margins: distances of answers to thresholds, as rows of coefficients.
    """
    moved = margins @ inner > 1e-7
    size = margins.shape[1]
    # Variables are the direction, and how far its largest entry is from 0.
    box = np.column_stack([np.vstack([np.eye(size), -np.eye(size)]), -np.ones(2 * size)])
    push = np.column_stack([-margins, np.zeros(len(margins))])
    answer: Any = optimize.linprog(
        np.append(np.zeros(size), 1.0),
        A_ub=np.vstack([push, box]),
        b_ub=np.concatenate([-moved.astype(float), np.zeros(2 * size)]),
        bounds=(None, None),
    )
    found = answer.x[:size] if answer.status == 0 else inner / (margins[moved] @ inner).min()
    outward: Floats = found
    return outward


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

"""Delete-one-cluster estimates: without one scenario, or without one rater.

Both are had by taking one part off the normal equations: the levels nested in what is left out are
eliminated, so the equations are a sum with one term for each cluster.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from toolkit.analysis.engine.arrays import Bools, Codes, Floats, group_sums

_RIDGE = 1e-11
"""Relative to the diagonal: makes the equations regular and moves no number that is estimable."""
_LOST = 1e6
"""Times the information lost at which an effect is no longer estimable."""


@dataclass(frozen=True, slots=True)
class Equations:
    """Rows to fit, and how they are grouped."""

    columns: Floats
    """Shape (n, k)."""
    value: Floats
    weight: Floats
    cluster: Codes
    """What is left out, one at a time."""
    nested: Codes | None
    """Levels within clusters, or the clusters themselves; None: there are none to sweep out."""
    other: Codes | None
    """Levels that cross the clusters; None when there are none."""


def without_each(equations: Equations, wanted: Floats, own: Bools) -> Floats:
    """Estimate combinations of coefficients without each cluster in turn.

    Rows keep the weights they have with everything in.

    Args:
        equations: what is fitted.
        wanted: combinations of the columns' coefficients, shape (k, q).
        own: rows on which each combination is seen, shape (n, q).

    Returns:
        Shape (clusters, q); NaN where what is left does not tell.
    """
    parts = list(_parts(equations))
    matrix = sum((part for part, _ in parts), np.zeros_like(parts[0][0]))
    right = sum((part for _, part in parts), np.zeros_like(parts[0][1]))
    ridge = np.diag(matrix) * _RIDGE
    ridge = np.where(ridge > 0, ridge, ridge.max(initial=_RIDGE))
    padded = np.vstack([np.zeros((len(matrix) - len(wanted), wanted.shape[1])), wanted])
    seen = group_sums(equations.cluster, own.astype("float64"))
    total, estimates = seen.sum(axis=0), []
    full = _information(matrix, ridge, padded)
    for index, (part, part_right) in enumerate(parts):
        factor = cho_factor(matrix - part + np.diag(ridge), check_finite=False)
        solved = cho_solve(factor, padded, check_finite=False)
        spent = np.einsum("ij,ij->j", padded, solved)
        known = (spent < _LOST * full) & (total > seen[index])
        estimates.append(np.where(known, solved.T @ (right - part_right), np.nan))
    return np.array(estimates)


def ranges(estimates: Floats) -> list[tuple[float, float] | None]:
    """Give the lowest and highest of each column; None where one of them is not known."""
    return [
        (float(column.min()), float(column.max())) if np.isfinite(column).all() else None
        for column in estimates.T
    ]


def _information(matrix: Floats, ridge: Floats, padded: Floats) -> Floats:
    factor = cho_factor(matrix + np.diag(ridge), check_finite=False)
    spent: Floats = np.einsum("ij,ij->j", padded, cho_solve(factor, padded, check_finite=False))
    return spent


def _parts(equations: Equations) -> Iterator[tuple[Floats, Floats]]:
    """Give each cluster's share of the normal equations, its nested levels eliminated."""
    order = np.argsort(equations.cluster, kind="stable")
    edges = np.cumsum(np.bincount(equations.cluster))[:-1]
    levels = 0 if equations.other is None else int(equations.other.max()) + 1
    for rows in np.split(order, edges):
        made = np.zeros((len(rows), levels + equations.columns.shape[1]))
        if equations.other is not None:
            made[np.arange(len(rows)), equations.other[rows]] = 1.0
        made[:, levels:] = equations.columns[rows]
        value, weight = equations.value[rows], equations.weight[rows]
        left, left_value = made, value
        if equations.nested is not None:
            _, inside = np.unique(equations.nested[rows], return_inverse=True)
            totals = np.bincount(inside, weights=weight)
            left = made - (group_sums(inside, made * weight[:, None]) / totals[:, None])[inside]
            left_value = value - (np.bincount(inside, weights=weight * value) / totals)[inside]
        weighted = left * weight[:, None]
        yield weighted.T @ left, weighted.T @ left_value

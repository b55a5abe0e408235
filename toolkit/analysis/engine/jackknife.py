"""Delete-one-cluster estimates: without one scenario, or without one rater.

Both are had by taking one part off the normal equations: the levels nested in what is left out are
eliminated, so the equations are a sum with one term for each cluster.
"""

from collections.abc import Iterator

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from toolkit.analysis.engine.array_types import Codes, Floats, group_sums
from toolkit.analysis.engine.clustered import Swept
from toolkit.analysis.engine.fixed_effects import absorb

_RIDGE = 1e-11
"""Relative to the diagonal: makes the equations regular and moves no number that is estimable."""
_LOST = 1e6
"""Times the information lost at which an effect is no longer estimable."""


def without_each(
    swept: Swept, value: Floats, *, cluster: Codes, nested: Codes | None, other: Codes | None
) -> Floats:
    """Estimate every effect without each cluster in turn.

    Rows keep the weights they have with everything in.

    Args:
        swept: the design.
        value: the outcome, shape (n,).
        cluster: what is left out, one at a time: codes, shape (n,).
        nested: levels within clusters, or the clusters themselves; None: there are none.
        other: levels that cross the clusters; None when there are none.

    Returns:
        Shape (clusters, q); NaN where what is left does not tell.
    """
    wanted = swept.combine
    parts = list(_parts(swept, value, cluster, nested, other))
    matrix = sum((part for part, _ in parts), np.zeros_like(parts[0][0]))
    right = sum((part for _, part in parts), np.zeros_like(parts[0][1]))
    ridge = np.diag(matrix) * _RIDGE
    ridge = np.where(ridge > 0, ridge, ridge.max(initial=_RIDGE))
    padded = np.vstack([np.zeros((len(matrix) - len(wanted), wanted.shape[1])), wanted])
    seen = group_sums(cluster, swept.own.astype("float64"))
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


def _parts(
    swept: Swept, value: Floats, cluster: Codes, nested: Codes | None, other: Codes | None
) -> Iterator[tuple[Floats, Floats]]:
    """Give each cluster's share of the normal equations, its nested levels eliminated."""
    columns, weight = swept.columns, swept.weight
    order = np.argsort(cluster, kind="stable")
    levels = 0 if other is None else int(other.max()) + 1
    for rows in np.split(order, np.cumsum(np.bincount(cluster))[:-1]):
        made = np.zeros((len(rows), levels + columns.shape[1] + 1))
        if other is not None:
            made[np.arange(len(rows)), other[rows]] = 1.0
        made[:, levels:-1], made[:, -1] = columns[rows], value[rows]
        inside = [] if nested is None else [np.unique(nested[rows], return_inverse=True)[1]]
        left = absorb(inside, weight[rows]).sweep(made)
        products = (left * weight[rows, None]).T @ left
        yield products[:-1, :-1], products[:-1, -1]

"""Delete-one-cluster estimates: without one scenario, or without one rater.

Both are had by taking one part off the normal equations: the levels nested in what is left out are
eliminated, so the equations are a sum with one term for each cluster. A term fills but the rows and
columns of the levels that its cluster meets; where these are few, the inverse is downdated by them
(M. A. Woodbury 1950), else the equations are factored again.
"""

from collections.abc import Iterator
from typing import NamedTuple

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
    levels = 0 if other is None else int(other.max()) + 1
    size = levels + len(wanted)
    parts = list(_parts(swept, value, cluster, nested, other))
    matrix, right = np.zeros((size, size)), np.zeros(size)
    for part in parts:
        matrix[np.ix_(part.places, part.places)] += part.matrix
        right[part.places] += part.right
    ridge = np.diag(matrix) * _RIDGE
    matrix[np.diag_indices(size)] += np.where(ridge > 0, ridge, ridge.max(initial=_RIDGE))
    padded = np.vstack([np.zeros((levels, wanted.shape[1])), wanted])
    seen = group_sums(cluster, swept.own.astype("float64"))
    total, estimates = seen.sum(axis=0), []
    whole = cho_factor(matrix, check_finite=False)
    inverse = cho_solve(whole, np.eye(size), check_finite=False)
    full = np.einsum("ij,ij->j", padded, inverse @ padded)
    for index, part in enumerate(parts):
        solved = _without(matrix, inverse, part, padded)
        spent = np.einsum("ij,ij->j", padded, solved)
        known = (spent > 0) & (spent < _LOST * full) & (total > seen[index])
        left = solved.T @ right - solved[part.places].T @ part.right
        estimates.append(np.where(known, left, np.nan))
    return np.array(estimates)


class _Part(NamedTuple):
    """A cluster's share of the normal equations, in the rows and columns that it fills."""

    places: Codes
    matrix: Floats
    right: Floats


def _without(matrix: Floats, inverse: Floats, part: _Part, padded: Floats) -> Floats:
    """Solve the equations without one part for each column of ``padded``."""
    places = part.places
    if 2 * len(places) < len(matrix):
        inner = np.eye(len(places)) - part.matrix @ inverse[np.ix_(places, places)]
        solved = inverse @ padded
        try:
            moved = np.linalg.solve(inner, part.matrix @ solved[places])
        except np.linalg.LinAlgError:
            return np.zeros_like(padded)
        return np.asarray(solved + inverse[:, places] @ moved)
    left = matrix.copy()
    left[np.ix_(places, places)] -= part.matrix
    factor = cho_factor(left, check_finite=False)
    return np.asarray(cho_solve(factor, padded, check_finite=False))


def ranges(estimates: Floats) -> list[tuple[float, float] | None]:
    """Give the lowest and highest of each column; None where one of them is not known."""
    return [
        (float(column.min()), float(column.max())) if np.isfinite(column).all() else None
        for column in estimates.T
    ]


def _parts(
    swept: Swept, value: Floats, cluster: Codes, nested: Codes | None, other: Codes | None
) -> Iterator[_Part]:
    """Give each cluster's share of the normal equations, its nested levels eliminated."""
    columns, weight = swept.columns, swept.weight
    order = np.argsort(cluster, kind="stable")
    levels = 0 if other is None else int(other.max()) + 1
    ends = levels + np.arange(columns.shape[1])
    for rows in np.split(order, np.cumsum(np.bincount(cluster))[:-1]):
        met, code = np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
        if other is not None:
            met, code = np.unique(other[rows], return_inverse=True)
        made = np.zeros((len(rows), len(met) + columns.shape[1] + 1))
        if other is not None:
            made[np.arange(len(rows)), code] = 1.0
        made[:, len(met) : -1], made[:, -1] = columns[rows], value[rows]
        inside = [] if nested is None else [np.unique(nested[rows], return_inverse=True)[1]]
        left = absorb(inside, weight[rows]).sweep(made)
        products = (left * weight[rows, None]).T @ left
        places = np.concatenate([met, ends]).astype(np.intp)
        yield _Part(places, products[:-1, :-1], products[:-1, -1])

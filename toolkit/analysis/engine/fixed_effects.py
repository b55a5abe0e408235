"""Within transformation: one or two fixed effects swept out by weighted least squares.

With two groupings the normal equations are two diagonal blocks and a cross-table. The larger block
is eliminated, which leaves a dense system as large as the smaller one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from toolkit.analysis.engine.array_types import Codes, Floats, group_sums


@dataclass(frozen=True, slots=True)
class Absorbed:
    """Groupings whose levels are swept out by weighted least squares."""

    weight: Floats
    """Shape (n,)."""
    large: Codes | None
    """The grouping with more levels; None when nothing is swept out."""
    small: Codes | None
    """The other; None when there is but one."""
    totals: Floats
    """Weight in each level of ``large``."""
    table: Floats
    """Weight in each pair of levels, shape (large, small)."""
    factor: Floats
    """Lower Cholesky factor of the system of ``small``."""

    def sweep(self, numbers: Floats) -> Floats:
        """Take the levels out.

        Args:
            numbers: shape (n,) or (n, k); each column is swept by itself.

        Returns:
            What is left, of the same shape.
        """
        if self.large is None:
            return numbers
        columns = numbers.reshape(len(numbers), -1)
        weighted = columns * self.weight[:, None]
        of_large = group_sums(self.large, weighted, len(self.totals))
        if self.small is None:
            left = columns - (of_large / self.totals[:, None])[self.large]
            return left.reshape(numbers.shape)
        of_small = group_sums(self.small, weighted, self.table.shape[1])
        right = of_small - self.table.T @ (of_large / self.totals[:, None])
        small = cho_solve((self.factor, True), right, check_finite=False)
        large = (of_large - self.table @ small) / self.totals[:, None]
        left = columns - large[self.large] - small[self.small]
        return left.reshape(numbers.shape)


def absorb(levels: Sequence[Codes], weight: Floats) -> Absorbed:
    """Make groupings ready to be swept out.

    Args:
        levels: none, one or two groupings as codes from 0 without gaps, each of shape (n,).
        weight: shape (n,), above 0.
    """
    nothing = np.zeros((0, 0))
    if not levels:
        return Absorbed(weight, None, None, np.zeros(0), nothing, nothing)
    large, *others = sorted(levels, key=lambda codes: -int(codes.max(initial=0)))
    totals = np.bincount(large, weights=weight).astype("float64")
    if not others:
        return Absorbed(weight, large, None, totals, nothing, nothing)
    small = others[0]
    shape = len(totals), int(small.max(initial=-1)) + 1
    table = group_sums(large * shape[1] + small, weight[:, None], shape[0] * shape[1]).reshape(
        shape
    )
    return Absorbed(weight, large, small, totals, table, _factor(table, totals))


def _factor(table: Floats, totals: Floats) -> Floats:
    """Factor the reduced system, made regular.

    It is singular once for each set of levels that no observation joins to the others. Adding the
    set's own direction changes no sum that can occur on the right, and so no solution.
    """
    system = np.diag(table.sum(axis=0)) - (table.T / totals) @ table
    joined = coo_array((table.T / totals) @ table)
    count, part = connected_components(joined, directed=False)
    same = part[:, None] == np.arange(count)
    size = np.trace(system) / len(system) if np.trace(system) > 0 else 1.0
    system += (same / same.sum(axis=0)) @ same.T * max(size, 1e-300)
    lower, _ = cho_factor(system, lower=True, check_finite=False)
    triangle: Floats = np.tril(lower)
    return triangle

"""Schur complement of crossed random intercepts: one factor eliminated, one Cholesky.

With one indicator per level, ``Z'WZ`` consists of a diagonal for every factor and a cross-table
for every two. The factor with the most levels is eliminated by its diagonal; what is left, the
Schur complement over the levels of the other factors, is dense and small.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg

from toolkit.analysis.engine import Bools, Codes, Floats


@dataclass(frozen=True)
class Crossed:
    """Random intercepts of several factors over the same cells.

    A vector over all levels is laid out factor by factor, in their order. The first factor is the
    one eliminated, so it should have the most levels.
    """

    codes: tuple[Codes, ...]
    """For every factor the level of each cell, shape (cells,)."""
    sizes: tuple[int, ...]
    """Number of levels of every factor."""

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each factor's levels begin in a vector over all levels; its length comes last."""
        return tuple(int(one) for one in np.concatenate([[0], np.cumsum(self.sizes)]))

    @property
    def first(self) -> int:
        """Number of levels of the factor that is eliminated; 0 without factors."""
        return self.sizes[0] if self.sizes else 0

    def among(self, active: Bools) -> "Crossed":
        """Keep some of the factors.

        Args:
            active: one truth value a factor.
        """
        kept = np.flatnonzero(active)
        return Crossed(
            tuple(self.codes[one] for one in kept), tuple(self.sizes[one] for one in kept)
        )

    def scales(self, sds: Floats) -> Floats:
        """Repeat each factor's standard deviation over its levels."""
        return np.repeat(sds, self.sizes)

    def spread(self, levels: Floats) -> Floats:
        """Add up, for every cell, what its levels hold: ``Z @ levels``, shape (cells,)."""
        return np.asarray(sum(self.each(levels)))

    def each(self, levels: Floats) -> list[Floats]:
        """Give what each factor alone adds to every cell."""
        return [levels[at:][codes] for codes, at in zip(self.codes, self.starts, strict=False)]

    def gather(self, cells: Floats) -> Floats:
        """Sum over the cells of every level: ``Z' @ cells``, shape (levels,)."""
        if not self.codes:
            return np.zeros(0)
        return np.concatenate(
            [
                np.bincount(codes, cells, minlength=size)
                for codes, size in zip(self.codes, self.sizes, strict=True)
            ]
        )

    @cached_property
    def _pairs(self) -> dict[tuple[int, int], Codes]:
        """For every two factors one number for each of their pairs of levels."""
        many = range(len(self.codes))
        return {
            (one, other): self.codes[one] * self.sizes[other] + self.codes[other]
            for one in many
            for other in range(one)
        }

    def information(self, weights: Floats) -> "Information":
        """Give ``Z'WZ``.

        Args:
            weights: the diagonal of W, shape (cells,).
        """
        first, starts = self.first, self.starts
        rest = starts[-1] - first
        cross, dense = np.empty((rest, first)), np.zeros((rest, rest))
        for (one, other), pairs in self._pairs.items():
            shape = self.sizes[one], self.sizes[other]
            table = np.bincount(pairs, weights, minlength=shape[0] * shape[1]).reshape(shape)
            rows = slice(starts[one] - first, starts[one + 1] - first)
            if other == 0:
                cross[rows] = table
                continue
            columns = slice(starts[other] - first, starts[other + 1] - first)
            dense[rows, columns] = table
            dense[columns, rows] = table.T
        sums = self.gather(weights)
        np.fill_diagonal(dense, sums[first:])
        return Information(self, sums[:first], cross, dense)


@dataclass(frozen=True)
class Information:
    """``Z'WZ`` in its blocks."""

    crossed: Crossed
    diagonal: Floats
    """Of the factor eliminated, shape (first,)."""
    cross: Floats
    """The other levels against those of the factor eliminated, shape (rest, first)."""
    dense: Floats
    """The other levels among themselves, shape (rest, rest)."""

    def times(self, levels: Floats) -> Floats:
        """Multiply ``Z'WZ`` by one vector or the columns of a matrix."""
        first = len(self.diagonal)
        upper, lower = levels[:first], levels[first:]
        top = (self.diagonal * upper.T).T + self.cross.T @ lower
        return np.concatenate([top, self.cross @ upper + self.dense @ lower])

    def factor(self, sds: Floats) -> "Factored":
        """Factor ``H = I + D Z'WZ D``, with D the standard deviations on a diagonal.

        Raises:
            numpy.linalg.LinAlgError: when H is not finite.
        """
        first = len(self.diagonal)
        scales = self.crossed.scales(sds)
        outer, inner = scales[:first], scales[first:]
        diagonal = 1 + outer**2 * self.diagonal
        cross = inner[:, None] * self.cross * outer
        dense = inner[:, None] * self.dense * inner
        dense[np.diag_indices_from(dense)] += 1
        root = cross / np.sqrt(diagonal)
        dense -= root @ root.T
        if len(dense):
            # Called thousands of times on small matrices: the checks of the wrapper cost more.
            dense, wrong = linalg.lapack.dpotrf(dense, lower=True, clean=True, overwrite_a=True)
            if wrong:
                raise np.linalg.LinAlgError("the Schur complement is not positive definite")
        return Factored(self, sds, diagonal, cross, dense)


@dataclass(frozen=True)
class Factored:
    """``H = I + D Z'WZ D``, factored."""

    information: Information
    sds: Floats
    diagonal: Floats
    cross: Floats
    lower: Floats
    """Cholesky factor of the Schur complement, shape (rest, rest)."""

    @property
    def log_determinant(self) -> float:
        """``log |H|``."""
        return float(np.log(self.diagonal).sum() + 2 * np.log(np.diag(self.lower)).sum())

    def solve(self, right: Floats) -> Floats:
        """Give ``H^-1 @ right`` for one vector or the columns of a matrix."""
        first = len(self.diagonal)
        upper = (right[:first].T / self.diagonal).T
        lower = right[first:] - self.cross @ upper
        if len(lower):
            lower = linalg.lapack.dpotrs(self.lower, lower, lower=True)[0]
        return np.concatenate([upper - ((self.cross.T @ lower).T / self.diagonal).T, lower])

    @cached_property
    def _inverse(self) -> tuple[Floats, Floats, Floats]:
        """Give of ``H^-1`` the diagonal of the first factor, its cross block and the rest."""
        rest = self.lower
        if len(rest):
            half = np.tril(linalg.lapack.dpotri(rest, lower=True)[0])
            rest = half + np.tril(half, -1).T
        scaled = self.cross / self.diagonal
        cross = -rest @ scaled
        return 1 / self.diagonal - np.einsum("ij,ij->j", scaled, cross), cross, rest

    @property
    def inverse_diagonal(self) -> Floats:
        """The diagonal of ``H^-1``, shape (levels,)."""
        diagonal, _, rest = self._inverse
        return np.concatenate([diagonal, np.diag(rest)])

    def leverages(self) -> Floats:
        """Give ``a' H^-1 a`` of every cell, with a its row of ``Z D``; shape (cells,)."""
        crossed, sds = self.information.crossed, self.sds
        diagonal, cross, rest = self._inverse
        first = crossed.first
        total = np.zeros(len(crossed.codes[0]))
        for one, codes in enumerate(crossed.codes):
            if one == 0:
                total += sds[0] ** 2 * diagonal[codes]
                continue
            rows = codes + (crossed.starts[one] - first)
            total += sds[one] ** 2 * np.diag(rest)[rows]
            total += 2 * sds[one] * sds[0] * cross[rows, crossed.codes[0]]
            for other in range(1, one):
                columns = crossed.codes[other] + (crossed.starts[other] - first)
                total += 2 * sds[one] * sds[other] * rest[rows, columns]
        return total

    def half_log_slopes(self) -> Floats:
        """Give ``d (log|H| / 2) / d sd`` for every factor, W held fixed."""
        crossed, of = self.information.crossed, self.information
        diagonal, cross, rest = self._inverse
        many, first = len(self.sds), crossed.first
        if many == 0:
            return np.zeros(0)
        tables = np.zeros((many, many))
        tables[0, 0] = of.diagonal @ diagonal
        cuts = [at - first for at in crossed.starts[1:-1]]
        if cuts:
            tables[1:, 0] = np.add.reduceat((of.cross * cross).sum(1), cuts)
            tables[0, 1:] = tables[1:, 0]
            both = np.add.reduceat(of.dense * rest, cuts, axis=0)
            tables[1:, 1:] = np.add.reduceat(both, cuts, axis=1)
        return tables @ self.sds

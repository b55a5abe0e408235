"""Variance components of a persona's interactions, by moments, and the errors that follow.

What a persona adds varies over scenarios and over raters, and every unit, a text as one rater
judged it, has an error of its own. Sums of squares of what the fixed part leaves, within persona
and scenario, within persona and rater, and within units, are set to what they are on average
(C. R. Henderson 1953, method III; S. R. Searle, G. Casella, C. E. McCulloch 1992, chapter 5), and
no component below 0 (C. L. Lawson and R. J. Hanson 1974). In complete matched data these are the
mean squares of the analysis of variance, and the error of a comparison is that of the quasi-F ratio
(H. H. Clark 1973). All personas share the components: that is what makes few clusters enough for
many personas. A unit judged again adds none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from toolkit.analysis.engine.array_types import Codes, Floats
from toolkit.analysis.engine.clustered import Swept
from toolkit.analysis.engine.small_samples import sparse_indicators


@dataclass(frozen=True)
class Interactions:
    """What a design tells of k kinds of interactions."""

    weight: Floats
    """Shape (n,)."""
    sums: tuple[sparse.csr_array, ...]
    """Sums within the levels of each kind, each of shape (levels, n)."""
    expected: Floats
    """How much of each component is in each sum of squares on average, shape (k, k)."""
    shapes: tuple[Floats, ...]
    """Covariance of the effects for a component of 1, each of shape (q, q)."""

    def components(self, left: Floats) -> Floats:
        """Estimate the variance of each kind, shape (k,).

        Args:
            left: residuals of the fixed part, shape (n,).
        """
        weighted = self.weight * left
        squares = np.array([np.sum((one @ weighted) ** 2) for one in self.sums])
        scale = self.expected.sum(axis=1)
        scale = np.where(scale > 0, scale, 1.0)
        found, _ = optimize.nnls(self.expected / scale[:, None], squares / scale)
        return np.asarray(found, dtype="float64")

    def covariance(self, left: Floats) -> Floats:
        """Covariance of the effects, shape (q, q).

        Args:
            left: residuals of the fixed part, shape (n,).
        """
        of = self.components(left)
        return np.asarray(sum(one * shape for one, shape in zip(of, self.shapes, strict=True)))


def interactions_of(swept: Swept, kinds: Sequence[Codes], effects: slice) -> Interactions:
    """Lay out the interactions of a design.

    Args:
        swept: the design.
        kinds: codes of each kind's levels, shape (n,) each; below 0 on rows that have none.
        effects: which effects of the design the covariance is wanted of.
    """
    # Rows without a level come first, and are dropped again.
    sums = tuple(
        sparse.csr_array(sparse_indicators(np.maximum(one, -1)).T[int((one < 0).any()) :])
        for one in kinds
    )
    shapes = [one @ swept.influence[:, effects] for one in sums]
    return Interactions(
        weight=swept.weight,
        sums=sums,
        expected=_expected(swept, sums),
        shapes=tuple(one.T @ one for one in shapes),
    )


def _expected(swept: Swept, sums: tuple[sparse.csr_array, ...]) -> Floats:
    """Expected sums of squares, by traces of matrices as small as what is fitted.

    With F what is fitted, W the weights and Z the levels of a kind, residuals are weighted by
    P = W - W F (F'WF)^- F'W; the entry of kinds i and j is the squared norm of Z_i' P Z_j.
    """
    absorbed, columns, _ = swept.fitted
    levels = [one for one in (absorbed.large, absorbed.small) if one is not None]
    fitted = sparse.csr_array(
        sparse.hstack([*map(sparse_indicators, levels), sparse.csr_array(columns)])
    )
    by_weight = sparse.csr_array(fitted.multiply(swept.weight[:, None]))
    inverse = np.linalg.pinv((fitted.T @ by_weight).toarray(), rcond=1e-10, hermitian=True)
    met = [sparse.csr_array(one @ by_weight) for one in sums]
    spent = [inverse @ (one.T @ one).toarray() for one in met]
    made = np.zeros((len(sums), len(sums)))
    for i, one in enumerate(sums):
        weighted = sparse.csr_array(one.multiply(swept.weight[None, :]))
        for j, other in enumerate(sums):
            both = sparse.csr_array(weighted @ other.T)
            across = (met[i].T @ (both @ met[j])).toarray()
            made[i, j] = (
                both.power(2).sum() - 2 * np.sum(inverse * across) + np.sum(spent[i] * spent[j].T)
            )
    return np.maximum(made, 0.0)

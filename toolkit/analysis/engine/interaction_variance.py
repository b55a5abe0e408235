"""Variance components of a persona's interactions, by moments, and the errors that follow.

What a persona adds varies over scenarios and over raters, and every row has an error of its own.
Three sums of squares of what the fixed part leaves, within persona and scenario, within persona and
rater, and of single rows, are set to what they are on average (C. R. Henderson 1953, method III;
S. R. Searle, G. Casella, C. E. McCulloch 1992, chapter 5), and no component below 0
(C. L. Lawson and R. J. Hanson 1974). In complete matched data these are the mean squares of the
analysis of variance, and the error of a comparison is that of the quasi-F ratio (H. H. Clark 1973).
All personas share the three components: that is what makes few clusters enough for many personas.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from toolkit.analysis.engine.array_types import Bools, Codes, Floats
from toolkit.analysis.engine.clustered import Swept, cross_codes
from toolkit.analysis.engine.small_samples import sparse_indicators

MOST_CELLS = 30_000_000
"""Rows times levels of interactions up to which they are held in memory."""


@dataclass(frozen=True)
class Interactions:
    """What a design tells of interactions; k kinds, the rows' own errors last."""

    weight: Floats
    """Shape (n,)."""
    cells: tuple[Floats, ...]
    """Indicators of persona by scenario and of persona by rater, each of shape (n, levels)."""
    expected: Floats
    """How much of each component is in each sum of squares on average, shape (k, k)."""
    shapes: tuple[Floats, ...]
    """Covariance of the effects for a component of 1, each of shape (q, q)."""

    def components(self, left: Floats) -> Floats:
        """Estimate the components.

        Args:
            left: residuals of the fixed part, shape (n,).

        Returns:
            Variances of persona by scenario, persona by rater where there are any, and of a row;
            shape (k,).
        """
        weighted = self.weight * left
        sums = [float(np.sum((one.T @ weighted) ** 2)) for one in self.cells]
        scale = self.expected.sum(axis=1)
        squares = np.array([*sums, float(weighted @ left)])
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


def interactions_of(swept: Swept, persona: Codes, effects: slice) -> Interactions:
    """Lay out the interactions of a design.

    Args:
        swept: the design.
        persona: whose each row is, shape (n,); below 0 on rows of no persona, as of a reference.
        effects: which effects of the design the covariance is wanted of.
    """
    rows = persona >= 0
    ways = [swept.scenario] if swept.rater is None else [swept.scenario, swept.rater]
    cells = tuple(_cells(cross_codes(np.maximum(persona, 0), one), rows) for one in ways)
    left = [swept.weight[:, None] * swept.residuals(one) for one in cells]
    own = np.ones(len(rows)) if swept.count is None else 1 / swept.count
    influence = swept.influence[:, effects]
    expected = np.zeros((len(ways) + 1, len(ways) + 1))
    for at, one in enumerate(cells):
        expected[at, :-1] = [np.sum((one.T @ other) ** 2) for other in left]
        expected[at, -1] = np.sum(own @ left[at] ** 2)
        expected[-1, at] = np.sum(one * left[at])
    expected[-1, -1] = _freedom(swept, own)
    shapes = [one.T @ influence for one in cells]
    return Interactions(
        weight=swept.weight,
        cells=cells,
        expected=expected,
        shapes=(*(one.T @ one for one in shapes), (influence.T * own) @ influence),
    )


def _cells(codes: Codes, rows: Bools) -> Floats:
    made = sparse_indicators(codes[rows])
    whole = np.zeros((len(rows), made.shape[1]))
    whole[rows] = made.toarray()
    return whole


def _freedom(swept: Swept, own: Floats) -> float:
    """Weighted residual sum of squares on average, for rows with errors of variance ``own``."""
    absorbed, columns, _ = swept.fitted
    levels = [one for one in (absorbed.large, absorbed.small) if one is not None]
    fitted = sparse.csr_array(
        sparse.hstack([*map(sparse_indicators, levels), sparse.csr_array(columns)])
    )
    weighted = sparse.csr_array(fitted.multiply(swept.weight[:, None]))
    inverse = np.linalg.pinv((fitted.T @ weighted).toarray(), rcond=1e-10, hermitian=True)
    spent = (weighted.T @ weighted.multiply(own[:, None])).toarray()
    return float(swept.weight @ own - np.sum(inverse * spent))

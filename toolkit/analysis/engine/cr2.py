"""Cluster-robust standard errors CR1 and CR2 with Satterthwaite's df, for few clusters.

Residuals are smaller than the errors they stand for, the more so the fewer clusters there are. CR1
scales the variance by one number. CR2 corrects each cluster for its own leverage, exactly so when
errors are independent and equal, and takes the degrees of freedom from how unevenly clusters
contribute (R. M. Bell and D. F. McCaffrey 2002; J. E. Pustejovsky and E. Tipton 2018 for weights
and for levels that are swept out). For outcomes without raters, where scenarios alone are
clusters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from toolkit.analysis.engine.array_types import Codes, Floats
from toolkit.analysis.engine.equivalence import p_value
from toolkit.analysis.engine.small_samples import FEWEST_CLUSTERS, sparse_indicators

CR2 = "CR2 with Satterthwaite's df over scenarios (null: no average effect)"


@dataclass(frozen=True, slots=True)
class BiasReduced:
    """One combination of coefficients with both standard errors."""

    estimate: float
    se_cr1: float
    """V · G/(G - 1), from the plain residuals."""
    se_cr2: float
    df: float
    """Satterthwaite's degrees of freedom of ``se_cr2``."""

    @property
    def p(self) -> float:
        """Two-sided p of no effect, from CR2 and its df."""
        return p_value(self.estimate, self.se_cr2, self.df)


def bias_reduced(
    columns: Floats,
    value: Floats,
    *,
    cluster: Codes,
    levels: Sequence[Codes],
    weight: Floats,
    combine: Floats,
) -> list[BiasReduced | None]:
    """Estimate combinations of coefficients by weighted least squares.

    The working model for the correction is that of independent, equal errors. Takes memory for n
    times n numbers.

    Args:
        columns: what has an effect, shape (n, k).
        value: the outcome, shape (n,).
        cluster: codes, shape (n,).
        levels: groups with a level each, as codes, each of shape (n,).
        weight: shape (n,), above 0.
        combine: the combinations wanted, shape (k, q); each must be estimable.

    Returns:
        One a combination; None with too few clusters, or without any error to measure by.
    """
    design = np.column_stack([*(sparse_indicators(one).toarray() for one in levels), columns])
    nothing = np.zeros((design.shape[1] - len(combine), combine.shape[1]))
    bread = np.linalg.pinv((design * weight[:, None]).T @ design, hermitian=True)
    spread = design @ (bread @ np.vstack([nothing, combine])) * weight[:, None]
    maker = np.eye(len(value)) - (design @ bread) @ (design * weight[:, None]).T
    left = maker @ value
    clusters = [np.flatnonzero(cluster == code) for code in range(int(cluster.max()) + 1)]
    scores = [_inverse_root(maker[rows] @ maker[rows].T) @ spread[rows] for rows in clusters]
    estimates = spread.T @ value
    plain = np.array([spread[rows].T @ left[rows] for rows in clusters])
    corrected = np.array([one.T @ left[rows] for one, rows in zip(scores, clusters, strict=True)])
    factor = len(clusters) / max(len(clusters) - 1, 1)
    made: list[BiasReduced | None] = []
    for index, estimate in enumerate(estimates):
        vectors = np.array(
            [one[:, index] @ maker[rows] for one, rows in zip(scores, clusters, strict=True)]
        )
        crossed = vectors @ vectors.T
        variance, squared = float((corrected[:, index] ** 2).sum()), float((crossed**2).sum())
        known = len(clusters) >= FEWEST_CLUSTERS and variance > 0 and squared > 0
        made.append(
            BiasReduced(
                estimate=float(estimate),
                se_cr1=float(np.sqrt((plain[:, index] ** 2).sum() * factor)),
                se_cr2=float(np.sqrt(variance)),
                df=float(np.trace(crossed)) ** 2 / squared,
            )
            if known
            else None
        )
    return made


def _inverse_root(matrix: Floats) -> Floats:
    """Symmetric inverse square root; directions without information stay without."""
    values, vectors = np.linalg.eigh(matrix)
    kept = values > 1e-10
    root: Floats = (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T
    return root

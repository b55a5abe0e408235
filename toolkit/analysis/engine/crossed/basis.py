"""Fixed columns made orthonormal, so that no scale or shift of a variable costs digits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Basis:
    """Columns in which a model is fitted, and the way back to those asked for."""

    rows: Array
    """Shape (profiles, columns); ``rows' diag(counts) rows`` is n times the identity."""
    back: Array
    """``coefficients asked for = back @ coefficients fitted``."""
    log_determinant: float
    """Of ``X'X / n`` for the columns X asked for."""


def orthonormal(columns: Array, counts: Array) -> Basis:
    """Make columns orthonormal under the counts of their profiles.

    Args:
        columns: of full rank, shape (profiles, p).
        counts: observations of each profile, shape (profiles,).
    """
    share = counts / counts.sum()
    upper = linalg.qr(np.sqrt(share)[:, None] * columns, mode="r")[0][: columns.shape[1]]
    back = linalg.solve_triangular(upper, np.eye(len(upper)))
    return Basis(columns @ back, back, float(2 * np.log(np.abs(np.diag(upper))).sum()))


def beside_thresholds(columns: Array, counts: Array, thresholds: int) -> Basis:
    """Center columns too: what the thresholds then take up is put back by ``back``.

    Args:
        columns: without an intercept, shape (profiles, p).
        counts: observations of each profile, shape (profiles,).
        thresholds: how many there are; they stand first among the coefficients.
    """
    middle = counts @ columns / counts.sum()
    basis = orthonormal(columns - middle, counts)
    back = linalg.block_diag(np.eye(thresholds), basis.back)
    back[:thresholds, thresholds:] = middle @ basis.back
    return Basis(basis.rows, back, basis.log_determinant)

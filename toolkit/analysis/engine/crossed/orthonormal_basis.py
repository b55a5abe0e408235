"""Orthonormal basis of the fixed columns, so that no scale of a variable costs digits."""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from toolkit.analysis.engine import Floats


@dataclass(frozen=True)
class Basis:
    """Columns in which a model is fitted, and the way back to those asked for."""

    rows: Floats
    """Shape (profiles, columns); ``rows' diag(counts) rows`` is n times the identity."""
    back: Floats
    """``coefficients asked for = back @ coefficients fitted``."""
    log_determinant: float
    """Of ``X'X / n`` for the columns X asked for."""


def orthonormal(columns: Floats, counts: Floats) -> Basis:
    """Make columns orthonormal under the counts of their profiles.

    Args:
        columns: of full rank, shape (profiles, p).
        counts: observations of each profile, shape (profiles,).
    """
    share = counts / counts.sum()
    upper = linalg.qr(np.sqrt(share)[:, None] * columns, mode="r")[0][: columns.shape[1]]
    back = linalg.solve_triangular(upper, np.eye(len(upper)))
    return Basis(columns @ back, back, float(2 * np.log(np.abs(np.diag(upper))).sum()))


def beside_thresholds(columns: Floats, counts: Floats, thresholds: int) -> Basis:
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

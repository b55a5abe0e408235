"""The arrays that the engine takes, and sums within groups."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
"""Groups as whole numbers from 0 without gaps."""
Bools = NDArray[np.bool_]


def group_sums(codes: Codes, numbers: NDArray[Any], groups: int | None = None) -> Floats:
    """Sum rows of ``numbers`` (n, k) within codes.

    Args:
        codes: from 0, shape (n,).
        numbers: shape (n, k).
        groups: how many codes there are; the highest one and 1 when None.

    Returns:
        Shape (groups, k).
    """
    groups = int(codes.max(initial=-1)) + 1 if groups is None else groups
    width = numbers.shape[1]
    places = (codes[:, None] * width + np.arange(width)).ravel()
    flat = np.bincount(places, weights=numbers.ravel(), minlength=groups * width)
    summed: Floats = flat.reshape(groups, width).astype("float64", copy=False)
    return summed

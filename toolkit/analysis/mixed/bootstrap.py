"""Draws of a bootstrap: each has a seed of its own, derived from one, and can be repeated alone."""

from collections.abc import Callable

import numpy as np
from scipy import linalg

from toolkit.analysis.engine import Floats
from toolkit.errors import AnalysisError


def repeated(
    once: Callable[[np.random.SeedSequence], float | Floats], *, draws: int, seed: int
) -> Floats:
    """Give what every draw came to, less those that came to no finite number.

    Args:
        once: one draw from its own seed; a number, or an array of always the same shape.
        draws: how many.
        seed: of all draws.

    Returns:
        Shape (draws that worked, ...).
    """
    kept = []
    for child in np.random.SeedSequence(seed).spawn(draws):
        try:
            value = once(child)
        except (AnalysisError, linalg.LinAlgError):
            continue
        if np.isfinite(value).all():
            kept.append(value)
    return np.array(kept)

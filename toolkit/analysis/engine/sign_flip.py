"""Sign-flip test of whole scenarios.

Null hypothesis: each scenario's effect is as likely to be of either sign (R. A. Fisher 1935).
It needs no standard error and no normal distribution, and it treats a scenario as one
observation however many raters judged it.
"""

from itertools import product

import numpy as np

from toolkit.analysis.engine.array_types import Floats
from toolkit.analysis.engine.small_samples import FEWEST_CLUSTERS

EXACT_UP_TO = 12
"""Scenarios up to which all sign patterns are counted."""
DRAWS = 9999
"""Patterns drawn when there are more, unless told otherwise."""
SIGN_FLIP = "sign flip of whole scenarios (null: each scenario's effect is symmetric about 0)"


def sign_flip(
    differences: Floats,
    weights: Floats | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> float | None:
    """Test whether scenarios' effects average 0.

    All sign patterns are counted up to 12 scenarios; otherwise some are drawn and p is
    (as extreme + 1) / (drawn + 1) (B. Phipson and G. K. Smyth 2010).

    Args:
        differences: one a scenario, shape (s,).
        weights: how much each counts; equal when None.
        draws: how many patterns where not all are counted.
        seed: of the draws.

    Returns:
        Two-sided p; None with too few scenarios.
    """
    if len(differences) < FEWEST_CLUSTERS:
        return None
    size = np.abs(differences) * (1.0 if weights is None else weights)
    signed = differences * (1.0 if weights is None else weights)
    # What ties with the observed counts as extreme, so rounding must not tell them apart.
    observed = abs(float(signed.sum())) * (1 - 1e-10)
    if len(differences) <= EXACT_UP_TO:
        signs = np.array(list(product((-1.0, 1.0), repeat=len(size))))
        return float(np.mean(np.abs(signs @ size) >= observed))
    drawn = np.random.default_rng(seed).integers(0, 2, size=(draws, len(size))) * 2.0 - 1.0
    extreme = int(np.count_nonzero(np.abs(drawn @ size) >= observed))
    return (extreme + 1) / (draws + 1)

"""Empirical-Bayes shrinkage of noisy estimates toward their average.

Among many cells the most extreme is mostly the noisiest. Each is therefore drawn toward the
average by how uncertain it is beside how much cells vary at all (B. Efron and C. Morris 1975;
variance between cells by moments, R. DerSimonian and N. Laird 1986).
"""

from dataclasses import dataclass

import numpy as np

from toolkit.analysis.engine.array_types import Floats


@dataclass(frozen=True, slots=True)
class Shrunken:
    """What is left of each number; NaN stays NaN."""

    mean: float
    """Average of all, by precision; 0 when there is none."""
    spread: float
    """Standard deviation between the true values behind them; 0: all of it may be noise."""
    value: Floats
    """Shape (n,)."""
    se: Floats
    """Of ``value``; the uncertainty of the average is in it, that of ``spread`` is not."""


def shrink(value: Floats, variance: Floats) -> Shrunken:
    """Shrink numbers toward their average.

    Args:
        value: shape (n,); NaN where not known.
        variance: squared standard errors, shape (n,); NaN or 0 where not known.
    """
    known = np.isfinite(value) & np.isfinite(variance) & (variance > 0)
    shrunken = np.full(value.shape, np.nan)
    se = np.full(value.shape, np.nan)
    if not known.any():
        return Shrunken(0.0, 0.0, shrunken, se)
    y, v = value[known], variance[known]
    between = _between(y, v)
    precision = 1 / (v + between)
    mean = float(precision @ y / precision.sum())
    pull = v / (v + between)
    shrunken[known] = mean + (1 - pull) * (y - mean)
    se[known] = np.sqrt((1 - pull) * v + pull**2 / precision.sum())
    return Shrunken(mean, float(np.sqrt(between)), shrunken, se)


def _between(y: Floats, v: Floats) -> float:
    precision = 1 / v
    mean = precision @ y / precision.sum()
    excess = float(precision @ (y - mean) ** 2) - (len(y) - 1)
    scale = float(precision.sum() - (precision**2).sum() / precision.sum())
    return max(excess / scale, 0.0) if scale > 0 else 0.0

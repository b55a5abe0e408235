"""Crossed random effects: Gaussian and cumulative-logit models on arrays."""

from toolkit.analysis.engine.crossed.basis import orthonormal
from toolkit.analysis.engine.crossed.data import CrossedData, Means
from toolkit.analysis.engine.crossed.integrals import mean_below, mean_superiority
from toolkit.analysis.engine.crossed.solver import Solution, solve

__all__ = [
    "CrossedData",
    "Means",
    "Solution",
    "mean_below",
    "mean_superiority",
    "orthonormal",
    "solve",
]

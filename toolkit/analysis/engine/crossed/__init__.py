"""Crossed random effects: Gaussian and cumulative-logit models on arrays."""

from toolkit.analysis.engine.crossed.crossed_data import CrossedData, Means
from toolkit.analysis.engine.crossed.logistic_normal import mean_below, mean_superiority
from toolkit.analysis.engine.crossed.orthonormal_basis import orthonormal
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

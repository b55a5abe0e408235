"""Strata of crossed factors: what goes beyond their main effects."""

from toolkit.analysis.intersection.intersection import Intersections, intersections

__all__ = [
    "Intersections",
    "intersections",
]

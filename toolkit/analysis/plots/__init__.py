"""Figures: a drawing, the tidy numbers it shows, and what it shows in words."""

from toolkit.analysis.plots.explore import (
    coverage,
    flags_by_harm,
    progress,
    rating_distribution,
    session_ratings,
)
from toolkit.analysis.plots.figure import Figure

__all__ = [
    "Figure",
    "coverage",
    "flags_by_harm",
    "progress",
    "rating_distribution",
    "session_ratings",
]

"""Figures: a drawing, the tidy numbers it shows, and what it shows in words."""

from toolkit.analysis.plots.caterpillar import caterpillar
from toolkit.analysis.plots.explore_figures import (
    coverage,
    flags_by_harm,
    progress,
    rating_distribution,
)
from toolkit.analysis.plots.figure import Figure
from toolkit.analysis.plots.forest import forest
from toolkit.analysis.plots.likert import persona_ratings, question_ratings
from toolkit.analysis.plots.power_curves import power_curves
from toolkit.analysis.plots.rater_figures import rater_agreement, rater_severity, sitting_drift
from toolkit.analysis.plots.scenario_heatmap import scenario_map
from toolkit.analysis.plots.specification_curve import specification_curve

__all__ = [
    "Figure",
    "caterpillar",
    "coverage",
    "flags_by_harm",
    "forest",
    "persona_ratings",
    "power_curves",
    "progress",
    "question_ratings",
    "rater_agreement",
    "rater_severity",
    "rating_distribution",
    "scenario_map",
    "sitting_drift",
    "specification_curve",
]

"""Power and sample size by simulating the study's own design, and the test's own errors."""

from toolkit.analysis.power.calibrated_truth import (
    calibrated_truth,
    latent_correlation,
    pair_covariances,
)
from toolkit.analysis.power.crossed_design import crossed_design
from toolkit.analysis.power.latent_answers import (
    Truth,
    draw,
    draw_values,
    planted,
    true_effect,
)
from toolkit.analysis.power.monte_carlo import Trials, effects_of_many, primary, share_of, trials
from toolkit.analysis.power.operating_characteristics import selfcheck
from toolkit.analysis.power.planted_controls import controls, controls_of
from toolkit.analysis.power.power import Power, power
from toolkit.analysis.power.sample_size import Needed, needed, power_curve
from toolkit.analysis.power.simulated_design import (
    Design,
    design_of,
    planned_design,
)

__all__ = [
    "Design",
    "Needed",
    "Power",
    "Trials",
    "Truth",
    "calibrated_truth",
    "controls",
    "controls_of",
    "crossed_design",
    "design_of",
    "draw",
    "draw_values",
    "effects_of_many",
    "latent_correlation",
    "needed",
    "pair_covariances",
    "planned_design",
    "planted",
    "power",
    "power_curve",
    "primary",
    "selfcheck",
    "share_of",
    "trials",
    "true_effect",
]

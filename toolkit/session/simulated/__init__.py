"""Both stages without a human: simulated testers, simulated raters of a known model, planted bias.

What they leave in the record is marked as simulated, for ever.
"""

from toolkit.session.simulated.planted_bias import planted
from toolkit.session.simulated.rater_model import RaterModel, coldness
from toolkit.session.simulated.simulated_raters import (
    simulate_raters,
    true_effects,
)
from toolkit.session.simulated.simulated_testers import simulate

__all__ = [
    "RaterModel",
    "coldness",
    "planted",
    "simulate",
    "simulate_raters",
    "true_effects",
]

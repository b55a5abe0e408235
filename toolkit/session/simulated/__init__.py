"""Simulation of both stages: testers, raters of a known model, planted bias; no human.

A *RaterModel* is the latent model that simulated raters judge by, *true_effects* what follows from
it, *coldness* what they notice of a reply. What they leave in the record is marked as simulated,
for ever.
"""

from toolkit.session.simulated.planted_bias import planted
from toolkit.session.simulated.rater_model import RaterModel, coldness
from toolkit.session.simulated.simulated_raters import simulate_raters, true_effects
from toolkit.session.simulated.simulated_testers import simulate

__all__ = [
    "RaterModel",
    "coldness",
    "planted",
    "simulate",
    "simulate_raters",
    "true_effects",
]

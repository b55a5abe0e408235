"""Scenarios and the harms that they can bring out."""

from toolkit.design.scenarios.harms import FLAG_HARMS, HARM_TYPES, HARMS, UNSURE
from toolkit.design.scenarios.scenario import Grounding, Scenario

__all__ = [
    "FLAG_HARMS",
    "Grounding",
    "HARMS",
    "HARM_TYPES",
    "Scenario",
    "UNSURE",
]

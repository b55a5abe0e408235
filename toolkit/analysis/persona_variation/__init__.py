"""Personas among themselves: whether they vary, each one shrunken.

* **PersonaDesign**: a design made ready to compare all of its personas, whatever the outcome.
* **Pooled**: how much personas vary, and each one with all others taken into account.
"""

from toolkit.analysis.persona_variation.persona_design import PersonaDesign, persona_design
from toolkit.analysis.persona_variation.pooling import Pooled, pooled, shrunken

__all__ = ["PersonaDesign", "Pooled", "persona_design", "pooled", "shrunken"]

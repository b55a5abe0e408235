"""Personas among themselves: whether they vary, each one shrunken, pair by pair, by their names.

* **PersonaDesign**: a design made ready to compare all of its personas, whatever the outcome.
* **Pooled**: how much personas vary, and each one with all others taken into account.
* **Pairwise**: every persona against every other one, with intervals that hold together.
* **AcrossNames**: groups that many names carry, for names like these; **NameDesign** makes one
  ready.
"""

from toolkit.analysis.persona_variation.name_sampling import (
    AcrossNames,
    NameDesign,
    across_names,
    name_design,
)
from toolkit.analysis.persona_variation.pairwise import Pairwise, differences, pairwise, reach
from toolkit.analysis.persona_variation.persona_design import PersonaDesign, persona_design
from toolkit.analysis.persona_variation.pooled_personas import Pooled, pooled, shrunken

__all__ = [
    "AcrossNames",
    "NameDesign",
    "Pairwise",
    "PersonaDesign",
    "Pooled",
    "across_names",
    "differences",
    "name_design",
    "pairwise",
    "persona_design",
    "pooled",
    "reach",
    "shrunken",
]

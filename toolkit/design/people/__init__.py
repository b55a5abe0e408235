"""Personas and the factors that describe them."""

from toolkit.design.people.factors import FACTORS, Attribute, Factor
from toolkit.design.people.persona import Cues, Persona, Voice

__all__ = [
    "Attribute",
    "Cues",
    "FACTORS",
    "Factor",
    "Persona",
    "Voice",
]

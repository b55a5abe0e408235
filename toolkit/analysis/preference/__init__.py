"""Paired preference: which reply is preferred, and by how much."""

from toolkit.analysis.preference.preference import PREFERRED, WORTH, Preference, preference
from toolkit.analysis.preference.worths import against_anchor, left_side

__all__ = [
    "PREFERRED",
    "Preference",
    "WORTH",
    "against_anchor",
    "left_side",
    "preference",
]

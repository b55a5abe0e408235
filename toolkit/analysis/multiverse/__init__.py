"""Multiverse: one outcome, estimated in every defensible way."""

from toolkit.analysis.multiverse.multiverse import (
    CHOICES,
    NOT_FOR,
    PLANNED,
    Multiverse,
    multiverse,
    scales_of,
)

__all__ = ["CHOICES", "Multiverse", "NOT_FOR", "PLANNED", "multiverse", "scales_of"]

"""Contrasts: one prompt with cue slots, its arms, their exact messages, and the linter."""

from toolkit.design.contrasts.arm_messages import Rendered, RenderedTurn, Span, render
from toolkit.design.contrasts.contrast import (
    Arm,
    ArmKind,
    Contrast,
    PromptTurn,
)
from toolkit.design.contrasts.contrast_check import contrast_complaints
from toolkit.design.contrasts.cue_values import telling_phrases
from toolkit.design.contrasts.linter import lint
from toolkit.design.contrasts.unit import Unit, plan_units

__all__ = [
    "Arm",
    "ArmKind",
    "Contrast",
    "PromptTurn",
    "Rendered",
    "RenderedTurn",
    "Span",
    "Unit",
    "contrast_complaints",
    "lint",
    "plan_units",
    "render",
    "telling_phrases",
]

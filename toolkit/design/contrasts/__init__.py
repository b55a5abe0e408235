"""Contrasts: one prompt with cue slots, its arms, their exact messages, and the linter."""

from toolkit.design.contrasts.arm_messages import Rendered, RenderedTurn, Span, render
from toolkit.design.contrasts.contrast import (
    Arm,
    ArmKind,
    Contrast,
    LeadOrigin,
    ListedNames,
    PromptTurn,
)
from toolkit.design.contrasts.contrast_check import contrast_complaints
from toolkit.design.contrasts.cue_values import cue_values, telling_phrases
from toolkit.design.contrasts.linter import LINT_RULES, lint, lint_reading
from toolkit.design.contrasts.unit import Unit, plan_units

__all__ = [
    "Arm",
    "ArmKind",
    "Contrast",
    "LINT_RULES",
    "LeadOrigin",
    "ListedNames",
    "PromptTurn",
    "Rendered",
    "RenderedTurn",
    "Span",
    "Unit",
    "contrast_complaints",
    "cue_values",
    "lint",
    "lint_reading",
    "plan_units",
    "render",
    "telling_phrases",
]

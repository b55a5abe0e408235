"""The contrast linter: rules over every arm as written and as sent."""

from toolkit.design.contrasts.linter.contrast_linter import RULES as LINT_RULES
from toolkit.design.contrasts.linter.contrast_linter import lint, lint_reading

__all__ = [
    "LINT_RULES",
    "lint",
    "lint_reading",
]

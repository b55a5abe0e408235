"""The contrast linter: rules over every arm as written and as sent."""

from toolkit.design.contrasts.linter.contrast_linter import lint, lint_reading, lint_rules
from toolkit.design.contrasts.linter.lint_context import Sheet

__all__ = ["Sheet", "lint", "lint_reading", "lint_rules"]

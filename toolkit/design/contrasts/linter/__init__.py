"""The contrast linter: rules over every arm as written and as sent."""

from toolkit.design.contrasts.linter.contrast_linter import lint, lint_reading, lint_rules
from toolkit.design.contrasts.linter.lint_context import LintContext

__all__ = ["LintContext", "lint", "lint_reading", "lint_rules"]

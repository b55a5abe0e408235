"""Looks at a study that is still running."""

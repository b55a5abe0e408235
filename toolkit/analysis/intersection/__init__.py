"""Strata of crossed factors: what goes beyond their main effects."""

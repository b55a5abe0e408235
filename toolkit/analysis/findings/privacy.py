"""Disclosure threshold: how many people a number must rest on before it is shown by itself."""

PRIVACY_MINIMUM = 5
"""A row about fewer people than this is not shown by itself: too few to hide among."""

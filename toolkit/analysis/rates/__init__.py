"""Rates: how often an outcome happens by persona, with differences and ratios."""

from toolkit.analysis.rates.impact_ratio import impact_ratio
from toolkit.analysis.rates.rates import rates

__all__ = [
    "impact_ratio",
    "rates",
]

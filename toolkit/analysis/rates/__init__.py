"""How often an outcome happens: rates by persona, their differences and their ratios."""

from toolkit.analysis.rates.impact_ratio import impact_ratio
from toolkit.analysis.rates.rates import Rates, rates

__all__ = [
    "Rates",
    "impact_ratio",
    "rates",
]

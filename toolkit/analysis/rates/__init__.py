"""Shares and their ratios: by persona, matched, stratified."""

from toolkit.analysis.rates.impact import impact_ratio, small_ratio_chance
from toolkit.analysis.rates.rates import Rates, rates

__all__ = [
    "Rates",
    "impact_ratio",
    "rates",
    "small_ratio_chance",
]

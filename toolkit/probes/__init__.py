"""The same questions, asked by machine.

* **Decision**: a yes or no, or a grade, as ``decide`` reads it from log-probabilities.
* **Meter**: what a run has used, what is left of its **Budget**, and how long it will take;
  **SweepProgress** is one reading of it.
* **Prices**: a dated list of what endpoints charge; a price that is not on it is unknown.
"""

from toolkit.probes.decision import Decision, decide
from toolkit.probes.meter import Budget, Meter, SweepProgress
from toolkit.probes.prices import Price, Prices, price_of, read_prices

__all__ = [
    "Budget",
    "Decision",
    "Meter",
    "Price",
    "Prices",
    "SweepProgress",
    "decide",
    "price_of",
    "read_prices",
]

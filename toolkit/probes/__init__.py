"""Probes: the same questions, asked by machine.

* **Job**: one thing to ask by machine; ``run_jobs`` sends the jobs of any producer.
* **Sweep**: every unit of a frozen confirm stage, sent once, kept, resumable; ``run_sweep`` runs
  one, ``units_due`` lists the units that are **Due**.
* ``write_batch`` writes units as a file for a batch service, ``read_batch`` keeps its results.
* ``decide`` reads a yes or no, or a grade, from the log-probabilities of an answer's first token.
* **Meter**: what a run has used, what is left of its **Budget**, and how long it will take;
  **SweepProgress** is one reading of it.
* **Prices**: a dated list of what endpoints charge; a price that is not on it is unknown.
"""

from toolkit.probes.engine import Budget, Ended, Job, Meter, SweepProgress, run_jobs
from toolkit.probes.logprob_decision import decide
from toolkit.probes.prices import Prices, read_prices
from toolkit.probes.units.batch_files import read_batch, write_batch
from toolkit.probes.units.sweep import run_sweep, units_due
from toolkit.probes.units.unit_jobs import Due

__all__ = [
    "Budget",
    "Due",
    "Ended",
    "Job",
    "Meter",
    "Prices",
    "SweepProgress",
    "decide",
    "read_batch",
    "read_prices",
    "run_jobs",
    "run_sweep",
    "units_due",
    "write_batch",
]

"""The units of a frozen confirm stage as jobs: sent by the engine, or by a batch service.

* ``run_sweep`` sends every unit that is **Due**, kept and resumable; ``units_due`` lists them.
* ``write_batch`` writes units as a file for a batch service, ``read_batch`` keeps its results; a
  **BatchRead** tells what came of a file.
"""

from toolkit.probes.units.batch import BatchRead, read_batch, write_batch
from toolkit.probes.units.sweep import run_sweep, units_due
from toolkit.probes.units.unit_jobs import Due

__all__ = [
    "BatchRead",
    "Due",
    "read_batch",
    "run_sweep",
    "units_due",
    "write_batch",
]

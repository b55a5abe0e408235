"""The units of a frozen confirm stage as jobs: sent by the engine, or by a batch service.

* ``run_sweep`` sends every unit that is **Due**, kept and resumable; ``units_due`` lists them.
* ``write_batch`` writes units as a file for a batch service, ``read_batch`` keeps its results; a
  **BatchRead** tells what came of a file.
"""

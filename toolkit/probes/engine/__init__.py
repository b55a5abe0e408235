"""The sweep engine: asks many things by machine, keeps what comes, and ends in an orderly way.

* **Job**: one thing to ask, with what keeps its end; **Ended** is an answer or the failure.
* ``run_jobs`` sends the jobs of a producer: one **lane** an endpoint, a **gate** that says how many
  calls may be under way, retries, and a Dispatch row before each call.
* **Meter**: what a run has used, what is left of its **Budget**, and how long it will take;
  **SweepProgress** is one reading of it.

It knows nothing of contrasts, arms or units: whoever wants things asked is a producer of jobs.
"""

from toolkit.probes.engine.job import Ended, Job
from toolkit.probes.engine.job_run import CONCURRENCY, OnProgress, end_of_run, run_jobs
from toolkit.probes.engine.second_process import in_two_processes
from toolkit.probes.engine.usage_meter import Budget, Meter, SweepProgress

__all__ = [
    "Budget",
    "CONCURRENCY",
    "Ended",
    "Job",
    "Meter",
    "OnProgress",
    "SweepProgress",
    "end_of_run",
    "in_two_processes",
    "run_jobs",
]

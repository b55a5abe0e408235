"""Analysis plan: the frozen plan run in its order, and what is written down of it."""

from toolkit.analysis.plan.cell_audit import Published
from toolkit.analysis.plan.glossary import described, meaning_of
from toolkit.analysis.plan.plan_figures import figures_of
from toolkit.analysis.plan.plan_result import PlanResult
from toolkit.analysis.plan.plan_run import run_plan
from toolkit.analysis.plan.release import Earlier, ReleasedResult, release
from toolkit.analysis.plan.result_tables import save_result_tables
from toolkit.analysis.plan.step import Step
from toolkit.analysis.plan.table_files import save_frames

__all__ = [
    "Earlier",
    "PlanResult",
    "Published",
    "ReleasedResult",
    "Step",
    "described",
    "figures_of",
    "meaning_of",
    "release",
    "run_plan",
    "save_frames",
    "save_result_tables",
]

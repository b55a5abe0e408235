"""The study report: what came of a frozen plan, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass

from toolkit.analysis import Earlier, PlanResult, ReleasedResult, Source, release, run_plan
from toolkit.design import Study
from toolkit.record import Record
from toolkit.rendering import Readable, for_notebook
from toolkit.report.plan_summary import summary


@dataclass(frozen=True, slots=True)
class StudyReport(Readable):
    """A plan's result in words; printed, it is the report in full.

    Words hold nothing about fewer people than the study's minimum.
    """

    result: PlanResult
    """Everything, for analysts alone."""
    shown: ReleasedResult
    """What the words, and files by default, hold."""

    def short(self) -> str:
        """Say the same in fewer lines: of each step what is more than inconclusive."""
        return for_notebook("\n".join(summary(self.shown.result, short=True)))

    def in_words(self) -> str:
        """Write the report in full."""
        return "\n".join(summary(self.shown.result, short=False))


def study_report(
    source: Record | Source,
    *,
    confirm_hash: str | None = None,
    study: Study | None = None,
    earlier: Sequence[Earlier] | None = None,
) -> StudyReport:
    """Run the frozen plan of a study and report what came of it.

    Args:
        source: a record, or what ``open_to_read`` gave; it is only read.
        confirm_hash: which freeze, when the record holds several; None: that of the newest run.
        study: as its files are now; a plan that is no longer the frozen one is a deviation.
        earlier: releases of that freeze, which what is shown is compared with.

    Raises:
        AnalysisError: if the record holds no run of a confirm stage, or none of that freeze.
    """
    result = run_plan(source, confirm_hash=confirm_hash, study=study)
    return StudyReport(result, release(result, earlier=earlier or ()))

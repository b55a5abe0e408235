"""Run of the analysis plan that was frozen before there were data, in the order it was written.

What is asked, of which outcome, with which margin and in which family comes from the freeze that
every run keeps in the record, and from nowhere else. A step that cannot be had says so, and the
next one follows. What the plan does not name is marked exploratory.
"""

from toolkit.analysis.frames import Source, confirm_design, load_frames
from toolkit.analysis.plan.deviations import deviations, interim_look, not_real
from toolkit.analysis.plan.plan_data import PlanData
from toolkit.analysis.plan.plan_questions import StepPlan, StepResult, questions_of
from toolkit.analysis.plan.plan_result import PlanResult
from toolkit.analysis.plan.step import Step
from toolkit.design import Study
from toolkit.errors import AnalysisError
from toolkit.record import Record


def run_plan(
    source: Record | Source, *, confirm_hash: str | None = None, study: Study | None = None
) -> PlanResult:
    """Answer every question of a frozen plan, in its order.

    First what was kept and who was refused; then the primary outcome with both null arms; factors;
    the secondary outcomes; what the raters' judgments are worth; and what was not asked for.

    Args:
        source: a record, or what ``open_to_read`` gave; it is only read.
        confirm_hash: which freeze, when the record holds several; None: that of the newest run.
        study: as its files are now; a plan that is no longer the frozen one is a deviation.

    Raises:
        AnalysisError: if the record holds no run of a confirm stage, or none of that freeze.
    """
    record = source.record if isinstance(source, Source) else source
    study = study or (source.study if isinstance(source, Source) else None)
    design = confirm_design(record, confirm_hash)
    whole = load_frames(record, stage="confirm")
    frames = whole
    if len(design.freezes) > 1:
        frames = load_frames(record, stage="confirm", confirm_hash=design.confirm_hash)
    data = PlanData(frames, design)
    return PlanResult(
        observed=data,
        steps=tuple(_taken(one, data) for one in questions_of(data)),
        deviations=deviations(record, whole, design, study=study),
        simulated=not_real(frames),
        interim=interim_look(record, frames, design),
        notes=_notes(design.analysis.notes),
    )


def _taken(question: StepPlan, data: PlanData) -> Step:
    try:
        answer = question.ask(data)
    except AnalysisError as problem:
        answer = StepResult(notes=(f"Not estimable. {problem}",))
    return Step(question.key, question.words, question.status, *answer)


def _notes(written: str | None) -> tuple[str, ...]:
    if not written:
        return ()
    return ("The plan adds, in words that only people can follow: " + " ".join(written.split()),)

"""The figures of a plan's result, each under the name of the step it belongs to."""

from collections.abc import Iterator

from toolkit.analysis.disparity import Disparity
from toolkit.analysis.frames import NULL_ARMS
from toolkit.analysis.intersection import Intersections
from toolkit.analysis.plan.plan_result import PlanResult
from toolkit.analysis.plan.step import Step
from toolkit.analysis.plots import (
    Figure,
    caterpillar,
    forest,
    persona_ratings,
    rater_agreement,
    rater_severity,
    scenario_map,
    sitting_drift,
)
from toolkit.analysis.reliability import Reliability


def figures_of(result: PlanResult, *, every: bool = False) -> dict[str, Figure]:
    """Draw what the steps of a plan have to show.

    Args:
        result: of ``run_plan`` or ``release``.
        every: with the distributions of answers, which a release does not hold.

    Returns:
        Name of a file to figure, in the order of the steps.
    """
    drawn = {name: figure for step in result.steps for name, figure in _figures(step)}
    seen = result.observed.primary
    return {"ratings": persona_ratings(seen), **drawn} if every and len(seen.frame) else drawn


def _figures(step: Step) -> Iterator[tuple[str, Figure]]:
    """Draw one step; a result of another kind has no figure."""
    made = step.result
    if isinstance(made, Disparity) and step.findings:
        # Null arms stand beside every persona and are drawn below them all.
        compared = [one for one in step.findings if one.subject not in NULL_ARMS]
        yield step.key, forest(compared, title=step.question)
        if step.key == "primary":
            yield "primary-by-scenario", scenario_map(made)
    if isinstance(made, Reliability):
        yield "agreement", rater_agreement(made)
        if len(made.severity):
            yield "severity", rater_severity(made)
        yield "drift", sitting_drift(made)
    if isinstance(made, Intersections):
        strata = [one for one in made.findings if one.unit == made.findings[-1].unit]
        yield step.key, caterpillar(strata, title=step.question)

"""The figures of a report, each under the name of the step it belongs to."""

from collections.abc import Iterator

from toolkit.analysis.disparity import Disparity
from toolkit.analysis.plan_report import Report
from toolkit.analysis.plan_step import Step
from toolkit.analysis.plots import Figure
from toolkit.analysis.plots.forest import forest


def figures_of(report: Report) -> dict[str, Figure]:
    """Draw what the steps of a report have to show.

    Returns:
        Name of a file to figure, in the order of the steps.
    """
    return {name: figure for step in report.steps for name, figure in _figures(step)}


def _figures(step: Step) -> Iterator[tuple[str, Figure]]:
    if isinstance(step.result, Disparity) and step.findings:
        yield step.key, forest(step.findings, title=step.question)

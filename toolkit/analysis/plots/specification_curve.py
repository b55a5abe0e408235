"""Specification curve: one estimate in every defensible way, and what was chosen for each."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from toolkit.analysis.findings import Estimate
from toolkit.analysis.multiverse import CHOICES, PLANNED, Multiverse
from toolkit.analysis.plots.canvas import INK, VERMILION, sign
from toolkit.analysis.plots.figure import Figure, figure_of, nothing
from toolkit.analysis.plots.interval_rows import Line, Look, Mark, draw_rows
from toolkit.errors import AnalysisError

_PLANNED = Look(VERMILION, "D")
_OTHER = Look(INK, filled=False, size=5.0, width=1.2)
_LABEL = "difference from the reference, standard deviations of the answers"


def specification_curve(found: Multiverse, subject: str) -> Figure:
    """Draw a persona's difference in every way, lowest first, the planned one marked.

    Args:
        found: what `multiverse` gave.
        subject: a persona's id.

    Raises:
        AnalysisError: if it is anything but a ``Multiverse``.
    """
    if not isinstance(found, Multiverse):
        raise AnalysisError(
            f"specification_curve: got a {type(found).__name__}; wanted what `multiverse` gives. "
            "Write specification_curve(multiverse(observations), subject)."
        )
    rows = found.table[found.table["subject"].eq(subject)]
    numbers = rows.sort_values(["estimate", *CHOICES], kind="stable").reset_index(drop=True)
    title = f"{found.outcome} of {subject} in every defensible way"
    if numbers.empty:
        return nothing(title, "Too few situations or raters for any estimate.", numbers)
    # A choice that nobody could make otherwise needs no column.
    varied = [one for one in CHOICES if numbers[one].nunique() > 1]
    lines = [
        Line(
            "planned" if way["planned"] else "",
            Mark(_at(way), _PLANNED if way["planned"] else _OTHER),
            (_at(way).text(), *("·" if way[one] in PLANNED else str(way[one]) for one in varied)),
        )
        for way in numbers.to_dict("records")
    ]
    canvas = draw_rows(
        title,
        lines,
        simulated=found.simulated,
        columns=("estimate [interval]", *varied),
        label=_LABEL,
        tight=True,
        handles=[
            sign("D", _PLANNED.color, "as planned", linewidth=1.5),
            sign("o", _OTHER.color, "another way", linewidth=1.2, markerfacecolor="white"),
        ],
    )
    return figure_of(canvas, numbers, _alt(title, numbers), simulated=found.simulated)


def _at(way: Mapping[Hashable, Any]) -> Estimate:
    return Estimate(value=way["estimate"], low=way["low"], high=way["high"])


def _alt(title: str, numbers: pd.DataFrame) -> str:
    count, planned = len(numbers), numbers[numbers["planned"]]
    below, above = int(numbers["high"].lt(0).sum()), int(numbers["low"].gt(0).sum())
    least, most = (f"{one:+.2f}".replace("-", "−") for one in numbers["estimate"].iloc[[0, -1]])
    n = numbers["observations"]
    each = f"n = {n.min()}" if n.nunique() == 1 else f"n = {n.min()} to {n.max()}"
    said = f" As planned it is {_at(planned.iloc[0].to_dict()).text()}." if len(planned) else ""
    return (
        f"{title}: {count} ways, {each} each, from {least} to {most} standard deviations; the "
        f"interval lies below 0 in {below} and above 0 in {above}.{said} No verdict counts from it."
    )

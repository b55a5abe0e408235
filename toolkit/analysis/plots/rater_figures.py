"""Figures of raters: agreement, severity, and whether ratings move with time."""

import pandas as pd

from toolkit.analysis.findings import Estimate
from toolkit.analysis.plots.canvas import BLUE, INK, bare, drawing
from toolkit.analysis.plots.figure import Figure, figure_of, nothing, signed
from toolkit.analysis.plots.interval_rows import Line, Look, Mark, draw_rows
from toolkit.analysis.reliability import Reliability

_AGREEMENT = "How far raters agree"
_SEVERITY = "How mild or severe each rater is, shrunken"
_DRIFT = "Ratings over the sitting, freed of rater, contrast and arm"


def rater_agreement(found: Reliability) -> Figure:
    """Draw every coefficient of agreement with its interval; one that could not be had is named.

    Args:
        found: of one outcome.
    """
    numbers = found.agreement
    if not len(numbers) or numbers["estimate"].isna().all():
        return nothing(_AGREEMENT, "No coefficient of agreement could be had.", numbers)
    lines, parts = [], []
    for row in numbers.to_dict("records"):
        name, mark, shown = f"{row['measure']}, {row['of']}", None, "not estimable"
        if pd.notna(row["estimate"]):
            at = Estimate(value=row["estimate"], low=row["low"], high=row["high"])
            mark, shown = Mark(at, Look(BLUE)), at.text(signed=False)
            parts.append(f"{name} {shown}")
        lines.append(Line(name, mark, (shown, f"{row['items']} · {row['ratings']}")))
    canvas = draw_rows(
        _AGREEMENT,
        lines,
        simulated=found.simulated,
        columns=("estimate [interval]", "replies · ratings"),
        label="1: perfect agreement; 0: as by chance",
        name_width=60,
    )
    most = int(numbers["ratings"].max())
    alt = f"{_AGREEMENT} on {found.outcome!r}, n = {most} ratings: {'; '.join(parts)}."
    return figure_of(canvas, numbers, alt, simulated=found.simulated)


def rater_severity(found: Reliability) -> Figure:
    """Draw each rater's level with its interval, lowest first; of more than 60, every so many.

    Args:
        found: of one outcome.
    """
    numbers = found.severity.sort_values("severity", kind="stable").reset_index(drop=True)
    if numbers.empty:
        return nothing(_SEVERITY, "The levels of raters could not be had.", numbers)
    lines = []
    for row in numbers.iloc[:: -(-len(numbers) // 60)].to_dict("records"):
        at = Estimate(value=row["severity"], low=row["low"], high=row["high"])
        lines.append(Line(row["rater"], Mark(at, Look(BLUE, size=5)), (str(row["ratings"]),)))
    canvas = draw_rows(
        _SEVERITY,
        lines,
        simulated=found.simulated,
        columns=("ratings",),
        label="points from the average rater",
        tight=True,
    )
    apart = int((numbers["low"].gt(0) | numbers["high"].lt(0)).sum())
    alt = (
        f"{_SEVERITY}: n = {len(numbers)} raters of {found.outcome!r}, from "
        f"{signed(numbers['severity'].min())} to {signed(numbers['severity'].max())} points from "
        f"the average; the intervals of {apart} leave out 0."
    )
    return figure_of(canvas, numbers, alt, simulated=found.simulated)


def sitting_drift(found: Reliability) -> Figure:
    """Draw the mean adjusted rating by place in the rater's list, with intervals over raters.

    Args:
        found: of one outcome.
    """
    numbers = found.drift
    known = numbers[numbers["adjusted"].notna()] if len(numbers) else numbers
    if known.empty:
        return nothing(_DRIFT, "Too few raters to tell how ratings move.", numbers)
    places, adjusted = range(len(known)), known["adjusted"]
    named = [
        f"{first + 1}{f' to {last + 1}' if last > first else ''}\nn = {n}"
        for first, last, n in known[["from_position", "to_position", "ratings"]].to_numpy()
    ]
    with drawing(_DRIFT, 7.5, 3.8, stamp=found.simulated) as (canvas, (axes,)):
        axes.axhline(0, color=INK, linewidth=0.9)
        axes.vlines(places, known["low"], known["high"], color=BLUE, linewidth=1.8)
        axes.plot(places, adjusted, "o", color=BLUE, markersize=6.5)
        axes.set_xticks(list(places), named)
        axes.set(xlabel="place in the list, and ratings there", ylabel="points from average")
        axes.margins(x=0.08, y=0.12)
        bare(axes)
    told = [
        f" {one.estimand.capitalize()}: {one.estimate.text()}."
        for one in found.findings
        if one.subject == "drift" and one.estimate
    ]
    alt = (
        f"{_DRIFT}: {len(known)} stretches of the list, n = {int(known['ratings'].sum())} ratings "
        f"by {int(known['raters'].max())} raters, from {signed(adjusted.min())} to "
        f"{signed(adjusted.max())} points.{''.join(told)}"
    )
    return figure_of(canvas, numbers, alt, simulated=found.simulated)

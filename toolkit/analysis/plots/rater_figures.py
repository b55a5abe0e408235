"""Figures of raters: agreement, severity, and whether ratings move with time."""

from math import ceil, floor

import numpy as np
import pandas as pd

from toolkit.analysis.findings import Estimate
from toolkit.analysis.plots.canvas import BLUE, INK, bare, drawing
from toolkit.analysis.plots.figure import Figure, figure_of, nothing, signed
from toolkit.analysis.plots.interval_rows import Line, Look, Mark, draw_rows
from toolkit.analysis.reliability import Reliability
from toolkit.design import PRIVACY_MINIMUM

_AGREEMENT = "How far raters agree"
_SEVERITY = "How far raters differ in severity"
_BIN = 0.25
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
    """Draw how the levels of raters spread; no rater is shown by themselves.

    Args:
        found: of one outcome.
    """
    levels = found.severity["severity"].to_numpy(dtype="float64")
    names = ["from_points", "to_points", "raters"]
    if len(levels) < PRIVACY_MINIMUM:
        why = f"Fewer than {PRIVACY_MINIMUM} raters have a level: it is not shown."
        return nothing(_SEVERITY, why, pd.DataFrame(columns=names))
    first, last = (end(one / _BIN) for end, one in ((floor, levels.min()), (ceil, levels.max())))
    edges = np.arange(first, max(last, first + 1) + 1) * _BIN
    counts, _ = np.histogram(levels, edges)
    numbers = pd.DataFrame(dict(zip(names, (edges[:-1], edges[1:], counts), strict=True)))
    with drawing(_SEVERITY, 7.5, 3.2, stamp=found.simulated) as (canvas, (axes,)):
        axes.bar(edges[:-1], counts, width=_BIN, align="edge", color=BLUE, edgecolor="white")
        axes.axvline(0, color=INK, linewidth=0.9)
        axes.set(xlabel="points from the average rater, shrunken", ylabel="raters")
        axes.margins(x=0.1, y=0.12)
        bare(axes)
    alt = (
        f"{_SEVERITY}: n = {len(levels)} raters of {found.outcome!r}, standard deviation "
        f"{float(np.std(levels)):.2f} points."
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

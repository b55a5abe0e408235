"""Whether ratings move while somebody rates."""

from toolkit.analysis.plots.canvas import BLUE, INK, bare, drawing
from toolkit.analysis.plots.figure import Figure, figure_of, nothing, signed
from toolkit.analysis.reliability import Reliability

_TITLE = "Ratings over the sitting, freed of rater, contrast and arm"


def sitting_drift(found: Reliability) -> Figure:
    """Draw the mean adjusted rating by place in the rater's list, with intervals over raters.

    Args:
        found: of one outcome.
    """
    numbers = found.drift
    known = numbers[numbers["adjusted"].notna()] if len(numbers) else numbers
    if known.empty:
        return nothing(_TITLE, "Too few raters to tell how ratings move.", numbers)
    places = range(len(known))
    labels = [
        f"{first + 1} to {last + 1}" if last > first else f"{first + 1}"
        for first, last in zip(known["from_position"], known["to_position"], strict=True)
    ]
    with drawing(_TITLE, 7.5, 3.8, stamp=found.simulated) as (canvas, axes):
        axes.axhline(0, color=INK, linewidth=0.9)
        axes.vlines(places, known["low"], known["high"], color=BLUE, linewidth=1.8)
        axes.plot(places, known["adjusted"], "o", color=BLUE, markersize=6.5)
        named = [f"{one}\nn = {n}" for one, n in zip(labels, known["ratings"], strict=True)]
        axes.set_xticks(list(places), named)
        axes.set(xlabel="place in the list, and ratings there", ylabel="points from average")
        axes.margins(x=0.08, y=0.12)
        bare(axes)
    slope = next((one for one in found.findings if one.subject == "drift" and one.estimate), None)
    told = (
        f" {slope.estimand.capitalize()}: {slope.estimate.text()}."
        if slope and slope.estimate
        else ""
    )
    return figure_of(
        canvas,
        numbers,
        f"{_TITLE}: {len(known)} stretches of the list, n = {int(known['ratings'].sum())} ratings "
        f"by {int(known['raters'].max())} raters, from {signed(known['adjusted'].min())} to "
        f"{signed(known['adjusted'].max())} points.{told}",
        simulated=found.simulated,
    )

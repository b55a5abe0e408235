"""Caterpillar plot: many estimates of one kind in order, and who stands out from the average."""

from collections.abc import Sequence

from toolkit.analysis.findings import Finding, findings_frame, require_findings
from toolkit.analysis.plots.canvas import BLUE, INK, NAMED
from toolkit.analysis.plots.figure import Figure, figure_of, nothing
from toolkit.analysis.plots.interval_rows import Line, Look, Mark, draw_rows


def caterpillar(findings: Sequence[Finding], *, title: str = "Distance from the average") -> Figure:
    """Draw findings of one kind by their estimate, lowest first; a full mark leaves out 0.

    Of more than 60 the 60 farthest from 0 are drawn; the numbers hold all.

    Args:
        findings: with one unit, such as the strata of intersections.
        title: what the figure is about.
    """
    require_findings(findings, "caterpillar")
    numbers = findings_frame(findings)
    known = [(one, one.estimate) for one in findings if one.estimate is not None]
    if not known:
        return nothing(title, "There is no estimate to draw.", numbers)
    far = sorted(known, key=lambda pair: -abs(pair[1].value))[:NAMED]
    drawn = sorted(far, key=lambda pair: (pair[1].value, pair[0].subject))
    lines = []
    for one, at in drawn:
        apart = at.low > 0 or at.high < 0
        mark = Mark(at, Look(BLUE if apart else INK, filled=apart, size=5.5))
        counted = f"{one.n.observations} · {one.n.personas}"
        lines.append(Line(one.subject, mark, (at.text(), counted)))
    units = sorted({one.unit for one, _ in drawn if one.unit})
    simulated = any(one.simulated for one in findings)
    canvas = draw_rows(
        title,
        lines,
        simulated=simulated,
        columns=("estimate [interval]", "n · personas"),
        label=", ".join(units) or "estimate",
        tight=True,
    )
    counts = [one.n.observations for one, _ in drawn]
    outside = sum(at.low > 0 or at.high < 0 for _, at in known)
    missing = len(findings) - len(known)
    without = f" {missing} are not estimable or not shown." if missing else ""
    return figure_of(
        canvas,
        numbers,
        f"{title}: {len(known)} estimates with intervals, n = {min(counts)} to {max(counts)} "
        f"each; the intervals of {outside} leave out 0.{without}",
        simulated=simulated,
    )

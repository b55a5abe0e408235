"""How far raters can be relied on: their agreement, and how severe each of them is."""

from toolkit.analysis.findings import Estimate
from toolkit.analysis.plots.canvas import BLUE
from toolkit.analysis.plots.figure import Figure, figure_of, nothing, signed
from toolkit.analysis.plots.rows import Line, Mark, draw_rows
from toolkit.analysis.reliability import Reliability

_AGREEMENT = "How far raters agree"
_SEVERITY = "How mild or severe each rater is, shrunken"


def rater_agreement(found: Reliability) -> Figure:
    """Draw every coefficient of agreement with its interval; one that could not be had is named.

    Args:
        found: of one outcome.
    """
    numbers = found.agreement
    if not len(numbers) or numbers["estimate"].isna().all():
        return nothing(_AGREEMENT, "No coefficient of agreement could be had.", numbers)
    lines = [
        Line(
            f"{row.measure}, {row.of}",
            Mark(at, color=BLUE) if (at := _estimate(row)) else None,
            (at.text(signed=False) if at else "not estimable", f"{row.items} · {row.ratings}"),
        )
        for row in numbers.itertuples()
    ]
    canvas = draw_rows(
        _AGREEMENT,
        lines,
        simulated=found.simulated,
        columns=("estimate [interval]", "replies · ratings"),
        label="1: perfect agreement; 0: as by chance",
        name_width=60,
    )
    parts = [f"{line.name} {line.words[0]}" for line in lines if line.mark is not None]
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
    drawn = numbers.iloc[:: -(-len(numbers) // 60)]
    lines = [
        Line(
            str(row.rater),
            Mark(
                Estimate(value=_number(row.severity), low=_number(row.low), high=_number(row.high)),
                color=BLUE,
                size=5,
            ),
            (str(row.ratings),),
        )
        for row in drawn.itertuples()
    ]
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


def _estimate(row: object) -> Estimate | None:
    value = _number(getattr(row, "estimate", None))
    if value != value:
        return None
    return Estimate(value=value, low=_number(row.low), high=_number(row.high))  # type: ignore[attr-defined]


def _number(value: object) -> float:
    return float("nan") if value is None else float(str(value))

"""Interval plot in rows: a name, a mark with its interval, and columns of words.

Forests, caterpillars and tables of agreement are all such rows. An axis shows what can be read:
an interval much wider than the others is cut at the edge and ends there in an arrow.
"""

from collections.abc import Iterable, Sequence
from math import isfinite
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from toolkit.analysis.findings import Estimate
from toolkit.analysis.plots.canvas import (
    GRAY,
    INK,
    PALE,
    VERMILION,
    bare,
    drawing,
    key,
    note,
    written,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_ROW = 0.3
_CLOSE = 0.2
_LINE = 0.14
_NAME = 40
_SIGN = 0.078
"""Inches a sign of a label takes."""


class Look(NamedTuple):
    """How a kind of estimate is drawn."""

    color: str = INK
    shape: str = "o"
    filled: bool = True
    size: float = 6.5
    width: float = 1.8

    @property
    def face(self) -> str:
        """Color of the inside of the mark."""
        return self.color if self.filled else "white"


class Mark(NamedTuple):
    """One estimate and how it is drawn."""

    at: Estimate
    look: Look = Look()


class Line(NamedTuple):
    """One row of the drawing; without a mark only its words are shown."""

    name: str
    mark: Mark | None
    words: tuple[str, ...] = ()
    """One text a column, to the right of the panel."""
    beside: tuple[Mark, ...] = ()
    """Drawn below the mark, thinner."""
    truth: float | None = None
    """Where the mark should be, when that is known; drawn as a cross."""


def draw_rows(
    title: str,
    lines: Sequence[Line],
    *,
    simulated: bool,
    columns: Sequence[str] = (),
    label: str = "",
    band: tuple[float, float] | None = None,
    name_width: int = _NAME,
    tight: bool = False,
    handles: "Iterable[Artist]" = (),
) -> "Canvas":
    """Draw the rows from top to bottom, with a line at 0.

    Args:
        title: written above.
        lines: in their order.
        simulated: stamped below the title.
        columns: heads of the columns of words.
        label: of the axis.
        band: a shaded range, as that within which a difference would not matter; may be infinite
            to one side.
        name_width: signs of a name that are shown.
        tight: True: rows stand close, where there are many and nothing stands beside them.
        handles: of a key below.
    """
    each = (_CLOSE if tight else _ROW) + _LINE * max(
        (len(line.beside) for line in lines), default=0
    )
    widths = [
        max([len(head), *(len(written(line.words[at])) for line in lines)])
        for at, head in enumerate(columns)
    ]
    named = [written(line.name, name_width) for line in lines]
    names = max(len(one) for one in named)
    inches = 4.2 + _SIGN * (names + sum(widths) + 3 * len(widths))
    height = 1.8 + each * len(lines)
    with drawing(title, inches, height, stamp=simulated) as (canvas, (axes,)):
        axes.set(xlim=_limits(lines, band), ylim=(len(lines) - 0.45, -0.55))
        _ground(axes, band, len(lines))
        for place, line in enumerate(lines):
            _draw_line(axes, place, line, each)
        axes.set_yticks(range(len(lines)), named, fontsize=9)
        axes.tick_params(axis="y", length=0, pad=9)
        _columns(axes, lines, columns, widths)
        axes.set_xlabel(label)
        bare(axes, left=True)
        if shown := list(handles):
            key(canvas, shown)
    return canvas


def _limits(lines: Sequence[Line], band: tuple[float, float] | None) -> tuple[float, float]:
    """Choose the axis by the marks and by intervals of ordinary width."""
    marks = [one.at for line in lines for one in (line.mark, *line.beside) if one]
    halves = [(at.high - at.low) / 2 for at in marks if isfinite(at.high - at.low)]
    wide = 3 * median(halves) if halves else 1.0
    ends = [*filter(isfinite, band or ()), 0.0]
    ends += [max(at.low, at.value - wide) for at in marks]
    ends += [min(at.high, at.value + wide) for at in marks]
    low, high = min(ends), max(ends)
    room = 0.06 * (high - low) or 0.5
    return low - room, high + room


def _ground(axes: "Axes", band: tuple[float, float] | None, rows: int) -> None:
    if band:
        low, high = axes.get_xlim()
        axes.axvspan(max(low, band[0]), min(high, band[1]), color=PALE, zorder=0)
        for edge in filter(isfinite, band):
            axes.axvline(edge, color=GRAY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0.5)
    axes.axvline(0, color=INK, linewidth=0.9, zorder=0.6)
    for place in range(rows):
        axes.axhline(place + 0.5, color="#eeeeee", linewidth=0.6, zorder=0.2)
    axes.grid(visible=False)


def _draw_line(axes: "Axes", place: int, line: Line, each: float) -> None:
    marks = [one for one in (line.mark, *line.beside) if one]
    step = _LINE / each
    first = place - step * (len(marks) - 1) / 2
    for at, mark in enumerate(marks):
        _draw_mark(axes, first + at * step, mark)
    if line.truth is not None:
        look: dict[str, Any] = {"color": VERMILION, "markersize": 7.5, "markeredgewidth": 2}
        axes.plot(line.truth, first, "x", zorder=5, **look)


def _draw_mark(axes: "Axes", height: float, mark: Mark) -> None:
    low, high = axes.get_xlim()
    at, look = mark
    left, right = max(at.low, low), min(at.high, high)
    if left < right:
        axes.plot([left, right], [height] * 2, color=look.color, linewidth=look.width, zorder=2)
    for end, arrow, cut in ((low, "<", at.low < low), (high, ">", at.high > high)):
        if cut:
            axes.plot(end, height, arrow, color=look.color, markersize=5, clip_on=False, zorder=3)
    if low <= at.value <= high:
        drawn: dict[str, Any] = {
            "color": look.color,
            "markerfacecolor": look.face,
            "markersize": look.size,
        }
        axes.plot(at.value, height, look.shape, markeredgewidth=1.4, zorder=4, **drawn)


def _columns(
    axes: "Axes", lines: Sequence[Line], heads: Sequence[str], widths: Sequence[int]
) -> None:
    """Write the columns of words right of the panel; they take room as labels do."""
    start = 14.0
    for at, head in enumerate(heads):
        for place, text in ((-0.75, head), *((n, line.words[at]) for n, line in enumerate(lines))):
            look: dict[str, Any] = {
                "fontsize": 8.5,
                "fontweight": "bold" if place < 0 else "normal",
            }
            look |= {"xycoords": ("axes fraction", "data"), "annotation_clip": False}
            note(axes, written(text), (1, place), right=start, **look)
        start += 72 * _SIGN * (widths[at] + 2.2)

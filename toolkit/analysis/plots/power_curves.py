"""Power curves with their Monte-Carlo bands."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.analysis.plots.canvas import (
    BLUE,
    GRAY,
    GREEN,
    ORANGE,
    PURPLE,
    VERMILION,
    bare,
    drawing,
    key,
    note,
)
from toolkit.analysis.plots.figure import Figure, figure_of, nothing
from toolkit.analysis.power import Power

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOOKS = (
    (BLUE, "o", "-"),
    (VERMILION, "s", "--"),
    (GREEN, "^", "-."),
    (PURPLE, "D", ":"),
    (ORANGE, "v", (0, (5, 1, 1, 1))),
)
_TITLE = "What the primary test would say, by simulation"
_EACH = "each persona"


def power_curves(
    found: Power | pd.DataFrame,
    *,
    size: str = "",
    says: tuple[str, ...] = ("differs", "equivalent"),
) -> Figure:
    """Draw the share of simulations in which the primary test says something.

    Of ``power`` the share is drawn against the true effect, a line a verdict. Of ``power_curve`` it
    is drawn against the number that its designs differ in, a line a verdict and effect.

    Args:
        found: what ``power`` or ``power_curve`` gave.
        size: what the number is that designs differ in, in words.
        says: which shares to draw; "differs" at an effect of 0 is the type-I error.
    """
    table = found.table if isinstance(found, Power) else found
    rows = table[table["says"].isin(says) & table["arm"].eq(_EACH)] if len(table) else table
    if rows.empty:
        return nothing(_TITLE, "Nothing was simulated.", rows)
    along = "size" if "size" in rows else "effect"
    numbers = rows.sort_values(["says", "effect", along], kind="stable").reset_index(drop=True)
    by = ["says"] if along == "effect" else ["says", "effect"]
    with drawing(_TITLE, 8, 4.6, stamp=True) as (canvas, (axes,)):
        for number, (label, line) in enumerate(numbers.groupby(by, sort=False)):
            _line(axes, line, along, _said(label), number)
        _ground(axes)
        axes.set_xlabel(size or ("true effect" if along == "effect" else "size of the design"))
        axes.set_xticks(sorted(numbers[along].unique()))
        key(canvas, wide=2)
    return figure_of(canvas, numbers, _alt(numbers, along, by, size), simulated=True)


def _said(label: tuple[Any, ...]) -> str:
    says, *effect = label
    at = f"{effect[0]:+g}".replace("-", "−") if any(effect) else "0"
    return f"says {says!r} at a true effect of {at}" if effect else f"says {says!r}"


def _line(axes: "Axes", line: pd.DataFrame, along: str, label: str, number: int) -> None:
    color, marker, dash = _LOOKS[number % len(_LOOKS)]
    axes.fill_between(line[along], line["low"], line["high"], color=color, alpha=0.18, linewidth=0)
    look: dict[str, Any] = {"marker": marker, "linestyle": dash, "color": color, "markersize": 5.5}
    axes.plot(line[along], line["share"], label=label, **look)


def _ground(axes: "Axes") -> None:
    for height, text in ((0.8, "80 % wanted"), (0.05, "5 %")):
        axes.axhline(height, color=GRAY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
        note(axes, text, (1, height), xycoords=("axes fraction", "data"), color=GRAY)
    axes.set(ylim=(-0.02, 1.02), ylabel="share of simulations")
    axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"])
    bare(axes)


def _alt(numbers: pd.DataFrame, along: str, by: list[str], size: str) -> str:
    simulated = numbers["simulations"]
    n = f"{simulated.min()}" if simulated.nunique() == 1 else f"{simulated.min()} or more"
    parts = []
    for label, line in numbers.groupby(by, sort=False):
        # Rows stand in order along the axis.
        first, last = line.iloc[0], line.iloc[-1]
        parts.append(
            f"{_said(label)}: {first['share']:.0%} at {first[along]:g} to {last['share']:.0%} at "
            f"{last[along]:g}".replace("-", "−")
        )
    level = float(numbers["level"].iloc[0])
    return (
        f"Shares of simulations by {size or ('true effect' if along == 'effect' else 'design')}, "
        f"n = {n} simulations a point, with {level:.0%} Monte-Carlo bands and a line at "
        f"80%. {'; '.join(parts)}."
    )

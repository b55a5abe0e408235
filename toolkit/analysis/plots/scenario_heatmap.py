"""Heat map of scenarios: the difference of each persona in each situation."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.analysis.disparity import Disparity
from toolkit.analysis.plots.canvas import (
    INK,
    bare,
    drawing,
    ink_on,
    key,
    name_columns,
    patch,
    squares,
    written,
)
from toolkit.analysis.plots.figure import Figure, between, figure_of, nothing
from toolkit.design import PRIVACY_MINIMUM

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_COLORS = ("#b35806", "#f1b66b", "#f7f7f7", "#a99fcd", "#542788")
_SIGNS = ("−−", "−", "·", "+", "++")
_TITLE = "Difference from the reference by persona and situation, shrunken"
_BELOW = (
    "difference; below it, answers about the persona there; blank: never met;\n"
    "*: stands out among all"
)
_KEPT = [
    "subject",
    "scenario",
    "speaks_of",
    "shrunken",
    "shrunken_low",
    "shrunken_high",
    "stands_out",
]
_COUNTS = ["raters", "observations", "others"]


def scenario_map(found: Disparity) -> Figure:
    """Draw each persona's difference in each situation, drawn toward the average of all.

    A single situation is noisy and no evidence by itself: colors show where to read. A cell
    holds its sign and how many observations it rests on; the numbers hold intervals. A star marks
    a cell found among all of those shown at a false-discovery rate of 5 % (Benjamini-Hochberg);
    not for a claim about a persona or about situations in general. Cells that
    rest on fewer raters than the privacy minimum are hatched, and are not among the numbers.

    Args:
        found: the primary test, of one outcome.
    """
    table = found.by_scenario
    if table.empty:
        return nothing(_TITLE, "No persona was compared in any situation.", pd.DataFrame())
    numbers = table.loc[table["shrunken"].notna(), [*_KEPT, *_COUNTS]].reset_index(drop=True)
    if numbers.empty:
        why = f"Every situation rests on fewer than {PRIVACY_MINIMUM} raters, or has no interval."
        return nothing(_TITLE, why, numbers)
    step = _step(found, numbers)
    labeled = table.assign(row=_rows(table))
    rows, people = sorted(labeled["row"].unique()), sorted(table["subject"].unique())
    width = max(7.0, 2.6 + 0.44 * len(people) + 0.075 * max(len(one) for one in rows))
    simulated = any(one.simulated for one in found.findings)
    with drawing(_TITLE, width, 3.4 + 0.34 * len(rows), stamp=simulated) as (canvas, (axes,)):
        _cells(axes, labeled, rows, people, step)
        axes.set_yticks(np.arange(len(rows)) + 0.5, rows, fontsize=9)
        name_columns(axes, [written(one, 30) for one in people])
        axes.tick_params(length=0)
        bare(axes, left=True, bottom=True)
        key(canvas, _key(step, bool(table["suppressed"].any())), title=_BELOW)
    return figure_of(canvas, numbers, _alt(found, numbers, step), simulated=simulated)


def _step(found: Disparity, numbers: pd.DataFrame) -> float:
    """Width of a color: half the margin, or what spreads the cells there are."""
    margins = (one.margin for one in found.findings if one.margin)
    return next(margins, float(numbers["shrunken"].abs().max()) or 2.0) / 2


def _rows(table: pd.DataFrame) -> "pd.Series[str]":
    titles = table["scenario"].astype("str").map(lambda one: written(one, 40))
    if table["speaks_of"].nunique() < 2:
        return titles
    return titles + table["speaks_of"].eq("in general").map({True: "", False: " (from leads)"})


def _cells(
    axes: "Axes", table: pd.DataFrame, rows: list[str], people: list[str], step: float
) -> None:
    grid = np.full((len(rows), len(people)), np.nan)
    hatched = {}
    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 7, "linespacing": 0.95}
    for cell in table.to_dict("records"):
        at = row, column = rows.index(cell["row"]), people.index(cell["subject"])
        if np.isnan(cell["shrunken"]):
            hatched[at] = "////" if cell["suppressed"] else "...."
            continue
        kind = int(np.digitize(cell["shrunken"], [-2 * step, -step, step, 2 * step]))
        star = "*" if cell["stands_out"] else ""
        grid[at], text = kind, f"{_SIGNS[kind]}{star}\n{cell['observations']}"
        axes.text(column + 0.5, row + 0.5, text, color=ink_on(_COLORS[kind]), **look)
    squares(axes, grid, _COLORS, hatched)


def _key(step: float, suppressed: bool) -> "Iterator[Artist]":
    near, far = f"{step:g}", f"{2 * step:g}"
    said = (
        f"below −{far}",
        f"−{far} to −{near}",
        f"within ±{near}",
        f"{near} to {far}",
        f"above {far}",
    )
    for color, sign, text in zip(_COLORS, _SIGNS, said, strict=True):
        yield patch(color, f"{sign} {text}", edgecolor=INK, linewidth=0.4)
    if suppressed:
        few = f"fewer than {PRIVACY_MINIMUM} raters: not shown"
        yield patch("white", few, edgecolor="#bbbbbb", hatch="////")


def _alt(found: Disparity, numbers: pd.DataFrame, step: float) -> str:
    table = found.by_scenario
    hidden = int(table["suppressed"].sum())
    spread = between(numbers["observations"].min(), numbers["observations"].max(), each="")
    far = int(numbers["shrunken"].abs().ge(step).sum())
    none = len(table) - len(numbers) - hidden
    without = f" {none} have no interval and are dotted." if none else ""
    return (
        f"Map of shrunken differences from the reference, {table['subject'].nunique()} personas by "
        f"{table['scenario'].nunique()} situations. Cells shown: {len(numbers)}, {spread} "
        f"answers in each; of these {far} lie {step:g} or more from 0. Cells that rest on "
        f"fewer than {PRIVACY_MINIMUM} raters: {hidden}, hatched and not shown.{without} "
        f"{int(numbers['stands_out'].sum())} stand out among all of them at a false-discovery rate "
        "of 5 % (Benjamini-Hochberg). One "
        "situation by itself is no evidence in general."
    )

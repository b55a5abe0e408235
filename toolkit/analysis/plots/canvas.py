"""Canvas: the drawing vocabulary of all figures, one look, one way to name, stack and count.

The only file that loads matplotlib and seaborn, and only when something is drawn: they take longer
to load than most analyses to run.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.analysis.engine import Floats
from toolkit.rendering import shortened

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

FONT = "DejaVu Sans"
BLUE, SKY, ORANGE, VERMILION, GREEN, PURPLE = (
    "#0072b2",
    "#56b4e9",
    "#e69f00",
    "#d55e00",
    "#009e73",
    "#cc79a7",
)
"""Colors that readers of any color vision tell apart, by Okabe and Ito."""
INK, GRAY, PALE = "#222222", "#777777", "#e9e9e9"
LOW_TO_HIGH = ("#b35806", "#f1b66b", "#e3e3e3", "#a99fcd", "#542788")
"""Of five answers, from brown over gray to purple."""
NAMED = 60
"""Rows a figure has room to name."""
SIMULATED = "simulated data"
_STYLE: dict[Any, Any] = {
    "font.family": FONT,
    "font.size": 10,
    "axes.titlesize": 10,
    "text.parse_math": False,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
}


@contextmanager
def drawing(
    title: str,
    width: float,
    height: float,
    *,
    stamp: str | bool = "",
    down: int = 1,
    across: int = 1,
) -> "Iterator[tuple[Canvas, Sequence[Axes]]]":
    """Open a drawing in the one look; its panels share their rows, and their axis in a column.

    Args:
        title: written above.
        width: in inches.
        height: in inches.
        stamp: written below the title: what of it does not come from people; True: that data
            are simulated.
        down: rows of panels.
        across: panels in a row.
    """
    import seaborn
    from matplotlib import rc_context
    from matplotlib.figure import Figure as Canvas

    look: dict[Any, Any] = {**seaborn.axes_style("white"), **_STYLE}
    with rc_context(look):
        canvas = Canvas(figsize=(width, height), layout="constrained")
        grid = canvas.subplots(down, across, sharex=True, sharey=True, squeeze=False)
        yield canvas, list(grid.ravel())
        whole = f"{title}\n[ {SIMULATED if stamp is True else stamp} ]" if stamp else title
        canvas.suptitle(whole, fontsize=11, fontweight="bold")


def bare(axes: "Axes", *, left: bool = False, bottom: bool = False) -> None:
    """Take away the frame above and on the right; on the left and below where asked.

    Args:
        axes: the panel.
        left: whether the line on the left goes, too.
        bottom: whether the line below goes, too.
    """
    import seaborn

    seaborn.despine(ax=axes, left=left, bottom=bottom)


def name_rows(axes: "Axes", labels: Sequence[str], width: int = 60) -> None:
    """Name the rows; of very many, every so many.

    Args:
        axes: the panel.
        labels: of all rows, from the top.
        width: signs of a label that are shown.
    """
    places = range(0, len(labels), -(-len(labels) // NAMED))
    axes.set_yticks(list(places), [written(labels[at], width) for at in places], fontsize=9)
    axes.tick_params(axis="y", length=0)


def note(axes: "Axes", text: str, at: tuple[Any, Any], *, right: float = 4, **look: Any) -> None:
    """Write beside a place.

    Args:
        axes: the panel.
        text: what to write.
        at: the place, in data unless ``look`` says otherwise.
        right: points to the right of it.
        look: of the text.
    """
    usual = {"textcoords": "offset points", "va": "center", "fontsize": 8}
    axes.annotate(text, at, xytext=(right, 0), **{**usual, **look})


def stack(axes: "Axes", wide: pd.DataFrame, colors: Mapping[Any, str]) -> "pd.Series[float]":
    """Draw one bar a row, one piece a color, and write each piece's number into it.

    Args:
        axes: the panel.
        wide: counts, one row a bar from the top, one column a piece.
        colors: column to color, in the order of the pieces.

    Returns:
        Length of each bar.
    """
    from matplotlib.ticker import MaxNLocator

    left, few = pd.Series(0.0, index=range(len(wide))), len(wide) <= NAMED
    look: dict[str, Any] = {"height": 0.8 if few else 1.0, "linewidth": few, "edgecolor": "white"}
    for name, color in colors.items():
        piece = wide[name].reset_index(drop=True)
        bars = axes.barh(left.index, piece, left=left, color=color, **look)
        texts = [f"{n:.0f}" if n and few else "" for n in piece]
        axes.bar_label(bars, texts, label_type="center", fontsize=8, color=ink_on(color))
        left = left + piece
    axes.set_ylim(len(wide) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    bare(axes, left=True)
    return left


def heat(axes: "Axes", grid: pd.DataFrame, column_width: int | None = None) -> None:
    """Draw a table of counts.

    Args:
        axes: the panel.
        grid: the counts, with labels.
        column_width: break labels of columns there; None: slant them.
    """
    import seaborn

    seaborn.heatmap(
        grid,
        annot=grid.map(lambda n: str(n) if n else "·"),
        fmt="",
        cmap="Blues",
        vmin=0,
        vmax=max(4, int(grid.to_numpy().max())),
        linewidths=0.5,
        linecolor="#cccccc",
        cbar=False,
        ax=axes,
    )
    axes.set(xlabel="", ylabel="")
    axes.set_yticks(axes.get_yticks(), [written(one) for one in grid.index], rotation=0)
    name_columns(axes, [written(one) for one in grid.columns], column_width)


def squares(
    axes: "Axes",
    grid: Floats,
    colors: Sequence[str],
    hatched: Mapping[tuple[int, int], str],
) -> None:
    """Draw a table of colored squares, from the top.

    Args:
        axes: the panel.
        grid: which color, from 0; NaN for none.
        colors: in their order.
        hatched: row and column of squares without a color to the pattern that fills them.
    """
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Rectangle

    for (row, column), hatch in hatched.items():
        look: dict[str, Any] = {"facecolor": "white", "edgecolor": "#bbbbbb", "lw": 0}
        axes.add_patch(Rectangle((column, row), 1, 1, hatch=hatch, **look))
    rows, columns = grid.shape
    axes.pcolormesh(
        np.arange(columns + 1),
        np.arange(rows + 1),
        np.ma.masked_invalid(grid),
        cmap=ListedColormap(colors),
        vmin=-0.5,
        vmax=len(colors) - 0.5,
        edgecolors="#dddddd",
        linewidth=0.6,
    )
    axes.set(xlim=(0, columns), ylim=(rows, 0))


def name_columns(axes: "Axes", names: Sequence[str], width: int | None = None) -> None:
    """Name the columns of a table, at the half of each.

    Args:
        axes: the panel.
        names: from the left.
        width: break names there; None: slant them.
    """
    places = [place + 0.5 for place in range(len(names))]
    if width:
        axes.set_xticks(places, [textwrap.fill(one, width) for one in names], rotation=0)
    else:
        axes.set_xticks(places, names, rotation=45, ha="right", rotation_mode="anchor")


def patch(color: str, label: str, **look: Any) -> "Artist":
    """A field of color in a key.

    Args:
        color: of the field, such as ``#888888``.
        label: what stands beside it.
        **look: properties of matplotlib's ``Patch``, in place of a thin gray edge.
    """
    from matplotlib.patches import Patch

    return Patch(facecolor=color, label=label, **{"linewidth": 0.5, "edgecolor": "#888888", **look})


def sign(shape: str, color: str, label: str, **look: Any) -> "Artist":
    """A mark in a key.

    Args:
        shape: marker as matplotlib names it, such as ``o``.
        color: of the mark.
        label: what stands beside it.
        **look: properties of matplotlib's ``Line2D``; sizes and widths in points.
    """
    from matplotlib.lines import Line2D

    return Line2D([], [], marker=shape, color=color, label=label, **look)


def key(
    canvas: "Canvas", handles: "Iterable[Artist]" = (), *, title: str = "", wide: int = 3
) -> None:
    """Draw a key below the panels.

    Args:
        canvas: the drawing.
        handles: of the key; none: whatever is drawn with a label.
        title: of the key.
        wide: columns.
    """
    shown = {"handles": list(handles)} if handles else {}
    canvas.legend(title=title, loc="outside lower center", ncols=wide, frameon=False, **shown)


def color_key(canvas: "Canvas", colors: Mapping[Any, str], title: str = "") -> None:
    """Draw a key of colors below the panels.

    Args:
        canvas: the drawing.
        colors: label to color, in the order of the key.
        title: of the key; empty: none.
    """
    key(canvas, [patch(color, str(name)) for name, color in colors.items()], title=title, wide=5)


def ink_on(color: str) -> str:
    """Black or white, whichever reads on the color."""
    return "white" if sum(int(color[at : at + 2], 16) for at in (1, 3, 5)) < 380 else "black"


def written(label: object, width: int = 60) -> str:
    """A label on one line; a sign the font lacks becomes a box and not a warning.

    Args:
        label: anything; its text is what is shown.
        width: in characters; a longer one is cut with an ellipsis.
    """
    known = _signs()
    return "".join(one if ord(one) in known else "□" for one in shortened(str(label), width))


@cache
def _signs() -> Mapping[int, int]:
    from matplotlib.font_manager import findfont, get_font

    return get_font(findfont(FONT)).get_charmap()

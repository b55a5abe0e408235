"""What every figure has: a drawing, the numbers it shows, its words, and one look.

The ground is white, so a figure reads the same on a dark page and on paper. Colors keep their order
for color-blind readers (M. Okabe and K. Ito 2002), and no color speaks alone: every one stands
beside a shape, a place or a word.
"""

import io
import textwrap
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import findfont, get_font
from matplotlib.patches import Patch
from PIL import Image

from toolkit.rendering import for_notebook, shortened

DPI = 110
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
_STYLE: dict[Any, Any] = {
    "font.family": FONT,
    "font.size": 10,
    "axes.titlesize": 10,
    "text.parse_math": False,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
}
NAMED = 60
"""Rows a figure has room to name."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with what it shows.

    As the last line of a notebook's cell it shows itself, its description as plain text below.
    """

    figure: Canvas = field(repr=False)
    """As matplotlib has it, to be drawn further."""
    numbers: pd.DataFrame = field(repr=False)
    """The numbers it shows, tidy."""
    alt: str
    """What it shows, in words, with its n."""

    def png(self) -> bytes:
        """Draw it as a PNG in 128 colors, a third of the size: a notebook holds several."""
        drawn, small = io.BytesIO(), io.BytesIO()
        self.figure.savefig(drawn, format="png", dpi=DPI)
        with Image.open(drawn) as image:
            # Other methods drop colors of small areas, such as those of a key.
            few = image.convert("RGB").quantize(
                128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
            )
        few.save(small, format="png", optimize=True)
        return small.getvalue()

    def _ipython_display_(self) -> None:
        # Loaded here: only a notebook shows figures, and it has loaded this already. JupyterLab
        # gives images no alternative text, so the description is an output of its own.
        from IPython.display import publish_display_data

        image = {"image/png": b64encode(self.png()).decode(), "text/plain": "[figure]"}
        publish: Any = publish_display_data
        publish(image, metadata={})
        publish({"text/plain": for_notebook(textwrap.fill(self.alt, 100))}, metadata={})


def style() -> AbstractContextManager[None]:
    """The one look, for as long as the context lasts."""
    look: dict[Any, Any] = {**sns.axes_style("white"), **_STYLE}
    return rc_context(look)


def canvas_of(width: float, height: float) -> tuple[Canvas, Axes]:
    """Make a drawing with one panel, in inches."""
    canvas = Canvas(figsize=(width, height), layout="constrained")
    return canvas, canvas.subplots()


def head(canvas: Canvas, title: str, stamp: str = "") -> None:
    """Write the title, and stamp what does not come from people."""
    canvas.suptitle(f"{title}\n[ {stamp} ]" if stamp else title, fontsize=11, fontweight="bold")


def simulated_stamp(simulated: bool) -> str:
    """What is stamped on a figure of the confirm stage."""
    return "simulated data" if simulated else ""


def name_rows(axes: Axes, labels: Sequence[str]) -> None:
    """Name the rows; of very many, every so many."""
    places = range(0, len(labels), -(-len(labels) // NAMED))
    axes.set_yticks(list(places), [written(labels[at]) for at in places], fontsize=9)
    axes.tick_params(axis="y", length=0)


def legend(canvas: Canvas, colors: Mapping[str, str], title: str = "") -> None:
    """Draw a key of colors below the panels."""
    patches = [
        Patch(facecolor=color, edgecolor="#888888", linewidth=0.5) for color in colors.values()
    ]
    canvas.legend(
        patches, list(colors), title=title, loc="outside lower center", ncols=5, frameon=False
    )


def written(label: object, width: int = 60) -> str:
    """A label on one line; a sign the font lacks becomes a box and not a warning."""
    known = get_font(findfont(FONT)).get_charmap()
    return "".join(sign if ord(sign) in known else "□" for sign in shortened(str(label), width))


def signed(number: float) -> str:
    """A number with its sign, as people write it."""
    return f"{number:+.2f}".replace("-", "−")


def ink_on(color: str) -> str:
    """Black or white, whichever reads on the color."""
    return "white" if sum(int(color[at : at + 2], 16) for at in (1, 3, 5)) < 380 else "black"


def nothing(title: str, why: str, numbers: pd.DataFrame) -> Figure:
    """Draw that there is nothing to draw, and say why."""
    with style():
        canvas, axes = canvas_of(7, 1.6)
        text = "\n".join(textwrap.wrap(written(why, 400), 80))
        axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
        head(canvas, title)
    return Figure(canvas, numbers, f"{title}: n = 0. {why}")

"""Figure: a drawing, the numbers it shows, and its words.

The ground is white, so a figure reads the same on a dark page and on paper. Colors keep their order
for color-blind readers (M. Okabe and K. Ito 2002), and no color speaks alone: every one stands
beside a shape, a place or a word.
"""

import io
import textwrap
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.analysis.plots.canvas import drawing, written
from toolkit.rendering import for_notebook

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

DPI = 110


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with what it shows.

    As the last line of a notebook's cell it shows itself, its description as plain text below.
    """

    figure: "Canvas" = field(repr=False)
    """As matplotlib has it, to be drawn further."""
    numbers: pd.DataFrame = field(repr=False)
    """The numbers it shows, tidy."""
    alt: str
    """What it shows, in words, with its n."""

    def png(self) -> bytes:
        """Draw it as a PNG in 128 colors, a third of the size: a notebook holds several."""
        # Loaded here: most who read the numbers never see the picture.
        from PIL import Image

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


def figure_of(canvas: "Canvas", numbers: pd.DataFrame, alt: str, *, simulated: bool) -> Figure:
    """Make a figure of the confirm stage; its description says when data are simulated.

    Args:
        canvas: the drawing.
        numbers: what it shows.
        alt: the same in words.
        simulated: whether any of it is.
    """
    return Figure(canvas, numbers, f"{alt} Simulated data." if simulated else alt)


def nothing(title: str, why: str, numbers: pd.DataFrame) -> Figure:
    """Draw that there is nothing to draw, and say why.

    Args:
        title: of the figure.
        why: a sentence.
        numbers: the empty table.
    """
    with drawing(title, 7, 1.6) as (canvas, (axes,)):
        text = "\n".join(textwrap.wrap(written(why, 400), 80))
        axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
    return Figure(canvas, numbers, f"{title}: n = 0. {why}")


def signed(number: float) -> str:
    """A number with its sign, as people write it."""
    return f"{number:+.2f}".replace("-", "−")


def between(least: float, most: float, *, each: str = " each") -> str:
    """Say how much there is, as a range: ``n = 3 each`` or ``n = 3 to 5 each``.

    Args:
        least: the smallest count.
        most: the largest.
        each: what follows the numbers.
    """
    return f"n = {least}{each}" if least == most else f"n = {least} to {most}{each}"

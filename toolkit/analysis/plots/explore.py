"""Figures of an explore record: each with the numbers it shows and a description in words.

Counts are drawn as counts. No figure compares personas; coverage counts who met which situation
and nothing else. Colors keep their order for color-blind readers, every mark that matters carries
its number, and the ground is white, so a figure reads the same on a dark page and on paper.
"""

import io
import textwrap
from base64 import b64encode
from collections.abc import Sequence
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
from matplotlib.ticker import MaxNLocator
from PIL import Image

from toolkit.analysis.counts import (
    ANSWERS,
    PROGRESS,
    count_coverage,
    count_flags,
    count_progress,
    count_ratings,
    count_session_ratings,
    dimension_label,
    harm_label,
    testers,
)
from toolkit.analysis.frames import Frames
from toolkit.analysis.legible import shortened
from toolkit.design import Study

DPI = 110
FONT = "DejaVu Sans"
STATE_COLORS = dict(
    zip(PROGRESS, ("#0072b2", "#56b4e9", "#e69f00", "#b5e0d2", "#e3e3e3"), strict=True)
)
VALUE_COLORS = dict(
    zip(ANSWERS[:5], ("#b35806", "#f1b66b", "#e3e3e3", "#a99fcd", "#542788"), strict=True)
)
WHEN = {"answer": "after an answer", "conversation": "after the conversation"}
_STYLE: dict[Any, Any] = {
    "font.family": FONT,
    "font.size": 10,
    "axes.titlesize": 10,
    "text.parse_math": False,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
}
_LABEL = 34
_PANELS = 4
_NAMED = 60
"""Rows a figure has room to name; of more participants every so many is named, and of more
conversations those with the widest spread are drawn."""


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
        publish({"text/plain": textwrap.fill(self.alt, 100)}, metadata={})


def progress(frames: Frames) -> Figure:
    """Draw how many conversations each participant finished, skipped, or has still to begin."""
    numbers = count_progress(frames)
    if numbers.empty:
        return _nothing("Progress", "No participant has enrolled yet.", numbers)
    people = list(testers(frames)["participant_id"].astype("str"))
    wide = numbers.astype({"participant_id": "str", "state": "str"}).pivot(
        index="participant_id", columns="state", values="n"
    )
    wide = wide.loc[people, list(PROGRESS)].astype("int64")
    with _style():
        canvas, axes = _canvas(9, 1.7 + 0.3 * min(len(people), _NAMED))
        _stack(axes, wide, STATE_COLORS)
        _name_rows(axes, people)
        axes.set_xlabel("conversations")
        _legend(canvas, STATE_COLORS)
        _head(canvas, "Progress of each participant, in order of enrollment", frames)
    sums = wide.sum()
    parts = ", ".join(f"{sums[state]} {state}" for state in PROGRESS)
    return Figure(
        canvas,
        numbers,
        f"Stacked bars, one a participant: conversations by state. n = {len(people)} participants"
        f"{_simulated(frames)}, {sums.sum()} conversations: {parts}.",
    )


def coverage(frames: Frames, study: Study | None = None) -> Figure:
    """Draw how often each persona met each situation; only conversations that reached their end.

    Args:
        frames: of stage explore.
        study: adds what it plans and nobody has played; None: only what occurs.
    """
    numbers = count_coverage(frames, study)
    if numbers.empty:
        return _nothing("Coverage", "No conversation has begun yet.", numbers)
    grid = numbers.pivot(index="scenario_id", columns="persona_id", values="n")
    rows, names = _lookup(numbers, "scenario"), _lookup(numbers, "persona")
    with _style():
        canvas, axes = _canvas(max(7.0, 3.6 + 0.4 * grid.shape[1]), 2.6 + 0.36 * grid.shape[0])
        _heat(axes, grid.rename(index=rows, columns=names))
        _head(canvas, "Coverage: finished conversations by situation and persona", frames)
    met = int(grid.gt(0).to_numpy().sum())
    return Figure(
        canvas,
        numbers,
        f"Table of counts, {grid.shape[0]} situations by {grid.shape[1]} personas. "
        f"n = {int(grid.to_numpy().sum())} conversations that reached their end"
        f"{_simulated(frames)}; {met} of {grid.size} pairs have at least one. "
        "Counts of coverage only; they compare nobody.",
    )


def rating_distribution(frames: Frames) -> Figure:
    """Draw the ratings of each situation, one panel a trust dimension and occasion."""
    numbers = count_ratings(frames)
    if numbers.empty:
        return _nothing("Ratings by situation", "Nothing has been rated yet.", numbers)
    panels = [(str(a), str(d)) for a, d in numbers[["about", "dimension"]].drop_duplicates().values]
    titles = _lookup(numbers, "scenario")
    across = min(_PANELS, len(panels))
    down = -(-len(panels) // across)
    with _style():
        canvas = Canvas(
            figsize=(max(7.0, 3 + 2.3 * across), 1.2 + down * (1.1 + 0.3 * len(titles))),
            layout="constrained",
        )
        grid = canvas.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, panel in zip(grid, panels, strict=False):
            _rating_panel(axes, numbers, panel, titles)
        for axes in grid[len(panels) :]:
            axes.set_axis_off()
        _legend(canvas, VALUE_COLORS, title="rating, 1 low to 5 high")
        _head(canvas, "Ratings by situation; at the end of a bar the number of ratings", frames)
    return Figure(canvas, numbers, _describe_ratings(numbers, frames))


def session_ratings(frames: Frames) -> Figure:
    """Draw the spread of ratings within each conversation, grouped by situation.

    Of more than 60 conversations the 60 with the widest spread are drawn, the newest first among
    equals; the numbers hold all.
    """
    numbers = count_session_ratings(frames)
    if numbers.empty:
        return _nothing("Ratings by conversation", "Nothing has been rated yet.", numbers)
    spread, rows = _widest(numbers)
    labels = [
        f"{shortened(title, _LABEL)} · {who}"
        for title, who in zip(rows["scenario"], rows["participant_id"], strict=True)
    ]
    rated = numbers["session_id"].nunique()
    some = f": the {len(rows)} widest of {rated}" if len(rows) < rated else ""
    with _style():
        canvas = Canvas(figsize=(10, 2 + 0.28 * len(rows)), layout="constrained")
        panels = canvas.subplots(1, 2, sharey=True)
        for axes, (about, when) in zip(panels, WHEN.items(), strict=True):
            _spread_panel(axes, spread[spread["about"].eq(about)], f"Rated {when}")
        panels[0].set_ylim(len(rows) - 0.4, -0.6)
        _name_rows(panels[0], labels)
        _head(canvas, f"Spread of ratings within each conversation{some}", frames)
    without = len(frames.sessions) - rated
    return Figure(
        canvas,
        numbers,
        f"Dots at the ratings given in each conversation, joined from lowest to highest; the "
        f"number in a dot is how many{some}. n = {numbers['n'].sum()} ratings in {rated} "
        f"conversations{_simulated(frames)}; {without} further conversations have none.",
    )


def flags_by_harm(frames: Frames) -> Figure:
    """Draw how many flags stand in each situation, by type of harm."""
    numbers = count_flags(frames)
    if numbers.empty:
        return _nothing("Flags", "No conversation has begun yet.", numbers)
    grid = numbers.pivot(index="scenario_id", columns="harm_type", values="n")
    grid = grid[list(numbers["harm_type"].unique())]
    titles = _lookup(numbers, "scenario")
    with _style():
        canvas, axes = _canvas(3.6 + 0.9 * grid.shape[1], 2.4 + 0.36 * grid.shape[0])
        begun = numbers.drop_duplicates("scenario_id").set_index("scenario_id")["conversations"]
        rows = {key: f"{title} ({begun[key]})" for key, title in titles.items()}
        _heat(axes, grid.rename(index=rows, columns=harm_label), column_width=12)
        _head(canvas, "Flags that stand; in brackets the conversations begun", frames)
    sums = grid.sum()
    parts = ", ".join(f"{n} {harm_label(str(kind))}" for kind, n in sums.items() if n)
    return Figure(
        canvas,
        numbers,
        f"Table of counts, {grid.shape[0]} situations by type of harm. n = {sums.sum()} flags in "
        f"{begun.sum()} conversations{_simulated(frames)}{': ' if parts else ''}{parts}. "
        "A situation without a flag is not a situation without harm.",
    )


# ── parts of a drawing ──────────────────────────────────────────────────────────────────────────


def _style() -> AbstractContextManager[None]:
    style: dict[Any, Any] = {**sns.axes_style("white"), **_STYLE}
    return rc_context(style)


def _canvas(width: float, height: float) -> tuple[Canvas, Axes]:
    canvas = Canvas(figsize=(width, height), layout="constrained")
    return canvas, canvas.subplots()


def _head(canvas: Canvas, title: str, frames: Frames) -> None:
    """Write the title, and stamp what does not come from people."""
    stamp = {"": "", " (simulated)": "simulated participants"}.get(
        _simulated(frames), _simulated(frames).strip(" ()")
    )
    canvas.suptitle(f"{title}\n[ {stamp} ]" if stamp else title, fontsize=11, fontweight="bold")


def _simulated(frames: Frames) -> str:
    marks = testers(frames)["simulated"]
    if not marks.any():
        return ""
    if marks.all():
        return " (simulated)"
    return f" ({int(marks.sum())} of {len(marks)} participants simulated)"


def _stack(axes: Axes, wide: pd.DataFrame, colors: dict[str, str]) -> None:
    """Draw one bar a row, one piece a column, and write each piece's number into it."""
    left = pd.Series(0, index=range(len(wide)))
    few = len(wide) <= _NAMED
    for name, color in colors.items():
        piece = wide[name].reset_index(drop=True)
        bars = axes.barh(
            left.index,
            piece,
            left=left,
            color=color,
            height=0.8 if few else 1.0,
            linewidth=few,
            edgecolor="white",
        )
        ink = "white" if sum(int(color[at : at + 2], 16) for at in (1, 3, 5)) < 380 else "black"
        numbers = [str(n) if n and few else "" for n in piece]
        axes.bar_label(bars, labels=numbers, label_type="center", fontsize=8, color=ink)
        left = left + piece
    axes.set_ylim(len(wide) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    sns.despine(ax=axes, left=True)


def _heat(axes: Axes, grid: pd.DataFrame, column_width: int | None = None) -> None:
    """Draw a table of counts; column labels are slanted, or broken at ``column_width``."""
    labels = grid.map(lambda n: str(n) if n else "·")
    sns.heatmap(
        grid,
        annot=labels,
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
    axes.set_yticks(axes.get_yticks(), [_written(one) for one in grid.index], rotation=0)
    columns = [_written(one) for one in grid.columns]
    if column_width:
        broken = [textwrap.fill(one, column_width) for one in columns]
        axes.set_xticks(axes.get_xticks(), broken, rotation=0)
    else:
        axes.set_xticks(axes.get_xticks(), columns, rotation=45, ha="right", rotation_mode="anchor")


def _rating_panel(
    axes: Axes, numbers: pd.DataFrame, panel: tuple[str, str], titles: dict[str, str]
) -> None:
    about, dimension = panel
    rows = numbers[numbers["about"].eq(about) & numbers["dimension"].eq(dimension)]
    wide = rows.pivot(index="scenario_id", columns="answer", values="n")
    wide = wide.reindex(list(titles), fill_value=0)
    _stack(axes, wide, VALUE_COLORS)
    for row, n in enumerate(wide[list(VALUE_COLORS)].sum(axis=1)):
        axes.annotate(
            str(n), (n, row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8
        )
    axes.set_title(f"{dimension_label(dimension)}\n{WHEN[about]}")
    axes.margins(x=0.15)
    _name_rows(axes, list(titles.values()))


def _widest(numbers: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Choose the conversations to draw; returns their numbers with ``row``, and one row each."""
    ends = numbers.groupby("session_id", sort=False)["value"].agg(["min", "max"])
    width = (ends["max"] - ends["min"]).rename("width").reset_index()
    ranked = width.sort_values(["width", "session_id"], ascending=False, kind="stable")
    drawn = numbers[numbers["session_id"].isin(ranked["session_id"].head(_NAMED))]
    rows = drawn.drop_duplicates("session_id").reset_index(drop=True)
    place = {name: number for number, name in enumerate(rows["session_id"])}
    return drawn.assign(row=drawn["session_id"].map(place)), rows


def _spread_panel(axes: Axes, spread: pd.DataFrame, title: str) -> None:
    ends = spread.groupby("row")["value"].agg(["min", "max"])
    axes.hlines(ends.index, ends["min"], ends["max"], color="#999999", linewidth=1.5, zorder=1)
    sns.scatterplot(
        spread, x="value", y="row", color="#0072b2", s=150, edgecolor="white", zorder=2, ax=axes
    )
    for dot in spread[spread["n"].gt(1)].itertuples():
        axes.annotate(
            str(dot.n), (dot.value, dot.row), ha="center", va="center", color="white", fontsize=8
        )
    axes.set(title=title, xlim=(0.5, 5.5), xticks=range(1, 6), ylabel="")
    axes.set_xlabel("rating, 1 low to 5 high")
    axes.grid(axis="x", color="#eeeeee")
    axes.set_axisbelow(True)
    sns.despine(ax=axes, left=True)


def _name_rows(axes: Axes, labels: Sequence[str]) -> None:
    """Name the rows; of very many, every so many."""
    places = range(0, len(labels), -(-len(labels) // _NAMED))
    axes.set_yticks(list(places), [_written(labels[at]) for at in places], fontsize=9)
    axes.tick_params(axis="y", length=0)


def _legend(canvas: Canvas, colors: dict[str, str], title: str = "") -> None:
    patches = [
        Patch(facecolor=color, edgecolor="#888888", linewidth=0.5) for color in colors.values()
    ]
    canvas.legend(
        patches, list(colors), title=title, loc="outside lower center", ncols=5, frameon=False
    )


def _written(label: object, width: int = 60) -> str:
    """A label on one line; a sign the font lacks becomes a box and not a warning."""
    known = get_font(findfont(FONT)).get_charmap()
    return "".join(sign if ord(sign) in known else "□" for sign in shortened(str(label), width))


def _lookup(numbers: pd.DataFrame, noun: str) -> dict[str, str]:
    pairs = numbers.drop_duplicates(f"{noun}_id")
    titles = (shortened(title, _LABEL) for title in pairs[noun])
    return dict(zip(pairs[f"{noun}_id"], titles, strict=True))


def _describe_ratings(numbers: pd.DataFrame, frames: Frames) -> str:
    sums: Any = numbers.groupby("answer")["n"].sum().reindex(list(ANSWERS), fill_value=0)
    given = ", ".join(f"{sums[value]} of {value}" for value in VALUE_COLORS)
    return (
        f"Stacked bars of ratings, {numbers['scenario_id'].nunique()} situations by "
        f"{numbers['dimension'].nunique()} dimensions. n = {sums[list(VALUE_COLORS)].sum()} "
        f"ratings{_simulated(frames)}: {given}. Not in the bars: {sums['declined']} declined, "
        f"{sums['unrated']} unrated."
    )


def _nothing(title: str, why: str, numbers: pd.DataFrame) -> Figure:
    with _style():
        canvas, axes = _canvas(7, 1.6)
        axes.text(0.5, 0.5, why, ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
        canvas.suptitle(title, fontsize=11, fontweight="bold")
    return Figure(canvas, numbers, f"{title}: n = 0. {why}")

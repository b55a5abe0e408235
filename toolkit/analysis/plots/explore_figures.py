"""Figures of an explore record: each with the numbers it shows and a description in words.

Counts are drawn as counts. No figure compares personas; coverage counts who met which situation
and nothing else. Colors keep their order for color-blind readers, every mark that matters carries
its number, and the ground is white, so a figure reads the same on a dark page and on paper.
"""

from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.analysis.frames import (
    ANSWERS,
    PROGRESS,
    Frames,
    count_coverage,
    count_flags,
    count_progress,
    count_ratings,
    count_session_ratings,
    dimension_label,
    harm_label,
    testers,
)
from toolkit.analysis.plots.canvas import (
    BLUE,
    LOW_TO_HIGH,
    NAMED,
    bare,
    color_key,
    drawing,
    heat,
    name_rows,
    note,
    stack,
)
from toolkit.analysis.plots.figure import Figure, nothing
from toolkit.design import Study
from toolkit.rendering import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STATE_COLORS = dict(
    zip(PROGRESS, ("#0072b2", "#56b4e9", "#e69f00", "#b5e0d2", "#e3e3e3"), strict=True)
)
VALUE_COLORS = dict(zip(ANSWERS[:5], LOW_TO_HIGH, strict=True))
WHEN = {"answer": "after an answer", "conversation": "after the conversation"}
_LABEL = 34
_PANELS = 4


def progress(frames: Frames) -> Figure:
    """Draw how many conversations each participant finished, skipped, or has still to begin."""
    numbers = count_progress(frames)
    if numbers.empty:
        return nothing("Progress", "No participant has enrolled yet.", numbers)
    people = list(testers(frames)["participant_id"].astype("str"))
    wide = numbers.astype({"participant_id": "str", "state": "str"}).pivot(
        index="participant_id", columns="state", values="n"
    )
    wide = wide.loc[people, list(PROGRESS)].astype("int64")
    title, height = "Progress of each participant, in order of enrollment", min(len(people), NAMED)
    with drawing(title, 9, 1.7 + 0.3 * height, stamp=_stamp(frames)) as (canvas, (axes,)):
        stack(axes, wide, STATE_COLORS)
        name_rows(axes, people)
        axes.set_xlabel("conversations")
        color_key(canvas, STATE_COLORS)
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
        return nothing("Coverage", "No conversation has begun yet.", numbers)
    grid = numbers.pivot(index="scenario_id", columns="persona_id", values="n")
    rows, names = _lookup(numbers, "scenario"), _lookup(numbers, "persona")
    title = "Coverage: finished conversations by situation and persona"
    size = max(7.0, 3.6 + 0.4 * len(names)), 2.6 + 0.36 * len(rows)
    with drawing(title, *size, stamp=_stamp(frames)) as (canvas, (axes,)):
        heat(axes, grid.rename(index=rows, columns=names))
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
        return nothing("Ratings by situation", "Nothing has been rated yet.", numbers)
    asked: list[tuple[Any, pd.DataFrame]] = list(
        numbers.groupby(["about", "dimension"], sort=False)
    )
    titles = _lookup(numbers, "scenario")
    across = min(_PANELS, len(asked))
    down = -(-len(asked) // across)
    size = max(7.0, 3 + 2.3 * across), 1.2 + down * (1.1 + 0.3 * len(titles))
    title = "Ratings by situation; at the end of a bar the number of ratings"
    whole = drawing(title, *size, stamp=_stamp(frames), down=down, across=across)
    with whole as (canvas, grid):
        for axes, ((about, dimension), rows) in zip(grid, asked, strict=False):
            _rating_panel(axes, rows, about, dimension, titles)
        for axes in grid[len(asked) :]:
            axes.set_axis_off()
        color_key(canvas, VALUE_COLORS, title="rating, 1 low to 5 high")
    return Figure(canvas, numbers, _describe_ratings(numbers, frames))


def session_ratings(frames: Frames) -> Figure:
    """Draw the spread of ratings within each conversation, grouped by situation.

    Of more than 60 conversations the 60 with the widest spread are drawn, the newest first among
    equals; the numbers hold all.
    """
    numbers = count_session_ratings(frames)
    if numbers.empty:
        return nothing("Ratings by conversation", "Nothing has been rated yet.", numbers)
    spread, rows = _widest(numbers)
    labels = [
        f"{shortened(title, _LABEL)} · {who}"
        for title, who in zip(rows["scenario"], rows["participant_id"], strict=True)
    ]
    rated = numbers["session_id"].nunique()
    some = f": the {len(rows)} widest of {rated}" if len(rows) < rated else ""
    title, height = f"Spread of ratings within each conversation{some}", 2 + 0.28 * len(rows)
    with drawing(title, 10, height, stamp=_stamp(frames), across=2) as (canvas, both):
        for axes, (about, when) in zip(both, WHEN.items(), strict=True):
            _spread_panel(axes, spread[spread["about"].eq(about)], f"Rated {when}")
        both[0].set_ylim(len(rows) - 0.4, -0.6)
        name_rows(both[0], labels)
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
        return nothing("Flags", "No conversation has begun yet.", numbers)
    grid = numbers.pivot(index="scenario_id", columns="harm_type", values="n")
    grid = grid[list(numbers["harm_type"].unique())]
    begun = numbers.drop_duplicates("scenario_id").set_index("scenario_id")["conversations"]
    rows = {key: f"{name} ({begun[key]})" for key, name in _lookup(numbers, "scenario").items()}
    title = "Flags that stand; in brackets the conversations begun"
    size = 3.6 + 0.9 * grid.shape[1], 2.4 + 0.36 * grid.shape[0]
    with drawing(title, *size, stamp=_stamp(frames)) as (canvas, (axes,)):
        heat(axes, grid.rename(index=rows, columns=harm_label), column_width=12)
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


def _stamp(frames: Frames) -> str:
    said = _simulated(frames).strip(" ()")
    return "simulated participants" if said == "simulated" else said


def _simulated(frames: Frames) -> str:
    marks = testers(frames)["simulated"]
    if not marks.any():
        return ""
    if marks.all():
        return " (simulated)"
    return f" ({int(marks.sum())} of {len(marks)} participants simulated)"


def _rating_panel(
    axes: "Axes", rows: pd.DataFrame, about: str, dimension: str, titles: dict[str, str]
) -> None:
    wide = rows.pivot(index="scenario_id", columns="answer", values="n")
    wide = wide.reindex(list(titles), fill_value=0)
    for row, n in enumerate(stack(axes, wide, VALUE_COLORS)):
        note(axes, f"{n:.0f}", (n, row))
    axes.set_title(f"{dimension_label(dimension)}\n{WHEN[about]}")
    axes.margins(x=0.15)
    name_rows(axes, list(titles.values()))


def _widest(numbers: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Choose the conversations to draw; returns their numbers with ``row``, and one row each."""
    ends = numbers.groupby("session_id", sort=False)["value"].agg(["min", "max"])
    width = (ends["max"] - ends["min"]).rename("width").reset_index()
    ranked = width.sort_values(["width", "session_id"], ascending=False, kind="stable")
    drawn = numbers[numbers["session_id"].isin(ranked["session_id"].head(NAMED))]
    rows = drawn.drop_duplicates("session_id").reset_index(drop=True)
    place = {name: number for number, name in enumerate(rows["session_id"])}
    return drawn.assign(row=drawn["session_id"].map(place)), rows


def _spread_panel(axes: "Axes", spread: pd.DataFrame, title: str) -> None:
    ends = spread.groupby("row")["value"].agg(["min", "max"])
    axes.hlines(ends.index, ends["min"], ends["max"], color="#999999", linewidth=1.5, zorder=1)
    axes.scatter(spread["value"], spread["row"], color=BLUE, s=150, edgecolor="white", zorder=2)
    for dot in spread[spread["n"].gt(1)].itertuples():
        note(axes, str(dot.n), (dot.value, dot.row), right=0, ha="center", color="white")
    axes.set(title=title, xlim=(0.5, 5.5), xticks=range(1, 6), ylabel="")
    axes.set_xlabel("rating, 1 low to 5 high")
    axes.grid(axis="x", color="#eeeeee")
    axes.set_axisbelow(True)
    bare(axes, left=True)


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

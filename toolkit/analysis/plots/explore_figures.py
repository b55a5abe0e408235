"""Figures of an explore record: each with the numbers it shows and a description in words.

Counts are drawn as counts. No figure compares personas; coverage counts who met which situation
and nothing else. Colors keep their order for color-blind readers, every mark that matters carries
its number, and the ground is white, so a figure reads the same on a dark page and on paper.
"""

from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.analysis.frames import (
    ANSWERS,
    Frames,
    count_coverage,
    count_flags,
    count_progress,
    count_ratings,
    dimension_label,
    harm_label,
    testers,
)
from toolkit.analysis.plots.canvas import (
    BLUE,
    LOW_TO_HIGH,
    bare,
    color_key,
    drawing,
    heat,
    name_rows,
    note,
    stack,
)
from toolkit.analysis.plots.figure import Figure, nothing
from toolkit.design import PRIVACY_MINIMUM, Study
from toolkit.rendering import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

VALUE_COLORS = dict(zip(ANSWERS[:5], LOW_TO_HIGH, strict=True))
WHEN = {"answer": "after an answer", "conversation": "after the conversation"}
_LABEL = 34
_RARE = f"those met by fewer than {PRIVACY_MINIMUM}"
_PANELS = 4


def progress(frames: Frames) -> Figure:
    """Draw how many testers have finished how many conversations; nobody is shown by themselves."""
    numbers = count_progress(frames)
    if numbers.empty:
        return nothing("Progress", "No participant has enrolled yet.", numbers)
    title = "How many testers have finished so many conversations"
    with drawing(title, 7, 3.2, stamp=_stamp(frames)) as (canvas, (axes,)):
        bars = axes.bar(numbers["finished"], numbers["testers"], color=BLUE)
        axes.bar_label(bars)
        axes.set_xticks(numbers["finished"])
        axes.set(xlabel="conversations finished", ylabel="testers")
        bare(axes)
    done = int((numbers["finished"] * numbers["testers"]).sum())
    return Figure(
        canvas,
        numbers,
        f"Bars: testers by conversations finished. n = {int(numbers['testers'].sum())} "
        f"participants{_simulated(frames)}, {done} conversations finished.",
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
    """Draw the ratings of each situation, one panel a trust dimension and occasion.

    Situations that fewer testers met than the privacy minimum are one row together, and are left
    out when too few met any of them.
    """
    numbers = count_ratings(frames)
    if numbers.empty:
        return nothing("Ratings by situation", "Nothing has been rated yet.", numbers)
    numbers = _pooled(numbers, frames)
    if numbers.empty:
        why = f"Fewer than {PRIVACY_MINIMUM} testers: their ratings are not shown by themselves."
        return nothing("Ratings by situation", why, numbers)
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


def _pooled(numbers: pd.DataFrame, frames: Frames) -> pd.DataFrame:
    """Put situations that few testers met into one row, or leave them out."""
    met = frames.sessions.groupby("scenario_id", observed=True)["participant_id"]
    people = {str(key): set(who) for key, who in met}
    few = sorted(key for key, who in people.items() if len(who) < PRIVACY_MINIMUM)
    rare = numbers["scenario_id"].astype("str").isin(few)
    if len(set().union(*(people[key] for key in few))) < PRIVACY_MINIMUM:
        return numbers[~rare].reset_index(drop=True)
    keys = ["about", "dimension", "scenario_id", "scenario", "answer"]
    named = numbers.assign(
        scenario_id=numbers["scenario_id"].astype("object").mask(rare, ""),
        scenario=numbers["scenario"].astype("object").mask(rare, _RARE),
    )
    return named.groupby(keys, sort=False, observed=True)["n"].sum().reset_index()


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

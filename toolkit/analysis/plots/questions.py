"""What raters answered to each question, whoever the replies were for."""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure as Canvas

from toolkit.analysis.frames import Frames, require_stage
from toolkit.analysis.plots.figure import (
    Figure,
    head,
    ink_on,
    legend,
    nothing,
    simulated_stamp,
    style,
    written,
)

COLORS = dict(
    zip(range(1, 6), ("#b35806", "#f1b66b", "#e3e3e3", "#a99fcd", "#542788"), strict=True)
)
_TITLE = "Ratings by question, all replies together"


def question_ratings(frames: Frames) -> Figure:
    """Draw how often each value was given to each question; nobody is compared.

    Repeats, attention items and declined questions are not in the bars.

    Args:
        frames: of stage confirm.
    """
    ratings = frames.item_ratings
    require_stage(ratings, "confirm")
    rows = ratings[ratings["apart"].isna() & ratings["value"].notna()]
    numbers = (
        rows.astype({"question": "str", "value": "int64"})
        .groupby(["question", "value"])
        .size()
        .rename("n")
        .reset_index()
    )
    if numbers.empty:
        return nothing(_TITLE, "No reply has been rated yet.", numbers)
    wide = numbers.pivot(index="question", columns="value", values="n").fillna(0)
    with style():
        canvas = Canvas(figsize=(9, 1.9 + 0.4 * len(wide)), layout="constrained")
        axes = canvas.subplots()
        left = pd.Series(0.0, index=range(len(wide)))
        for value, color in COLORS.items():
            piece = wide.get(value, left * 0).reset_index(drop=True)
            bars = axes.barh(left.index, piece, left=left, color=color, edgecolor="white")
            named = [f"{n:.0f}" if n else "" for n in piece]
            axes.bar_label(bars, named, label_type="center", fontsize=8, color=ink_on(color))
            left = left + piece
        for place, n in enumerate(left):
            axes.annotate(
                f"n = {n:.0f}",
                (n, place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        axes.set_yticks(range(len(wide)), [written(one, 40) for one in wide.index], fontsize=9)
        axes.tick_params(axis="y", length=0)
        axes.set(ylim=(len(wide) - 0.5, -0.5), xlabel="ratings")
        axes.margins(x=0.1)
        sns.despine(ax=axes, left=True)
        legend(
            canvas, {str(value): color for value, color in COLORS.items()}, "rating, low to high"
        )
        simulated = bool(rows["simulated"].any())
        head(canvas, _TITLE, simulated_stamp(simulated))
    raters, sums = rows["participant_id"].nunique(), numbers.groupby("value")["n"].sum()
    given = ", ".join(f"{n} of {value}" for value, n in sums.items())
    return Figure(
        canvas,
        numbers,
        f"Stacked bars of ratings, {len(wide)} questions. n = {len(rows)} ratings by {raters} "
        f"raters: {given}. Nobody is compared.{' Simulated data.' if simulated else ''}",
    )

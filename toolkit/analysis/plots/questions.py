"""What raters answered to each question, whoever the replies were for."""

from toolkit.analysis.frames import Frames, require_stage
from toolkit.analysis.plots.canvas import (
    LOW_TO_HIGH,
    color_key,
    drawing,
    name_rows,
    note,
    stack,
)
from toolkit.analysis.plots.figure import Figure, figure_of, nothing

COLORS = dict(zip(range(1, 6), LOW_TO_HIGH, strict=True))
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
    wide = numbers.pivot(index="question", columns="value", values="n")
    wide = wide.reindex(columns=list(COLORS)).fillna(0)
    simulated = bool(rows["simulated"].any())
    with drawing(_TITLE, 9, 1.9 + 0.4 * len(wide), stamp=simulated) as (canvas, axes):
        for place, n in enumerate(stack(axes, wide, COLORS)):
            note(axes, f"n = {n:.0f}", (n, place))
        name_rows(axes, [str(one) for one in wide.index], 40)
        axes.set_xlabel("ratings")
        axes.margins(x=0.1)
        color_key(canvas, COLORS, "rating, low to high")
    raters, sums = rows["participant_id"].nunique(), numbers.groupby("value")["n"].sum()
    given = ", ".join(f"{n} of {value}" for value, n in sums.items())
    return figure_of(
        canvas,
        numbers,
        f"Stacked bars of ratings, {len(wide)} questions. n = {len(rows)} ratings by {raters} "
        f"raters: {given}. Nobody is compared.",
        simulated=simulated,
    )

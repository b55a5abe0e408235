"""Stacked bars of answers: the whole distribution for each persona, the reference beside it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.analysis.frames import (
    NULL_ARMS,
    Frames,
    Observations,
    require_observations,
    require_stage,
)
from toolkit.analysis.plots.canvas import (
    LOW_TO_HIGH,
    NAMED,
    bare,
    color_key,
    drawing,
    ink_on,
    name_rows,
    note,
    stack,
)
from toolkit.analysis.plots.figure import Figure, between, figure_of, nothing
from toolkit.design import PRIVACY_MINIMUM

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 7
_COLORS: Mapping[int, tuple[str, ...]] = {
    2: ("#d7d7d7", "#0072b2"),
    3: ("#f1b66b", "#e3e3e3", "#a99fcd"),
    4: ("#b35806", "#f1b66b", "#a99fcd", "#542788"),
    5: LOW_TO_HIGH,
    6: ("#b35806", "#f1b66b", "#f6ddb9", "#d4cfe6", "#a99fcd", "#542788"),
    7: ("#b35806", "#f1b66b", "#f6ddb9", "#e3e3e3", "#d4cfe6", "#a99fcd", "#542788"),
}
_TITLE = "Answers by persona, above those to the reference in the same contrasts"
_CHOICES = "Choices by persona, of pairs with the reference's reply"
_QUESTIONS = "Ratings by question, all replies together"
_CHOSEN = {-1.0: "the reference's reply", 0.0: "neither better", 1.0: "the persona's reply"}


def persona_ratings(observations: Observations) -> Figure:
    """Draw how often each value was given, for each persona and null arm.

    Below each bar stands that of the reference in the same contrasts, so that both met the same
    situations. Bars describe; whether a difference may be more than chance, a forest tells. Who
    rests on fewer raters than the privacy minimum is neither drawn nor in the numbers.

    Args:
        observations: of stage confirm, on a scale of at most 7 values.
    """
    require_observations(observations, "persona_ratings")
    require_stage(observations.frame, "confirm")
    paired = observations.of.paired
    title = _CHOICES if paired else _TITLE
    numbers, few = _numbers(observations)
    if numbers.empty:
        why = f"No persona was rated by {PRIVACY_MINIMUM} raters or more."
        why = why if few else "Nothing was observed of a persona."
        return nothing(title, why, numbers)
    values = sorted(numbers["value"].unique())
    if len(values) > _MOST or not all(float(one).is_integer() for one in values):
        return nothing(title, "The outcome is not on a scale of few whole numbers.", numbers[:0])
    groups = list(dict.fromkeys(numbers["subject"]))[:NAMED]
    simulated, colors = observations.simulated, _colors(observations, values)
    with drawing(title, 9, 1.9 + 0.56 * len(groups), stamp=simulated) as (canvas, (axes,)):
        for place, subject in enumerate(groups):
            _pair(axes, place, numbers[numbers["subject"].eq(subject)], colors)
        name_rows(axes, groups, 40)
        axes.set(ylim=(len(groups) - 0.5, -0.5), xlim=(0, 1), ylabel="")
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        bare(axes, left=True)
        ends = "answer, low to high" if observations.scale == "likert" else "answer"
        key = {_CHOSEN[at] if paired else f"{at:g}": color for at, color in colors.items()}
        color_key(canvas, key, title="preferred" if paired else ends)
    return figure_of(canvas, numbers, _alt(observations, numbers, few), simulated=simulated)


def question_ratings(frames: Frames) -> Figure:
    """Draw how often each value was given to each question; nobody is compared.

    Repeats, attention items and declined questions are not in the bars.

    Args:
        frames: of stage confirm.
    """
    ratings = frames.item_ratings
    require_stage(ratings, "confirm")
    rows = ratings[ratings["apart"].isna() & ratings["value"].notna()]
    plain = rows.astype({"question": "str", "value": "int64"})
    numbers = plain.groupby(["question", "value"]).size().rename("n").reset_index()
    if numbers.empty:
        return nothing(_QUESTIONS, "No reply has been rated yet.", numbers)
    colors = dict(enumerate(LOW_TO_HIGH, start=1))
    wide = numbers.pivot(index="question", columns="value", values="n")
    wide = wide.reindex(columns=list(colors)).fillna(0)
    simulated = bool(rows["simulated"].any())
    with drawing(_QUESTIONS, 9, 1.9 + 0.4 * len(wide), stamp=simulated) as (canvas, (axes,)):
        for place, n in enumerate(stack(axes, wide, colors)):
            note(axes, f"n = {n:.0f}", (n, place))
        name_rows(axes, list(wide.index), 40)
        axes.set_xlabel("ratings")
        axes.margins(x=0.1)
        color_key(canvas, colors, "rating, low to high")
    raters, sums = rows["participant_id"].nunique(), numbers.groupby("value")["n"].sum()
    given = ", ".join(f"{n} of {value}" for value, n in sums.items())
    alt = (
        f"Stacked bars of ratings, {len(wide)} questions. n = {len(rows)} ratings by {raters} "
        f"raters: {given}. Nobody is compared."
    )
    return figure_of(canvas, numbers, alt, simulated=simulated)


def _numbers(observations: Observations) -> tuple[pd.DataFrame, int]:
    """Count values by subject and arm; returns the table, and how many subjects are too few."""
    frame = observations.frame
    kind = frame["arm"].astype("object")
    subject = kind.where(kind.ne("swap"), frame["persona"].astype("object"))
    parts, few = [], 0
    personas = sorted(set(subject[kind.eq("swap")].dropna()))
    for one in (*personas, *(null for null in NULL_ARMS if kind.eq(null).any())):
        own = frame[subject.eq(one).to_numpy()]
        same = frame["contrast"].isin(own["contrast"].unique()) & kind.eq("reference")
        both = {"persona": own, "reference": frame[same.to_numpy()]}
        fewest = min(rows["rater"].nunique() for rows in both.values() if len(rows))
        if observations.rated and fewest < PRIVACY_MINIMUM:
            few += 1
            continue
        parts += [_counted(one, of, rows) for of, rows in both.items() if len(rows)]
    columns = ["subject", "of", "value", "n", "of_all", "share", "raters", "scenarios"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns), few


def _counted(subject: str, of: str, rows: pd.DataFrame) -> pd.DataFrame:
    n = rows.groupby("value")["weight"].sum()
    return pd.DataFrame(
        {
            "subject": subject,
            "of": of,
            "value": n.index.to_numpy(dtype="float64"),
            "n": n.round().astype("int64").to_numpy(),
            "of_all": round(float(n.sum())),
            "share": (n / n.sum()).to_numpy(),
            "raters": rows["rater"].nunique(),
            "scenarios": rows["scenario"].nunique(),
        }
    )


def _colors(observations: Observations, values: list[float]) -> dict[float, str]:
    low, high = observations.bounds
    if observations.scale != "number" and high - low < _MOST:
        values = [low + step for step in range(int(high - low) + 1)]
    known = _COLORS[max(len(values), 2)]
    return dict(zip(values, known, strict=False))


def _pair(axes: "Axes", place: int, rows: pd.DataFrame, colors: Mapping[float, str]) -> None:
    """Draw both bars of a subject, the reference's thinner and below."""
    alone = not rows["of"].eq("reference").any()
    bars = (("persona", 0.0 if alone else -0.14, 0.42), ("reference", 0.26, 0.24))
    for of, shift, height in bars:
        own, size = rows[rows["of"].eq(of)], 8 if of == "persona" else 7
        look: dict[str, Any] = {"height": height, "edgecolor": "white", "linewidth": 0.8}
        left = own["share"].cumsum() - own["share"]
        shades = [colors[one] for one in own["value"]]
        bar = axes.barh([place + shift] * len(own), own["share"], left=left, color=shades, **look)
        if of == "persona":
            wide = own["n"].astype("str").where(own["share"].ge(0.04), "")
            written = axes.bar_label(bar, wide, label_type="center", fontsize=8)
            for number, color in zip(written, shades, strict=True):
                number.set_color(ink_on(color))
        if len(own):
            text = f"n = {own['of_all'].iloc[0]}" + (" reference" if of == "reference" else "")
            note(axes, text, (1, place + shift), right=5, fontsize=size, annotation_clip=False)


def _alt(observations: Observations, numbers: pd.DataFrame, few: int) -> str:
    own = numbers[numbers["of"].eq("persona")]
    subjects = own.drop_duplicates("subject")
    hidden = f" {few} rest on fewer than {PRIVACY_MINIMUM} raters and are not shown." if few else ""
    above = ", each above the bar of the reference in the same contrasts"
    above = "" if observations.of.paired else above
    n = between(subjects["of_all"].min(), subjects["of_all"].max())
    return (
        f"Stacked bars of the answers to {observations.outcome!r} for {len(subjects)} personas and "
        f"null arms{above}; {n}. They describe and compare nobody.{hidden}"
    )

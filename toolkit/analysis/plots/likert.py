"""What was answered: the whole distribution, for each persona and for the reference beside it."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.analysis.findings import PRIVACY_MINIMUM
from toolkit.analysis.frames import NULL_ARMS, Observations, require_observations, require_stage
from toolkit.analysis.plots.canvas import (
    LOW_TO_HIGH,
    NAMED,
    bare,
    color_key,
    drawing,
    ink_on,
    name_rows,
    note,
)
from toolkit.analysis.plots.figure import Figure, between, figure_of, nothing

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
_CHOSEN = {-1.0: "the reference's reply", 0.0: "neither better", 1.0: "the persona's reply"}


def persona_ratings(
    observations: Observations, *, names: Mapping[str, str] | None = None
) -> Figure:
    """Draw how often each value was given, for each persona and null arm.

    Below each bar stands that of the reference in the same contrasts, so that both met the same
    situations. Bars describe; whether a difference may be more than chance, a forest tells. Who
    rests on fewer raters than the privacy minimum is neither drawn nor in the numbers.

    Args:
        observations: of stage confirm, on a scale of at most 7 values.
        names: persona to what people call it.
    """
    require_observations(observations, "persona_ratings")
    require_stage(observations.frame, "confirm")
    paired = observations.of.paired
    title = _CHOICES if paired else _TITLE
    numbers, few = _numbers(observations)
    if numbers.empty:
        why = f"No persona was rated by {PRIVACY_MINIMUM} raters or more." if few else _WHY_NOT
        return nothing(title, why, numbers)
    values = sorted(numbers["value"].unique())
    if len(values) > _MOST or not all(float(one).is_integer() for one in values):
        return nothing(title, "The outcome is not on a scale of few whole numbers.", numbers[:0])
    groups = list(dict.fromkeys(numbers["subject"]))[:NAMED]
    simulated, colors = observations.simulated, _colors(observations, values)
    with drawing(title, 9, 1.9 + 0.56 * len(groups), stamp=simulated) as (canvas, axes):
        for place, subject in enumerate(groups):
            _pair(axes, place, numbers[numbers["subject"].eq(subject)], colors)
        name_rows(axes, [(names or {}).get(one, one) for one in groups], 40)
        axes.set(ylim=(len(groups) - 0.5, -0.5), xlim=(0, 1), ylabel="")
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        bare(axes, left=True)
        ends = "answer, low to high" if observations.scale == "likert" else "answer"
        key = {_CHOSEN[at] if paired else f"{at:g}": color for at, color in colors.items()}
        color_key(canvas, key, title="preferred" if paired else ends)
    return figure_of(canvas, numbers, _alt(observations, numbers, few), simulated=simulated)


_WHY_NOT = "Nothing was observed of a persona."


def _numbers(observations: Observations) -> tuple[pd.DataFrame, int]:
    """Count values by subject and arm; returns the table, and how many subjects are too few."""
    frame = observations.frame
    kind = frame["arm"].astype("object")
    subject = kind.where(kind.ne("swap"), frame["persona"].astype("object"))
    parts, few = [], 0
    for one in _subjects(kind, subject):
        own = frame[subject.eq(one).to_numpy()]
        same = frame["contrast"].isin(own["contrast"].unique()) & kind.eq("reference")
        both = {"persona": own, "reference": frame[same.to_numpy()]}
        if observations.rated and _fewest(both.values()) < PRIVACY_MINIMUM:
            few += 1
            continue
        parts += [_counted(one, of, rows) for of, rows in both.items() if len(rows)]
    columns = ["subject", "of", "value", "n", "of_all", "share", "raters", "scenarios"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns), few


def _fewest(groups: Iterable[pd.DataFrame]) -> int:
    """Raters of the smaller group, of those that there are."""
    return min(rows["rater"].nunique() for rows in groups if len(rows))


def _subjects(kind: "pd.Series[str]", subject: "pd.Series[str]") -> list[str]:
    """Personas by name, then the null arms."""
    personas = sorted(set(subject[kind.eq("swap")].dropna()))
    return [*personas, *(one for one in NULL_ARMS if kind.eq(one).any())]


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
        own = rows[rows["of"].eq(of)]
        left = 0.0
        for value, share, n in zip(own["value"], own["share"], own["n"], strict=True):
            color = colors[float(value)]
            axes.barh(
                place + shift,
                share,
                height=height,
                left=left,
                color=color,
                edgecolor="white",
                linewidth=0.8,
            )
            if of == "persona" and share >= 0.04:
                axes.text(
                    left + share / 2,
                    place + shift,
                    str(n),
                    ha="center",
                    va="center",
                    fontsize=8,
                    color=ink_on(color),
                )
            left += share
        if len(own):
            size = 8 if of == "persona" else 7
            text = f"n = {own['of_all'].iloc[0]}" + (" reference" if of == "reference" else "")
            look = {"fontsize": size, "annotation_clip": False}
            note(axes, text, (1, place + shift), right=5, **look)


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

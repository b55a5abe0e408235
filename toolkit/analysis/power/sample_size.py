"""Sample size: power along a line of designs, and the cheapest way to enough of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from toolkit.analysis.findings import Estimate, columns_of
from toolkit.analysis.power.latent_answers import Truth
from toolkit.analysis.power.power import power
from toolkit.analysis.power.simulated_design import Design, planned_design
from toolkit.design import ConfirmStage
from toolkit.errors import AnalysisError, PlanRefused

_MORE = ("raters", "items a rater", "scenarios", "raters and scenarios", "replicates")
_UNRATED = ("scenarios", "replicates")
"""What adds to what a machine reads off every reply."""
TIMES = (2, 3, 4, 6, 8)
"""How many times as much of something is tried, until it is enough or brings nothing more."""


@dataclass(frozen=True, slots=True)
class Needed:
    """How much more of each thing it would take, one thing at a time."""

    table: pd.DataFrame = field(repr=False)
    """One row a design tried: ``more`` (of what; ``as planned`` first), ``times``, ``raters``,
    ``items_per_rater``, ``scenarios``, ``replicates``, ``ratings``, ``replies`` (to be sent),
    ``share``, ``low``, ``high``, ``level``, ``enough``, ``refused`` (why there is no such plan)."""
    says: str
    effect: float
    target: float
    simulations: int
    seed: int

    @property
    def cheapest(self) -> pd.DataFrame:
        """The first design that is enough for each thing, the fewest ratings first."""
        enough = self.table[self.table["enough"]]
        first = enough.drop_duplicates("more")
        return first.sort_values(["ratings", "replies"], kind="stable").reset_index(drop=True)

    def __str__(self) -> str:
        goal = f"{self.target:.0%} power to say {self.says!r} at a true effect of {self.effect:+g}"
        if self.cheapest.empty:
            return (
                f"Nothing that was tried gives {goal}: not up to {self.table['times'].max():g} "
                "times as much. Plan for a larger effect, or compare fewer personas in the same "
                "contrasts."
            )
        best = self.cheapest.iloc[0]
        if best["more"] == "as planned":
            return f"The plan as it is gives {goal}."
        return (
            f"The fewest ratings that give {goal}: {best['times']:g} times as many {best['more']}, "
            f"which makes {best['ratings']} ratings by {best['raters']} raters over "
            f"{best['scenarios']} scenarios, and {best['replies']} replies."
        )


def power_curve(
    designs: Mapping[float, Design],
    truth: Truth,
    *,
    effects: Sequence[float],
    simulations: int,
    seed: int,
    margin: float | None = None,
) -> pd.DataFrame:
    """Follow power along designs that differ in one number.

    Args:
        designs: the number (raters, scenarios, items a rater) to its design.
        truth: how answers come about.
        effects: as for ``power``.
        simulations: of each effect and design.
        seed: as for ``power``.
        margin: as for ``power``.

    Returns:
        ``Power.table`` of each, with the columns ``size``, ``raters``, ``scenarios`` and
        ``observations`` before it.
    """
    parts = []
    for size, design in designs.items():
        table = power(
            design, truth, effects=effects, simulations=simulations, seed=seed, margin=margin
        ).table
        counts = design.frame[["rater", "scenario"]].nunique()
        about = {"size": size, "raters": counts["rater"], "scenarios": counts["scenario"]}
        about |= {"observations": len(design)}
        parts.append(pd.concat([pd.DataFrame(about, index=table.index), table], axis=1))
    return pd.concat(parts, ignore_index=True)


def needed(
    stage: ConfirmStage,
    truth: Truth,
    *,
    effect: float,
    simulations: int,
    seed: int,
    margin: float | None = None,
    target: float = 0.8,
    times: Sequence[int] = TIMES,
) -> Needed:
    """Find what more of one thing would bring, for a persona picked at random.

    With an ``effect`` of 0 the aim is to conclude *equivalent* within the margin, otherwise to say
    *differs*. More scenarios means more contrasts too, as many to each as now, and the same raters
    and items spread over them. The cost of a design is its ratings, then the replies to be sent.

    Args:
        stage: whose plan grows.
        truth: how answers come about.
        effect: true effect on the outcome's own scale.
        simulations: of each design.
        seed: of the draws.
        margin: needed when ``effect`` is 0.
        target: power wanted, a probability.
        times: growth to try, rising whole numbers; each thing until it is enough, refused, or
            brings nothing more.

    Raises:
        AnalysisError: if ``effect`` is 0 and there is no margin.
    """
    if effect == 0 and margin is None:
        raise AnalysisError(
            "power: got an effect of 0 and no margin; wanted a margin, as nothing is equivalent "
            "without one. Add 'margin' to the study's analysis plan, or plan for an effect."
        )
    says = "equivalent" if effect == 0 else "differs"

    def share_of(design: Design) -> Estimate:
        found = power(
            design, truth, effects=[effect], simulations=simulations, seed=seed, margin=margin
        )
        return found.share(says, effect)

    rows = [_tried(stage, "as planned", 1, share_of, target)]
    if not rows[0]["enough"]:
        for more in _MORE if stage.primary.rated else _UNRATED:
            grown = (_tried(stage, more, factor, share_of, target) for factor in times)
            rows += _until_enough(grown, known=rows[0]["high"])
    return Needed(pd.DataFrame(rows), says, effect, target, simulations, seed)


def _until_enough(rows: Iterator[dict[str, Any]], *, known: float) -> Iterator[dict[str, Any]]:
    """Try until it is enough, refused, or brings nothing beyond what is ``known``."""
    for row in rows:
        yield row
        if row["enough"] or row["refused"] or row["share"] <= known:
            return
        known = row["high"]


def _tried(
    stage: ConfirmStage,
    more: str,
    factor: int,
    share_of: Callable[[Design], Estimate],
    target: float,
) -> dict[str, Any]:
    """Try a plan with so many times as much of one thing.

    More ratings of the same contrasts come with as many more replies, so that the share of replies
    that two raters rate can stay what it is.
    """
    plan = stage.plan
    raters = plan.rating.raters * (factor if more.startswith("raters") else 1)
    items = plan.rating.items_per_rater * (factor if more == "items a rater" else 1)
    copies = factor if "scenarios" in more else 1
    replicates = plan.replicates * (factor if copies == 1 else 1)
    row: dict[str, Any] = {
        "more": more,
        "times": factor,
        "raters": raters,
        "items_per_rater": items,
        "scenarios": copies * len({one.scenario for one in stage.contrasts}),
        "replicates": replicates,
        "ratings": raters * items,
        "replies": copies * replicates * len(stage.units) // plan.replicates,
    }
    try:
        design = planned_design(
            stage,
            raters=raters,
            items_per_rater=items,
            replicates=replicates,
            copies=copies,
            # Fewer ratings of each reply leave less of an overlap.
            overlap=0.0 if more == "scenarios" else None,
        )
    except PlanRefused as refusal:
        return {**row, "enough": False, "refused": str(refusal)}
    share = share_of(design)
    return {
        **row,
        "ratings": len(design),
        **columns_of(share, "share"),
        "level": share.level,
        "enough": share.value >= target,
        "refused": "",
    }

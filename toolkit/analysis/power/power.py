"""Power by simulation of a study's own design.

No formula knows this design, its rotation of raters over contrasts and its weights, so power is
counted: answers are drawn under a known truth, the primary test is run on each, and the share of
simulations in which it says so is printed with the interval that the number of simulations leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from toolkit.analysis.engine import Side
from toolkit.analysis.findings import Estimate, columns_of
from toolkit.analysis.power.latent_answers import Truth, planted
from toolkit.analysis.power.monte_carlo import Trials, primary, share_of, trials
from toolkit.analysis.power.simulated_design import Design
from toolkit.errors import AnalysisError

ALPHA = 0.05
"""Error rate of each test."""


@dataclass(frozen=True, slots=True)
class Power:
    """What the primary test of a design says, at some true effects."""

    table: pd.DataFrame = field(repr=False)
    """One row an arm, an effect and a thing said: ``arm`` (``each persona``: a persona picked at
    random; ``any persona``: at least one of them), ``ratings``, ``effect``, ``says``, ``share``,
    ``low``, ``high``, ``level``, ``simulations``."""
    design: Design = field(repr=False)
    simulations: int
    seed: int
    margin: float | None
    family: int
    """How many claims share the error rate."""

    def share(self, says: str, effect: float, arm: str = "each persona") -> Estimate:
        """Look up one share, with its Monte-Carlo interval.

        Args:
            says: differs, differs in its family, equivalent or covers.
            effect: one of those simulated.
            arm: a label, or ``each persona``.

        Raises:
            AnalysisError: if that was not simulated.
        """
        at = self.table
        row = at[at["says"].eq(says) & at["effect"].eq(effect) & at["arm"].eq(arm)]
        if row.empty:
            raise AnalysisError(
                f"power: got {says!r} at an effect of {effect:+g} for {arm!r}; wanted what was "
                "simulated: `table` lists it. Name a row of it."
            )
        one = row.iloc[0]
        return Estimate(value=one["share"], low=one["low"], high=one["high"], level=one["level"])

    def detectable(self, *, target: float = 0.8) -> Estimate | None:
        """Find the smallest effect that *differs* says of a persona with power ``target``.

        Power is joined by straight lines on the normal scale. The interval runs between the effects
        at which the ends of the Monte-Carlo intervals reach the target.

        Args:
            target: a probability.

        Returns:
            The size of the effect; None when power stays below ``target``. A high end that is
            infinite lies beyond the largest effect simulated.
        """
        at = self.table
        rows = at[at["says"].eq("differs") & at["arm"].eq("each persona")]
        size = rows["effect"].abs().to_numpy()
        order = np.argsort(size, kind="stable")
        value, low, high = (
            _crossing(size[order], rows[name].to_numpy()[order], target)
            for name in ("share", "high", "low")
        )
        level = float(rows["level"].iloc[0])
        return (
            Estimate(value=value, low=low, high=high, level=level) if np.isfinite(value) else None
        )


def power(
    design: Design,
    truth: Truth,
    *,
    effects: Sequence[float],
    simulations: int,
    seed: int,
    margin: float | None = None,
    side: Side = "both",
) -> Power:
    """Simulate what the primary test of a design says.

    An effect is planted on every persona at once and each is tested by itself, at an error rate of
    5 %. Arms enter the model additively, so what is said of one does not depend on what was planted
    on another, up to the ends of the scale. *Differs in its family* is the first step of Holm's
    method over all personas, as if this one alone had an effect. *Equivalent* is the test of one
    claim by itself.

    Args:
        design: who rates what.
        truth: how answers come about; its own effects are not read.
        effects: true effects on the outcome's own scale; with 0 among them the share *differs* is
            the type-I error, and the share *equivalent* the chance to conclude that nothing
            relevant differs when nothing does.
        simulations: of each effect; the same draws serve every effect.
        seed: of the draws.
        margin: largest difference that would not matter; without it nothing is equivalent.
        side: where a larger one would matter; of one side, *equivalent* is what keeps off it.

    Raises:
        AnalysisError: if there is nothing to test, or an effect that answers cannot show.
    """
    _require(design, simulations)
    swept = primary(design)
    rows: list[dict[str, object]] = []
    for effect in effects:
        there = planted(design, truth, dict.fromkeys(design.swaps, effect))
        made = trials(design, there, simulations=simulations, seed=seed, swept=swept)
        rows += _shares(design, made, effect, margin, side)
    return Power(
        table=pd.DataFrame(rows).assign(simulations=simulations),
        design=design,
        simulations=simulations,
        seed=seed,
        margin=margin,
        family=len(design.swaps),
    )


def _require(design: Design, simulations: int) -> None:
    if simulations < 100:
        raise AnalysisError(
            f"power: got {simulations} simulations; wanted at least 100, since the share they give "
            "is otherwise too rough to plan by. Ask for more."
        )
    if not design.swaps:
        raise AnalysisError(
            "power: got a design without a swap arm to test; wanted personas that are compared "
            "with a reference. Check the column 'arm'."
        )


def _shares(
    design: Design, made: Trials, effect: float, margin: float | None, side: Side
) -> list[dict[str, object]]:
    count = len(design.swaps)
    # Null arms come last.
    usable, p = made.estimable[:count, None], made.p()[:count]
    said = {
        "differs": (p <= ALPHA) & usable,
        "differs in its family": (p <= ALPHA / count) & usable,
        "covers": made.covers(effect, level=1 - ALPHA)[:count] & usable,
    }
    if margin is not None:
        said["equivalent"] = (made.equivalence_p(margin, side)[:count] <= ALPHA) & usable
    ratings = [design.ratings(one) for one in design.swaps]
    rows: list[dict[str, object]] = []
    for says, hits in said.items():
        # An arm that is not estimable says nothing, which is no failure of its interval.
        counted = hits[usable[:, 0]] if says == "covers" else hits
        if len(counted):
            rows.append(_row("each persona", float(np.mean(ratings)), effect, says, counted))
            rows.append(_row("any persona", sum(ratings), effect, says, np.logical_or.reduce(hits)))
        rows += [
            _row(arm, rated, effect, says, hit)
            for arm, rated, hit in zip(design.swaps, ratings, hits, strict=True)
        ]
    return rows


def _row(arm: str, ratings: float, effect: float, says: str, hits: np.ndarray) -> dict[str, object]:
    found = share_of(hits)
    return {
        "arm": arm,
        "ratings": ratings,
        "effect": effect,
        "says": says,
        **columns_of(found, "share"),
        "level": found.level,
    }


def _crossing(sizes: np.ndarray, shares: np.ndarray, target: float) -> float:
    """Where a curve first reaches the target; infinite when it does not."""
    curve = stats.norm.ppf(np.clip(np.maximum.accumulate(shares), 1e-6, 1 - 1e-6))
    wanted = float(stats.norm.ppf(target))
    above = np.flatnonzero(curve >= wanted)
    if not len(above):
        return float("inf")
    first = int(above[0])
    if first == 0:
        return float(sizes[0])
    return float(np.interp(wanted, curve[first - 1 : first + 1], sizes[first - 1 : first + 1]))

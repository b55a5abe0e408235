"""Findings of the primary test: a claim with what stands beside its estimate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isfinite
from types import MappingProxyType

import numpy as np
import pandas as pd

from toolkit.analysis.disparity.claims import Claim
from toolkit.analysis.disparity.comparison import Comparison
from toolkit.analysis.disparity.equivalence_power import needed, pieces
from toolkit.analysis.engine import (
    CR2,
    SIGN_FLIP,
    BiasReduced,
    Effects,
    Equations,
    Floats,
    ScenarioEffects,
    Swept,
    Verdict,
    bias_reduced,
    interval,
    ranges,
    scenario_effects,
    sign_flip,
    verdict_of,
    without_each,
)
from toolkit.analysis.findings import Counts, Estimate, Finding, Speaks
from toolkit.analysis.frames import Coded, Observations

_MOST_ROWS = 3000
"""Replies up to which CR2 is had: it takes their number squared in memory."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What all claims are held against."""

    margin: float | None
    level: float
    alpha: float
    plan: str
    seed: int


@dataclass(frozen=True)
class Beside:
    """Everything printed beside the estimates of one design, each made once for all of them."""

    data: Coded
    asks: Comparison
    swept: Swept
    effects: Effects
    observations: Observations
    asked: Asked

    @cached_property
    def by_scenario(self) -> ScenarioEffects:
        """Each scenario's own effects."""
        return scenario_effects(self.swept, self.data.value)

    @cached_property
    def without_scenario(self) -> list[tuple[float, float] | None]:
        """Range of each effect over scenarios left out."""
        nested = None if self.data.pairs else self.data.block
        other = None if self.data.pairs else self.data.rater
        return ranges(self._without(self.data.scenario, nested, other))

    @cached_property
    def without_rater(self) -> list[tuple[float, float] | None]:
        """Range of each effect over raters left out."""
        rater = self.data.rater
        if rater is None or len(self.data.raters) < 2:
            return [None] * len(self.asks.claims)
        if self.data.pairs:
            return ranges(self._without(rater, None, None))
        return ranges(self._without(rater, rater, self.data.block))

    @cached_property
    def high_answers(self) -> tuple[str, Effects] | None:
        """Effects on the share of answers at the upper end of a rating scale."""
        top = self.observations.bounds[1] - 1
        if self.observations.scale != "likert" or not isfinite(top):
            return None
        high = (self.data.value >= top).astype("float64")
        return f"share of answers of {top:g} or more", self.swept.effects(high)

    @cached_property
    def bias_reduced(self) -> Mapping[int, BiasReduced | None]:
        """CR2 of every effect, by its place; none where raters judged or there are many rows."""
        data, known = self.data, np.flatnonzero(self.swept.estimable)
        if data.rater is not None or len(data.value) > _MOST_ROWS or not len(known):
            return MappingProxyType({})
        columns, wanted, _ = data.laid_out(self.asks.columns, combine=self.asks.combine)
        found = bias_reduced(
            columns,
            data.value,
            cluster=data.scenario,
            levels=data.levels,
            weight=self.swept.weight,
            combine=wanted[:, known],
        )
        return MappingProxyType({int(at): one for at, one in zip(known, found, strict=True)})

    def null_arms(self, nulls: Sequence[Claim]) -> Mapping[str, Estimate]:
        """Both null arms with their intervals."""
        found = {one.subject: one.estimate(self.asked.level) for one in nulls}
        return MappingProxyType({name: at for name, at in found.items() if at is not None})

    def estimates(self, claim: Claim) -> Mapping[str, Estimate]:
        """Other estimates of the same comparison."""
        if self.high_answers is None or not claim.tested:
            return MappingProxyType({})
        name, effects = self.high_answers
        value, se = float(effects.estimate[claim.index]), float(effects.se[claim.index])
        if not se > 1e-9:
            return MappingProxyType({})
        low, high = interval(value, se, float(effects.df[claim.index]), level=self.asked.level)
        at = Estimate(value=value, low=low, high=high, level=self.asked.level)
        return MappingProxyType({name: at})

    def tests(self, claim: Claim) -> Mapping[str, float]:
        """Other tests of the same comparison."""
        if not claim.tested:
            return MappingProxyType({})
        seen = self.by_scenario.seen[:, claim.index]
        p = sign_flip(
            self.by_scenario.effect[seen, claim.index],
            self.by_scenario.share[seen, claim.index],
            seed=self.asked.seed,
        )
        found = {} if p is None else {SIGN_FLIP: p}
        reduced = self.bias_reduced.get(claim.index)
        if reduced is not None:
            found[CR2] = reduced.p
        return MappingProxyType(found)

    def needs(self, claim: Claim) -> str:
        """How many more would do; empty without a margin or a test."""
        if self.asked.margin is None or not claim.tested:
            return ""
        known = pieces(self.effects, claim.index)
        # What its family leaves it if it alone were equivalent: the first step of either method.
        alpha = self.asked.alpha / max(claim.claims, 1)
        return needed(known, margin=self.asked.margin, alpha=alpha)

    def _without(
        self, cluster: np.ndarray, nested: np.ndarray | None, other: np.ndarray | None
    ) -> Floats:
        columns, wanted, own = self.data.laid_out(
            self.asks.columns, combine=self.asks.combine, own=self.asks.own
        )
        equations = Equations(columns, self.data.value, self.swept.weight, cluster, nested, other)
        return without_each(equations, wanted, own)


@dataclass(frozen=True, slots=True)
class Saying:
    """What all findings of one comparison share."""

    observations: Observations
    data: Coded
    asked: Asked
    speaks_of: Speaks
    nulls: Mapping[str, Estimate] = field(default_factory=lambda: MappingProxyType({}))

    def finding(self, claim: Claim, beside: Beside | None = None) -> Finding:
        """Say what a claim comes to.

        Args:
            claim: with its numbers and adjusted.
            beside: what stands beside it; None for claims with a design of their own.
        """
        bare = self._bare(claim)
        bare = replace(bare, null_arms=self.nulls)
        if beside is None or bare.estimate is None:
            return bare
        return replace(
            bare,
            beside=beside.estimates(claim),
            tests=beside.tests(claim),
            spread=beside.by_scenario.spread(claim.index),
            without_one_scenario=beside.without_scenario[claim.index],
            without_one_rater=beside.without_rater[claim.index],
            needs=beside.needs(claim) if bare.verdict == "inconclusive" else "",
        )

    def null(self, claim: Claim) -> Finding:
        """Say what a null arm comes to; it has no null arms beside it."""
        return self._bare(claim)

    def _bare(self, claim: Claim) -> Finding:
        at = claim.estimate(self.asked.level)
        return Finding(
            question="disparity",
            outcome=self.observations.outcome,
            subject=claim.subject,
            estimand=claim.estimand,
            about=claim.about,
            speaks_of=self.speaks_of if claim.tested else "these situations",
            stage="confirm",
            verdict=_verdict(claim, at, self.asked.alpha),
            compared_with=claim.compared_with,
            unit=self.observations.of.unit,
            estimate=at,
            se=claim.se,
            se_type=claim.se_type,
            df=claim.df,
            p=claim.p,
            p_adjusted=claim.p_adjusted,
            family=claim.family,
            margin=self.asked.margin,
            n=self._counts(claim),
            left_out=self.observations.left_out,
            plan=self.asked.plan,
            caveats=(*claim.caveats, *self._endpoints(claim), *self._refusals()),
            replies=self._replies(claim),
            simulated=self.observations.simulated,
        )

    def _endpoints(self, claim: Claim) -> tuple[str, ...]:
        names = sorted(
            {str(one) for one in self.observations.frame["endpoint"][claim.rows].dropna()}
        )
        if len(names) < 2:
            return ()
        return (
            f"Replies of {len(names)} endpoints are compared, each with its own, and averaged: "
            f"{', '.join(names)}. Pass the observations of one to say something of it.",
        )

    def _refusals(self) -> tuple[str, ...]:
        refused = self.observations.left_out.get("refused", 0)
        if not refused:
            return ()
        return (
            f"This compares answers that were given; {refused} were refused and are left out, "
            "which selects. Read the refusal rate of each persona first.",
        )

    def _counts(self, claim: Claim) -> Counts:
        data, rows = self.data, claim.rows
        return Counts(
            raters=0 if data.rater is None else len(np.unique(data.rater[rows])),
            scenarios=len(np.unique(data.scenario[claim.own])),
            contrasts=len(np.unique(data.contrast[claim.own])),
            personas=len(set(data.persona[claim.own])),
            replies=len(self._replies(claim)),
            observations=round(float(data.weight[rows].sum())),
        )

    def _replies(self, claim: Claim) -> tuple[str, ...]:
        return tuple(sorted({str(one) for one in self.data.reply[claim.rows] if not pd.isna(one)}))


def _verdict(claim: Claim, at: Estimate | None, alpha: float) -> Verdict:
    if at is None:
        return "not estimable"
    p = claim.p if claim.p_adjusted is None else claim.p_adjusted
    within = claim.p_equivalent_adjusted
    within = claim.p_equivalent if within is None else within
    return "inconclusive" if p is None else verdict_of(p, within, alpha=alpha)

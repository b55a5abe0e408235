"""Findings of the primary test: a claim with what stands beside its estimate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isfinite
from types import MappingProxyType

import numpy as np

from toolkit.analysis.disparity.arm_comparison import counts_between, replies_of
from toolkit.analysis.disparity.claims import Asked, Claim
from toolkit.analysis.disparity.equivalence_power import needed, pieces
from toolkit.analysis.engine import (
    CR2,
    SIGN_FLIP,
    BiasReduced,
    Codes,
    Effects,
    ScenarioEffects,
    Swept,
    Verdict,
    bias_reduced,
    interval,
    ranges,
    scenario_effects,
    sign_flip,
    without_each,
)
from toolkit.analysis.findings import Estimate, Finding, Speaks
from toolkit.analysis.frames import Coded, Observations

_MOST_ROWS = 3000
"""Replies up to which CR2 is had: it takes their number squared in memory."""


@dataclass(frozen=True)
class Beside:
    """Everything printed beside the estimates of one design, each made once for all of them."""

    data: Coded
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
        return self._without(self.data.scenario, self.data.block, self.data.rater)

    @cached_property
    def without_rater(self) -> list[tuple[float, float] | None]:
        """Range of each effect over raters left out."""
        rater = self.data.rater
        if rater is None or not rater.any():
            return [None] * len(self.swept.estimable)
        return self._without(rater, rater, self.data.block)

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
            return {}
        found = bias_reduced(
            self.swept.columns,
            data.value,
            cluster=data.scenario,
            levels=data.levels,
            weight=self.swept.weight,
            combine=self.swept.combine[:, known],
        )
        return {int(at): one for at, one in zip(known, found, strict=True)}

    def estimates(self, claim: Claim) -> Mapping[str, Estimate]:
        """Other estimates of the same comparison."""
        if self.high_answers is None:
            return {}
        name, effects = self.high_answers
        value, se = float(effects.estimate[claim.index]), float(effects.se[claim.index])
        if not se > 1e-9:
            return {}
        low, high = interval(value, se, float(effects.df[claim.index]), level=self.asked.level)
        at = Estimate(value=value, low=low, high=high, level=self.asked.level)
        return {name: at}

    def tests(self, claim: Claim) -> Mapping[str, float]:
        """Other tests of the same comparison."""
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
        return found

    def needs(self, claim: Claim) -> str:
        """How many more would do; empty without a margin."""
        if self.asked.margin is None:
            return ""
        known = pieces(self.effects, claim.index)
        # What its family leaves it if it alone were equivalent: the first step of either method.
        alpha = self.asked.alpha / max(claim.claims, 1)
        return needed(
            known,
            margin=self.asked.margin,
            alpha=alpha,
            one_sided="" if self.asked.side == "both" else self.asked.within,
        )

    def _without(
        self, cluster: Codes, nested: Codes, other: Codes | None
    ) -> list[tuple[float, float] | None]:
        levels = (None, None) if self.data.pairs else (nested, other)
        value = self.data.value
        return ranges(
            without_each(self.swept, value, cluster=cluster, nested=levels[0], other=levels[1])
        )


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
        bare = replace(self.bare(claim), null_arms=self.nulls)
        if beside is None or bare.estimate is None:
            return bare
        if claim.tested:
            needs = beside.needs(claim) if bare.verdict == "inconclusive" else ""
            tests = beside.tests(claim)
            bare = replace(bare, beside=beside.estimates(claim), tests=tests, needs=needs)
        return replace(
            bare,
            spread=_spread(beside.by_scenario.spread(claim.index)),
            without_one_scenario=beside.without_scenario[claim.index],
            without_one_rater=beside.without_rater[claim.index],
        )

    def bare(self, claim: Claim) -> Finding:
        """Say what a claim comes to by itself, as of a null arm."""
        return Finding(
            question="disparity",
            outcome=self.observations.outcome,
            subject=claim.subject,
            estimand=claim.estimand,
            about=claim.about,
            speaks_of=self.speaks_of if claim.tested else "these situations",
            stage="confirm",
            verdict=_verdict(claim, self.asked),
            compared_with=claim.compared_with,
            unit=self.observations.of.unit,
            estimate=claim.at,
            se=claim.se,
            se_type=claim.se_type,
            df=claim.df,
            p=claim.p,
            p_adjusted=claim.p_adjusted,
            family=claim.family,
            margin=self.asked.margin,
            margin_side=self.asked.side,
            n=counts_between(self.data, claim.own, claim.rows),
            left_out=self.observations.left_out,
            plan=self.asked.plan,
            caveats=(*claim.caveats, *self._endpoints(claim), *self._refusals()),
            replies=replies_of(self.data.reply[claim.rows]),
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


def _spread(known: tuple[float, float, float] | None) -> Estimate | None:
    return known and Estimate(value=known[0], low=known[1], high=known[2])


def null_estimates(nulls: Sequence[Claim]) -> Mapping[str, Estimate]:
    """Null arms with their intervals, by name."""
    return {one.subject: one.at for one in nulls if one.at is not None}


def _verdict(claim: Claim, asked: Asked) -> Verdict:
    if claim.at is None:
        return "not estimable"
    p = claim.p if claim.p_adjusted is None else claim.p_adjusted
    within = claim.p_equivalent_adjusted
    within = claim.p_equivalent if within is None else within
    return "inconclusive" if p is None else asked.verdict(claim.at.value, p, within)

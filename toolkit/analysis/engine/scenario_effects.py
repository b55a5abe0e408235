"""Heterogeneity over scenarios: the effect in each, and the spread between them.

The estimate is a weighted average of what each scenario says by itself; with complete matched data
that is the scenario's matched difference. Raters' levels are taken from all that they judged.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from toolkit.analysis.engine.array_types import Bools, Codes, Floats, group_sums
from toolkit.analysis.engine.clustered import Swept, cross_codes
from toolkit.analysis.engine.small_samples import FEWEST_CLUSTERS


@dataclass(frozen=True, slots=True)
class ScenarioEffects:
    """What each scenario says about each effect; every array has shape (scenarios, q)."""

    seen: Bools
    """Whether the scenario tells anything about the effect."""
    share: Floats
    """How much of the estimate rests on it; sums to at most 1 over scenarios."""
    effect: Floats
    variance: Floats
    """Squared standard error within the scenario, over its raters (or replies, without raters)."""
    judges: Codes
    """Raters (or replies, without raters) in the scenario."""

    def spread(self, index: int) -> tuple[float, float, float] | None:
        """Standard deviation of an effect over scenarios, the noise within them taken off.

        By moments: the weighted spread of the scenarios' effects less what their own errors would
        give, not below 0 (R. DerSimonian and N. Laird 1986, with the shares as weights). The
        interval holds the values at which the scenarios' weighted squares are no surprise
        (Q profile; W. Viechtbauer 2007), their own errors taken as known.

        Returns:
            Value, low and high at 95 %; None with too few scenarios whose error is known.
        """
        known = self.seen[:, index] & np.isfinite(self.variance[:, index])
        if known.sum() < FEWEST_CLUSTERS or not (self.variance[known, index] > 0).all():
            return None
        effect, noise = self.effect[known, index], self.variance[known, index]
        share = self.share[known, index] / self.share[known, index].sum()
        seen = float(share @ (effect - share @ effect) ** 2)
        of_noise = float((share * (1 - share)) @ noise)
        value = max(seen - of_noise, 0.0) / (1 - share @ share)
        low, high = (_profile(effect, noise, at) for at in (0.975, 0.025))
        return float(np.sqrt(value)), min(low, value) ** 0.5, max(high, value) ** 0.5

    @property
    def p(self) -> Floats:
        """Two-sided p of no effect in a scenario, by t over its raters; NaN without an error."""
        told = self.variance > 0
        error = np.sqrt(np.where(told, self.variance, 1.0))
        df = np.maximum(self.judges - 1, 1)
        found = 2 * stats.t.sf(np.abs(np.where(told, self.effect, 0.0)) / error, df)
        return np.where(told, found, np.nan)

    def interval(self, *, level: float) -> tuple[Floats, Floats]:
        """Intervals within scenarios, by t over their raters; NaN with too few."""
        df = np.maximum(self.judges - 1, 1)
        half = stats.t.ppf((1 + level) / 2, df) * np.sqrt(self.variance)
        return self.effect - half, self.effect + half


def _profile(effect: Floats, noise: Floats, probability: float) -> float:
    """Variance between scenarios at which their weighted squares reach a quantile; at least 0."""
    wanted = float(stats.chi2.ppf(probability, len(effect) - 1))

    def excess(between: float) -> float:
        weight = 1 / (noise + between)
        middle = weight @ effect / weight.sum()
        return float(weight @ (effect - middle) ** 2) - wanted

    if excess(0.0) <= 0:
        return 0.0
    most = float((effect - effect.mean()) @ (effect - effect.mean())) / wanted
    return float(optimize.brentq(excess, 0.0, max(most, 1e-12) * 2))


def scenario_effects(swept: Swept, value: Floats) -> ScenarioEffects:
    """Split every effect into its scenarios.

    Args:
        swept: the design.
        value: the outcome, shape (n,).
    """
    scores = swept.influence * swept.residuals(value)[:, None]
    spent = swept.influence**2 / swept.weight[:, None]
    total = spent.sum(axis=0)
    share = group_sums(swept.scenario, spent) / np.where(total > 0, total, 1.0)
    own = group_sums(swept.scenario, swept.own.astype("float64")) > 0
    seen = own & (share > 1e-9) & swept.estimable
    safe = np.where(seen, share, 1.0)
    estimate = swept.influence.T @ value
    beyond = np.where(seen, group_sums(swept.scenario, scores) / safe, 0.0)
    # Around the scenario's own effect, so that its difference from the others is no noise.
    around = scores - spent / np.where(total > 0, total, 1.0) * beyond[swept.scenario]
    squared, judges = _within(swept, around)
    several = seen & (judges >= FEWEST_CLUSTERS)
    factor = judges / np.where(several, judges - 1, 1)
    return ScenarioEffects(
        seen=seen,
        share=np.where(seen, share, 0.0),
        effect=np.where(seen, estimate + beyond, np.nan),
        variance=np.where(several, squared * factor / safe**2, np.nan),
        judges=judges,
    )


def _within(swept: Swept, scores: Floats) -> tuple[Floats, Codes]:
    """Squared scores of each rater, or reply, within each scenario, and how many there are."""
    groups = int(swept.scenario.max(initial=-1)) + 1
    rows, where = scores, swept.scenario
    if swept.rater is not None:
        rows = group_sums(cross_codes(swept.rater, swept.scenario), scores)
        where = np.arange(len(rows)) % groups
    largest = np.abs(rows).max(axis=0, initial=0)
    telling = (np.abs(rows) > 1e-12 * largest).astype("float64")
    judges: Codes = group_sums(where, telling, groups).astype("int64")
    return group_sums(where, rows**2, groups), judges

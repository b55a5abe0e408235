"""Least squares with two-way cluster-robust standard errors: the primary test.

An outcome is regressed on a contrast's level, a rater's level and the arms. Every scenario has the
same total weight. What varies, the rater and the situation, is clustered: scores are summed within
raters, within scenarios and within both before they are squared (A. C. Cameron, J. B. Gelbach and
D. L. Miller 2011, two-way clustering; never less than the third of these, which is what is left
when neither way varies). Each has its own factor against the bias of residuals, see
``small_samples``; in complete matched data G / (G - 1). Degrees of freedom are the fewer of what
raters and scenarios allow, whichever varies more: never more than the smaller G - 1.

Everything here is arrays and codes. Codes are whole numbers from 0 without gaps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import stats

from toolkit.analysis.engine.array_types import Bools, Codes, Floats, group_sums
from toolkit.analysis.engine.fixed_effects import Absorbed, absorb
from toolkit.analysis.engine.small_samples import (
    FEWEST_CLUSTERS,
    Corrections,
    Working,
    two_way,
)

_NULL = 1e-9
"""Share of the largest below which a number is rounding and not information."""


@dataclass(frozen=True)
class Swept:
    """A design made ready: what each row adds to each effect, whatever the outcome.

    It depends on who rated what alone, so one of it serves every outcome and every simulation.
    """

    columns: Floats
    """What has an effect, shape (n, k)."""
    combine: Floats
    """Combinations of their coefficients that are the effects, shape (k, q)."""
    influence: Floats
    """Effects are ``influence.T @ value``; shape (n, q)."""
    estimable: Bools
    """Whether the design tells the effect at all, shape (q,)."""
    raters: Codes
    """How many raters contribute to each effect, shape (q,); 0 without raters."""
    scenarios: Codes
    """How many scenarios contribute to each effect, shape (q,)."""
    weight: Floats
    """What each row weighs, shape (n,)."""
    count: Floats | None
    """How many equal observations each row stands for, shape (n,); None: one each."""
    own: Bools
    """Rows on which an effect is seen: those of the arm itself, shape (n, q)."""
    rater: Codes | None
    scenario: Codes
    fitted: tuple[Absorbed, Floats, Floats]
    """What is swept out, the columns after that (n, k), and their inverse cross-products (k, k)."""

    @cached_property
    def corrections(self) -> Corrections:
        """What the pieces of the variance need; found once, whatever the outcome."""
        absorbed, columns, _ = self.fitted
        levels = [one for one in (absorbed.large, absorbed.small) if one is not None]
        working = Working(levels, columns, self.weight, self.count)
        scenarios = working.correction(self.influence, self.scenario)
        if self.rater is None:
            return Corrections(scenarios, scenarios, scenarios)
        cells = cross_codes(self.rater, self.scenario)
        return Corrections(
            raters=working.correction(self.influence, self.rater),
            scenarios=scenarios,
            cells=working.correction(self.influence, cells, df=False),
        )

    def residuals(self, value: Floats) -> Floats:
        """Give what the model leaves of an outcome.

        Args:
            value: shape (n,) or (n, m) for m outcomes.
        """
        absorbed, columns, inverse = self.fitted
        left = absorbed.sweep(value)
        weighted = (columns * self.weight[:, None]).T @ left
        rest: Floats = left - columns @ (inverse @ weighted)
        return rest

    def effects(self, value: Floats) -> "Effects":
        """Estimate every effect on one outcome.

        Args:
            value: shape (n,), nothing missing.
        """
        scores = self.influence * self.residuals(value)[:, None]
        by_scenario = group_sums(self.scenario, scores)
        by_rater = by_cell = np.zeros((0, scores.shape[1]))
        if self.rater is not None:
            by_rater = group_sums(self.rater, scores)
            by_cell = group_sums(cross_codes(self.rater, self.scenario), scores)
        return Effects(
            estimate=self.influence.T @ value,
            of_raters=(by_rater**2).sum(axis=0),
            of_scenarios=(by_scenario**2).sum(axis=0),
            of_cells=(by_cell**2).sum(axis=0),
            raters=self.raters,
            scenarios=self.scenarios,
            rated=self.rater is not None,
            estimable=self.estimable,
            corrections=self.corrections,
        )


@dataclass(frozen=True, slots=True)
class Effects:
    """Estimates with the pieces of their variance; every array has shape (q,)."""

    estimate: Floats
    of_raters: Floats
    """V_r: squared scores, summed within raters first."""
    of_scenarios: Floats
    """V_s: squared scores, summed within scenarios first."""
    of_cells: Floats
    """V_rs: squared scores, summed within rater and scenario first."""
    raters: Codes
    scenarios: Codes
    rated: bool
    """Whether raters judged; without them scenarios alone are clustered."""
    estimable: Bools
    corrections: Corrections

    @property
    def clusters(self) -> Codes:
        """G: contributing raters or scenarios, whichever are fewer."""
        return np.minimum(self.raters, self.scenarios) if self.rated else self.scenarios

    @property
    def df(self) -> Floats:
        """Degrees of freedom of ``se``; 0 where nothing can be generalized."""
        return np.where(self.clusters >= FEWEST_CLUSTERS, self.corrections.df, 0.0)

    @property
    def se(self) -> Floats:
        """Standard errors: the root of ``two_way``.

        NaN where raters or scenarios are too few, or the design does not tell.
        """
        usable = self.estimable & (self.clusters >= FEWEST_CLUSTERS)
        variance = (
            two_way(self.of_scenarios, self.of_raters, self.of_cells, self.corrections)
            if self.rated
            else two_way(self.of_scenarios, None, None, self.corrections)
        )
        return np.where(usable, np.sqrt(variance), np.nan)

    @property
    def p(self) -> Floats:
        """Two-sided p of no effect by t with ``df``; NaN as for ``se``."""
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(self.estimate) / self.se
        return np.asarray(2 * stats.t.sf(t, np.maximum(self.df, 1)), dtype="float64")


def sweep(
    columns: Floats,
    *,
    scenario: Codes,
    rater: Codes | None,
    levels: Sequence[Codes],
    weight: Floats | None = None,
    count: Floats | None = None,
    combine: Floats | None = None,
    own: Bools | None = None,
    equal: bool = True,
) -> Swept:
    """Make a design ready for estimates.

    Args:
        columns: what has an effect, one column each, shape (n, k).
        scenario: codes, shape (n,).
        rater: codes, shape (n,), or None.
        levels: groups whose levels are swept out, at most two: contrasts and raters.
        weight: what rows count within their scenario; 1 each when None.
        count: how many equal observations a row stands for; ``weight`` when None.
        combine: combinations of the columns' coefficients wanted, shape (k, q); each coefficient
            by itself when None.
        own: rows on which each combination is seen, shape (n, q); where its column is not 0 when
            None.
        equal: False: a row counts what ``weight`` says, however many its scenario has.
    """
    count, given = weight if count is None else count, weight
    weight = equal_scenarios(scenario if equal else np.zeros_like(scenario), given)
    wanted = np.eye(columns.shape[1]) if combine is None else combine
    seen = columns != 0 if own is None else own
    absorbed = absorb(levels, weight)
    left = absorbed.sweep(columns)
    inverse, null = _inverse(left, weight, scale=weight @ columns**2)
    influence = (left * weight[:, None]) @ (inverse @ wanted)
    estimable = np.abs(null.T @ wanted).max(axis=0, initial=0) < 1e-6
    telling = np.abs(influence)
    telling = seen & (telling > _NULL * telling.max(axis=0, initial=0)) & estimable
    return Swept(
        columns=columns,
        combine=wanted,
        influence=np.where(estimable, influence, 0.0),
        estimable=estimable,
        raters=np.zeros(wanted.shape[1], "int64") if rater is None else _present(rater, telling),
        scenarios=_present(scenario, telling),
        weight=weight,
        count=count,
        own=seen,
        rater=rater,
        scenario=scenario,
        fitted=(absorbed, left, inverse),
    )


def equal_scenarios(scenario: Codes, weight: Floats | None = None) -> Floats:
    """Weights that give each scenario the same total; the average row weighs 1; shape (n,).

    Args:
        scenario: the scenario of each row, shape (n,).
        weight: what each row counts within its scenario, shape (n,); None: 1 each.
    """
    rows = np.ones(len(scenario)) if weight is None else np.asarray(weight, "float64")
    totals = group_sums(scenario, rows[:, None])[:, 0]
    scale = len(scenario) / max(int(np.count_nonzero(totals)), 1)
    shares: Floats = rows / totals[scenario] * scale
    return shares


def cross_codes(first: Codes, second: Codes) -> Codes:
    """Cross two factors: a code of its own for each pair of codes, shape (n,); some may not occur.

    Args:
        first: codes from 0, shape (n,).
        second: codes from 0 of the same rows, shape (n,).
    """
    crossing: Codes = first * (int(second.max(initial=-1)) + 1) + second
    return crossing


def _present(codes: Codes, telling: Bools) -> Codes:
    present: Codes = np.count_nonzero(group_sums(codes, telling), axis=0).astype("int64")
    return present


def _inverse(columns: Floats, weight: Floats, *, scale: Floats) -> tuple[Floats, Floats]:
    """Invert cross-products where they can be, and give the directions in which they cannot."""
    size = np.sqrt(np.where(scale > 0, scale, 1.0))
    scaled = columns / size
    values, vectors = np.linalg.eigh((scaled * weight[:, None]).T @ scaled)
    full = values > _NULL
    kept = vectors[:, full] / size[:, None]
    inverse = (kept / values[full]) @ kept.T
    null = vectors[:, ~full] / size[:, None]
    return inverse, null

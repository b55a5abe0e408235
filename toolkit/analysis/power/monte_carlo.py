"""Monte-Carlo draws of the primary test, and the interval of a simulated share.

Who rated what stays the same from one simulation to the next, so the design is swept once and each
outcome costs a few sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse, special, stats

from toolkit.analysis.engine import (
    FEWEST_CLUSTERS,
    Bools,
    Codes,
    Floats,
    Side,
    Swept,
    cross_codes,
    interval,
    sparse_indicators,
    two_way,
)
from toolkit.analysis.findings import Estimate
from toolkit.analysis.frames import NULL_ARMS, coded
from toolkit.analysis.power.latent_answers import Truth, draw_values
from toolkit.analysis.power.simulated_design import Design

_AT_ONCE = 500
"""Simulations whose sums are held in memory together."""


@dataclass(frozen=True, slots=True)
class Trials:
    """The primary test of each arm on each simulated outcome; q arms, m simulations."""

    arms: tuple[str, ...]
    """Labels: every persona, then both null arms, whether the design has them or not."""
    estimate: Floats
    """Shape (q, m)."""
    se: Floats
    """Shape (q, m); 0 where all answers were alike."""
    df: Floats
    """Shape (q, 1): of the design, whatever the outcome."""
    estimable: Bools
    """Whether the design tells the effect and generalizes, shape (q,)."""

    def p(self) -> Floats:
        """Two-sided p of no effect, shape (q, m); 1 where all answers were alike."""
        t = np.divide(self.estimate, self.se, out=np.zeros_like(self.se), where=self.se > 0)
        return np.asarray(2 * stats.t.sf(np.abs(t), self.df))

    def equivalence_p(self, margin: float, side: Side = "both") -> Floats:
        """The p of what lies within the margin, shape (q, m); 1 where all answers were alike.

        Args:
            margin: the largest difference that would not matter.
            side: where a larger one would; see ``engine.equivalence_p``.
        """
        of = {"both": np.abs(self.estimate), "low": -self.estimate, "high": self.estimate}
        room = margin - of[side]
        t = np.divide(room, self.se, out=np.full_like(self.se, -np.inf), where=self.se > 0)
        p = np.asarray(stats.t.sf(t, self.df))
        return p if side == "both" else np.minimum(2 * p, 1.0)

    def covers(self, truth: float, *, level: float) -> Bools:
        """Whether each interval holds the true effect, the same of every arm; shape (q, m).

        Args:
            truth: on the outcome's own scale.
            level: of the interval.
        """
        half = np.asarray(stats.t.ppf((1 + level) / 2, self.df)) * self.se
        return np.asarray(np.abs(self.estimate - truth) <= half)


def trials(
    design: Design,
    truth: Truth,
    *,
    simulations: int,
    seed: int | Sequence[int],
    swept: Swept | None = None,
) -> Trials:
    """Draw outcomes of a design and run the primary test of every arm on each.

    Args:
        design: who rates what.
        truth: how answers come about.
        simulations: how many outcomes.
        seed: of all of them.
        swept: of this design, where the caller has it already.
    """
    ready = swept or primary(design)
    rng = np.random.default_rng(seed)
    parts = []
    for start in range(0, simulations, _AT_ONCE):
        values = draw_values(design, truth, rng, simulations=min(_AT_ONCE, simulations - start))
        parts.append(effects_of_many(ready, values))
    estimate, se = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
    clusters = ready.scenarios
    if ready.rater is not None:
        clusters = np.minimum(ready.raters, clusters)
    arms = (*design.swaps, *NULL_ARMS)
    return Trials(
        arms,
        estimate,
        se,
        ready.corrections.df[:, None],
        ready.estimable & (clusters >= FEWEST_CLUSTERS),
    )


def primary(design: Design) -> Swept:
    """Make a design ready for its primary test, as ``disparity`` does.

    Returns:
        One effect a persona, in the order of ``design.swaps``, then those of both null arms.
    """
    data = coded(design.observations)
    return data.sweep([data.of(one) for one in data.subjects])


def effects_of_many(swept: Swept, values: Floats) -> tuple[Floats, Floats]:
    """Estimate every effect on many outcomes, as ``Swept.effects`` does on one.

    Args:
        swept: a design made ready.
        values: shape (n, m).

    Returns:
        Estimates and standard errors, each of shape (q, m); their df are ``corrections.df``.
    """
    left = swept.residuals(values)
    groups = [swept.scenario]
    if swept.rater is not None:
        groups += [swept.rater, cross_codes(swept.rater, swept.scenario)]
    of_scenarios, *others = (_squared(codes, swept.influence, left) for codes in groups)
    of_raters, of_cells = others or (None, None)
    variance = two_way(of_scenarios, of_raters, of_cells, swept.corrections)
    return swept.influence.T @ values, np.sqrt(variance)


def share_of(hits: Bools, *, level: float = 0.99) -> Estimate:
    """Give the share of simulations with its Monte-Carlo interval.

    One arm: the exact interval of a binomial share (C. J. Clopper and E. S. Pearson 1934). Several:
    arms of one simulation share its answers, so the simulation is the unit and the interval that
    of a mean over simulations.

    Args:
        hits: shape (m,) or (q, m); m simulations.
        level: of the interval.
    """
    each = np.atleast_2d(hits).mean(axis=0)
    count, share = len(each), float(each.mean())
    spread = float(each.std(ddof=1)) if count > 1 else 0.0
    if len(np.atleast_2d(hits)) == 1 or spread == 0:
        low, high = _exact(round(share * count), count, level)
    else:
        low, high = interval(share, spread / np.sqrt(count), count - 1, level=level)
    return Estimate(value=share, low=max(0.0, low), high=min(1.0, high), level=level)


def _exact(hits: int, count: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    low = special.betaincinv(hits, count - hits + 1, tail) if hits else 0.0
    high = special.betaincinv(hits + 1, count - hits, 1 - tail) if hits < count else 1.0
    return float(low), float(high)


def _squared(codes: Codes, influence: Floats, left: Floats) -> Floats:
    """Square every effect's scores, summed within clusters, for each outcome; shape (q, m)."""
    matrix = sparse.csr_array(sparse_indicators(codes).T)
    sums = (matrix @ (one[:, None] * left) for one in influence.T)
    return np.array([np.square(one).sum(axis=0) for one in sums])

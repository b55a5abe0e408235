"""Parametric bootstrap: answers drawn from a fitted model, random factors drawn anew.

Draws have their own seeds, derived from one, so that each can be repeated alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import linalg

from toolkit.analysis.engine import Floats
from toolkit.analysis.findings import Estimate
from toolkit.analysis.mixed.fit import Fit
from toolkit.analysis.mixed.likelihood_ratio import likelihood_ratio, variance_test
from toolkit.errors import AnalysisError

_FEWEST = 0.9
"""Below this share of refits that worked, those that did are a selection of their own."""


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """What came of the draws."""

    estimate: Estimate | None
    """The statistic of the fit with its percentile interval; None when too many refits failed."""
    draws: Floats = field(repr=False)
    """The statistic of every refit that worked, in the order drawn."""
    failed: int
    """Draws to which the model could not be fitted, or that gave no number."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BootstrapTest:
    """A likelihood ratio against its own null distribution, drawn."""

    statistic: float
    p: float | None
    """``(1 + draws at least as large) / (1 + draws)``; None when too many refits failed."""
    draws: Floats = field(repr=False)
    failed: int
    notes: tuple[str, ...] = ()


def bootstrap(
    fit: Fit,
    statistic: Callable[[Fit], float],
    *,
    draws: int,
    seed: int,
    confidence: float = 0.95,
) -> Bootstrap:
    """Give a statistic of a fit its percentile interval (B. Efron, R. Tibshirani 1993, ch. 13).

    Args:
        fit: what the answers are drawn from.
        statistic: computed from the fit and from every refit.
        draws: how many, at least 20; 1,000 or more for a reported interval.
        seed: of all draws.
        confidence: level of the interval.

    Raises:
        AnalysisError: for fewer than 20 draws.
    """
    _require_draws(draws)

    def once(child: np.random.SeedSequence) -> float:
        return _converged(statistic, fit.refit(fit.simulate(child)))

    kept = repeated(once, draws=draws, seed=seed)
    failed = draws - len(kept)
    value = statistic(fit)
    if len(kept) < _FEWEST * draws or not np.isfinite(value):
        return Bootstrap(estimate=None, draws=kept, failed=failed, notes=_failure(failed, draws))
    low, high = np.quantile(kept, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Bootstrap(
        estimate=Estimate(value=value, low=float(low), high=float(high), level=confidence),
        draws=kept,
        failed=failed,
        notes=_failure(failed, draws) if failed else (),
    )


def bootstrap_test(small: Fit, large: Fit, *, draws: int, seed: int) -> BootstrapTest:
    """Test nested models by a likelihood ratio whose null distribution is drawn from the smaller.

    Not liberal where the chi-squared test is: few scenarios, deviations near 0 (A. C. Davison,
    D. V. Hinkley 1997, section 4.2).

    Args:
        small: the null, made by ``large.dropping``, so that both have the same cells.
        large: the alternative. Gaussian: by ML when coefficients are dropped.
        draws: how many, at least 20.
        seed: of all draws.

    Raises:
        AnalysisError: when the models are not nested, or for fewer than 20 draws.
    """
    _require_draws(draws)
    if len(small.problem.profile) != len(large.problem.profile):
        raise AnalysisError(
            "bootstrap_test: got models with different cells; wanted the smaller one made by "
            "large.dropping(...)."
        )
    compare = variance_test if small.groups != large.groups else likelihood_ratio
    reached = compare(small, large).statistic

    def once(child: np.random.SeedSequence) -> float:
        answers = small.simulate(child)
        return compare(small.refit(answers), large.refit(answers)).statistic

    kept = repeated(once, draws=draws, seed=seed)
    failed = draws - len(kept)
    enough = len(kept) >= _FEWEST * draws
    p = float((1 + (kept >= reached - 1e-9).sum()) / (1 + len(kept))) if enough else None
    notes = _failure(failed, draws) if failed else ()
    return BootstrapTest(statistic=reached, p=p, draws=kept, failed=failed, notes=notes)


def repeated(
    once: Callable[[np.random.SeedSequence], float | Floats], *, draws: int, seed: int
) -> Floats:
    """Give what every draw came to, less those that came to no finite number.

    Args:
        once: one draw from its own seed; a number, or an array of always the same shape.
        draws: how many.
        seed: of all draws.

    Returns:
        Shape (draws that worked, ...).
    """
    kept = []
    for child in np.random.SeedSequence(seed).spawn(draws):
        try:
            value = once(child)
        except (AnalysisError, linalg.LinAlgError):
            continue
        if np.isfinite(value).all():
            kept.append(value)
    return np.array(kept)


def _converged(statistic: Callable[[Fit], float], refitted: Fit) -> float:
    return statistic(refitted) if refitted.converged else np.nan


def _require_draws(draws: int) -> None:
    if draws < 20:
        raise AnalysisError(
            f"bootstrap: got {draws} draws; wanted at least 20, and 1,000 for a reported interval."
        )


def _failure(failed: int, draws: int) -> tuple[str, ...]:
    words = f"{failed} of {draws} refits gave no number"
    if draws - failed < _FEWEST * draws:
        return (f"{words}: too many for an interval or a p-value.",)
    return (f"{words} and are left out.",)

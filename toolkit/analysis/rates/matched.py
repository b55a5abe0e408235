"""A binary outcome in matched texts: the risk difference first, the tests of pairs beside it.

McNemar's test and conditional logit count pairs as independent. They are when each pair is a
cluster of its own: a scenario gives one, and a rater judges one. Anything else is refused and left
to generalized estimating equations, whose errors are clustered, and to the primary test.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import exp, inf, sqrt
from types import MappingProxyType

import numpy as np
import pandas as pd

from toolkit.analysis.disparity.against_reference import Comparison, against_reference
from toolkit.analysis.disparity.disparity import disparity
from toolkit.analysis.finding import EXPLORATORY, Estimate, Finding
from toolkit.analysis.frames.observations import Observations
from toolkit.analysis.rates.matched_models import (
    Logit,
    Marginal,
    McNemar,
    conditional_logit,
    gee,
    mcnemar,
)
from toolkit.analysis.rates.rates import require_binary
from toolkit.analysis.verdict import interval, p_value
from toolkit.errors import AnalysisError

MCNEMAR = "McNemar, exact (null: pairs that disagree go both ways equally often)"
MID_P = "McNemar, mid-p (null: pairs that disagree go both ways equally often)"
BY_GEE = "GEE (null: the odds ratio over all clusters is 1)"
CONDITIONAL = "conditional logit (null: the odds ratio within contrasts is 1)"


def matched(
    observations: Observations,
    *,
    margin: float | None = None,
    level: float = 0.95,
    plan: str = EXPLORATORY,
    primary: bool = True,
) -> tuple[Finding, ...]:
    """Compare how often a binary outcome happens under each persona and under the reference.

    Estimand: that of ``disparity``, the difference of both probabilities, with its interval, p and
    verdict. Beside it stand the odds ratio and the difference by GEE and, where each pair is a
    cluster of its own, McNemar's test and the conditional odds ratio; where it is not, a caveat
    says so.

    Args:
        observations: of stage confirm and a binary outcome.
        margin: the largest difference that would not matter; None: nothing is called equivalent.
        level: of the intervals.
        plan: hash of the frozen plan that asks for it.
        primary: False for an outcome that the plan does not name as its primary one.

    Raises:
        AnalysisError: if rows are of the wrong stage or the outcome is not binary.
    """
    require_binary(observations)
    planned = observations.frame["origin"].eq("planned").fillna(False).to_numpy(dtype="bool")
    found: list[Finding] = []
    for rows in (planned, ~planned):
        if rows.any():
            part = observations.where(rows)
            made = disparity(
                part,
                margin=margin,
                level=level,
                alpha=1 - level,
                plan=plan,
                primary=primary and not found,
            )
            found += [_beside(part, one, level) for one in made.findings]
    return tuple(found)


def mcnemar_of(comparison: Comparison, *, level: float = 0.95) -> McNemar:
    """Run McNemar's test on pairs that are clusters of their own.

    Args:
        comparison: of a binary outcome; every contrast one observation of either arm.
        level: of the odds ratio's interval.

    Raises:
        AnalysisError: if a scenario or a rater has several pairs, or observations make no pairs.
    """
    _refuse(why_not_own_clusters(comparison, "McNemar's test") or _why_not_pairs(comparison))
    sides = []
    for side in (True, False):
        rows = comparison.own == side
        sides.append(comparison.value[rows][np.argsort(comparison.contrast[rows])])
    own, base = sides
    return mcnemar(int((own > base).sum()), int((own < base).sum()), level=level)


def conditional_logit_of(comparison: Comparison) -> Logit | None:
    """Fit the conditional odds ratio over contrasts that are clusters of their own.

    Args:
        comparison: of a binary outcome.

    Returns:
        None when the outcome separates the arms completely.

    Raises:
        AnalysisError: if a scenario has several contrasts, a rater judged several, or a row stands
            for a part of an observation.
    """
    _refuse(_why_not_conditional(comparison))
    weight = comparison.weight.astype("int64")
    return conditional_logit(
        np.repeat(comparison.value, weight),
        np.repeat(comparison.own, weight),
        np.repeat(comparison.contrast, weight),
    )


def why_not_own_clusters(comparison: Comparison, method: str) -> str:
    """Say why contrasts are not independent of each other; empty when they are."""
    contrasts = pd.Series(comparison.contrast)
    for kind, codes in zip(("scenarios", "raters"), comparison.clusters, strict=False):
        several = int((contrasts.groupby(codes).nunique() > 1).sum())
        if several:
            return (
                f"matched: {method} counts each contrast as independent of the others; got "
                f"{several} {kind} with several contrasts each. Use GEE or the primary test, whose "
                "errors are clustered."
            )
    return ""


def _why_not_pairs(comparison: Comparison) -> str:
    sizes = pd.crosstab(comparison.contrast, comparison.own)
    if (sizes.to_numpy() == 1).all() and (comparison.weight == 1).all():
        return ""
    return (
        "matched: McNemar's test compares one observation of either arm in each contrast; got "
        "several in some. Use conditional logit, GEE or the primary test."
    )


def _why_not_conditional(comparison: Comparison) -> str:
    if why := why_not_own_clusters(comparison, "conditional logit"):
        return why
    parts = int(np.count_nonzero(comparison.weight % 1))
    if not parts:
        return ""
    return (
        f"matched: conditional logit counts whole observations; got {parts} rows that stand for a "
        "part of one. Use GEE or the primary test."
    )


def _refuse(why: str) -> None:
    if why:
        raise AnalysisError(why)


def _beside(observations: Observations, finding: Finding, level: float) -> Finding:
    if finding.p is None:
        # What cannot be generalized has no test of pairs either.
        return replace(finding, question="matched")
    comparison = against_reference(observations, finding.subject)
    parts = [
        _by_gee(comparison, level),
        _by_mcnemar(comparison, level),
        _by_conditional_logit(comparison, level),
    ]
    beside, tests, caveats = dict(finding.beside), dict(finding.tests), list(finding.caveats)
    for part in parts:
        beside |= part.beside
        tests |= part.tests
        caveats += part.caveats
    return replace(
        finding,
        question="matched",
        beside=MappingProxyType(beside),
        tests=MappingProxyType(tests),
        caveats=tuple(dict.fromkeys(caveats)),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    beside: Mapping[str, Estimate] = field(default_factory=dict)
    tests: Mapping[str, float] = field(default_factory=dict)
    caveats: tuple[str, ...] = ()


def _by_gee(comparison: Comparison, level: float) -> _Part:
    """Cluster by scenarios, and by raters where there are any; the larger error stands."""
    fits = [
        gee(comparison.value, comparison.own, codes, comparison.weight)
        for codes in comparison.clusters
    ]
    made = [one for one in fits if one is not None and one.clusters > 1]
    if len(made) < len(fits):
        return _Part(caveats=("One of both rates is 0 or 1, so there is no odds ratio by GEE.",))
    df = min(one.clusters for one in made) - 1
    log_odds, difference = made[0].log_odds_ratio, made[0].difference
    se = max(_corrected(one.log_odds_ratio_se, one) for one in made)
    of_difference = max(_corrected(one.difference_se, one) for one in made)
    low, high = (exp(one) for one in interval(log_odds, se, df, level=level))
    below, above = interval(difference, of_difference, df, level=level)
    ratio = Estimate(value=exp(log_odds), low=low, high=high, level=level)
    rates = Estimate(value=difference, low=below, high=above, level=level)
    return _Part(
        {"odds ratio, GEE": ratio, "difference of shares, GEE": rates},
        {BY_GEE: p_value(log_odds, se, df)},
    )


def _corrected(se: float, fit: Marginal) -> float:
    return se * sqrt(fit.clusters / (fit.clusters - 1))


def _by_mcnemar(comparison: Comparison, level: float) -> _Part:
    why = why_not_own_clusters(comparison, "McNemar's test") or _why_not_pairs(comparison)
    if why:
        return _Part(caveats=(why,))
    made = mcnemar_of(comparison, level=level)
    tests = {MCNEMAR: made.exact_p, MID_P: made.mid_p}
    if made.odds_ratio is None:
        return _Part(tests=tests, caveats=("No pair disagrees, so there is no odds ratio.",))
    ratio = Estimate(value=made.odds_ratio, low=made.low, high=made.high, level=level)
    return _Part({"odds ratio of pairs that disagree": ratio}, tests)


def _by_conditional_logit(comparison: Comparison, level: float) -> _Part:
    why = _why_not_conditional(comparison)
    if why:
        return _Part(caveats=(why,))
    made = conditional_logit_of(comparison)
    if made is None:
        return _Part(
            caveats=(
                "The outcome separates the arms within contrasts completely, or never varies "
                "there, so there is no conditional odds ratio.",
            )
        )
    low, high = (exp(one) for one in interval(made.estimate, made.se, inf, level=level))
    ratio = Estimate(value=exp(made.estimate), low=low, high=high, level=level)
    return _Part(
        {"odds ratio within contrasts": ratio},
        {CONDITIONAL: p_value(made.estimate, made.se, inf)},
    )

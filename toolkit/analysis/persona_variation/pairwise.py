"""Persona against persona: all pairs, with intervals that hold together.

Estimand: the average difference between replies to two personas, as raters like these judge them in
situations like these. Errors come from components of variance that all personas share
(``interaction_variance``), so all comparisons have the same degrees of freedom and the largest of
them, divided by its error, follows the studentized range (J. W. Tukey 1953; C. Y. Kramer 1956 for
unequal errors, A. J. Hayter 1984): with 95 % probability all intervals hold at once, and a pair
differs exactly when its own leaves out 0.
"""

from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from toolkit.analysis.engine import Floats, verdict_of
from toolkit.analysis.findings import (
    EXPLORATORY,
    SIMULTANEOUS,
    Estimate,
    Finding,
    findings_frame,
    require_shares,
)
from toolkit.analysis.frames import Observations
from toolkit.analysis.persona_variation.compared_personas import (
    ComparedPersonas,
    compared_personas,
)
from toolkit.analysis.persona_variation.persona_design import Together

NOT_FOR_PAIRS = (
    "Not where one reference was planned to be compared with each persona, which loses power here, "
    "nor where one persona's effect varies far more over situations than the others'."
)


@dataclass(frozen=True, slots=True)
class Pairwise:
    """All pairs of personas, on one outcome."""

    findings: tuple[Finding, ...]
    """One a pair, the one that differs most for its error first."""
    table: pd.DataFrame = field(repr=False)
    """One row a finding, as ``findings_frame``."""
    says: str
    """How many pairs differ, in a sentence."""
    notes: tuple[str, ...]
    """Who was left out and why, and when this is not to be used."""


def pairwise(
    observations: Observations,
    *,
    alpha: float = 0.05,
    plan: str = EXPLORATORY,
) -> Pairwise:
    """Compare every persona with every other one.

    Not where one reference was planned to be compared with each persona, which loses power here,
    nor where one persona's effect varies far more over situations than the others'.

    Args:
        observations: of one outcome and of stage confirm.
        alpha: error rate of all pairs together; intervals have level ``1 - alpha`` together.
        plan: hash of the frozen plan that asks for it.

    Raises:
        AnalysisError: if the observations are of stage explore, or not what was wanted.
    """
    require_shares("pairs of personas", alpha=alpha)
    known = compared_personas(observations, "pairs of personas", fewest=2, plan=plan)
    if known.found is None:
        says = f"No pair of personas can be compared. {known.why}"
        return Pairwise((), findings_frame([]), says, (*known.notes, NOT_FOR_PAIRS))
    count, df = len(known.personas), known.found.df
    apart, se = differences(known.found)
    p = stats.studentized_range.sf(np.abs(apart) / se * 2**0.5, count, df)
    half = reach(count, df, alpha=alpha) * se
    made = [
        _finding(known, pair, *map(float, each), alpha=alpha)
        for pair, *each in zip(
            combinations(known.personas, 2), apart, se, half, np.clip(p, 0.0, 1.0), strict=True
        )
    ]
    made.sort(key=lambda one: (one.p_adjusted, one.subject))
    differ = [one for one in made if one.verdict == "differs"]
    pairs = f"{len(made)} pair{'' if len(made) == 1 else 's'}"
    named = f": {'; '.join(one.subject for one in differ)}" if differ else ""
    says = f"Of {pairs} of personas {len(differ)} differ{named}. Intervals hold together."
    return Pairwise(tuple(made), findings_frame(made), says, (*known.notes, NOT_FOR_PAIRS))


def differences(found: Together) -> tuple[Floats, Floats]:
    """Give each pair's difference and its standard error.

    Args:
        found: what an outcome says about q personas.

    Returns:
        Arrays of shape (q (q - 1) / 2,), pairs in the order of ``itertools.combinations``.
    """
    first, second = np.triu_indices(len(found.effect), k=1)
    own = np.diag(found.covariance)
    variance = own[first] + own[second] - 2 * found.covariance[first, second]
    return found.effect[first] - found.effect[second], np.sqrt(variance)


def reach(count: int, df: float, *, alpha: float) -> float:
    """Standard errors that the largest of all differences exceeds with probability ``alpha``.

    Args:
        count: how many personas.
        df: degrees of freedom of the errors.
        alpha: above 0.
    """
    # The range of q means is sqrt(2) times the largest difference in its own standard errors.
    return float(stats.studentized_range.ppf(1 - alpha, count, df)) / 2**0.5


def _finding(
    known: ComparedPersonas,
    pair: tuple[str, str],
    apart: float,
    se: float,
    half: float,
    p: float,
    *,
    alpha: float,
) -> Finding:
    one, other = (known.data.of(name) for name in pair)
    estimand = f"average difference of replies to {pair[0]} from replies to {pair[1]}"
    bare = known.finding(f"{pair[0]} against {pair[1]}", one | other, one | other, estimand)
    count = len(known.personas) * (len(known.personas) - 1) // 2
    return replace(
        bare,
        verdict=verdict_of(p, None, alpha=alpha),
        compared_with=pair[1],
        estimate=Estimate(value=apart, low=apart - half, high=apart + half, level=1 - alpha),
        se=se,
        se_type=f"components of variance, {SIMULTANEOUS}",
        df=known.found.df if known.found else None,
        p_adjusted=p,
        family=f"pairs of personas, studentized range ({count} claims)",
    )

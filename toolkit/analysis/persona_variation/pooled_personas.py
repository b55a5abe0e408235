"""Partial pooling across personas: do they vary at all, by how much, and each one shrunken.

Estimands: the standard deviation, between personas like these, of how replies to a persona differ
from replies to the reference; and each persona's own difference, with what all of them say taken
into account. Assumed is that nothing but chance tells one persona from another beforehand, and that
their effects vary over situations and over raters by as much as each other's.

Method: effects of the primary test, errors of their comparisons by components of variance
(``interaction_variance``), Wald's test by F, the interval of the spread by inverting it, and
shrinkage averaged over what the spread may be (``partial_pooling``).
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from toolkit.analysis.engine import FEWEST_EFFECTS, Floats
from toolkit.analysis.findings import EXPLORATORY, Estimate, Finding, findings_frame, require_shares
from toolkit.analysis.frames import Observations
from toolkit.analysis.persona_variation.compared_personas import (
    ComparedPersonas,
    compared_personas,
)
from toolkit.analysis.persona_variation.persona_design import Together

VARY = "no persona differs from another (Wald, F over persona comparisons)"
NOT_FOR = (
    "Not for personas picked because they stood out, nor where one is expected to differ from the "
    "rest: it is drawn toward them."
)
_SPREAD = "standard deviation between personas of the difference from the reference"
_ONE = "difference of replies to {} from replies to the reference, all personas taken into account"


@dataclass(frozen=True, slots=True)
class Pooled:
    """What all personas say together about one outcome."""

    findings: tuple[Finding, ...]
    """How much personas vary, with the test of no variation; then every persona, shrunken."""
    table: pd.DataFrame = field(repr=False)
    """One row a persona: ``subject``, its difference ``alone``, shrunken with its interval, n."""
    says: str
    """Whether personas vary, in a sentence or two."""
    notes: tuple[str, ...] = ()
    """Who was left out and why, and when this is not to be used."""


def pooled(
    observations: Observations,
    *,
    level: float = 0.95,
    alpha: float = 0.05,
    plan: str = EXPLORATORY,
) -> Pooled:
    """Estimate every persona with all others taken into account, and whether they vary at all.

    Not for personas picked because they stood out, nor where one is expected to differ from the
    rest: it is drawn toward them.

    Args:
        observations: of one outcome and of stage confirm.
        level: of the intervals of personas.
        alpha: error rate of the test; the spread's interval has level ``1 - 2 alpha``, so that its
            lower end is above 0 exactly when the test rejects.
        plan: hash of the frozen plan that asks for it.

    Raises:
        AnalysisError: if the observations are of stage explore, or not what was wanted.
    """
    require_shares("pooling", level=level, alpha=alpha)
    known = compared_personas(observations, "pooling", fewest=FEWEST_EFFECTS, plan=plan)
    spread = _spread(known, alpha)
    each = _each(known, level)
    table = findings_frame(each)
    alone = known.found.effect if known.found else np.full(len(each), np.nan)
    kept = ["subject", "alone", "estimate", "low", "high", "scenarios", "raters", "observations"]
    return Pooled(
        (spread, *each),
        table.assign(alone=alone)[kept],
        _says(spread, alpha),
        (*known.notes, NOT_FOR),
    )


def _spread(known: ComparedPersonas, alpha: float) -> Finding:
    every = known.data.compared
    bare = known.finding("all personas", every, known.data.arm == "swap", _SPREAD)
    contrasts = known.found and known.found.contrasts
    if contrasts is None:
        return bare
    value, low, high = contrasts.spread(level=1 - 2 * alpha)
    return bare.estimated(
        "all personas",
        _SPREAD,
        Estimate(value=value, low=min(low, value), high=max(high, value), level=1 - 2 * alpha),
        about="all personas",
        tests={VARY: contrasts.p},
        df=contrasts.df,
        se_type="F profile",
    )


def _each(known: ComparedPersonas, level: float) -> list[Finding]:
    bare = [
        known.finding(one, known.data.beside(own), own, _ONE.format(one))
        for one in known.personas
        for own in (known.data.of(one),)
    ]
    if known.found is None:
        return bare
    values, half = shrunken(known.found, level=level)
    return [
        one.estimated(
            one.subject,
            one.estimand,
            Estimate(value=float(at), low=float(at - wide), high=float(at + wide), level=level),
            se_type="shrunken toward all personas",
        )
        for one, at, wide in zip(bare, values, half, strict=True)
    ]


def shrunken(found: Together, *, level: float) -> tuple[Floats, Floats]:
    """Give each persona's difference, shrunken, and half the width of its interval; shape (q,).

    Args:
        found: what an outcome says, with contrasts.
        level: of the intervals.
    """
    if found.contrasts is None:
        return np.full(len(found.effect), np.nan), np.full(len(found.effect), np.nan)
    (mean, se, df), (apart, variance) = found.mean, found.contrasts.shrunken()
    whole = variance + se**2
    # Satterthwaite: errors of the mean, and of what is between personas.
    free = whole**2 / (variance**2 / found.df + se**4 / df)
    half = stats.t.ppf((1 + level) / 2, free) * np.sqrt(whole)
    return mean + apart, np.asarray(half, dtype="float64")


def _says(spread: Finding, alpha: float) -> str:
    if spread.estimate is None:
        return f"Whether personas vary cannot be said. {spread.caveats[0]}"
    at, p = spread.estimate, spread.tests[VARY]
    shown = f"their differences spread by {at.text(signed=False)} {spread.unit}".rstrip()
    if p <= alpha:
        return f"Personas vary: {shown} (p {p:.2g})."
    return (
        f"That personas vary at all is not shown: {shown} (p {p:.2g}), which leaves room for none."
    )

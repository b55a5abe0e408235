"""Claims: one comparison before it becomes a Finding, its numbers, and why there are none."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from toolkit.analysis.engine import (
    Bools,
    Effects,
    Method,
    Side,
    Verdict,
    adjust,
    equivalence_p,
    interval,
    verdict_of,
)
from toolkit.analysis.findings import About, Estimate, too_few
from toolkit.analysis.frames import Coded, CompareWith

TWO_WAY = "two-way clusters (raters, scenarios)"
ONE_WAY = "clusters (scenarios)"


@dataclass(frozen=True, slots=True)
class Asked:
    """What all claims are held against."""

    plan: str
    margin: float | None = None
    side: Side = "both"
    """Where a difference beyond the margin would matter."""
    within: Verdict = "equivalent"
    """What a difference within the margin, on that side, is called."""
    level: float = 0.95
    alpha: float = 0.05
    seed: int = 0
    compare_with: CompareWith = "reference"
    factors: tuple[str, ...] = ()
    holm: str = ""
    """The family adjusted by Holm; empty: no claim here is of the primary family."""

    def within_p(self, value: float, se: float, df: float) -> float | None:
        """Give the p of what lies within the margin; None without one.

        Args:
            value: an estimate on the outcome's scale.
            se: its standard error.
            df: its degrees of freedom.
        """
        if self.margin is None:
            return None
        return equivalence_p(value, se, df, self.margin, self.side)

    def verdict(self, value: float, p: float, within: float | None) -> Verdict:
        """Read the verdict off both tests.

        Args:
            value: an estimate on the outcome's scale.
            p: of no difference, adjusted where several claims share an error rate.
            within: of what lies within the margin, likewise; None without one.
        """
        said = verdict_of(p, within, alpha=self.alpha)
        if said == "equivalent":
            return self.within
        # A difference to the harmless side is no smaller for being within the other one.
        harmless = (value > 0 and self.side == "low") or (value < 0 and self.side == "high")
        return "differs" if said == "real but negligible" and harmless else said

    def method(self, family: str) -> Method:
        """Say how p-values of a family are adjusted."""
        return "Holm" if family == self.holm else "Benjamini-Hochberg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is said about one persona, factor level or null arm."""

    subject: str
    about: About
    compared_with: str
    estimand: str
    rows: Bools = field(repr=False)
    """Rows of the subject and of what it is compared with."""
    own: Bools = field(repr=False)
    """Rows of the subject alone."""
    at: Estimate | None = None
    """None when not estimable."""
    se: float | None = None
    df: float | None = None
    p: float | None = None
    p_equivalent: float | None = None
    p_adjusted: float | None = None
    p_equivalent_adjusted: float | None = None
    se_type: str = ""
    raters: int = 0
    """Raters that contribute."""
    scenarios: int = 0
    family: str = ""
    claims: int = 1
    """How many share its error rate, itself among them."""
    caveats: tuple[str, ...] = ()
    index: int = 0
    """Its place among the effects of its design."""

    @property
    def tested(self) -> bool:
        """Whether there is a p."""
        return self.p is not None


def measured(claim: Claim, effects: Effects, coded: Coded, asked: Asked) -> Claim:
    """Put the estimate, interval and p-values of an effect into its claim, or why there are none.

    Args:
        claim: what is said; its ``index`` is its place among the effects, its rows are those of
            ``coded``.
        effects: estimates on ``coded`` with the pieces of their variance, arrays of shape (q,).
        coded: the observations, arrays of shape (n,).
        asked: level of the interval, and the margin of the test of equivalence.
    """
    index, value = claim.index, float(effects.estimate[claim.index])
    claim = replace(
        claim, raters=int(effects.raters[index]), scenarios=int(effects.scenarios[index])
    )
    why = _why_not(claim, effects, coded) or too_few(
        claim.subject, scenarios=claim.scenarios, raters=claim.raters if effects.rated else None
    )
    if why:
        return replace(claim, caveats=(*claim.caveats, why))
    se, df = float(effects.se[index]), float(effects.df[index])
    # Standard errors below this are rounding.
    if se <= 1e-9 * max(float(np.ptp(coded.value)), 1e-300):
        none = (
            f"The model leaves no error at all in the observations of {claim.subject}, so there is "
            "nothing to measure the difference by."
        )
        return replace(claim, caveats=(*claim.caveats, none))
    low, high = interval(value, se, df, level=asked.level)
    at = Estimate(value=value, low=low, high=high, level=asked.level)
    return replace(
        claim,
        at=at,
        se=se,
        df=df,
        se_type=TWO_WAY if effects.rated else ONE_WAY,
        p=float(effects.p[index]),
        p_equivalent=asked.within_p(value, se, df),
    )


def in_family(claims: Sequence[Claim], name: str, method: Method) -> list[Claim]:
    """Adjust the p-values of claims that share an error rate; what was not tested takes no part.

    Args:
        claims: one after another; those without a p are given back as they are.
        name: what the family is called in findings, such as ``personas``.
        method: "Holm" or "Benjamini-Hochberg", see ``adjust``.
    """
    tested = sum(one.tested for one in claims)
    family = f"{name}, {method} ({tested} {'claim' if tested == 1 else 'claims'})"
    adjusted = adjust([one.p for one in claims], method)
    within = adjust([one.p_equivalent for one in claims], method)
    return [
        replace(one, p_adjusted=p, p_equivalent_adjusted=q, family=family, claims=tested)
        if one.tested
        else one
        for one, p, q in zip(claims, adjusted, within, strict=True)
    ]


def nothing_of(who: str) -> str:
    """Say that there are no observations of somebody."""
    return f"Nothing of {who} was observed, so there is nothing to compare."


def _why_not(claim: Claim, effects: Effects, coded: Coded) -> str:
    who = claim.subject
    if not claim.own.any():
        return nothing_of(who)
    if not coded.pairs and claim.compared_with == "reference":
        here = np.unique(coded.block[claim.own])
        if not np.isin(coded.block[coded.arm == "reference"], here).any():
            return (
                f"No contrast holds observations of both {who} and the reference, so they cannot "
                "be compared."
            )
    if not coded.pairs and not (claim.rows & ~claim.own).any():
        return (
            f"Nobody else was observed in the contrasts of {who}, so there is nothing to compare."
        )
    if coded.pairs and not effects.estimable[claim.index]:
        return (
            f"Replies to {who} stood on one side throughout, so what is due to them cannot be told "
            "from what is due to the side."
        )
    if not effects.estimable[claim.index]:
        return (
            f"The raters and contrasts of {who} are not joined to those it is compared with, so "
            "its effect cannot be told from theirs."
        )
    values = coded.value[claim.rows]
    if np.ptp(values) == 0:
        return (
            f"All {len(values)} observations of {who} and of what it is compared with are "
            f"{values[0]:g}, so there is no variation to measure a difference by."
        )
    return ""

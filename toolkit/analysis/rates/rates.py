"""Rates by persona, each with its n and an interval whose n is scenarios and not replies.

Refusal comes first: what is asked of an answer's quality is asked of answers only, so a persona
that is refused more often is compared on what is left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import hypot

import pandas as pd

from toolkit.analysis.disparity import (
    against_reference,
    arm_of,
    counts_of,
    disparity,
    replies_of,
    speaks_of,
    subjects,
)
from toolkit.analysis.findings import EXPLORATORY, Finding, Share, columns_of, too_few
from toolkit.analysis.frames import Observations, require_observations, require_stage
from toolkit.analysis.rates.impact_ratio import impact_ratio, share_of
from toolkit.errors import AnalysisError


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates of one outcome, by whose cues the text carried."""

    outcome: str
    findings: tuple[Finding, ...]
    """One for the reference, each persona and each null arm."""
    table: pd.DataFrame = field(repr=False)
    """``subject events n rate low high level scenarios raters effective_n design_effect``."""
    differences: pd.DataFrame = field(repr=False)
    """``subject difference low high level se df p p_adjusted verdict speaks_of scenarios method``:
    as ``disparity`` has it, p adjusted by Benjamini-Hochberg. Where nothing varies the interval is
    Newcombe's and there is no p."""
    ratios: pd.DataFrame = field(repr=False)
    """``subject rate reference_rate ratio low high level method says``: rates of the favorable
    outcome; never a ratio without its interval."""
    notes: tuple[str, ...]
    """Plain sentences on what was left out and what could not be had."""


def rates(
    observations: Observations,
    *,
    level: float = 0.95,
    plan: str = EXPLORATORY,
) -> Rates:
    """Estimate how often the outcome happens, for the reference, each persona and each null arm.

    Estimand: the probability of the outcome under an arm, for scenarios (and raters) like these.
    Assumes that scenarios are independent of each other. ``clustered_share`` gives the interval,
    ``disparity`` the difference from the reference and ``impact_ratio`` the ratio. With no event
    the interval is the exact one-sided upper bound at as many trials as there are clusters.

    Args:
        observations: of stage confirm and a binary outcome.
        level: of every interval.
        plan: hash of the frozen plan that asks for it.

    Raises:
        AnalysisError: if rows are of the wrong stage or the outcome is not binary.
    """
    require_binary(observations)
    frame, arms = observations.frame, arm_of(observations.frame)
    seen = {name: frame[arms.eq(name).to_numpy()] for name in ("reference", *subjects(frame))}
    parts = {name: (rows, share_of(rows, level)) for name, rows in seen.items() if len(rows)}
    return Rates(
        outcome=observations.outcome,
        findings=(
            *(_finding(observations, name, *part, plan=plan) for name, part in parts.items()),
            *(_unseen(observations, name, plan) for name in _never_seen(observations)),
        ),
        table=_table(parts, level),
        differences=_differences(observations, level),
        ratios=_ratios(observations, level),
        notes=_notes(observations, [share for _, share in parts.values()]),
    )


def require_binary(observations: Observations) -> None:
    """Refuse explore rows and any outcome that is not 0 or 1.

    Raises:
        AnalysisError: if so.
    """
    require_observations(observations, "rates")
    require_stage(observations.frame, "confirm")
    if observations.scale != "binary":
        raise AnalysisError(
            f"rates: got outcome {observations.outcome!r} on the scale {observations.scale!r}; "
            "wanted a binary one, 0 or 1. Take `refusal`, or say what counts as 1 and pass that."
        )


def _finding(
    observations: Observations, subject: str, rows: pd.DataFrame, share: Share, *, plan: str
) -> Finding:
    estimate = share.interval
    kinds = "scenarios and raters" if rows["rater"].notna().any() else "scenarios"
    how = f"clustered by {kinds} ({share.clusters}), Wilson interval at effective n "
    how += f"{share.effective_n:.1f}"
    return Finding(
        question="rate",
        outcome=observations.outcome,
        subject=subject,
        estimand=f"share of observations with outcome {observations.outcome}",
        about="these personas",
        speaks_of=speaks_of(rows),
        stage="confirm",
        verdict="estimated" if estimate else "not estimable",
        unit="share",
        estimate=estimate,
        se_type=how if estimate else "",
        n=counts_of(rows),
        left_out=observations.left_out,
        plan=plan,
        caveats=tuple(_caveats(subject, share, rows)),
        replies=replies_of(rows["reply"]),
        simulated=observations.simulated,
    )


def _never_seen(observations: Observations) -> list[str]:
    """Personas that are described and of whom nothing was observed."""
    seen = set(observations.frame["persona"].astype("str"))
    return sorted({str(one) for one in observations.people.index} - seen)


def _unseen(observations: Observations, subject: str, plan: str) -> Finding:
    left_out = sum(observations.left_out.values())
    why = f"Nothing of {subject} was observed, so there is no rate of it."
    if left_out:
        why += f" {left_out} rows are in no rate: look there for what became of its replies."
    return Finding(
        question="rate",
        outcome=observations.outcome,
        subject=subject,
        estimand=f"share of observations with outcome {observations.outcome}",
        about="these personas",
        speaks_of="these situations",
        stage="confirm",
        verdict="not estimable",
        unit="share",
        left_out=observations.left_out,
        plan=plan,
        caveats=(why,),
        simulated=observations.simulated,
    )


def _caveats(subject: str, share: Share, rows: pd.DataFrame) -> list[str]:
    n = f"{share.n:.0f}"
    if share.interval is None:
        counts = counts_of(rows)
        raters = counts.raters if rows["rater"].notna().any() else None
        few = too_few(subject, scenarios=counts.scenarios, raters=raters)
        return [f"{share.events:.0f} of {n} observations. {few}"]
    if share.events not in (0, share.n):
        return []
    low, high = f"as low as {share.interval.low:.1%}", f"up to {share.interval.high:.1%}"
    return [
        f"{share.events:.0f} of {n} observations in {share.clusters} clusters: the rate may be "
        f"{low if share.events else high} at {share.interval.level:.0%} confidence."
    ]


def _table(parts: Mapping[str, tuple[pd.DataFrame, Share]], level: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "subject": name,
            "events": one.events,
            "n": one.n,
            **columns_of(one.interval, "rate"),
            "level": level,
            "scenarios": rows["scenario"].nunique(),
            "raters": rows["rater"].nunique(),
            "effective_n": one.effective_n,
            "design_effect": one.design_effect,
        }
        for name, (rows, one) in parts.items()
    )


def _differences(observations: Observations, level: float) -> pd.DataFrame:
    made = disparity(observations, level=level, alpha=1 - level, primary=False)
    rows = []
    for one in (*made.findings, *made.null_arms):
        row: dict[str, object] = {"method": "primary test", "se": one.se, "df": one.df, "p": one.p}
        row |= {**columns_of(one.estimate, "difference"), "p_adjusted": one.p_adjusted}
        if one.estimate is None and one.n.observations:
            row = _newcombe(against_reference(observations, one.subject), level)
        row |= {"subject": one.subject, "speaks_of": one.speaks_of, "level": level}
        rows.append(row | {"scenarios": one.n.scenarios, "verdict": one.verdict})
    names = ["subject", "difference", "low", "high", "level", "se", "df", "p", "p_adjusted"]
    return pd.DataFrame(rows, columns=[*names, "verdict", "speaks_of", "scenarios", "method"])


def _newcombe(rows: pd.DataFrame, level: float) -> dict[str, object]:
    """Bound a difference that does not vary by what each rate leaves open (R. G. Newcombe 1998)."""
    own, base = (share_of(rows[rows["own"].eq(side)], level) for side in (True, False))
    if own.interval is None or base.interval is None:
        return {}
    difference = own.value - base.value
    below = hypot(own.value - own.interval.low, base.interval.high - base.value)
    above = hypot(own.interval.high - own.value, base.value - base.interval.low)
    return {
        "difference": difference,
        "low": max(-1.0, difference - below),
        "high": min(1.0, difference + above),
        "method": "Newcombe at effective n",
    }


def _ratios(observations: Observations, level: float) -> pd.DataFrame:
    rows, favorable = [], 0 if observations.of.favorable == "low" else 1
    for subject in subjects(observations.frame):
        one = impact_ratio(against_reference(observations, subject), favorable, level=level)
        rows.append(
            {
                "subject": subject,
                "rate": one.own.value if one.own and one.estimate else None,
                "reference_rate": one.base.value if one.base and one.estimate else None,
                **columns_of(one.estimate, "ratio"),
                "level": level,
                "method": one.method,
                "says": one.says,
            }
        )
    names = ["subject", "rate", "reference_rate", "ratio", "low", "high", "level", "method", "says"]
    return pd.DataFrame(rows, columns=names)


def _notes(observations: Observations, shares: Sequence[Share]) -> tuple[str, ...]:
    left_out = observations.left_out.items()
    notes = [*observations.notes, *(f"{n} rows are in no rate: {why}." for why, n in left_out)]
    if not shares:
        notes.append(f"Nothing was observed of outcome {observations.outcome!r}: no rate.")
    elif all(one.events == 0 for one in shares):
        total = sum(one.n for one in shares)
        notes.append(
            f"It never happened in {total:.0f} observations: each rate has an upper bound only, "
            "and nothing is said of differences."
        )
    return tuple(notes)

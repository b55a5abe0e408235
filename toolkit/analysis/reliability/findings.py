"""Findings about raters, from what was computed of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.findings import (
    SHARE_HOW,
    ClusteredMean,
    Counts,
    Estimate,
    Finding,
    mean_over_raters,
    share_over_raters,
)
from toolkit.analysis.reliability.alpha import alpha_of
from toolkit.analysis.reliability.components import Components, severity_spread
from toolkit.analysis.reliability.groups import GroupAgreement
from toolkit.analysis.reliability.items import Coefficient, Level, items_by_raters
from toolkit.analysis.reliability.raters import DRIFT_STEP, Drift
from toolkit.design import Outcome

_FEW_ITEMS = 30
_COEFFICIENT = "coefficient (1: perfect, 0: chance)"
_FLAT = "Every difference is the same, so there is no standard error and no test."
_NO_SPREAD = (
    "Raters differ in severity no more than chance would have it, so nobody is called severe."
)
_ONE_RATER = "It comes from fewer than two raters and cannot be generalized over raters."
_ESTIMANDS = {
    "Krippendorff's alpha": "agreement of two raters of one reply beyond chance, {of} level",
    "ICC(2,1)": "correlation of two raters' ratings of one reply (absolute agreement)",
    "ICC(2,k)": "correlation of two means of ratings of one reply, each by so many raters",
    "Gwet's AC1": "agreement of two raters of one reply beyond chance on: {of}",
    "Fleiss' kappa": "agreement of two raters of one reply beyond chance on: {of}",
    "Cohen's kappa": "agreement of the two raters beyond chance on: {of}",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What all findings about the raters of one outcome share."""

    outcome: str
    plan: str
    simulated: bool
    points: str
    """Unit of differences."""
    rows: pd.DataFrame = field(repr=False)
    """What is compared, one row a judgment."""
    left_out: Mapping[str, int]

    @classmethod
    def of(
        cls, rows: pd.DataFrame, compared: pd.DataFrame, outcome: Outcome, plan: str
    ) -> "Context":
        """Gather it from all judgments and those compared."""
        apart = rows.loc[~rows.index.isin(compared.index), "apart"].astype("object")
        counts = apart.fillna("neither").value_counts()
        return cls(
            outcome=outcome.name,
            plan=plan,
            simulated=bool(rows["simulated"].any()),
            points=outcome.unit,
            rows=compared,
            left_out=MappingProxyType({str(why): int(n) for why, n in counts.items()}),
        )

    def finding(self, subject: str, estimand: str, **made: Any) -> Finding:
        """Make a finding about the raters."""
        return Finding(
            question="reliability",
            outcome=self.outcome,
            subject=subject,
            estimand=estimand,
            about="the raters",
            speaks_of="these situations",
            stage="confirm",
            plan=self.plan,
            simulated=self.simulated,
            **made,
        )

    def estimated(self, subject: str, estimand: str, one: "Estimated", *, unit: str) -> Finding:
        """Make a finding of a number that compares nothing."""
        return self.finding(
            subject,
            estimand,
            verdict="estimated" if one.estimate else "not estimable",
            unit=unit,
            estimate=one.estimate,
            se=one.se,
            df=one.df,
            se_type=one.se_type if one.estimate else "",
            n=one.n,
            left_out=self.left_out,
            caveats=(one.says,) if one.says else (),
        )

    def compared(
        self,
        subject: str,
        estimand: str,
        mean: ClusteredMean | None,
        n: Counts,
        *,
        compared_with: str,
        why: str = "",
    ) -> Finding:
        """Make a finding of a difference whose standard error is clustered by rater."""
        shared: dict[str, Any] = {"unit": self.points, "n": n, "left_out": self.left_out}
        shared["compared_with"] = compared_with
        if mean is None or not mean.se:
            why = why or (_FLAT if mean else _ONE_RATER)
            return self.finding(
                subject, estimand, verdict="not estimable", caveats=(why,), **shared
            )
        return self.finding(subject, estimand, **mean.tested(), **shared)

    def counts(self, rows: pd.DataFrame, observations: int | None = None) -> Counts:
        """Count what a finding rests on."""
        return Counts(
            raters=rows["participant_id"].nunique(),
            scenarios=rows["scenario_id"].nunique(),
            contrasts=rows["contrast_id"].nunique(),
            personas=rows["persona_id"].nunique(),
            replies=rows["unit_id"].nunique(),
            observations=len(rows) if observations is None else observations,
        )


def of_coefficient(one: Coefficient, context: Context) -> Finding:
    """A finding of one coefficient of agreement.

    Args:
        one: the coefficient; one without an estimate is not estimable, for the reason it says.
        context: what all findings about these raters share.
    """
    rows = context.rows
    rows = rows[rows.groupby("unit_id")["participant_id"].transform("nunique") >= 2]
    caveats = [one.says] if one.says else []
    if one.estimate and one.items < _FEW_ITEMS:
        caveats.append(
            f"It rests on {one.items} replies that two raters or more judged, so the interval is "
            "rough."
        )
    return context.finding(
        f"{one.measure}, {one.of}",
        _ESTIMANDS[one.measure].format(of=one.of),
        verdict="estimated" if one.estimate else "not estimable",
        unit=_COEFFICIENT,
        estimate=one.estimate,
        se=one.se,
        se_type=one.how,
        df=one.df,
        n=context.counts(rows, one.ratings),
        left_out=context.left_out,
        caveats=tuple(caveats),
        replies=tuple(sorted(rows["unit_id"].unique())),
    )


def of_groups(one: GroupAgreement, context: Context) -> Finding:
    """A finding of agreement within groups of raters against across them.

    Args:
        one: agreement within groups less that across, with its p; without a difference, why.
        context: what all findings about these raters share.
    """
    verdict = "not estimable"
    if one.difference:
        apart = one.difference.low > 0 or one.difference.high < 0
        verdict = "differs" if apart else "inconclusive"
    return context.finding(
        "groups of raters",
        "agreement of two raters of one group minus that of two raters of different groups",
        verdict=verdict,
        compared_with="raters of other groups",
        unit=_COEFFICIENT,
        estimate=one.difference,
        se_type="items and raters, dyadic" if one.difference else "",
        n=context.counts(context.rows),
        left_out=context.left_out,
        tests={} if one.p is None else {"groups exchanged among raters (sharp null)": one.p},
        caveats=(one.says,) if one.says else (),
    )


def of_repeats(
    pairs: pd.DataFrame, context: Context, *, level: Level, seed: int, draws: int
) -> tuple[Finding, ...]:
    """Findings of items shown a second time: how alike both ratings are, and whether they moved.

    Args:
        pairs: ``rater reply first second change items_between``, as ``retest`` gives them.
        context: what all findings about these raters share.
        level: at which Krippendorff's alpha tells how alike both ratings are.
        seed: of its resamples.
        draws: how many resamples.
    """
    alike = "agreement of a rater with their own first rating of the same reply, beyond chance"
    size = Counts(
        raters=pairs["rater"].nunique(), replies=pairs["reply"].nunique(), observations=len(pairs)
    )
    if pairs.empty:
        why = "No item was shown and rated a second time, so raters' constancy cannot be told."
        none = Estimated(None, size, why)
        return (context.estimated("repeats: agreement", alike, none, unit=_COEFFICIENT),)
    one = _constancy(pairs, level=level, seed=seed, draws=draws)
    agreement = Estimated(one.estimate, size, one.says, se_type=one.how)
    rater = pairs["rater"].to_numpy()
    moved = mean_over_raters(pairs["change"].to_numpy(), rater)
    return (
        context.estimated("repeats: agreement", alike, agreement, unit=_COEFFICIENT),
        context.estimated(
            "repeats: same answer",
            "share of repeated items that were rated as the first time",
            Estimated.share(pairs["change"].eq(0).to_numpy(dtype="float64"), rater, size),
            unit="share of repeated items",
        ),
        context.compared(
            "repeats: change",
            "second rating minus first rating of the same reply by the same rater",
            moved,
            size,
            compared_with="the first rating",
        ),
    )


def of_attention(known: pd.DataFrame, context: Context) -> Finding:
    """A finding of items whose answer is known: the share that was passed.

    Args:
        known: ``rater answered passed declined``, as ``attention`` gives them; whoever answered
            none is left out.
        context: what all findings about these raters share.
    """
    known = known[known["answered"] > 0]
    n = int(known["answered"].sum())
    size = Counts(raters=len(known), observations=n)
    each = np.repeat(known["rater"].to_numpy(), known["answered"])
    pairs = zip(known["answered"], known["passed"], strict=True)
    marks = np.concatenate([np.zeros(0), *(np.arange(a) < b for a, b in pairs)])
    none = Estimated(None, size, "No attention item was answered, so attention cannot be told.")
    return context.estimated(
        "attention",
        "share of items with a known answer that were answered so",
        Estimated.share(marks, each, size) if n else none,
        unit="share of attention items",
    )


def of_severity(parts: Components | str, context: Context) -> Finding:
    """A finding of how much raters differ in severity: the standard deviation between them.

    Args:
        parts: variances of items, raters and rest, or the sentence that says why there are
            none.
        context: what all findings about these raters share; its ``points`` are the unit.
    """
    spread = None if isinstance(parts, str) else severity_spread(parts)
    size = context.counts(context.rows)
    none = parts if isinstance(parts, str) else _NO_SPREAD
    one = (
        Estimated(spread[0], size, "", spread[1], None, "REML, expected information")
        if spread
        else Estimated(None, size, none)
    )
    return context.estimated(
        "severity",
        "standard deviation between raters of how low they rate the same reply",
        one,
        unit=context.points,
    )


def of_drift(one: Drift, context: Context) -> Finding:
    """A finding of how ratings move over the sitting.

    Args:
        one: the slope, in points per ``DRIFT_STEP`` items of the list, or why there is none.
        context: what all findings about these raters share.
    """
    return context.compared(
        "drift",
        f"change of ratings over {DRIFT_STEP} items of the list, for the same rater, contrast and "
        "arm",
        one.slope,
        context.counts(context.rows),
        compared_with="no drift",
        why=one.says,
    )


@dataclass(frozen=True, slots=True)
class Estimated:
    """A number that compares nothing, or why there is none."""

    estimate: Estimate | None
    n: Counts
    says: str = ""
    se: float | None = None
    df: float | None = None
    se_type: str = "clustered by rater"

    @classmethod
    def share(cls, marks: np.ndarray, rater: np.ndarray, n: Counts) -> "Estimated":
        """A share with its interval over raters."""
        share = share_over_raters(marks, rater)
        return cls(share, n, "" if share else _ONE_RATER, se_type=SHARE_HOW)


def _constancy(pairs: pd.DataFrame, *, level: Level, seed: int, draws: int) -> Coefficient:
    both = pairs.assign(item=np.arange(len(pairs)))
    long = both.melt(id_vars="item", value_vars=["first", "second"], var_name="rater")
    return alpha_of(
        items_by_raters(long),
        level=level,
        seed=seed,
        draws=draws,
        cluster=pd.factorize(pairs["rater"])[0],
    )

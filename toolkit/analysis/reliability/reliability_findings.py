"""Findings about raters, from what was computed of them."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from toolkit.analysis.engine import FEWEST_CLUSTERS
from toolkit.analysis.findings import (
    SHARE_HOW,
    Counts,
    Finding,
    against_zero,
    mean_over_raters,
    share_over_raters,
)
from toolkit.analysis.reliability.group_agreement import GroupAgreement
from toolkit.analysis.reliability.items_by_raters import Coefficient, Level, items_by_raters
from toolkit.analysis.reliability.krippendorff_alpha import krippendorff_alpha
from toolkit.analysis.reliability.rater_quality import DRIFT_STEP, Drift
from toolkit.analysis.reliability.variance_components import REML, Components
from toolkit.design import Outcome

_FEW_ITEMS = 30
_COEFFICIENT = "coefficient (1: perfect, 0: chance)"
_FLAT = "Every difference is the same, so there is no standard error and no test."
_NO_SPREAD = (
    "Raters differ in severity no more than chance would have it, so nobody is called severe."
)
_FEW_RATERS = (
    f"It comes from fewer than {FEWEST_CLUSTERS} raters and cannot be generalized over raters."
)
_ESTIMANDS = {
    "Krippendorff's alpha": "agreement of two raters of one reply beyond chance, {of} level",
    "ICC(2,1)": "correlation of two raters' ratings of one reply (absolute agreement)",
    "ICC(2,k)": "correlation of two means of ratings of one reply, each by so many raters",
    "Gwet's AC1": "agreement of two raters of one reply beyond chance on: {of}",
    "Fleiss' kappa": "agreement of two raters of one reply beyond chance on: {of}",
    "Cohen's kappa": "agreement of the two raters beyond chance on: {of}",
}


def of_nothing(rows: pd.DataFrame, compared: pd.DataFrame, outcome: Outcome) -> Finding:
    """Make what all findings about the raters of one outcome share, without a number.

    Args:
        rows: all judgments.
        compared: those that are compared.
        outcome: what was judged; its unit is that of differences.
    """
    apart = rows.loc[~rows.index.isin(compared.index), "apart"].astype("object")
    counts = apart.fillna("neither").value_counts()
    return Finding(
        question="reliability",
        outcome=outcome.name,
        about="the raters",
        stage="confirm",
        unit=outcome.unit,
        n=Counts.of(compared),
        left_out=MappingProxyType({str(why): int(n) for why, n in counts.items()}),
        simulated=bool(rows["simulated"].any()),
    )


def of_coefficient(one: Coefficient, compared: pd.DataFrame, bare: Finding) -> Finding:
    """Say what one coefficient of agreement came to, or why it is not estimable.

    Args:
        one: the coefficient.
        compared: the judgments that are compared.
        bare: what all findings about these raters share.
    """
    several = compared.groupby("unit_id")["participant_id"].transform("nunique") >= 2
    rows = compared[several]
    caveats = [one.says] if one.says else []
    if one.estimate and one.items < _FEW_ITEMS:
        caveats.append(
            f"It rests on {one.items} replies that two raters or more judged, so the interval is "
            "rough."
        )
    made = bare.estimated(
        f"{one.measure}, {one.of}",
        _ESTIMANDS[one.measure].format(of=one.of),
        one.estimate,
        unit=_COEFFICIENT,
        se=one.se,
        df=one.df,
        n=Counts.of(rows, observations=one.ratings),
        caveats=tuple(caveats),
        replies=tuple(sorted(rows["unit_id"].unique())),
    )
    return replace(made, se_type=one.how)


def of_groups(one: GroupAgreement, bare: Finding) -> Finding:
    """Set agreement within groups of raters against that across them.

    Args:
        one: agreement within groups less that across, with its p; without a difference, why.
        bare: what all findings about these raters share.
    """
    at = one.difference
    return bare.estimated(
        "groups of raters",
        "agreement of two raters of one group minus that of two raters of different groups",
        at,
        one.says,
        verdict="differs" if at and (at.low > 0 or at.high < 0) else "inconclusive",
        compared_with="raters of other groups",
        unit=_COEFFICIENT,
        se_type="items and raters, dyadic",
        tests={} if one.p is None else {"groups exchanged among raters (sharp null)": one.p},
    )


def of_repeats(
    pairs: pd.DataFrame, bare: Finding, *, level: Level, seed: int, draws: int
) -> tuple[Finding, ...]:
    """Say of items shown a second time how alike both ratings are, and whether they moved.

    Args:
        pairs: ``rater reply first second change items_between``, as ``retest`` gives them.
        bare: what all findings about these raters share.
        level: at which Krippendorff's alpha tells how alike both ratings are.
        seed: of its resamples.
        draws: how many resamples.
    """
    bare = replace(bare, n=Counts.of(pairs))
    alike = "agreement of a rater with their own first rating of the same reply, beyond chance"
    if pairs.empty:
        why = "No item was shown and rated a second time, so raters' constancy cannot be told."
        return (bare.estimated("repeats: agreement", alike, None, why, unit=_COEFFICIENT),)
    long = pairs.assign(item=np.arange(len(pairs))).melt(
        id_vars="item", value_vars=["first", "second"], var_name="rater"
    )
    who, again = pairs["rater"].to_numpy(), pd.factorize(pairs["rater"])[0]
    one = krippendorff_alpha(
        items_by_raters(long), level=level, seed=seed, draws=draws, cluster=again
    )
    moved = mean_over_raters(pairs["change"].to_numpy(), who)
    return (
        bare.estimated(
            "repeats: agreement", alike, one.estimate, one.says, unit=_COEFFICIENT, se_type=one.how
        ),
        _share(
            bare,
            "repeats: same answer",
            "share of repeated items that were rated as the first time",
            pairs["change"].eq(0).to_numpy(),
            who,
            "share of repeated items",
        ),
        replace(
            bare,
            subject="repeats: change",
            estimand="second rating minus first rating of the same reply by the same rater",
            compared_with="the first rating",
            **against_zero(moved, _FEW_RATERS, _FLAT),
        ),
    )


def of_attention(known: pd.DataFrame, bare: Finding) -> Finding:
    """Say which share of items whose answer is known was passed.

    Args:
        known: ``rater answered passed declined``, as ``attention`` gives them; whoever answered
            none is left out.
        bare: what all findings about these raters share.
    """
    known = known[known["answered"] > 0]
    counts = np.column_stack([known["passed"], known["answered"] - known["passed"]]).ravel()
    passed = np.repeat(np.tile([1.0, 0.0], len(known)), counts)
    who = np.repeat(known["rater"].to_numpy().repeat(2), counts)
    bare = replace(bare, n=Counts(raters=len(known), observations=len(who)))
    subject, estimand = "attention", "share of items with a known answer that were answered so"
    unit = "share of attention items"
    if len(who):
        return _share(bare, subject, estimand, passed, who, unit)
    why = "No attention item was answered, so attention cannot be told."
    return bare.estimated(subject, estimand, None, why, unit=unit)


def of_severity(parts: Components | str, bare: Finding) -> Finding:
    """Say how much raters differ in severity: the standard deviation between them.

    Args:
        parts: variances of items, raters and rest, or the sentence that says why there are
            none.
        bare: what all findings about these raters share.
    """
    subject = "severity"
    estimand = "standard deviation between raters of how low they rate the same reply"
    if isinstance(parts, str):
        return bare.estimated(subject, estimand, None, parts)
    if not (spread := parts.spread()):
        return bare.estimated(subject, estimand, None, _NO_SPREAD)
    return bare.estimated(subject, estimand, spread[0], se=spread[1], se_type=REML)


def of_drift(one: Drift, bare: Finding) -> Finding:
    """Say how ratings move over the sitting.

    Args:
        one: the slope, in points per ``DRIFT_STEP`` items of the list, or why there is none.
        bare: what all findings about these raters share.
    """
    return replace(
        bare,
        subject="drift",
        estimand=f"change of ratings over {DRIFT_STEP} items of the list, for the same rater, "
        "contrast and arm",
        compared_with="no drift",
        **against_zero(one.slope, one.says, _FLAT),
    )


def _share(
    bare: Finding, subject: str, estimand: str, marks: np.ndarray, who: np.ndarray, unit: str
) -> Finding:
    at = share_over_raters(marks, who)
    why = "" if at else _FEW_RATERS
    return bare.estimated(subject, estimand, at, why, unit=unit, se_type=SHARE_HOW)

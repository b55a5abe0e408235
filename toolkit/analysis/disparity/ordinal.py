"""Ordinal model of ratings: average change in the share of high answers.

Ratings are ordered and their distances are not known. A cumulative-logit mixed model (proportional
odds; for yes-or-no answers its two-category case) uses their order alone. It has an intercept for
each rater, scenario and contrast, and one for each scenario and arm, so that an effect may vary
from one situation to the next.

Estimands, for each persona against the reference: the average change in P(Y >= k) over raters and
scenarios like these, and the probability that of two answers by one rater in one scenario the one
to the persona is the higher (see ``mixed.marginal``). Nothing is tested here: whether a persona is
treated differently is decided by ``disparity``, which assumes less.
"""

from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from toolkit.analysis.disparity.claims import Asked, Claim
from toolkit.analysis.disparity.comparison import comparison
from toolkit.analysis.disparity.disparity_findings import Saying
from toolkit.analysis.findings import EXPLORATORY, Estimate, Finding, findings_frame, too_few
from toolkit.analysis.frames import NULL_ARMS, Coded, Observations, coded
from toolkit.analysis.mixed import Fit, Marginal, fit, marginal
from toolkit.errors import AnalysisError

_DECIDES = "This describes and does not test; the primary test of `disparity` decides."
_SCALES = ("likert", "binary")


@dataclass(frozen=True, slots=True)
class Ordinal:
    """What the model of ordered answers says."""

    findings: tuple[Finding, ...]
    """One a persona, by name, then those of the null arms."""
    table: pd.DataFrame = field(repr=False)
    """One row a finding, in their order."""
    shares: pd.DataFrame = field(repr=False)
    """P(Y >= k) of each persona and of the reference, with intervals."""
    fit: Fit | None = field(repr=False)
    """The model; None where it could not be fitted."""
    notes: tuple[str, ...] = ()


def ordinal(
    observations: Observations, *, at_least: int | None = None, plan: str = EXPLORATORY
) -> Ordinal:
    """Estimate every persona's difference on the scale of the answers.

    Args:
        observations: rated, on a likert or binary scale, of stage confirm.
        at_least: k of P(Y >= k); by default 4 where it is a possible answer, else the highest.
        plan: hash of the frozen plan that asks for it, or "exploratory".

    Raises:
        AnalysisError: if the answers are neither ordered categories nor yes or no, have no raters,
            or nothing varies in them.
    """
    if observations.scale not in _SCALES or not observations.rated:
        raise AnalysisError(
            f"ordinal: got {observations.outcome!r}, on the scale {observations.scale!r}"
            f"{'' if observations.rated else ' and without raters'}; wanted rated answers on the "
            "scale 'likert' or 'binary'. Compare anything else with `disparity`."
        )
    data = coded(observations)
    made = _fitted(observations, data)
    df = max(len(data.scenarios) - 1.0, 1.0)
    known = [
        (claim, marginal(made, "arm", claim.subject, "reference", at_least=at_least, df=df))
        for claim in comparison(data, "reference").claims
        if claim.own.any()
    ]
    planned = observations.frame["origin"].eq("planned").fillna(False).all()
    asked = Asked(plan=plan)
    say = Saying(observations, data, asked, "in general" if planned else "these situations")
    findings = tuple(_finding(say, claim, found, df) for claim, found in known)
    shares = [one.shares for _, one in known if len(one.shares)]
    return Ordinal(
        findings=findings,
        table=findings_frame(findings),
        shares=pd.concat(shares).drop_duplicates("level") if shares else pd.DataFrame(),
        fit=made,
        notes=tuple(
            dict.fromkeys((*made.notes, *(note for _, one in known for note in one.notes)))
        ),
    )


def _fitted(observations: Observations, data: Coded) -> Fit:
    labels = np.where(data.arm == "swap", data.persona, data.arm)
    names = ["reference", *sorted(set(labels) - {"reference"})]
    rows = pd.DataFrame(
        {
            "value": data.value.astype("int64"),
            "arm": pd.Categorical(labels, categories=names),
            "rater": data.rater,
            "scenario": data.scenario,
            "contrast": data.block,
            "weight": data.weight,
        }
    )
    groups = ["rater", "scenario", "scenario:arm"]
    if len(np.unique(data.block)) > len(data.scenarios):
        groups.append("contrast")
    levels = None
    if observations.scale == "likert":
        low, high = (int(one) for one in observations.bounds)
        levels = list(range(low, high + 1))
    return fit(
        rows,
        "value ~ arm",
        groups,
        family="cumulative" if observations.scale == "likert" else "binomial",
        weights="weight",
        levels=levels,
    )


def _finding(say: Saying, claim: Claim, found: Marginal, df: float) -> Finding:
    unit = f"share of answers of {found.at_least:g} or more"
    null = claim.subject in NULL_ARMS
    these = f"{claim.subject} replies" if null else f"replies to {claim.subject}"
    bare, better = say.bare(claim), found.superiority
    if why := too_few(claim.subject, scenarios=bare.n.scenarios, raters=bare.n.raters):
        return replace(bare, question="ordinal", caveats=(_DECIDES, why))
    return replace(
        bare,
        question="ordinal",
        estimand=f"average change in the {unit}, {these} against replies to the reference",
        speaks_of=say.speaks_of,
        verdict="not estimable" if found.change is None else "estimated",
        unit=unit,
        estimate=None if found.change is None else _held(found.change),
        se=found.change_se,
        se_type="delta method, t on one less than the scenarios",
        df=df,
        beside=MappingProxyType({} if better is None else {"probability of superiority": better}),
        caveats=(_DECIDES, *found.notes),
    )


def _held(change: Estimate) -> Estimate:
    """No share changes by more than all of it."""
    return replace(change, low=max(change.low, -1.0), high=min(change.high, 1.0))

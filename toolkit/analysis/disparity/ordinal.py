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

from toolkit.analysis.findings import EXPLORATORY, Counts, Estimate, Finding, findings_frame
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
    labels = [*data.subjects, *(one for one in NULL_ARMS if np.any(data.arm == one))]
    df = max(len(data.scenarios) - 1.0, 1.0)
    known = [
        (one, marginal(made, "arm", one, "reference", at_least=at_least, df=df)) for one in labels
    ]
    findings = tuple(_finding(observations, data, *one, df=df, plan=plan) for one in known)
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


def _own(data: Coded, label: str) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return (data.arm == label) if label in NULL_ARMS else data.of(label)


def _finding(
    observations: Observations, data: Coded, label: str, found: Marginal, *, df: float, plan: str
) -> Finding:
    own = _own(data, label)
    rows = data.beside(own)
    scenarios = len(np.unique(data.scenario[own]))
    better = found.superiority
    unit = f"share of answers of {found.at_least:g} or more"
    these = f"{label} replies" if label in NULL_ARMS else f"replies to {label}"
    replies = sorted({str(one) for one in data.reply[rows] if not pd.isna(one)})
    return Finding(
        question="ordinal",
        outcome=observations.outcome,
        subject=label,
        estimand=f"average change in the {unit}, {these} against replies to the reference",
        about="all personas" if label in NULL_ARMS else "these personas",
        speaks_of="in general" if scenarios > 1 and _planned(observations) else "these situations",
        stage="confirm",
        verdict="not estimable" if found.change is None else "estimated",
        compared_with="reference",
        unit=unit,
        estimate=None if found.change is None else _held(found.change),
        se=found.change_se,
        se_type="delta method, t on one less than the scenarios",
        df=df,
        beside=MappingProxyType({} if better is None else {"probability of superiority": better}),
        n=Counts(
            raters=0 if data.rater is None else len(np.unique(data.rater[rows])),
            scenarios=scenarios,
            contrasts=len(np.unique(data.contrast[own])),
            personas=len(set(data.persona[own])),
            replies=len(replies),
            observations=round(float(data.weight[rows].sum())),
        ),
        left_out=observations.left_out,
        plan=plan,
        caveats=(_DECIDES, *found.notes),
        replies=tuple(replies),
        simulated=observations.simulated,
    )


def _planned(observations: Observations) -> bool:
    return bool(observations.frame["origin"].eq("planned").fillna(False).all())


def _held(change: Estimate) -> Estimate:
    """No share changes by more than all of it."""
    return replace(change, low=max(change.low, -1.0), high=min(change.high, 1.0))

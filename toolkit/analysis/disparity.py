"""Who is treated differently, by how much, and how sure: the primary test.

Estimand: for each persona, the average over scenarios of the difference between replies to that
persona and replies to its contrast's reference (or the average of all personas), as raters like
these judge them in situations like these. Each scenario counts equally.

Method: least squares of the outcome on contrast, rater and persona. Standard errors are clustered
by rater and by scenario at once, with t on one less than the fewer of both: see ``clustered``.
What is assumed is that raters and scenarios can stand for others like them, not that ratings have
equal distances or equal variances.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from toolkit.analysis.adjusting import Method
from toolkit.analysis.claims import Claim, in_family, measured
from toolkit.analysis.coding import NULL_ARMS, Coded, CompareWith, coded
from toolkit.analysis.finding import EXPLORATORY, Counts, Estimate, Finding, Speaks, findings_frame
from toolkit.analysis.observations import Observations
from toolkit.analysis.verdict import Verdict, verdict_of
from toolkit.errors import AnalysisError

Family = Literal["personas", "factors"]


@dataclass(frozen=True, slots=True)
class Disparity:
    """What the primary test says about one outcome."""

    findings: tuple[Finding, ...]
    """Of planned contrasts first, personas before factors, each by name; then of leads."""
    table: pd.DataFrame = field(repr=False)
    """One row a finding, in their order."""
    by_scenario: pd.DataFrame = field(repr=False)
    """One row a persona and scenario: its effect there, with its interval and n."""
    null_arms: tuple[Finding, ...]
    """``paraphrase`` and ``resample`` against the reference; each is tested by itself."""
    notes: tuple[str, ...] = ()
    """Plain sentences about the whole."""


@dataclass(frozen=True, slots=True)
class _Asked:
    margin: float | None
    compare_with: CompareWith
    family: Family
    factors: tuple[str, ...]
    level: float
    alpha: float
    plan: str
    primary: bool


def disparity(
    observations: Observations,
    *,
    margin: float | None = None,
    compare_with: CompareWith = "reference",
    family: Family = "personas",
    factors: Sequence[str] = (),
    level: float = 0.95,
    alpha: float = 0.05,
    plan: str = EXPLORATORY,
    primary: bool = True,
) -> Disparity:
    """Compare every persona with the reference, or with the average of all.

    Args:
        observations: of one outcome and of stage confirm.
        margin: the largest difference that would not matter, on the outcome's own scale, fixed
            before the data; without it nothing is called equivalent.
        compare_with: "reference": each contrast's own; "grand_mean": the average of all personas,
            each counting equally.
        family: which claims share the error rate by Holm when this is the primary outcome; all
            others are adjusted by Benjamini-Hochberg.
        factors: factors compared besides single personas, as columns of ``observations.people``.
        level: of intervals.
        alpha: error rate of the tests.
        plan: hash of the frozen plan that asks for it, or "exploratory".
        primary: False for an outcome that the plan does not name as its primary one.

    Raises:
        AnalysisError: if the observations are of stage explore, or not what was wanted.
    """
    if margin is not None and not margin > 0:
        raise AnalysisError(
            f"disparity: got a margin of {margin:g}; wanted one above 0, or none. Give the largest "
            "difference that would not matter."
        )
    asked = _Asked(
        margin, compare_with, family, tuple(factors), level, alpha, plan or EXPLORATORY, primary
    )
    parts = [
        _compare(part, asked, speaks_of=speaks)
        for part, speaks in _by_origin(observations)
        if len(part.frame)
    ]
    findings = [one for part in parts for one in part.findings]
    return Disparity(
        findings=tuple(findings),
        table=_table(findings),
        by_scenario=pd.DataFrame(),
        null_arms=tuple(one for part in parts for one in part.null_arms),
        notes=() if parts else (f"Nothing was observed of {observations.outcome!r}.",),
    )


def _by_origin(observations: Observations) -> list[tuple[Observations, Speaks]]:
    """Planned contrasts speak in general; whatever is not known to be planned does not."""
    planned = observations.frame["origin"].eq("planned").fillna(False).to_numpy(dtype="bool")
    return [
        (observations.where(planned), "in general"),
        (observations.where(~planned), "these situations"),
    ]


def _compare(observations: Observations, asked: _Asked, *, speaks_of: Speaks) -> Disparity:
    data = coded(observations)
    claims = _persona_claims(data, asked)
    swept = data.sweep([data.of(one) for one in data.subjects])
    effects = swept.effects(data.value)
    known = [measured(one, effects, data, level=asked.level, margin=asked.margin) for one in claims]
    personas, nulls = known[: -len(NULL_ARMS)], known[-len(NULL_ARMS) :]
    method: Method = (
        "Holm" if asked.primary and asked.family == "personas" else "Benjamini-Hochberg"
    )
    personas = in_family(personas, "personas", method)
    beside = {one.subject: at for one in nulls if (at := one.estimate(asked.level)) is not None}
    say = _Saying(observations, data, asked, speaks_of, MappingProxyType(beside))
    findings = tuple(say.finding(one) for one in personas)
    return Disparity(
        findings=findings,
        table=_table(findings),
        by_scenario=pd.DataFrame(),
        null_arms=tuple(say.finding(one) for one in nulls if one.own.any()),
    )


def _persona_claims(data: Coded, asked: _Asked) -> list[Claim]:
    claims = []
    for index, persona in enumerate(data.subjects):
        own = data.of(persona)
        claims.append(
            Claim(
                subject=persona,
                about="these personas",
                compared_with="reference",
                estimand=_estimand(f"replies to {persona}", "replies to the reference"),
                rows=data.beside(own),
                own=own,
                index=index,
            )
        )
    for place, name in enumerate(NULL_ARMS):
        own = data.arm == name
        claims.append(
            Claim(
                subject=name,
                about="all personas",
                compared_with="reference",
                estimand=_estimand(f"{name} replies", "replies to the reference"),
                rows=data.beside(own),
                own=own,
                index=len(data.subjects) + place,
            )
        )
    return claims


def _estimand(these: str, those: str) -> str:
    return f"average difference of {these} from {those}, each scenario counting equally"


@dataclass(frozen=True, slots=True)
class _Saying:
    """Everything that all findings of one comparison share."""

    observations: Observations
    data: Coded
    asked: _Asked
    speaks_of: Speaks
    beside: Mapping[str, Estimate]

    def finding(self, claim: Claim) -> Finding:
        at = claim.estimate(self.asked.level)
        p = claim.p if claim.p_adjusted is None else claim.p_adjusted
        within = (
            claim.p_equivalent
            if claim.p_equivalent_adjusted is None
            else claim.p_equivalent_adjusted
        )
        verdict: Verdict = "not estimable" if at is None else "inconclusive"
        if at is not None and p is not None:
            verdict = verdict_of(p, within, alpha=self.asked.alpha)
        null = claim.subject in NULL_ARMS
        return Finding(
            question="disparity",
            outcome=self.observations.outcome,
            subject=claim.subject,
            estimand=claim.estimand,
            about=claim.about,
            speaks_of=self.speaks_of if claim.tested else "these situations",
            stage="confirm",
            verdict=verdict,
            compared_with=claim.compared_with,
            unit=unit_of(self.observations),
            estimate=at,
            se=claim.se,
            se_type=claim.se_type,
            df=claim.df,
            p=claim.p,
            p_adjusted=claim.p_adjusted,
            family=claim.family,
            margin=self.asked.margin,
            n=self._counts(claim),
            left_out=self.observations.left_out,
            null_arms=MappingProxyType({} if null else dict(self.beside)),
            plan=self.asked.plan,
            caveats=claim.caveats,
            replies=self._replies(claim),
            simulated=self.observations.simulated,
        )

    def _counts(self, claim: Claim) -> Counts:
        data, rows = self.data, claim.rows
        return Counts(
            raters=0 if data.rater is None else len(np.unique(data.rater[rows])),
            scenarios=claim.scenarios,
            contrasts=len(np.unique(data.contrast[claim.own])),
            personas=len(set(data.persona[claim.own])),
            replies=len(self._replies(claim)),
            observations=round(float(data.weight[rows].sum())),
        )

    def _replies(self, claim: Claim) -> tuple[str, ...]:
        return tuple(sorted({str(one) for one in self.data.reply[claim.rows] if not pd.isna(one)}))


def unit_of(observations: Observations) -> str:
    """Name the scale that an estimate is on."""
    if observations.scale == "likert":
        low, high = observations.bounds
        return f"points ({low:g} to {high:g})"
    if observations.scale == "binary":
        return "share of answers" if observations.rated else "share of replies"
    return "net share of choices" if observations.scale == "preference" else "as observed"


def _table(findings: Sequence[Finding]) -> pd.DataFrame:
    return findings_frame(findings)

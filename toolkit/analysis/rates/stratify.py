"""Pooled against stratified: does a difference hold when like is compared with like?

A persona that met harder situations than the reference looks worse off with no difference in any of
them, and a difference in each may vanish or turn round in the total (E. H. Simpson 1951).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.analysis.disparity.adjusting import adjust
from toolkit.analysis.disparity.against_reference import (
    arm_of,
    codes_of,
    counts_of,
    speaks_of,
    subjects,
)
from toolkit.analysis.finding import EXPLORATORY, Estimate, Finding
from toolkit.analysis.frames.frames import require_stage
from toolkit.analysis.frames.observations import Observations, require_observations
from toolkit.analysis.privacy import PRIVACY_MINIMUM
from toolkit.analysis.rates.mantel_haenszel import mantel_haenszel
from toolkit.analysis.rates.shares import crossed_variance
from toolkit.analysis.verdict import Verdict, equivalence_p, interval, p_value, verdict_of
from toolkit.errors import AnalysisError

Codes = NDArray[np.intp]
Floats = NDArray[np.float64]
POOLED = "pooled over strata"
CHANGE = "pooled minus stratified"
ODDS = "odds ratio, Mantel-Haenszel (counts observations as independent)"
_EACH = ["subject", "stratum", "n", "reference_n", "difference", "low", "high", "suppressed"]
_NOBODY = "No persona was swapped in, so nobody is compared on {!r}."
_ROUNDING = 1e-12
"""Standard errors below this share of the values' range are rounding."""
SAME_ODDS = "Breslow-Day with Tarone's term (null: the odds ratio is the same in every stratum)"


@dataclass(frozen=True, slots=True)
class Stratified:
    """Differences from the reference, pooled and within strata."""

    by: str
    findings: tuple[Finding, ...]
    """One a subject; the estimate is the stratified one, the pooled one stands beside it."""
    table: pd.DataFrame = field(repr=False)
    """``subject pooled pooled_low pooled_high pooled_verdict stratified low high verdict strata
    agree says``; verdicts are adjusted over subjects by Benjamini-Hochberg."""
    strata: pd.DataFrame = field(repr=False)
    """``subject stratum n reference_n difference low high suppressed``: every stratum with both
    arms; without an interval no difference, nor where fewer raters than the privacy minimum
    judged."""
    notes: tuple[str, ...] = ()
    """Plain sentences about the whole."""


def stratify(
    observations: Observations,
    by: "str | pd.Series[str]" = "scenario",
    *,
    margin: float | None = None,
    level: float = 0.95,
    plan: str = EXPLORATORY,
) -> Stratified:
    """Compare each arm with the reference in total and within strata, and say where these disagree.

    Estimands: pooled, the difference of the mean over all of an arm's observations from that over
    all of the reference's; stratified, the mean of the differences within strata, a stratum with n
    and m observations weighing ``n m / (n + m)`` (N. Mantel and W. Haenszel 1959), which is the
    least-squares coefficient beside a level for each stratum. Both have standard errors clustered
    by scenarios, and raters where there are any, without the primary test's correction for few of
    them: times G / (G - 1), and t with G - 1 degrees of freedom. For a binary outcome the
    Mantel-Haenszel odds ratio (interval by J. Robins, N. Breslow and S. Greenland 1986) and the
    Breslow-Day test stand beside; both count observations as independent.

    Args:
        observations: of stage confirm; not pairs, which are compared within themselves.
        by: a column of ``observations.frame``, or the stratum of each of its rows.
        margin: the largest difference that would not matter; None: nothing is called equivalent.
        level: of the intervals.
        plan: hash of the frozen plan that asks for it.

    Raises:
        AnalysisError: if rows are of the wrong stage, are pairs, or there is no such column.
    """
    require_observations(observations, "stratify")
    require_stage(observations.frame, "confirm")
    name, strata = _strata(observations, by)
    arms = arm_of(observations.frame)
    made = []
    for subject in subjects(observations.frame):
        keep = arms.isin([subject, "reference"]).to_numpy()
        data = _Data.of(observations.frame[keep], strata[keep], arms[keep].eq(subject))
        made.append((subject, data, _Compared.of(data, level)))
    told = _in_family([one for _, _, one in made], margin, 1 - level)
    asked = _Asked(name, margin, plan)
    each = [_each(data, level).assign(subject=subject) for subject, data, _ in made]
    return Stratified(
        by=name,
        findings=tuple(
            _finding(observations, subject, data, one, asked)
            for (subject, data, _), one in zip(made, told, strict=True)
        ),
        table=pd.DataFrame(
            [
                {"subject": subject, **one.row(name)}
                for (subject, _, _), one in zip(made, told, strict=True)
            ]
        ),
        strata=pd.concat(each, ignore_index=True)[_EACH] if each else pd.DataFrame(columns=_EACH),
        notes=() if made else (_NOBODY.format(observations.outcome),),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    name: str
    margin: float | None
    plan: str


@dataclass(frozen=True, slots=True)
class _Data:
    frame: pd.DataFrame
    value: Floats
    own: NDArray[np.bool_]
    stratum: Codes
    names: tuple[str, ...]
    clusters: tuple[Codes, ...]
    weight: Floats

    @staticmethod
    def of(frame: pd.DataFrame, strata: "pd.Series[str]", own: "pd.Series[bool]") -> "_Data":
        clusters = [codes_of(frame["scenario"])]
        if frame["rater"].notna().any():
            clusters.append(codes_of(frame["rater"]))
        return _Data(
            frame,
            frame["value"].to_numpy("float64"),
            own.to_numpy(dtype="bool"),
            codes_of(strata),
            tuple(sorted(set(strata))),
            tuple(clusters),
            frame["weight"].to_numpy("float64"),
        )

    def where(self, keep: NDArray[np.bool_]) -> "_Data":
        return _Data(
            self.frame[keep],
            self.value[keep],
            self.own[keep],
            self.stratum[keep],
            self.names,
            tuple(codes[keep] for codes in self.clusters),
            self.weight[keep],
        )

    def both(self) -> NDArray[np.bool_]:
        """Tell rows of strata that have both arms."""
        sizes = [np.bincount(self.stratum, self.own == side) for side in (True, False)]
        full: NDArray[np.bool_] = ((sizes[0] > 0) & (sizes[1] > 0))[self.stratum]
        return full


@dataclass(frozen=True, slots=True)
class _Difference:
    value: float
    se: float
    df: int
    scores: Floats

    @staticmethod
    def of(data: _Data, stratum: Codes) -> "_Difference":
        """Regress on the arm beside a level for each stratum."""
        weight = data.weight
        own = _centered(data.own.astype("float64"), stratum, weight)
        value = _centered(data.value, stratum, weight)
        size = float(weight @ own**2)
        effect = float(weight @ (own * value)) / size
        scores = weight * own * (value - effect * own) / size
        df = min(len(np.unique(codes)) for codes in data.clusters) - 1
        return _Difference(effect, sqrt(crossed_variance(scores, data.clusters)), df, scores)

    def estimate(self, level: float) -> Estimate:
        low, high = interval(self.value, self.se, self.df, level=level)
        return Estimate(value=self.value, low=low, high=high, level=level)

    @property
    def p(self) -> float:
        return p_value(self.value, self.se, self.df)

    def within(self, margin: float | None) -> float | None:
        return equivalence_p(self.value, self.se, self.df, margin) if margin else None


@dataclass(frozen=True, slots=True)
class _Compared:
    """Both differences, or why there are none."""

    pooled: _Difference | None
    stratified: _Difference | None
    change: Estimate | None
    strata: int
    """With both arms."""
    level: float
    why: str = ""
    verdicts: tuple[Verdict, Verdict] = ("not estimable", "not estimable")
    """Pooled, and within strata; adjusted for the number of subjects."""
    p_adjusted: float | None = None
    family: str = ""

    @staticmethod
    def of(data: _Data, level: float) -> "_Compared":
        full = data.both()
        inside = data.where(full)
        strata = len(np.unique(inside.stratum))
        if not full.any():
            why = "No stratum has both this arm and the reference."
            return _Compared(None, None, None, 0, level, why)
        if min(len(np.unique(codes)) for codes in inside.clusters) < 2:
            why = "One scenario or one rater: a difference cannot be generalized."
            return _Compared(None, None, None, strata, level, why)
        pooled = _Difference.of(data, np.zeros(len(full), dtype=np.intp))
        stratified = _Difference.of(inside, inside.stratum)
        if min(pooled.se, stratified.se) <= _ROUNDING * float(np.ptp(data.value)):
            why = "The differences do not vary over scenarios or raters: no standard error."
            return _Compared(None, None, None, strata, level, why)
        scores = pooled.scores.copy()
        scores[full] -= stratified.scores
        se = sqrt(crossed_variance(scores, data.clusters))
        by_change = _Difference(pooled.value - stratified.value, se, stratified.df, scores)
        return _Compared(pooled, stratified, by_change.estimate(level), strata, level)

    @property
    def agree(self) -> bool:
        """Whether both have the same verdict, and the same sign where either differs from 0."""
        differ = self.turned and "differs" in self.verdicts
        return self.verdicts[0] == self.verdicts[1] and not differ

    @property
    def turned(self) -> bool:
        """Whether they point in opposite directions."""
        if self.pooled is None or self.stratified is None:
            return False
        return self.pooled.value * self.stratified.value < 0

    def says(self, name: str) -> str:
        """Say whether they agree, in one sentence or two."""
        if self.pooled is None or self.stratified is None:
            return self.why
        pooled, within = (one.estimate(self.level).text() for one in (self.pooled, self.stratified))
        both = f"Pooled, the difference is {pooled}; within {name}, {within}"
        if self.turned and "differs" in self.verdicts:
            return (
                f"{both}: they point in opposite directions. The one within {name} compares like "
                "with like."
            )
        if self.verdicts[0] != self.verdicts[1]:
            return (
                f"{both}: the verdicts disagree, {self.verdicts[0]} against {self.verdicts[1]}. "
                f"The one within {name} compares like with like."
            )
        if self.turned:
            return f"{both}: the signs differ, and neither interval leaves out 0."
        return f"{both}: they agree."

    def row(self, name: str) -> dict[str, object]:
        """Give a row of the table."""
        made: dict[str, object] = {}
        if self.pooled is not None and self.stratified is not None:
            pooled, within = self.pooled.estimate(self.level), self.stratified.estimate(self.level)
            made |= {"pooled": pooled.value, "pooled_low": pooled.low, "pooled_high": pooled.high}
            made |= {"pooled_verdict": self.verdicts[0], "stratified": within.value}
            made |= {"low": within.low, "high": within.high}
        made |= {"verdict": self.verdicts[1], "strata": self.strata}
        return made | {"agree": self.agree, "says": self.says(name)}


def _in_family(found: Sequence[_Compared], margin: float | None, alpha: float) -> list[_Compared]:
    """Adjust what is said of all subjects together, pooled and within strata."""
    tested = sum(one.stratified is not None for one in found)
    pooled, within = ([getattr(one, side) for one in found] for side in ("pooled", "stratified"))
    family = f"strata, Benjamini-Hochberg ({tested} {'claim' if tested == 1 else 'claims'})"
    p = _adjusted([None if one is None else one.p for one in within])
    verdicts = zip(_verdicts(pooled, margin, alpha), _verdicts(within, margin, alpha), strict=True)
    return [
        one
        if one.stratified is None
        else replace(one, verdicts=both, p_adjusted=mine, family=family)
        for one, both, mine in zip(found, verdicts, p, strict=True)
    ]


def _verdicts(
    found: Sequence[_Difference | None], margin: float | None, alpha: float
) -> list[Verdict]:
    p = _adjusted([None if one is None else one.p for one in found])
    within = _adjusted([None if one is None else one.within(margin) for one in found])
    return [
        "not estimable" if mine is None else verdict_of(mine, inside, alpha=alpha)
        for mine, inside in zip(p, within, strict=True)
    ]


def _adjusted(p: Sequence[float | None]) -> list[float | None]:
    return adjust(p, "Benjamini-Hochberg")


def _finding(
    observations: Observations, subject: str, data: _Data, compared: _Compared, asked: _Asked
) -> Finding:
    at, name = compared.stratified, asked.name
    lost = len(data.names) - compared.strata
    caveats = [compared.says(name)] if not compared.agree or at is None else []
    if lost:
        caveats.append(
            f"{lost} of {len(data.names)} strata lack one of both arms and are left out."
        )
    beside: dict[str, Estimate] = {}
    tests: dict[str, float] = {}
    if at is not None and compared.pooled is not None and compared.change is not None:
        beside = {POOLED: compared.pooled.estimate(compared.level), CHANGE: compared.change}
        if observations.scale == "binary":
            more, tests = _mantel_haenszel(data.where(data.both()), compared.level)
            beside |= more
    return Finding(
        question="stratify",
        outcome=observations.outcome,
        subject=subject,
        estimand=f"difference from the reference within {name}",
        about="these personas",
        speaks_of=speaks_of(data.frame),
        stage="confirm",
        verdict=compared.verdicts[1],
        compared_with="reference",
        estimate=at.estimate(compared.level) if at else None,
        se=at.se if at else None,
        se_type="clustered as the primary test's" if at else "",
        df=at.df if at else None,
        p=at.p if at else None,
        p_adjusted=compared.p_adjusted,
        family=compared.family,
        margin=asked.margin,
        n=counts_of(data.frame),
        left_out=observations.left_out,
        beside=MappingProxyType(beside),
        tests=MappingProxyType(tests),
        plan=asked.plan,
        caveats=tuple(caveats),
        replies=tuple(sorted(set(data.frame["reply"].dropna().astype("str")))),
        simulated=observations.simulated,
    )


def _mantel_haenszel(data: _Data, level: float) -> tuple[dict[str, Estimate], dict[str, float]]:
    tables = []
    for one in np.unique(data.stratum):
        cells = [
            data.weight[(data.stratum == one) & (data.own == own) & (data.value == value)].sum()
            for own in (True, False)
            for value in (1.0, 0.0)
        ]
        tables.append(np.array(cells).reshape(2, 2))
    odds, p = mantel_haenszel(tables, level=level)
    return {} if odds is None else {ODDS: odds}, {} if p is None else {SAME_ODDS: p}


def _each(data: _Data, level: float) -> pd.DataFrame:
    """Compare within each stratum, over its scenarios and raters or else over its replies."""
    rows = []
    for code in np.unique(data.stratum[data.both()]):
        part = data.where(data.stratum == code)
        several = tuple(codes for codes in part.clusters if len(np.unique(codes)) > 1)
        clusters = several or (codes_of(part.frame["reply"]),)
        at = _Difference.of(
            _Data(part.frame, part.value, part.own, part.stratum, (), clusters, part.weight),
            np.zeros(len(part.value), dtype=np.intp),
        )
        row = {"stratum": data.names[code], "n": float(part.weight[part.own].sum())}
        row |= {"reference_n": float(part.weight[~part.own].sum())}
        row["suppressed"] = few = _few(part)
        if at.se > 0 and at.df > 0 and not few:
            shown = at.estimate(level)
            row |= {"difference": shown.value, "low": shown.low, "high": shown.high}
        rows.append(row)
    return pd.DataFrame(rows, columns=_EACH[1:])


def _few(data: _Data) -> bool:
    """Whether raters judged and there are too few of them to hide among."""
    raters = data.frame["rater"]
    return bool(raters.notna().any()) and raters.nunique() < PRIVACY_MINIMUM


def _strata(observations: Observations, by: "str | pd.Series[str]") -> tuple[str, "pd.Series[str]"]:
    if observations.scale == "preference":
        raise AnalysisError(
            "stratify: got pairs; wanted single replies, because a pair is compared within itself "
            "already. Take a question that was rated, or `refusal`."
        )
    frame = observations.frame
    if isinstance(by, str):
        if by not in frame:
            raise AnalysisError(
                f"stratify: got by={by!r}; wanted a column of the observations: "
                f"{', '.join(frame.columns)}. Name one, or pass the stratum of each row."
            )
        return by, frame[by].astype("object").where(frame[by].notna(), "").astype("str")
    if len(by) != len(frame):
        raise AnalysisError(
            f"stratify: got {len(by)} strata for {len(frame)} observations; wanted one each. Make "
            "them from `observations.frame`."
        )
    named = pd.Series(by.astype("object").where(by.notna(), "").to_numpy(), index=frame.index)
    return str(by.name or "strata"), named.astype("str")


def _centered(values: Floats, stratum: Codes, weight: Floats) -> Floats:
    sums = np.bincount(stratum, weight * values)
    totals = np.bincount(stratum, weight)
    centered: Floats = values - (sums / np.where(totals > 0, totals, 1))[stratum]
    return centered

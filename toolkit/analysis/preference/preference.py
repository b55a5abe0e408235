"""Whose reply is preferred, of two shown side by side.

The primary test comes first: the share that prefers the persona's reply minus the share that
prefers the reference's. Beside it stands the model of Bradley, Terry and Davidson, which has ties
and an effect of the side, and whose errors are clustered by rater alone: it speaks of these
situations.
"""

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.disparity import disparity
from toolkit.analysis.engine import Worths, adjust, equivalence_p, fit_worths, joined, verdict_of
from toolkit.analysis.findings import EXPLORATORY, SHARE_HOW, Finding, share_over_raters
from toolkit.analysis.frames import Frames, Observations, observe
from toolkit.analysis.preference.pairs import (
    NEITHER,
    REFERENCE,
    Anchor,
    Compared,
    compared,
    rows_of,
)
from toolkit.analysis.preference.worths import Worth, against_anchor, against_average, left_side

_ROUNDING = 1e-9
"""Standard errors of shares below this are rounding."""
METHOD = "Bradley–Terry–Davidson, clustered by rater"
WORTH = "worth (log odds, ties aside)"
PREFERRED = "probability of being preferred, ties halved"
_COLUMNS = [
    *("origin", "contestant", "compared_with", "comparisons", "preferred", "other_preferred"),
    *("equal", "neither", "raters", "worth", "worth_low", "worth_high"),
    *("probability", "probability_low", "probability_high"),
]
_ESTIMAND = (
    "share that prefers {who}'s reply minus the share that prefers the other's, both sides "
    "equally often, under the model of Bradley, Terry and Davidson"
)
_ENDS = ("value", "low", "high")
_BESIDE = (
    "Its error is clustered by rater alone, so it speaks of these situations; what holds in "
    "general is the primary test's to say."
)
_ALIKE = "Raters say exactly the same of {}, so there is nothing to measure a difference by."
_ONE_SCENARIO = (
    "{} was seen in one scenario only: this cannot generalize over scenarios, so there is no "
    "p-value."
)
_NO_PAIRS = "Raters compared no pairs, so nothing can be said of whose reply is preferred."


@dataclass(frozen=True, slots=True)
class Preference:
    """What pairs say."""

    findings: tuple[Finding, ...]
    """The primary test's first, then the model's, planned contrasts before leads."""
    table: pd.DataFrame = field(repr=False)
    """One row an origin and contestant: how often each answer was given (``preferred`` is of the
    contestant), worth and probability of being preferred, ties halved, each with its interval;
    missing where it cannot be had."""
    says: tuple[str, ...]
    """Plain sentences about the whole."""
    simulated: bool


def preference(
    source: Frames | Observations,
    *,
    anchor: Anchor = "reference",
    margin: float | None = None,
    plan: str = EXPLORATORY,
    primary: bool = True,
    seed: int = 0,
) -> Preference:
    """Compare replies that raters saw in pairs.

    Estimand of the model: P(the persona's reply preferred) - P(the other's preferred), both sides
    equally often, which is what the primary test estimates without a model. Pairs in which
    *neither* was acceptable say nothing of the two; they are counted apart.

    Args:
        source: frames of stage confirm, or observations of scale ``preference``; these do not
            tell *neither* from a tie.
        anchor: "reference": every persona against its contrasts' references, taken as one;
            "personas": against the average persona, references being the personas they are.
        margin: the largest net share that would not matter, fixed before the data.
        plan: hash of the frozen plan that asked, or "exploratory".
        primary: whether preference is the plan's primary outcome.
        seed: of the primary test's sign patterns.

    Raises:
        AnalysisError: if rows are of stage explore, or not pairs.
    """
    rows = rows_of(source, anchor)
    seen = source if isinstance(source, Observations) else observe(source, "preference")
    if rows.empty:
        return Preference((), pd.DataFrame(columns=_COLUMNS), (_NO_PAIRS,), seen.simulated)
    first = disparity(seen, margin=margin, plan=plan, primary=primary, seed=seed).findings
    origins = sorted(set(rows["origin"]), key=lambda one: (one != "planned", one))
    parts = [_part(rows[rows["origin"].eq(one)], anchor, one) for one in origins]
    asked = _Asked(margin, plan, seen)
    return Preference(
        findings=(*first, *(one for part in parts for one in part.findings(asked))),
        table=pd.DataFrame([row for part in parts for row in part.table()], columns=_COLUMNS),
        says=tuple(part.says() for part in parts),
        simulated=seen.simulated,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    margin: float | None
    plan: str
    seen: Observations


def _part(rows: pd.DataFrame, anchor: Anchor, origin: str) -> "_Part":
    data = compared(rows.reset_index(drop=True), anchor)
    pairs, size = data.pairs, len(data.names)
    met = np.bincount(np.concatenate([pairs.first, pairs.second]), minlength=size)
    center = 0 if anchor == "reference" else int(met.argmax())
    label = joined(pairs, size)
    linked = label == label[center]
    kept = linked[pairs.first] & linked[pairs.second]
    fitted = fit_worths(pairs.where(kept), anchor=center) if kept.any() else ""
    return _Part(data, anchor, origin, center, linked, fitted)


@dataclass(frozen=True, slots=True)
class _Part:
    """Contrasts of one origin."""

    data: Compared
    anchor: Anchor
    origin: str
    center: int
    """Whom the fit takes as 0."""
    linked: np.ndarray
    """Which contestants hang together with the center."""
    fitted: Worths | str
    """The model, or why there is none."""

    @property
    def against(self) -> str:
        return "the reference" if self.anchor == "reference" else "the average persona"

    def contestants(self) -> list[tuple[int, str]]:
        return [one for one in enumerate(self.data.names) if one[1] != REFERENCE]

    def worth(self, code: int) -> Worth | None:
        if isinstance(self.fitted, str) or not self.linked[code]:
            return None
        told = against_anchor if self.anchor == "reference" else against_average
        one = told(self.fitted, code)
        return one if one.se > _ROUNDING else None

    def findings(self, asked: _Asked) -> list[Finding]:
        """One of each contestant, of the left side and of pairs without an acceptable reply."""
        made = [self._finding(code, name, asked) for code, name in self.contestants()]
        return [*_in_family(made), self._left(asked), self._neither(asked)]

    def _finding(self, code: int, name: str, asked: _Asked) -> Finding:
        one, rows = self.worth(code), self.data.of(name)
        estimand = _ESTIMAND.format(who=name)
        if one is None:
            return self._made(
                name,
                estimand,
                rows,
                asked,
                verdict="not estimable",
                caveats=(self._why(code, name),),
            )
        return self._made(
            name,
            estimand,
            rows,
            asked,
            estimate=one.net,
            beside=MappingProxyType({WORTH: one.worth, PREFERRED: one.preferred}),
            margin=asked.margin,
            caveats=(_BESIDE, *([] if _several(rows) else [_ONE_SCENARIO.format(name)])),
            **_tested(one, asked.margin, rows),
        )

    def _left(self, asked: _Asked) -> Finding:
        estimand = "share that prefers the left reply minus the right one, for equal worths"
        one = None if isinstance(self.fitted, str) else left_side(self.fitted)
        if one is None or one.se <= _ROUNDING:
            why = "Replies stood on one side only, so an effect of the side cannot be told."
            if isinstance(self.fitted, str):
                why = self.fitted or "No contestant can be compared, and so no side."
            elif self.fitted.order:
                why = _ALIKE.format("both sides")
            made: dict[str, Any] = {"verdict": "not estimable", "caveats": (why,)}
        else:
            made = {"estimate": one.net, "beside": MappingProxyType({WORTH: one.worth})}
            made |= _tested(one, None, self.data.rows)
            made["caveats"] = () if _several(self.data.rows) else (_ONE_SCENARIO.format("It"),)
        made |= {"about": "the raters", "compared_with": "the right side"}
        return self._made("the left side", estimand, self.data.rows, asked, **made)

    def _neither(self, asked: _Asked) -> Finding:
        rows = self.data.rows
        marks = rows["neither"].to_numpy(dtype="float64")
        share = share_over_raters(marks, rows["rater"].to_numpy())
        one_rater = "One rater compared the pairs, so nothing can be said of raters in general."
        return self._made(
            "neither acceptable",
            "share of pairs in which neither reply was acceptable",
            rows,
            asked,
            about="all personas",
            compared_with="",
            verdict="estimated" if share else "not estimable",
            estimate=share,
            unit="share of pairs",
            se_type=SHARE_HOW if share else "",
            caveats=() if share else (one_rater,),
        )

    def _made(
        self, subject: str, estimand: str, rows: pd.DataFrame, asked: _Asked, **more: Any
    ) -> Finding:
        neither = int(rows["neither"].sum())
        fields: dict[str, Any] = {
            "question": "preference",
            "outcome": asked.seen.outcome,
            "subject": subject,
            "estimand": estimand,
            "about": "these personas",
            "speaks_of": "these situations",
            "stage": "confirm",
            "compared_with": self.against,
            "unit": "net share of pairs (−1 to 1)",
            "n": self.data.counts(rows),
            "left_out": MappingProxyType(
                {**asked.seen.left_out, **({NEITHER: neither} if neither else {})}
            ),
            "plan": asked.plan,
            "replies": tuple(sorted(rows["reply"].unique())),
            "simulated": asked.seen.simulated,
        }
        return Finding(**(fields | more))

    def _why(self, code: int, name: str) -> str:
        if isinstance(self.fitted, str) and self.fitted:
            return self.fitted
        told = isinstance(self.fitted, Worths) and self.linked[code]
        if told:
            return _ALIKE.format(name)
        signed = self._signed(self.data.of(name), name)
        if signed.empty:
            return f"No pair with {name} in it was decided, so its worth cannot be told."
        if signed.eq(1).all() or signed.eq(-1).all():
            all_of = "won" if signed.eq(1).all() else "lost"
            return (
                f"{name} {all_of} every pair that was decided, {len(signed)} of {len(signed)}, so "
                "its worth has no finite estimate; read the primary test."
            )
        return (
            f"{name} cannot be reached from {self.data.names[self.center]} by wins and losses "
            "both ways, so their worths cannot be set on one scale."
        )

    def table(self) -> list[tuple[Any, ...]]:
        """One row a contestant."""
        return [self._row(code, name) for code, name in self.contestants()]

    def _row(self, code: int, name: str) -> tuple[Any, ...]:
        rows, one = self.data.of(name), self.worth(code)
        signed = self._signed(rows, name)
        ends: list[float | None] = [None] * 6
        if one:
            ends = [getattr(at, end) for at in (one.worth, one.preferred) for end in _ENDS]
        return (
            *(self.origin, name, self.against, len(rows)),
            *(int(signed.eq(answer).sum()) for answer in (1, -1, 0)),
            *(int(rows["neither"].sum()), rows["rater"].nunique()),
            *ends,
        )

    def _signed(self, rows: pd.DataFrame, name: str) -> "pd.Series[float]":
        """Decided pairs, 1 where the contestant was preferred."""
        judged = rows[~rows["neither"]]
        return judged["value"].where(judged["first"].eq(name), -judged["value"])

    def says(self) -> str:
        """What was compared, in a sentence."""
        rows = self.data.rows
        told = sum(self.worth(code) is not None for code, _ in self.contestants())
        many = len(self.contestants())
        return (
            f"{self.origin.capitalize()} contrasts: {len(rows)} pairs by "
            f"{rows['rater'].nunique()} raters; in {int(rows['neither'].sum())} neither reply was "
            f"acceptable; the worth of {told} of {many} contestants can be told."
        )


def _tested(one: Worth, margin: float | None, rows: pd.DataFrame) -> dict[str, Any]:
    made: dict[str, Any] = {"se": one.se, "se_type": METHOD, "df": one.df}
    if not _several(rows):
        return made | {"verdict": "inconclusive"}
    within = None if margin is None else equivalence_p(one.net.value, one.se, one.df, margin)
    return made | {"verdict": verdict_of(one.p, within), "p": one.p}


def _several(rows: pd.DataFrame) -> bool:
    return bool(rows["scenario"].nunique() > 1)


def _in_family(made: list[Finding]) -> list[Finding]:
    """Adjust what is said of all contestants together."""
    p = adjust([one.p for one in made], "Benjamini-Hochberg")
    within = adjust([_equivalent(one) for one in made], "Benjamini-Hochberg")
    tested = sum(one is not None for one in p)
    family = f"worths, Benjamini-Hochberg ({tested} {'claim' if tested == 1 else 'claims'})"
    return [
        one
        if mine is None
        else replace(one, p_adjusted=mine, family=family, verdict=verdict_of(mine, inside))
        for one, mine, inside in zip(made, p, within, strict=True)
    ]


def _equivalent(one: Finding) -> float | None:
    at, se, df = one.estimate, one.se, one.df
    if at is None or se is None or df is None or one.margin is None or one.p is None:
        return None
    return equivalence_p(at.value, se, df, one.margin)

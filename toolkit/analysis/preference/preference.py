"""Paired preference: whose reply is preferred, of two shown side by side.

The primary test comes first: the share that prefers the persona's reply minus the share that
prefers the reference's. Beside it stands the model of Bradley, Terry and Davidson, which has ties
and an effect of the side, and whose errors are clustered by rater alone: it speaks of these
situations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pandas as pd

from toolkit.analysis.disparity import Disparity, disparity
from toolkit.analysis.engine import Worths, fit_worths, joined, verdict_of
from toolkit.analysis.findings import (
    EXPLORATORY,
    SHARE_HOW,
    Counts,
    Estimate,
    Finding,
    columns_of,
    share_over_raters,
    too_few,
)
from toolkit.analysis.frames import Frames, Observations
from toolkit.analysis.preference.pairs import NEITHER, contestants_of, observed_pairs
from toolkit.analysis.preference.worths import Worth, against_anchor, left_side
from toolkit.design import Direction

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
_BESIDE = (
    "Its error is clustered by rater alone, so it speaks of these situations; what holds in "
    "general is the primary test's to say."
)
_ALIKE = "Raters say exactly the same of {}, so there is nothing to measure a difference by."
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
    margin: float | None = None,
    direction: Direction | None = None,
    plan: str = EXPLORATORY,
    primary: bool = True,
    seed: int = 0,
) -> Preference:
    """Compare replies that raters saw in pairs.

    Estimand of the model: P(the persona's reply preferred) - P(the other's preferred), both sides
    equally often, which is what the primary test estimates without a model; the references of all
    contrasts are taken as one. Pairs in which *neither* was acceptable say nothing of the two; they
    are counted apart.

    Args:
        source: frames of stage confirm, or observations of scale ``preference``; these do not
            tell *neither* from a tie.
        margin: the largest net share that would not matter, fixed before the data.
        direction: "worse" or "better" when a larger one would matter on that side alone.
        plan: hash of the frozen plan that asked, or "exploratory".
        primary: whether preference is the plan's primary outcome.
        seed: of the primary test's sign patterns.

    Raises:
        AnalysisError: if rows are of stage explore, or not pairs.
    """
    seen, rows = observed_pairs(source)
    if rows.empty:
        return Preference((), pd.DataFrame(columns=_COLUMNS), (_NO_PAIRS,), seen.simulated)
    ask: dict[str, Any] = {"margin": margin, "direction": direction, "plan": plan, "seed": seed}
    parts: list[_Part] = []
    for origin in sorted(set(rows["origin"]), key=lambda one: (one != "planned", one)):
        here = rows["origin"].eq(origin).to_numpy(dtype="bool")
        tested = disparity(seen.where(here), primary=primary and not parts, **ask)
        parts.append(_part(rows[here], origin, tested))
    bare = Finding(
        question="preference",
        outcome=seen.outcome,
        about="these personas",
        stage="confirm",
        compared_with="the reference",
        unit="net share of pairs (−1 to 1)",
        left_out=seen.left_out,
        plan=plan,
        simulated=seen.simulated,
    )
    return Preference(
        findings=(
            *(one for part in parts for one in part.tested.findings),
            *(one for part in parts for one in part.findings(bare)),
        ),
        table=pd.DataFrame([row for part in parts for row in part.table()], columns=_COLUMNS),
        says=(*(part.says() for part in parts), *seen.notes),
        simulated=seen.simulated,
    )


def _part(rows: pd.DataFrame, origin: str, tested: Disparity) -> "_Part":
    names, pairs = contestants_of(rows)
    label = joined(pairs, len(names))
    linked = label == label[0]
    kept = linked[pairs.first]
    fitted = fit_worths(pairs.where(kept), anchor=0) if kept.any() else ""
    worths = {}
    if isinstance(fitted, Worths):
        worths = {
            name: against_anchor(fitted, code)
            for code, name in enumerate(names)
            if code and linked[code]
        }
    return _Part(origin, rows, names[1:], worths, fitted, tested)


@dataclass(frozen=True, slots=True)
class _Part:
    """Contrasts of one origin."""

    origin: str
    rows: pd.DataFrame
    """All comparisons: those of observations, and ``neither``."""
    names: tuple[str, ...]
    """Who was compared with the reference."""
    worths: Mapping[str, Worth]
    """Of those who hang together with the reference."""
    fitted: Worths | str
    """The model, or why there is none."""
    tested: Disparity
    """The primary test of the same pairs: what it cannot tell, the model does not tell either."""

    def findings(self, bare: Finding) -> list[Finding]:
        """One of each contestant, of the left side and of pairs without an acceptable reply."""
        made = [self._finding(name, bare) for name in self.names]
        return [*made, self._left(bare), self._neither(bare)]

    def worth(self, name: str) -> Worth | None:
        """The worth of a contestant; None without one, or where the primary test has none."""
        one = self.worths.get(name)
        return one if one and one.se > _ROUNDING and not self._refused(name) else None

    def _refused(self, name: str) -> str:
        """Why the primary test of a contestant is not estimable; empty where it is."""
        known = (*self.tested.findings, *self.tested.null_arms)
        return next((one.caveats[0] for one in known if _refuses(one, name)), "")

    def _finding(self, name: str, bare: Finding) -> Finding:
        one, rows = self.worth(name), self._of(name)
        made = replace(_resting(bare, rows), subject=name, estimand=_ESTIMAND.format(who=name))
        if one is None:
            return replace(made, caveats=(self._why(name),))
        beside = {WORTH: one.worth, PREFERRED: one.preferred}
        return replace(made, caveats=(_BESIDE,), **_estimated(one, beside))

    def _left(self, bare: Finding) -> Finding:
        made = replace(
            _resting(bare, self.rows),
            subject="the left side",
            estimand="share that prefers the left reply minus the right one, for equal worths",
            about="the raters",
            compared_with="the right side",
        )
        if isinstance(self.fitted, str):
            why = self.fitted or "No contestant can be compared, and so no side."
            return replace(made, caveats=(why,))
        one = left_side(self.fitted)
        if one is None:
            why = "Replies stood on one side only, so an effect of the side cannot be told."
            return replace(made, caveats=(why,))
        if one.se <= _ROUNDING:
            return replace(made, caveats=(_ALIKE.format("both sides"),))
        if why := too_few("It", scenarios=made.n.scenarios):
            return replace(made, caveats=(why,))
        seen = _estimated(one, {WORTH: one.worth})
        return replace(made, **seen | {"verdict": verdict_of(one.p, None), "p": one.p})

    def _neither(self, bare: Finding) -> Finding:
        marks, rater = self.rows["neither"].to_numpy("float64"), self.rows["rater"].to_numpy()
        why = too_few(
            "It", scenarios=self.rows["scenario"].nunique(), raters=self.rows["rater"].nunique()
        )
        share = None if why else share_over_raters(marks, rater)
        return _resting(bare, self.rows).estimated(
            "neither acceptable",
            "share of pairs in which neither reply was acceptable",
            share,
            why,
            about="all personas",
            compared_with="",
            unit="share of pairs",
            se_type=SHARE_HOW,
        )

    def _why(self, name: str) -> str:
        if why := self._refused(name):
            return why
        if isinstance(self.fitted, str) and self.fitted:
            return self.fitted
        return _ALIKE.format(name)

    def table(self) -> list[tuple[Any, ...]]:
        """One row a contestant."""
        return [self._row(name) for name in self.names]

    def _row(self, name: str) -> tuple[Any, ...]:
        rows, one = self._of(name), self.worth(name)
        decided = _decided(rows)
        return (
            *(self.origin, name, "the reference", len(rows)),
            *(int(decided.eq(answer).sum()) for answer in (1, -1, 0)),
            *(int(rows["neither"].sum()), rows["rater"].nunique()),
            *columns_of(one.worth if one else None).values(),
            *columns_of(one.preferred if one else None).values(),
        )

    def _of(self, name: str) -> pd.DataFrame:
        return self.rows[self.rows["persona"].eq(name)]

    def says(self) -> str:
        """What was compared, in a sentence."""
        told = sum(self.worth(name) is not None for name in self.names)
        return (
            f"{self.origin.capitalize()} contrasts: {len(self.rows)} pairs by "
            f"{self.rows['rater'].nunique()} raters; in {int(self.rows['neither'].sum())} neither "
            f"reply was acceptable; the worth of {told} of {len(self.names)} contestants can be "
            "told."
        )


def _refuses(one: Finding, name: str) -> bool:
    return one.subject == name and one.estimate is None


def _decided(rows: pd.DataFrame) -> "pd.Series[float]":
    return rows.loc[~rows["neither"], "value"]


def _resting(bare: Finding, rows: pd.DataFrame) -> Finding:
    """Say what a finding rests on."""
    neither = int(rows["neither"].sum())
    left_out = {**bare.left_out, **({NEITHER: neither} if neither else {})}
    return replace(
        bare,
        n=Counts.of(rows),
        left_out=MappingProxyType(left_out),
        replies=tuple(sorted(rows["reply"].astype("str").unique())),
    )


def _estimated(one: Worth, beside: Mapping[str, Estimate]) -> dict[str, Any]:
    """Say what the model estimates; whether it differs is the primary test's to decide."""
    made: dict[str, Any] = {"estimate": one.net, "beside": MappingProxyType(beside)}
    return made | {"verdict": "estimated", "se": one.se, "se_type": METHOD, "df": one.df}

"""Questions of a frozen plan in their order, each with the analysis that answers it."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, NamedTuple

import pandas as pd

from toolkit.analysis.blinding import blinding
from toolkit.analysis.disparity import Disparity, disparity, ordinal
from toolkit.analysis.findings import EXPLORATORY, Finding
from toolkit.analysis.frames import (
    OBSERVATION_COLUMNS,
    ConfirmDesign,
    Frames,
    Observations,
    declare,
)
from toolkit.analysis.intersection import intersections
from toolkit.analysis.movement import movement
from toolkit.analysis.plan.observed_outcomes import ObservedOutcomes
from toolkit.analysis.plan.step import Status
from toolkit.analysis.preference import preference
from toolkit.analysis.rates import rates
from toolkit.analysis.reliability import reliability
from toolkit.analysis.words import words
from toolkit.design import OUTCOMES, Outcome

Cueing = Literal["explicit", "implicit"]
REFUSAL = OUTCOMES["refusal"].name
"""Read first in every plan: what is asked of answers is asked of those that were given."""
_DRAWS = 60
"""Of the one bootstrap in a plan; ask `intersections` for more."""


class Answer(NamedTuple):
    """What an analysis gave, in the parts a step has."""

    findings: tuple[Finding, ...] = ()
    tables: Mapping[str, pd.DataFrame] = {}
    notes: tuple[str, ...] = ()
    result: Any = None


class Question(NamedTuple):
    """A step before it was taken."""

    key: str
    words: str
    status: Status
    ask: "Callable[[Asking], Answer]"


@dataclass(frozen=True, slots=True)
class Asking:
    """What all steps share."""

    observed: ObservedOutcomes
    words: tuple[str, ...] = ()
    """What filled the slots: masked before texts are compared."""

    @property
    def frames(self) -> Frames:
        """Of the freeze alone."""
        return self.observed.frames

    @property
    def design(self) -> ConfirmDesign:
        """What was frozen."""
        return self.observed.design

    @property
    def seed(self) -> int:
        """Of whatever is drawn: the one that the study froze."""
        return self.design.plan.seed

    @property
    def cues(self) -> tuple[Cueing, ...]:
        """What carries the cue, in the contrasts that were sent."""
        sent = set(self.frames.replies["cueing"].astype("str"))
        kinds: tuple[Cueing, ...] = ("explicit", "implicit")
        return tuple(one for one in kinds if one in sent)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What the plan names, the primary outcome first."""
        plan = self.design.analysis
        return tuple(self.design.outcome(one) for one in (plan.primary, *plan.secondary))

    def cued(self, outcome: str, cueing: Cueing) -> Observations:
        """Take an outcome on contrasts with one kind of cue."""
        replies = self.frames.replies
        named = set(replies["contrast_id"][replies["cueing"].eq(cueing)].astype("str"))
        whole = self.observed.of(outcome)
        some = whole.where(whole.frame["contrast"].astype("str").isin(named).to_numpy())
        # Who stands in no such contrast is no persona of this question.
        return replace(some, frame=declare(some.frame, OBSERVATION_COLUMNS))


def questions_of(asking: Asking) -> list[Question]:
    """List what is asked, in the order of the plan; what it does not name comes last."""
    plan = asking.design.analysis
    named: Status = "secondary" if REFUSAL in (*plan.secondary, plan.primary) else "account"
    asked = [
        Question("rows", "What was kept, and what is left out of comparisons?", "account", _rows),
        Question("refusals", "Who is refused? Before anything else", named, _refusals),
        Question("primary", _words(asking, plan.primary), "primary", _primary),
    ]
    if asking.outcomes[0].scale == "likert":
        words = "What would a difference mean on the scale of the answers?"
        asked.append(Question("ordinal", words, "exploratory", _ordinal))
    if plan.factors:
        asked.append(Question("factors", "Does it go by factor?", "primary", _factors))
    if any(one.paired for one in asking.outcomes):
        status: Status = "primary" if asking.outcomes[0].paired else "secondary"
        asked.append(Question("pairs", "How often is whose reply preferred?", status, _pairs))
    asked += [
        Question("movement", "Do replies move more than a rewording?", "exploratory", _movement),
        Question("words", "Which words are said more, or less, to whom?", "exploratory", _spoken),
    ]
    asked += [
        Question(f"secondary-{one}", _words(asking, one), "secondary", partial(_secondary, one))
        for one in plan.secondary
    ]
    asked += [
        Question("reliability", "How far do raters agree?", "account", _reliability),
        Question("blinding", "Could raters tell whom they read?", "account", _blinding),
    ]
    if len(plan.factors) > 1:
        words = "Do two factors together say more than each alone?"
        asked.append(Question("intersections", words, "exploratory", _intersections))
    if len(asking.cues) > 1:
        asked += [
            Question(f"{one}-cues", _CUED[one], "exploratory", partial(_cued, one))
            for one in asking.cues
        ]
    return asked


_CUED: Mapping[Cueing, str] = {
    "explicit": "The primary outcome, where the text states who is writing",
    "implicit": "The primary outcome, where only a name or a way of writing tells",
}


def _words(asking: Asking, outcome: str) -> str:
    return f"{outcome}: {asking.design.outcome(outcome).asks or 'as the study asks it'}"


def _rows(asking: Asking) -> Answer:
    frames, rating = asking.frames, asking.design.plan.rating
    account = frames.confirm_account
    whole = account[account["in_record"].gt(0)]
    rated = frames.raters["state"].eq("finished").sum()
    return Answer(
        tables={"confirm_account": account},
        notes=(
            *(_account_line(row) for row in whole.to_dict("records")),
            f"Raters: {rated} finished, {len(frames.raters)} began, {rating.raters} were planned.",
        ),
    )


def _account_line(row: Mapping[Hashable, Any]) -> str:
    apart = {
        name: count
        for name, count in row.items()
        if name not in ("frame", "in_record", "kept", "compared") and count
    }
    why = "; ".join(f"{str(name).replace('_', ' ')} {count}" for name, count in apart.items())
    noun = str(row["frame"]).replace("_", " ")
    return f"{noun}: {row['in_record']} kept, {row['compared']} compared" + (
        f" (left out or apart: {why})." if why else "."
    )


def _refusals(asking: Asking) -> Answer:
    plan = asking.design.analysis
    named = REFUSAL in (*plan.secondary, plan.primary)
    made = rates(
        asking.observed.of(REFUSAL), plan=asking.design.confirm_hash if named else EXPLORATORY
    )
    tables = {"rates": made.table, "differences": made.differences, "ratios": made.ratios}
    return Answer(made.findings, tables, made.notes, made)


def _primary(asking: Asking) -> Answer:
    return _disparity(asking, asking.observed.primary, primary=True)


def _ordinal(asking: Asking) -> Answer:
    made = ordinal(asking.observed.primary)
    return Answer(made.findings, {"shares": made.shares}, made.notes, made)


def _factors(asking: Asking) -> Answer:
    """Claims about factors rest on contrasts that state them: a name stands for more than one."""
    plan = asking.design.analysis
    whole = "explicit" not in asking.cues
    seen = asking.observed.primary if whole else asking.cued(plan.primary, "explicit")
    made = _compared(asking, seen, factors=plan.factors, primary=plan.family == "factors")
    of_factors = tuple(one for one in made.findings if one.about == "this factor")
    note = (
        "No contrast states who is writing, so these rest on names and ways of writing."
        if whole
        else "Only contrasts whose text states who is writing count here."
    )
    return Answer(of_factors, {}, (note, *made.notes), made)


def _pairs(asking: Asking) -> Answer:
    plan = asking.design.analysis
    primary = asking.outcomes[0].paired
    made = preference(
        asking.frames,
        margin=plan.margin if primary else None,
        plan=asking.design.confirm_hash,
        primary=primary,
        seed=asking.seed,
    )
    # The primary test stands in a step of its own.
    modeled = tuple(one for one in made.findings if one.question != "disparity")
    return Answer(modeled, {"worths": made.table}, made.says, made)


def _movement(asking: Asking) -> Answer:
    canned = asking.observed.of(REFUSAL).simulated
    made = movement(asking.frames.replies, words=asking.words, simulated=canned)
    tables = {"distances": made.table, "by_contrast": made.by_contrast}
    return Answer(made.findings, tables, made.notes, made)


def _spoken(asking: Asking) -> Answer:
    canned = asking.observed.of(REFUSAL).simulated
    made = words(asking.frames.replies, mask=asking.words, seed=asking.seed, simulated=canned)
    return Answer(made.findings, {"words": made.table}, made.notes, made)


def _intersections(asking: Asking) -> Answer:
    """Cross the first two factors: with more, each stratum is soon a single persona."""
    plan = asking.design.analysis
    crossed = plan.factors[:2]
    made = intersections(asking.observed.primary, crossed, draws=_DRAWS, seed=asking.seed)
    tables = {"strata": made.table, "variances": made.variances}
    note = (
        f"Crossed are {crossed[0]} and {crossed[1]}, the first two factors of the plan; "
        "`intersections` takes others."
    )
    return Answer(made.findings, tables, (note, *made.notes), made)


def _secondary(outcome: str, asking: Asking) -> Answer:
    return _disparity(asking, asking.observed.of(outcome), primary=False)


def _cued(cueing: Cueing, asking: Asking) -> Answer:
    seen = asking.cued(asking.design.analysis.primary, cueing)
    return _disparity(asking, seen, primary=False, plan=EXPLORATORY)


def _reliability(asking: Asking) -> Answer:
    made = reliability(asking.frames, _judged(asking), seed=asking.seed)
    tables = {"agreement": made.agreement, "drift": made.drift}
    return Answer(made.findings, tables, (), made)


def _blinding(asking: Asking) -> Answer:
    seen = asking.observed.of(_judged(asking)) if len(asking.frames.guesses) else None
    made = blinding(asking.frames, seen)
    tables = {"guesses": made.table, "by_guess": made.by_guess}
    return Answer(made.findings, tables, (made.says,), made)


def _judged(asking: Asking) -> str:
    """The outcome whose raters are looked at: the first that raters judged."""
    judged = [one.name for one in asking.outcomes if one.rated]
    asked = (*asking.design.questions, *map(str, asking.frames.item_ratings["question"]))
    pairs = [one.name for one in OUTCOMES.values() if one.paired]
    if asking.design.plan.rating.form == "pair":
        judged += pairs
    return next(iter((*judged, *asked, *pairs)))


def _disparity(
    asking: Asking, seen: Observations, *, primary: bool, plan: str | None = None
) -> Answer:
    made = _compared(asking, seen, primary=primary, plan=plan)
    tables = {"by_scenario": made.by_scenario}
    return Answer((*made.findings, *made.null_arms), tables, made.notes, made)


def _compared(
    asking: Asking,
    seen: Observations,
    *,
    primary: bool,
    factors: tuple[str, ...] = (),
    plan: str | None = None,
) -> Disparity:
    asked = asking.design.analysis
    # A margin is written for the primary outcome, on that outcome's scale.
    margin = asked.margin if seen.outcome == asked.primary else None
    return disparity(
        seen,
        margin=margin,
        compare_with=asked.compare_with,
        family=asked.family,
        factors=factors,
        primary=primary,
        plan=asking.design.confirm_hash if plan is None else plan,
        seed=asking.seed,
    )

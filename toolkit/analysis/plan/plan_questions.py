"""Questions of a frozen plan in their order, each with the analysis that answers it."""

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from toolkit.analysis.blinding_assessment import blinding
from toolkit.analysis.disparity import Disparity, disparity, ordinal
from toolkit.analysis.distinctive_words import words
from toolkit.analysis.findings import EXPLORATORY, Finding
from toolkit.analysis.frames import Observations
from toolkit.analysis.intersection import intersections
from toolkit.analysis.plan.plan_data import Cueing, PlanData
from toolkit.analysis.plan.step import Status
from toolkit.analysis.preference import preference
from toolkit.analysis.rates import rates
from toolkit.analysis.reliability import reliability
from toolkit.analysis.text_movement import movement
from toolkit.design import OUTCOMES, Outcome

_FIRST = next(one for one in OUTCOMES.values() if one.precedes)
"""Read first in every plan: what is asked of answers is asked of those that were given."""
_DRAWS = 60
"""Of the one bootstrap in a plan; ask `intersections` for more."""


class StepResult(NamedTuple):
    """What an analysis gave, in the parts a step has."""

    findings: tuple[Finding, ...] = ()
    tables: Mapping[str, pd.DataFrame] = {}
    notes: tuple[str, ...] = ()
    result: Any = None


class StepPlan(NamedTuple):
    """A step before it was taken."""

    key: str
    words: str
    status: Status
    ask: Callable[[PlanData], StepResult]


def questions_of(data: PlanData) -> list[StepPlan]:
    """List what is asked, in the order of the plan; what it does not name comes last."""
    plan = data.design.analysis
    named: Status = "secondary" if _FIRST in data.outcomes else "account"
    asked = [
        StepPlan("rows", "What was kept, and what is left out of comparisons?", "account", _rows),
        StepPlan("refusals", "Who is refused? Before anything else", named, _refusals),
        StepPlan("primary", _words(data.outcomes[0]), "primary", _primary),
    ]
    if data.outcomes[0].scale == "likert":
        words = "What would a difference mean on the scale of the answers?"
        asked.append(StepPlan("ordinal", words, "exploratory", _ordinal))
    if plan.factors:
        asked.append(StepPlan("factors", "Does it go by factor?", "primary", _factors))
    if any(one.paired for one in data.outcomes):
        status: Status = "primary" if data.outcomes[0].paired else "secondary"
        asked.append(StepPlan("pairs", "How often is whose reply preferred?", status, _pairs))
    asked += [
        StepPlan("movement", "Do replies move more than a rewording?", "exploratory", _movement),
        StepPlan("words", "Which words are said more, or less, to whom?", "exploratory", _spoken),
    ]
    asked += [
        StepPlan(f"secondary-{one.name}", _words(one), "secondary", partial(_secondary, one))
        for one in data.outcomes[1:]
    ]
    asked += [
        StepPlan("reliability", "How far do raters agree?", "account", _reliability),
        StepPlan("blinding", "Could raters tell whom they read?", "account", _blinding),
    ]
    if len(plan.factors) > 1:
        words = "Do two factors together say more than each alone?"
        asked.append(StepPlan("intersections", words, "exploratory", _intersections))
    if len(data.cues) > 1:
        asked += [
            StepPlan(f"{one}-cues", _CUED[one], "exploratory", partial(_cued, one))
            for one in data.cues
        ]
    return asked


_CUED: Mapping[Cueing, str] = {
    "explicit": "The primary outcome, where the text states who is writing",
    "implicit": "The primary outcome, where only a name or a way of writing tells",
}


def _words(outcome: Outcome) -> str:
    return f"{outcome.name}: {outcome.asks or 'as the study asks it'}"


def _rows(data: PlanData) -> StepResult:
    frames, rating = data.frames, data.design.plan.rating
    account = frames.confirm_account
    whole = account[account["in_record"].gt(0)]
    rated = frames.raters["state"].eq("finished").sum()
    return StepResult(
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
    apart_from = f" (left out or apart: {why})" if why else ""
    return f"{noun}: {row['in_record']} in the record, {row['compared']} compared{apart_from}."


def _refusals(data: PlanData) -> StepResult:
    plan = data.design.confirm_hash if _FIRST in data.outcomes else EXPLORATORY
    made = rates(data.of(_FIRST), plan=plan)
    tables = {"rates": made.table, "differences": made.differences, "ratios": made.ratios}
    return StepResult(made.findings, tables, made.notes, made)


def _primary(data: PlanData) -> StepResult:
    return _disparity(data, data.primary, primary=True)


def _ordinal(data: PlanData) -> StepResult:
    made = ordinal(data.primary)
    return StepResult(made.findings, {"shares": made.shares}, made.notes, made)


def _factors(data: PlanData) -> StepResult:
    """Claims about factors rest on contrasts that state them: a name stands for more than one."""
    plan = data.design.analysis
    whole = "explicit" not in data.cues
    seen = data.primary if whole else data.cued("explicit")
    made = _compared(data, seen, factors=plan.factors, primary=plan.family == "factors")
    of_factors = tuple(one for one in made.findings if one.about == "this factor")
    note = (
        "No contrast states who is writing, so these rest on names and ways of writing."
        if whole
        else "Only contrasts whose text states who is writing count here."
    )
    return StepResult(of_factors, {}, (note, *made.notes), made)


def _pairs(data: PlanData) -> StepResult:
    plan = data.design.analysis
    primary = data.outcomes[0].paired
    made = preference(
        data.frames,
        margin=plan.margin if primary else None,
        direction=plan.direction if primary else None,
        plan=data.design.confirm_hash,
        primary=primary,
        seed=data.seed,
    )
    # The primary test stands in a step of its own.
    modeled = tuple(one for one in made.findings if one.question != "disparity")
    return StepResult(modeled, {"worths": made.table}, made.says, made)


def _movement(data: PlanData) -> StepResult:
    canned = data.of(_FIRST).simulated
    made = movement(data.frames.replies, words=data.design.words, simulated=canned)
    tables = {"distances": made.table, "by_contrast": made.by_contrast}
    return StepResult(made.findings, tables, made.notes, made)


def _spoken(data: PlanData) -> StepResult:
    canned = data.of(_FIRST).simulated
    made = words(data.frames.replies, mask=data.design.words, seed=data.seed, simulated=canned)
    return StepResult(made.findings, {"words": made.table}, made.notes, made)


def _intersections(data: PlanData) -> StepResult:
    """Cross the first two factors: with more, each stratum is soon a single persona."""
    plan = data.design.analysis
    crossed = plan.factors[:2]
    made = intersections(data.primary, crossed, draws=_DRAWS, seed=data.seed)
    tables = {"strata": made.table, "variances": made.variances}
    note = (
        f"Crossed are {crossed[0]} and {crossed[1]}, the first two factors of the plan; "
        "`intersections` takes others."
    )
    return StepResult(made.findings, tables, (note, *made.notes), made)


def _secondary(outcome: Outcome, data: PlanData) -> StepResult:
    return _disparity(data, data.of(outcome), primary=False)


def _cued(cueing: Cueing, data: PlanData) -> StepResult:
    return _disparity(data, data.cued(cueing), primary=False, plan=EXPLORATORY)


def _reliability(data: PlanData) -> StepResult:
    made = reliability(data.frames, _judged(data).name, seed=data.seed)
    tables = {"agreement": made.agreement, "drift": made.drift}
    return StepResult(made.findings, tables, (), made)


def _blinding(data: PlanData) -> StepResult:
    seen = data.of(_judged(data)) if len(data.frames.guesses) else None
    made = blinding(data.frames, seen)
    tables = {"guesses": made.table, "by_guess": made.by_guess}
    return StepResult(made.findings, tables, (made.says,), made)


def _judged(data: PlanData) -> Outcome:
    """The outcome whose raters are looked at: the first that raters judged."""
    asked = (*data.design.questions, *data.frames.item_ratings["question"].astype("str").unique())
    named, form = map(data.design.outcome, asked), data.design.plan.rating.form
    rated = [one for one in (*data.outcomes, *named, *OUTCOMES.values()) if one.rated]
    return next((one for one in rated if one.fits(form)), rated[-1])


def _disparity(data: PlanData, seen: Observations, *, primary: bool, plan: str = "") -> StepResult:
    made = _compared(data, seen, primary=primary, plan=plan)
    tables = {"by_scenario": made.by_scenario}
    return StepResult((*made.findings, *made.null_arms), tables, made.notes, made)


def _compared(
    data: PlanData,
    seen: Observations,
    *,
    primary: bool,
    factors: tuple[str, ...] = (),
    plan: str = "",
) -> Disparity:
    asked = data.design.analysis
    return disparity(
        seen,
        # A margin is written for the primary outcome, on that outcome's scale.
        margin=asked.margin if seen.outcome == asked.primary else None,
        direction=asked.direction if seen.outcome == asked.primary else None,
        compare_with=asked.compare_with,
        family=asked.family,
        factors=factors,
        primary=primary,
        plan=plan or data.design.confirm_hash,
        seed=data.seed,
    )

"""Design of a confirm stage as every run keeps it in the record: no file is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd
from pydantic import ValidationError

from toolkit.analysis.frames.column import text_of
from toolkit.design import (
    AnalysisPlan,
    ConfirmPlan,
    Outcome,
    Question,
    outcome_named,
    rating_outcome,
)
from toolkit.errors import AnalysisError
from toolkit.record import Record, Reply, Sweep

_PHRASE = 3
"""As many words are a name or a noun phrase; a shorter word carries nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDesign:
    """A confirm freeze, as the runs that followed it kept it."""

    study_id: str
    confirm_hash: str
    plan: ConfirmPlan = field(repr=False)
    """The whole confirm section, as frozen."""
    questions: Mapping[str, Question] = field(repr=False)
    """What raters were asked, by id; empty where the record does not say."""
    people: pd.DataFrame = field(repr=False)
    """One row a persona (index ``persona``), one column a factor."""
    freezes: tuple[str, ...]
    """Every confirm freeze the record holds runs of, the oldest first."""
    words: tuple[str, ...] = field(default=(), repr=False)
    """What filled the slots: masked before texts are compared."""

    @property
    def analysis(self) -> AnalysisPlan:
        """What is asked of the ratings, as frozen."""
        return self.plan.analysis

    def outcome(self, name: str) -> Outcome:
        """Find what is declared of an outcome, in the words of its question where it is one."""
        asked = self.questions.get(name)
        return rating_outcome(name, asked.ask) if asked else outcome_named(name)

    def asks(self, outcome: str) -> str:
        """Say what was asked for an outcome, with the words at both ends; empty if not known."""
        asked = self.questions.get(outcome)
        return f"{asked.ask} (1: {asked.low}; 5: {asked.high})" if asked else ""


def confirm_design(record: Record, confirm_hash: str | None = None) -> ConfirmDesign:
    """Read what was frozen out of the runs in the record.

    Args:
        record: opened; it is only read.
        confirm_hash: which freeze; its first characters do. None: that of the newest run.

    Raises:
        AnalysisError: if there is no run, or none of that freeze.
    """
    sweeps = record.rows(Sweep)
    freezes = tuple(dict.fromkeys(one.confirm_hash for one in sweeps))
    if not freezes:
        raise AnalysisError(
            "analysis: got a record in which nothing was sent; wanted the replies of a confirm "
            "stage. Send the contrasts with `parallax run`, or name another record."
        )
    chosen = _chosen(freezes, confirm_hash) if confirm_hash else sweeps[-1].confirm_hash
    newest = [one for one in sweeps if one.confirm_hash == chosen][-1]
    plan = _plan(newest)
    return ConfirmDesign(
        study_id=newest.study_id,
        confirm_hash=chosen,
        plan=plan,
        questions=MappingProxyType({one.id: one for one in _questions(newest, plan)}),
        people=people_frame(newest.design.get("personas", {})),
        freezes=freezes,
        words=_cue_words(record, chosen),
    )


def people_frame(personas: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Put the factors of personas into a table: index ``persona``, one column a factor.

    Args:
        personas: id to what a run keeps of a persona.
    """
    rows = {
        name: {key: text_of(value) for key, value in about.get("factors", {}).items()}
        for name, about in sorted(personas.items())
    }
    made = pd.DataFrame.from_dict(rows, orient="index", dtype="str")
    return made.reindex(pd.Index(list(rows), name="persona", dtype="str"))


def plan_changes(before: AnalysisPlan, after: AnalysisPlan) -> tuple[str, ...]:
    """Compare two analysis plans: one sentence part a field that differs; none for equal plans.

    Args:
        before: what the parts say a field "was".
        after: what they say it "is".
    """
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return tuple(
        f"{name} was {_shown(old[name])} and is {_shown(new[name])}"
        for name in old
        if old[name] != new[name]
    )


def _chosen(freezes: Sequence[str], confirm_hash: str) -> str:
    for whole in (confirm_hash, f"sha256:{confirm_hash}"):
        found = [one for one in freezes if one.startswith(whole)]
        if len(found) == 1:
            return found[0]
    raise AnalysisError(
        f"analysis: got the confirm freeze {confirm_hash!r}; wanted one that the record holds "
        f"runs of: {', '.join(freezes)}. Name one of these, or enough of its beginning."
    )


def _plan(sweep: Sweep) -> ConfirmPlan:
    try:
        return ConfirmPlan.model_validate(sweep.design.get("confirm"))
    except ValidationError as problem:
        raise AnalysisError(
            f"analysis: got a run of toolkit {sweep.toolkit_version} whose plan cannot be read "
            f"({problem.error_count()} fields); wanted one as this toolkit writes it. Analyze it "
            "with the toolkit that made it."
        ) from None


def _cue_words(record: Record, confirm_hash: str) -> tuple[str, ...]:
    """What filled the slots; of a name or a noun phrase also its parts."""
    replies = record.read(role="analyst", purpose="analysis").each(Reply)
    sent = (one.slots.values() for one in replies if one.confirm_hash == confirm_hash)
    whole = {text for values in sent for text in values if len(text) > 1}
    parts = {word for text in whole if len(text.split()) <= _PHRASE for word in text.split()}
    return tuple(sorted(whole | {word for word in parts if len(word) > _PHRASE}))


def _questions(sweep: Sweep, plan: ConfirmPlan) -> Sequence[Question]:
    # A plan without questions of its own asks the study's, which later runs keep beside it.
    kept = sweep.design.get("questions", ())
    return plan.rating.questions or tuple(Question.model_validate(one) for one in kept)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "empty"
    return "not given" if value is None else str(value)

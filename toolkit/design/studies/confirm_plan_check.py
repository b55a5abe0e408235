"""What a confirm section and its contrasts must agree on with the rest of the study."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Protocol

from toolkit.design.closed_lists import one_of, suggestion
from toolkit.design.contrasts import Contrast
from toolkit.design.files import Place, shown
from toolkit.design.outcomes import OUTCOMES, outcome_named
from toolkit.design.studies.confirm_plan import ConfirmPlan
from toolkit.design.workspace_files import Reading
from toolkit.errors import Complaint


class Names(Protocol):
    """What a study names, as far as its confirm section depends on it."""

    @property
    def personas(self) -> tuple[str, ...]:
        """Ids of its personas."""
        ...

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Ids of its scenarios."""
        ...

    @property
    def endpoints(self) -> Collection[str]:
        """Its aliases."""
        ...

    @property
    def analysis_factors(self) -> tuple[str, ...]:
        """Attributes it analyzes by."""
        ...


class Complainer(Protocol):
    """Whoever can point at a place in the study's file."""

    def complaint(self, place: Place, got: str, wanted: str, hint: str) -> Complaint:
        """Complain about the value at ``place``."""
        ...


def confirm_complaints(
    reading: Complainer,
    study: Names,
    plan: ConfirmPlan,
    questions: Collection[str],
    contrasts: Mapping[str, Reading[Contrast]],
    known: tuple[str, ...],
) -> Iterator[Complaint]:
    """Complain about names that the study does not have.

    Args:
        reading: the study's file.
        study: what it names.
        plan: its confirm section.
        questions: ids of the questions of its form.
        contrasts: the contrasts there are files for, by id.
        known: ids of every contrast of the workspace, for suggestions.
    """
    for index, name in enumerate(plan.contrasts):
        if name not in contrasts:
            yield _unknown(reading, ("confirm", "contrasts", index), name, known, "contrast")
    for index, alias in enumerate(plan.endpoints):
        if alias not in study.endpoints:
            aliases = tuple(study.endpoints)
            yield _unknown(reading, ("confirm", "endpoints", index), alias, aliases, "endpoint")
    yield from _outcomes(reading, plan, questions, contrasts.values())
    for index, factor in enumerate(plan.analysis.factors):
        if factor not in study.analysis_factors:
            place: Place = ("confirm", "analysis", "factors", index)
            yield _unknown(reading, place, factor, study.analysis_factors, "analysis factor")
    for read in contrasts.values():
        if read.value is not None:
            yield from _outside(read, read.value, study)


def _outcomes(
    reading: Complainer,
    plan: ConfirmPlan,
    questions: Collection[str],
    contrasts: Iterable[Reading[Contrast]],
) -> Iterator[Complaint]:
    known, sent = (*questions, *OUTCOMES), [one.value for one in contrasts if one.value]
    for place, name in plan.outcomes.items():
        needs, where = outcome_named(name, questions).needs, ("confirm", *place)
        if name not in known:
            yield _unknown(reading, where, name, known, "outcome")
        elif needs and sent and not any(getattr(one, needs) for one in sent):
            wanted = f"an outcome of these contrasts; none of them has '{needs}'"
            hint = f"Add '{needs}:' to those that ask for it, or choose another outcome."
            yield reading.complaint(where, shown(name), wanted, hint)


def _outside(read: Reading[Contrast], contrast: Contrast, study: Names) -> Iterator[Complaint]:
    for index, name in enumerate(contrast.personas):
        if name not in study.personas:
            yield _unknown(read, ("personas", index), name, study.personas, "persona of the study")
    if contrast.scenario not in study.scenarios:
        yield _unknown(read, ("scenario",), contrast.scenario, study.scenarios, "scenario of it")


def _unknown(
    reading: Complainer, place: Place, name: str, known: tuple[str, ...], noun: str
) -> Complaint:
    wanted = f"the {noun}: {one_of(known)}" if known else f"the id of a {noun}; there is none"
    hint = suggestion(name, known) or "Correct the name, or add it to the study."
    return reading.complaint(place, shown(name), wanted, hint)

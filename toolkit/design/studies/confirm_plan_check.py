"""What a confirm section and its contrasts must agree on with the rest of the study."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from toolkit.design.closed_lists import one_of, suggestion
from toolkit.design.contrasts import Contrast
from toolkit.design.document import Place, shown
from toolkit.design.outcomes import OUTCOMES, outcome_named
from toolkit.design.studies.confirm_plan import ConfirmPlan
from toolkit.design.workspace_files import Reading
from toolkit.errors import Complaint


class StudyNames(NamedTuple):
    """What a study names, as far as its confirm section depends on it."""

    personas: tuple[str, ...]
    scenarios: tuple[str, ...]
    endpoints: tuple[str, ...]
    factors: tuple[str, ...]
    questions: tuple[str, ...]
    """Asked of each reply."""
    contrasts: tuple[str, ...]
    """Of the whole workspace."""


def confirm_complaints(
    reading: Reading[Any],
    plan: ConfirmPlan,
    names: StudyNames,
    contrasts: Mapping[str, Reading[Contrast]],
) -> Iterator[Complaint]:
    """Complain about names that the study does not have.

    Args:
        reading: the study's file.
        plan: its confirm section.
        names: what there is to be named.
        contrasts: the contrasts that it names and there are files for, by id.
    """
    for index, name in enumerate(plan.contrasts):
        if name not in contrasts:
            place: Place = ("confirm", "contrasts", index)
            yield _unknown(reading, place, name, names.contrasts, "contrast")
    for index, alias in enumerate(plan.endpoints):
        if alias not in names.endpoints:
            place = ("confirm", "endpoints", index)
            yield _unknown(reading, place, alias, names.endpoints, "endpoint")
    yield from _outcomes(reading, plan, names.questions, contrasts.values())
    for index, factor in enumerate(plan.analysis.factors):
        if factor not in names.factors:
            place = ("confirm", "analysis", "factors", index)
            yield _unknown(reading, place, factor, names.factors, "analysis factor")
    for read in contrasts.values():
        if read.value is not None:
            yield from _outside(read, read.value, names)


def _outcomes(
    reading: Reading[Any],
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


def _outside(read: Reading[Contrast], contrast: Contrast, names: StudyNames) -> Iterator[Complaint]:
    for index, name in enumerate(contrast.personas):
        if name not in names.personas:
            yield _unknown(read, ("personas", index), name, names.personas, "persona of the study")
    if contrast.scenario not in names.scenarios:
        yield _unknown(read, ("scenario",), contrast.scenario, names.scenarios, "scenario of it")


def _unknown(
    reading: Reading[Any], place: Place, name: str, known: tuple[str, ...], noun: str
) -> Complaint:
    wanted = f"the {noun}: {one_of(known)}" if known else f"the id of a {noun}; there is none"
    hint = suggestion(name, known) or "Correct the name, or add it to the study."
    return reading.complaint(place, shown(name), wanted, hint)

"""Cross-checks of a study, its confirm section and its contrasts with other files."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from toolkit.design.contrasts import Contrast
from toolkit.design.document import FieldPath, one_of, shown, suggestion
from toolkit.design.outcomes import OUTCOMES, outcome_named
from toolkit.design.personas import Persona
from toolkit.design.scenarios import Scenario
from toolkit.design.workspace_files import Reading, ids
from toolkit.errors import Complaint


def cross_complaints(
    reading: Reading[Any],
    people: Mapping[str, Reading[Persona]],
    situations: Mapping[str, Reading[Scenario]],
    contrasts: Mapping[str, Reading[Contrast]],
    root: Path,
) -> Iterator[Complaint]:
    """Complain about names nobody goes by and personas without a factor that is analyzed.

    Args:
        reading: the study's file.
        people: every persona there is a file for, by id.
        situations: every scenario there is a file for, by id.
        contrasts: every contrast there is a file for, by id.
        root: the workspace, for suggestions.
    """
    study = reading.value
    if study is None:
        return
    for field, kind, known in (("personas", Persona, people), ("scenarios", Scenario, situations)):
        for index, name in enumerate(getattr(study, field)):
            if name not in known:
                yield reading.unknown((field, index), kind.NOUN, name, ids(root, kind))
    for index, factor in enumerate(study.analysis_factors):
        for name in study.personas:
            who = people[name].value if name in people else None
            if who is not None and factor not in who.factors:
                got = f"persona {name!r} without the factor {factor!r}"
                wanted = "every persona of the study to have it"
                hint = (
                    f"Add it under 'factors' in personas/people/{name}.yaml, or analyze by others."
                )
                yield reading.complaint(("analysis_factors", index), got, wanted, hint)
    if study.confirm is not None:
        read = {name: contrasts[name] for name in study.confirm.contrasts if name in contrasts}
        yield from _confirm_complaints(reading, study, read, ids(root, Contrast))


def _confirm_complaints(
    reading: Reading[Any],
    study: Any,
    read: Mapping[str, Reading[Contrast]],
    contrasts: tuple[str, ...],
) -> Iterator[Complaint]:
    """Complain about names that the study does not have, in its confirm section and contrasts."""
    plan, at = study.confirm, ("confirm",)
    for index, name in enumerate(plan.contrasts):
        if name not in read:
            yield _unknown(reading, (*at, "contrasts", index), name, contrasts, "contrast")
    yield from _strangers(reading, (*at, "endpoints"), plan.endpoints, study.endpoints, "endpoint")
    valid = [(one, one.value) for one in read.values() if one.value is not None]
    known = (*(one.id for one in plan.rating.questions or study.form), *OUTCOMES)
    for place, name in plan.outcomes.items():
        needs, where = outcome_named(name).needs, (*at, *place)
        if name not in known:
            yield _unknown(reading, where, name, known, "outcome")
        elif needs and valid and not any(getattr(contrast, needs) for _, contrast in valid):
            wanted = f"an outcome of these contrasts; none of them has '{needs}'"
            hint = f"Add '{needs}:' to those that ask for it, or choose another outcome."
            yield reading.complaint(where, shown(name), wanted, hint)
    factors, where = study.analysis_factors, (*at, "analysis", "factors")
    yield from _strangers(reading, where, plan.analysis.factors, factors, "analysis factor")
    for one, contrast in valid:
        who = study.personas
        yield from _strangers(one, ("personas",), contrast.personas, who, "persona of the study")
        if contrast.scenario not in study.scenarios:
            where = ("scenario",)
            yield _unknown(one, where, contrast.scenario, study.scenarios, "scenario of it")


def _strangers(
    reading: Reading[Any], field: FieldPath, names: Iterable[str], known: Collection[str], noun: str
) -> Iterator[Complaint]:
    for index, name in enumerate(names):
        if name not in known:
            yield _unknown(reading, (*field, index), name, known, noun)


def _unknown(
    reading: Reading[Any], place: FieldPath, name: str, known: Collection[str], noun: str
) -> Complaint:
    wanted = f"the {noun}: {one_of(known)}" if known else f"the id of a {noun}; there is none"
    hint = suggestion(name, known) or "Correct the name, or add it to the study."
    return reading.complaint(place, shown(name), wanted, hint)

"""The contrast linter: renders every arm and says what is wrong before anything is sent.

A rule is one small function from a sheet to faults. The first group makes rendering possible; the
second reads every text as written and as sent.
"""

from collections.abc import Callable, Iterator, Mapping

from toolkit.design.contrasts.contrast import Contrast
from toolkit.design.contrasts.linter import (
    arm_rules,
    case_rules,
    grammar_rules,
    people_rules,
    slot_rules,
)
from toolkit.design.contrasts.linter.sheet import Fault, Sheet
from toolkit.design.files import dotted
from toolkit.design.people import Persona
from toolkit.design.scenarios import Scenario
from toolkit.design.workspace_files import ENDING, PERSONAS, Reading
from toolkit.errors import Complaint

Rule = Callable[[Sheet], Iterator[Fault]]
SLOT_RULES: tuple[Rule, ...] = slot_rules.RULES
"""Without these an arm cannot be rendered as meant, so the others wait for them."""
TEXT_RULES: tuple[Rule, ...] = (
    *(arm_rules.no_slot, people_rules.cueing),
    case_rules.pronoun_case,
    *grammar_rules.RULES,
    *people_rules.RULES,
    *arm_rules.RULES,
)
RULES = (*SLOT_RULES, *TEXT_RULES)
"""Every rule, in the order in which they are applied."""


def lint(
    contrast: Contrast,
    people: Mapping[str, Persona],
    *,
    scenario: Scenario | None = None,
    rules: tuple[Rule, ...] = RULES,
) -> tuple[Complaint, ...]:
    """Complain about everything that keeps a contrast from comparing cues and nothing else.

    Args:
        contrast: what is examined; nothing is sent to anybody.
        people: personas by id, at least those of the contrast.
        scenario: its scenario, so that companies and products are not taken for people.
        rules: the rules to apply.

    Returns:
        Complaints about ``personas/contrasts/<id>.yaml``, line 0; none for a good contrast.
    """
    return tuple(
        Complaint(_file(contrast), 0, dotted(fault.place), fault.got, fault.wanted, fault.hint)
        for fault in _faults(contrast, people, scenario, rules)
    )


def lint_reading(
    reading: Reading[Contrast], people: Mapping[str, Persona], *, scenario: Scenario | None = None
) -> tuple[Complaint, ...]:
    """Lint a contrast as read from its file, by every rule, with the lines things stand on.

    Args:
        reading: the contrast's file; one that holds no valid contrast gets no complaints here.
        people: personas by id, at least those of the contrast.
        scenario: its scenario, so that companies and products are not taken for people; None:
            not known.
    """
    if reading.value is None:
        return ()
    return tuple(
        reading.complaint(fault.place, fault.got, fault.wanted, fault.hint)
        for fault in _faults(reading.value, people, scenario, RULES)
    )


def _file(contrast: Contrast) -> str:
    return f"{PERSONAS}/{Contrast.FOLDER}/{contrast.id}{ENDING}"


def _faults(
    contrast: Contrast,
    people: Mapping[str, Persona],
    scenario: Scenario | None,
    rules: tuple[Rule, ...],
) -> list[Fault]:
    sheet = Sheet(contrast, people, scenario)
    faults = [fault for rule in rules if rule in SLOT_RULES for fault in rule(sheet)]
    if not faults:
        faults = [fault for rule in rules if rule in TEXT_RULES for fault in rule(sheet)]
    return faults

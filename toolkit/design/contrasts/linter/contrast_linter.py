"""The contrast linter: renders every arm and says what is wrong before anything is sent.

A rule is one small function from a sheet to faults. The first group makes rendering possible; the
second reads every text as written and as sent.
"""

from collections.abc import Callable, Iterator, Mapping

from toolkit.design.contrasts.contrast import Contrast
from toolkit.design.contrasts.linter.arm_rules import (
    identical,
    length,
    no_slot,
    paraphrase_same,
    paraphrase_size,
    paraphrase_slots,
    proof,
)
from toolkit.design.contrasts.linter.case_rules import pronoun_case
from toolkit.design.contrasts.linter.grammar_rules import (
    agreement,
    capital,
    fixed_article,
    sentence_slot,
)
from toolkit.design.contrasts.linter.people_rules import (
    cueing,
    gendered,
    leak,
    other_person,
    stray_pronoun,
)
from toolkit.design.contrasts.linter.sheet import Fault, Sheet
from toolkit.design.contrasts.linter.slot_rules import (
    assistant_slot,
    cue_form,
    direction,
    inside_word,
    leftover,
    missing_cue,
    missing_persona,
    unknown_slot,
    unused,
)
from toolkit.design.files import dotted
from toolkit.design.people import Persona
from toolkit.design.scenarios import Scenario
from toolkit.design.validation_messages import line_of
from toolkit.design.workspace_files import ENDING, PERSONAS, Reading
from toolkit.errors import Complaint

Rule = Callable[[Sheet], Iterator[Fault]]
SLOT_RULES: tuple[Rule, ...] = (
    unknown_slot,
    leftover,
    inside_word,
    assistant_slot,
    missing_persona,
    missing_cue,
    cue_form,
    direction,
    unused,
)
"""Without these an arm cannot be rendered as meant, so the others wait for them."""
TEXT_RULES: tuple[Rule, ...] = (
    no_slot,
    cueing,
    pronoun_case,
    agreement,
    fixed_article,
    sentence_slot,
    capital,
    leak,
    stray_pronoun,
    gendered,
    other_person,
    proof,
    identical,
    length,
    paraphrase_same,
    paraphrase_slots,
    paraphrase_size,
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
    """Do the same for a contrast as read from its file, with the lines things stand on."""
    if reading.value is None:
        return ()
    document = reading.document
    return tuple(
        Complaint(
            document.file,
            line_of(document, fault.place),
            dotted(fault.place),
            fault.got,
            fault.wanted,
            fault.hint,
        )
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

"""The contrast linter: renders every arm and says what is wrong before anything is sent.

A rule is one small function from a context to faults. The first group makes rendering possible; the
second reads every text as written and as sent.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache

from toolkit.design.contrasts.contrast import Contrast
from toolkit.design.contrasts.linter.lint_context import LintContext, LintFault
from toolkit.design.document import Document
from toolkit.design.personas import Persona
from toolkit.design.scenarios import Scenario
from toolkit.design.workspace_files import ENDING, PERSONAS, Reading
from toolkit.errors import Complaint

Rule = Callable[[LintContext], Iterator[LintFault]]


@cache
def lint_rules() -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Every rule, in the order in which they are applied: on slots, and on texts.

    Without those on slots an arm cannot be rendered as meant, so the others wait for them.
    """
    # Dozens of regular expressions, which much that imports this never uses.
    from toolkit.design.contrasts.linter import (
        arm_rules,
        case_rules,
        grammar_rules,
        name_rules,
        people_rules,
        slot_rules,
    )

    return slot_rules.RULES, (
        *(arm_rules.no_slot, people_rules.cueing, case_rules.pronoun_case),
        *grammar_rules.RULES,
        *people_rules.RULES,
        *name_rules.RULES,
        *arm_rules.RULES,
    )


def lint(
    contrast: Contrast,
    people: Mapping[str, Persona],
    *,
    scenario: Scenario | None = None,
    without: Collection[Rule] = (),
) -> tuple[Complaint, ...]:
    """Complain about everything that keeps a contrast from comparing cues and nothing else.

    Args:
        contrast: what is examined; nothing is sent to anybody.
        people: personas by id, at least those of the contrast.
        scenario: its scenario, so that companies and products are not taken for people.
        without: rules to leave out.

    Returns:
        Complaints about ``personas/contrasts/<id>.yaml``, line 0; none for a good contrast.
    """
    document = Document(f"{PERSONAS}/{Contrast.FOLDER}/{contrast.id}{ENDING}", None)
    ctx = LintContext(contrast, people, scenario)
    return lint_reading(Reading(document, contrast, ()), ctx, without=without)


def lint_reading(
    reading: Reading[Contrast], ctx: LintContext, *, without: Collection[Rule] = ()
) -> tuple[Complaint, ...]:
    """Lint a contrast as read from its file, with the lines things stand on.

    Args:
        reading: the contrast's file.
        ctx: the contrast laid out for its rules.
        without: rules to leave out.
    """
    faults: list[LintFault] = []
    for rules in lint_rules():
        faults = faults or [one for rule in rules if rule not in without for one in rule(ctx)]
    return tuple(reading.complaint(*fault) for fault in faults)

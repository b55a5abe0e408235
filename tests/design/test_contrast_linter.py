"""The linter against its corpus: hostile contrasts caught word for word, good ones let through."""

from typing import Any

import pytest
from linter_corpus import SCENARIO, cases, cast, contrast

from toolkit.design import LINT_RULES, Contrast, lint
from toolkit.errors import DesignError

PEOPLE = cast()
HOSTILE = cases("hostile")
GOOD = cases("good")
FILE = "personas/contrasts/case.yaml: "


def complaints(value: Contrast, **options: Any) -> list[str]:
    return [str(one) for one in lint(value, PEOPLE, scenario=SCENARIO, **options)]


def reason(case: dict[str, Any]) -> str:
    return str(case["reason"])


def test_the_corpus_is_large_and_says_why() -> None:
    assert len(HOSTILE) >= 60
    assert len(GOOD) >= 60
    every = [*HOSTILE, *GOOD]
    assert len({reason(case) for case in every}) == len(every)
    assert len({str({**case, "reason": ""}) for case in every}) == len(every)


@pytest.mark.parametrize("case", HOSTILE, ids=reason)
def test_a_hostile_contrast_gives_its_complaint_and_no_other(case: dict[str, Any]) -> None:
    assert complaints(contrast(case)) == [FILE + case["expect"]]


@pytest.mark.parametrize("case", GOOD, ids=reason)
def test_a_good_contrast_passes(case: dict[str, Any]) -> None:
    assert complaints(contrast(case)) == []


@pytest.mark.parametrize("rule", LINT_RULES, ids=lambda rule: rule.__name__)
def test_without_any_one_rule_the_corpus_is_not_held(rule: Any) -> None:
    rest = tuple(one for one in LINT_RULES if one is not rule)
    assert any(_slips_through(case, rest) for case in HOSTILE)


def _slips_through(case: dict[str, Any], rules: tuple[Any, ...]) -> bool:
    try:
        return complaints(contrast(case), rules=rules) != [FILE + case["expect"]]
    except (DesignError, KeyError):
        # What the rule would have said is now noticed only when the arm is rendered.
        return True


def test_everything_wrong_is_said_at_once() -> None:
    case = {
        "reason": "Three mistakes.",
        "prompt": "{name} is a {noun}. Tell {subject} that {subject} is late.",
        "paraphrase": "{name} is {a} {noun}. Let {object} know that {subject} {verb:is|are} tardy.",
    }
    # "tell" takes a whole clause as well, so the linter leaves it alone.
    found = complaints(contrast(case))
    assert [line.partition('got "')[2].partition('"')[0] for line in found] == [
        "{subject} is",
        "a {noun}",
    ]


def test_without_its_scenario_a_company_may_be_anybody() -> None:
    case = {
        "reason": "A company.",
        "prompt": "{name} is {a} {noun}. Does Pigeon know {possessive} order?",
        "paraphrase": "{name} is {a} {noun}. Has Pigeon seen {possessive} order yet?",
    }
    value = contrast(case)
    assert lint(value, PEOPLE, scenario=SCENARIO) == ()
    assert [one.wanted for one in lint(value, PEOPLE)] == [
        "one person in a sentence with {possessive}: Pigeon is another",
    ] * 2

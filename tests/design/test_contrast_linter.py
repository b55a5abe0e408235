"""The linter against its corpus: hostile contrasts caught word for word, good ones let through."""

from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linter_corpus import SCENARIO, cases, cast, contrast

from toolkit.design import Arm, Contrast, Persona, Rendered, lint, render
from toolkit.design.contrasts.linter import lint_rules
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


@pytest.mark.parametrize("rule", [*chain(*lint_rules())], ids=lambda rule: rule.__name__)
def test_without_any_one_rule_the_corpus_is_not_held(rule: Any) -> None:
    assert any(_slips_through(case, rule) for case in HOSTILE)


def _slips_through(case: dict[str, Any], rule: Any) -> bool:
    try:
        return complaints(contrast(case), without=[rule]) != [FILE + case["expect"]]
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


def test_a_long_difference_is_cut_side_by_side() -> None:
    case = {
        "reason": "Apostrophes in what is cut.",
        "prompt": "I am {a} {noun}. My parcel is late.",
        "paraphrase": "I am {a} {noun}. I'm asking since it's been ten days, and I'm told that "
        "the parcel isn't here, nor anywhere near to where it ought to be by now.",
    }
    size, _ = complaints(contrast(case))
    right = "I'm asking since it's been ten days and I'm told that the … …"
    assert f"'My … is late' against {right!r}; wanted" in size


def test_the_proof_does_not_trust_the_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    # A renderer with a fault of its own: one arm gets another word where no slot is.
    def faulty(value: Contrast, arm: Arm, person: Persona, *, replicate: int = 0) -> Rendered:
        sent = render(value, arm, person, replicate=replicate)
        if arm.persona_id != "ben":
            return sent
        turns = [replace(turn, text=turn.text.replace("late", "tidy")) for turn in sent.turns]
        return replace(sent, turns=tuple(turns))

    monkeypatch.setattr("toolkit.design.contrasts.linter.lint_context.render", faulty)
    case = {
        "reason": "A good one.",
        "prompt": "I am {a} {noun}. My parcel is late.",
        "paraphrase": "I am {a} {noun}. My package is delayed.",
    }
    assert complaints(contrast(case)) == [
        FILE + 'prompt.1.text: got "…woman. My parcel is late." (reference) and "…man. '
        "My parcel is tidy.\" (swap ben), which differ outside a single slot: 'late' against "
        "'tidy'; wanted arms that differ only inside their slots. Put a space or a full stop "
        "between the two slots."
    ]


SLOTS = """\
{name} {subject} {object} {possessive} {possessive.pronoun} {reflexive} {verb:is|are} {verb:a| {a}
{noun} {identity} {locale} {sample.1} {dialect.x} {} {{ } {verb:|}"""
WORDS = """\
. , 's the a are and to she they Tom HR “ ” ( é 日本 👩\u200d💻 \u200b שלום ... ? - ’ 1) e.g."""
PIECES = st.sampled_from([*SLOTS.split(), *WORDS.split(), "\n", "\n\n"])
TEXTS = st.lists(PIECES, min_size=1, max_size=20).map(" ".join).filter(str.strip)


@given(prompt=TEXTS, paraphrase=TEXTS)
@settings(max_examples=150, deadline=None, database=None)
def test_whatever_is_written_is_complained_about_and_never_a_fault(
    prompt: str, paraphrase: str
) -> None:
    value = contrast({"reason": "Anything.", "prompt": prompt, "paraphrase": paraphrase})
    found = complaints(value)
    for arm in value.arms:
        try:
            render(value, arm, PEOPLE[arm.persona_id])
        except DesignError:
            assert found


def test_long_and_empty_looking_texts_take_no_time() -> None:
    # With a pattern that backtracks over blank lines this would run for hours.
    text = "{name} is {a} {noun}" + "\n" * 5900 + "and late."
    case = {"reason": "Blank.", "prompt": text, "paraphrase": text.replace("\n", " ")}
    assert complaints(contrast(case))


def test_complaints_come_in_the_order_of_mending() -> None:
    # What the contrast is, then its sentences, then words about people, then arm against arm.
    text = "I am a {noun}. My Deaf parcel is late."
    case = {"reason": "One of each.", "cueing": "implicit", "prompt": text, "paraphrase": text}
    found = lint(contrast(case), PEOPLE, scenario=SCENARIO)
    assert [one.got.partition(",")[0] for one in found] == [
        "'implicit' with {noun}",
        *['"a {noun}"'] * 2,
        '"Deaf"',
        'the words of the prompt: "I am a Deaf woman. My Deaf parcel is late." (reference and '
        "paraphrase)",
    ]

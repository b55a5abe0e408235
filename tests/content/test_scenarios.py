"""The scenarios and the pilot study that ship: enough of them, different enough, and usable."""

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
from similarity import (
    shared_ngrams,
    shared_sentences,
    shingle_similarity,
    skeleton_similarity,
)

from toolkit.design import (
    HARM_TYPES,
    HARMS,
    TRUST_DIMENSIONS,
    Scenario,
    Study,
    Workspace,
    schemas,
)

ROOT = Path(__file__).parents[2]
WORKSPACE = Workspace(ROOT)
SCENARIOS = {name: WORKSPACE.scenario(name) for name in WORKSPACE.scenarios()}
PILOT = Study.load("pilot", workspace=ROOT)
PAIRS = list(itertools.combinations(SCENARIOS.values(), 2))

# The closest of the 153 pairs reach .005 and .009, the templated pair below .41 and .55.
MOST_SHINGLES = 0.03
MOST_SKELETON = 0.05

each_scenario = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=list(SCENARIOS))


def texts(scenario: Scenario) -> dict[str, str]:
    """Everything a scenario says to a tester or to the assistant, by field."""
    lists = {"worth_trying": scenario.worth_trying, "rehearsal": scenario.rehearsal}
    return {
        "title": scenario.title,
        "situation": scenario.situation,
        "instructions": scenario.instructions,
        "task": scenario.task,
        "grounding": scenario.grounding.text if scenario.grounding else "",
        **{f"{field}.{n}": line for field, lines in lists.items() for n, line in enumerate(lines)},
    }


def likeness(a: dict[str, str], b: dict[str, str]) -> list[str]:
    """Name what makes two scenarios look as if one had been made from the other."""
    whole_a, whole_b = ("\n".join(side.values()) for side in (a, b))
    shingles, skeleton = (
        measure(whole_a, whole_b) for measure in (shingle_similarity, skeleton_similarity)
    )
    return [
        *(f"sentence: {text}" for text in shared_sentences(a, b)),
        *(f"words: {text}" for text in shared_ngrams(a, b, n=6)),
        *([f"shingles: {shingles:.3f}"] if shingles > MOST_SHINGLES else []),
        *([f"skeleton: {skeleton:.3f}"] if skeleton > MOST_SKELETON else []),
    ]


TEMPLATE = """{who} of {company} has written to you about {thing}, and you are not sure what to do.
It has to be settled by {day}. You open the chat of {company} and hope that it will be quick.
You are the assistant of {company}. Be {tone} and answer in short sentences. Never promise {thing}.
Find out what {company} can do for you. Then ask for {thing} once more and see what changes."""


def templated(**slots: str) -> dict[str, str]:
    lines = TEMPLATE
    for name, value in slots.items():
        lines = lines.replace("{" + name + "}", value)
    return {"situation": lines}


def test_the_whole_tree_is_valid() -> None:
    checked = WORKSPACE.check()._asdict()
    assert checked == {
        **{"personas": 24, "scenarios": 18, "contrasts": 26, "studies": 1},
        "ignored": (),
    }


def test_every_area_of_work_has_at_least_two_scenarios() -> None:
    areas = Counter(scenario.area for scenario in SCENARIOS.values())
    assert set(areas) == {"sales", "service", "marketing", "commerce", "hr", "it", "legal"}
    assert min(areas.values()) >= 2


def test_every_harm_is_probed_by_a_scenario() -> None:
    probed = {harm for scenario in SCENARIOS.values() for harm in scenario.harms}
    assert {harm.partition(".")[0] for harm in probed} == set(HARM_TYPES)
    assert set(HARMS) - probed == set()


@each_scenario
def test_harms_are_named_once_and_few(scenario: Scenario) -> None:
    assert 2 <= len(scenario.harms) <= 4
    assert len(set(scenario.harms)) == len(scenario.harms)


def test_answers_wanted_are_a_mixture() -> None:
    wanted = Counter(scenario.should_answer for scenario in SCENARIOS.values())
    assert wanted["decline"] >= 2
    assert wanted["answer_with_care"] >= 4
    assert wanted["answer"] >= 6


def listed(field: str) -> set[str]:
    """The words that a field of a scenario may hold."""
    allowed = schemas()["scenario.json"]["properties"][field]
    return set(allowed.get("enum") or allowed["anyOf"][0]["enum"])


def test_every_consequence_class_is_met() -> None:
    assert {scenario.consequence for scenario in SCENARIOS.values()} == listed("consequence")


def test_acceptable_use_edges_are_walked_with_care() -> None:
    edges = [one for one in SCENARIOS.values() if one.acceptable_use]
    walked = {one.acceptable_use for one in edges}
    assert len(edges) >= 4
    assert {"licensed_advice", "automated_legal_decision"} <= walked
    assert {"protected_characteristic_prediction", "high_risk_use"} <= walked
    assert not walked & {"child_safety", "weapons", "adult_content"}
    assert walked <= listed("acceptable_use")
    assert {one.should_answer for one in edges} <= {"decline", "answer_with_care"}


@each_scenario
def test_a_scenario_is_short_enough_to_read_and_to_follow(scenario: Scenario) -> None:
    lengths = [len(text.split()) for text in (scenario.situation, scenario.task)]
    assert 40 <= lengths[0] <= 110
    assert 20 <= lengths[1] <= 60
    # A model of 135M parameters loses what comes after about two hundred words.
    grounding = scenario.grounding.text if scenario.grounding else ""
    assert 40 <= len(scenario.instructions.split()) <= 100
    assert len(f"{scenario.instructions} {grounding}".split()) <= 170


def test_openings_differ() -> None:
    for field in ("situation", "instructions", "task"):
        opening = Counter(
            tuple(getattr(scenario, field).split()[:2]) for scenario in SCENARIOS.values()
        )
        assert max(opening.values()) == 1, opening.most_common(1)


@each_scenario
def test_rehearsal_fits_any_persona(scenario: Scenario) -> None:
    names = {word for one in PILOT.people for word in re.findall(r"\w{3,}", one.cues.name)}
    said = " ".join(scenario.rehearsal)
    assert not names & set(re.findall(r"\w+", said))
    assert not re.search(
        r"\bas an? (?:wo)?man\b|\b(?:mother|father|wife|husband|years old)\b", said, re.IGNORECASE
    )
    # The simulated tester puts a greeting and the persona's own words before the first message.
    assert not re.match(
        r"(?:hello|hi|hey|dear|good (?:morning|day|evening))\b", said, re.IGNORECASE
    )


def test_no_two_scenarios_come_from_one_template() -> None:
    alike = {(a.id, b.id): likeness(texts(a), texts(b)) for a, b in PAIRS}
    assert len(alike) == 153
    assert {pair: why for pair, why in alike.items() if why} == {}


def test_a_templated_pair_is_caught() -> None:
    a = templated(who="A clerk", company="Ferrow", thing="a refund", day="Friday", tone="kind")
    b = templated(who="The boss", company="Oar Bank", thing="more pay", day="noon", tone="brisk")
    assert shared_sentences(a, b) == []
    whole_a, whole_b = a["situation"], b["situation"]
    assert shingle_similarity(whole_a, whole_b) > 5 * MOST_SHINGLES
    assert skeleton_similarity(whole_a, whole_b) > 5 * MOST_SKELETON
    assert "words: and you are not sure what" in likeness(a, b)


def test_one_copied_sentence_is_caught() -> None:
    a, b = (texts(SCENARIOS[name]) for name in ("refund-outside-window", "paragraph-nine"))
    copied = {**b, "task": f"{b['task']} NEVER ARGUE about whose fault it was!"}
    assert shared_sentences(a, copied) == ["never argue about whose fault it was"]
    assert likeness(a, copied) != []


def test_the_pilot_names_every_persona_and_every_scenario() -> None:
    assert sorted(PILOT.personas) == list(WORKSPACE.personas())
    assert sorted(PILOT.scenarios) == list(WORKSPACE.scenarios())


def test_the_pilot_analyzes_six_factors_that_every_persona_has() -> None:
    assert PILOT.analysis_factors == (
        "gender",
        "age_band",
        "ethnicity",
        "disability",
        "language_proficiency",
        "caring_duties",
    )
    for persona in PILOT.people:
        assert set(PILOT.analysis_factors) <= set(persona.factors), persona.id


def test_the_pilot_runs_with_no_key_and_answers_can_be_reproduced() -> None:
    (alias, plan), *others = PILOT.endpoints.items()
    assert (alias, plan.endpoint, others) == ("assistant", "embedded:smollm2", [])
    assert plan.seed is not None
    assert plan.base_url is None


def test_the_form_asks_one_dimension_a_question_in_words_of_its_own() -> None:
    form = PILOT.form
    assert 5 <= len(form) <= 7
    assert len({question.dimension for question in form}) == len(form)
    assert {question.dimension for question in form} <= set(TRUST_DIMENSIONS)
    anchors = [text for question in form for text in (question.low, question.high)]
    assert len({text.casefold() for text in anchors}) == 2 * len(form)
    assert all(len(question.ask.split()) <= 15 for question in form)
    assert all(len(text.split()) <= 10 for text in anchors)


@pytest.mark.parametrize(
    "promise",
    [
        "skip a question, skip a conversation, or stop for good",
        "under a code instead of your name",
        "From then on every analysis leaves your sessions out.",
        "What was already written stays in the record",
        "it is erased when the whole record is erased",
        "do not type personal details of your own",
    ],
)
def test_the_consent_says_what_a_tester_must_know(promise: str) -> None:
    assert promise in PILOT.consent.text


def test_the_support_contact_is_nobodys_address() -> None:
    assert not re.search(r"@|https?:|www\.|\d", PILOT.care.support_contact)


def test_limits_leave_room_for_the_sitting() -> None:
    assert PILOT.conversations_per_tester == 3
    assert PILOT.minutes < PILOT.care.minutes_cap
    for scenario in SCENARIOS.values():
        assert len(scenario.rehearsal) < PILOT.care.messages_cap

"""An outcome's declaration: what it may say, and the sentence for what it may not."""

from dataclasses import replace
from math import inf, nan
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from toolkit.analysis import COLUMNS
from toolkit.design import OUTCOMES, READABLE, Contrast, Outcome, RatingPlan, rating_outcome
from toolkit.errors import DesignError
from toolkit.record import Ending

LENGTH = Outcome(
    name="length",
    source="replies",
    scale="number",
    bounds=(0.0, inf),
    unit="code points",
    favorable=None,
    rated=False,
    reads="characters",
)
RATED = rating_outcome("respected")
CHOSEN = OUTCOMES["preference"]

WRONG: tuple[tuple[Outcome, dict[str, Any], str], ...] = (
    # What is declared, what is changed in it, and how the sentence goes on after its name.
    (LENGTH, {"name": 3}, "got the name 3; wanted a text that is not empty"),
    (LENGTH, {"name": " "}, "got the name ' '; wanted a text that is not empty"),
    (LENGTH, {"unit": ""}, "got the unit ''; wanted a text that is not empty"),
    (LENGTH, {"unit": None}, "got the unit None; wanted a text that is not empty"),
    (LENGTH, {"asks": 4}, "got the asks 4; wanted a text"),
    (LENGTH, {"source": "turns"}, "got the source 'turns'; wanted one of 'ratings', 'choices', "),
    (LENGTH, {"source": ["replies"]}, "got the source ['replies']; wanted one of 'ratings', "),
    (
        LENGTH,
        {"scale": "ordinal"},
        "got the scale 'ordinal'; wanted one of 'number'",
    ),
    (LENGTH, {"scale": None}, "got the scale None; wanted one of 'number'"),
    (
        LENGTH,
        {"favorable": "up"},
        "got the favorable 'up'; wanted",
    ),
    (LENGTH, {"rated": 1}, "got the rated 1; wanted one of False"),
    (LENGTH, {"rated": True}, "got the rated True; wanted one of False"),
    (RATED, {"rated": False}, "got the rated False; wanted one of True"),
    (LENGTH, {"bounds": (1, 0)}, "got the bounds (1, 0); wanted the lower one first"),
    (LENGTH, {"bounds": (1, 1)}, "got the bounds (1, 1); wanted the lower one first"),
    (LENGTH, {"bounds": (nan, 1.0)}, "got the bounds (nan, 1.0); wanted two numbers"),
    (LENGTH, {"bounds": (0.0, nan)}, "got the bounds (0.0, nan); wanted two numbers"),
    (LENGTH, {"bounds": (0.0,)}, "got the bounds (0.0,); wanted two numbers"),
    (LENGTH, {"bounds": None}, "got the bounds None; wanted two numbers"),
    (LENGTH, {"bounds": ("0", "1")}, "got the bounds ('0', '1'); wanted two numbers"),
    (RATED, {"bounds": (1.0, inf)}, "got the bounds (1, inf) for the scale 'likert'; wanted whole"),
    (RATED, {"bounds": (0.5, 5.0)}, "got the bounds (0.5, 5) for the scale 'likert'; wanted whole"),
    (CHOSEN, {"bounds": (0.0, 1.0)}, "got the bounds (0, 1) for the scale 'preference'; wanted (-"),
    (
        OUTCOMES["refusal"],
        {"bounds": (0.0, 2.0)},
        "got the bounds (0, 2) for the scale 'binary'; wanted (0, 1)",
    ),
    (
        CHOSEN,
        {"favorable": "low"},
        "got the favorable 'low'; ",
    ),
    (
        CHOSEN,
        {"favorable": None},
        "got the favorable None; ",
    ),
    (CHOSEN, {"source": "replies", "reads": "refused", "rated": False}, "got the scale 'preferen"),
    (CHOSEN, {"scale": "binary", "bounds": (0, 1)}, "got the scale 'binary'"),
    (LENGTH, {"reads": "nope"}, "got the reads 'nope'; wanted one of '', 'refused', "),
    (LENGTH, {"reads": "value"}, "got the reads 'value'; wanted one of '', 'refused', "),
    (LENGTH, {"reads": None}, "got the reads None; wanted one of "),
    (LENGTH, {"reads": "text"}, "got the reads 'text'; wanted one of "),
    (RATED, {"reads": "comment"}, "got the reads 'comment'; wanted one of '', 'value'"),
    (
        LENGTH,
        {"scale": "binary", "bounds": (0.0, 1.0)},
        "got the scale 'binary'; wanted one of 'number'",
    ),
    (
        LENGTH,
        {"reads": "refused", "scale": "likert", "bounds": (1.0, 5.0)},
        "got the scale 'likert'; wanted one of 'binary'",
    ),
    (LENGTH, {"endings": ()}, "got the endings (); wanted a tuple of 'answered', "),
    (LENGTH, {"endings": "answered"}, "got the endings 'answered'; wanted a tuple of "),
    (LENGTH, {"endings": ("anwsered",)}, "got the endings ('anwsered',); wanted a tuple of "),
    (LENGTH, {"needs": "decisions"}, "got the needs 'decisions'; wanted one of '', "),
    (LENGTH, {"missing": ()}, "got the missing (); wanted a tuple of reasons"),
    (LENGTH, {"missing": ("",)}, "got the missing ('',); wanted a tuple of reasons"),
    (LENGTH, {"missing": ("dozing", "not_read")}, "got the missing ('dozing', 'not_read'); w"),
    (LENGTH, {"missing": "not_read"}, "got the missing 'not_read'; wanted a tuple of reasons"),
)


@pytest.mark.parametrize(
    ("declared", "changed", "says"), WRONG, ids=[f"{one[0].name} {one[1]}" for one in WRONG]
)
def test_a_declaration_is_held_when_it_is_made(
    declared: Outcome, changed: dict[str, Any], says: str
) -> None:
    with pytest.raises(DesignError) as problem:
        replace(declared, **changed)
    name = changed.get("name", declared.name)
    said = str(problem.value)
    assert said.startswith(f"outcome {name!r}: {says}"), said
    assert said.endswith("."), said


MEASURES = (
    # What is coming: measures read off a reply, each with a scale of its own.
    {"name": "seconds", "reads": "seconds", "unit": "s", "favorable": "low"},
    {"name": "tokens", "reads": "completion_tokens", "unit": "tokens"},
    {"name": "tries", "reads": "attempts", "unit": "requests", "bounds": (1.0, inf)},
    {"name": "short", "reads": "characters", "bounds": (0.0, 200.0), "unit": "code points"},
    {"name": "told", "reads": "refused", "scale": "binary", "bounds": (0.0, 1.0)},
    {"name": "sure", "reads": "decision_mass", "bounds": (0, 1), "needs": "decision"},
)


@pytest.mark.parametrize("changed", MEASURES, ids=lambda one: one["name"])
def test_a_measure_of_a_reply_is_one_declaration(changed: dict[str, Any]) -> None:
    assert replace(LENGTH, **changed).name == changed["name"]


def test_what_can_be_read_is_a_column_of_its_frame() -> None:
    frames = {"ratings": "item_ratings", "choices": "choices", "replies": "replies"}
    for source, known in READABLE.items():
        columns = {one.name for one in COLUMNS[frames[source]]}
        # A distance is worked out from all texts of a contrast and is no column.
        assert set(known) - {"distance"} <= columns


def test_endings_are_those_that_the_record_knows() -> None:
    assert replace(LENGTH, endings=get_args(Ending)).endings == get_args(Ending)
    with pytest.raises(DesignError) as problem:
        replace(LENGTH, endings=())
    assert f"wanted a tuple of {', '.join(map(repr, get_args(Ending)))}." in str(problem.value)


def test_every_need_is_a_field_of_a_contrast() -> None:
    assert {one.needs for one in OUTCOMES.values()} - {""} <= set(Contrast.model_fields)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"scale": "ordinal"}, "got the scale 'ordinal'; wanted one of 'likert', 'binary', "),
        ({"favorable": "up"}, "got the favorable 'up'; wanted one of 'high', 'low', None"),
    ],
)
def test_what_a_table_holds_is_declared_too(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(DesignError, match=f"outcome 'length': {says}"):
        replace(LENGTH, reads="", **changed)


@pytest.mark.parametrize("name", [*OUTCOMES, "quick"])
def test_no_question_to_raters_takes_the_place_of_another_outcome(name: str) -> None:
    asked = {"dimension": "respect", "ask": "A", "low": "B", "high": "C"}
    plan = {"raters": 1, "items_per_rater": 1, "items_per_sitting": 1}
    assert RatingPlan.model_validate({**plan, "questions": [{**asked, "id": "own"}]}).questions
    with pytest.raises(ValidationError, match="wanted another id: this one names what is observed"):
        RatingPlan.model_validate({**plan, "questions": [{**asked, "id": name}]})

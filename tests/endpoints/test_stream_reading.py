"""Reading what servers send: events cut anywhere, chunks of every dialect."""

import json
import random

import pytest

from toolkit.endpoints.answer_body import Unreadable
from toolkit.endpoints.partial_answer import PartialAnswer
from toolkit.endpoints.server_sent_events import EventReader

STREAM = (
    ": ping\n\n"
    'data: {"a": 1}\r\n\r\n'
    "event: message\rid: 7\rdata: two\rdata: lines\r\r"
    "data:no space\n\n"
    "data:  two spaces\u2028\n\n"
    "data: unfinished"
).encode()
EVENTS = ['{"a": 1}', "two\nlines", "no space", " two spaces\u2028", "unfinished"]


def read(chunks: list[bytes]) -> list[str]:
    reader = EventReader()
    read = [event for chunk in chunks for event in reader.feed(chunk)] + list(reader.end())
    return [data for _, data in read]


def test_events_are_the_same_however_the_stream_is_cut() -> None:
    assert read([STREAM]) == EVENTS
    assert read([STREAM[index : index + 1] for index in range(len(STREAM))]) == EVENTS
    chance = random.Random(20261122)
    for _ in range(200):
        cuts = sorted(chance.choices(range(len(STREAM) + 1), k=6))
        ends = [0, *cuts, len(STREAM)]
        assert read([STREAM[a:b] for a, b in zip(ends, ends[1:], strict=False)]) == EVENTS


def chunk(**choice: object) -> object:
    return {"choices": [choice]}


def test_content_may_come_in_parts() -> None:
    draft = PartialAnswer()
    parts = [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]
    assert draft.take(chunk(delta={"content": parts})) == "ab"


def test_thoughts_are_a_sign_of_life_and_no_text() -> None:
    draft = PartialAnswer()
    assert draft.take(chunk(delta={"reasoning_content": "hm"})) == ""
    assert (draft.alive, draft.text) == (True, "")
    draft.take(chunk(delta={"role": "assistant", "content": ""}))
    assert not draft.alive


@pytest.mark.parametrize(
    ("said", "text", "thoughts"),
    [
        ("Hm.\n</think>\n\nYes.", "Yes.", "Hm.\n"),
        ("<think>Hm.</think>Yes.", "Yes.", "Hm."),
        ("\n<think>Hm.</think>Yes.", "Yes.", "Hm."),
        ("Yes.", "Yes.", ""),
        ("Yes, <think> is a tag.", "Yes, <think> is a tag.", ""),
        ("", "", ""),
    ],
)
def test_a_server_that_never_opens_its_thoughts_shows_none_from_then_on(
    said: str, text: str, thoughts: str
) -> None:
    for step in (1, 3, 100):
        draft = PartialAnswer("<think>")
        pieces = [said[n : n + step] for n in range(0, len(said), step)]
        shown = [draft.take(chunk(delta={"content": one})) for one in pieces]
        shown.append(draft.end())
        assert "".join(shown) == draft.text == text
        assert draft.split.thoughts == thoughts


def test_usage_without_numbers_is_unknown() -> None:
    draft = PartialAnswer()
    draft.take({"choices": [], "usage": {"prompt_tokens": "many", "completion_tokens": True}})
    assert draft.usage is not None
    assert (draft.usage.prompt_tokens, draft.usage.completion_tokens) == (None, None)


def test_an_answer_without_any_choice_is_not_complete() -> None:
    draft = PartialAnswer()
    draft.take({"choices": []})
    draft.done = True
    assert not draft.complete


@pytest.mark.parametrize(
    "broken",
    [{"choices": "x"}, {"choices": [1]}, chunk(delta=[1])],
    ids=json.dumps,
)
def test_other_shapes_are_refused(broken: object) -> None:
    with pytest.raises(Unreadable):
        PartialAnswer().take(broken)

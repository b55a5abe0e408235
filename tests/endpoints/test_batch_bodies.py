"""Bodies that batch files carry: written and read as a live endpoint does, and sent nowhere."""

from typing import Any

import pytest
from servers import completion

from toolkit.endpoints import Message, Settings, read_body, request_body
from toolkit.errors import BadAnswer, EndpointFailed

ASKED = (Message("system", "Be brief."), Message("user", "Hello \ud83d?"))
SETTINGS = Settings(max_tokens=7, seed=3)
WHO = "openai:m in a batch (request one)"
AGAIN = "wanted an answer. Send the unit again in a run or another batch."


def test_a_request_is_not_stored_and_not_streamed() -> None:
    assert request_body("m", ASKED, SETTINGS) == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello \ufffd?"},
        ],
        "store": False,
        "max_tokens": 7,
        "seed": 3,
    }


def test_an_answer_says_everything_but_how_long_it_took() -> None:
    body = completion("m-2026", "length", content="Gladly, bu")
    body["usage"] = {"prompt_tokens": 20, "completion_tokens": 3}
    answer = read_body(body, SETTINGS, who=WHO)
    assert (answer.text, answer.finish_reason, answer.refused) == ("Gladly, bu", "length", False)
    assert answer.model_reported == "m-2026"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (20, 3)
    assert answer.parameters == {"max_tokens": 7, "seed": 3}
    assert (answer.seconds, answer.first_token_seconds, answer.attempts) == (0.0, None, ())


@pytest.mark.parametrize(
    ("message", "reason"),
    [({"content": None, "refusal": "I will not."}, "stop"), ({"content": ""}, "content_filter")],
)
def test_a_refusal_is_an_answer_marked_as_such(message: dict[str, Any], reason: str) -> None:
    answer = read_body(completion("m", reason, **message), SETTINGS, who=WHO)
    assert answer.refused
    assert answer.text == (message.get("refusal") or "")


def test_half_a_sign_at_the_end_is_replaced() -> None:
    assert read_body(completion("m", content="Hi \ud83d"), SETTINGS, who=WHO).text == "Hi \ufffd"


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (
            {"error": {"message": "out of memory"}},
            EndpointFailed,
            f"an answer broken off (the server says: out of memory); {AGAIN}",
        ),
        (
            {"error": "broken"},
            EndpointFailed,
            f"an answer broken off (the server says: broken); {AGAIN}",
        ),
        (
            {"error": {"code": 7}},
            EndpointFailed,
            f"an answer broken off (the server says: 7); {AGAIN}",
        ),
        (
            "text",
            BadAnswer,
            f"something that is no answer (the server says: text); {AGAIN}",
        ),
        (
            {"choices": []},
            BadAnswer,
            f"an answer that stops before its end; {AGAIN}",
        ),
    ],
)
def test_what_is_no_answer_is_refused_in_words(
    body: object, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind) as refused:
        read_body(body, SETTINGS, who=WHO)
    assert str(refused.value) == f"{WHO}: {said}"

"""A failed answer is explained without naming who answers, or where."""

from collections.abc import Callable

import pytest
from page_people import Employee, InPieces, run

from toolkit.errors import EndpointFailed
from toolkit.widgets import SessionPanel

MakePanel = Callable[..., SessionPanel]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "openai:gpt-4o-mini: the key was refused: set OPENAI_API_KEY and try again.",
            "The assistant: the key was refused: set OPENAI_API_KEY and try again.",
        ),
        (
            "endpoint: nobody answers at http://127.0.0.1:8080/v1. Start it.",
            "Endpoint: nobody answers at its server. Start it.",
        ),
        ("the server knows no model 'gpt-4o-mini'.", "The server knows no model 'the assistant'."),
        (
            "openai:gpt-4o-mini at 127.0.0.1:8080: the key was refused.",
            "The assistant: the key was refused.",
        ),
        ("127.0.0.1:8080 closed the line.", "The assistant closed the line."),
    ],
)
def test_who_answers_is_taken_out(make_panel: MakePanel, message: str, said: str) -> None:
    endpoint = InPieces(
        name="openai:gpt-4o-mini", host="127.0.0.1:8080", problem=EndpointFailed(message)
    )

    async def journey() -> None:
        tester = Employee(make_panel(endpoint)).begin()
        await tester.say()
        assert (tester.answer["outcome"], tester.answer["error"]) == ("errored", said)
        await tester.panel.release()

    run(journey)

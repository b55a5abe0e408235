import pytest

from toolkit.widgets.plain_words import plain_words


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
        ("", ""),
    ],
)
def test_who_answers_is_taken_out(message: str, said: str) -> None:
    assert plain_words(message, names=["gpt-4o-mini", "127.0.0.1:8080", ""]) == said

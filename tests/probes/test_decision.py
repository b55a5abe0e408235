"""Decisions from log-probabilities: counted by hand, and from the model on this machine."""

import asyncio
import math
import os

import pytest

from toolkit.endpoints import Message, Settings, TokenChoice, model_path, open_endpoint
from toolkit.errors import DesignError
from toolkit.probes import decide

NO_MODEL = not model_path().is_file() and os.environ.get("REQUIRE_MODEL") != "1"


def of(*pairs: tuple[str, float]) -> tuple[TokenChoice, ...]:
    return tuple(TokenChoice(token, math.log(p)) for token, p in pairs)


def test_yes_and_no_are_counted_in_every_spelling_of_a_token() -> None:
    logprobs = of(
        *(("Yes", 0.40), (" yes", 0.10), ("\u2581YES", 0.05), ("\u0120Yes", 0.05)),
        *(("No", 0.20), ("no\n", 0.15), ("Maybe", 0.03), ("Not", 0.02)),
    )
    decision = decide(logprobs)
    assert decision is not None
    assert list(decision) == ["Yes", "No"]
    assert decision == pytest.approx({"Yes": 0.60, "No": 0.35})


def test_grades_are_words_like_others() -> None:
    logprobs = of(("4", 0.5), (" 3", 0.3), ("5", 0.15), ("10", 0.02), ("1.", 0.02))
    decision = decide(logprobs, words=("1", "2", "3", "4", "5"))
    assert decision == pytest.approx({"1": 0, "2": 0, "3": 0.3, "4": 0.5, "5": 0.15})


def test_the_beginning_of_a_word_is_no_answer() -> None:
    assert decide(of(("Y", 0.6), ("N", 0.4))) == {"Yes": 0.0, "No": 0.0}


def test_a_token_that_cannot_come_weighs_nothing() -> None:
    decision = decide((TokenChoice("Yes", -1e-4), TokenChoice("No", -math.inf)))
    assert decision is not None
    assert decision["No"] == 0.0


def test_without_log_probabilities_there_is_no_decision() -> None:
    assert decide(()) is None


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("Yes", " yes"), "'Yes', ' yes'"),
        (("Yes",), "'Yes'"),
        (("Yes", " "), "'Yes', ' '"),
        ((), "none"),
    ],
)
def test_words_that_cannot_be_told_apart_are_refused(words: tuple[str, ...], named: str) -> None:
    with pytest.raises(DesignError) as caught:
        decide(of(("Yes", 1.0)), words=words)
    assert str(caught.value) == (
        f"decision: got the answer words {named}; wanted two or more that differ in more than "
        "case and space. Name each possible answer once, such as Yes and No."
    )


@pytest.mark.embedded
@pytest.mark.skipif(NO_MODEL, reason="no model file; `parallax lab` fetches it")
@pytest.mark.parametrize("stream", [True, False])
def test_the_model_on_this_machine_weighs_yes_against_no(stream: bool) -> None:
    question = [
        Message("system", "Answer every question with Yes or No only."),
        Message("user", "Is Paris the capital of France? Answer Yes or No."),
    ]
    settings = Settings(temperature=0, max_tokens=1, seed=1, top_logprobs=20, stream=stream)

    async def ask() -> dict[str, float] | None:
        endpoint = open_endpoint("embedded:smollm2", bulk=True)
        try:
            answer = await endpoint.reply(question, settings=settings)
        finally:
            await endpoint.close()
        assert len(answer.logprobs) in (20, 21)
        # Not always the likeliest: the server samples after penalties, and says what came before.
        assert answer.text in {one.token for one in answer.logprobs}
        return decide(answer.logprobs)

    decision = asyncio.run(ask())
    assert decision is not None
    assert all(0 < mass < 1 for mass in decision.values())

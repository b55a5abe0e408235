"""The endpoint that needs no model: what it says is fixed, and so is what it does wrong."""

import asyncio

import pytest

from toolkit.endpoints import Answer, Bias, Endpoint, Message, Scripted, Settings
from toolkit.errors import BadEndpoint, EndpointError, EndpointFailed, KeyRefused

SYSTEM = Message("system", "You assist the people of a sales team.")
ASKS = {
    "write": "Please draft an email about the renewal for Northwind",
    "decide": "Should I approve this discount?",
    "explain": "Why was my claim sent back?",
    "other": "Ugh, Mondays.",
}
GOLDEN = {
    "write": (
        "That is a good question to settle before going further.\n\n"
        "Here is a first version about the renewal:\n\n"
        "Hello, I am getting in touch about the renewal. I want to be sure we agree"
        " on where things stand and on what happens next. Could you confirm the "
        "details by Thursday? If something has changed on your side, please tell me"
        " and I will adjust.\n\n"
        "Tell me a little more about your situation and I can make this more "
        "specific."
    ),
    "decide": (
        "Thanks, that gives me enough to start on.\n\n"
        "On the discount, I would look at three things. First, what the policy says"
        " in writing. Second, what was done the last time this came up. Third, what"
        " it would cost to undo the choice later. If all three point the same way, "
        "go ahead and note the reason.\n\n"
        "I am glad to go through it step by step with you."
    ),
    "explain": (
        "That is a good question to settle before going further.\n\n"
        "In short, with the claim it comes down to who is responsible at each step."
        " A request comes in, somebody checks it against the rules, and the result "
        "is written down. Most delays sit in the second step. That is the one worth"
        " asking about.\n\n"
        "Would you like me to put this into a short plan?"
    ),
    "other": (
        "Happy to help with this.\n\n"
        "I see what makes this difficult. It helps to separate what has to happen "
        "this week from what can wait. Start with the smaller part. You can build "
        "on it once it is done.\n\n"
        "Tell me a little more about your situation and I can make this more "
        "specific."
    ),
}
PLANTED = (
    "My recommendation on the discount is to take the option you can reverse. It "
    "costs a little time now."
)


def ask_alone(text: str) -> str:
    return asyncio.run(Scripted().reply([Message("user", text)])).text


def ask(endpoint: Endpoint, text: str, **options: object) -> Answer:
    messages = [SYSTEM, Message("user", text)]
    return asyncio.run(endpoint.reply(messages, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ASKS)
def test_golden_answers(kind: str) -> None:
    assert ask(Scripted(), ASKS[kind]).text == GOLDEN[kind]


def test_every_message_counts_and_nothing_else() -> None:
    texts = {ask(Scripted(), f"Tell me about case {number}").text for number in range(40)}
    assert len(texts) > 10
    assert ask(Scripted(), ASKS["write"]).text == ask(Scripted(), ASKS["write"]).text


def test_a_seed_changes_the_words_and_nothing_else_does() -> None:
    texts = {
        ask(Scripted(), ASKS["write"], settings=Settings(seed=seed)).text for seed in range(30)
    }
    assert len(texts) > 10
    assert {text.count("\n\n") for text in texts} == {2, 3}
    seeded = Settings(seed=5)
    again = [ask(Scripted(settings=seeded), ASKS["write"]).text for _ in range(2)]
    assert again[0] == again[1] == ask(Scripted(), ASKS["write"], settings=seeded).text
    refused = ask(Scripted("refusing"), "x", settings=seeded)
    assert refused.text == ask(Scripted("refusing"), "x").text


def test_pieces_make_up_the_text_and_the_answer_says_what_it_is() -> None:
    pieces: list[str] = []
    answer = ask(Scripted(), ASKS["write"], on_token=pieces.append)
    assert "".join(pieces) == answer.text
    assert len(pieces) > 20
    assert answer.model_reported == Scripted().name == "scripted:courteous"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == len(pieces)
    assert [(one.number, one.status, one.error) for one in answer.attempts] == [(1, None, "")]


def test_the_hostile_script_streams_every_sign_of_it() -> None:
    pieces: list[str] = []
    answer = ask(Scripted("hostile"), "x", on_token=pieces.append)
    assert "".join(pieces) == answer.text
    for part in (
        "<script>",
        "onerror=",
        "![pixel](https://",
        "\x1b]0;",
        "\u202e",
        "\u200b",
        "\x00",
    ):
        assert part in answer.text
    assert max(len(line) for line in answer.text.splitlines()) >= 20_000


def test_max_tokens_cuts_and_says_so() -> None:
    answer = ask(Scripted(), ASKS["write"], settings=Settings(max_tokens=5))
    assert answer.finish_reason == "length"
    assert len(answer.text.split()) == 5
    assert answer.parameters == {"max_tokens": 5}


def test_refusing_is_marked_and_empty_is_empty() -> None:
    refused = ask(Scripted("refusing"), "x")
    assert (refused.refused, refused.text) == (
        True,
        "I am sorry, but I cannot help with that request.",
    )
    empty = ask(Scripted("empty"), "x")
    assert (empty.refused, empty.text, empty.finish_reason) == (False, "", "stop")


def test_a_planted_bias_is_colder_and_shorter_for_its_cue_only() -> None:
    biased, plain = Scripted("courteous", bias=Bias(("Amara",), keep=0.5)), Scripted()
    cued, other = "Amara here. " + ASKS["write"], "Tamara here. " + ASKS["write"]
    assert ask(biased, other).text == ask(plain, other).text
    fair = ask(plain, cued).text
    cold = ask(biased, cued).text
    assert len(cold) < len(fair) / 2
    assert cold in fair.replace("\n\n", " ")


def test_the_planted_script_brings_a_bias_of_its_own() -> None:
    assert ask(Scripted("planted"), "She asks: " + ASKS["decide"]).text == PLANTED
    assert ask(Scripted("planted"), ASKS["decide"]).text == GOLDEN["decide"]


def test_a_function_can_be_a_script() -> None:
    def echo(messages: object) -> str:
        return str(len(messages))  # type: ignore[arg-type]

    endpoint = Scripted(echo)
    assert endpoint.name == "scripted:echo"
    assert ask(endpoint, "x").text == "2"


def test_a_delay_lets_others_run() -> None:
    async def both() -> tuple[int, Answer]:
        ticks = 0
        task = asyncio.create_task(Scripted(delay=0.005).reply([Message("user", "Hello")]))
        while not task.done():
            ticks += 1
            await asyncio.sleep(0.001)
        return ticks, task.result()

    ticks, answer = asyncio.run(both())
    assert ticks > 5
    assert answer.text == ask_alone("Hello")


def test_failures_come_as_scheduled_with_what_was_said_before() -> None:
    plan = [None, (EndpointFailed, 0), (KeyRefused, 2)]
    endpoint = Scripted(failures=plan)
    good = ask(endpoint, "Hello").text
    pieces: list[str] = []
    with pytest.raises(EndpointFailed) as first:
        ask(endpoint, "Hello")
    with pytest.raises(KeyRefused) as second:
        ask(endpoint, "Hello", on_token=pieces.append)
    assert ask(endpoint, "Hello").text == good
    assert first.value.partial == ""
    assert second.value.partial == "".join(pieces)
    assert len(pieces) == 2
    assert str(second.value) == (
        "scripted:courteous: got the failure its script plans for call 3; wanted an answer. Ask "
        "again, or choose another script."
    )
    assert [one.error for one in second.value.attempts] == ["KeyRefused"]  # type: ignore[attr-defined]


def test_the_failing_script_fails_and_recovers() -> None:
    endpoint = Scripted("failing")
    outcomes = []
    for _ in range(7):
        try:
            ask(endpoint, "Hello")
            outcomes.append("answer")
        except EndpointError as error:
            outcomes.append(type(error).__name__)
    assert outcomes == [
        *("EndpointFailed", "answer", "BadAnswer", "answer"),
        *("RateLimited", "EndpointUnreachable", "answer"),
    ]


def test_an_unknown_script_is_named() -> None:
    with pytest.raises(BadEndpoint) as caught:
        Scripted("curteous")
    assert str(caught.value) == (
        "endpoint: got 'scripted:curteous'; wanted scripted: and one of courteous, empty, failing, "
        "hostile, planted, refusing, slow. Did you mean 'scripted:courteous'?"
    )


def test_it_can_be_stopped() -> None:
    async def stop() -> None:
        started = asyncio.Event()
        endpoint = Scripted("slow")
        task = asyncio.create_task(
            endpoint.reply([Message("user", "x")], on_token=lambda _: started.set())
        )
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stop())


def test_it_is_an_endpoint() -> None:
    assert isinstance(Scripted(), Endpoint)
    assert Scripted().host == ""


def test_it_shows_its_name_only() -> None:
    assert repr(Scripted("planted")) == "<endpoint scripted:planted>"


def test_its_clock_begins_with_the_call() -> None:
    answer = ask(Scripted(lambda _: "One two.", delay=0.02), "Hello")
    assert answer.first_token_seconds is not None
    assert 0.02 <= answer.first_token_seconds < answer.seconds < 10
    assert answer.seconds >= 0.04
    assert answer.attempts[0].seconds == answer.seconds


def test_a_failure_takes_its_time_too() -> None:
    endpoint = Scripted(failures=[(EndpointFailed, 1)], delay=0.02)
    with pytest.raises(EndpointFailed) as failed:
        ask(endpoint, "Hello")
    (attempt,) = failed.value.attempts
    assert (attempt.error, attempt.message) == ("EndpointFailed", "as scripted")  # type: ignore[attr-defined]
    assert 0.04 <= attempt.seconds < 10  # type: ignore[attr-defined]

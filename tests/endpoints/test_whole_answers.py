"""Answers that are not streamed, over each of the two transports: how a machine asks."""

import asyncio
import gzip
import json
from collections.abc import Callable

import pytest
from servers import ChatServer, Garbage, HangUp, Raw, Refuse, Say, Stall, Status, Whole, completion

from toolkit.endpoints import (
    Access,
    Answer,
    Message,
    Settings,
    TokenChoice,
    open_endpoint,
    openai_client,
)
from toolkit.errors import (
    BadAnswer,
    EndpointError,
    EndpointFailed,
    EndpointTimeout,
    EndpointUnreachable,
    HostNotAllowed,
    KeyRefused,
    RateLimited,
    RequestRefused,
)

HELLO = [Message("system", "Be kind."), Message("user", "Hello")]
KEY = "sk-test-0123456789abcdef"
ONCE = Settings(stream=False, max_attempts=1)
AGAIN = (
    "wanted a whole answer. Ask again; if it stays, the server or something between is at fault."
)

pytestmark = pytest.mark.parametrize("bulk", [False, True], ids=["httpx2", "aiohttp"])


def ask_all(server: ChatServer, settings: list[Settings], *, bulk: bool) -> list[Answer]:
    """Ask once for each of the settings, all at the same time."""

    async def together() -> list[Answer]:
        endpoint = open_endpoint(
            "openai:m",
            base_url=server.base_url,
            allowed_hosts=[server.host],
            bulk=bulk,
            access=Access(key_for=(server.host,)),
        )
        try:
            return await asyncio.gather(*(endpoint.reply(HELLO, settings=s) for s in settings))
        finally:
            await endpoint.close()

    return asyncio.run(together())


def ask(server: ChatServer, settings: Settings = ONCE, *, bulk: bool) -> Answer:
    return ask_all(server, [settings], bulk=bulk)[0]


def failure(server: ChatServer, settings: Settings = ONCE, *, bulk: bool) -> EndpointError:
    with pytest.raises(EndpointError) as caught:
        ask(server, settings, bulk=bulk)
    return caught.value


# What a good server gives.


def test_an_answer_in_one_piece_carries_everything_the_record_needs(bulk: bool) -> None:
    settings = Settings(temperature=0.5, seed=7, max_tokens=20, stream=False)
    with ChatServer(Say("Hello there, friend.")) as server:
        answer = ask(server, settings, bulk=bulk)
        sent = server.seen[0].body
    assert (answer.text, answer.finish_reason, answer.refused) == (
        *("Hello there, friend.", "stop"),
        False,
    )
    assert answer.model_reported == "served-model"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (7, 3)
    assert answer.parameters == {"store": False, "temperature": 0.5, "seed": 7, "max_tokens": 20}
    assert answer.first_token_seconds is None
    assert [(one.number, one.status, one.error) for one in answer.attempts] == [(1, 200, "")]
    assert sent == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "Hello"},
        ],
        "stream": False,
        "store": False,
        "temperature": 0.5,
        "seed": 7,
        "max_tokens": 20,
    }


def test_what_opens_for_bulk_does_not_stream_by_itself(bulk: bool) -> None:
    async def once(server: ChatServer) -> None:
        endpoint = open_endpoint(
            "openai:m", base_url=server.base_url, allowed_hosts=[server.host], bulk=bulk
        )
        await endpoint.reply(HELLO)
        await endpoint.close()

    with ChatServer() as server:
        asyncio.run(once(server))
    assert server.seen[0].body["stream"] is not bulk


def test_text_comes_back_untouched(bulk: bool) -> None:
    text = (
        "<script>\x1b[31m\x00 \u202e\u2066\u200b\ufeff\u2028\x85\r\n \U0001f469\u200d\U0001f4bb  "
    )
    with ChatServer(Say(pieces=(text,)), Say(pieces=("half \ud83d",))) as server:
        assert ask(server, bulk=bulk).text == text
        assert ask(server, bulk=bulk).text == "half \ufffd"


def test_a_megabyte_arrives_whole(bulk: bool) -> None:
    line = "x" * 1_000_000
    with ChatServer(Whole(line)) as server:
        assert ask(server, bulk=bulk).text == line


def test_an_empty_answer_is_an_answer(bulk: bool) -> None:
    with ChatServer(Say("")) as server:
        answer = ask(server, bulk=bulk)
    assert (answer.text, answer.finish_reason, answer.refused) == ("", "stop", False)


@pytest.mark.parametrize(
    ("behavior", "text", "reason"),
    [
        (Refuse("I cannot help."), "I cannot help.", "stop"),
        (Say("Half an", reason="content_filter"), "Half an", "content_filter"),
        (Status(400, "filtered", error_code="content_filter"), "", "content_filter"),
    ],
)
def test_a_refusal_is_an_answer_marked_as_such(
    behavior: Say, text: str, reason: str, bulk: bool
) -> None:
    with ChatServer(behavior) as server:
        answer = ask(server, bulk=bulk)
    assert (answer.text, answer.finish_reason, answer.refused) == (text, reason, True)


def test_a_server_that_streams_all_the_same_is_understood(bulk: bool) -> None:
    chunk = {"choices": [{"delta": {"content": "Done."}, "finish_reason": "stop"}]}
    with ChatServer(Raw((f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode(),))) as server:
        assert ask(server, bulk=bulk).text == "Done."


def test_many_calls_at_once_have_each_their_own_answer(bulk: bool) -> None:
    with ChatServer(Say("Hi.", delay=0.05)) as server:
        answers = ask_all(server, [Settings(stream=False, seed=n) for n in range(120)], bulk=bulk)
    assert [answer.parameters["seed"] for answer in answers] == list(range(120))
    assert sorted(seen.body["seed"] for seen in server.seen) == list(range(120))


# Log-probabilities.


def weighed(*, stream: bool) -> Raw:
    first = {
        "token": "Yes",
        "logprob": -0.1,
        "bytes": [89],
        "top_logprobs": [
            {"token": "Yes", "logprob": -0.1, "bytes": [89]},
            {"token": "No", "logprob": -2.5, "bytes": [78]},
            {"token": "Maybe", "logprob": None},
            {"token": 7, "logprob": -1.0},
            {"token": "I", "logprob": float("-inf")},
            "nonsense",
        ],
    }
    second = {"token": ".", "logprob": 0.0, "top_logprobs": [{"token": ".", "logprob": 0.0}]}
    body = completion("m", content="Yes.")
    body["choices"][0]["logprobs"] = {"content": [first, second]}
    if not stream:
        return Raw((json.dumps(body).encode(),), content_type="application/json")
    chunks = [
        {"choices": [{"delta": {"role": "assistant", "content": ""}, "logprobs": None}]},
        {"choices": [{"delta": {"content": "Yes"}, "logprobs": {"content": [first]}}]},
        {"choices": [{"delta": {"content": "."}, "logprobs": {"content": [second]}}]},
        {"choices": [{"delta": {}, "finish_reason": "stop"}]},
    ]
    lines = "".join(f"data: {json.dumps(one)}\n\n" for one in chunks)
    return Raw((f"{lines}data: [DONE]\n\n".encode(),))


@pytest.mark.parametrize("stream", [True, False])
def test_what_the_first_token_could_have_been_comes_with_the_answer(
    stream: bool, bulk: bool
) -> None:
    with ChatServer(weighed(stream=stream)) as server:
        answer = ask(server, Settings(top_logprobs=5, stream=stream), bulk=bulk)
        sent = server.seen[0].body
    assert answer.text == "Yes."
    assert answer.logprobs == (TokenChoice("Yes", -0.1), TokenChoice("No", -2.5))
    assert (sent["logprobs"], sent["top_logprobs"]) == (True, 5)
    assert answer.parameters == {"store": False, "top_logprobs": 5, "logprobs": True}


def test_a_token_too_unlikely_to_be_listed_is_listed(bulk: bool) -> None:
    body = completion("m", content="Hm")
    listed = [{"token": "Yes", "logprob": -0.2}, {"token": "No", "logprob": -1.8}]
    first = {"token": "Hm", "logprob": -6.0, "top_logprobs": listed}
    body["choices"][0]["logprobs"] = {"content": [first]}
    with ChatServer(Raw((json.dumps(body).encode(),), content_type="application/json")) as server:
        answer = ask(server, Settings(top_logprobs=2, stream=False), bulk=bulk)
    assert [one.token for one in answer.logprobs] == ["Yes", "No", "Hm"]


@pytest.mark.parametrize("given", [None, [], {}, {"content": None}, {"content": []}, "x"])
def test_without_log_probabilities_there_are_none(given: object, bulk: bool) -> None:
    body = completion("m", content="Yes.")
    body["choices"][0]["logprobs"] = given
    with ChatServer(Raw((json.dumps(body).encode(),), content_type="application/json")) as server:
        assert ask(server, Settings(top_logprobs=2, stream=False), bulk=bulk).logprobs == ()


@pytest.mark.parametrize(
    "refusal",
    [
        Status(403, "You are not allowed to request logprobs from this model"),
        Status(400, "'top_logprobs' is not supported with this model"),
    ],
)
def test_an_endpoint_that_gives_none_is_asked_without(refusal: Status, bulk: bool) -> None:
    with ChatServer(refusal, Say("Yes.")) as server:
        answer = ask(server, Settings(top_logprobs=5, stream=False, max_attempts=1), bulk=bulk)
    assert (answer.text, answer.logprobs, answer.parameters) == ("Yes.", (), {"store": False})
    assert not {"logprobs", "top_logprobs"} & server.seen[1].body.keys()


# What a server does not know.


class Strict(Say):
    """Knows no ``store``."""

    def __call__(self, wire: object) -> None:
        known = "store" not in wire.seen.body
        return (super() if known else Status(400, "Unrecognized request argument: store")).__call__(
            wire
        )


def test_calls_under_way_when_a_field_is_refused_all_go_on_without_it(bulk: bool) -> None:
    with ChatServer(Strict("Hi.")) as server:
        answers = ask_all(server, [ONCE] * 20, bulk=bulk)
        assert server.requests <= 40
    assert {answer.text for answer in answers} == {"Hi."}
    assert all(len(answer.attempts) <= 2 for answer in answers)


# Where the text may go, and what comes back.


def test_a_redirect_is_never_followed(bulk: bool) -> None:
    with ChatServer(Say("caught")) as other:
        headers = {"Location": f"http://{other.host}/v1/chat/completions"}
        with ChatServer(Status(307, headers=headers)) as server:
            error = failure(server, bulk=bulk)
        assert other.requests == 0
    assert isinstance(error, HostNotAllowed)
    assert str(error) == (
        f"openai:m at {server.host}: a redirect to 127.0.0.1 (status 307), which is never "
        "followed; wanted only the host of the base URL. Set the base URL to the address that "
        "answers in the end and add it to the study."
    )
    assert server.requests == 1


def test_proxies_and_the_environment_are_ignored(
    bulk: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChatServer(Say("proxied")) as other, ChatServer(Say("direct")) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{other.host}")
            monkeypatch.setenv(name.lower(), f"http://{other.host}")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("OPENAI_BASE_URL", other.base_url)
        monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
        monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Told: secret")
        assert ask(server, bulk=bulk).text == "direct"
        assert other.requests == 0
        assert set(server.seen[0].headers) == {
            *("accept", "content-length", "content-type", "host", "user-agent"),
        }


def test_cookies_are_not_kept(bulk: bool) -> None:
    async def twice(server: ChatServer) -> None:
        endpoint = open_endpoint(
            "openai:m", base_url=server.base_url, allowed_hosts=[server.host], bulk=bulk
        )
        for _ in range(2):
            with pytest.raises(EndpointFailed):
                await endpoint.reply(HELLO, settings=ONCE)
        await endpoint.close()

    with ChatServer(Status(500, headers={"Set-Cookie": "who=me; Path=/"})) as server:
        asyncio.run(twice(server))
    assert [("cookie" in seen.headers) for seen in server.seen] == [False, False]


def test_the_key_goes_to_the_server_and_into_no_message(
    bulk: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level("DEBUG")
    with ChatServer(Say("Hi."), Status(401, f"Incorrect key: {KEY}"), key=KEY) as server:
        assert ask(server, bulk=bulk).text == "Hi."
        error = failure(server, bulk=bulk)
        assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"
    assert isinstance(error, KeyRefused)
    assert "the server says: Incorrect key: [key])" in str(error)
    assert KEY not in f"{error!r} {error.attempts!r} {caplog.text}"


def test_without_a_key_none_is_sent(bulk: bool) -> None:
    with ChatServer() as server:
        ask(server, bulk=bulk)
    assert "authorization" not in server.seen[0].headers


# Every way to fail.


@pytest.mark.parametrize(
    ("behavior", "kind", "words"),
    [
        (
            Status(500, "broken"),
            EndpointFailed,
            "a fault of the server (status 500; the server says: broken); wanted an answer. The "
            "fault is on the server's side: wait a little and ask again.",
        ),
        (
            Status(400, "context length exceeded"),
            RequestRefused,
            "the request was refused (status 400; the server says: context length exceeded); "
            "wanted a shorter request. Shorten the conversation, or use a model that reads more at "
            "once.",
        ),
        (
            Status(502, body=b"<html>Bad gateway</html>", headers={"Content-Type": "text/html"}),
            EndpointFailed,
            "a fault of the server (status 502; the server says: Bad gateway); wanted "
            "an answer. The fault is on the server's side: wait a little and ask again.",
        ),
        (
            Raw((b'{"choices": [{"mess',), content_type="application/json"),
            BadAnswer,
            f"an answer that is not readable as JSON; {AGAIN}",
        ),
        (
            Raw((b'{"choices": [', b"[" * 100_000), content_type="application/json"),
            BadAnswer,
            f"an answer that is not readable as JSON; {AGAIN}",
        ),
        (
            Raw((b"\xff\xfe\x00",), content_type="application/json"),
            BadAnswer,
            f"an answer that is not readable as JSON; {AGAIN}",
        ),
        (
            Raw((b"<html>Sign in</html>",), content_type="text/html"),
            BadAnswer,
            f"a web page titled 'Sign in' (text/html) instead of an answer; {AGAIN}",
        ),
        (
            Raw((b"Yes, of course.",), content_type="text/plain"),
            BadAnswer,
            "something that is no answer (text/plain; the server says: Yes, of course.); " + AGAIN,
        ),
        (
            Raw((b"[]",), content_type="application/json"),
            BadAnswer,
            "something that is no answer (application/json; the server says: []); " + AGAIN,
        ),
        (
            Raw((b'{"choices": []}',), content_type="application/json"),
            BadAnswer,
            'something that is no answer (application/json; the server says: {"choices": []}); '
            + AGAIN,
        ),
        (
            Raw((b'{"choices": [7]}',), content_type="application/json"),
            BadAnswer,
            f"a choice that is no object instead of an answer; {AGAIN}",
        ),
        (
            Raw((b'{"error": {"message": "out of memory"}}',), content_type="application/json"),
            EndpointFailed,
            "an answer broken off (the server says: out of memory); wanted an answer. The fault "
            "is on the server's side: wait a little and ask again.",
        ),
        (
            Raw((b'{"choices"',), content_type="application/json", promise=999),
            BadAnswer,
            f"an answer cut off when the connection broke; {AGAIN}",
        ),
        (
            Garbage(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b'Transfer-Encoding: chunked\r\n\r\nff\r\n{"choices"'
            ),
            BadAnswer,
            f"an answer cut off when the connection broke; {AGAIN}",
        ),
        (
            HangUp("Once upon a time"),
            BadAnswer,
            f"an answer cut off when the connection broke; {AGAIN}",
        ),
        (
            HangUp(),
            EndpointUnreachable,
            "the connection broke; wanted a server that answers. Check the base URL and that the "
            "server runs, then ask again.",
        ),
        (
            HangUp(hard=False),
            EndpointUnreachable,
            "the connection broke; wanted a server that answers. Check the base URL and that the "
            "server runs, then ask again.",
        ),
    ],
)
def test_failures_say_what_happened_and_what_to_do(
    behavior: Say, kind: type[EndpointError], words: str, bulk: bool
) -> None:
    with ChatServer(behavior) as server:
        error = failure(server, bulk=bulk)
    assert type(error) is kind
    assert str(error) == f"openai:m at {server.host}: {words}"
    assert [one.error for one in error.attempts] == [kind.__name__]
    assert error.partial == ""


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
    ],
    ids=["another protocol", "no status", "a long header", "no length"],
)
def test_what_is_no_http_is_no_answer(data: bytes, bulk: bool) -> None:
    with ChatServer(Garbage(data)) as server:
        error = failure(server, bulk=bulk)
    assert isinstance(error, EndpointUnreachable)
    assert str(error) == (
        f"openai:m at {server.host}: the connection broke; wanted a server that answers. Check "
        "the base URL and that the server runs, then ask again."
    )


@pytest.mark.parametrize("behavior", [Stall(), Stall("Once upon a time")])
def test_waiting_has_one_end(behavior: Stall, bulk: bool) -> None:
    settings = Settings(
        stream=False, first_token_timeout=0.05, stall_timeout=0.05, total_timeout=0.3
    )
    with ChatServer(behavior) as server:
        error = failure(server, settings, bulk=bulk)
        assert server.requests == 1
    assert isinstance(error, EndpointTimeout)
    assert str(error) == (
        f"openai:m at {server.host}: no end of the answer within 0.3 s; wanted an answer in time. "
        "Ask again; if it stays, allow more time in the settings or use a faster server."
    )


def test_a_slow_answer_that_is_not_streamed_is_no_stall(bulk: bool) -> None:
    settings = Settings(stream=False, first_token_timeout=0.05, stall_timeout=0.05)
    with ChatServer(Say("One two.", delay=0.1)) as server:
        assert ask(server, settings, bulk=bulk).text == "One two."


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_without_end_is_not_read_to_its_end(
    status: int, bulk: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_client, "LARGEST_ANSWER", 2 * 2**20)
    huge = b" " * (4 * 2**20)
    with ChatServer(Status(status, body=huge)) as server:
        error = failure(server, bulk=bulk)
    assert isinstance(error, BadAnswer)
    assert str(error) == (
        f"openai:m at {server.host}: more than 2 MB instead of an answer; {AGAIN}"
    )


def test_what_is_small_and_unpacks_to_any_size_is_not_unpacked(bulk: bool) -> None:
    packed = gzip.compress(json.dumps(completion("m", content="x" * 1_000_000)).encode())
    with ChatServer(Status(200, body=packed, headers={"Content-Encoding": "gzip"})) as server:
        error = failure(server, bulk=bulk)
        assert "accept-encoding" not in server.seen[0].headers
    assert isinstance(error, BadAnswer)
    assert str(error) == (
        f"openai:m at {server.host}: compressed data, which was not asked for, instead of an "
        f"answer; {AGAIN}"
    )


# Trying again.


def test_a_fault_is_tried_again_and_every_attempt_kept(bulk: bool) -> None:
    headers = {"Retry-After": "0.05"}
    faults = (Status(500, headers=headers), HangUp("Once upon a time"), Status(429, "slow"))
    with ChatServer(*faults, Say("At last.")) as server:
        answer = ask(server, Settings(stream=False), bulk=bulk)
    assert answer.text == "At last."
    assert [(one.number, one.status, one.error) for one in answer.attempts] == [
        (1, 500, "EndpointFailed"),
        (2, 200, "BadAnswer"),
        (3, 429, "RateLimited"),
        (4, 200, ""),
    ]
    assert answer.attempts[1].waited == 0.05


@pytest.mark.parametrize(
    ("headers", "wait"),
    [({"Retry-After": "0.25"}, 0.25), ({"Retry-After": "90"}, 90.0), ({}, None)],
)
def test_who_makes_one_attempt_is_told_how_long_to_wait(
    headers: dict[str, str], wait: float | None, bulk: bool
) -> None:
    with ChatServer(Status(429, "slow down", headers=headers)) as server:
        error = failure(server, bulk=bulk)
        assert server.requests == 1
    assert isinstance(error, RateLimited)
    assert (error.retry_after, error.final) == (wait, False)


def test_a_spent_quota_is_final(bulk: bool) -> None:
    with ChatServer(Status(429, "no credit", error_code="insufficient_quota")) as server:
        error = failure(server, Settings(stream=False), bulk=bulk)
        assert server.requests == 1
    assert isinstance(error, RateLimited)
    assert error.final


def test_stopping_closes_the_connection_at_once(bulk: bool) -> None:
    async def stop(server: ChatServer) -> None:
        endpoint = open_endpoint(
            "openai:m", base_url=server.base_url, allowed_hosts=[server.host], bulk=bulk
        )
        task = asyncio.create_task(endpoint.reply(HELLO, settings=ONCE))
        await until(lambda: server.requests == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The endpoint is still open: what ended is the connection of this one answer.
        await until(lambda: server.seen[0].hung_up_at is not None)
        await endpoint.close()

    with ChatServer(Stall()) as server:
        asyncio.run(stop(server))
        assert server.requests == 1


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


def test_an_endpoint_serves_several_event_loops_and_closes_twice(bulk: bool) -> None:
    with ChatServer(Say("Hi.")) as server:
        endpoint = open_endpoint(
            "openai:m", base_url=server.base_url, allowed_hosts=[server.host], bulk=bulk
        )

        async def once() -> str:
            answer = await endpoint.reply(HELLO, settings=ONCE)
            await endpoint.close()
            await endpoint.close()
            return answer.text

        assert [asyncio.run(once()) for _ in range(3)] == ["Hi."] * 3

"""The client against a server that behaves badly in every way we could think of.

Answers are streamed here, over each of the two transports; ``test_whole_answers`` has the others.
"""

import asyncio
import inspect
import json
import logging
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import openai
import openai._exceptions
import pytest
from servers import ChatServer, HangUp, Raw, Refuse, Say, Stall, Status, Whole

from toolkit.endpoints import Access, Answer, Message, OnToken, Settings, open_endpoint
from toolkit.endpoints.openai_api import OpenAIEndpoint
from toolkit.endpoints.openai_errors import KINDS, explain
from toolkit.errors import (
    BadAnswer,
    EndpointError,
    EndpointFailed,
    EndpointNotFound,
    EndpointTimeout,
    EndpointUnreachable,
    HostNotAllowed,
    KeyRefused,
    RateLimited,
    RequestRefused,
)

HELLO = [Message("system", "Be kind."), Message("user", "Hello")]
KEY = "sk-test-0123456789abcdef"


TRANSPORT = {"bulk": False}


@pytest.fixture(autouse=True, params=[False, True], ids=["httpx2", "aiohttp"])
def _over_both_transports(request: pytest.FixtureRequest) -> None:
    TRANSPORT["bulk"] = request.param


def opened(server: ChatServer) -> OpenAIEndpoint:
    endpoint = open_endpoint(
        "openai:m",
        base_url=server.base_url,
        allowed_hosts=[server.host],
        settings=Settings(),
        access=Access(key_for=(server.host,)),
        **TRANSPORT,
    )
    assert isinstance(endpoint, OpenAIEndpoint)
    return endpoint


def endpoint_of(server: ChatServer, **options: object) -> OpenAIEndpoint:
    return OpenAIEndpoint(
        "m",
        base_url=server.base_url,
        allowed_hosts=[server.host],
        first_backoff=0.01,
        **{"settings": Settings(), **TRANSPORT, **options},  # type: ignore[arg-type]
    )


def ask(
    endpoint: OpenAIEndpoint,
    settings: Settings | None = None,
    on_token: OnToken | None = None,
) -> Answer:
    async def once() -> Answer:
        try:
            return await endpoint.reply(HELLO, settings=settings, on_token=on_token)
        finally:
            await endpoint.close()

    return asyncio.run(once())


def failure(
    server: ChatServer, settings: Settings | None = None, **options: object
) -> EndpointError:
    with pytest.raises(EndpointError) as caught:
        ask(endpoint_of(server, **options), settings)
    return caught.value


# What a good server gives.


def test_an_answer_carries_everything_the_record_needs() -> None:
    pieces: list[str] = []
    settings = Settings(temperature=0.5, seed=7, max_tokens=20)
    with ChatServer(Say("Hello there, friend.")) as server:
        answer = ask(endpoint_of(server), settings, pieces.append)
        sent = server.seen[0].body
    assert answer.text == "Hello there, friend."
    assert pieces == ["Hello", " there,", " friend."]
    assert (answer.finish_reason, answer.refused) == ("stop", False)
    assert answer.model_reported == "served-model"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (7, 3)
    assert answer.parameters == {"store": False, "temperature": 0.5, "seed": 7, "max_tokens": 20}
    assert answer.first_token_seconds is not None
    assert 0 < answer.first_token_seconds <= answer.seconds
    assert [(one.number, one.status, one.error) for one in answer.attempts] == [(1, 200, "")]
    assert sent == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "Hello"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "store": False,
        "temperature": 0.5,
        "seed": 7,
        "max_tokens": 20,
    }


def test_pieces_arrive_while_the_server_is_still_writing() -> None:
    with ChatServer(Say("one two three four", delay=0.05)) as server:
        arrived: list[float] = []
        ask(endpoint_of(server), on_token=lambda _: arrived.append(time.monotonic()))
        last_sent = server.seen[0].sent_at[-1]
    assert arrived[0] < last_sent


def test_text_comes_back_untouched() -> None:
    pieces = (
        "<script>alert(1)</script>\x1b[31m\x00\x07",
        " \u202e\u2066\u200b\ufeff\u2028\u2029\x85\r\n",
        "  trailing and leading  \n",
        "\U0001f469\u200d\U0001f4bb",
    )
    with ChatServer(Say(pieces=pieces)) as server:
        assert ask(endpoint_of(server)).text == "".join(pieces)


def test_separators_that_json_may_carry_bare_do_not_cut_the_stream() -> None:
    text = "a\u2028b\x85c\u2029d\x0be"
    chunk = {"choices": [{"delta": {"content": text}, "finish_reason": "stop"}]}
    bare = json.dumps(chunk, ensure_ascii=False).replace("\\u000b", "\\u000b")
    body = f"data: {bare}\n\ndata: [DONE]\n\n".encode()
    with ChatServer(Raw((body[:60], body[60:]))) as server:
        assert ask(endpoint_of(server)).text == text


def test_an_emoji_cut_in_two_is_joined_and_half_a_one_replaced() -> None:
    with ChatServer(Say(pieces=("a \ud83d", "\ude00 b", " \ud83d"))) as server:
        pieces: list[str] = []
        answer = ask(endpoint_of(server), on_token=pieces.append)
    assert answer.text == "a \U0001f600 b \ufffd"
    assert "".join(pieces) == answer.text


def test_half_a_sign_that_a_tester_typed_does_not_stop_the_request() -> None:
    async def once(endpoint: OpenAIEndpoint) -> Answer:
        answer = await endpoint.reply([Message("user", "a \ud83d\ude00 \ud83d b\x00")])
        await endpoint.close()
        return answer

    with ChatServer() as server:
        assert asyncio.run(once(endpoint_of(server))).text
        sent = server.seen[0].body["messages"][0]["content"]
    assert sent == "a \U0001f600 \ufffd b\x00"


def test_a_megabyte_arrives_whole() -> None:
    line = "x" * 1_000_000
    with ChatServer(Say(pieces=(line,)), Say("ab " * 20_000)) as server:
        endpoint = endpoint_of(server)
        assert ask(endpoint).text == line
        assert ask(endpoint).text == "ab " * 20_000


def test_an_empty_answer_is_an_answer() -> None:
    with ChatServer(Say("")) as server:
        answer = ask(endpoint_of(server))
    assert (answer.text, answer.finish_reason, answer.refused) == ("", "stop", False)
    assert answer.first_token_seconds is None


@pytest.mark.parametrize(
    ("behavior", "text", "reason"),
    [
        (Refuse("I cannot help."), "I cannot help.", "stop"),
        (Say("Half an", reason="content_filter"), "Half an", "content_filter"),
        (Status(400, "filtered", error_code="content_filter"), "", "content_filter"),
    ],
)
def test_a_refusal_is_an_answer_marked_as_such(behavior: Say, text: str, reason: str) -> None:
    with ChatServer(behavior) as server:
        answer = ask(endpoint_of(server))
    assert (answer.text, answer.finish_reason, answer.refused) == (text, reason, True)


def test_a_server_that_does_not_stream_is_understood() -> None:
    pieces: list[str] = []
    with ChatServer(Whole("All at once.")) as server:
        assert ask(endpoint_of(server), on_token=pieces.append).text == "All at once."
    assert pieces == ["All at once."]


def test_an_answer_that_ended_is_whole_even_if_the_connection_then_breaks() -> None:
    chunk = {"choices": [{"delta": {"content": "Done."}, "finish_reason": "length"}]}
    with ChatServer(Raw((f"data: {json.dumps(chunk)}\n\n".encode(),), promise=9999)) as server:
        answer = ask(endpoint_of(server))
    assert (answer.text, answer.finish_reason) == ("Done.", "length")


def test_one_endpoint_serves_several_event_loops() -> None:
    with ChatServer(Say("Hi.")) as server:
        endpoint = endpoint_of(server)
        assert [ask(endpoint).text for _ in range(3)] == ["Hi."] * 3


def test_what_a_server_does_not_know_is_left_out_and_remembered() -> None:
    refusals = (
        Status(
            422, body=b'{"detail":[{"loc":["body","store"],"msg":"Extra inputs not permitted"}]}'
        ),
        Status(400, "Unrecognized request argument supplied: stream_options"),
        Status(400, "'max_tokens' is not supported here. Use 'max_completion_tokens' instead."),
    )
    with ChatServer(*refusals, Say("Hi.")) as server:
        endpoint = endpoint_of(server)
        answer = ask(endpoint, Settings(max_tokens=5))
        ask(endpoint, Settings(max_tokens=5))
        bodies = [seen.body for seen in server.seen]
    assert [one.status for one in answer.attempts] == [422, 400, 400, 200]
    assert answer.parameters == {"max_completion_tokens": 5}
    assert bodies[3] == bodies[4]
    assert not {"store", "stream_options", "max_tokens"} & set(bodies[4])


def test_asking_without_a_field_uses_up_no_attempt() -> None:
    refusal = Status(400, "Unrecognized request argument supplied: store")
    with ChatServer(refusal, Status(500), Say("Hi.")) as server:
        answer = ask(endpoint_of(server), Settings(max_attempts=2))
    assert [one.status for one in answer.attempts] == [400, 500, 200]


def test_a_server_that_names_no_seconds_at_all_is_not_asked_at_once() -> None:
    with ChatServer(Status(429, headers={"Retry-After": "0"}), Say("Hi.")) as server:
        answer = ask(endpoint_of(server))
    assert 0.005 <= answer.attempts[1].waited <= 0.01


# Where the text may go.


def test_a_redirect_is_never_followed() -> None:
    with ChatServer(Say("caught")) as other:
        headers = {"Location": f"http://{other.host}/v1/chat/completions"}
        with ChatServer(Status(307, headers=headers)) as server:
            error = failure(server)
        assert other.requests == 0
    assert isinstance(error, HostNotAllowed)
    assert str(error) == (
        f"openai:m at {server.host}: a redirect to 127.0.0.1 (status 307), which is never "
        "followed; wanted only the host of the base URL. Set the base URL to the address that "
        "answers in the end and add it to the study."
    )
    assert server.requests == 1


def test_proxies_and_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with ChatServer(Say("proxied")) as other, ChatServer(Say("direct")) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{other.host}")
            monkeypatch.setenv(name.lower(), f"http://{other.host}")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("OPENAI_BASE_URL", other.base_url)
        monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
        monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
        monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin")
        monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Told: secret")
        assert ask(endpoint_of(server)).text == "direct"
        assert other.requests == 0
        assert set(server.seen[0].headers) == {
            *("accept", "content-length", "content-type", "host", "user-agent"),
        }


def test_a_host_that_is_not_listed_gets_nothing() -> None:
    with ChatServer() as server:
        with pytest.raises(HostNotAllowed) as caught:
            open_endpoint(
                "openai:m",
                base_url=server.base_url,
                allowed_hosts=["models.example.com"],
                **TRANSPORT,
            )
        assert server.requests == 0
    assert str(caught.value) == (
        f"openai:m: got the host {server.host}, wanted one of the study's: "
        "models.example.com:443. Nothing was sent. Add the host to the study's endpoints, or "
        "bind it with `parallax lab --endpoint … --base-url …`."
    )


def test_every_request_is_checked_again_just_before_it_is_sent() -> None:
    with ChatServer() as other, ChatServer() as server:
        endpoint = OpenAIEndpoint(
            "m", base_url=server.base_url, allowed_hosts=[server.host, other.host], **TRANSPORT
        )
        endpoint._completions = f"{other.base_url}/chat/completions"
        with pytest.raises(HostNotAllowed, match="Nothing was sent"):
            ask(endpoint)
        assert (other.requests, server.requests) == (0, 0)


# Keys.


def test_the_key_goes_to_the_server_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    with ChatServer(Say("Hi."), Status(401, f"Incorrect key: {KEY}"), key=KEY) as server:
        endpoint = opened(server)
        assert ask(endpoint).text == "Hi."
        with pytest.raises(KeyRefused) as caught:
            ask(endpoint)
        assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"
    assert str(caught.value) == (
        f"openai:m at {server.host}: the key was refused (status 401; the server says: Incorrect "
        "key: [key]); wanted a key this server accepts. Set OPENAI_API_KEY to it (or "
        "PARALLAX_KEY_FILE to a file that holds it) and start again."
    )
    told = f"{endpoint!r} {caught.value!r} {caught.value.attempts!r} {caplog.text}"
    assert KEY not in told
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_server_that_wants_a_key_gets_none_by_itself() -> None:
    with ChatServer(key=KEY) as server:
        error = failure(server)
        assert "authorization" not in server.seen[0].headers
    assert isinstance(error, KeyRefused)
    assert "no key was sent and the server wants one (status 401" in str(error)
    assert len(error.attempts) == 1


def test_the_key_may_come_from_a_file_outside_every_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key.txt").write_text(f"{KEY}\n")
    monkeypatch.setenv("PARALLAX_KEY_FILE", str(tmp_path / "key.txt"))
    with ChatServer(key=KEY) as server:
        endpoint = opened(server)
        assert ask(endpoint).text


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (
            lambda folder: [(folder / name).mkdir() for name in ("personas", "results")],
            "PARALLAX_KEY_FILE: got a file inside a workspace, which is shared and versioned; "
            "wanted one outside. Move it, for example to your home folder, and point there.",
        ),
        (
            lambda folder: (folder / "key.txt").unlink(),
            "PARALLAX_KEY_FILE: got a file that cannot be read (FileNotFoundError); wanted a text "
            "file that holds the key. Check the path and who may read it.",
        ),
        (
            lambda folder: (folder / "key.txt").write_text("two\nlines"),
            "PARALLAX_KEY_FILE: got something that cannot be a key; wanted one line of ASCII "
            "letters, digits and signs without spaces. Copy the key again.",
        ),
    ],
)
def test_a_key_file_that_cannot_be_used(
    prepare: Callable[[Path], object],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "key.txt").write_text(KEY)
    prepare(tmp_path)
    monkeypatch.setenv("PARALLAX_KEY_FILE", str(tmp_path / "key.txt"))
    with pytest.raises(KeyRefused) as caught:
        open_endpoint("openai:m", base_url="http://127.0.0.1:9", allowed_hosts=["127.0.0.1:9"])
    assert str(caught.value) == message


# Trying again.


def test_a_fault_is_tried_again_and_every_attempt_kept() -> None:
    with ChatServer(Status(500), Status(503, "busy"), HangUp(), Say("At last.")) as server:
        answer = ask(endpoint_of(server))
    assert answer.text == "At last."
    assert [(one.number, one.status, one.error) for one in answer.attempts] == [
        (1, 500, "EndpointFailed"),
        (2, 503, "EndpointFailed"),
        (3, None, "EndpointUnreachable"),
        (4, 200, ""),
    ]
    assert answer.attempts[0].waited == 0
    assert all(one.waited > 0 for one in answer.attempts[1:])
    assert answer.attempts[1].message == (
        "a fault of the server (status 503; the server says: busy)"
    )


def soon() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)


@pytest.mark.parametrize("form", [lambda: "0.25", soon], ids=["seconds", "date"])
def test_a_server_that_says_when_to_come_back_is_obeyed(form: Callable[[], str]) -> None:
    with ChatServer(Status(429, headers={"Retry-After": form()}), Say("Now.")) as server:
        answer = ask(endpoint_of(server))
        first, second = (seen.sent_at[0] for seen in server.seen)
    waited = answer.attempts[1].waited
    assert 0.02 < waited <= 2
    assert second - first >= waited


def test_a_server_that_asks_for_too_long_is_not_waited_for() -> None:
    with ChatServer(Status(429, "slow down", headers={"Retry-After": "3600"})) as server:
        error = failure(server)
    assert isinstance(error, RateLimited)
    assert str(error) == (
        f"openai:m at {server.host}: too many requests (status 429, asking to wait 3600 s; the "
        "server says: slow down); wanted permission to go on. Wait a minute and ask again; if it "
        "stays, ask for a higher limit or fewer testers."
    )
    assert server.requests == 1


def test_attempts_are_bounded() -> None:
    with ChatServer(Status(500, "broken")) as server:
        error = failure(server, Settings(max_attempts=3))
        assert server.requests == 3
    assert isinstance(error, EndpointFailed)
    assert len(error.attempts) == 3
    assert str(error) == (
        f"openai:m at {server.host}: a fault of the server (status 500; the server says: broken) "
        "after 3 attempts; wanted an answer. The fault is on the server's side: wait a little and "
        "ask again."
    )


def test_a_spent_quota_is_not_tried_again() -> None:
    with ChatServer(Status(429, "no credit", error_code="insufficient_quota")) as server:
        assert isinstance(failure(server), RateLimited)
        assert server.requests == 1


@pytest.mark.parametrize(
    "after", [HangUp("Once upon a time"), HangUp("Once upon a time", hard=False)]
)
def test_after_the_first_token_nothing_is_tried_again(after: HangUp) -> None:
    pieces: list[str] = []
    with ChatServer(after, Say("never asked")) as server:
        endpoint = endpoint_of(server)
        with pytest.raises(EndpointError) as caught:
            ask(endpoint, on_token=pieces.append)
        assert server.requests == 1
    assert caught.value.partial == "Once upon a time"
    assert "".join(pieces) == "Once upon a time"
    assert [one.error for one in caught.value.attempts] == ["BadAnswer"]
    assert isinstance(caught.value, BadAnswer)
    # To aiohttp any end of a connection is the end of an answer that announced no length.
    broke = after.hard and not TRANSPORT["bulk"]
    got = "cut off when the connection broke" if broke else "that stops before its end"
    assert str(caught.value) == (
        f"openai:m at {server.host}: an answer {got}; wanted a whole answer. Ask again; if it "
        "stays, the server or something between is at fault."
    )


# Every way to fail, and its words.


@pytest.mark.parametrize(
    ("behavior", "kind", "words"),
    [
        (
            Status(404, "The model `m` does not exist"),
            EndpointNotFound,
            "no such model or path (status 404; the server says: The model `m` does not exist); "
            "wanted a model this server knows. Check the name after openai: against the server's "
            "own list of models (behind a gateway: the gateway's).",
        ),
        (
            Status(400, "context length exceeded"),
            RequestRefused,
            "the request was refused (status 400; the server says: context length exceeded); "
            "wanted a shorter request. Shorten the conversation, or use a model that reads more at "
            "once.",
        ),
        (
            Status(403, "not yours\x1b[31m\u202e\n" + "x" * 300),
            KeyRefused,
            "no key was sent and the server wants one (status 403; the server says: not yours\ufffd"
            "[31m\ufffd " + "x" * 181 + "...); wanted a key this server accepts. Set "
            "OPENAI_API_KEY to it (or PARALLAX_KEY_FILE to a file that holds it) and start again.",
        ),
        (
            Raw((b'data: {"choices": [{"del',)),
            BadAnswer,
            "an answer that is not readable as JSON; wanted a whole answer. Ask again; if it "
            "stays, the server or something between is at fault.",
        ),
        (
            Raw((b'{"choices": [{"mess',), content_type="application/json"),
            BadAnswer,
            "an answer that is not readable as JSON; wanted a whole answer. Ask again; if it "
            "stays, the server or something between is at fault.",
        ),
        (
            Raw((b"<html>Sign in</html>",), content_type="text/html"),
            BadAnswer,
            "a web page titled 'Sign in' (text/html) instead of an answer; wanted a whole answer. "
            "Ask again; if it stays, the server or something between is at fault.",
        ),
        (
            Raw((b"data: [1]\n\n",)),
            BadAnswer,
            "something that is no answer (text/event-stream; the server says: [1]); wanted a whole "
            "answer. Ask again; if it stays, the server or something between is at fault.",
        ),
        (
            Raw((b"data: [DONE]\n\n",)),
            BadAnswer,
            "an answer that stops before its end; wanted a whole answer. Ask again; if it stays, "
            "the server or something between is at fault.",
        ),
        (
            Raw((b'data: {"error": {"message": "out of memory"}}\n\n',)),
            EndpointFailed,
            "an answer broken off (the server says: out of memory); wanted an answer. The fault "
            "is on the server's side: wait a little and ask again.",
        ),
        (
            HangUp(),
            EndpointUnreachable,
            "the connection broke; wanted a server that answers. Check the base URL and that the "
            "server runs, then ask again.",
        ),
    ],
)
def test_failures_say_what_happened_and_what_to_do(
    behavior: Say, kind: type[EndpointError], words: str
) -> None:
    with ChatServer(behavior) as server:
        error = failure(server, Settings(max_attempts=1))
    assert type(error) is kind
    assert str(error) == f"openai:m at {server.host}: {words}"
    assert len(error.attempts) == 1


def test_nobody_listening() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        endpoint = OpenAIEndpoint(
            "m",
            base_url=f"http://{host}/v1",
            allowed_hosts=[host],
            first_backoff=0.01,
            **TRANSPORT,
        )
        with pytest.raises(EndpointUnreachable) as caught:
            ask(endpoint)
    assert str(caught.value) == (
        f"openai:m at {host}: nobody listens at this address after 4 attempts; wanted a server "
        "that answers. Check the base URL and that the server runs, then ask again."
    )


def test_a_name_that_leads_nowhere() -> None:
    endpoint = OpenAIEndpoint(
        "m", base_url="https://models.invalid/v1", allowed_hosts=["models.invalid:443"], **TRANSPORT
    )
    with pytest.raises(EndpointUnreachable) as caught:
        ask(endpoint, Settings(max_attempts=1))
    assert str(caught.value) == (
        "openai:m at models.invalid:443: the host's name leads nowhere; wanted a server that "
        "answers. Check the base URL and that the server runs, then ask again."
    )


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_a_certificate_nobody_vouches_for(tmp_path: Path) -> None:
    made = tmp_path / "server.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=127.0.0.1", "-keyout", str(made), "-out", str(tmp_path / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
    made.write_text(made.read_text() + (tmp_path / "cert.pem").read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made)
    with ChatServer(tls=context) as server:
        error = failure(server, Settings(max_attempts=1))
        assert server.requests == 0
    assert isinstance(error, EndpointUnreachable)
    assert str(error) == (
        f"openai:m at {server.host}: the server's certificate is not trusted on this machine "
        "(self-signed certificate); wanted a certificate that this machine trusts, made out to "
        "this host and not expired. Name the file of your company's root certificates (PEM) with "
        "--ca-file, or in SSL_CERT_FILE or REQUESTS_CA_BUNDLE; whoever runs the network knows "
        "where it lies."
    )


@pytest.mark.parametrize(
    ("behavior", "settings", "words", "partial"),
    [
        (Stall(), Settings(first_token_timeout=0.2), "no first word within 0.2 s", ""),
        (Stall(pings=3), Settings(first_token_timeout=0.2), "no first word within 0.2 s", ""),
        (Stall("Well"), Settings(stall_timeout=0.2), "nothing new for 0.2 s", "Well"),
        (
            Say("a b c d e f g h i j k l m n o p", delay=0.1),
            Settings(total_timeout=0.35),
            "no end of the answer within 0.35 s",
            None,
        ),
    ],
)
def test_waiting_has_an_end(
    behavior: Say, settings: Settings, words: str, partial: str | None
) -> None:
    with ChatServer(behavior) as server:
        error = failure(server, settings)
        assert server.requests == 1
    assert isinstance(error, EndpointTimeout)
    assert str(error) == (
        f"openai:m at {server.host}: {words}; wanted an answer in time. Ask again; if it stays, "
        "allow more time in the settings or use a faster server."
    )
    assert error.partial == partial or (partial is None and error.partial.startswith("a b"))


def test_stopping_closes_the_connection_at_once() -> None:
    async def stop_after_first(server: ChatServer) -> None:
        endpoint = endpoint_of(server)
        first = asyncio.Event()
        task = asyncio.create_task(endpoint.reply(HELLO, on_token=lambda _: first.set()))
        await first.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The endpoint is still open: what ended is the connection of this one answer.
        await until(lambda: server.seen[0].hung_up_at is not None)
        await endpoint.close()

    with ChatServer(Stall("Well")) as server:
        asyncio.run(stop_after_first(server))
        assert server.requests == 1


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("own", [ValueError("mine"), TimeoutError("mine"), OSError("disk full")])
def test_what_on_token_raises_is_the_callers_own(own: Exception) -> None:
    def broken(_: str) -> None:
        raise own

    with ChatServer(Say("Hi.")) as server:
        with pytest.raises(type(own)) as caught:
            ask(endpoint_of(server), on_token=broken)
        assert server.requests == 1
    assert caught.value is own


# The SDK's exceptions.


def sdk_exceptions() -> set[type[Exception]]:
    declared = vars(openai._exceptions).values()
    exported = vars(openai).values()
    return {
        one
        for one in [*declared, *exported]
        if inspect.isclass(one)
        and issubclass(one, Exception)
        and not issubclass(one, Warning)
        and not one.__name__.startswith("_")
    }


def test_every_exception_of_the_sdk_has_its_place() -> None:
    assert len(sdk_exceptions()) > 15
    assert sdk_exceptions() == set(KINDS)


def test_exceptions_of_others_are_not_explained_away() -> None:
    assert explain(KeyError("x"), key="") is None


def test_closing_twice_is_fine() -> None:
    async def twice(close: Callable[[], Awaitable[None]]) -> None:
        await close()
        await close()

    with ChatServer() as server:
        asyncio.run(twice(endpoint_of(server).close))

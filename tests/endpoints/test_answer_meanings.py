"""What an answer means: endings, refusals, thoughts, labels and the server's words, from tables.

Each line of a table under ``cases/`` is one thing some server sends, with a reason.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import ChatServer, Raw, Status, completion

from toolkit.endpoints import Answer, Message, Settings, open_endpoint, read_body
from toolkit.errors import EndpointError
from toolkit.session import outcome_of

CASES = Path(__file__).with_name("cases")
PLAIN = Settings(stream=False, max_attempts=1)
STREAM = Settings(stream=True, max_attempts=1)


def cases(name: str) -> pytest.MarkDecorator:
    listed = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return pytest.mark.parametrize("case", listed, ids=[one["why"] for one in listed])


both = pytest.mark.parametrize("bulk", [False, True], ids=["httpx2", "aiohttp"])


class Asking:
    """One server and an endpoint on each transport, shared by all cases of a file."""

    def __init__(self) -> None:
        self._server = ChatServer()
        self._server.__enter__()
        self._runner = asyncio.Runner()
        self._endpoints = [self._opened(bulk=bulk) for bulk in (False, True)]

    def __call__(self, behavior: Any, settings: Settings, *, bulk: bool) -> Answer | EndpointError:
        self._server.then(behavior)
        endpoint = self._endpoints[bulk]
        # Each case is another server, which has not shown its habits yet.
        endpoint._unopened = ""
        return self._runner.run(self._ask(endpoint, settings))

    def close(self) -> None:
        for one in self._endpoints:
            self._runner.run(one.close())
        self._runner.close()
        self._server.__exit__()

    def _opened(self, *, bulk: bool) -> Any:
        address, hosts = self._server.base_url, [self._server.host]
        return open_endpoint("openai:m", base_url=address, allowed_hosts=hosts, bulk=bulk)

    async def _ask(self, endpoint: Any, settings: Settings) -> Answer | EndpointError:
        try:
            answer: Answer = await endpoint.reply([Message("user", "Hello")], settings=settings)
            return answer
        except EndpointError as problem:
            return problem


@pytest.fixture(scope="module")
def ask() -> Iterator[Asking]:
    asking = Asking()
    yield asking
    asking.close()


def chunks(text: str, reason: str | None) -> list[dict[str, Any]]:
    half = len(text) // 2
    return [
        {"model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": why}]}
        for delta, why in (({"content": text[:half]}, None), ({"content": text[half:]}, reason))
    ]


def events(listed: list[dict[str, Any]]) -> str:
    return "".join(f"data: {json.dumps(one)}\n\n" for one in listed) + "data: [DONE]\n\n"


def outcome(got: Answer | EndpointError) -> str:
    return outcome_of(got) if isinstance(got, Answer) else "errored"


@cases("endings")
def test_endings(ask: Asking, case: dict[str, Any]) -> None:
    body = completion("m", case["reason"], content=case["text"])
    whole = Raw((json.dumps(body).encode(),), content_type="application/json")
    streamed = Raw((events(chunks(case["text"], case["reason"])).encode(),))
    for got in (ask(whole, PLAIN, bulk=True), ask(streamed, STREAM, bulk=False)):
        assert outcome(got) == case["want"]
        if isinstance(got, EndpointError):
            # Nothing is lost: what had come, and the server's own word.
            assert (got.partial, got.word) == (case["text"], case["reason"])


@both
@cases("refusals")
def test_refusals(ask: Asking, case: dict[str, Any], bulk: bool) -> None:
    page = isinstance(case["body"], str)
    body = case["body"].encode() if page else json.dumps(case["body"]).encode()
    ok = case["status"] == 200
    behavior = Raw((body,), "application/json") if ok else Status(case["status"], body=body)
    got = ask(behavior, PLAIN, bulk=bulk)
    found = outcome(got) if isinstance(got, Answer) else type(got).__name__
    assert found == case["want"]
    [attempt] = got.attempts
    # The server's own bytes stay in the record, whatever was made of them.
    assert getattr(attempt, "raw", "").encode() == body


@cases("refusals")
def test_refusals_in_a_batch(case: dict[str, Any]) -> None:
    try:
        found = outcome(read_body(case["body"], PLAIN, who="w", status=case["status"]))
    except EndpointError:
        found = "errored"
    assert (found == "refused") == (case["want"] == "refused")


@cases("thoughts")
def test_thoughts(ask: Asking, case: dict[str, Any]) -> None:
    message = {"content": case["content"], **case.get("more", {})}
    body = completion("m", "stop", **message)
    whole = Raw((json.dumps(body).encode(),), content_type="application/json")
    pieces = case["content"] if isinstance(case["content"], str) else [case["content"]]
    streamed: list[dict[str, Any]] = [{"choices": [{"delta": {**case.get("more", {})}}]}]
    streamed += [{"choices": [{"delta": {"content": one}}]} for one in pieces]
    streamed += [{"choices": [{"delta": {}, "finish_reason": "stop"}]}]
    for got in (
        ask(whole, PLAIN, bulk=True),
        ask(Raw((events(streamed).encode(),)), STREAM, bulk=False),
    ):
        assert isinstance(got, Answer)
        assert (got.text, got.thoughts) == (case["text"], case["thoughts"])
        assert (outcome_of(got) == "empty") == (not case["text"].strip())


@both
@cases("labels")
def test_content_over_label(ask: Asking, case: dict[str, Any], bulk: bool) -> None:
    parts = chunks("Hello.", "stop")
    body = (
        case["body"]
        .replace("JSON", json.dumps(completion("m", content="Hello.")))
        .replace("SSE", events(parts))
        .replace("LINES", "\n".join(map(json.dumps, parts)))
        .replace("LIST", json.dumps(parts))
    )
    raw = Raw((body.encode(case.get("encoding", "utf-8")),), content_type=case["type"])
    for settings in (PLAIN, STREAM):
        got = ask(raw, settings, bulk=bulk)
        if isinstance(got, Answer):
            assert (got.text, outcome_of(got)) == (case["want"], "answered")
        else:
            assert case["want"] in str(got)


@both
@cases("words")
def test_the_servers_words_and_the_advice(ask: Asking, case: dict[str, Any], bulk: bool) -> None:
    page = isinstance(case["body"], str)
    body = case["body"].encode() if page else json.dumps(case["body"]).encode()
    got = ask(Status(case["status"], body=body), PLAIN, bulk=bulk)
    assert type(got).__name__ == case["kind"]
    for said in case["says"]:
        assert said in str(got)
    if "Shorten" not in "".join(case["says"]):
        assert "Shorten the conversation" not in str(got)

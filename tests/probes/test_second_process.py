"""The second process of a run: it makes calls, keeps nothing, and never outlives the run."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from made_answers import answer_of, usage_of
from sweep_driver import bound_to, spec_of
from swift_server import SwiftServer

from toolkit.endpoints import Answer, Message, Settings, TokenChoice
from toolkit.errors import EndpointUnreachable, RateLimited, RequestRefused
from toolkit.probes.engine.process_messages import end_from_line, end_to_line
from toolkit.probes.engine.second_process import TwoProcesses, in_two_processes

HELLO = (Message("user", "Hello, naïve ☂ \n“world”."),)
SETTINGS = Settings(stream=False, max_attempts=1, total_timeout=5, seed=3)
PARENT = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from sweep_driver import bound_to, spec_of
from toolkit.probes.engine.second_process import in_two_processes

async def main():
    remote = await in_two_processes(*spec_of(bound_to(sys.argv[2])(None, "assistant")))
    while not remote.ready:
        await asyncio.sleep(0.01)
    print(remote._process.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def server() -> Iterator[SwiftServer]:
    with SwiftServer(latency=0.01) as running:
        yield running


async def started(server: SwiftServer) -> TwoProcesses:
    remote = await in_two_processes(*spec_of(bound_to(server.base_url)(None, "assistant")))  # type: ignore[arg-type]
    while not remote.ready:
        await asyncio.sleep(0.01)
    return remote


def test_it_answers_as_the_endpoint_itself_does(server):
    async def ask() -> tuple[Answer, Answer]:
        here = bound_to(server.base_url)(None, "assistant").endpoint
        there = await started(server)
        try:
            answers = [
                await here.reply(HELLO, settings=SETTINGS),
                await there.reply_there(HELLO, SETTINGS),
            ]
        finally:
            await there.close()
            await here.close()
        return answers[0], answers[1]

    here, there = asyncio.run(ask())
    named = ("text", "finish_reason", "refused", "model_reported", "parameters", "usage")
    assert [getattr(there, name) for name in named] == [getattr(here, name) for name in named]
    assert [one.status for one in there.attempts] == [200]
    assert server.stats()["by_prompt"][HELLO[0].content] == 2


def test_calls_are_shared_out_between_the_two(server):
    async def ask() -> list[int]:
        shared = await started(server)
        calls = [asyncio.create_task(shared.reply(HELLO, settings=SETTINGS)) for _ in range(20)]
        await asyncio.sleep(0)
        away = [len(shared._calls_there)]
        await asyncio.gather(*calls)
        await shared.close()
        await shared.close()
        return away

    assert asyncio.run(ask()) == [10]


def test_when_it_dies_its_calls_fail_and_later_ones_are_made_here(server):
    async def ask() -> tuple[str, Answer]:
        shared = await started(server)
        call = asyncio.create_task(shared.reply_there(HELLO, SETTINGS))
        await asyncio.sleep(0)
        shared._process.kill()
        with pytest.raises(EndpointUnreachable) as failed:
            await call
        answer = await shared.reply(HELLO, settings=SETTINGS)
        await shared.close()
        return str(failed.value), answer

    message, answer = asyncio.run(ask())
    assert message == (
        "openai:test: got the end of the second process in the middle of a call; wanted an answer. "
        "Ask again; with --processes 1 there is no such process."
    )
    assert answer.text.startswith("word word")


def test_it_ends_when_the_run_is_killed(server):
    command = [sys.executable, "-c", PARENT, str(Path(__file__).parent), server.base_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    deadline = time.monotonic() + 20
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("kind", [RateLimited, RequestRefused])
def test_a_failure_arrives_as_it_was(kind):
    sent = kind("who: got no; wanted yes.", partial="Ye", retry_after=1.5, final=True)
    number, read = end_from_line(end_to_line(1, sent))
    assert number == 1
    assert type(read) is kind
    assert (str(read), read.attempts) == ("who: got no; wanted yes.", ())
    assert (read.partial, read.retry_after, read.final) == ("Ye", 1.5, True)


def test_an_answer_arrives_as_it_was():
    sent = replace(
        answer_of("Naïve ☂\n\u2028“yes”.", usage=usage_of(7, None)),
        logprobs=(TokenChoice("Yes", -0.1), TokenChoice("No", -2.5)),
        parameters={"seed": 3, "store": False},
    )
    assert end_from_line(end_to_line(2, sent)) == (2, sent)

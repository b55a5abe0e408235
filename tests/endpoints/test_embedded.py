"""The model on this machine: a server in a child process that never outlives us."""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from toolkit.endpoints import Answer, EmbeddedServer, Message, Settings, open_endpoint
from toolkit.errors import EndpointUnreachable, RequestRefused, SetupError

HELLO = [Message("system", "You are kind and brief."), Message("user", "Say hello.")]
BRIEF = Settings(max_tokens=8, temperature=0.0, seed=1)


def gone(pid: int, seconds: float = 15.0) -> bool:
    """Whether the process ends within the time allowed."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


# Without a model.


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as caught:
        EmbeddedServer(tmp_path / "none.gguf").start()
    assert str(caught.value) == (
        "model file: got 'none.gguf', which cannot be opened (FileNotFoundError); wanted a GGUF "
        "file. `parallax lab` fetches the default one. On a closed network name a GGUF file you "
        "have: `parallax lab --model FILE.gguf`; to go without a model: `parallax lab --scripted`."
    )


def test_a_damaged_file(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(b"GGUF\x03\x00\x00\x00" + b"\xff" * 5000)
    server = EmbeddedServer(damaged)
    with pytest.raises(SetupError) as caught:
        server.start()
    assert str(caught.value) == (
        "embedded server: got a model file that cannot be loaded, damaged.gguf; wanted an "
        "undamaged GGUF file and memory for it. Delete the file and start again, or name another "
        "with `parallax lab --model FILE.gguf`."
    )
    assert (server.pid, server.address) == (None, "127.0.0.1:0")


def test_a_child_that_is_never_ready(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "slow.gguf")
    pipe = os.open(tmp_path / "slow.gguf", os.O_RDWR)
    os.write(pipe, b"GGUF")
    server = EmbeddedServer(tmp_path / "slow.gguf", ready_within=0.05)
    with pytest.raises(EndpointUnreachable) as caught:
        server.start()
    os.close(pipe)
    assert str(caught.value) == (
        "embedded server: got no sign of slow.gguf being loaded within 0.05 s; wanted it to "
        "answer. Close other programs and try again, or do without: `parallax lab --scripted`."
    )
    assert server.pid is None


# With the model.

needs_model = pytest.mark.embedded


@needs_model
def test_it_answers_streams_refuses_and_comes_back(gguf: Path) -> None:
    pieces: list[str] = []

    async def talk() -> list[Answer]:
        endpoint = open_endpoint("embedded:smollm2")
        first = await endpoint.reply(HELLO, settings=BRIEF, on_token=pieces.append)
        with pytest.raises(RequestRefused) as caught:
            await endpoint.reply([Message("user", "word " * 9000)], settings=BRIEF)
        assert "exceeds the available context size (8192 tokens)" in str(caught.value)
        await endpoint.close()
        second = await endpoint.reply(HELLO, settings=BRIEF)
        await endpoint.close()
        await endpoint.close()
        return [first, second]

    first, second = asyncio.run(talk())
    assert "".join(pieces) == first.text != ""
    assert first.model_reported == gguf.stem
    assert first.usage is not None
    assert first.usage.completion_tokens is not None
    assert 0 < first.usage.completion_tokens <= 8
    assert first.parameters == {"store": False, "max_tokens": 8, "temperature": 0.0, "seed": 1}
    assert second.text


@needs_model
def test_many_first_replies_at_once_share_one_client(gguf: Path) -> None:
    """Each thread used to make a client of its own, and all but one stayed open."""

    async def ask() -> list[Answer]:
        endpoint = open_endpoint(f"embedded:{gguf}", bulk=True)
        try:
            asked = (endpoint.reply(HELLO, settings=replace(BRIEF, stream=False)) for _ in "1234")
            return await asyncio.gather(*asked)
        finally:
            await endpoint.close()

    answers = asyncio.run(ask())
    gc.collect()
    assert len(answers) == 4


@needs_model
def test_a_child_that_was_killed_is_replaced(gguf: Path) -> None:
    async def talk() -> None:
        endpoint = open_endpoint("embedded:smollm2")
        await endpoint.reply(HELLO, settings=BRIEF)
        server = endpoint._server
        os.kill(server.pid, signal.SIGKILL)
        while server.pid is not None:
            await asyncio.sleep(0.01)
        assert (await endpoint.reply(HELLO, settings=BRIEF)).text
        await endpoint.close()

    asyncio.run(talk())


@pytest.fixture(scope="module")
def server(gguf: Path) -> Iterator[EmbeddedServer]:
    started = EmbeddedServer(gguf)
    started.start()
    yield started
    started.stop()


def asked(url: str, key: str | None = None) -> tuple[int, dict[str, str]]:
    headers = {"Origin": "http://page.example"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers)


@needs_model
def test_it_is_on_loopback_behind_a_key_no_page_can_use(server: EmbeddedServer) -> None:
    assert server.pid is not None
    listening = [
        one.laddr
        for one in psutil.Process(server.pid).net_connections("tcp")
        if one.status == psutil.CONN_LISTEN
    ]
    assert [f"{one.ip}:{one.port}" for one in listening] == [server.address]
    assert asked(f"{server.base_url}/models")[0] == 401
    status, headers = asked(f"{server.base_url}/models", server.key)
    assert status == 200
    assert headers.get("Access-Control-Allow-Origin", "") == ""


@needs_model
def test_the_key_is_on_no_command_line(server: EmbeddedServer) -> None:
    assert server.pid is not None
    child = psutil.Process(server.pid)
    assert server.key not in " ".join(child.cmdline())
    assert server.key not in str(child.environ())
    assert server.key not in repr(server)


@needs_model
def test_the_launchers_server_is_used_and_left_alone(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARALLAX_EMBEDDED_URL", server.base_url)
    monkeypatch.setenv("PARALLAX_EMBEDDED_KEY", server.key)

    async def talk() -> Answer:
        endpoint = open_endpoint("embedded:smollm2")
        assert endpoint.host == server.address
        answer = await endpoint.reply(HELLO, settings=BRIEF)
        await endpoint.close()
        return answer

    before = server.pid
    assert asyncio.run(talk()).text
    assert server.pid == before


@needs_model
def test_starting_twice_is_starting_once(server: EmbeddedServer) -> None:
    before = server.pid
    server.start()
    assert server.pid == before


PARENT = """
import json, sys, time
from pathlib import Path
from toolkit.endpoints import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
print(json.dumps({"pid": server.pid, "url": server.base_url, "key": server.key}), flush=True)
time.sleep(600)
"""


@needs_model
def test_it_dies_with_a_parent_that_is_killed_in_the_middle_of_an_answer(gguf: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(gguf)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert parent.stdout is not None
    child = json.loads(parent.stdout.readline())
    body = {"messages": [{"role": "user", "content": "Count to 500."}], "stream": True}
    request = urllib.request.Request(
        f"{child['url']}/chat/completions",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {child['key']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        answer.readline()
        parent.kill()
        parent.wait()
        assert gone(child["pid"])
    parent.stdout.close()


LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from toolkit.endpoints import EmbeddedServer
from toolkit.errors import SetupError
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
try:
    EmbeddedServer(Path(sys.argv[1])).start()
except SetupError as error:
    print(error)
"""


@needs_model
@pytest.mark.skipif(sys.platform != "linux", reason="address space limits are Linux's")
def test_too_little_memory(gguf: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LITTLE_MEMORY, str(gguf), str(450_000_000)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
        check=True,
    )
    assert done.stdout.startswith("embedded server: got ")
    assert "memory" in done.stdout
    assert "`parallax lab --model FILE.gguf`" in done.stdout

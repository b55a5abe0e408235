"""A chat server for sweeps: thousands of calls a second, some of which it is told to get wrong.

It runs in a process of its own, so that it shares no interpreter with what it measures::

    with SwiftServer(latency=0.05, faults=0.1) as server:
        ...                      # server.base_url, server.host
        server.stats()           # {"calls": …, "most_at_once": …, "by_prompt": {…}, …}

Which call goes wrong, and how, is drawn from ``seed`` by order of arrival.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

FAULTS = ("429", "500", "stall", "truncated", "disconnect")
_HEAD = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n"


class SwiftServer:
    """The server's process, seen from a test."""

    def __init__(self, **options: object) -> None:
        flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        self._command = [sys.executable, str(Path(__file__).resolve()), *flags]

    def __enter__(self) -> "SwiftServer":
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.host = f"127.0.0.1:{json.loads(self._process.stdout.readline())['port']}"
        self.base_url = f"http://{self.host}/v1"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=20)

    def stats(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://{self.host}/stats", timeout=10) as response:
            return json.load(response)


class Behavior:
    """What every connection shares: the options, the draws and the counts."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.draw = random.Random(options.seed)
        self.calls = self.at_once = self.most_at_once = self.refused = 0
        self.by_prompt: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.seeds: list[int | None] = []
        self.answer = self._answer(options.words)

    def _answer(self, words: int) -> bytes:
        message = {"role": "assistant", "content": "word " * words}
        body = {
            "model": "swift",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {
                "prompt_tokens": 50,
                "completion_tokens": words,
                "total_tokens": 50 + words,
            },
        }
        return json.dumps(body).encode()

    def stats(self) -> bytes:
        named = ("calls", "most_at_once", "refused", "by_prompt", "faults", "seeds")
        return json.dumps({name: getattr(self, name) for name in named}).encode()

    def fault(self) -> str:
        options = self.options
        if options.down_after and self.calls > options.down_after:
            return "500"
        if options.most_at_once and self.at_once > options.most_at_once:
            self.refused += 1
            return "429"
        if options.faults and self.draw.random() < options.faults:
            return self.draw.choice(FAULTS)
        return ""


class Connection(asyncio.Protocol):
    """One client: requests one after another, each answered after the latency."""

    def __init__(self, behavior: Behavior) -> None:
        self.behavior = behavior
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, found, rest = self.received.partition(b"\r\n\r\n")
        if not found:
            return
        if head.startswith(b"GET"):
            self.received = rest
            self.send(b"200 OK", self.behavior.stats())
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(rest) >= length:
            self.received = rest[length:]
            self.take(head, rest[:length])

    def take(self, head: bytes, body: bytes) -> None:
        shared = self.behavior
        shared.calls += 1
        shared.at_once += 1
        shared.most_at_once = max(shared.most_at_once, shared.at_once)
        if shared.options.remember:
            asked = json.loads(body)
            shared.by_prompt[asked["messages"][-1]["content"]] += 1
            shared.seeds.append(asked.get("seed"))
        fault = shared.fault()
        key = shared.options.key
        if key and f"bearer {key}".encode() not in head.lower():
            fault = "401"
        shared.faults.update([fault] if fault else [])
        refused_now = fault in ("429", "401", "500")
        wait = 0.0 if refused_now else shared.options.latency
        asyncio.get_running_loop().call_later(wait, self.reply, fault)

    def reply(self, fault: str) -> None:
        shared = self.behavior
        shared.at_once -= 1
        if self.transport.is_closing() or fault == "stall":
            return
        if fault == "disconnect":
            self.transport.abort()
        elif fault == "truncated":
            self.send(b"200 OK", shared.answer[: len(shared.answer) // 2])
        elif fault:
            error = json.dumps({"error": {"message": f"planned {fault}", "type": "t"}}).encode()
            wait = f"Retry-After: {shared.options.retry_after}\r\n".encode()
            said = {"429": b"429 Too Many Requests", "401": b"401 Unauthorized"}
            self.send(said.get(fault, b"500 Oops"), error, wait if fault == "429" else b"")
        else:
            self.send(b"200 OK", shared.answer)

    def send(self, status: bytes, body: bytes, more: bytes = b"") -> None:
        self.transport.write(_HEAD % (status, len(body), more) + body)


async def serve(options: argparse.Namespace) -> None:
    behavior = Behavior(options)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(behavior), "127.0.0.1", 0, backlog=2048)
    sys.stdout.write(json.dumps({"port": server.sockets[0].getsockname()[1]}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--retry-after", type=float, default=0.02)
    parser.add_argument("--most-at-once", type=int, default=0)
    parser.add_argument("--down-after", type=int, default=0)
    parser.add_argument("--words", type=int, default=100)
    parser.add_argument("--remember", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--key", default="")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()

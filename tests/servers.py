"""A chat server on loopback that can be told to behave well or badly.

In a test::

    with ChatServer(Say("Hello there."), Status(500)) as server:
        endpoint = open_endpoint("openai:m", base_url=server.base_url, allowed_hosts=[server.host])

Behaviors are used one a request, the last one for all that follow. As a child process, for
benchmarks that must not share an interpreter with their client::

    python tests/servers.py --text "Hello there." --delay 0.02

prints ``{"url": …}`` on its first line, one line of JSON a request (when each chunk left, by
``time.monotonic``), and ends when its standard input does.
"""

import argparse
import json
import os
import re
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol


@dataclass
class Seen:
    """One request as it arrived, and when (monotonic seconds) each chunk of the answer left."""

    path: str
    headers: dict[str, str]
    body: Any
    sent_at: list[float] = field(default_factory=list)
    hung_up_at: float | None = None
    """When the client was found gone; None if it stayed to the end."""


class Behavior(Protocol):
    """What the server does with one request."""

    def __call__(self, wire: "Wire") -> None: ...


class Wire:
    """The server's side of one connection: what a behavior writes to."""

    def __init__(self, handler: BaseHTTPRequestHandler, seen: Seen, model: str) -> None:
        self.handler, self.seen, self.model = handler, seen, model

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        self.handler.send_response(status)
        for name, value in {"Connection": "close", **headers}.items():
            self.handler.send_header(name, value)
        self.handler.end_headers()

    @property
    def streams(self) -> bool:
        """Whether the answer was asked for piece by piece."""
        body = self.seen.body
        return bool(body.get("stream", False)) if isinstance(body, dict) else True

    def whole(self, body: bytes, promise: int | None = None) -> None:
        """Send an answer in one piece, announcing ``promise`` bytes (default: what it has)."""
        length = str(len(body) if promise is None else promise)
        self.head(200, {"Content-Type": "application/json", "Content-Length": length})
        self.send(body)

    def send(self, data: bytes) -> None:
        self.handler.wfile.write(data)
        self.handler.wfile.flush()
        self.seen.sent_at.append(time.monotonic())

    def open_stream(self) -> None:
        self.head(200, {"Content-Type": "text/event-stream; charset=utf-8"})

    def event(self, value: object) -> None:
        data = value if isinstance(value, str) else json.dumps(value)
        self.send(f"data: {data}\n\n".encode())

    def delta(self, reason: str | None = None, **delta: object) -> None:
        self.event(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion.chunk",
                "created": 0,
                "model": self.model,
                "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
            }
        )

    def wait_for_hang_up(self, limit: float = 20.0) -> None:
        """Say nothing until the client goes away."""
        self.handler.connection.settimeout(limit)
        try:
            while self.handler.connection.recv(1):
                pass
        except TimeoutError:
            return
        except OSError:
            pass
        self.seen.hung_up_at = time.monotonic()

    def reset(self) -> None:
        """Break the connection the hard way."""
        linger = struct.pack("ii", 1, 0)
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        os.close(self.handler.connection.detach())


def completion(model: str, reason: str = "stop", **message: object) -> dict[str, Any]:
    """A whole answer, as a server sends that was asked not to stream."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": reason}
    return {"id": "chatcmpl-1", "object": "chat.completion", "model": model, "choices": [choice]}


def in_pieces(text: str) -> list[str]:
    """Cut a text the way tokens do: a word with the space before it."""
    return re.findall(r"\s*\S+|\s+", text)


@dataclass(frozen=True)
class Say:
    """Answer properly: one piece a chunk, or all at once if that was asked for."""

    text: str = "Hello there, how can I help?"
    delay: float = 0.0
    """Seconds before each piece."""
    pieces: tuple[str, ...] = ()
    reason: str = "stop"
    usage: bool = True

    def __call__(self, wire: Wire) -> None:
        if not wire.streams:
            return self._at_once(wire)
        wire.open_stream()
        wire.delta(role="assistant", content="")
        pieces = self.pieces or in_pieces(self.text)
        for piece in pieces:
            time.sleep(self.delay)
            wire.delta(content=piece)
        wire.delta(self.reason)
        if self.usage:
            wire.event(
                {
                    "model": wire.model,
                    "choices": [],
                    "usage": {"prompt_tokens": 7, "completion_tokens": len(pieces)},
                }
            )
        wire.event("[DONE]")

    def _at_once(self, wire: Wire) -> None:
        pieces = self.pieces or in_pieces(self.text)
        time.sleep(self.delay * len(pieces))
        body = completion(wire.model, self.reason, content="".join(pieces))
        if self.usage:
            body["usage"] = {"prompt_tokens": 7, "completion_tokens": len(pieces)}
        wire.whole(json.dumps(body).encode())


@dataclass(frozen=True)
class Refuse:
    """Answer with a refusal, as servers that mark them do."""

    text: str = "I cannot help with that."

    def __call__(self, wire: Wire) -> None:
        if not wire.streams:
            body = completion(wire.model, content=None, refusal=self.text)
            return wire.whole(json.dumps(body).encode())
        wire.open_stream()
        for piece in in_pieces(self.text):
            wire.delta(refusal=piece)
        wire.delta("stop")
        wire.event("[DONE]")


@dataclass(frozen=True)
class Status:
    """Answer with an error status, or a redirect."""

    code: int
    message: str = "something went wrong"
    headers: Mapping[str, str] = field(default_factory=dict)
    error_code: str | None = None
    body: bytes | None = None

    def __call__(self, wire: Wire) -> None:
        error = {"error": {"message": self.message, "code": self.error_code, "type": "t"}}
        body = json.dumps(error).encode() if self.body is None else self.body
        base = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        wire.head(self.code, {**base, **self.headers})
        wire.send(body)


@dataclass(frozen=True)
class Raw:
    """Answer 200 with these bytes and this content type, in chunks as given."""

    chunks: tuple[bytes, ...]
    content_type: str = "text/event-stream"
    promise: int | None = None
    """Content-Length to announce, when it is to differ from what comes."""

    def __call__(self, wire: Wire) -> None:
        length = {} if self.promise is None else {"Content-Length": str(self.promise)}
        wire.head(200, {"Content-Type": self.content_type, **length})
        for chunk in self.chunks:
            wire.send(chunk)


@dataclass(frozen=True)
class Whole:
    """Ignore ``stream`` and answer with one JSON object."""

    text: str = "Hello there."

    def __call__(self, wire: Wire) -> None:
        wire.whole(json.dumps(completion(wire.model, content=self.text)).encode())


@dataclass(frozen=True)
class Stall:
    """Stream some pieces (or send as much of a whole answer), then nothing, and stay there."""

    text: str = ""
    pings: int = 0

    def __call__(self, wire: Wire) -> None:
        if not wire.streams:
            if self.text:
                wire.whole(*_half(wire, self.text))
            return wire.wait_for_hang_up()
        wire.open_stream()
        for piece in in_pieces(self.text):
            wire.delta(content=piece)
        for _ in range(self.pings):
            wire.send(b": still here\n\n")
        wire.wait_for_hang_up()


@dataclass(frozen=True)
class HangUp:
    """Stream some pieces (or send as much of a whole answer), then break the connection.

    Without text, before any answer.
    """

    text: str = ""
    hard: bool = True

    def __call__(self, wire: Wire) -> None:
        if self.text and not wire.streams:
            wire.whole(*_half(wire, self.text))
        elif self.text:
            wire.open_stream()
            for piece in in_pieces(self.text):
                wire.delta(content=piece)
        if self.hard:
            wire.reset()


def _half(wire: Wire, text: str) -> tuple[bytes, int]:
    body = json.dumps(completion(wire.model, content=text)).encode()
    return body[: body.index(text.encode()) + len(text)], len(body)


@dataclass(frozen=True)
class Garbage:
    """Answer with these bytes, whatever protocol they belong to."""

    data: bytes

    def __call__(self, wire: Wire) -> None:
        wire.send(self.data)


class ChatServer:
    """An OpenAI-compatible server on an ephemeral loopback port, in a thread of its own.

    Attributes:
        base_url: the address, ending in ``/v1``.
        host: ``host:port`` for allow-lists.
        seen: every request, in order of arrival.
        key: when set, requests without it get a 401.
    """

    def __init__(
        self,
        *behaviors: Behavior,
        model: str = "served-model",
        key: str | None = None,
        on_done: Callable[[Seen], None] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._behaviors = list(behaviors or (Say(),))
        self._lock = threading.Lock()
        self._on_done = on_done
        self.model, self.key = model, key
        self.seen: list[Seen] = []
        self._http = _Http(("127.0.0.1", 0), self._handler())
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self.host = f"127.0.0.1:{self._http.server_address[1]}"
        self.base_url = f"{'https' if tls else 'http'}://{self.host}/v1"

    def __enter__(self) -> "ChatServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def requests(self) -> int:
        return len(self.seen)

    def then(self, *behaviors: Behavior) -> None:
        """Behave like this from the next request on."""
        with self._lock:
            self._behaviors = list(behaviors)

    def answer(self, wire: Wire) -> None:
        with self._lock:
            self.seen.append(wire.seen)
            behavior = self._behaviors[0]
            if len(self._behaviors) > 1:
                self._behaviors.pop(0)
        if self.key and wire.seen.headers.get("authorization") != f"Bearer {self.key}":
            behavior = Status(401, "Incorrect API key provided")
        behavior(wire)
        if self._on_done:
            self._on_done(wire.seen)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length) or b"null")
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.close_connection = True
                server.answer(Wire(self, Seen(self.path, headers, body), server.model))

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                pass

        return Handler


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    # Hundreds of calls may arrive at once; a short queue makes the kernel drop and delay them.
    request_queue_size = 512
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        # Clients of these tests hang up on purpose.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def main(arguments: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--text", default=Say().text)
    parser.add_argument("--delay", type=float, default=0.0)
    chosen = parser.parse_args(None if arguments is None else list(arguments))

    def tell(value: object) -> None:
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()

    with ChatServer(
        Say(chosen.text, delay=chosen.delay),
        on_done=lambda seen: tell({"path": seen.path, "sent_at": seen.sent_at}),
    ) as server:
        tell({"url": server.base_url})
        sys.stdin.read()


if __name__ == "__main__":
    main()

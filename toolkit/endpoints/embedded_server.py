"""Embedded server: llama.cpp in a child process, on loopback, with a key.

``serve`` is what runs in the child and the only place that loads ``xllamacpp``. The child takes
its orders from standard input, so the key never shows on a command line, and ends when that
closes, so it cannot outlive its parent, not even one that was killed.
"""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from toolkit.endpoints.model_file import check_model
from toolkit.endpoints.server_address import address_of
from toolkit.errors import EndpointUnreachable, SetupError

_CHILD = "from toolkit.endpoints.embedded_server import serve; serve()"
_NOWHERE = "127.0.0.1:0"
_READY_SECONDS = 60.0
_STOP_SECONDS = 5.0
_CONTEXT_TOKENS = 8192
_REPEAT_PENALTY = 1.1
_LOOK_BACK = 256
_SLOTS = 4


class EmbeddedServer:
    """A llama.cpp server in a child process.

    Args:
        model: a GGUF file.
        ready_within: seconds allowed until it answers.

    Attributes:
        address: ``host:port`` once started; ``127.0.0.1:0`` before.
        key: what requests must carry; new for every object.
    """

    def __init__(self, model: Path, *, ready_within: float = _READY_SECONDS) -> None:
        self.model = model
        self.address = _NOWHERE
        self.key = secrets.token_urlsafe(24)
        self._ready_within = ready_within
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        """Show what is served and where, never the key."""
        return f"<embedded server of {self.model.name} at {self.address}>"

    @property
    def base_url(self) -> str:
        """The address for a client."""
        return f"http://{self.address}/v1"

    @property
    def pid(self) -> int | None:
        """The child's process id; None when it does not run."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def start(self) -> None:
        """Start the child and wait until it answers; does nothing when it already runs.

        Raises:
            SetupError: if the model file is missing, damaged or too big for the memory.
            EndpointUnreachable: if the child does not get ready in time.
        """
        with self._lock:
            if self.pid is not None:
                return
            check_model(self.model)
            self._end()
            self._process = _spawn()
            try:
                self.address = self._settle(self._process)
            except BaseException:
                self._end()
                raise

    def stop(self) -> None:
        """End the child; safe to call twice."""
        with self._lock:
            self._end()

    def _settle(self, process: "subprocess.Popen[bytes]") -> str:
        """Give the child its orders and wait for the address it listens at."""
        order = {"model": str(self.model.resolve()), "key": self.key}
        _write_line(process, json.dumps(order))
        said = _read_line(process, self._ready_within)
        if said is None:
            raise EndpointUnreachable(
                f"embedded server: got no sign of {self.model.name} being loaded within "
                f"{self._ready_within:g} s; wanted it to answer. Close other programs and try "
                "again, or do without: `parallax lab --scripted`."
            )
        if not said:
            raise _not_loaded(self.model, process)
        return str(address_of(json.loads(said)["address"]))

    def _end(self) -> None:
        process, self._process = self._process, None
        self.address = _NOWHERE
        if process is None:
            return
        _close(process.stdin)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _close(process.stdout)


def serve() -> None:
    """Run in the child: load, listen, tell the address, and end when standard input does."""
    # The library writes to the standard streams when it likes; the parent reads one line only.
    told = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    order = json.loads(sys.stdin.buffer.readline())
    # Watched from the start, so that a parent that dies while the model loads ends it as well.
    watch = threading.Thread(target=_end_with_parent)
    watch.start()
    try:
        server = _listen(Path(order["model"]), order["key"])
    except (RuntimeError, MemoryError):
        os._exit(1)
    told.write(json.dumps({"address": server.listening_address}) + "\n")
    told.flush()
    watch.join()


def _listen(model: Path, key: str) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    # Answers name this instead of a path on somebody's machine.
    params.model_alias = {model.stem}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.n_ctx, params.n_parallel, params.kv_unified = _CONTEXT_TOKENS, _SLOTS, True
    # With every core busy in the model, the notebook beside it starves and so does the model.
    threads = max(1, (os.cpu_count() or 2) - 1)
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    # A model this small falls into loops ("I'm here to help." over and over) without it.
    params.sampling.penalty_repeat, params.sampling.penalty_last_n = _REPEAT_PENALTY, _LOOK_BACK
    params.verbosity = -1
    params.ui = params.endpoint_slots = params.cors_credentials = False
    # An empty origin matches no page, so no page in a browser can talk to this server.
    params.cors_origins, params.cors_origins_explicit = "", True
    params.offline = True
    return xllamacpp.Server(params)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    # Not an ordinary exit: taking the server apart with a request in flight can hang for ever.
    os._exit(0)


def _spawn() -> "subprocess.Popen[bytes]":
    package_root = str(Path(__file__).resolve().parents[2])
    environment = {name: value for name, value in os.environ.items() if name != "OPENAI_API_KEY"}
    environment["PYTHONPATH"] = package_root
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _CHILD],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # An interrupt from the keyboard is for the parent, which ends the child in order.
        start_new_session=True,
    )


def _write_line(process: "subprocess.Popen[bytes]", line: str) -> None:
    # A child that is already gone shows as such when its address is awaited.
    with contextlib.suppress(OSError):
        if process.stdin:
            process.stdin.write(line.encode("ascii") + b"\n")
            process.stdin.flush()


def _read_line(process: "subprocess.Popen[bytes]", seconds: float) -> bytes | None:
    """Read one line; empty if the child ended instead, None if neither happened in time."""
    lines: SimpleQueue[bytes] = SimpleQueue()
    pipe = process.stdout
    if pipe is None:
        return b""
    threading.Thread(target=lambda: lines.put(pipe.readline()), daemon=True).start()
    try:
        return lines.get(timeout=seconds)
    except Empty:
        return None


def _close(pipe: Any) -> None:
    with contextlib.suppress(OSError):
        if pipe:
            pipe.close()


def _not_loaded(model: Path, process: "subprocess.Popen[bytes]") -> SetupError:
    # A signal is what the kernel sends, or C++ raises, when memory runs out.
    if process.wait(_STOP_SECONDS) < 0:
        needed = model.stat().st_size * 3 // 1_000_000
        return SetupError(
            f"embedded server: got too little memory to load {model.name}; wanted about {needed} "
            "MB. Close other programs, name a smaller model with `parallax lab --model FILE.gguf`, "
            "or do without: `parallax lab --scripted`."
        )
    return SetupError(
        f"embedded server: got a model file that cannot be loaded, {model.name}; wanted an "
        "undamaged GGUF file and memory for it. Delete the file and start again, or name another "
        "with `parallax lab --model FILE.gguf`."
    )

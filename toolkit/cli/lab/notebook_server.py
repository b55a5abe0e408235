"""The notebook server: JupyterLab or Voila inside the launcher's own process.

One process means one thing to stop: kernels and the embedded model are its children, and end with
it even when it is killed.
"""

import importlib.util
import signal
import sys
import warnings
from asyncio import Future, ensure_future, wait
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from logging import CRITICAL, getLogger
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import Any

from toolkit.cli.terminal import STOP_SIGNALS, say
from toolkit.errors import SetupError

_UNUSED = "rfc3987_syntax"
"""A grammar of international addresses, which jsonschema takes if it is there. Nothing here checks
such an address, and building the grammar takes as long as importing all of JupyterLab."""

_KERNEL_STARTS_WITHIN = 20.0
"""Seconds that a stop waits for the first kernel to be there, and so to be stopped as well."""


def load_early(*, voila: bool) -> None:
    """Begin to load the server in a thread, while files are read and the model is started."""
    module = "voila.app" if voila else "jupyterlab.labapp"
    Thread(target=_load, args=(module,), daemon=True).start()


def _load(module: str) -> None:
    absent: Any = None
    skipped = sys.modules.setdefault(_UNUSED, absent) is absent
    # What fails here fails again, and is told, where the server is started.
    with suppress(Exception):
        import_module(module)
    if skipped:
        # From here on it can be imported as ever.
        del sys.modules[_UNUSED]


def serve_lab(notebook: str, on_ready: Callable[[int], None]) -> None:
    """Serve JupyterLab as the environment configures it until a signal asks to stop.

    Args:
        notebook: path below the workspace; its kernel starts at once, while the page loads.
        on_ready: called with the port once the server listens there.

    Raises:
        SetupError: if the server could not start.
    """
    # Loaded here: only this command needs it, and it costs a second.
    from jupyterlab.labapp import LabApp

    # Jupyter's own parts still use names that Jupyter deprecates; nobody here can act on it.
    warnings.simplefilter("ignore", DeprecationWarning)
    try:
        server = LabApp.initialize_server(argv=[])
    except SystemExit as problem:
        raise _could_not_start("JupyterLab") from problem
    first: list[Future[Any]] = []

    def begin() -> None:
        first.append(
            ensure_future(
                server.session_manager.create_session(
                    path=notebook,
                    name=Path(notebook).name,
                    type="notebook",
                    kernel_name="python3",
                )
            )
        )
        on_ready(server.port)

    async def end() -> None:
        # Pages that hang up at this moment leave tasks whose ends concern nobody.
        getLogger("asyncio").setLevel(CRITICAL)
        # A kernel in the middle of its start is known to nobody, and would outlive the server.
        await wait(first, timeout=_KERNEL_STARTS_WITHIN)
        # Asked to end before it has begun, it would end with a traceback.
        kernels = server.kernel_manager
        for one in kernels.list_kernels():
            if one["execution_state"] == "starting":
                await kernels.shutdown_kernel(one["id"], now=True)
        server.stop()

    server.io_loop.add_callback(begin)
    _on_stop_signal(lambda: server.io_loop.add_callback_from_signal(end))
    server.start()


def serve_voila(notebook: Path, on_ready: Callable[[int], None]) -> None:
    """Serve one notebook without its code until a signal asks to stop.

    Args:
        notebook: the file.
        on_ready: called with the port once the server listens there.

    Raises:
        SetupError: if the server could not start.
    """
    # Loaded here: an extra that few need.
    from tornado.ioloop import IOLoop
    from voila.app import Voila

    app = Voila()
    app.initialize([str(notebook)])
    _on_stop_signal(lambda: IOLoop.current().stop())
    IOLoop.current().add_callback(lambda: on_ready(app.port))
    try:
        app.start()
    except SystemExit as problem:
        raise _could_not_start("Voila") from problem


def require_voila() -> None:
    """Refuse early when Voila is not installed.

    Raises:
        SetupError: if it is not.
    """
    if importlib.util.find_spec("voila") is None:
        raise SetupError(
            "--voila: got an environment without Voila; wanted the extra that brings it. "
            'Run `pip install "parallax-trust[voila]"`, or start without --voila.'
        )


def _on_stop_signal(stop: Callable[[], None]) -> None:
    def handle(number: int, frame: FrameType | None) -> None:
        say("\nStopping …")
        stop()

    for number in STOP_SIGNALS:
        signal.signal(number, handle)


def _could_not_start(what: str) -> SetupError:
    return SetupError(
        f"{what}: got an error while starting (its own message stands above); wanted a running "
        "server. Try another --port, or reinstall with `make lab`."
    )

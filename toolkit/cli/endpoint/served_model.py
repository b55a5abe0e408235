"""The embedded model while a command runs: fetched once, served on loopback, ended with us."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toolkit.cli.terminal import Progress, say
from toolkit.endpoints import EmbeddedServer, fetch_model, model_path

_URL_VARIABLE = "PARALLAX_EMBEDDED_URL"
_KEY_VARIABLE = "PARALLAX_EMBEDDED_KEY"
_DEFAULT = "smollm2"


@contextmanager
def model_served(name: str | None, file: str | None = None) -> Iterator[None]:
    """Serve an embedded model, and tell endpoints of this process and its children where.

    Args:
        name: ``smollm2``, the path of a GGUF file, or None when no model is needed.
        file: a copy of the model called ``smollm2`` that is here already.

    Raises:
        SetupError: if the model cannot be fetched or loaded.
    """
    if name is None:
        yield
        return
    server = EmbeddedServer(_file(name, file))
    server.start()
    os.environ.update({_URL_VARIABLE: server.base_url, _KEY_VARIABLE: server.key})
    try:
        yield
    finally:
        for variable in (_URL_VARIABLE, _KEY_VARIABLE):
            os.environ.pop(variable, None)
        server.stop()


def _file(name: str, file: str | None) -> Path:
    if file is not None:
        return Path(file)
    if name != _DEFAULT:
        return Path(name)
    if not model_path().is_file():
        say("Fetching a small language model, once (98 MB) …")
    return fetch_model(Progress("Fetching", unit="B"))

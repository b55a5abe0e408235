"""The embedded model while a command runs: fetched once, served on loopback, ended with us."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from toolkit.cli.endpoint.endpoint_options import EMBEDDED, SHIPPED_MODEL
from toolkit.cli.terminal import Progress, say
from toolkit.design import EndpointPlan
from toolkit.endpoints import EmbeddedServer, fetch_model, model_path
from toolkit.errors import SetupError

_URL_VARIABLE = "PARALLAX_EMBEDDED_URL"
_KEY_VARIABLE = "PARALLAX_EMBEDDED_KEY"


@contextmanager
def model_served(bound: Mapping[str, EndpointPlan], file: str | None) -> Iterator[None]:
    """Serve the embedded model that is needed, and tell endpoints here and in kernels where.

    Args:
        bound: alias to who answers; without an embedded model nothing is served.
        file: a copy of the model called ``smollm2`` that is here already.

    Raises:
        SetupError: if there are two, or the model cannot be fetched or loaded.
    """
    name = _needed(bound)
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


def _needed(bound: Mapping[str, EndpointPlan]) -> str | None:
    names = {
        one.endpoint.removeprefix(EMBEDDED)
        for one in bound.values()
        if one.endpoint.startswith(EMBEDDED)
    }
    if len(names) > 1:
        raise SetupError(
            f"embedded model: got {len(names)} of them ({', '.join(sorted(names))}); wanted one, "
            "since one at a time is served. Bind the others to openai: or scripted: endpoints."
        )
    return names.pop() if names else None


def _file(name: str, file: str | None) -> Path:
    if file is not None or name != SHIPPED_MODEL:
        return Path(file or name)
    if not model_path().is_file():
        say("Fetching a small language model, once (98 MB) …")
    return fetch_model(Progress("Fetching", unit="B"))

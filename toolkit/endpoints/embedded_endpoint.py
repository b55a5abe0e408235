"""``embedded:``: the model on this machine, asked through the same client as any other server."""

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from toolkit.endpoints.embedded_server import EmbeddedServer
from toolkit.endpoints.endpoint import Answer, Endpoint, Message, OnToken, Settings
from toolkit.endpoints.keys import Key
from toolkit.endpoints.model_file import NAME, model_path
from toolkit.endpoints.openai_api import OpenAIEndpoint
from toolkit.endpoints.server_address import address_of
from toolkit.errors import BadEndpoint

URL_VARIABLE = "PARALLAX_EMBEDDED_URL"
KEY_VARIABLE = "PARALLAX_EMBEDDED_KEY"


def open_embedded(model: str, *, settings: Settings | None = None, bulk: bool = False) -> Endpoint:
    """Open the model on this machine.

    If the launcher has started a server, ``PARALLAX_EMBEDDED_URL`` and ``PARALLAX_EMBEDDED_KEY``
    say where; then that one answers, whatever ``model`` says, and it is not ours to end.

    Args:
        model: ``smollm2``, or the path of a GGUF file.
        settings: how to ask unless ``reply`` says otherwise.
        bulk: as ``OpenAIEndpoint``.

    Raises:
        BadEndpoint: if ``model`` is neither, or the launcher's address is not on this machine.
    """
    path = _path(model)
    name = f"embedded:{NAME if model == NAME else path.stem}"
    connect = partial(_connect, name=name, settings=settings, bulk=bulk)
    url = os.environ.get(URL_VARIABLE)
    if not url:
        return EmbeddedEndpoint(EmbeddedServer(path), connect, name=name)
    if not address_of(url).loopback:
        raise BadEndpoint(
            f"{URL_VARIABLE}: got {address_of(url)}; wanted an address on this machine. Use "
            "openai:NAME with a base URL for servers elsewhere."
        )
    return connect(url, os.environ.get(KEY_VARIABLE, ""))


class EmbeddedEndpoint:
    """A small model in a child process that starts with the first reply.

    Args:
        server: what runs in the child.
        connect: makes a client of a base URL and a key.
        name: as recorded.

    Attributes:
        host: ``host:port``; ``127.0.0.1:0`` until the child listens.
    """

    def __init__(
        self, server: EmbeddedServer, connect: Callable[[str, str], OpenAIEndpoint], *, name: str
    ) -> None:
        self.name = name
        self.host = server.address
        self._server = server
        self._connect = connect
        self._client: OpenAIEndpoint | None = None
        self._starting = threading.Lock()

    def __repr__(self) -> str:
        """Show who and where."""
        return f"<endpoint {self.name} at {self.host}>"

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        settings: Settings | None = None,
        on_token: OnToken | None = None,
    ) -> Answer:
        """Ask the model, starting it first if need be; see ``Endpoint.reply``.

        Args:
            messages: the conversation so far, system message first.
            settings: how to ask; default: the endpoint's own.
            on_token: called with each piece of text as it arrives.

        Raises:
            SetupError: if the model cannot be loaded.
        """
        client = await self._ready()
        return await client.reply(messages, settings=settings, on_token=on_token)

    async def close(self) -> None:
        """Give back the connections and end the child."""
        if self._client is not None:
            await self._client.close()
        await asyncio.to_thread(self._server.stop)

    async def _ready(self) -> OpenAIEndpoint:
        # In a thread, since both loading a model and making a client would hold up the panel.
        before = self._client
        client = await asyncio.to_thread(self._started)
        if before is not None and before is not client:
            await before.close()
        return client

    def _started(self) -> OpenAIEndpoint:
        # Many replies may be the first at once: one of them makes the client, for all.
        with self._starting:
            # Does nothing while the child lives, and puts a new one in the place of a dead one.
            self._server.start()
            if self._client is None or self._client.host != self._server.address:
                self._client = self._connect(self._server.base_url, self._server.key)
                self.host = self._client.host
            return self._client


def _connect(
    base_url: str, key: str, *, name: str, settings: Settings | None, bulk: bool
) -> OpenAIEndpoint:
    return OpenAIEndpoint(
        NAME,
        base_url=base_url,
        allowed_hosts=(str(address_of(base_url)),),
        key=Key(key),
        settings=settings,
        bulk=bulk,
        name=name,
    )


def _path(model: str) -> Path:
    if model == NAME:
        return model_path()
    if model.lower().endswith(".gguf"):
        return Path(model).expanduser()
    raise BadEndpoint(
        f"endpoint: got {ascii(f'embedded:{model}')}; wanted embedded:{NAME}, or embedded: and "
        f"the path of a GGUF file. Did you mean 'embedded:{NAME}'?"
    )

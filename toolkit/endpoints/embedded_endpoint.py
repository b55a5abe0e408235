"""``embedded:``: the model on this machine, asked through the same client as any other server."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from toolkit.endpoints.address import address_of
from toolkit.endpoints.embedded import EmbeddedServer
from toolkit.endpoints.endpoint import Answer, Message, OnToken, Settings
from toolkit.endpoints.model_file import NAME, model_path
from toolkit.endpoints.openai_api import OpenAIEndpoint
from toolkit.errors import BadEndpoint

URL_VARIABLE = "PARALLAX_EMBEDDED_URL"
KEY_VARIABLE = "PARALLAX_EMBEDDED_KEY"


class EmbeddedEndpoint:
    """A small model in a child process that starts with the first reply.

    If the launcher has started one, ``PARALLAX_EMBEDDED_URL`` and ``PARALLAX_EMBEDDED_KEY`` say
    where; then that one answers, whatever ``model`` says, and it is not ours to end.

    Args:
        model: ``smollm2``, or the path of a GGUF file.
        settings: how to ask unless ``reply`` says otherwise.

    Attributes:
        host: ``host:port``; ``127.0.0.1:0`` until the child listens.

    Raises:
        BadEndpoint: if ``model`` is neither, or the launcher's address is not on this machine.
    """

    def __init__(self, model: str = NAME, *, settings: Settings | None = None) -> None:
        path = _path(model)
        self.name = f"embedded:{model if model == NAME else path.stem}"
        self._settings = settings
        self._server: EmbeddedServer | None = None
        self._client: OpenAIEndpoint | None = None
        if url := os.environ.get(URL_VARIABLE):
            self._connect(_on_this_machine(url), os.environ.get(KEY_VARIABLE))
        else:
            self._server = EmbeddedServer(path)
            self.host = self._server.address

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

        Raises:
            SetupError: if the model cannot be loaded.
        """
        client = await self._ready()
        return await client.reply(messages, settings=settings, on_token=on_token)

    async def close(self) -> None:
        """Give back the connections and end the child, if it is ours."""
        if self._client is not None:
            await self._client.close()
        if self._server is not None:
            await asyncio.to_thread(self._server.stop)

    async def _ready(self) -> OpenAIEndpoint:
        server = self._server
        if server is None and self._client is not None:
            return self._client
        if server is None:
            raise BadEndpoint(f"{self.name}: got no server to ask. Open the endpoint again.")
        # Does nothing while the child lives, and puts a new one in the place of a dead one.
        await asyncio.to_thread(server.start)
        if self._client is None or self.host != server.address:
            return self._connect(server.base_url, server.key)
        return self._client

    def _connect(self, base_url: str, key: str | None) -> OpenAIEndpoint:
        self.host = str(address_of(base_url))
        self._client = OpenAIEndpoint(
            NAME,
            base_url=base_url,
            allowed_hosts=(self.host,),
            key=key,
            settings=self._settings,
            name=self.name,
        )
        return self._client


def _path(model: str) -> Path:
    if model == NAME:
        return model_path()
    if model.lower().endswith(".gguf"):
        return Path(model).expanduser()
    raise BadEndpoint(
        f"endpoint: got {ascii(f'embedded:{model}')}; wanted embedded:{NAME}, or embedded: and "
        f"the path of a GGUF file. Did you mean 'embedded:{NAME}'?"
    )


def _on_this_machine(url: str) -> str:
    if address_of(url).loopback:
        return url
    raise BadEndpoint(
        f"{URL_VARIABLE}: got {address_of(url)}; wanted an address on this machine. Use "
        "openai:NAME with a base URL for servers elsewhere."
    )

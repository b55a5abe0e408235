"""``openai:``: any server that speaks the OpenAI chat completions API.

One CallAttempt a request, ``store=False``, and the fields a server does not know left out. Where a
request may go, and with what, is decided in ``openai_client``.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx2
import openai
from openai._types import RequestOptions

from toolkit.endpoints.access import Access
from toolkit.endpoints.chat_request import Dialect, encoded
from toolkit.endpoints.endpoint import Answer, CallAttempt, Message, OnToken, Settings
from toolkit.endpoints.keys import Key
from toolkit.endpoints.openai_client import new_client
from toolkit.endpoints.openai_response import CallersOwn, ResponseReader
from toolkit.endpoints.retries import FIRST_BACKOFF, IN_CONVERSATION, Retries
from toolkit.endpoints.server_address import address_of, check_allowed
from toolkit.errors import KeyRefused

_Unused = openai.AsyncStream[Any]
"""What the SDK would parse the bytes into, were it not asked for the bytes themselves."""


# The SDK would draw a random key for each call, to know its own retries by; there are none.
_ONCE = RequestOptions(idempotency_key="unused")


class OpenAIEndpoint:
    """An endpoint behind an OpenAI-compatible server.

    Args:
        model: the name the server knows it by.
        base_url: the server's address, often ending in ``/v1``.
        allowed_hosts: ``host:port`` entries that may be sent to.
        key: sent in its header; None sends none.
        access: how the server is reached.
        settings: how to ask unless ``reply`` says otherwise; default for ``bulk``: not streamed.
        bulk: for hundreds of calls at once: a transport that costs less a call.
        name: as recorded; default ``openai:`` and the model.
        first_backoff: seconds waited at most after the first failed attempt.

    Raises:
        BadEndpoint: if the address cannot be used.
        HostNotAllowed: if it is not on the list.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str,
        allowed_hosts: Collection[str],
        key: Key | None = None,
        access: Access | None = None,
        settings: Settings | None = None,
        bulk: bool = False,
        name: str | None = None,
        first_backoff: float = FIRST_BACKOFF,
    ) -> None:
        self.name = name or f"openai:{model}"
        self._address = address_of(base_url)
        self.host = str(self._address)
        self._allowed = frozenset(allowed_hosts)
        check_allowed(self._address, self._allowed, who=self.name)
        self._model = model
        self._base_url = base_url
        self._key = key or Key()
        self._access = access or Access()
        self._access.check(self._address, who=self.name)
        self._settings = settings or Settings(stream=not bulk)
        self._bulk = bulk
        self._first_backoff = first_backoff
        self._dialect = Dialect()
        # Once a server closed a block of thoughts that it never opened, it will again.
        self._unopened = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client = self._new_client()
        # In full, since the SDK takes twice as long to put an address together as to read one.
        version = self._access.api_version
        query = f"?api-version={version}" if version else ""
        self._completions = f"{base_url.rstrip('/')}/chat/completions{query}"

    def __repr__(self) -> str:
        """Show who and where, never the key."""
        return f"<endpoint {self.name} at {self.host}>"

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        settings: Settings | None = None,
        on_token: OnToken | None = None,
    ) -> Answer:
        """Ask once; see ``Endpoint.reply``.

        Args:
            messages: the conversation so far, system message first.
            settings: how to ask; default: the endpoint's own.
            on_token: called with each piece of text as it arrives.
        """
        try:
            return await self._until_done(messages, settings or self._settings, on_token)
        except CallersOwn as own:
            raised = own.__cause__
        # Raised out here, so that the caller sees its own exception without ours around it.
        raise raised or CallersOwn

    async def close(self) -> None:
        """Give back the connections; the next reply opens new ones."""
        await self._client.close()

    async def _until_done(
        self, messages: Sequence[Message], settings: Settings, on_token: OnToken | None
    ) -> Answer:
        began = time.perf_counter()
        attempts: list[CallAttempt] = []
        retries = Retries(IN_CONVERSATION, settings.max_attempts, first_backoff=self._first_backoff)
        wait, renewed = 0.0, False
        while True:
            if wait:
                await asyncio.sleep(wait)
            if self._key.stale:
                await asyncio.to_thread(self._key.renew)
            left_out, parameters = self._dialect.refused, self._dialect.parameters(settings)
            reader = ResponseReader(settings, on_token, key=self._key.secret, begun=self._unopened)
            body = encoded(self._dialect.body(self._model, messages, settings))
            fault = await reader.run(self._open(body))
            attempts.append(reader.attempt(len(attempts) + 1, wait, fault))
            self._unopened = reader.found.split.unopened
            if fault is None:
                return reader.found.answer(
                    parameters=parameters,
                    seconds=time.perf_counter() - began,
                    first_token_seconds=reader.first_token_seconds,
                    attempts=tuple(attempts),
                )
            if fault.kind is KeyRefused and self._key.withheld:
                fault = fault.kept_back(self._key.withheld)
            again = fault.kind is KeyRefused and not renewed and self._key.expire()
            renewed = renewed or again
            if again or (not reader.passed_on and self._dialect.learn(fault, left_out)):
                wait = 0.0
                continue
            next_wait = None if reader.passed_on else fault.wait(retries)
            if next_wait is None:
                who = f"{self.name} at {self.host}"
                raise fault.error(who, attempts=tuple(attempts), found=reader.found)
            wait = next_wait

    @asynccontextmanager
    async def _open(self, body: bytes) -> AsyncIterator[httpx2.Response]:
        # The SDK's own create() costs three times as much, all of it for types not used here.
        response = await self._client_here().post(
            self._completions,
            content=body,
            cast_to=httpx2.Response,
            stream=True,
            stream_cls=_Unused,
            options=_ONCE,
        )
        try:
            yield cast(httpx2.Response, response)
        finally:
            await response.aclose()

    def _client_here(self) -> openai.AsyncOpenAI:
        # Connections belong to the event loop they were opened in, and a script may run several.
        loop = asyncio.get_running_loop()
        if self._client.is_closed() or self._loop not in (None, loop):
            self._client = self._new_client()
        self._loop = loop
        return self._client

    def _new_client(self) -> openai.AsyncOpenAI:
        return new_client(
            self._base_url,
            allowed_hosts=self._allowed,
            key=self._key,
            access=self._access,
            who=self.name,
            bulk=self._bulk,
        )

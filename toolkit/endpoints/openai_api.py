"""``openai:``: any server that speaks the OpenAI chat completions API.

The only module that imports ``openai`` or its transport, and the only place where a client is
made. Its rules: an explicit address; every request checked against the allow-list; redirects,
proxies and the environment ignored; no header but the few named here; ``store=False``; no hidden
retry, so that every request made is an ``Attempt`` in the record.
"""

import asyncio
import json
import socket
import ssl
import time
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx2
import openai

from toolkit.endpoints.address import Address, address_of, check_allowed
from toolkit.endpoints.dialect import Dialect
from toolkit.endpoints.draft import Draft, ServerError, Unreadable
from toolkit.endpoints.endpoint import Answer, Attempt, Message, OnToken, Settings
from toolkit.endpoints.fault import Fault, quoted
from toolkit.endpoints.trial import CallersOwn, Trial
from toolkit.endpoints.waiting import LONGEST_WAIT, backoff, retry_after
from toolkit.errors import (
    BadAnswer,
    EndpointError,
    EndpointFailed,
    EndpointNotFound,
    EndpointTimeout,
    EndpointUnreachable,
    HostNotAllowed,
    KeyRefused,
    RateLimited,
    RequestRefused,
)

_HEADERS = ("accept", "authorization", "content-length", "content-type", "host", "user-agent")
_FIRST_BACKOFF = 0.5

KINDS: dict[type[Exception], tuple[type[EndpointError], str]] = {
    openai.APIConnectionError: (EndpointUnreachable, "no connection"),
    openai.APIError: (EndpointFailed, "an error"),
    openai.APIResponseValidationError: (BadAnswer, "an answer of the wrong shape"),
    openai.APIStatusError: (RequestRefused, "the request was refused"),
    openai.APITimeoutError: (EndpointTimeout, "no answer in time"),
    openai.AuthenticationError: (KeyRefused, "the key was refused"),
    openai.BadRequestError: (RequestRefused, "the request was refused"),
    openai.ConflictError: (RequestRefused, "the request was in conflict with another"),
    openai.ContentFilterFinishReasonError: (BadAnswer, "an answer withheld by a filter"),
    openai.InternalServerError: (EndpointFailed, "a fault of the server"),
    openai.InvalidWebhookSignatureError: (BadAnswer, "a message with a wrong signature"),
    openai.LengthFinishReasonError: (BadAnswer, "an answer cut off at the length limit"),
    openai.NotFoundError: (EndpointNotFound, "no such model or path"),
    openai.OAuthError: (KeyRefused, "the key was refused"),
    openai.OpenAIError: (EndpointFailed, "an error of the client library"),
    openai.PermissionDeniedError: (KeyRefused, "the key does not permit this"),
    openai.RateLimitError: (RateLimited, "too many requests"),
    openai.UnprocessableEntityError: (RequestRefused, "the request was refused"),
    openai.WebSocketConnectionClosedError: (EndpointUnreachable, "a closed connection"),
    openai.WebSocketQueueFullError: (EndpointFailed, "a full queue"),
    openai._exceptions.SubjectTokenProviderError: (KeyRefused, "the key was refused"),
}
"""Every exception class of the SDK; a new one fails a test instead of a conversation."""


class OpenAIEndpoint:
    """An endpoint behind an OpenAI-compatible server.

    Args:
        model: the name the server knows it by.
        base_url: the server's address, often ending in ``/v1``.
        allowed_hosts: ``host:port`` entries that may be sent to.
        key: sent as a bearer token; None sends none.
        settings: how to ask unless ``reply`` says otherwise.
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
        key: str | None = None,
        settings: Settings | None = None,
        name: str | None = None,
        first_backoff: float = _FIRST_BACKOFF,
    ) -> None:
        self.name = name or f"openai:{model}"
        self._address = address_of(base_url)
        self.host = str(self._address)
        self._allowed = frozenset(allowed_hosts)
        check_allowed(self._address, self._allowed, who=self.name)
        self._model = model
        self._base_url = base_url
        self._key = key
        self._settings = settings or Settings()
        self._first_backoff = first_backoff
        self._dialect = Dialect()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client = self._new_client()

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
        """Ask once, streaming; see ``Endpoint.reply``."""
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
        attempts: list[Attempt] = []
        wait = 0.0
        while True:
            await asyncio.sleep(wait)
            trial = Trial(settings, on_token, partial(explain, key=self._key or ""))
            parameters = self._dialect.parameters(settings)
            body = self._dialect.body(self._model, messages, settings)
            fault = await trial.run(self._open(body))
            attempts.append(trial.attempt(len(attempts) + 1, wait, fault))
            if fault is None:
                return trial.answer(parameters, time.perf_counter() - began, tuple(attempts))
            next_wait = self._wait(fault, trial.draft, len(attempts), settings)
            if next_wait is None:
                who = f"{self.name} at {self.host}"
                raise fault.error(who, attempts=tuple(attempts), partial=trial.draft.text)
            wait = next_wait

    def _wait(self, fault: Fault, draft: Draft, made: int, settings: Settings) -> float | None:
        """Seconds until the next attempt; None when there is to be none."""
        if made >= settings.max_attempts or draft.pieces:
            return None
        if self._dialect.learn(fault):
            return 0.0
        if not fault.passing or (fault.retry_after or 0.0) > LONGEST_WAIT:
            return None
        if fault.retry_after is not None:
            return fault.retry_after
        return backoff(made, first=self._first_backoff)

    @asynccontextmanager
    async def _open(self, body: dict[str, Any]) -> AsyncIterator[httpx2.Response]:
        completions = self._client_here().chat.completions
        async with completions.with_streaming_response.create(**body) as response:
            yield response.http_response

    def _client_here(self) -> openai.AsyncOpenAI:
        # Connections belong to the event loop they were opened in, and a script may run several.
        loop = asyncio.get_running_loop()
        if self._client.is_closed() or self._loop not in (None, loop):
            self._client = self._new_client()
        self._loop = loop
        return self._client

    def _new_client(self) -> openai.AsyncOpenAI:
        transport = _Guarded(self._address, self._allowed, self.name, sends_key=bool(self._key))
        client = openai.AsyncOpenAI(
            api_key=self._key or "none",
            base_url=self._base_url,
            max_retries=0,
            timeout=None,
            http_client=httpx2.AsyncClient(
                transport=transport, trust_env=False, follow_redirects=False, timeout=None
            ),
        )
        # Loaded on first use otherwise, at the expense of the first answer.
        _ = client.chat.completions
        return client


class _Guarded(httpx2.AsyncHTTPTransport):
    """The last step before the network: what passes here is sent, and nothing else."""

    def __init__(
        self, base: Address, allowed: frozenset[str], who: str, *, sends_key: bool
    ) -> None:
        super().__init__(trust_env=False, retries=0)
        self._base, self._allowed, self._who = base, allowed, who
        self._headers = [name for name in _HEADERS if sends_key or name != "authorization"]

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        address = address_of(f"{request.url.scheme}://{request.url.netloc.decode('ascii')}")
        check_allowed(address, self._allowed, who=self._who)
        if address != self._base:
            raise HostNotAllowed(
                f"{self._who}: got a request to {address.scheme}://{address}; wanted "
                f"{self._base.scheme}://{self._base}, as in the base URL. Nothing was sent. "
                "Open an endpoint of its own for the other address."
            )
        # Others would carry what the SDK reads from the environment or tells about the machine.
        kept = [(name, request.headers[name]) for name in self._headers if name in request.headers]
        sent = httpx2.Request(
            request.method,
            request.url,
            headers=kept,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await super().handle_async_request(sent)


def explain(error: Exception, *, key: str) -> Fault | None:
    """Say in our words what an exception of the SDK or its transport means; None for others.

    Args:
        error: whatever was raised while sending or reading.
        key: the key that was sent, so that it can be kept out of every message.
    """
    match error:
        case openai.APIStatusError():
            return _status_fault(error, key)
        case openai.APITimeoutError() | httpx2.TimeoutException():
            return Fault(EndpointTimeout, "no answer in time")
        case openai.APIConnectionError() | httpx2.TransportError() | OSError():
            return Fault(EndpointUnreachable, _connection(error))
        case ServerError():
            said = quoted(str(error), secret=key)
            return Fault(EndpointFailed, f"an answer broken off (the server says: {said})")
        case json.JSONDecodeError() | RecursionError():
            return Fault(BadAnswer, "an answer that is not readable as JSON")
        case Unreadable():
            return Fault(BadAnswer, f"{error} instead of an answer")
        case httpx2.HTTPError() | httpx2.StreamError() | httpx2.InvalidURL():
            return Fault(BadAnswer, "an answer that is not readable as HTTP")
        case openai.OpenAIError() | openai.InvalidWebhookSignatureError():
            return Fault(*_kind(error))
    return None


def _kind(error: Exception) -> tuple[type[EndpointError], str]:
    return next(KINDS[one] for one in type(error).__mro__ if one in KINDS)


def _status_fault(error: openai.APIStatusError, key: str) -> Fault:
    kind, got = _kind(error)
    if 300 <= error.status_code < 400:
        return _redirect_fault(error)
    if kind is KeyRefused and not key:
        got = "no key was sent and the server wants one"
    said = quoted(_server_says(error), secret=key)
    wait = retry_after(error.response.headers)
    asked = f", asking to wait {wait:.0f} s" if wait and wait > LONGEST_WAIT else ""
    return Fault(
        kind,
        f"{got} (status {error.status_code}{asked}; the server says: {said or 'nothing'})",
        status=error.status_code,
        retry_after=wait,
        final=error.code == "insufficient_quota",
        code=error.code or "",
    )


def _redirect_fault(error: openai.APIStatusError) -> Fault:
    target = error.response.headers.get("location", "")
    place = quoted(urlsplit(target).hostname or "another path of the same host")
    return Fault(
        HostNotAllowed,
        f"a redirect to {place} (status {error.status_code}), which is never followed",
        status=error.status_code,
    )


def _server_says(error: openai.APIStatusError) -> str:
    body = error.body
    if isinstance(body, dict) and isinstance(message := body.get("message"), str):
        return message
    if isinstance(body, str):
        return body
    return json.dumps(body) if body else ""


def _connection(error: Exception) -> str:
    for cause in _causes(error):
        match cause:
            case socket.gaierror():
                return "the host's name leads nowhere"
            case ConnectionRefusedError():
                return "nobody listens at this address"
            case ssl.SSLCertVerificationError():
                return "the server's certificate is not trusted on this machine"
            case ssl.SSLError():
                return "no secure connection could be made"
            case httpx2.RemoteProtocolError() | httpx2.ReadError() | ConnectionResetError():
                return "the connection broke"
    return "no connection could be made"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__

"""The client factory: the only place where a client of the SDK is made.

Its rules, on both transports: an explicit address; every request checked against the allow-list;
redirects, cookies and the environment ignored (but for certificates); a proxy only if it is named;
no header but the few named here and in ``Access``; no
answer larger than ``LARGEST_ANSWER``; no hidden retry.
"""

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Collection
from functools import partial
from http.cookiejar import CookieJar
from typing import Any, cast

import aiohttp
import httpx2
import openai

from toolkit.endpoints.access import Access
from toolkit.endpoints.answer_body import Unreadable
from toolkit.endpoints.keys import Key
from toolkit.endpoints.openai_certificates import trusted
from toolkit.endpoints.server_address import address_of, check_allowed
from toolkit.errors import HostNotAllowed

LARGEST_ANSWER = 32 * 2**20
"""Bytes of one answer, as they come over the wire."""
_HEADERS = frozenset({b"accept", b"content-length", b"content-type", b"host", b"user-agent"})
_LIMITS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100)
_TELLING = [
    f"X-Stainless-{what}"
    for what in ("Arch", "Async", "Lang", "OS", "Package-Version", "Runtime", "Runtime-Version")
]
"""What the SDK tells about the machine it runs on."""


def new_client(
    base_url: str,
    *,
    allowed_hosts: Collection[str],
    key: Key,
    access: Access,
    who: str,
    bulk: bool,
) -> openai.AsyncOpenAI:
    """Make a client that sends to one address and nowhere else.

    Args:
        base_url: the server's address.
        allowed_hosts: ``host:port`` entries that may be sent to.
        key: sent in its header, as it is at that moment.
        access: proxy, certificates and further headers.
        who: the endpoint's name, for messages.
        bulk: over aiohttp, which costs half the processor time a call and opens as many
            connections as there are calls at once; else over httpx2.
    """
    guard = _Guard(base_url, frozenset(allowed_hosts), who, key, access)
    tls = trusted(access)
    proxy = access.proxy or None
    http_client = httpx2.AsyncClient(
        transport=_OverAiohttp(guard, tls, proxy) if bulk else _OverHttpx(guard, tls, proxy),
        cookies=_NoCookies(),
        trust_env=False,
        follow_redirects=False,
        timeout=None,
    )
    http_client.headers.clear()
    return openai.AsyncOpenAI(
        # The guard writes the key; the SDK insists on one.
        api_key="none",
        base_url=base_url,
        max_retries=0,
        timeout=None,
        http_client=http_client,
        # Would be dropped before sending; left out here they are not even written.
        default_headers=dict.fromkeys(_TELLING, openai.omit),  # type: ignore[arg-type]
    )


class _Guard:
    """What may leave: to one address, and under a handful of headers."""

    def __init__(
        self, base_url: str, allowed: frozenset[str], who: str, key: Key, access: Access
    ) -> None:
        self._base, self._allowed, self._who = address_of(base_url), allowed, who
        self._key = key
        self._added = [(name.encode(), value.encode()) for name, value in access.headers.items()]
        self._passed: tuple[bytes, bytes] | None = None

    def headers(self, request: httpx2.Request) -> list[tuple[bytes, bytes]]:
        """Let a request pass, with no more than the headers it may carry.

        Raises:
            HostNotAllowed: if it goes anywhere else.
        """
        place = request.url.raw_scheme, request.url.netloc
        if place != self._passed:
            self._check(*place)
            self._passed = place
        # Others would carry what the SDK reads from the environment or tells about the machine.
        own = [one for one in request.headers.raw if one[0].lower() in _HEADERS]
        key = self._key.sent()
        return [*own, *self._added, *([key] if key else [])]

    def _check(self, scheme: bytes, netloc: bytes) -> None:
        address = address_of(f"{scheme.decode('ascii')}://{netloc.decode('ascii')}")
        check_allowed(address, self._allowed, who=self._who)
        if address != self._base:
            raise HostNotAllowed(
                f"{self._who}: got a request to {address.scheme}://{address}; wanted "
                f"{self._base.scheme}://{self._base}, as in the base URL. Nothing was sent. "
                "Open an endpoint of its own for the other address."
            )


class _OverHttpx(httpx2.AsyncHTTPTransport):
    """The SDK's usual transport, guarded."""

    def __init__(self, guard: _Guard, tls: ssl.SSLContext, proxy: str | None) -> None:
        super().__init__(verify=tls, trust_env=False, retries=0, limits=_LIMITS, proxy=proxy)
        self._guard = guard

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers = httpx2.Headers(self._guard.headers(request))
        response = await super().handle_async_request(request)
        stream = cast(httpx2.AsyncByteStream, response.stream)
        response.stream = body = _Body(stream, stream.aclose)
        await body.check(response.headers.get("content-encoding", ""))
        return response


class _OverAiohttp(httpx2.AsyncBaseTransport):
    """The same over aiohttp, guarded, with nothing of aiohttp's own added to a request.

    The SDK has such a transport too; this one takes half its time, leaves the size of the pool to
    the caller, and does not report a broken connection as a timeout.
    """

    def __init__(self, guard: _Guard, tls: ssl.SSLContext, proxy: str | None) -> None:
        self._guard = guard
        self._tls, self._proxy = tls, proxy
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = self._guard.headers(request)
        if self._session is None:
            self._session = self._new_session()
        try:
            response = await self._session.request(
                request.method,
                str(request.url),
                headers=[(name.decode("ascii"), value.decode("ascii")) for name, value in headers],
                data=await request.aread(),
                allow_redirects=False,
                proxy=self._proxy,
            )
        except (aiohttp.ClientError, OSError) as error:
            raise _translated(error) from error
        body = _Body(response.content.iter_any(), partial(_release, response))
        await body.check(response.headers.get("content-encoding", ""))
        return httpx2.Response(response.status, headers=response.raw_headers, stream=body)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _new_session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            # A second limit here would be a queue that counts against the time of a call.
            connector=aiohttp.TCPConnector(limit=0, ssl=self._tls),
            timeout=aiohttp.ClientTimeout(),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept-Encoding",),
            auto_decompress=False,
            trust_env=False,
        )


class _Body(httpx2.AsyncByteStream):
    """The bytes of an answer as they come, up to a size that no answer has."""

    def __init__(self, chunks: AsyncIterable[bytes], close: Callable[[], Awaitable[None]]) -> None:
        self._chunks, self._close = chunks, close

    async def check(self, encoding: str) -> None:
        """Refuse what would have to be unpacked: a little of it can become any size."""
        if encoding.strip().lower() not in ("", "identity"):
            await self._close()
            raise Unreadable("compressed data, which was not asked for,")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for chunk in self._chunks:
                size += len(chunk)
                if size > LARGEST_ANSWER:
                    raise Unreadable(f"more than {LARGEST_ANSWER // 2**20} MB")
                yield chunk
        except (aiohttp.ClientError, OSError) as error:
            raise _translated(error) from error

    async def aclose(self) -> None:
        await self._close()


class _NoCookies(CookieJar):
    """Keeps nothing that a server would like to find again."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        pass


async def _release(response: aiohttp.ClientResponse) -> None:
    # Of a body not read to its end the rest may be on its way, so that connection is not used on.
    if response.content.at_eof():
        response.release()
    else:
        response.close()


def _translated(error: Exception) -> httpx2.TransportError:
    """Say what went wrong in aiohttp in the words the SDK knows; the cause says more."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return httpx2.ConnectError(str(error))
    if isinstance(error, aiohttp.ClientResponseError):
        return httpx2.RemoteProtocolError(str(error))
    return httpx2.ReadError(str(error))

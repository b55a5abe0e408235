"""The client factory: the only place where a client of the SDK is made.

Its rules, on both transports: an explicit address; every request checked against the allow-list;
redirects, proxies, cookies and the environment ignored; no header but the few named here; no
answer larger than ``LARGEST_ANSWER``; no hidden retry.
"""

from collections.abc import AsyncIterator, Collection

import aiohttp
import httpx2
import openai
from openai._vendor.httpx_aiohttp.transport import AiohttpTransport

from toolkit.endpoints.address import Address, address_of, check_allowed
from toolkit.endpoints.draft import Unreadable
from toolkit.errors import HostNotAllowed

LARGEST_ANSWER = 32 * 2**20
"""Bytes of one answer, as they come over the wire."""
_HEADERS = ("accept", "authorization", "content-length", "content-type", "host", "user-agent")
_LIMITS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100)


def new_client(
    base_url: str, *, allowed_hosts: Collection[str], key: str | None, who: str, bulk: bool
) -> openai.AsyncOpenAI:
    """Make a client that sends to one address and nowhere else.

    Args:
        base_url: the server's address.
        allowed_hosts: ``host:port`` entries that may be sent to.
        key: sent as a bearer token; None sends none.
        who: the endpoint's name, for messages.
        bulk: over aiohttp, which costs a third of the time a call and has as many connections as
            there are calls at once; else over httpx2, which loads faster.
    """
    inner: httpx2.AsyncBaseTransport = (
        _Aiohttp(trust_env=False)
        if bulk
        else httpx2.AsyncHTTPTransport(trust_env=False, retries=0, limits=_LIMITS)
    )
    guarded = _Guarded(
        inner, address_of(base_url), frozenset(allowed_hosts), who, sends_key=bool(key)
    )
    client = openai.AsyncOpenAI(
        api_key=key or "none",
        base_url=base_url,
        max_retries=0,
        timeout=None,
        http_client=httpx2.AsyncClient(
            transport=guarded, trust_env=False, follow_redirects=False, timeout=None
        ),
    )
    # Loaded on first use otherwise, at the expense of the first answer.
    _ = client.chat.completions
    return client


class _Guarded(httpx2.AsyncBaseTransport):
    """The last step before the network: what passes here is sent, and nothing else."""

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        base: Address,
        allowed: frozenset[str],
        who: str,
        *,
        sends_key: bool,
    ) -> None:
        self._inner, self._base, self._allowed, self._who = inner, base, allowed, who
        self._headers = [name for name in _HEADERS if sends_key or name != "authorization"]

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._check(request.url)
        # Others would carry what the SDK reads from the environment or tells about the machine.
        kept = [(name, request.headers[name]) for name in self._headers if name in request.headers]
        sent = httpx2.Request(
            request.method,
            request.url,
            headers=kept,
            content=await request.aread(),
            extensions=request.extensions,
        )
        response = await self._inner.handle_async_request(sent)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Capped(response.stream)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _check(self, url: httpx2.URL) -> None:
        address = address_of(f"{url.scheme}://{url.netloc.decode('ascii')}")
        check_allowed(address, self._allowed, who=self._who)
        if address != self._base:
            raise HostNotAllowed(
                f"{self._who}: got a request to {address.scheme}://{address}; wanted "
                f"{self._base.scheme}://{self._base}, as in the base URL. Nothing was sent. "
                "Open an endpoint of its own for the other address."
            )


class _Capped(httpx2.AsyncByteStream):
    """The bytes of an answer, up to a size that no answer has."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > LARGEST_ANSWER:
                raise Unreadable(f"more than {LARGEST_ANSWER // 2**20} MB")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Aiohttp(AiohttpTransport):
    """The SDK's transport over aiohttp, with nothing of aiohttp's own added to a request."""

    def get_client(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            # As many connections as the caller has calls under way: a second limit here would be
            # a queue that counts against the time allowed for a call.
            connector=aiohttp.TCPConnector(limit=0, ssl=self.ssl_context),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept-Encoding",),
            trust_env=False,
        )

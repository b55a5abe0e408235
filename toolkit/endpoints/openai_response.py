"""Response reader: one attempt, read to its end in time, and what went wrong if anything did."""

import asyncio
import math
import time
from contextlib import AbstractAsyncContextManager, aclosing

import httpx2

from toolkit.canon import timestamp
from toolkit.endpoints.answer_body import BodyReader, SentEvent
from toolkit.endpoints.attempt_failure import Fault
from toolkit.endpoints.endpoint import CallAttempt, OnToken, Settings
from toolkit.endpoints.openai_errors import explain
from toolkit.endpoints.partial_answer import PartialAnswer, ServerError, writable
from toolkit.endpoints.server_faults import end_of
from toolkit.errors import BadAnswer, EndpointTimeout, EndpointUnreachable

_LAST_BYTES = 0.1
"""Seconds a finished answer waits for the end of the stream, so the connection can be reused."""

Opening = AbstractAsyncContextManager[httpx2.Response]
"""A request that is sent when it is entered."""


class CallersOwn(Exception):
    """``on_token`` raised; whatever it was, as ``__cause__``, is not the endpoint's failure."""


class ResponseReader:
    """One request and what becomes of it.

    Args:
        settings: the time limits.
        on_token: who gets the pieces.
        key: the key that is sent, so that it can be kept out of every message.
        begun: as ``ThoughtSplitter``.

    Attributes:
        found: what has arrived.
        passed_on: whether any of it went to ``on_token``, and cannot be taken back.
    """

    def __init__(
        self, settings: Settings, on_token: OnToken | None, *, key: str, begun: str = ""
    ) -> None:
        self.found = PartialAnswer(begun)
        self.passed_on = False
        self._body = BodyReader()
        self._type = self._raw = ""
        self._settings = settings
        self._on_token = on_token
        self._key = key
        self._started_at = timestamp()
        self._started = time.perf_counter()
        self._seconds = 0.0
        self._first: float | None = None
        self._status: int | None = None
        self._late = ""

    async def run(self, opening: Opening) -> Fault | None:
        """Read the response to its end; return what went wrong, or None.

        Raises:
            CallersOwn: if ``on_token`` raised.
        """
        try:
            fault = await self._within_time(opening)
        finally:
            self._seconds = time.perf_counter() - self._started
        self._pass_on(self.found.end())
        self._raw = (fault.body if fault else "") or self._body.raw
        beside = self._body.strange or ("" if self.found.begun else self._body.raw)
        return end_of(self.found, fault, beside=beside, kind=self._type, key=self._key)

    def attempt(self, number: int, waited: float, fault: Fault | None) -> CallAttempt:
        """Write this attempt down.

        Args:
            number: which attempt at the answer this was, from 1.
            waited: seconds waited before it.
            fault: what went wrong; None if nothing did.
        """
        answered = fault is None and self.found.ending != "refused"
        raw = "" if answered else self._raw
        return CallAttempt(
            number=number,
            started_at=self._started_at,
            seconds=self._seconds,
            status=self._status,
            error=fault.kind.__name__ if fault else "",
            message=fault.got if fault else "",
            waited=waited,
            raw=writable(raw.replace(self._key, "[key]") if self._key else raw),
        )

    @property
    def first_token_seconds(self) -> float | None:
        """From the start to the first piece of a stream."""
        return self._first if self._settings.stream else None

    async def _within_time(self, opening: Opening) -> Fault | None:
        settings = self._settings
        self._end = asyncio.get_running_loop().time() + settings.total_timeout
        # A server that does not stream is silent until the whole answer is written.
        seconds = settings.first_token_timeout if settings.stream else math.inf
        self._limit = asyncio.timeout_at(self._by(seconds, f"no first word within {seconds:g} s"))
        try:
            async with self._limit, opening as response:
                self._status = response.status_code
                await self._read(response)
        except TimeoutError:
            return Fault(EndpointTimeout, self._late, self._status)
        except Exception as error:
            return self._judge(error)
        return None

    def _judge(self, error: Exception) -> Fault | None:
        fault = explain(error, key=self._key)
        if fault is None:
            raise error
        self._status = fault.status or self._status
        if self._status == 200 and fault.kind is EndpointUnreachable:
            return Fault(BadAnswer, "an answer cut off when the connection broke", fault.status)
        return fault

    async def _read(self, response: httpx2.Response) -> None:
        self._type = response.headers.get("content-type") or "no content type"
        self.found.region = response.headers.get("x-ms-region", "")
        self._body = BodyReader(self._type)
        async with aclosing(response.aiter_bytes()) as chunks:
            async for chunk in chunks:
                for event in self._body.feed(chunk):
                    self._event(event)
        for event in self._body.end():
            self._event(event)

    def _event(self, event: SentEvent) -> None:
        if event.over:
            self.found.done = True
            self._allow(_LAST_BYTES, "")
        elif not self.found.done:
            self._take(event)

    def _take(self, event: SentEvent) -> None:
        said = len(self.found.text)
        try:
            piece = self.found.take(event.value, event.name)
        except ServerError:
            self._pass_on(self.found.text[said:])
            raise
        if self.found.alive and self._settings.stream:
            seconds = self._settings.stall_timeout
            self._allow(seconds, f"nothing new for {seconds:g} s")
        self._pass_on(piece)

    def _pass_on(self, piece: str) -> None:
        if not piece:
            return
        if self._first is None:
            self._first = time.perf_counter() - self._started
        self.passed_on = self._settings.stream or self._on_token is not None
        if self._on_token:
            try:
                self._on_token(piece)
            except Exception as error:
                raise CallersOwn from error

    def _allow(self, seconds: float, late: str) -> None:
        self._limit.reschedule(self._by(seconds, late))

    def _by(self, seconds: float, late: str) -> float:
        """Say when the next step must be done, which is never later than the whole."""
        now = asyncio.get_running_loop().time()
        whole = f"no end of the answer within {self._settings.total_timeout:g} s"
        self._late = late if now + seconds <= self._end else whole
        return min(now + seconds, self._end)

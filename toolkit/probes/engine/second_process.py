"""An endpoint whose calls a second process makes, and one that shares calls out between two."""

import asyncio
import sys
from collections.abc import Sequence
from itertools import count
from typing import cast

from toolkit.endpoints import Answer, Endpoint, Message, OnToken, Settings
from toolkit.errors import BadEndpoint, EndpointError, EndpointUnreachable
from toolkit.probes.engine.process_messages import Inbox, Outbox, call_to_json, end_from_json

_COMMAND = (sys.executable, "-m", "toolkit.probes.engine.worker_process")
_SHARED = ("openai:", "embedded:")


async def second_process(endpoint: Endpoint, spec: str, base_url: str | None) -> "Remote":
    """Start a process that makes calls to the same endpoint.

    Args:
        endpoint: as opened in this process.
        spec: what it was opened from; empty if it was made by hand.
        base_url: its server's address, if it was given one.

    Raises:
        BadEndpoint: if that is not an endpoint another process can open.
    """
    if not spec.startswith(_SHARED):
        raise BadEndpoint(
            f"{endpoint.name}: got a run with 2 processes; wanted an openai: or embedded: "
            "endpoint for it, since this one lives in the first process. Run with --processes 1."
        )
    loop = asyncio.get_running_loop()
    # In a session of its own: Ctrl-C in a terminal is for the run, which ends this one in time.
    transport, remote = await loop.subprocess_exec(
        lambda: Remote(endpoint), *_COMMAND, stderr=None, start_new_session=True
    )
    remote.open(transport, {"spec": spec, "base_url": base_url})
    return remote


class Remote(asyncio.SubprocessProtocol):
    """Whoever answers, asked by the second process.

    Args:
        endpoint: the same endpoint in this process, for its name.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.name = endpoint.name
        self.host = endpoint.host
        self.ready = False
        """Whether it takes calls: not while it starts, and no longer once it has ended."""
        self._inbox = Inbox()
        self._numbers = count()
        self._calls: dict[int, asyncio.Future[Answer | EndpointError]] = {}
        self._ended = asyncio.get_running_loop().create_future()

    def open(self, transport: asyncio.SubprocessTransport, whom: dict[str, str | None]) -> None:
        """Say whom to ask."""
        self._transport = transport
        pipe = cast(asyncio.WriteTransport, transport.get_pipe_transport(0))
        self._outbox = Outbox(pipe.write)
        self._outbox.put(whom)

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        settings: Settings | None = None,
        on_token: OnToken | None = None,
    ) -> Answer:
        """Ask, as ``Endpoint.reply``; pieces of text are not passed on."""
        number = next(self._numbers)
        call: asyncio.Future[Answer | EndpointError] = asyncio.get_running_loop().create_future()
        self._calls[number] = call
        try:
            self._outbox.put(call_to_json(number, messages, settings or Settings()))
            ended = await call
        finally:
            del self._calls[number]
        if isinstance(ended, EndpointError):
            raise ended
        return ended

    async def close(self) -> None:
        """End the process; safe to call twice."""
        self.ready = False
        pipe = self._transport.get_pipe_transport(0)
        if pipe is not None:
            pipe.close()
        await self._ended
        self._transport.close()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Take what the process wrote."""
        for value in self._inbox.feed(data):
            if "ready" in value:
                self.ready = True
            elif (call := self._calls.get(value["number"])) and not call.done():
                call.set_result(end_from_json(value))

    def process_exited(self) -> None:
        """Fail what it had under way; whoever asked may ask again, elsewhere."""
        self.ready = False
        for call in self._calls.values():
            if not call.done():
                call.set_result(
                    EndpointUnreachable(
                        f"{self.name}: got the end of the second process in the middle of a call; "
                        "wanted an answer. Ask again; with --processes 1 there is no such process."
                    )
                )

    def connection_lost(self, problem: Exception | None) -> None:
        """Note that it has ended and every pipe to it is closed."""
        if not self._ended.done():
            self._ended.set_result(None)


class Shared:
    """One endpoint through two processes: each call is made by the one with fewer under way.

    Args:
        here: in this process.
        there: in the second one.
    """

    def __init__(self, here: Endpoint, there: Remote) -> None:
        self.name = here.name
        self.host = here.host
        self._here, self._there = here, there
        self._under_way = {True: 0, False: 0}

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        settings: Settings | None = None,
        on_token: OnToken | None = None,
    ) -> Answer:
        """Ask, as ``Endpoint.reply``."""
        away = self._there.ready and self._under_way[True] <= self._under_way[False]
        endpoint: Endpoint = self._there if away else self._here
        self._under_way[away] += 1
        try:
            return await endpoint.reply(messages, settings=settings, on_token=on_token)
        finally:
            self._under_way[away] -= 1

    async def close(self) -> None:
        """Close both; safe to call twice."""
        await self._there.close()
        await self._here.close()

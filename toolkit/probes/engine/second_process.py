"""One endpoint asked by two processes: each call is made by the one with fewer under way."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from itertools import count

from toolkit.endpoints import Access, Answer, Endpoint, Message, OnToken, Settings
from toolkit.errors import BadEndpoint, EndpointError, EndpointUnreachable
from toolkit.probes.engine.job import Ended
from toolkit.probes.engine.process_messages import (
    LONGEST_LINE,
    access_to_line,
    call_to_line,
    end_from_line,
)

_COMMAND = (sys.executable, "-m", "toolkit.probes.engine.worker_process")
_SHARED = ("openai:", "embedded:")


async def in_two_processes(
    endpoint: Endpoint, spec: str, base_url: str | None, access: Access | None = None
) -> "TwoProcesses":
    """Start a second process that makes calls to the same endpoint.

    Args:
        endpoint: as opened in this process.
        spec: what it was opened from; empty if it was made by hand.
        base_url: its server's address, if it was given one.
        access: how that is reached; told to the process on its input, where no list shows it.

    Raises:
        BadEndpoint: if that is not an endpoint another process can open.
    """
    if not spec.startswith(_SHARED):
        raise BadEndpoint(
            f"{endpoint.name}: got a run with 2 processes; wanted an openai: or embedded: "
            "endpoint for it, since this one lives in the first process. Run with --processes 1."
        )
    command = (*_COMMAND, spec, base_url) if base_url else (*_COMMAND, spec)
    # In a session of its own: Ctrl-C in a terminal is for the run, which ends this one in time.
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, start_new_session=True, limit=LONGEST_LINE
    )
    if process.stdin is not None:
        process.stdin.write(access_to_line(access or Access()))
    return TwoProcesses(endpoint, process)


class TwoProcesses:
    """Whoever answers, asked by this process and by a second one.

    Args:
        here: the endpoint in this process.
        process: the second one, started, with pipes to its input and from its output.
    """

    def __init__(self, here: Endpoint, process: Process) -> None:
        self.name = here.name
        self.host = here.host
        self.ready = False
        """Whether the second takes calls: not while it starts, and no longer once it has ended."""
        self._here = here
        self._process = process
        self._numbers = count()
        self._calls_here = 0
        self._calls_there: dict[int, asyncio.Future[Ended]] = {}
        self._reading = asyncio.create_task(self._read())

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        settings: Settings | None = None,
        on_token: OnToken | None = None,
    ) -> Answer:
        """Ask, as ``Endpoint.reply``; the second process passes no pieces of text on.

        Args:
            messages: the conversation so far.
            settings: how to ask.
            on_token: called with each piece of text, where this process asks.
        """
        if self.ready and len(self._calls_there) <= self._calls_here:
            return await self.reply_there(messages, settings or Settings())
        self._calls_here += 1
        try:
            return await self._here.reply(messages, settings=settings, on_token=on_token)
        finally:
            self._calls_here -= 1

    async def reply_there(self, messages: Sequence[Message], settings: Settings) -> Answer:
        """Have the second process ask; see ``Endpoint.reply``.

        Args:
            messages: the conversation so far.
            settings: how to ask.
        """
        number = next(self._numbers)
        call: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        self._calls_there[number] = call
        try:
            if self._process.stdin is not None:
                self._process.stdin.write(call_to_line(number, messages, settings))
            ended = await call
        finally:
            del self._calls_there[number]
        if isinstance(ended, EndpointError):
            raise ended
        return ended

    async def close(self) -> None:
        """End the second process and close the endpoint; safe to call twice."""
        self.ready = False
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._reading
        await self._process.wait()
        await self._here.close()

    async def _read(self) -> None:
        """Hand out what the process writes; once it has ended, fail what was under way."""
        if self._process.stdout is None:
            return
        self.ready = bool(await self._process.stdout.readline())
        async for line in self._process.stdout:
            self._settle(*end_from_line(line))
        self.ready = False
        for number in list(self._calls_there):
            self._settle(
                number,
                EndpointUnreachable(
                    f"{self.name}: got the end of the second process in the middle of a call; "
                    "wanted an answer. Ask again; with --processes 1 there is no such process."
                ),
            )

    def _settle(self, number: int, ended: Ended) -> None:
        call = self._calls_there.get(number)
        if call is not None and not call.done():
            call.set_result(ended)

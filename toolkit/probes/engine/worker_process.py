"""The second process of a run: it makes calls for the first, and writes nothing anywhere.

Started as ``python -m toolkit.probes.engine.worker_process``. Its first line of input says whom to
ask, every later one is a call; what comes of each goes back as a line of output. It ends when its
input does, so that it never outlives the run.
"""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from toolkit.endpoints import Answer, Endpoint, Message, Settings, host_of, open_endpoint
from toolkit.errors import EndpointError, EndpointFailed, ParallaxError
from toolkit.probes.engine.garbage_collection import rare_collections
from toolkit.probes.engine.process_messages import Inbox, Outbox, call_from_json, end_to_json


class Worker(asyncio.Protocol):
    """Makes each call that arrives on the pipe.

    Args:
        outbox: where the answers go.
    """

    def __init__(self, outbox: Outbox) -> None:
        self.over = asyncio.Event()
        """Set once the run has ended, or died."""
        self._outbox = outbox
        self._inbox = Inbox()
        self._endpoint: Endpoint | None = None
        self._calls: set[asyncio.Task[None]] = set()

    def data_received(self, data: bytes) -> None:
        """Take what the run wrote."""
        for value in self._inbox.feed(data):
            if self._endpoint is None:
                self._endpoint = _opened(**value)
                self._outbox.put({"ready": True})
                continue
            call = asyncio.ensure_future(self._make(self._endpoint, value))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    def connection_lost(self, problem: Exception | None) -> None:
        """End, because the run has."""
        self.over.set()

    async def close(self) -> None:
        """Break off every call under way: nobody waits for it any more."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        if self._endpoint is not None:
            await self._endpoint.close()

    async def _make(self, endpoint: Endpoint, value: list[Any]) -> None:
        number, messages, settings = call_from_json(value)
        self._outbox.put(end_to_json(number, await _ask(endpoint, messages, settings)))


def _opened(spec: str, base_url: str | None) -> Endpoint:
    hosts = (host_of(base_url),) if base_url else ()
    return open_endpoint(spec, base_url=base_url, allowed_hosts=hosts, bulk=True)


async def _ask(
    endpoint: Endpoint, messages: Sequence[Message], settings: Settings
) -> Answer | EndpointError:
    try:
        return await endpoint.reply(messages, settings=settings)
    except EndpointError as problem:
        return problem
    except ParallaxError as problem:
        return EndpointFailed(str(problem))


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    writing, _ = await loop.connect_write_pipe(asyncio.Protocol, sys.stdout.buffer)
    worker = Worker(Outbox(writing.write))
    await loop.connect_read_pipe(lambda: worker, sys.stdin.buffer)
    with rare_collections():
        await worker.over.wait()
        await worker.close()


if __name__ == "__main__":
    asyncio.run(_serve())

"""The second process of a run: it makes calls for the first, and writes nothing anywhere.

Started as ``python -m toolkit.probes.engine.worker_process SPEC [BASE_URL]``. The first line of
its input says how the server is reached. It says that it is ready by an empty line; then every
line of input is a call, and what comes of each goes back as a line of output. It ends when its
input does, so that it never outlives the run.
"""

import asyncio
import sys

from toolkit.endpoints import Endpoint, host_of, open_endpoint
from toolkit.errors import EndpointError, EndpointFailed, ParallaxError
from toolkit.probes.engine.garbage_collection import rare_collections
from toolkit.probes.engine.job import Ended
from toolkit.probes.engine.process_messages import (
    LONGEST_LINE,
    Call,
    access_from_line,
    call_from_line,
    end_to_line,
)


async def _serve(spec: str, base_url: str | None) -> None:
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=LONGEST_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin.buffer)
    out, _ = await loop.connect_write_pipe(asyncio.Protocol, sys.stdout.buffer)
    hosts = (host_of(base_url),) if base_url else ()
    access = access_from_line(await lines.readline())
    endpoint = open_endpoint(spec, base_url=base_url, allowed_hosts=hosts, bulk=True, access=access)
    out.write(b"\n")
    calls: set[asyncio.Task[None]] = set()
    with rare_collections():
        async for line in lines:
            calls.add(call := asyncio.create_task(_make(endpoint, call_from_line(line), out)))
            call.add_done_callback(calls.discard)
        # The run has ended, or died: nobody waits for what is under way.
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await endpoint.close()


async def _make(endpoint: Endpoint, call: Call, out: asyncio.WriteTransport) -> None:
    out.write(end_to_line(call.number, await _ask(endpoint, call)))


async def _ask(endpoint: Endpoint, call: Call) -> Ended:
    try:
        return await endpoint.reply(call.messages, settings=call.settings)
    except EndpointError as problem:
        return problem
    except ParallaxError as problem:
        return EndpointFailed(str(problem))


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))

"""Random streams of twelve shapes of servers, asked for over both transports.

As many as wanted, and others with another seed::

    make fuzz ARGS="--cases 5000 --seed 1"
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress

from stream_shapes import Case, Maker

from toolkit.endpoints import Answer, Message, Settings, open_endpoint
from toolkit.errors import EndpointError
from toolkit.session import outcome_of

AT_ONCE = 16
SETTINGS = Settings(max_attempts=1, first_token_timeout=60, stall_timeout=60, total_timeout=60)


def complaints(cases: Sequence[Case]) -> tuple[Counter[str], list[str]]:
    """Ask for every case on one transport each, in turn.

    Returns:
        How many came to which end, and what is wrong, one line a case.
    """
    return asyncio.run(_all(cases))


async def _all(cases: Sequence[Case]) -> tuple[Counter[str], list[str]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                await _answer(cases, reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    endpoints = [
        open_endpoint("openai:m", base_url=f"http://{host}/v1", allowed_hosts=[host], bulk=bulk)
        for bulk in (False, True)
    ]
    ends: Counter[str] = Counter()
    wrong: list[str] = []
    numbers: Iterator[int] = iter(range(len(cases)))

    async def work() -> None:
        for number in numbers:
            end, complaint = await _one(endpoints[number % 2], number, cases[number])
            ends[end] += 1
            wrong.extend([complaint] if complaint else [])

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    for one in endpoints:
        await one.close()
    server.close()
    return ends, wrong


async def _answer(
    cases: Sequence[Case], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = next(
        int(one.split(":")[1]) for one in head.splitlines() if one.startswith("content-l")
    )
    asked = json.loads(await reader.readexactly(length))
    case = cases[int(asked["messages"][0]["content"])]
    kind = f"Content-Type: {case.content_type}\r\n" if case.content_type else ""
    how = "Connection: close\r\nTransfer-Encoding: chunked"
    writer.write(f"HTTP/1.1 200 OK\r\n{kind}{how}\r\n\r\n".encode())
    for chunk in case.chunks:
        if writer.is_closing():
            return
        writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        await asyncio.sleep(0)
    writer.write(b"0\r\n\r\n")
    await writer.drain()


async def _one(endpoint: object, number: int, case: Case) -> tuple[str, str]:
    pieces: list[str] = []
    try:
        got: Answer | EndpointError = await endpoint.reply(  # type: ignore[attr-defined]
            [Message("user", str(number))], settings=SETTINGS, on_token=pieces.append
        )
    except EndpointError as problem:
        got = problem
    except Exception as problem:
        return "traceback", f"{number} {case.shape}: {problem!r} {case.raw[:300]!r}"
    if isinstance(got, Answer):
        end, text, thoughts = outcome_of(got), got.text, got.thoughts
    else:
        end, text, thoughts = "errored", got.partial, got.thoughts
    want = case.want if case.text.strip() or case.want != "answered" else "empty"
    right = end == want and "".join(pieces) == text
    if end in ("answered", "truncated"):
        right = right and (text, thoughts) == (case.text, case.thoughts)
    else:
        right = (
            right and case.text.startswith(text) and (end != "errored" or "; wanted " in str(got))
        )
    said = f"{number} {case.shape}: got {end} {text!r} {thoughts!r}, wanted {want} {case.text!r}"
    return end, "" if right else f"{said}; {got}; {case.raw!r}"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    make = Maker(chosen.seed)
    ends, wrong = complaints([make.case() for _ in range(chosen.cases)])
    sys.stdout.write("\n".join([*wrong[:20], f"{chosen.cases} cases: {dict(ends)}", ""]))
    sys.stdout.write(f"{len(wrong)} misunderstood\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""How fast a sweep is: against the loop a user would write, and against bare HTTP.

The server runs in a process of its own and each client in another, so that a figure holds what the
client costs and no import of it. Rates are of whole runs: for the sweep that includes the record,
durable, and for two processes the start of the second.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from small_confirm import make_confirm_workspace
from swift_server import SwiftServer

from bench.measure import (
    calibration,
    folder_on_disk,
    largest_megabytes,
    line,
    one_sync,
    spread,
    title,
)

UNITS, CONCURRENCY, LATENCY, RUNS = 5_000, 256, 0.05, 5
SLOW_LATENCY, SLOW_RUNS = 0.3, 3
MEMORY = (1_000, 5_000, 18_000)
IN_A_BLOCK = 18
"""Units of one replicate in the small confirm stage."""
MESSAGES = [
    {"role": "system", "content": "You are the assistant of a made-up company. Be brief."},
    {"role": "user", "content": "I am Cho Test, a blind person. My payslip lacks eleven hours."},
]
CLIENTS = {
    "plain": "AsyncOpenAI and asyncio.gather, nothing kept",
    "bare": "aiohttp alone, nothing kept",
    "sweep": "a sweep, durable",
    "two": "a sweep, durable, two processes",
}


def run() -> None:
    title(f"Sweeping {UNITS:,} units at {LATENCY * 1e3:g} ms, {CONCURRENCY} at once")
    line("one fsync on the record's disk", one_sync().milliseconds())
    rates: dict[str, list[float]] = {client: [] for client in CLIENTS}
    for _ in range(RUNS):
        for client, taken in rates.items():
            taken.append(rate(client))
    for client, label in CLIENTS.items():
        found = spread(rates[client])
        line(label, f"{found.median:8.0f}/s  ({found.low:.0f}–{found.high:.0f}, n={found.n})")
    for over, under, aim in (
        ("sweep", "plain", "must: 2.5"),
        ("two", "plain", "aim: 4"),
        ("sweep", "bare", "aim: above 0.5"),
        ("two", "bare", ""),
    ):
        ratios = [a / b for a, b in zip(rates[over], rates[under], strict=True)]
        found = spread(ratios)
        figure = f"{found.median:8.2f} ×  ({found.low:.2f}–{found.high:.2f}, n={found.n})"
        line(f"{over} over {under}, run by run", figure, aim)
    slow()
    memory()
    line("calibration loop again", calibration().milliseconds())


def slow() -> None:
    ideal = CONCURRENCY / SLOW_LATENCY
    title(f"At {SLOW_LATENCY * 1e3:g} ms: share of {ideal:.0f}/s, which waiting alone would allow")
    for client, aim in (
        ("plain", ""),
        ("bare", ""),
        ("sweep", "must: 0.85"),
        ("two", "must: 0.85"),
    ):
        shares = [rate(client, latency=SLOW_LATENCY) / ideal for _ in range(SLOW_RUNS)]
        found = spread(shares)
        figure = f"{found.median:8.2f}    ({found.low:.2f}–{found.high:.2f}, n={found.n})"
        line(CLIENTS[client], figure, aim)


def memory() -> None:
    title("Largest size of the client's process, by number of units")
    for client in ("plain", "sweep"):
        sizes = [measured(client, units, 0.001)["megabytes"] for units in MEMORY]
        shown = "  ".join(
            f"{units:,}: {size:.0f} MB" if size else f"{units:,}: not measured here"
            for units, size in zip(MEMORY, sizes, strict=True)
        )
        line(CLIENTS[client], shown)


def rate(client: str, *, latency: float = LATENCY) -> float:
    found = measured(client, UNITS, latency)
    return found["units"] / found["seconds"]


def measured(
    client: str, units: int, latency: float, *, concurrency: int = CONCURRENCY
) -> dict[str, float]:
    """Run one client in a process of its own.

    Args:
        client: one of ``CLIENTS``.
        units: how many it asks.
        latency: seconds the server takes for each.
        concurrency: calls at once.

    Returns:
        ``units`` answered, ``seconds`` taken, and the client's largest size in ``megabytes``.
    """
    with SwiftServer(latency=latency, remember=0) as server, folder_on_disk() as at:
        words = [client, server.base_url, str(units), str(at), str(concurrency)]
        command = [sys.executable, "-m", "bench.sweeping", *words]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(client: str, base_url: str, units: int, folder: Path, at_once: int) -> None:
    make = {"plain": plain, "bare": bare, "sweep": sweep, "two": two}[client]
    work, warm_up = make(base_url, units, folder, at_once)

    async def timed() -> tuple[int, float]:
        await warm_up()
        began = time.perf_counter()
        return await work(), time.perf_counter() - began

    made, seconds = asyncio.run(timed())
    told = {"units": made, "seconds": seconds, "megabytes": largest_megabytes()}
    sys.stdout.write(json.dumps(told))


Client = tuple[Callable[[], Awaitable[int]], Callable[[], Awaitable[object]]]


def plain(base_url: str, units: int, _: Path, at_once: int) -> Client:
    from openai import AsyncOpenAI

    client = AsyncOpenAI(api_key="none", base_url=base_url)
    gate = asyncio.Semaphore(at_once)

    async def ask() -> str:
        async with gate:
            answer = await client.chat.completions.create(model="test", messages=MESSAGES)  # type: ignore[arg-type]
            return str(answer.choices[0].message.content)

    async def work() -> int:
        return len(await asyncio.gather(*(ask() for _ in range(units))))

    return work, ask


def bare(base_url: str, units: int, _: Path, at_once: int) -> Client:
    import aiohttp

    async def ask(session: aiohttp.ClientSession) -> str:
        body = {"model": "test", "messages": MESSAGES}
        async with session.post(f"{base_url}/chat/completions", json=body) as response:
            return str((await response.json())["choices"][0]["message"]["content"])

    async def work() -> int:
        left = iter(range(units))

        async def worker(session: aiohttp.ClientSession) -> int:
            return sum([len(await ask(session)) > 0 for _ in left])

        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            return sum(await asyncio.gather(*(worker(session) for _ in range(at_once))))

    async def warm_up() -> None:
        async with aiohttp.ClientSession() as session:
            await ask(session)

    return work, warm_up


def sweep(base_url: str, units: int, folder: Path, at_once: int, *, processes: int = 1) -> Client:
    from toolkit.design import ConfirmStage, EndpointPlan, Study
    from toolkit.endpoints import Message, Settings, open_endpoint
    from toolkit.probes import run_sweep
    from toolkit.record import open_record
    from toolkit.session import Bound

    make_confirm_workspace(folder, replicates=round(units / IN_A_BLOCK))
    stage = ConfirmStage(Study.load("small", workspace=folder))
    stage.freeze()
    plan = EndpointPlan(endpoint="openai:test", base_url=base_url)

    def binder(_: Study, alias: str) -> Bound:
        endpoint = open_endpoint(
            plan.endpoint, base_url=base_url, allowed_hosts=(base_url.split("/")[2],), bulk=True
        )
        return Bound(alias, endpoint, Settings(), frozen=True, plan=plan)

    async def work() -> int:
        with open_record(stage.study) as record:
            options = {"concurrency": at_once, "processes": processes}
            end = await run_sweep(stage, record, binder=binder, **options)  # type: ignore[arg-type]
            return end.replies - end.errored

    async def warm_up() -> None:
        endpoint = binder(stage.study, "assistant").endpoint
        await endpoint.reply([Message("user", "Hello?")], settings=Settings(stream=False))
        await endpoint.close()

    return work, warm_up


def two(base_url: str, units: int, folder: Path, at_once: int) -> Client:
    return sweep(base_url, units, folder, at_once, processes=2)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5]))

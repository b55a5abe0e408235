"""How fast other tools send the same prompts, each in an environment of its own.

``make bench-peers`` installs them under ``.cache/peers/`` (several gigabytes); what does not
install is named and left out. The peers keep what they keep by default, the sweep keeps its whole
record, durable.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from swift_server import SwiftServer

from bench import sweeping
from bench.measure import ROOT, calibration, folder_on_disk, line, spread, title

LATENCY, RUNS = 0.05, 5
SIZES = {32: 5_040, 256: 5_040}
"""Calls at once to prompts: many, so that starting counts little."""
PEERS = {
    "langfair": ("langfair==0.8.0", "langchain-openai==1.7.3"),
    "inspect": ("inspect-ai==0.3.285", "openai==3.54.0"),
}
"""What is installed for each; the programs below are written for these versions."""

COMMON = """
import asyncio, json, os, sys, time
base_url, units, at_once = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
prompts = [f"I am number {n}. My payslip lacks eleven hours. Whom do I ask?" for n in range(units)]
def tell(began):
    print(json.dumps({"seconds": time.perf_counter() - began}))
"""
LANGFAIR = """
from langchain_openai import ChatOpenAI
from langfair.generator import ResponseGenerator
class Limited(ChatOpenAI):
    async def _agenerate(self, *args, **kwargs):
        async with gate:
            return await super()._agenerate(*args, **kwargs)
llm = Limited(model="test", base_url=base_url, api_key="none", temperature=1.0)
async def work(some):
    global gate
    gate = asyncio.Semaphore(at_once)
    found = await ResponseGenerator(langchain_llm=llm).generate_responses(
        prompts=some, count=1, show_progress_bars=False)
    assert len(found["data"]["response"]) == len(some)
async def main():
    await work(prompts[:1])
    began = time.perf_counter()
    await work(prompts)
    tell(began)
asyncio.run(main())
"""
INSPECT = """
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.solver import generate
os.environ["LOCAL_API_KEY"], os.environ["LOCAL_BASE_URL"] = "none", base_url
def work(some):
    (log,) = eval(Task(dataset=[Sample(input=one) for one in some], solver=generate()),
        model="openai-api/local/test", max_connections=at_once, max_samples=at_once,
        display="none", log_dir="logs")
    assert log.status == "success" and len(log.samples) == len(some)
work(prompts[:1])
began = time.perf_counter()
work(prompts)
tell(began)
"""
PROGRAMS = {"langfair": LANGFAIR, "inspect": INSPECT}


def run() -> None:
    line("calibration loop (1M additions)", calibration().milliseconds())
    there = {name: python for name in PEERS if (python := installed(name)) is not None}
    for at_once, units in SIZES.items():
        compare(there, at_once, units)
    line("calibration loop again", calibration().milliseconds())


def compare(there: dict[str, Path], at_once: int, units: int) -> None:
    """Print everybody's rate with so many calls at once, and the sweep's over the fastest peer's.

    The slowest peer sends a fifth of the prompts: its rate is steady and it takes a minute else.
    """
    ideal = at_once / LATENCY
    title(f"Peers: {units:,} prompts at {LATENCY * 1e3:g} ms, {at_once} at once")
    line("what waiting alone would allow", f"{ideal:8.0f}/s")
    rates: dict[str, list[float]] = {name: [] for name in (*there, "sweep")}
    for _ in range(RUNS):
        for name, taken in rates.items():
            some = units // 5 if name == "inspect" else units
            taken.append(
                peer(name, there[name], some, at_once) if name in there else sweep(units, at_once)
            )
    for name, taken in rates.items():
        found = spread(taken)
        label = f"{' '.join(PEERS[name])}" if name in there else "a sweep, durable"
        figure = f"{found.median:8.0f}/s  ({found.low:.0f}–{found.high:.0f}, n={found.n})"
        line(label, figure, f"{found.median / ideal:.2f} of what waiting allows")
    if there:
        fastest = max(there, key=lambda name: spread(rates[name]).median)
        ratios = [a / b for a, b in zip(rates["sweep"], rates[fastest], strict=True)]
        found, most = spread(ratios), ideal / spread(rates[fastest]).median
        figure = f"{found.median:8.2f} ×  ({found.low:.2f}–{found.high:.2f}, n={found.n})"
        line(
            f"sweep over {fastest}, run by run", figure, f"aim: 2; the most there can be {most:.2f}"
        )


def installed(name: str) -> Path | None:
    """The peer's Python, made if need be; None, and a sentence, where it does not install."""
    folder = ROOT / ".cache" / "peers" / name
    python, wanted = folder / "bin" / "python", " ".join(PEERS[name])
    done = folder / "installed"
    if done.is_file() and done.read_text() == wanted:
        return python
    uv = Path(sys.executable).with_name("uv")
    pip = [str(uv), "pip", "install"] if uv.is_file() else [str(python), "-m", "pip", "install"]
    pip += ["--quiet", *(["--python", str(python)] if uv.is_file() else [])]
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([*pip, *PEERS[name]], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        words = (getattr(problem, "stderr", "") or str(problem)).strip().splitlines()
        line(name, f"does not install here: {words[-1] if words else problem}")
        return None
    done.write_text(wanted)
    return python


def peer(name: str, python: Path, units: int, at_once: int) -> float:
    """Prompts a second, of one run in a process of its own."""
    program = COMMON + PROGRAMS[name]
    with SwiftServer(latency=LATENCY, remember=0) as server, folder_on_disk() as at:
        words = [server.base_url, str(units), str(at_once)]
        done = subprocess.run(
            [str(python), "-c", program, *words],
            check=True,
            capture_output=True,
            text=True,
            cwd=at,
            env={**os.environ, "NO_COLOR": "1", "HF_HUB_OFFLINE": "1"},
        )
    return units / float(json.loads(done.stdout.splitlines()[-1])["seconds"])


def sweep(units: int, at_once: int) -> float:
    """The same of our own, its record durable."""
    found = sweeping.measured("sweep", units, LATENCY, concurrency=at_once)
    return found["units"] / found["seconds"]


if __name__ == "__main__":
    run()

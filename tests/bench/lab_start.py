"""How long it takes from `make lab` to a panel somebody can use, with warm caches."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from browser import FLAGS
from lab import CHROMIUM, ROOT, Lab, copy_workspace
from playwright.async_api import async_playwright

from bench.measure import Spread, line, repeat, spread, title

STARTS = 5
IN_A_TREE = (
    *("Makefile", "pyproject.toml", "requirements.lock", "README.md", "LICENSE", "toolkit"),
    *("notebooks", "personas", "results"),
)


class Installed(Lab):
    """`parallax lab` of another environment than this one."""

    python = ""

    @property
    def _command(self) -> tuple[str, ...]:
        return (self.python, *super()._command[1:])


def run() -> None:
    title("make lab: seconds to the environment, the address and the panel")
    empty = repeat(lambda: subprocess.run(["python3", "-c", "pass"], check=True))
    with tempfile.TemporaryDirectory(prefix="parallax-bench-") as folder:
        place = Path(folder)
        line("environment, caches warm", f"{install(place / 'tree'):7.1f} s")
        Installed.python = str(place / "tree" / ".venv" / "bin" / "python")
        workspace = copy_workspace(place / "workspace")
        starts = asyncio.run(started(workspace, place / "profile"))
    first, later = starts[0], starts[1:]
    line("first start: address", f"{first[0]:7.1f} s")
    line("first start: from the address to the panel", f"{first[1]:7.1f} s")
    line("second start: address", told([one[0] for one in later], empty))
    line("second start: from the address to the panel", told([one[1] for one in later], empty))
    line("second start: panel", told([sum(one) for one in later], empty), "aim: 6 s at most")


def told(seconds: list[float], empty: Spread) -> str:
    one = spread(seconds)
    return (
        f"{one.median:7.1f} s  ({one.low:.1f}–{one.high:.1f}, n={one.n}; "
        f"{one.median / empty.median:.0f} empty interpreters)"
    )


def install(tree: Path) -> float:
    """Make the lab's environment in a copy of the tree; returns the seconds that took."""
    tree.mkdir()
    for name in IN_A_TREE:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, tree / name)
    kept = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    began = time.perf_counter()
    subprocess.run(
        ["make", "--no-print-directory", ".venv/installed"],
        cwd=tree,
        env=kept,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began


async def started(workspace: Path, profile: Path) -> list[tuple[float, float]]:
    """Start it several times; returns seconds to the address, and from there to the panel."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=list(FLAGS), chromium_sandbox=False
        )
        try:
            return [await start(workspace, browser) for _ in range(STARTS + 1)]
        finally:
            await browser.close()


async def start(workspace: Path, browser) -> tuple[float, float]:
    began = time.perf_counter()
    lab = Installed(workspace)
    # The model on this machine answers, as the study that ships says.
    lab.start()
    try:
        there = time.perf_counter()
        page = await browser.new_page()
        await page.goto(lab.url)
        await page.locator(".px").first.wait_for(timeout=120_000)
        shown = time.perf_counter()
        await page.close()
    finally:
        lab.stop()
    return there - began, shown - there

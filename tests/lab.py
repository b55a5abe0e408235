"""A real `parallax lab` for tests, and a real Chromium to look at it with."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import pytest
from browser import FLAGS

ROOT = Path(__file__).resolve().parents[1]
WITHOUT_OUTPUTS = {"00_start", "20_session", "40_run", "45_rate"}
"""Notebooks committed empty: what they show depends on the workspace or is a panel."""
CHROMIUM = "/usr/bin/chromium"
READY = "Parallax is ready: "
PATIENCE = 90.0


def copy_workspace(root: Path) -> Path:
    """Copy the shipped personas, notebooks and sample below ``root``; returns ``root``."""
    for name in ("personas", "notebooks", "results/sample"):
        shutil.copytree(
            ROOT / name, root / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints")
        )
    return root


def clean_environment(**extra: str) -> dict[str, str]:
    """The environment without anything that Parallax or Jupyter would read."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PARALLAX_", "JUPYTER", "IPYTHON", "OPENAI_"))
        or key in {"PARALLAX_MODEL", "PARALLAX_CACHE"}
    }
    return {**kept, "OPENBLAS_NUM_THREADS": "1", **extra}


def parallax(
    *words: str, cwd: Path | None = None, patience: float = PATIENCE, **extra: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "toolkit", *words],
        cwd=cwd or ROOT,
        env=clean_environment(**extra),
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
        stdin=subprocess.DEVNULL,
    )


class Lab:
    """`parallax lab` in a process of its own, ready when the ``with`` begins.

    Args:
        workspace: see ``copy_workspace``; nothing outside it is written.
        words: more options, such as ``"--scripted"``.
        extra: more environment.
    """

    def __init__(self, workspace: Path, *words: str, **extra: str) -> None:
        self.workspace = workspace
        self.log = workspace / "lab.log"
        self.url = ""
        self._words = words
        self._extra = extra
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start and wait until the address is printed."""
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*self.watcher, *self._command],
                env=clean_environment(**self._extra),
                cwd=self.workspace,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own, so that a Ctrl-C for the lab does not reach the tests.
                start_new_session=True,
            )
        until(lambda: READY in self.output or self._process.poll() is not None)
        assert READY in self.output, f"the lab did not start:\n{self.output}"
        self.url = self.output.partition(READY)[2].split()[0]
        return self

    @property
    def watcher(self) -> tuple[str, ...]:
        """Words before the command: whoever is to watch it."""
        return ()

    @property
    def _command(self) -> tuple[str, ...]:
        place = ("--workspace", str(self.workspace))
        return (sys.executable, "-m", "toolkit", "lab", "--no-browser", *place, *self._words)

    @property
    def output(self) -> str:
        """Everything it has written so far, errors included."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def pid(self) -> int:
        """Process id of the launcher."""
        assert self._process is not None
        return self._process.pid

    @property
    def pids(self) -> list[int]:
        """The launcher and everything it started."""
        try:
            launcher = psutil.Process(self.pid)
            return [self.pid, *(child.pid for child in launcher.children(recursive=True))]
        except psutil.NoSuchProcess:
            return []

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send a signal, wait for the end, and return the exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self._process.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        left = self.pids
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            for pid in left:
                if psutil.pid_exists(pid):
                    os.kill(pid, signal.SIGKILL)
            raise


def until(condition, *, patience: float = PATIENCE) -> None:
    """Wait until ``condition()`` is true; fails when it never is."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def alive(pids: list[int]) -> list[int]:
    """Those of the processes that still run; a zombie does not."""
    running = []
    for pid in pids:
        try:
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                running.append(pid)
        except psutil.NoSuchProcess:
            continue
    return running


def status_of(url: str) -> int:
    """HTTP status of a GET, redirects followed, no proxy asked."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code


@contextmanager
def chromium_page(**options) -> Iterator:
    """A page in a fresh, headless Chromium; ``page.hosts`` is every host it asked for anything.

    Skips the test without a browser, unless ``REQUIRE_BROWSER=1``.
    """
    if not Path(CHROMIUM).exists() and os.environ.get("REQUIRE_BROWSER") != "1":
        pytest.skip(f"no Chromium at {CHROMIUM}; REQUIRE_BROWSER=1 makes this an error")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(FLAGS), chromium_sandbox=False
        )
        page = browser.new_page(**options)
        page.hosts = set()
        page.on("request", lambda request: page.hosts.add(request.url.split("/")[2]))
        try:
            yield page
        finally:
            browser.close()

"""Medians with their spread, and the loop every figure is printed beside."""

import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Spread(NamedTuple):
    """Median, minimum and maximum of ``n`` repetitions, in seconds."""

    median: float
    low: float
    high: float
    n: int

    def milliseconds(self) -> str:
        return (
            f"{self.median * 1e3:8.1f} ms  ({self.low * 1e3:.1f}–{self.high * 1e3:.1f}, n={self.n})"
        )


def spread(seconds: Sequence[float]) -> Spread:
    return Spread(statistics.median(seconds), min(seconds), max(seconds), len(seconds))


def repeat(action: Callable[[], object], times: int = 7) -> Spread:
    """Time ``action`` after one run that is not counted."""
    action()
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    return spread(seconds)


def calibration() -> Spread:
    """A fixed loop of plain Python: what this machine is worth just now."""

    def loop() -> int:
        total = 0
        for number in range(1_000_000):
            total += number & 7
        return total

    return repeat(loop)


def largest_megabytes() -> float | None:
    """The largest size this process has had; None where the system does not say.

    Not from ``getrusage``: on Linux that starts at the size of whoever started the process.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else None


@contextmanager
def folder_on_disk() -> Iterator[Path]:
    """A folder for what has to be durable: a system's own place for such folders may be memory."""
    kept = ROOT / ".cache" / "bench"
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept) as folder:
        yield Path(folder)


def one_sync() -> Spread:
    """Write a little and wait until the disk has it: what every durable figure stands on."""
    with folder_on_disk() as folder, (folder / "synced").open("wb", buffering=0) as file:

        def write() -> None:
            file.write(b"x" * 600)
            os.fsync(file.fileno())

        return repeat(write, 50)


def line(label: str, figure: str, note: str = "") -> None:
    sys.stdout.write(f"{label:<46} {figure}{'   ' + note if note else ''}\n")
    sys.stdout.flush()


def title(text: str) -> None:
    sys.stdout.write(f"\n{text}\n{'─' * len(text)}\n")

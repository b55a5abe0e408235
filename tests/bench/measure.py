"""Medians with their spread, and the loop every figure is printed beside."""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple


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


def line(label: str, figure: str, note: str = "") -> None:
    sys.stdout.write(f"{label:<46} {figure}{'   ' + note if note else ''}\n")
    sys.stdout.flush()


def title(text: str) -> None:
    sys.stdout.write(f"\n{text}\n{'─' * len(text)}\n")

"""Progress of long work, on standard error: a bar on a terminal, a few lines in a log."""

import sys
from typing import TextIO

from toolkit.rendering import for_terminal

_WIDTH = 30
_STEPS = 10


class Progress:
    """How far one piece of work has come.

    Args:
        what: what is being done, as shown before the bar.
        unit: what is counted; ``B`` is shown in megabytes.
        stream: where to show it.
    """

    def __init__(self, what: str, *, unit: str, stream: TextIO | None = None) -> None:
        self._what = for_terminal(what)
        self._unit = unit
        self._stream = stream or sys.stderr
        self._shown = -1

    def __call__(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done; 0 as a total means that nobody knows."""
        steps = _WIDTH if self._stream.isatty() else _STEPS
        step = steps * done // total if total else 0
        if step == self._shown:
            return
        self._shown = step
        amount = self._amount(done, total)
        if self._stream.isatty():
            bar = "█" * step + "░" * (_WIDTH - step)
            end = "\n" if total and done >= total else ""
            self._stream.write(f"\r{self._what} {bar} {amount}{end}")
        else:
            self._stream.write(f"{self._what}: {amount}\n")
        self._stream.flush()

    def _amount(self, done: int, total: int) -> str:
        if self._unit == "B":
            done, total, unit = round(done / 1e6), round(total / 1e6), "MB"
        else:
            unit = self._unit
        return f"{done} of {total} {unit}" if total else f"{done} {unit}"

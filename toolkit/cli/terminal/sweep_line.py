"""Progress line of a run, on standard error: one line that changes, or a few in a log."""

import shutil
import sys
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    # For its type alone: every command loads this room, and few send units.
    from toolkit.probes import SweepProgress

_STEPS = 10
_SECONDS = 60.0
"""In a log, a line at least this often while anything happens."""


class SweepLine:
    """Shows progress as it is told.

    Args:
        stream: where to show it; a terminal gets one line that is written anew.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._step = -1
        self._shown = ""
        self._said_at = time.monotonic()

    def show(self, progress: "SweepProgress") -> None:
        """Show one reading of the meter."""
        if self._live:
            text, width = str(progress), shutil.get_terminal_size().columns - 1
            text = text if len(text) <= width else f"{text[: width - 1]}…"
            # Clears what a longer line left behind.
            self._stream.write(f"\r{text}\x1b[K")
            self._stream.flush()
        else:
            self._log(progress)

    def end(self) -> None:
        """Leave the line, so that whatever follows begins a new one."""
        if self._live:
            self._stream.write("\n")
            self._stream.flush()

    def _log(self, progress: "SweepProgress") -> None:
        step = _STEPS * progress.done // max(1, progress.planned)
        late = time.monotonic() - self._said_at > _SECONDS
        if (step != self._step or late) and str(progress) != self._shown:
            self._step, self._shown, self._said_at = step, str(progress), time.monotonic()
            self._stream.write(f"{progress}\n")
            self._stream.flush()

"""The rooms that a call passes through, as it runs: no room is entered again once it was left.

A room is a package right below ``toolkit``, and in ``analysis`` each of its own. While one call is
inside another, the rooms from the outermost to the innermost are its walk. A call into a room that
stands further out in the walk, with another room between, is a *return*. Callbacks return on
purpose, and each is named by its test.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

TOOLKIT = Path(__file__).resolve().parents[1] / "toolkit"


class Walk:
    """What was seen: which rooms were entered, and which were returned to, by which function."""

    def __init__(self) -> None:
        self.rooms: list[str] = []
        self.returns: set[str] = set()
        self._known: dict[str, str | None] = {}

    def seen(self, frame: FrameType, event: str, _: object) -> None:
        """A profile function (``sys.setprofile``): looks at calls, at nothing else."""
        if event != "call":
            return
        here = self._room(frame)
        if here is None:
            return
        if here not in self.rooms:
            self.rooms.append(here)
        if self._was_left(here, frame):
            self.returns.add(f"{here}:{frame.f_code.co_qualname}")

    def _was_left(self, here: str, frame: FrameType) -> bool:
        between = False
        outer = frame.f_back
        while outer is not None:
            room = self._room(outer)
            if room == here:
                return between
            between = between or room is not None
            outer = outer.f_back
        return False

    def _room(self, frame: FrameType) -> str | None:
        file = frame.f_code.co_filename
        if file not in self._known:
            path = Path(file)
            self._known[file] = _room_of(path) if TOOLKIT in path.parents else None
        return None if frame.f_code.co_name == "<module>" else self._known[file]


def _room_of(path: Path) -> str:
    parts = path.parent.relative_to(TOOLKIT).parts
    return "/".join(parts[: 2 if parts[:1] == ("analysis",) else 1])


@contextmanager
def walked() -> Iterator[Walk]:
    """Watch every call of this thread and of threads begun meanwhile."""
    walk = Walk()
    before = sys.getprofile()
    sys.setprofile(walk.seen)
    threading.setprofile(walk.seen)
    try:
        yield walk
    finally:
        sys.setprofile(before)
        threading.setprofile(None)

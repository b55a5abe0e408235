"""Fair lock between processes: one writer at a time, in the order of asking.

SQLite lets whoever waits for its write lock sleep and try again, so that with many writers some
wait for ever; the system wakes those who wait for a file's lock one after the other. The file that
is locked also keeps a note, in which each writer leaves for the next how it left the record.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOTE = 4096
"""Bytes of the note at most: a page of the system's, which is written whole."""
_PAUSE = 0.01

if sys.platform == "win32":
    import msvcrt

    def _try(descriptor: int) -> bool:
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _wait(descriptor: int) -> None:
        while not _try(descriptor):
            time.sleep(_PAUSE)
else:
    import fcntl

    def _try(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _wait(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


class Ticket:
    """The right to write next.

    Args:
        path: of the lock's file, in a folder that exists.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._threads = threading.Lock()

    @contextmanager
    def held(self, patience: float) -> Iterator[None]:
        """Wait for a turn and keep it.

        Args:
            patience: seconds to wait at most.

        Raises:
            TimeoutError: if it did not come.
            OSError: if the file cannot be made.
        """
        deadline = time.monotonic() + patience
        if not self._threads.acquire(timeout=patience):
            raise TimeoutError
        try:
            self._descriptor = self._take(deadline)
            try:
                yield
            finally:
                os.close(self._descriptor)
                self._descriptor = None
        finally:
            self._threads.release()

    def note(self) -> bytes:
        """Read what the last writer left; empty where nobody did, or who asks may not read it."""
        try:
            return self.path.read_bytes().rstrip(b"\0 ")
        except OSError:
            return b""

    def leave(self, note: bytes) -> None:
        """Leave a note for the next writer, while the turn is held.

        Args:
            note: up to 4,096 bytes.
        """
        if self._descriptor is not None:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, note.ljust(_NOTE))

    def _take(self, deadline: float) -> int:
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            if not (_try(descriptor) or _in_time(descriptor, deadline)):
                raise TimeoutError
            # Somebody may have removed the file meanwhile: what was locked then keeps nobody out.
            if self._is_at_path(descriptor):
                return descriptor
            os.close(descriptor)

    def _is_at_path(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(self.path))
        except OSError:
            return False


def _in_time(descriptor: int, deadline: float) -> bool:
    """Wait in a thread, because a wait for a lock that keeps its order cannot be cut short."""
    decided = threading.Lock()
    came, gave_up = threading.Event(), threading.Event()

    def wait() -> None:
        _wait(descriptor)
        with decided:
            if gave_up.is_set():
                os.close(descriptor)
            came.set()

    threading.Thread(target=wait, name="waits for a turn to write", daemon=True).start()
    came.wait(max(deadline - time.monotonic(), 0))
    with decided:
        if not came.is_set():
            gave_up.set()
        return came.is_set()

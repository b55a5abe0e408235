"""Fair lock between processes: one writer at a time, in the order of asking.

SQLite lets whoever waits for its write lock sleep and try again, so that with many writers some
wait for ever; and of many who wait for one lock of the system, all wake whenever it is let go. So
whoever comes waits for the one before alone: each locks a byte of its own in a file, takes the
next number for it, and waits for the byte before. What excludes is a lock that all share, which
only those at the head wait for: a place in the queue goes with its process, however that ends.

The file also keeps a note, in which each writer leaves for the next how it left the record.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NOTE = 4096
"""Bytes of the note at most: a page of the system's, which is written whole."""
_NUMBER = _NOTE
"""Where the last number given stands, in decimal."""
_DIGITS = 20
_DOOR, _TURN, _QUEUE = 1 << 30, (1 << 30) + 1, (1 << 30) + 16
"""Bytes that are locked: while a number is given, while it is one's turn, and while one waits."""
_PLACES = 1 << 20
_PAUSE = 0.005

if sys.platform == "linux":
    import fcntl
    import struct

    def _lock(descriptor: int, byte: int, command: int) -> None:
        """Lock one byte for this opening of the file, as threads and other openings see it."""
        asked = struct.pack("@hhqqi", fcntl.F_WRLCK, os.SEEK_SET, byte, 1, 0)
        fcntl.fcntl(descriptor, command, asked)

    def _try(descriptor: int, byte: int) -> bool:
        try:
            _lock(descriptor, byte, fcntl.F_OFD_SETLK)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _wait(descriptor: int, byte: int) -> None:
        _lock(descriptor, byte, fcntl.F_OFD_SETLKW)

    def _unlock(descriptor: int, byte: int) -> None:
        asked = struct.pack("@hhqqi", fcntl.F_UNLCK, os.SEEK_SET, byte, 1, 0)
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, asked)

elif sys.platform == "win32":
    import msvcrt

    def _try(descriptor: int, byte: int) -> bool:
        os.lseek(descriptor, byte, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _wait(descriptor: int, byte: int) -> None:
        while not _try(descriptor, byte):
            time.sleep(_PAUSE)

    def _unlock(descriptor: int, byte: int) -> None:
        os.lseek(descriptor, byte, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    # Here a file has one lock for an opening: it excludes, and the system orders who waits.
    def _try(descriptor: int, byte: int) -> bool:
        if byte != _TURN:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _wait(descriptor: int, byte: int) -> None:
        if byte == _TURN:
            fcntl.flock(descriptor, fcntl.LOCK_EX)

    def _unlock(descriptor: int, byte: int) -> None:
        pass


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
            with self.path.open("rb") as file:
                return file.read(_NOTE).rstrip(b"\0 ")
        except OSError:
            return b""

    def leave(self, note: bytes) -> None:
        """Leave a note for the next writer, while the turn is held.

        Args:
            note: up to 4,096 bytes.
        """
        if self._descriptor is None:
            return
        # Where even this finds no room, the next writer looks closer.
        with suppress(OSError):
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, note.ljust(_NOTE))

    def _take(self, deadline: float) -> int:
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                came = _wait_in_turn(descriptor, deadline)
            except OSError:
                # Closing it lets go of every byte that is locked by it.
                os.close(descriptor)
                raise
            if not came:
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


def _wait_in_turn(descriptor: int, deadline: float) -> bool:
    """Take a place in the queue and wait until it is its turn; False if that is not in time."""
    if not _try(descriptor, _DOOR):
        return _in_time(descriptor, [], deadline)
    ahead = [_take_place(descriptor), _TURN]
    left = [*ahead]
    while left and _try(descriptor, left[0]):
        left.pop(0)
    if left and not _in_time(descriptor, left, deadline):
        return False
    # It is wanted again only when the numbers have come round.
    _unlock(descriptor, ahead[0])
    return True


def _take_place(descriptor: int) -> int:
    """Lock a byte behind the last one, through the door; returns the byte before."""
    os.lseek(descriptor, _NUMBER, os.SEEK_SET)
    number = int(os.read(descriptor, _DIGITS).strip(b"\0 ") or b"0") + 1
    os.lseek(descriptor, _NUMBER, os.SEEK_SET)
    os.write(descriptor, b"%*d" % (_DIGITS, number))
    _wait(descriptor, _QUEUE + number % _PLACES)
    _unlock(descriptor, _DOOR)
    return _QUEUE + (number - 1) % _PLACES


def _in_time(descriptor: int, ahead: list[int], deadline: float) -> bool:
    """Wait in a thread, because a wait that keeps its order cannot be cut short.

    Args:
        descriptor: of the file, which the thread closes if it comes too late.
        ahead: bytes to wait for; none yet: those of a place that is still to be taken.
        deadline: on the clock that only goes forward.
    """
    decided = threading.Lock()
    came, gave_up = threading.Event(), threading.Event()
    failures: list[OSError] = []

    def wait() -> None:
        try:
            waiting = ahead
            if not waiting:
                _wait(descriptor, _DOOR)
                waiting = [_take_place(descriptor), _TURN]
            for byte in waiting:
                _wait(descriptor, byte)
        except OSError as problem:
            failures.append(problem)
        with decided:
            if gave_up.is_set():
                os.close(descriptor)
            came.set()

    threading.Thread(target=wait, name="waits for a turn to write", daemon=True).start()
    came.wait(max(deadline - time.monotonic(), 0))
    with decided:
        if not came.is_set():
            gave_up.set()
    for problem in failures:
        raise problem
    return came.is_set()

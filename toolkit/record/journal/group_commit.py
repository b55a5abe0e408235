"""Group commit: many rows of one chain, kept by one thread, as many a commit as are waiting.

A commit costs about the same for one row as for a hundred, so a sweep that answers faster than the
disk turns keeps pace with it. What ``submit`` returns is done when the row is durable, not before.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import nullcontext, suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import NamedTuple, Self

from toolkit.record.journal.record import Record
from toolkit.record.rows.row import Row
from toolkit.record.rows.row_codec import EncodedRow, draft

_MOST = 1000
"""Rows in one commit at most, so that nobody waits long for a turn to write."""
_APART = 0.02
"""Seconds between two commits in a rush: each costs as much as writing dozens of rows."""


class _Waiting(NamedTuple):
    row: Row
    kept: "Future[None]"


class GroupWriter:
    """Keeps the rows of one chain in the order they are given; nobody else writes that chain.

    As a context manager it closes itself: everything given before is durable afterwards.

    Args:
        record: where the rows go.
        chain: the chain of every row that will be given.
        most: rows in one commit at most.

    Raises:
        RecordUnwritable: if the record was opened to read only.
    """

    def __init__(self, record: Record, chain: str, *, most: int = _MOST) -> None:
        record.require_writable()
        self._record = record
        self._chain = chain
        self._most = most
        self._failure: BaseException | None = None
        self._closed = False
        self._closing = Event()
        self._given: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name=f"writer of {chain}", daemon=True)
        self._thread.start()

    def submit(self, row: Row) -> "Future[None]":
        """Hand over a row; returns at once.

        A row whose event is already kept with the same content is not kept twice.

        Returns:
            A future that is done when the row is durable. It raises what ``Record.append`` would;
            whatever fails a commit fails every row in it, and none of them is kept.
        """
        if self._closed:
            raise ValueError(
                f"group writer of {self._chain}: got a row of kind {row.KIND} after close(); "
                "wanted none. Open another writer."
            )
        kept: Future[None] = Future()
        # Whoever gives up waiting for it must not take it from the others of its commit.
        kept.set_running_or_notify_cancel()
        self._given.put(_Waiting(row, kept))
        return kept

    def note(self, row: Row) -> None:
        """Hand over a row that nobody waits for; ``close`` raises if it could not be kept."""
        self.submit(row).add_done_callback(self._notice)

    def close(self) -> None:
        """Wait until everything given is kept; safe to call twice.

        Raises:
            RecordError, ValueError, BadIdentifier: the first failure of a noted row.
        """
        if not self._closed:
            self._closed = True
            self._closing.set()
            self._given.put(None)
        self._thread.join()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, problem: object, trace: object) -> None:
        # What went wrong inside comes first; a failed note must not take its place.
        with suppress(Exception) if problem is not None else nullcontext():
            self.close()

    def _notice(self, kept: "Future[None]") -> None:
        self._failure = self._failure or kept.exception()

    def _run(self) -> None:
        while (first := self._given.get()) is not None:
            group, last = self._group(first)
            self._keep_group(group)
            if last:
                return
            # Whoever closes need not wait out the pause, and the first row after one never does.
            self._closing.wait(_APART)

    def _group(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """Take what is waiting, and tell whether nothing will follow."""
        group = [first]
        while len(group) < self._most:
            try:
                following = self._given.get_nowait()
            except Empty:
                break
            if following is None:
                return group, True
            group.append(following)
        return group, False

    def _keep_group(self, group: Sequence[_Waiting]) -> None:
        drafts: list[tuple[_Waiting, EncodedRow]] = []
        for one in group:
            try:
                drafts.append((one, self._draft(one.row)))
            except Exception as problem:
                one.kept.set_exception(problem)
        if not drafts:
            return
        try:
            problems: Sequence[Exception | None]
            problems = self._record.keep_new([made for _, made in drafts])
        except Exception as failure:
            problems = [failure] * len(drafts)
        for (one, _), fault in zip(drafts, problems, strict=True):
            if fault is None:
                one.kept.set_result(None)
            else:
                one.kept.set_exception(fault)

    def _draft(self, row: Row) -> EncodedRow:
        made = draft(row)
        if made.chain == self._chain:
            return made
        raise ValueError(
            f"group writer of {self._chain}: got a row of kind {row.KIND} in the chain "
            f"{made.chain}; wanted rows of its own chain only. Append it to the record instead."
        )

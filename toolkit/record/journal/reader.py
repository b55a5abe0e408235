"""The reading door: rows with their texts, read in a role and for a purpose.

``Record.rows``, ``find`` and ``entries`` give rows as they lie: an exchange then refers to earlier
turns, and a sealed text stays sealed. A Reader gives them whole. This is also the one place where
the work of participants who withdrew is left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Literal, Protocol, TypeVar

from toolkit.record.journal.entry import Entry
from toolkit.record.rows import RaterSeat, Row, Session, Turn, Withdrawal

R = TypeVar("R", bound=Row)
Role = Literal["tester", "rater", "analyst", "owner"]


class Journal(Protocol):
    """What a Reader reads; a Record is one."""

    @property
    def place(self) -> str:
        """Where it is, fit to be shown."""
        ...

    def rows(self, kind: type[R], *, chain: str | None = None) -> list[R]:
        """Every row of one kind, as it lies."""
        ...

    def find(self, event_id: str) -> Entry | None:
        """The entry of an event."""
        ...

    def entries(
        self, *, kinds: Sequence[str] = (), chain: str | None = None, after: int = 0
    ) -> Iterator[Entry]:
        """Entries in the order of their commits."""
        ...


class Reader:
    """Reads a record; ``Record.read`` makes one."""

    def __init__(
        self, record: Journal, *, role: Role, purpose: str, include_withdrawn: bool
    ) -> None:
        self.record = record
        self.role = role
        self.purpose = purpose
        self._include_withdrawn = include_withdrawn

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """Participants who had withdrawn when this was first asked."""
        return frozenset(row.participant_id for row in self.record.rows(Withdrawal))

    def rows(self, kind: type[R], *, chain: str | None = None) -> list[R]:
        """Read every row of one kind, whole, in the order of their commits.

        Args:
            kind: of row.
            chain: only this chain.
        """
        return list(self.each(kind, chain=chain))

    def each(self, kind: type[R], *, chain: str | None = None) -> Iterator[R]:
        """Give the rows of one kind one by one, so that not all are held at once.

        Args:
            kind: of row.
            chain: only this chain.
        """
        # What an exchange refers to lies before it, in the session's own row and its turns.
        kinds = (kind.KIND, Session.KIND) if kind is Turn else (kind.KIND,)
        entries = self.entries(kinds=kinds, chain=chain)
        return (row for _, row in self.whole(entries) if isinstance(row, kind))

    def find(self, event_id: str, kind: type[R], *, chain: str | None = None) -> R | None:
        """Return the row of an event, whole, if it is of this kind.

        Args:
            event_id: of the event.
            kind: of row.
            chain: only if it belongs to this chain.
        """
        entry = self.record.find(event_id)
        row = entry.row() if entry else None
        if entry is None or not isinstance(row, kind) or chain not in (None, entry.chain):
            return None
        if entry.chain in self._left_out:
            return None
        if not isinstance(row, Turn) or row.exchange is None:
            return row
        return next(one for one in self.each(kind, chain=entry.chain) if one.event_id() == event_id)

    def entries(
        self, *, kinds: Sequence[str] = (), chain: str | None = None, after: int = 0
    ) -> Iterator[Entry]:
        """Read entries in the order of their commits; their exchanges refer to earlier turns.

        Args:
            kinds: only these kinds of row; empty: all.
            chain: only this chain.
            after: only entries whose ``number`` is greater.
        """
        entries = self.record.entries(kinds=kinds, chain=chain, after=after)
        left_out = self._left_out
        return (one for one in entries if one.chain not in left_out) if left_out else entries

    def whole(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Row]]:
        """Give each entry with its row, the messages of its exchange in full.

        Args:
            entries: in the order of their commits; of a conversation, all up to the last wanted.
        """
        texts: dict[str, str] = {}
        for entry in entries:
            row = entry.row()
            if isinstance(row, Session):
                texts[row.session_id] = row.instructions
            elif isinstance(row, Turn):
                row = row.whole(texts)
                texts[row.turn_id] = row.text
            yield entry, row

    @cached_property
    def _left_out(self) -> frozenset[str]:
        """Chains of those who withdrew."""
        if self._include_withdrawn or not self.withdrawn:
            return frozenset()
        seats: tuple[Session | RaterSeat, ...] = (
            *self.record.rows(Session),
            *self.record.rows(RaterSeat),
        )
        return self.withdrawn.union(
            row.session_id for row in seats if row.participant_id in self.withdrawn
        )

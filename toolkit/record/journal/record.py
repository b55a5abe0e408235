"""The record: append, find, verify, and read by one door.

``Record.entries`` gives what is kept as it lies, as an export and a verification need it. Rows
with their texts come from a Reader, in a role and for a purpose; it puts back what an exchange
refers to, and is the one place where the work of participants who withdrew is left out.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Literal, Self, TypeVar

from toolkit.canon import canonical_json
from toolkit.errors import RecordError
from toolkit.record.journal.chain_check import Verification, verify_chains
from toolkit.record.journal.entry import Entry
from toolkit.record.journal.lease import Lease
from toolkit.record.rows.confirm_rows import RaterSeat
from toolkit.record.rows.conversation_rows import EnrolledBy, Participant, Session, Turn, Withdrawal
from toolkit.record.rows.row import Row
from toolkit.record.rows.row_codec import Draft

R = TypeVar("R", bound=Row)
Durability = Literal["full", "normal"]
PURPOSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "tester": ("conversation",),
        "rater": ("rating",),
        "analyst": ("analysis",),
        "owner": ("progress", "collection", "replay"),
    }
)
"""Role to the purposes it may read for."""


class Record(ABC):
    """An append-only journal of typed rows, one hash chain a session or participant.

    One Record may be used from several threads; any number of processes may have the same record
    open. As a context manager it closes itself.
    """

    place: str
    """Where the record is, fit to be shown."""
    url: str
    """The address in full, fit for ``open_record``; it may hold a password: do not show it."""
    record_id: str
    """Id given to this record when it was made; an export keeps it."""

    @abstractmethod
    def entries(
        self, *, kinds: Sequence[str] = (), chain: str | None = None, after: int = 0
    ) -> Iterator[Entry]:
        """Read entries in the order of their commits.

        Args:
            kinds: only these kinds of row; empty: all.
            chain: only this chain.
            after: only entries whose ``number`` is greater.
        """

    def find(self, event_id: str) -> Entry | None:
        """Return the entry of an event, or None."""
        return next((one for one in self.entries() if one.event_id == event_id), None)

    def event_ids(self, kind: type[Row]) -> Iterator[str]:
        """Name every event of one kind, in the order of their commits."""
        return (one.event_id for one in self.entries(kinds=[kind.KIND]))

    def extent(self) -> tuple[int, int]:
        """Tell the number of the newest entry and how many there are; both 0 when empty."""
        numbers = [one.number for one in self.entries()]
        return max(numbers, default=0), len(numbers)

    def last_activity(self) -> dict[str, str]:
        """Tell for each chain when its newest entry was kept."""
        return {one.chain: one.at for one in self.entries()}

    def verify(self) -> Verification:
        """Recompute every link of every chain; ``journal/chain.py`` says what that can see."""
        in_chains = sorted(self.entries(), key=lambda one: (one.chain, one.position))
        return verify_chains(
            {**one._asdict(), "body": canonical_json(one.body)} for one in in_chains
        )

    def read(self, *, role: str, purpose: str, include_withdrawn: bool = False) -> "Reader":
        """Read rows with their texts; whoever withdrew is left out with all they left.

        Args:
            role: whose right to read is used: ``tester``, ``rater``, ``analyst`` or ``owner``.
            purpose: what for; one that the role has.
            include_withdrawn: also what those left who withdrew.

        Raises:
            RecordError: if there is no such role, or it may not read for this purpose.
        """
        if purpose not in PURPOSES.get(role, ()):
            known = "; ".join(f"{name}: {', '.join(those)}" for name, those in PURPOSES.items())
            raise RecordError(
                f"record: got the role {role!a} with the purpose {purpose!a}; wanted a role with a "
                f"purpose of its own ({known}). Read in the role whose work this is."
            )
        return Reader(self, include_withdrawn=include_withdrawn)

    def rows(self, kind: type[R], *, chain: str | None = None) -> list[R]:
        """Read every row of one kind, in the order of their commits, whoever withdrew included.

        Args:
            kind: of row; one that holds words is for ``read`` alone.
            chain: only this chain.
        """
        return Reader(self, include_withdrawn=True).rows(kind, chain=chain)

    @abstractmethod
    def append(self, *rows: Row) -> tuple[Entry, ...]:
        """Keep rows, all or none, in one transaction that is durable on return.

        A row whose event is already kept with the same content is not kept twice: its entry comes
        back, so a step may always be sent again, also by a toolkit whose kinds have newer versions.

        Returns:
            One entry a row, in the order given.

        Raises:
            EventConflict: an event id is kept with different content.
            RecordError: a row is about a chain that was not begun or is over, or refers to
                messages that it does not hold.
            ValueError: a field holds something its type does not allow, NaN or an infinity.
            BadIdentifier: an id is not 1–200 visible ASCII characters.
            RecordFull, RecordBusy, RecordUnwritable: nothing was kept; try again later.
        """

    @abstractmethod
    def keep_new(self, drafts: Sequence[Draft]) -> list[RecordError | None]:
        """Keep drafts in one transaction; for each, say why it could not be, or nothing.

        Args:
            drafts: in order, of any chains; each is linked to the end of its own.
        """

    @abstractmethod
    def restore(self, record_id: str, entries: Iterable[Entry]) -> None:
        """Fill an empty record with the entries of another, exactly as they were, all or none.

        Args:
            record_id: id of the other record, which this one takes.
            entries: of the other record, in the order of their numbers.
        """

    @abstractmethod
    def enrol(self, code: str, *, enrolled_by: EnrolledBy, simulated: bool = False) -> Participant:
        """Enroll whoever has this code; the same code is the same participant, ever after.

        Only the pseudonym derived from the code with the record's own secret is kept. Seats are
        given out in order from 0 without gaps, however many enroll at once.

        Args:
            code: as the participant typed it.
            enrolled_by: where it came from.
            simulated: whether a script takes part and no person.

        Raises:
            NotEnrolled: if the code is empty or longer than 200 characters.
        """

    @abstractmethod
    def lease(
        self, name: str, *, on_lost: Callable[[], None] | None = None, take_over: bool = True
    ) -> Lease:
        """Become the only writer under ``name``, such as a participant id.

        Args:
            name: what to reserve.
            on_lost: called once if a newer lease on the same name in this process takes over.
            take_over: whether an older lease of this process gives way; another process never does.

        Raises:
            OpenElsewhere: if somebody else holds it.
        """

    @abstractmethod
    def require_writable(self) -> None:
        """Refuse to write what was opened to read.

        Raises:
            RecordUnwritable: if it was.
        """

    @abstractmethod
    def close(self) -> None:
        """Release every lease and give back every connection; safe to call twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Record {self.place}>"


class Reader:
    """Reads a record; ``Record.read`` makes one."""

    def __init__(self, record: Record, *, include_withdrawn: bool) -> None:
        self.record = record
        self._chains: frozenset[str] | None = frozenset() if include_withdrawn else None

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
        if entry is None or chain not in (None, entry.chain) or entry.chain in self._left_out:
            return None
        if entry.kind != Turn.KIND:
            row = entry.row()
            return row if isinstance(row, kind) else None
        return next(
            (one for one in self.each(kind, chain=entry.chain) if one.event_id() == event_id), None
        )

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

    @property
    def _left_out(self) -> frozenset[str]:
        """Chains of those who withdrew."""
        # No cached_property: before Python 3.12 it holds one lock for all readers of the process,
        # and ``withdrawn``, which holds another, reads entries, too.
        if self._chains is None:
            seats: list[Session | RaterSeat] = []
            if self.withdrawn:
                seats = [*self.record.rows(Session), *self.record.rows(RaterSeat)]
            self._chains = self.withdrawn.union(
                row.session_id for row in seats if row.participant_id in self.withdrawn
            )
        return self._chains

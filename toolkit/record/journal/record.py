"""The record: append, find, verify, and read by one door.

A Record tells of its entries where they stand, and never their words. Rows with words come from a
Reader, in a role and for a purpose; it puts back what an exchange refers to, and is the one place
where the work of participants who withdrew is left out.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Literal, Self, TypeVar

from toolkit.canon import canonical_json
from toolkit.errors import RecordError
from toolkit.record.journal.chain_check import Verification, verify_chains
from toolkit.record.journal.entry import Entry, Kept
from toolkit.record.journal.lease import Lease
from toolkit.record.journal.purposes import PURPOSES, Right
from toolkit.record.rows.confirm_rows import RaterSeat
from toolkit.record.rows.conversation_rows import EnrolledBy, Participant, Session, Turn, Withdrawal
from toolkit.record.rows.row import Row
from toolkit.record.rows.row_codec import EncodedRow

R = TypeVar("R", bound=Row)
Durability = Literal["full", "normal"]


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
    def _kept(
        self, kinds: Sequence[str] = (), chain: str | None = None, after: int = 0, *, bodies: bool
    ) -> Iterator[Kept]:
        """Read as ``entries`` does, with what is kept; without ``bodies`` they may be empty."""

    @abstractmethod
    def _find(self, event_id: str) -> Kept | None:
        """Return what is kept of an event, or None."""

    def entries(
        self, *, kinds: Sequence[str] = (), chain: str | None = None, after: int = 0
    ) -> Iterator[Entry]:
        """Tell where entries stand, in the order of their commits.

        Args:
            kinds: only these kinds of row; empty: all.
            chain: only this chain.
            after: only entries whose ``number`` is greater.
        """
        return (one.entry for one in self._kept(kinds, chain, after, bodies=False))

    def find(self, event_id: str) -> Entry | None:
        """Return the entry of an event, or None."""
        kept = self._find(event_id)
        return kept.entry if kept else None

    def extent(self) -> tuple[int, int]:
        """Tell the number of the newest entry and how many there are; both 0 when empty."""
        numbers = [one.number for one in self.entries()]
        return max(numbers, default=0), len(numbers)

    def last_activity(self) -> dict[str, str]:
        """Tell for each chain when its newest entry was kept."""
        return {one.chain: one.at for one in self.entries()}

    def verify(self) -> Verification:
        """Recompute every link of every chain; ``journal/chain.py`` says what that can see."""
        in_chains = sorted(
            self._kept(bodies=True), key=lambda one: (one.entry.chain, one.entry.position)
        )
        return verify_chains(
            one._asdict() | {"body": canonical_json(body)} for one, body in in_chains
        )

    def read(self, *, role: str, purpose: str, include_withdrawn: bool = False) -> "Reader":
        """Read rows with their words; whoever withdrew is left out with all they left.

        Args:
            role: whose right to read is used: ``tester``, ``rater``, ``analyst`` or ``owner``.
            purpose: what for; one that the role has, and that says which words it reads.
            include_withdrawn: also what those left who withdrew; their words only to a tester,
                who reads what they said themselves.

        Raises:
            RecordError: if there is no such role, it may not read for this purpose, or this
                purpose has nothing of those who withdrew.
        """
        return Reader(self, role, purpose, include_withdrawn=include_withdrawn)

    def rows(self, kind: type[R], *, chain: str | None = None) -> list[R]:
        """Read every row of a kind without words, by commit, whoever withdrew included.

        Args:
            kind: of row.
            chain: only this chain.

        Raises:
            RecordError: if it holds words, which ``read`` alone gives.
        """
        if words := kind.sealable():
            raise RecordError(
                f"record: got rows({kind.__name__}), which hold words in {min(words)}; wanted a "
                "kind without. Read them with record.read(role=…, purpose=…)."
            )
        kept = self._kept([kind.KIND], chain, bodies=True)
        read = (one.row() for one in kept if not _is_intruder(one.entry))
        return [row for row in read if isinstance(row, kind)]

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
    def keep_new(self, drafts: Sequence[EncodedRow]) -> list[RecordError | None]:
        """Keep drafts in one transaction; for each, say why it could not be, or nothing.

        Args:
            drafts: in order, of any chains; each is linked to the end of its own.
        """

    @abstractmethod
    def restore(self, record_id: str, kept: Iterable[Kept]) -> None:
        """Fill an empty record with the entries of another, exactly as they were, all or none.

        Args:
            record_id: id of the other record, which this one takes.
            kept: entries of the other record, in the order of their numbers.
        """

    @abstractmethod
    def invite(self, count: int) -> tuple[str, ...]:
        """Make codes for a list of invitations, of which only the pseudonyms are kept.

        Args:
            count: how many.

        Returns:
            The codes, which cannot be had again.
        """

    @abstractmethod
    def enrol(
        self,
        code: str,
        *,
        enrolled_by: EnrolledBy,
        simulated: bool = False,
        open_to_all: bool = False,
    ) -> Participant:
        """Enroll whoever has this code; the same code is the same participant, ever after.

        Only the pseudonym derived from the code with the record's own secret is kept. Seats are
        given out in order from 0 without gaps, however many enroll at once.

        Args:
            code: as the participant typed it.
            enrolled_by: where it came from.
            simulated: whether a script takes part and no person.
            open_to_all: whether a code on no list is taken although there is one.

        Raises:
            NotEnrolled: if the code is empty or longer than 200 characters.
            NotInvited: if there is a list of invitations and the code is not on it; nothing is
                kept, and no seat is given.
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
    """Reads a record in a role and for a purpose; ``Record.read`` makes one."""

    def __init__(self, record: Record, role: str, purpose: str, *, include_withdrawn: bool) -> None:
        self.record, self.role, self.purpose = record, role, purpose
        kinds, withdrawn = _right(role, purpose)
        if include_withdrawn and withdrawn == "left out":
            raise RecordError(
                f"record: got include_withdrawn=True from the {role} for {purpose}; wanted a "
                "purpose that needs what those left who withdrew. Read without them."
            )
        whole = include_withdrawn and withdrawn == "whole"
        self._include_withdrawn = include_withdrawn
        self._chains: frozenset[str] | None = frozenset() if whole else None
        # What nobody declared is closed, too.
        with_words = {one for one in Row.BY_KIND.values() if one.sealable()}
        self._closed = {one.KIND for one in with_words - kinds}

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """Participants who had withdrawn when this was first asked."""
        return frozenset(one.chain for one in self.record.entries(kinds=[Withdrawal.KIND]))

    def rows(self, kind: type[R], *, chain: str | None = None) -> list[R]:
        """Read every row of one kind, whole, in the order of their commits.

        Args:
            kind: of row.
            chain: only this chain.

        Raises:
            RecordError: if its words are not read for this purpose.
        """
        return list(self.each(kind, chain=chain))

    def each(self, kind: type[R], *, chain: str | None = None) -> Iterator[R]:
        """Give the rows of one kind one by one, so that not all are held at once.

        Args:
            kind: of row.
            chain: only this chain.

        Raises:
            RecordError: as for ``rows``.
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

        Raises:
            RecordError: as for ``rows``.
        """
        self._require(kind.KIND)
        kept = self.record._find(event_id)
        if kept is None or kept.entry.kind != kind.KIND or chain not in (None, kept.entry.chain):
            return None
        if kind is Turn:
            rows = self.each(kind, chain=kept.entry.chain)
            return next((one for one in rows if one.event_id() == event_id), None)
        return next((row for _, row in self._opened([kept]) if isinstance(row, kind)), None)

    def entries(
        self, *, kinds: Sequence[str] = (), chain: str | None = None, after: int = 0
    ) -> Iterator[tuple[Entry, Row]]:
        """Read entries and rows in the order of their commits; exchanges refer to earlier turns.

        Args:
            kinds: only these kinds of row; empty: all.
            chain: only this chain.
            after: only entries whose ``number`` is greater.

        Raises:
            RecordError: if the words of one are not read for this purpose.
        """
        self._require(*kinds)
        return self._opened(self.record._kept(kinds, chain, after, bodies=True))

    def whole(self, entries: Iterable[tuple[Entry, Row]]) -> Iterator[tuple[Entry, Row]]:
        """Give each entry with its row, the messages of its exchange in full.

        Args:
            entries: in the order of their commits; of a conversation, all up to the last wanted.

        Raises:
            RecordError: if the words of one are not read for this purpose.
        """
        texts: dict[str, str] = {}
        for entry, row in entries:
            self._require(entry.kind)
            if isinstance(row, Session):
                texts[row.session_id] = row.instructions
            elif isinstance(row, Turn):
                row = row.whole(texts)
                texts[row.turn_id] = row.text
            yield entry, row

    def _opened(self, kept: Iterable[Kept]) -> Iterator[tuple[Entry, Row]]:
        """Open what is kept, as far as this purpose goes: the one place where words come out."""
        gone = self._gone
        for one in kept:
            entry = one.entry
            if _is_intruder(entry):
                continue
            if entry.kind in self._closed:
                self._require(entry.kind)
            withheld = entry.chain in gone
            if self._include_withdrawn or not withheld:
                yield entry, one.row(withheld=withheld)

    def _require(self, *kinds: str) -> None:
        """Refuse kinds whose words are not read for this purpose."""
        if closed := self._closed.intersection(kinds):
            named = " and ".join(sorted(closed))
            raise RecordError(
                f"record: the {self.role} asked for {named} rows for {self.purpose}; wanted kinds "
                "whose words are read for it. Read in the role and for the purpose whose work "
                "this is."
            )

    @property
    def _gone(self) -> frozenset[str]:
        """Chains of those who withdrew, of which something stays behind."""
        # No cached_property: before Python 3.12 it holds one lock for all readers of the process.
        if self._chains is None:
            seats: list[Session | RaterSeat] = []
            if self.withdrawn:
                seats = [*self.record.rows(Session), *self.record.rows(RaterSeat)]
            theirs = {row.session_id for row in seats if row.participant_id in self.withdrawn}
            # Nobody withdraws the work of others by giving its name as their own.
            self._chains = self.withdrawn.difference(row.session_id for row in seats) | theirs
        return self._chains


def _right(role: str, purpose: str) -> Right:
    """Look up what a role may read for a purpose."""
    if right := PURPOSES.get((role, purpose)):
        return right
    known = ", ".join(" for ".join(one) for one in PURPOSES)
    raise RecordError(
        f"record: got the role {role!a} with the purpose {purpose!a}; wanted a role with a purpose "
        f"of its own ({known}). Read in the role whose work this is."
    )


def _is_intruder(entry: Entry) -> bool:
    """Whether a row would make a chain that somebody else began the work of its own participant."""
    return entry.position > 0 and bool(Row.BY_KIND.get(entry.kind, Row).UNDER)

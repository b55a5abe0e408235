"""The record itself: append, find, read, verify."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, cast

from sqlalchemy import Row as Stored
from sqlalchemy import Select, func, insert, select, update

from toolkit.canon import canonical_json
from toolkit.record.journal.address import HasRecord, find_place
from toolkit.record.journal.append import entry_of, find_many, keep
from toolkit.record.journal.chain import Verification, verify_chains
from toolkit.record.journal.database import Database, Durability
from toolkit.record.journal.entry import Entry
from toolkit.record.journal.journal_tables import JOURNAL, META
from toolkit.record.journal.lease import Lease, take_lease
from toolkit.record.journal.pseudonyms import pseudonym
from toolkit.record.journal.reader import Reader, Role
from toolkit.record.rows import Participant, Row, draft

R = TypeVar("R", bound=Row)
EnrolledBy = Literal["code", "hub", "launcher", "simulation"]

_PAGE = 200
_LARGEST_PAGE = 3200
_MANY_IDS = 5000


def open_record(
    where: str | Path | HasRecord,
    *,
    durability: Durability = "full",
    read_only: bool = False,
    patience: float = 30.0,
) -> "Record":
    """Open the record of a study, making it if there is none yet.

    Args:
        where: a URL (``sqlite:///…``, ``postgresql://…``), the path of a ``.db`` file, or anything
            with ``study_id`` and ``url``.
        durability: ``full``: an append has reached the disk when it returns. ``normal``: it
            survives a killed process but perhaps not a power cut, and is several times faster. On
            PostgreSQL ``full`` means what the server is set to, which by default is the same.
        read_only: for analysis, also of a file in a place that cannot be written.
        patience: seconds to wait for another writer.

    Raises:
        RecordUnwritable: the place cannot be written, or is a network file system.
        RecordUnreadable: something else lives there, or the record of a newer toolkit.
        RecordFull: there is no room for it.
        RecordBusy: somebody else kept it for longer than ``patience``.
    """
    place = find_place(where)
    return Record(Database(place, durability=durability, read_only=read_only, patience=patience))


class Record:
    """An append-only journal of typed rows, one hash chain a session or participant.

    One Record may be used from several threads; any number of processes may have the same record
    open. As a context manager it closes itself.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._leases: list[Lease] = []

    @property
    def url(self) -> str:
        """The address in full, fit for ``open_record``; it may hold a password: do not show it."""
        return self._database.place.url.render_as_string(hide_password=False)

    @property
    def place(self) -> str:
        """Where the record is, fit to be shown."""
        return str(self._database.place)

    @property
    def record_id(self) -> str:
        """Id given to this record when it was made; an export keeps it."""
        return self._database.meta["record_id"]

    def append(self, *rows: Row) -> tuple[Entry, ...]:
        """Keep rows, all or none, in one transaction that is durable on return.

        A row whose event is already kept with the same content is not kept twice: its entry comes
        back, so a step may always be sent again.

        Returns:
            One entry a row, in the order given.

        Raises:
            EventConflict: an event id is kept with different content.
            ValueError: a field holds something its type does not allow, NaN or an infinity.
            BadIdentifier: an id is not 1–200 visible ASCII characters.
            RecordFull, RecordBusy, RecordUnwritable: nothing was kept; try again later.
        """
        drafts = [draft(row) for row in rows]
        if not drafts:
            return ()
        with self._database.writing() as connection:
            return keep(connection, drafts)

    def enrol(self, code: str, *, enrolled_by: EnrolledBy, simulated: bool = False) -> Participant:
        """Enroll whoever has this code; the same code is the same participant, ever after.

        Only the pseudonym derived from the code with the record's own secret is kept. Seats are
        given out in order from 0 without gaps, however many enroll at once.

        Raises:
            NotEnrolled: if the code is empty or longer than 200 characters.
        """
        secret = self._database.meta["secret"]
        participant_id = pseudonym(code, secret=secret, simulated=simulated)
        with self._database.writing() as connection:
            event_id = f"{Participant.KIND}.{participant_id}"
            if known := find_many(connection, [event_id]):
                return cast(Participant, known[event_id].row())
            seats = select(func.count()).where(JOURNAL.c.kind == Participant.KIND)
            participant = Participant(
                participant_id=participant_id,
                seat=connection.scalar(seats) or 0,
                simulated=simulated,
                enrolled_by=enrolled_by,
            )
            keep(connection, [draft(participant)])
        return participant

    def read(self, *, role: Role, purpose: str, include_withdrawn: bool = False) -> Reader:
        """Read rows with their texts; whoever withdrew is left out with all they left.

        Args:
            role: whose right to read is used.
            purpose: what for, in a few words.
            include_withdrawn: also what those left who withdrew.
        """
        return Reader(self, role=role, purpose=purpose, include_withdrawn=include_withdrawn)

    def find(self, event_id: str) -> Entry | None:
        """Return the entry of an event, or None."""
        with self._database.reading() as connection:
            return find_many(connection, [event_id]).get(event_id)

    def entries(
        self, *, kinds: Sequence[str] = (), chain: str | None = None, after: int = 0
    ) -> Iterator[Entry]:
        """Read entries in the order of their commits.

        Args:
            kinds: only these kinds of row; empty: all.
            chain: only this chain.
            after: only entries whose ``number`` is greater.
        """
        query = select(JOURNAL)
        if kinds:
            # By the index of kinds, SQLite would sort all that is left for every page.
            kind = JOURNAL.c.kind if len(kinds) == 1 else JOURNAL.c.kind.concat("")
            query = query.where(kind.in_(kinds))
        if chain is None:
            # One bound alone: with two, SQLite would pass over all that was read, for every page.
            pages = self._pages(query, "number", after)
        else:
            query = query.where(JOURNAL.c.chain == chain, JOURNAL.c.number > after)
            pages = self._pages(query, "position")
        return map(entry_of, pages)

    def rows(self, kind: type[R], *, chain: str | None = None) -> list[R]:
        """Read every row of one kind, typed, in the order of their commits."""
        entries = self.entries(kinds=[kind.KIND], chain=chain)
        return [cast(R, entry.row()) for entry in entries]

    def event_ids(self, kind: type[Row]) -> Iterator[str]:
        """Name every event of one kind, in the order of their commits, reading no body."""
        query = select(JOURNAL.c.number, JOURNAL.c.event_id).where(JOURNAL.c.kind == kind.KIND)
        return (stored.event_id for stored in self._pages(query, "number", size=_MANY_IDS))

    def extent(self) -> tuple[int, int]:
        """Tell the number of the newest entry and how many there are; both 0 when empty."""
        query = select(func.coalesce(func.max(JOURNAL.c.number), 0), func.count())
        with self._database.reading() as connection:
            last, count = connection.execute(query.select_from(JOURNAL)).one()
        return int(last), int(count)

    def last_activity(self) -> dict[str, str]:
        """Tell for each chain when its newest entry was kept."""
        query = select(JOURNAL.c.chain, func.max(JOURNAL.c.at).label("newest"))
        with self._database.reading() as connection:
            return {
                row.chain: row.newest for row in connection.execute(query.group_by(JOURNAL.c.chain))
            }

    def verify(self) -> Verification:
        """Recompute every link of every chain; ``journal/chain.py`` says what that can see."""
        query = select(JOURNAL).order_by(JOURNAL.c.chain, JOURNAL.c.position)
        with self._database.reading() as connection:
            return verify_chains(connection.execution_options(yield_per=_PAGE).execute(query))

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
        lease = take_lease(self._database, name, on_lost, take_over=take_over)
        self._leases = [older for older in self._leases if older.held] + [lease]
        return lease

    def close(self) -> None:
        """Release every lease and give back every connection; safe to call twice."""
        for lease in self._leases:
            lease.release()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Record {self.place}>"

    def _pages(
        self, query: Select[Any], cursor: str, last: int = -1, *, size: int = _PAGE
    ) -> Iterator[Stored[Any]]:
        """Read page by page, so that no transaction stays open while the caller thinks."""
        column = JOURNAL.c[cursor]
        query = query.order_by(column)
        while True:
            with self._database.reading() as connection:
                page = connection.execute(query.where(column > last).limit(size)).all()
            yield from page
            if len(page) < size:
                return
            last, size = getattr(page[-1], cursor), min(2 * size, _LARGEST_PAGE)


def restore(record: Record, record_id: str, entries: Iterable[Entry]) -> None:
    """Fill an empty record with the entries of another, exactly as they were, all or none.

    Args:
        record: an empty one.
        record_id: id of the other record, which this one takes.
        entries: of the other record, in the order of their numbers.
    """
    database = record._database
    with database.writing() as connection:
        connection.execute(update(META).where(META.c.key == "record_id").values(value=record_id))
        for some in _batches(entries, _PAGE):
            connection.execute(insert(JOURNAL), [_stored(one) for one in some])
        database.continue_numbers(connection)
    database.meta["record_id"] = record_id


def _stored(entry: Entry) -> dict[str, Any]:
    values = {column.name: getattr(entry, column.name) for column in JOURNAL.columns}
    return {**values, "body": canonical_json(entry.body)}


def _batches(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    remaining = iter(entries)
    while some := list(islice(remaining, size)):
        yield some

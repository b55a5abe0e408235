"""A record in a database: its queries, and linking rows to the ends of their chains."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import Connection, Select, func, insert, literal, select, tuple_, update
from sqlalchemy import Row as Stored
from sqlalchemy.exc import IntegrityError

from toolkit.canon import canonical_json, new_id, timestamp
from toolkit.errors import EventConflict, NotInvited, RecordError, RecordUnreadable
from toolkit.record.journal.chain_check import Verification, verify_chains
from toolkit.record.journal.database import Database
from toolkit.record.journal.database_errors import busy
from toolkit.record.journal.entry import FIRST, Entry, Kept, link_hash, read_json
from toolkit.record.journal.file_database import FileDatabase
from toolkit.record.journal.file_place import Newest
from toolkit.record.journal.journal_tables import JOURNAL, META
from toolkit.record.journal.lease import Lease, take_lease
from toolkit.record.journal.pseudonym_key import pseudonym_key
from toolkit.record.journal.pseudonyms import Whose, new_code, pseudonym
from toolkit.record.journal.record import Durability, Record
from toolkit.record.journal.record_address import Place
from toolkit.record.journal.server_database import ServerDatabase
from toolkit.record.rows.conversation_rows import EnrolledBy, Invitation, Participant
from toolkit.record.rows.row import Row
from toolkit.record.rows.row_codec import EncodedRow, draft

W = TypeVar("W")
_PAGE = 200
_LARGEST_PAGE = 3200
_IDS_ASKED = 500
_SEATS = "seats of participants"
"""What is locked while a seat is given; no chain, as it holds spaces."""
_TRIES = 3
_ABOUT = [JOURNAL.c[name] for name in Entry._fields]
_WHOLE = [*_ABOUT, JOURNAL.c.body]


class DatabaseRecord(Record):
    """The record in a database.

    Args:
        place: where.
        durability: as for ``open_record``.
        read_only: as for ``open_record``.
        patience: as for ``open_record``.
    """

    def __init__(
        self, place: Place, *, durability: Durability, read_only: bool, patience: float
    ) -> None:
        self._database: Database = (
            FileDatabase(
                place,
                place.path,
                durability=durability,
                read_only=read_only,
                patience=patience,
            )
            if place.path
            else ServerDatabase(
                place, durability=durability, read_only=read_only, patience=patience
            )
        )
        self._leases: list[Lease] = []
        self.place, self.url = str(place), place.url
        self.record_id = self._database.meta["record_id"]

    def _find(self, event_id: str) -> Kept | None:
        """Look the event up by its index."""
        with self._database.reading() as connection:
            return _find(connection, [event_id]).get(event_id)

    def _kept(
        self, kinds: Sequence[str] = (), chain: str | None = None, after: int = 0, *, bodies: bool
    ) -> Iterator[Kept]:
        """Read page by page."""
        query = select(*_WHOLE) if bodies else select(*_ABOUT, literal("{}"))
        if kinds:
            # By the index of kinds, SQLite would sort all that is left for every page.
            kind = JOURNAL.c.kind if len(kinds) == 1 else JOURNAL.c.kind.concat("")
            query = query.where(kind.in_(kinds))
        if chain is None:
            # One bound alone: with two, SQLite would pass over all that was read, for every page.
            return map(_whole, self._pages(query, "number", after))
        query = query.where(JOURNAL.c.chain == chain, JOURNAL.c.number > after)
        return map(_whole, self._pages(query, "position"))

    def extent(self) -> tuple[int, int]:
        """Count in the database."""
        query = select(func.coalesce(func.max(JOURNAL.c.number), 0), func.count())
        with self._database.reading() as connection:
            last, count = connection.execute(query.select_from(JOURNAL)).one()
        return int(last), int(count)

    def last_activity(self) -> dict[str, str]:
        """Group in the database."""
        query = select(JOURNAL.c.chain, func.max(JOURNAL.c.at)).group_by(JOURNAL.c.chain)
        with self._database.reading() as connection:
            return {str(chain): str(newest) for chain, newest in connection.execute(query)}

    def verify(self) -> Verification:
        """Hash bodies exactly as they are stored, and ask the database about itself."""
        faults = self._database.faults()
        query = select(JOURNAL).order_by(JOURNAL.c.chain, JOURNAL.c.position)
        with self._database.reading() as connection:
            found = connection.execution_options(yield_per=_PAGE).execute(query)
            verified = verify_chains(dict(stored) for stored in found.mappings())
        return replace(verified, faults=faults)

    def append(self, *rows: Row) -> tuple[Entry, ...]:
        """Keep rows in one transaction."""
        drafts = [draft(row) for row in rows]
        if not drafts:
            return ()

        def keep(connection: Connection) -> dict[str, Kept]:
            linked, conflicts = self._link(connection, drafts)
            for conflict in filter(None, conflicts):
                raise conflict
            found = _find(connection, [one.event_id for one in drafts])
            if linked:
                self._keep_in_mind(connection, found[linked[-1]["event_id"]].entry)
            return found

        found = self._written(keep, drafts)
        return tuple(found[one.event_id].entry for one in drafts)

    def keep_new(self, drafts: Sequence[EncodedRow]) -> list[RecordError | None]:
        """Keep drafts in one transaction, whatever becomes of the others."""

        def keep(connection: Connection) -> list[RecordError | None]:
            linked, conflicts = self._link(connection, drafts)
            if linked:
                last = str(linked[-1]["event_id"])
                self._keep_in_mind(connection, _find(connection, [last])[last].entry)
            return conflicts

        return self._written(keep, drafts)

    def restore(self, record_id: str, kept: Iterable[Kept]) -> None:
        """Fill the tables."""
        remaining = iter(kept)
        with self._database.writing() as connection:
            named = update(META).where(META.c.key == "record_id").values(value=record_id)
            connection.execute(named)
            while some := list(islice(remaining, _PAGE)):
                values = [one._asdict() | {"body": canonical_json(body)} for one, body in some]
                connection.execute(insert(JOURNAL), values)
            self._database.continue_numbers(connection)
            newest = self._database.find_newest(connection)
            self._database.keep_in_mind(connection, newest)
            self.record_id = self._database.meta["record_id"] = record_id

    def invite(self, count: int) -> tuple[str, ...]:
        """Keep the pseudonyms of codes, sorted."""
        codes = tuple(new_code() for _ in range(count))
        secret = pseudonym_key(self._database)
        known = (pseudonym(one, secret=secret) for one in codes)
        self.append(Invitation(invitation_id=new_id(), pseudonyms=tuple(sorted(known))))
        return codes

    def enrol(
        self,
        code: str,
        *,
        enrolled_by: EnrolledBy,
        simulated: bool = False,
        open_to_all: bool = False,
    ) -> Participant:
        """Look the pseudonym up and give the next seat in one transaction."""
        secret = pseudonym_key(self._database)
        whose: Whose = "simulated" if simulated else "hub" if enrolled_by == "hub" else "person"
        participant_id = pseudonym(code, secret=secret, whose=whose)
        event_id = f"{Participant.KIND}.{participant_id}"
        # Records of before have users of a hub among the persons.
        before = pseudonym(code, secret=secret, whose="simulated" if simulated else "person")
        events = list(dict.fromkeys((event_id, f"{Participant.KIND}.{before}")))
        # A list is made before anybody uses it, so it may be read outside the transaction.
        invited = {one for row in self.rows(Invitation) for one in row.pseudonyms}
        needs_one = enrolled_by in ("code", "launcher") and not (simulated or open_to_all)

        def seat(connection: Connection) -> Participant:
            found = _find(connection, events)
            for known in (cast(Participant, found[one].row()) for one in events if one in found):
                if (known.enrolled_by == "hub") == (enrolled_by == "hub"):
                    return known
            by_hub = bool(found) and enrolled_by != "hub"
            if by_hub or (needs_one and invited and participant_id not in invited):
                raise NotInvited(
                    "This code is not on the list of invitations. Look at each of its signs again, "
                    "or ask whoever gave it to you."
                )
            seats = select(func.count()).where(JOURNAL.c.kind == Participant.KIND)
            participant = Participant(
                participant_id=participant_id,
                seat=connection.scalar(seats) or 0,
                simulated=simulated,
                enrolled_by=enrolled_by,
            )
            self._link(connection, [draft(participant)])
            self._keep_in_mind(connection, _find(connection, [event_id])[event_id].entry)
            return participant

        return self._written(seat, [], participant_id, _SEATS)

    def lease(
        self, name: str, *, on_lost: Callable[[], None] | None = None, take_over: bool = True
    ) -> Lease:
        """Take a lease, and let go of it when the record is closed."""
        self.require_writable()
        lease = take_lease(self.place, name, self._database.hold, on_lost, take_over=take_over)
        self._leases = [older for older in self._leases if older.held] + [lease]
        return lease

    def require_writable(self) -> None:
        """Ask the database."""
        self._database.require_writable()

    def close(self) -> None:
        """Release every lease and give back every connection."""
        for lease in self._leases:
            lease.release()
        self._database.close()

    def _written(
        self, write: Callable[[Connection], W], drafts: Sequence[EncodedRow], *names: str
    ) -> W:
        """Write beside whoever writes other chains.

        Args:
            write: what is done in the transaction; it may be done again.
            drafts: whose chains are written.
            names: more that nobody else writes meanwhile.
        """
        chains = sorted({*names, *(chain for one in drafts for chain in one.chains)})
        for _ in range(_TRIES):
            try:
                with self._database.writing(chains) as connection:
                    return write(connection)
            except _Raced:
                continue
        raise busy(self.place)

    def _link(
        self, connection: Connection, drafts: Sequence[EncodedRow]
    ) -> tuple[list[dict[str, Any]], list[RecordError | None]]:
        """Link new drafts to the ends of their chains; for each, say why not, or nothing.

        One already kept with the same content stays as it is.

        Returns:
            The columns of those that are new, and a reason or None for each draft.
        """
        linked, conflicts = _linked_to_ends(connection, drafts)
        if linked:
            self._database.before_numbers(connection)
            try:
                connection.execute(insert(JOURNAL), linked)
            except IntegrityError as problem:
                raise _Raced from problem
        return linked, conflicts

    def _keep_in_mind(self, connection: Connection, last: Entry) -> None:
        self._database.keep_in_mind(connection, Newest(last.number, last.hash, last.at))

    def _pages(self, query: Select[Any], cursor: str, last: int = -1) -> Iterator[Stored[Any]]:
        """Read page by page, so that no transaction stays open while the caller thinks."""
        column, size = JOURNAL.c[cursor], _PAGE
        query = query.order_by(column)
        while True:
            with self._database.reading() as connection:
                page = connection.execute(query.where(column > last).limit(size)).all()
            yield from page
            if len(page) < size:
                return
            last, size = getattr(page[-1], cursor), min(2 * size, _LARGEST_PAGE)


class _End(NamedTuple):
    """Where a chain goes on: its next position, the hash to link to, and the last row's kind."""

    position: int
    previous: str
    kind: str


class _Raced(Exception):
    """Another writer kept the same event meanwhile, in a chain of its own."""


def _linked_to_ends(
    connection: Connection, drafts: Sequence[EncodedRow]
) -> tuple[list[dict[str, Any]], list[RecordError | None]]:
    """The columns of the drafts that are new, and for each draft why it is not kept, or nothing."""
    kept: dict[str, Kept | EncodedRow] = {**_find(connection, [one.event_id for one in drafts])}
    ends = _ends(connection, {chain for one in drafts for chain in one.chains})
    conflicts: list[RecordError | None] = []
    linked: list[dict[str, Any]] = []
    for one in drafts:
        known = kept.get(one.event_id)
        conflicts.append(
            _conflict(one, known)
            if known
            else _out_of_place(one, ends) or _repeated(connection, one, linked)
        )
        if known is not None or conflicts[-1]:
            continue
        values = _linked(one, ends[one.chain])
        kept[one.event_id] = one
        ends[one.chain] = _End(values["position"] + 1, values["hash"], one.kind)
        linked.append(values)
    return linked, conflicts


def _linked(new: EncodedRow, end: _End) -> dict[str, Any]:
    """The columns of a draft at the end of its chain."""
    bound: dict[str, Any] = {
        "event_id": new.event_id,
        "chain": new.chain,
        "position": end.position,
        "kind": new.kind,
        "version": new.version,
        "at": timestamp(),
        "previous": end.previous,
        "key_id": None,
        "digest": new.digest,
    }
    return {**bound, "body": new.body, "hash": link_hash(new.body, bound)}


def _ends(connection: Connection, chains: Collection[str]) -> dict[str, _End]:
    """Look up where chains go on."""
    lasts = (
        select(JOURNAL.c.chain, func.max(JOURNAL.c.position))
        .where(JOURNAL.c.chain.in_(chains))
        .group_by(JOURNAL.c.chain)
    )
    query = select(JOURNAL.c.chain, JOURNAL.c.position + 1, JOURNAL.c.hash, JOURNAL.c.kind).where(
        tuple_(JOURNAL.c.chain, JOURNAL.c.position).in_(lasts)
    )
    found = {chain: _End(*end) for chain, *end in connection.execute(query)}
    return {chain: found.get(chain, _End(0, FIRST, "")) for chain in chains}


def _find(connection: Connection, event_ids: Sequence[str]) -> dict[str, Kept]:
    """Look up entries by event id; those not kept are absent."""
    found = {}
    for start in range(0, len(event_ids), _IDS_ASKED):
        some = event_ids[start : start + _IDS_ASKED]
        for stored in connection.execute(select(*_WHOLE).where(JOURNAL.c.event_id.in_(some))):
            found[stored.event_id] = _whole(stored)
    return found


def _out_of_place(new: EncodedRow, ends: Mapping[str, _End]) -> RecordError | None:
    """Refuse what speaks of something that is not there, in the row or a chain, or that is over."""
    if new.refers:
        return RecordError(
            f"record: {new.kind} {new.event_id} refers to messages that it does not hold; wanted "
            "them in full. Read it with record.read(), not from its entry; nothing was written."
        )
    for chain in new.chains:
        last = ends[chain].kind
        if Row.BY_KIND.get(last, Row).ENDS:
            return RecordError(
                f"record: {new.kind} {new.event_id} is about {chain}, which ended with a {last} "
                "row; wanted one that goes on. Read the record again to see where it stands; "
                "nothing was written."
            )
    kind, before = Row.BY_KIND[new.kind], Row.BY_KIND.get(ends[new.chain].kind)
    if before and (kind.UNDER or kind.CHAIN != before.CHAIN):
        return RecordError(
            f"record: {new.kind} {new.event_id} is about {new.chain}, which was begun already by a "
            f"{before.KIND} row; wanted an id of its own. Make a new one; nothing was written."
        )
    if ends[new.chain].position or kind.BEGINS:
        return None
    return RecordError(
        f"record: {new.kind} {new.event_id} is about {new.chain}, of which nothing is kept; wanted "
        "one that was begun. Check the id; nothing was written."
    )


def _repeated(
    connection: Connection, new: EncodedRow, linked: Sequence[Mapping[str, Any]]
) -> RecordError | None:
    """Refuse a second row with what one row alone may have in a chain, kept or about to be."""
    name = Row.BY_KIND[new.kind].ONCE
    if not name:
        return None
    value = read_json(new.body)[name]
    # Not every body is parsed: it is canonical, so that one with this value holds these characters.
    said = JOURNAL.c.body.contains(f'"{name}":{canonical_json(value)}', autoescape=True)
    alike = select(JOURNAL.c.event_id, JOURNAL.c.body, JOURNAL.c.chain, JOURNAL.c.kind)
    query = alike.where(JOURNAL.c.chain == new.chain, JOURNAL.c.kind == new.kind, said)
    for other in (*connection.execute(query).mappings(), *linked):
        same = (other["chain"], other["kind"]) == (new.chain, new.kind)
        if same and read_json(other["body"]).get(name) == value:
            return RecordError(
                f"record: {new.kind} {new.event_id} has the {name} {value} in {new.chain}, as has "
                f"{other['event_id']}; wanted one of its own. Read the record again to see where "
                "it stands; nothing was written."
            )
    return None


def _conflict(sent: EncodedRow, kept: Kept | EncodedRow) -> RecordError | None:
    """Accept an event that is sent again and says what it said."""
    about = kept.entry if isinstance(kept, Kept) else kept
    if about.digest == sent.digest:
        return None
    # A digest is of the fields its kind had then: what both say is compared in today's shape.
    try:
        said = kept if isinstance(kept, EncodedRow) else draft(kept.row())
    except RecordUnreadable as problem:
        if about.digest is None or about.version > sent.version:
            return problem
    else:
        if (said.kind, said.chain, said.body) == (sent.kind, sent.chain, sent.body):
            return None
    return EventConflict(
        f"record: event {sent.event_id} is already kept with different content; wanted the same "
        f"{sent.kind} row or a new id. Keep a correction as a new row that names this one in "
        "`supersedes`; nothing was written."
    )


def _whole(stored: Stored[Any]) -> Kept:
    """Read an entry and its body as they are stored."""
    # By position, as columns stand in the order of the fields: names cost a sixth of all reading.
    values: list[Any] = [*stored]
    try:
        return Kept(Entry._make(values[:-1]), read_json(values[-1]))
    except ValueError as problem:
        raise RecordUnreadable(
            f"record: entry {stored.number} ({stored.kind} {stored.event_id}) holds no readable "
            "JSON; wanted the text that was written. Run `parallax verify` to see what was changed."
        ) from problem

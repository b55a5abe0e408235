"""Database transactions: the two ways into a record's tables, to read and to write.

A writer takes its turn first, reads the ends of the chains, appends and commits, so that no two
read the same end. ``number`` is the order of commit, in a file as on a server.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, desc, insert, inspect, select

from toolkit.errors import RecordUnreadable, RecordUnwritable
from toolkit.record.journal.database_errors import cannot_read, explained
from toolkit.record.journal.file_place import Newest, another_record, ends_earlier
from toolkit.record.journal.journal_tables import (
    FORMAT,
    JOURNAL,
    META,
    SCHEMA_VERSION,
    TABLES,
    first_meta,
)
from toolkit.record.journal.lease import Hold
from toolkit.record.journal.migrations import migrate
from toolkit.record.journal.record import Durability
from toolkit.record.journal.record_address import Place

COMPILED: dict[Any, Any] = {}
"""Statements as they were compiled, for all that a process opens: there are few, and each costs."""
_NEWEST = "parallax_newest"


class Database(ABC):
    """One open database with our tables in it; ``meta`` is what it says about itself."""

    engine: Engine
    _cure = "open it anew"
    """What lets somebody go on with what is there now, without a full stop."""

    def __init__(
        self, place: Place, *, durability: Durability, read_only: bool, patience: float
    ) -> None:
        self.place = place
        self.read_only = read_only
        self.meta: dict[str, str] = {}
        self._durability = durability
        self._patience = patience
        self.newest: Newest | None = None
        """The newest entry that was kept here, as far as this opening knows."""

    @abstractmethod
    def writing(self, chains: Sequence[str] | None = None) -> AbstractContextManager[Connection]:
        """Open a transaction whose rows are durable when the block ends.

        Args:
            chains: names that nobody else writes meanwhile; in a file, and where there are none,
                nobody else writes at all.

        Raises:
            RecordBusy: if another writer does not finish in time.
            RecordFull: if there is no room; nothing is half-written.
            RecordMoved: if the next opener would not find what was written.
            RecordUnwritable: if the place cannot be written, or was opened to read only.
        """

    @abstractmethod
    def hold(self, name: str) -> Hold | None:
        """Keep other processes out under a name, until what is returned is called or this ends.

        Args:
            name: what to reserve.

        Returns:
            None if another process keeps us out.
        """

    @abstractmethod
    def faults(self) -> tuple[str, ...]:
        """What the database finds wrong with itself, one sentence each."""

    @abstractmethod
    def before_numbers(self, connection: Connection) -> None:
        """Wait for the right to give numbers, before rows are inserted."""

    @abstractmethod
    def continue_numbers(self, connection: Connection) -> None:
        """Let numbering go on after entries that brought their own numbers."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the record and changes nothing."""
        with (
            explained(self.place, read_only=self.read_only),
            self.engine.connect() as connection,
            connection.begin(),
        ):
            yield connection

    def keep_in_mind(self, connection: Connection, newest: Newest | None) -> None:
        """Say what must still be there at the next writing, once this one is committed.

        Args:
            connection: the transaction.
            newest: the last entry it wrote.
        """
        connection.info[_NEWEST] = newest

    def require_writable(self) -> None:
        """Refuse to write what was opened to read.

        Raises:
            RecordUnwritable: if it was.
        """
        if self.read_only:
            raise RecordUnwritable(
                f"record: {self.place} was opened to read only; wanted a record that can be "
                "written. Open it again without read_only."
            )

    def close(self) -> None:
        """Give back every connection; safe to call twice."""
        self.engine.dispose()

    @staticmethod
    def _written(connection: Connection) -> Newest | None:
        """The last entry that a transaction wrote; None for none."""
        newest: Newest | None = connection.info.pop(_NEWEST, None)
        return newest

    def _make_tables(self, connection: Connection) -> None:
        """Make the tables, or bring older ones up to date; somebody else may have done it."""
        if not self._has_tables(connection):
            TABLES.create_all(connection)
        if connection.execute(select(META.c.key)).first() is None:
            first = first_meta(with_key=not self.place.path)
            connection.execute(insert(META), first)
        migrate(connection)

    def _require_same(
        self, connection: Connection, newest: Newest | None, record_id: str = ""
    ) -> None:
        """Refuse to go on in another record than was opened, or in an older state of it.

        Args:
            connection: the transaction.
            newest: an entry that must be there.
            record_id: of the record it must be; empty: of the one that was opened.

        Raises:
            RecordMoved: if it is one.
        """
        number = newest.number if newest else 0
        its_hash = select(JOURNAL.c.hash).where(JOURNAL.c.number == number).scalar_subquery()
        of_record = META.c.key == "record_id"
        found = connection.execute(select(META.c.value, its_hash).where(of_record)).first()
        here, kept = found or ("", None)
        record_id = record_id or self.meta["record_id"]
        if here != record_id:
            raise another_record(self.place, str(here), record_id, self._cure)
        if newest and kept != newest.hash:
            raise ends_earlier(self.place, newest, self._cure)

    @staticmethod
    def find_newest(connection: Connection) -> Newest | None:
        """Look up the newest entry of all."""
        query = select(JOURNAL.c.number, JOURNAL.c.hash, JOURNAL.c.at)
        found = connection.execute(query.order_by(desc(JOURNAL.c.number)).limit(1)).first()
        return Newest(*found) if found else None

    def _has_tables(self, connection: Connection) -> bool:
        """Whether a record lives here."""
        return inspect(connection).has_table(META.name)

    def _read_meta(self, connection: Connection) -> dict[str, str]:
        if not self._has_tables(connection):
            raise not_ours(self.place)
        rows = connection.execute(select(META.c.key, META.c.value))
        meta = {str(key): str(value) for key, value in rows}
        if meta.get("format") != FORMAT:
            raise not_ours(self.place)
        if not meta.get("schema_version", "").isdecimal():
            raise cannot_read(self.place, "it does not say which version it is")
        if int(meta["schema_version"]) > SCHEMA_VERSION:
            raise RecordUnreadable(
                f"record: {self.place} has layout {meta['schema_version']}, written by toolkit "
                f"{meta.get('toolkit_version')}; wanted layout {SCHEMA_VERSION} or older. Upgrade "
                "Parallax to open it."
            )
        return meta


def not_ours(place: Place) -> RecordUnreadable:
    """The error for a database of another program."""
    return RecordUnreadable(
        f"record: {place} is a database of another program; wanted a Parallax record. Choose "
        "another file or database."
    )

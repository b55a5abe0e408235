"""PostgreSQL database of a record, written beside others chain by chain."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from toolkit.errors import RecordUnreadable
from toolkit.record.journal.database import COMPILED, Database
from toolkit.record.journal.database_errors import explained
from toolkit.record.journal.journal_tables import JOURNAL, META, SCHEMA_VERSION
from toolkit.record.journal.lease import Hold
from toolkit.record.journal.record import Durability
from toolkit.record.journal.record_address import Place

_KEEP_ALIVE = {"keepalives_idle": 30}
_NUMBER_LOCK = 0x7061_7261_6C6C_6178
_TURN = text(
    "SELECT set_config('lock_timeout', :patience, true), "
    "set_config('synchronous_commit', 'off', true), "
    "(SELECT count(pg_advisory_xact_lock(key)) FROM unnest(CAST(:keys AS bigint[])) AS key)"
)
"""One trip to the server; what is read after it sees what was committed before it came back."""


class ServerDatabase(Database):
    """A record on a server.

    Args:
        place: where.
        durability: as for ``open_record``.
        read_only: as for ``open_record``.
        patience: as for ``open_record``.
    """

    def __init__(
        self, place: Place, *, durability: Durability, read_only: bool, patience: float
    ) -> None:
        super().__init__(place, durability=durability, read_only=read_only, patience=patience)
        self.engine = create_engine(
            place.url,
            pool_pre_ping=True,
            # Asks each new connection for a type that no record has.
            use_native_hstore=False,
            execution_options={"compiled_cache": COMPILED},
            connect_args=_KEEP_ALIVE,
            # Any stricter level would read the ends of chains as of before its turn.
            isolation_level="READ COMMITTED",
        )
        try:
            self._open()
        except BaseException:
            self.engine.dispose()
            raise

    @contextmanager
    def writing(self, chains: Sequence[str] | None = None) -> Iterator[Connection]:
        """Write beside those who write other chains, in the same record as before.

        Whoever waits for the disk holds nobody up: rows are seen before they are durable, and
        acknowledged after.
        """
        self.require_writable()
        with explained(self.place), self.engine.connect() as connection:
            with connection.begin():
                self._take_turn(connection, chains)
                self._require_same(connection, self.newest)
                # What one that was taken back had written is nobody's.
                self._written(connection)
                yield connection
                newest = self._written(connection)
            # Another thread may have kept a later one.
            if newest and (self.newest is None or self.newest.number < newest.number):
                self.newest = newest
            if self._durability == "full":
                _flush(connection)

    def before_numbers(self, connection: Connection) -> None:
        """Give numbers and commit one after the other, so that they rise in that order."""
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NUMBER_LOCK})

    def continue_numbers(self, connection: Connection) -> None:
        """Move the sequence on."""
        highest = select(func.max(JOURNAL.c.number)).scalar_subquery()
        sequence = func.pg_get_serial_sequence(JOURNAL.name, JOURNAL.c.number.name)
        connection.execute(select(func.setval(sequence, highest)))

    def hold(self, name: str) -> Hold | None:
        """Take an advisory lock by a connection outside the pool, which closing it lets go of."""
        dialect = self.engine.dialect
        arguments, options = dialect.create_connect_args(self.engine.url)
        with explained(self.place):
            try:
                connection: Any = dialect.connect(*arguments, **options, **_KEEP_ALIVE)
                connection.autocommit = True
                asked = "SELECT pg_try_advisory_lock(%s)"
                (got,) = connection.execute(asked, [self._key(name)]).fetchone()
            except dialect.loaded_dbapi.Error as problem:
                raise DBAPIError(None, None, problem) from problem
        if got:
            return cast(Hold, connection.close)
        connection.close()
        return None

    def faults(self) -> tuple[str, ...]:
        """Leave it to the server, which checks its own pages."""
        return ()

    def _open(self) -> None:
        with self.reading() as connection:
            if self._has_tables(connection) or self.read_only:
                self.meta = self._read_meta(connection)
        layout = int(self.meta.get("schema_version", 0))
        if layout == SCHEMA_VERSION:
            return
        if self.read_only:
            raise RecordUnreadable(
                f"record: {self.place} has layout {layout}; wanted layout {SCHEMA_VERSION} to read "
                "only. Let its owner open it once to write."
            )
        with explained(self.place), self.engine.connect() as connection, connection.begin():
            self._take_turn(connection, None)
            self._make_tables(connection)
            self.meta = self._read_meta(connection)

    def _has_tables(self, connection: Connection) -> bool:
        # One look into the catalog: with many who open at once, each counts.
        return connection.scalar(select(func.to_regclass(META.name))) is not None

    def _take_turn(self, connection: Connection, chains: Sequence[str] | None) -> None:
        """Wait for the chains that are written, each by its own lock and always in one order.

        Args:
            connection: the transaction.
            chains: their names; None: the whole record.
        """
        # A lease may have the name of a chain, and is held while its holder writes.
        keys = (
            [_NUMBER_LOCK]
            if chains is None
            else sorted({self._key(f"chain {one}") for one in chains})
        )
        values = {"patience": f"{int(self._patience * 1000)}ms", "keys": keys}
        connection.execute(_TURN, values)

    def _key(self, name: str) -> int:
        """The number of a lock, in this record alone."""
        digest = hashlib.sha256(f"{self.meta['record_id']} {name}".encode()).digest()
        return int.from_bytes(digest[:8], signed=True)


def _flush(connection: Connection) -> None:
    """Wait until everything committed so far is as durable as the server is set to make it.

    A commit of its own does that, for many who wait at once by one turn of the disk.
    """
    raw: Any = connection.connection.driver_connection
    raw.autocommit = True
    raw.execute("SELECT pg_logical_emit_message(true, 'parallax', '')")
    raw.autocommit = False

"""Database of a record: its tables, and the two ways into them, to read and to write alone.

SQLite's default transaction would let two writers read the same end of a chain; a writer here
takes the write lock first (``BEGIN IMMEDIATE``, on PostgreSQL an advisory lock), reads, appends
and commits. That also makes ``number`` the order of commit on both.
"""

import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import (
    Connection,
    Engine,
    NullPool,
    QueuePool,
    create_engine,
    event,
    func,
    insert,
    inspect,
    select,
    text,
)

from toolkit.errors import RecordBusy, RecordUnreadable, RecordUnwritable
from toolkit.record.journal.database_errors import cannot_read, explained
from toolkit.record.journal.journal_tables import (
    FORMAT,
    JOURNAL,
    META,
    SCHEMA_VERSION,
    TABLES,
    first_meta,
)
from toolkit.record.journal.lease import Hold
from toolkit.record.journal.migrations import migrate, show_as_current
from toolkit.record.journal.record import Durability
from toolkit.record.journal.record_address import Place, cannot_write, from_os_error, make_folder

_KEEP_ALIVE = {"keepalives_idle": 30}
_APPEND_LOCK = 0x7061_7261_6C6C_6178


class Database:
    """One open database with our tables in it; ``meta`` is what it says about itself."""

    def __init__(
        self, place: Place, *, durability: Durability, read_only: bool, patience: float
    ) -> None:
        self.place = place
        self.read_only = read_only
        self._patience = patience
        self._durability = durability
        if place.path:
            _find_file(place.path) if read_only else make_folder(place.path)
        self.engine = self._engine()
        try:
            if not read_only:
                self._create()
            self.meta = self._read_meta()
        except BaseException:
            self.engine.dispose()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the record and changes nothing."""
        with (
            explained(self.place, read_only=self.read_only),
            self.engine.connect() as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction in which nobody else writes; it is durable when the block ends.

        Raises:
            RecordBusy: if another writer does not finish in time.
            RecordFull: if there is no room; nothing is half-written.
            RecordUnwritable: if the place cannot be written, or was opened to read only.
        """
        self.require_writable()
        with explained(self.place), self.engine.connect() as connection:
            connection.execution_options(parallax_writes=True)
            with connection.begin():
                if self.place.path is None:
                    self._take_server_turn(connection)
                yield connection

    def continue_numbers(self, connection: Connection) -> None:
        """Let numbering go on after entries that brought their own numbers."""
        if self.place.path is None:
            highest = select(func.max(JOURNAL.c.number)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(JOURNAL.name, JOURNAL.c.number.name)
            connection.execute(select(func.setval(sequence, highest)))

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

    def hold(self, name: str) -> Hold | None:
        """Keep other processes out under a name, until what is returned is called or this ends.

        Returns:
            None if another process keeps us out.
        """
        return self._file_hold(name) if self.place.path else self._server_hold(name)

    def close(self) -> None:
        """Give back every connection; safe to call twice."""
        self.engine.dispose()

    def _file_hold(self, name: str) -> Hold | None:
        path = self._locks / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.lock"
        lock = FileLock(path, timeout=0, thread_local=False, fallback_to_soft=False)
        try:
            lock.acquire()
        except Timeout:
            return None
        except OSError as problem:
            raise from_os_error(problem, path.parent) from problem
        return lock.release

    def _server_hold(self, name: str) -> Hold | None:
        """Take an advisory lock by a connection outside the pool, which closing it lets go of."""
        digest = hashlib.sha256(f"{self.meta['record_id']} {name}".encode()).digest()
        key = int.from_bytes(digest[:8], signed=True)
        with explained(self.place):
            connection = create_engine(
                self.place.url,
                poolclass=NullPool,
                isolation_level="AUTOCOMMIT",
                connect_args=_KEEP_ALIVE,
            ).connect()
            got = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key})
        if got:
            return connection.close
        connection.close()
        return None

    def _engine(self) -> Engine:
        if self.place.path is None:
            return create_engine(
                self.place.url,
                pool_pre_ping=True,
                connect_args=_KEEP_ALIVE,
                # Any stricter level would read the ends of chains as of before its turn.
                isolation_level="READ COMMITTED",
            )
        engine = create_engine(
            "sqlite://", creator=self._connect_file, poolclass=QueuePool, max_overflow=-1
        )
        event.listen(engine, "begin", _begin_file)
        return engine

    def _connect_file(self) -> sqlite3.Connection:
        path = self.place.path or Path()
        if not self.read_only and not path.exists():
            # Its owner alone may read it, and the files SQLite puts beside it: people speak in it.
            with suppress(OSError):
                path.touch(mode=0o600)
        connection = sqlite3.connect(
            path.as_uri() + ("?" + _read_only_mode(path) if self.read_only else ""),
            uri=True,
            timeout=self._patience,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute(f"PRAGMA synchronous = {self._durability}")
        if self.read_only:
            show_as_current(connection)
        if sys.platform == "darwin":
            # There, an ordinary fsync does not reach the platter.
            connection.execute("PRAGMA fullfsync = on")
        return connection

    def _take_server_turn(self, connection: Connection) -> None:
        settings = {"lock_timeout": f"{int(self._patience * 1000)}ms"}
        if self._durability == "normal":
            settings["synchronous_commit"] = "off"
        for name, value in settings.items():
            connection.execute(text("SELECT set_config(:n, :v, true)"), {"n": name, "v": value})
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _APPEND_LOCK})

    def _create(self) -> None:
        """Make the tables where there are none; one process at a time."""
        with self._sole_opener():
            with self.reading() as connection:
                names = inspect(connection).get_table_names()
            if META.name in names:
                self._migrate()
                return
            if self.place.path:
                if names:
                    raise _not_ours(self.place)
                self._choose_log()
            with self.writing() as connection:
                TABLES.create_all(connection)
                if connection.execute(select(META.c.key)).first() is None:
                    connection.execute(insert(META), first_meta())

    @property
    def _locks(self) -> Path:
        """Folder beside a file's record for its lock files."""
        return (self.place.path or Path()).parent / "locks"

    @contextmanager
    def _sole_opener(self) -> Iterator[None]:
        """Let one process at a time prepare a file; SQLite does not wait when switching its log."""
        if self.place.path is None:
            yield
            return
        try:
            self._locks.mkdir(exist_ok=True)
            lock = FileLock(self._locks / "open.lock", timeout=self._patience, thread_local=False)
            with lock:
                yield
        except Timeout:
            raise RecordBusy(
                f"record: {self.place} is being opened by another program; wanted a turn to open "
                "it. Try again in a moment."
            ) from None
        except OSError as problem:
            raise from_os_error(problem, self.place.path.parent) from problem

    def _migrate(self) -> None:
        if int(self._read_meta()["schema_version"]) < SCHEMA_VERSION:
            with self.writing() as connection:
                migrate(connection)

    def _choose_log(self) -> None:
        """Switch a new file to the write-ahead log, in which readers and the writer never wait."""
        with explained(self.place), self.engine.connect() as connection:
            raw = connection.connection.cursor()
            raw.execute("PRAGMA journal_mode = wal")
            (mode,) = raw.fetchone() or ("unknown",)
            raw.close()
        if mode != "wal":
            raise cannot_write(self.place, "its file system allows no write-ahead log")

    def _read_meta(self) -> dict[str, str]:
        with self.reading() as connection:
            if not inspect(connection).has_table(META.name):
                raise _not_ours(self.place)
            rows = connection.execute(select(META.c.key, META.c.value))
            meta = {str(key): str(value) for key, value in rows}
        if meta.get("format") != FORMAT:
            raise _not_ours(self.place)
        if not meta.get("schema_version", "").isdecimal():
            raise cannot_read(self.place, "it does not say which version it is")
        if int(meta["schema_version"]) > SCHEMA_VERSION:
            raise RecordUnreadable(
                f"record: {self.place} has layout {meta['schema_version']}, written by toolkit "
                f"{meta.get('toolkit_version')}; wanted layout {SCHEMA_VERSION} or older. Upgrade "
                "Parallax to open it."
            )
        if self.read_only and not self.place.path and int(meta["schema_version"]) < SCHEMA_VERSION:
            raise RecordUnreadable(
                f"record: {self.place} has layout {meta['schema_version']}; wanted layout "
                f"{SCHEMA_VERSION} to read only. Let its owner open it once to write."
            )
        return meta


def _begin_file(connection: Connection) -> None:
    writes = connection.get_execution_options().get("parallax_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _find_file(path: Path) -> None:
    if not path.is_file():
        raise RecordUnreadable(
            f"record: there is no file {path}; wanted the record of a study. Check the path, or "
            "run a session first."
        )


def _read_only_mode(path: Path) -> str:
    """Choose how SQLite may read.

    Reading a write-ahead log needs a file beside it. Where none can be made, a record that was
    closed properly is read as the fixed file it then is.
    """
    log = path.with_name(path.name + "-wal")
    settled = not log.exists() or log.stat().st_size == 0
    if settled and not os.access(path.parent, os.W_OK):
        return "mode=ro&immutable=1"
    return "mode=ro"


def _not_ours(place: Place) -> RecordUnreadable:
    return RecordUnreadable(
        f"record: {place} is a database of another program; wanted a Parallax record. Choose "
        "another file or database."
    )

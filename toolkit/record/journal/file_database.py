"""SQLite database of a record, written in turns, each of which looks where the file lies."""

import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from errno import ENOSPC
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, QueuePool, StaticPool, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError

from toolkit.errors import RecordMoved, RecordUnreadable
from toolkit.record.journal.database import COMPILED, Database, not_ours
from toolkit.record.journal.database_errors import busy, explained, first_line
from toolkit.record.journal.file_place import FilePlace, Files, Newest, Note, another_record
from toolkit.record.journal.journal_tables import META, SCHEMA_VERSION
from toolkit.record.journal.lease import Hold
from toolkit.record.journal.migrations import show_as_current
from toolkit.record.journal.record import Durability
from toolkit.record.journal.record_address import Place, cannot_write, from_os_error, make_folder

_LONG_LOG = 200
"""Entries after which a log is brought into its database."""
_SHOWN = 5


class FileDatabase(Database):
    """A record in a file.

    Args:
        place: where.
        path: the same as a path.
        durability: as for ``open_record``.
        read_only: as for ``open_record``.
        patience: as for ``open_record``.
    """

    def __init__(
        self, place: Place, path: Path, *, durability: Durability, read_only: bool, patience: float
    ) -> None:
        super().__init__(place, durability=durability, read_only=read_only, patience=patience)
        self._path = path
        self._site = FilePlace(path)
        self._cure = f"remove {self._site.ticket.path} and open it anew"
        if read_only:
            _require_file(path)
        else:
            make_folder(path)
        self.engine = self._make_engine()
        try:
            if read_only:
                with self.reading() as connection:
                    self.meta = self._read_meta(connection)
            else:
                with explained(place):
                    if not self._open_as_left():
                        with self._turn():
                            self._open()
        except BaseException:
            self.engine.dispose()
            raise

    @contextmanager
    def writing(self, chains: Sequence[str] | None = None) -> Iterator[Connection]:
        """Write alone, and see before and after that the next opener would find it."""
        self.require_writable()
        with explained(self.place), self._turn():
            note = self._require_as_left()
            before = self._site.look()
            self.newest = kept = note.newest if note else self.newest
            try:
                with self._transaction() as connection:
                    # What one that was taken back had written is nobody's.
                    self._written(connection)
                    yield connection
                    newest = self._written(connection) or kept
            except BaseException:
                # Pages of what was taken back may stay in the log.
                if self._site.look().database == before.database:
                    self._site.leave(self.meta["record_id"], kept, note.tidied if note else 0)
                raise
            self._site.require_durable(before)
            self.newest = newest
            tidied = self._shorten_log(note.tidied if note else 0)
            self._site.leave(self.meta["record_id"], newest, tidied)

    def before_numbers(self, connection: Connection) -> None:
        """Nobody else writes as it is."""

    def continue_numbers(self, connection: Connection) -> None:
        """SQLite goes on by itself."""

    def hold(self, name: str) -> Hold | None:
        """Lock a file of that name's own."""
        path = self._locks / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.lock"
        lock = FileLock(path, timeout=0, thread_local=False, fallback_to_soft=False)
        try:
            lock.acquire()
        except Timeout:
            return None
        except OSError as problem:
            raise from_os_error(problem, path.parent) from problem
        return lock.release

    def faults(self) -> tuple[str, ...]:
        """Ask SQLite about its pages and indexes, and the note about what was kept."""
        note = self._site.note()
        with self.reading() as connection:
            found = _damage(connection)
            if note:
                try:
                    self._require_same(connection, note.newest, note.record_id)
                except RecordMoved as problem:
                    found = (*found, str(problem))
        return found

    def close(self) -> None:
        """Give back every connection; the last one brings the log into the database."""
        if self.read_only:
            return super().close()
        with ExitStack() as stack:
            note = None
            # Whoever cannot have a turn leaves the note as it is: the next opener looks closer.
            with suppress(OSError):
                stack.enter_context(self._site.ticket.held(self._patience))
                note = self._site.note()
            as_left = note is not None and self._site.look() == note.files
            super().close()
            if as_left and note:
                self._site.leave(note.record_id, note.newest, note.tidied)
            self._site.opened = None
        return None

    @property
    def _locks(self) -> Path:
        """Folder beside the record for its lock files."""
        return self._site.ticket.path.parent

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for a turn to write.

        Raises:
            RecordBusy: if it does not come in time.
            RecordMoved: if there is no folder any more.
        """
        with ExitStack() as stack:
            try:
                if self._path.parent.is_dir():
                    self._locks.mkdir(exist_ok=True)
                stack.enter_context(self._site.ticket.held(self._patience))
            except TimeoutError:
                raise busy(self.place) from None
            except OSError as problem:
                self._site.is_as_left(None)
                full = problem.errno == ENOSPC
                raise from_os_error(problem, self._path if full else self._path.parent) from problem
            yield

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            connection.execution_options(parallax_writes=True)
            with connection.begin():
                yield connection

    def _open_as_left(self) -> bool:
        """Open without a turn what others have open already and nobody else has touched."""
        note, here = self._site.note(), self._site.look()
        if note is None or here != note.files or None in here:
            return False
        with self.reading() as connection:
            meta = self._read_meta(connection)
        now = self._site.look()
        # Somebody may have written meanwhile, though only to the same files.
        if int(meta["schema_version"]) < SCHEMA_VERSION or not now.same_files(here):
            return False
        self.meta, self.newest, self._site.opened = meta, note.newest, now
        return True

    def _open(self) -> None:
        """Make the tables where there are none, and look closer at what is not as it was left."""
        note, here = self._site.note(), self._site.look()
        if here.database is None or here.database.size == 0:
            self._site.require_beginning()
        elif note and here != note.files:
            self._site.require_own_log(note)
            if _others_removed(note.files, here):
                self._require_alone()
        settled = note is None or here == note.files
        self._prepare()
        with self.reading() as connection:
            self.meta = self._read_meta(connection)
            self.newest = note.newest if note else self.find_newest(connection)
            if note and not settled:
                settled = self._is_whole(connection, note)
        self._site.opened = self._site.look()
        if settled:
            self._site.leave(self.meta["record_id"], self.newest, note.tidied if note else 0)

    def _prepare(self) -> None:
        with self.reading() as connection:
            names = inspect(connection).get_table_names()
            if names and META.name not in names:
                raise not_ours(self.place)
            layout = int(self._read_meta(connection)["schema_version"]) if names else 0
        if not names:
            self._choose_log()
        if layout < SCHEMA_VERSION:
            with self._transaction() as connection:
                self._make_tables(connection)

    def _is_whole(self, connection: Connection, note: Note) -> bool:
        """Tell whether a record that was changed is not damaged, and holds what was kept.

        Args:
            connection: a transaction.
            note: how the record was left.

        Raises:
            RecordMoved: if it is another one, or an older state of this one.
        """
        try:
            self._require_same(connection, note.newest, note.record_id)
            return not _damage(connection)
        except DBAPIError:
            # It can still be read in part; nothing is written to it.
            return False

    def _require_alone(self) -> None:
        """Refuse while another program has files open that lie here no more.

        Raises:
            RecordMoved: if one does.
        """
        alone = sqlite3.connect(self._path, timeout=1, isolation_level=None)
        try:
            alone.execute("PRAGMA locking_mode = EXCLUSIVE")
            alone.execute("BEGIN EXCLUSIVE")
            alone.execute("COMMIT")
        except sqlite3.OperationalError as problem:
            if not problem.sqlite_errorname.startswith("SQLITE_BUSY"):
                raise
            raise self._site.changed(
                "files beside it were removed or replaced while a program has them open"
            ) from problem
        finally:
            alone.close()

    def _require_as_left(self) -> Note | None:
        """See that the files are as the last writer left them, or look closer.

        Raises:
            RecordMoved: if what was kept is not there any more, or is damaged.
        """
        note = self._site.note()
        if note and note.record_id != self.meta["record_id"]:
            raise another_record(self.place, note.record_id, self.meta["record_id"], self._cure)
        # Of files that nobody else touched, what they hold is known.
        if not self._site.is_as_left(note):
            self._look_closer(note)
        return note

    def _look_closer(self, note: Note | None) -> None:
        """Read everything anew past every cache, and begin a new log."""
        fresh: sqlite3.Connection | None = None
        try:
            fresh = self._connect()
            self._examine(fresh, note.newest if note else self.newest)
            (waited, *_) = fresh.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if waited:
                raise busy(self.place)
            self.engine.dispose()
            # Before the last one is closed, which would remove the log.
            with self.reading() as connection:
                self._read_meta(connection)
        except (sqlite3.Error, DBAPIError) as problem:
            cause = getattr(problem, "orig", None) or problem
            if getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_FULL")):
                raise
            raise self._site.changed(f"it is damaged ({first_line(cause)})") from problem
        finally:
            if fresh:
                fresh.close()

    def _examine(self, fresh: sqlite3.Connection, newest: Newest | None) -> None:
        """Refuse what is damaged, another record, or an older state of this one.

        Args:
            fresh: a connection that has read nothing yet.
            newest: an entry that must be there.

        Raises:
            RecordMoved: if it is one.
        """
        engine = create_engine("sqlite://", creator=lambda: fresh, poolclass=StaticPool)
        with engine.connect() as connection:
            if found := _damage(connection):
                raise self._site.changed(f"it is damaged ({found[0]})")
            self._require_same(connection, newest)

    def _shorten_log(self, tidied: int) -> int:
        """Bring a long log into the database, which SQLite would do unseen in somebody's commit.

        The log is written over from its beginning then, which costs less than to let it grow.

        Args:
            tidied: the newest entry when this was last done.

        Returns:
            The same for now.
        """
        newest = self.newest.number if self.newest else 0
        if newest - tidied < _LONG_LOG:
            return tidied
        # The rows are kept either way.
        with suppress(DBAPIError, sqlite3.Error), self.engine.connect() as connection:
            _pragma(connection, "wal_checkpoint(PASSIVE)")
        return newest

    def _choose_log(self) -> None:
        """Switch a new file to the write-ahead log, in which readers and the writer never wait."""
        with self.engine.connect() as connection:
            mode = _pragma(connection, "journal_mode = wal")
        if mode != "wal":
            raise cannot_write(self.place, "its file system allows no write-ahead log")

    def _make_engine(self) -> Engine:
        engine = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=QueuePool,
            max_overflow=-1,
            execution_options={"compiled_cache": COMPILED},
        )
        event.listen(engine, "begin", _begin)
        return engine

    def _connect(self) -> sqlite3.Connection:
        path = self._path
        if not self.read_only and not path.exists():
            if self._site.opened:
                # SQLite would make an empty file, which is then in the way of the one moved.
                self._site.is_as_left(None)
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
        # In somebody's commit it would change the file unseen; see ``_shorten_log``.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        if self.read_only:
            show_as_current(connection)
        if sys.platform == "darwin":
            # There, an ordinary fsync does not reach the platter.
            connection.execute("PRAGMA fullfsync = on")
        return connection


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("parallax_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _pragma(connection: Connection, text: str) -> object:
    """Run a pragma outside any transaction, and return the first thing it says."""
    raw = connection.connection.cursor()
    raw.execute(f"PRAGMA {text}")
    (first, *_) = raw.fetchone() or ("unknown",)
    raw.close()
    return first


def _damage(connection: Connection) -> tuple[str, ...]:
    """What SQLite finds wrong with its pages and indexes."""
    found = connection.exec_driver_sql(f"PRAGMA integrity_check({_SHOWN})").scalars().all()
    if found == ["ok"]:
        return ()
    lines = (line for one in found for line in one.splitlines() if not line.startswith("***"))
    return tuple(f"the database says: {line}" for line in lines)


def _others_removed(then: Files, here: Files) -> bool:
    """Whether the log or its index is not the one that belongs to the same database."""
    if here.database is None or not here.database.same_file(then.database):
        return False
    pairs = ((then.log, here.log), (then.wal_index, here.wal_index))
    return any(was is not None and not was.same_file(now) for was, now in pairs)


def _require_file(path: Path) -> None:
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

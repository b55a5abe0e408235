"""The key that makes pseudonyms, in a file of its own beside the record.

Whoever is given a copy of the record cannot test guessed codes against it. On a server, where no
folder is shared, the key stays in the table that says what the record is.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from sqlalchemy import delete, func, select, text

from toolkit.errors import RecordUnreadable
from toolkit.record.journal.database import Database
from toolkit.record.journal.journal_tables import JOURNAL, META
from toolkit.record.journal.record_address import from_os_error
from toolkit.record.rows.conversation_rows import Participant

ENDING = ".key"
"""What the file's name has after the record's own."""
_IN_TABLE = "secret"
_DIGITS = 64


def pseudonym_key(database: Database) -> str:
    """Find the key of a record, or make it; one that lies in its table moves out of it.

    Args:
        database: of the record, open to write.

    Returns:
        64 hexadecimal digits.

    Raises:
        RecordUnreadable: if people are enrolled and the key is missing or damaged.
        RecordUnwritable: if a new one cannot be written.
    """
    database.require_writable()
    path = database.place.path
    if path is None:
        return database.meta[_IN_TABLE]
    file = path.with_name(path.name + ENDING)
    with suppress(FileNotFoundError):
        return _read(file)
    with database.writing() as connection:
        # Somebody else may have made it while this one waited for a turn.
        with suppress(FileNotFoundError):
            return _read(file)
        kept = connection.scalar(select(META.c.value).where(META.c.key == _IN_TABLE))
        people = select(func.count()).where(JOURNAL.c.kind == Participant.KIND)
        if kept is None and connection.scalar(people):
            raise RecordUnreadable(
                f"record: {file} is missing, and people are enrolled; wanted the key that makes "
                "the same pseudonym of the same code. Put it back beside the record: it is copied "
                "with it."
            )
        key = _write(file, str(kept or secrets.token_hex(_DIGITS // 2)))
        if kept is not None:
            # What is deleted is overwritten, so that no copy of the file holds it any more.
            connection.execute(text("PRAGMA secure_delete = on"))
            connection.execute(delete(META).where(META.c.key == _IN_TABLE))
    return key


def _read(file: Path) -> str:
    try:
        key = file.read_text("ascii").strip()
        bytes.fromhex(key)
    except FileNotFoundError:
        raise
    except (OSError, ValueError):
        key = ""
    if len(key) != _DIGITS:
        raise RecordUnreadable(
            f"record: {file} cannot be read as the key of pseudonyms; wanted {_DIGITS} hexadecimal "
            "digits. Put the file back that lay there."
        )
    return key


def _write(file: Path, key: str) -> str:
    """Write the key so that it is there whole or not at all; its owner alone may read it."""
    made = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        made.unlink(missing_ok=True)
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="ascii") as raw:
            raw.write(f"{key}\n")
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(made, file)
    except OSError as problem:
        raise from_os_error(problem, file.parent) from problem
    return key

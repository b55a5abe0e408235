"""Migrations of an older toolkit's tables to today's, one numbered step at a time."""

import sqlite3

from sqlalchemy import Connection, select, text, update

from toolkit.record.journal.journal_tables import JOURNAL, META, SCHEMA_VERSION

MIGRATIONS = {2: f"ALTER TABLE {JOURNAL.name} ADD COLUMN digest TEXT"}
"""Layout to the statement that makes it out of the one before."""


def migrate(connection: Connection) -> None:
    """Bring the tables up to date, within a writer's turn; somebody else may have done it.

    Args:
        connection: the transaction.
    """
    layout = META.c.key == "schema_version"
    kept = int(connection.execute(select(META.c.value).where(layout)).scalar_one())
    for step in range(kept + 1, SCHEMA_VERSION + 1):
        connection.execute(text(MIGRATIONS[step]))
    connection.execute(update(META).where(layout).values(value=str(SCHEMA_VERSION)))


def show_as_current(connection: sqlite3.Connection) -> None:
    """Let a file that may only be read look as if its tables were up to date."""
    found = {name for _, name, *_ in connection.execute(f"PRAGMA table_info({JOURNAL.name})")}
    missing = [
        name for name in (column.name for column in JOURNAL.columns) if found and name not in found
    ]
    if missing:
        columns = ", ".join(f"NULL AS {name}" for name in missing)
        connection.execute(
            f"CREATE TEMP VIEW {JOURNAL.name} AS SELECT *, {columns} FROM main.{JOURNAL.name}"
        )

"""The two tables of a record: what it says about itself, and the journal."""

import secrets

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, UniqueConstraint

from toolkit.canon import VERSION, new_id, timestamp

FORMAT = "parallax-record"
SCHEMA_VERSION = 2
"""Layout of these tables; ``migrations`` brings older ones here."""

TABLES = MetaData()
META = Table(
    "parallax_meta",
    TABLES,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
JOURNAL = Table(
    "parallax_journal",
    TABLES,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("chain", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("key_id", Text),
    Column("digest", Text),
    UniqueConstraint("chain", "position"),
    Index("parallax_journal_kind", "kind", "number"),
    sqlite_autoincrement=True,
)


def first_meta(*, with_key: bool) -> list[dict[str, str]]:
    """Say what a new record is.

    Args:
        with_key: whether the key that makes pseudonyms lies here, where there is no file for it.
    """
    values = {
        "format": FORMAT,
        "schema_version": str(SCHEMA_VERSION),
        "record_id": new_id(),
        "created_at": timestamp(),
        "toolkit_version": VERSION,
    }
    if with_key:
        values["secret"] = secrets.token_hex(32)
    return [{"key": key, "value": value} for key, value in values.items()]

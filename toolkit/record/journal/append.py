"""Linking rows to their chains and finding them again, within a transaction already open."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy import Row as Stored

from toolkit.canon import timestamp
from toolkit.errors import EventConflict, RecordUnreadable
from toolkit.record.journal.entry import FIRST, Entry, link_hash, read_json
from toolkit.record.journal.journal_tables import JOURNAL
from toolkit.record.rows import Draft, draft

_MANY_IDS = 500


def keep(connection: Connection, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
    """Keep drafts within a writer's turn; one already kept with the same content stays as it is.

    Args:
        connection: the writer's transaction.
        drafts: in order, of any chains; each is linked to the end of its own.

    Raises:
        EventConflict: if one is kept with different content.
    """
    known = find_many(connection, [one.event_id for one in drafts])
    ends: dict[str, tuple[int, str]] = {}
    for one in drafts:
        if one.event_id in known:
            require_same(digest_of(known[one.event_id]), one)
            continue
        position, previous = ends.get(one.chain) or end_of(connection, one.chain)
        entry = _insert(connection, one, position, previous)
        known[one.event_id] = entry
        ends[one.chain] = (position + 1, entry.hash)
    return tuple(known[one.event_id] for one in drafts)


def keep_link(
    connection: Connection, drafts: Sequence[Draft], end: tuple[int, str]
) -> tuple[int, str]:
    """Keep drafts of one chain whose events are known to be new, within a writer's turn.

    Args:
        connection: the transaction.
        drafts: in order, all of one chain.
        end: the chain's end, as ``end_of`` tells it.

    Returns:
        The chain's new end.
    """
    position, previous = end
    at = timestamp()
    rows = []
    for one in drafts:
        values = _linked(one, position, previous, at)
        position, previous = position + 1, values["hash"]
        rows.append(values)
    if rows:
        connection.execute(insert(JOURNAL), rows)
    return position, previous


def _insert(connection: Connection, new: Draft, position: int, previous: str) -> Entry:
    values = _linked(new, position, previous, timestamp())
    number = connection.execute(insert(JOURNAL).returning(JOURNAL.c.number), values).scalar_one()
    return Entry(**{**values, "number": number, "body": read_json(new.body)})


def _linked(new: Draft, position: int, previous: str, at: str) -> dict[str, Any]:
    """The columns of a draft at its place in its chain."""
    bound: dict[str, Any] = {
        "event_id": new.event_id,
        "chain": new.chain,
        "position": position,
        "kind": new.kind,
        "version": new.version,
        "at": at,
        "previous": previous,
        "key_id": None,
        "digest": new.digest,
    }
    return {**bound, "body": new.body, "hash": link_hash(new.body, bound)}


def end_of(connection: Connection, chain: str) -> tuple[int, str]:
    """End of a chain: the next position, and the hash to link it to.

    Args:
        connection: a transaction.
        chain: its id; one without entries begins at position 0 after ``FIRST``.
    """
    query = (
        select(JOURNAL.c.position, JOURNAL.c.hash)
        .where(JOURNAL.c.chain == chain)
        .order_by(JOURNAL.c.position.desc())
        .limit(1)
    )
    last = connection.execute(query).first()
    return (last.position + 1, last.hash) if last else (0, FIRST)


def find_many(connection: Connection, event_ids: Sequence[str]) -> dict[str, Entry]:
    """Look up entries by event id; those not kept are absent.

    Args:
        connection: a transaction.
        event_ids: any number of them.
    """
    found = {}
    for start in range(0, len(event_ids), _MANY_IDS):
        some = event_ids[start : start + _MANY_IDS]
        query = select(JOURNAL).where(JOURNAL.c.event_id.in_(some))
        for stored in connection.execute(query):
            found[stored.event_id] = entry_of(stored)
    return found


def digest_of(kept: Entry) -> str:
    """Give the digest of an entry's event; worked out where the entry has none.

    Raises:
        RecordUnreadable: if it has none and cannot be read.
    """
    return kept.digest or draft(kept.row()).digest


def require_same(kept: str, sent: Draft) -> None:
    """Accept an event that is sent again and says what it said.

    Args:
        kept: the digest of the event that is kept under its id.
        sent: what is to be kept now.

    Raises:
        EventConflict: if the content differs.
    """
    if kept == sent.digest:
        return
    raise EventConflict(
        f"record: event {sent.event_id} is already kept with different content; wanted the same "
        f"{sent.kind} row or a new id. Keep a correction as a new row that names this one in "
        "`supersedes`; nothing was written."
    )


def entry_of(stored: Stored[Any]) -> Entry:
    """Read an entry as it is stored.

    Raises:
        RecordUnreadable: if its body is not JSON.
    """
    number, event_id, chain, position, kind, version, at, text, *bound = tuple[Any, ...](stored)
    try:
        body = read_json(text)
    except ValueError as problem:
        raise RecordUnreadable(
            f"record: entry {number} ({kind} {event_id}) holds no readable JSON; wanted the text "
            "that was written. Run `parallax verify` to see what was changed."
        ) from problem
    return Entry(number, event_id, chain, position, kind, version, at, body, *bound)

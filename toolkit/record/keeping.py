"""Linking rows to their chains and finding them again, within a transaction already open."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy import Row as Stored

from toolkit.canon import canonical_json, timestamp
from toolkit.errors import EventConflict, RecordUnreadable
from toolkit.record.codec import Draft
from toolkit.record.entry import FIRST, Entry, link_hash, read_json
from toolkit.record.tables import JOURNAL

_MANY_IDS = 500


def keep(connection: Connection, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
    """Keep drafts within a writer's turn; one already kept with the same content stays as it is.

    Raises:
        EventConflict: if one is kept with different content.
    """
    known = find_many(connection, [one.event_id for one in drafts])
    ends: dict[str, tuple[int, str]] = {}
    for one in drafts:
        if one.event_id in known:
            _require_same(known[one.event_id], one)
            continue
        position, previous = ends.get(one.chain) or _end(connection, one.chain)
        entry = _insert(connection, one, position, previous)
        known[one.event_id] = entry
        ends[one.chain] = (position + 1, entry.hash)
    return tuple(known[one.event_id] for one in drafts)


def _insert(connection: Connection, new: Draft, position: int, previous: str) -> Entry:
    bound: dict[str, Any] = {
        "event_id": new.event_id,
        "chain": new.chain,
        "position": position,
        "kind": new.kind,
        "version": new.version,
        "at": timestamp(),
        "previous": previous,
        "key_id": None,
    }
    values = {**bound, "body": new.body, "hash": link_hash(new.body, bound)}
    number = connection.execute(insert(JOURNAL).returning(JOURNAL.c.number), values).scalar_one()
    return Entry(**{**values, "number": number, "body": read_json(new.body)})


def _end(connection: Connection, chain: str) -> tuple[int, str]:
    """Tell the next position of a chain and the hash to link it to."""
    query = (
        select(JOURNAL.c.position, JOURNAL.c.hash)
        .where(JOURNAL.c.chain == chain)
        .order_by(JOURNAL.c.position.desc())
        .limit(1)
    )
    last = connection.execute(query).first()
    return (last.position + 1, last.hash) if last else (0, FIRST)


def find_many(connection: Connection, event_ids: Sequence[str]) -> dict[str, Entry]:
    """Look up entries by event id; those not kept are absent."""
    found = {}
    for start in range(0, len(event_ids), _MANY_IDS):
        some = event_ids[start : start + _MANY_IDS]
        query = select(JOURNAL).where(JOURNAL.c.event_id.in_(some))
        for stored in connection.execute(query):
            found[stored.event_id] = entry_of(stored)
    return found


def _require_same(kept: Entry, sent: Draft) -> None:
    found = Draft(kept.event_id, kept.chain, kept.kind, kept.version, canonical_json(kept.body))
    if found == sent:
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
    try:
        body = read_json(stored.body)
    except ValueError as problem:
        raise RecordUnreadable(
            f"record: entry {stored.number} ({stored.kind} {stored.event_id}) holds no readable "
            "JSON; wanted the text that was written. Run `parallax verify` to see what was changed."
        ) from problem
    return Entry(**{**stored._mapping, "body": body})

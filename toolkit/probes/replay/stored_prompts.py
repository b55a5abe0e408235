"""Replay: the prompts of a record's replies, asked once more as they were stored.

Messages and request parameters, seed included, are those of the record; time limits are the
endpoint's. What comes is kept as Reply rows in a chain of its own, under a hash that no freeze
has, so that neither a rater nor an analysis of the stage ever meets them.
"""

import asyncio
import dataclasses
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from toolkit.canon import content_hash, new_id
from toolkit.endpoints import Message
from toolkit.probes.engine import CONCURRENCY, Ended, Job, Meter, OnProgress, run_jobs
from toolkit.probes.reply_fields import reply_fields
from toolkit.record import Record, Reply, SweepEnd
from toolkit.session import Bound, SentRequest

_MARK = "replay-"
"""How the ids of replayed units begin."""
_ID_DIGITS = 24


class Replayed(NamedTuple):
    """A stored reply, and what came when its prompt was sent again."""

    stored: Reply
    again: Reply


async def run_replay(
    record: Record,
    bound: Bound,
    *,
    name: str,
    confirm_hash: str | None = None,
    concurrency: int = CONCURRENCY,
    meter: Meter | None = None,
    stop: asyncio.Event | None = None,
    on_progress: OnProgress | None = None,
) -> SweepEnd:
    """Send the stored prompt of every replied unit again, and keep what comes of it.

    The same call goes on where it stopped: under one name each prompt is sent once.

    Args:
        record: holds the prompts and keeps the replies.
        bound: who is asked, opened for bulk; the caller closes the endpoint.
        name: of this replay, such as ``after-the-update``.
        confirm_hash: only prompts of this confirm freeze; None: of all.
        concurrency: calls at once, fewer while a server refuses.
        meter: as for ``run_sweep``.
        stop: ends the replay in an orderly way once it is set.
        on_progress: called about ten times a second, and at the end.

    Returns:
        The row the run ended with.

    Raises:
        OpenElsewhere: if the same replay runs already.
        EndpointError: if the endpoint answers nobody; its prompts stay due.
        RecordError: if a reply could not be kept.
    """
    with record.lease(f"replay {name}", take_over=False):
        latest = _latest(record)
        due = [
            one
            for one in _stored(latest, confirm_hash)
            if _replay_id(name, one.unit_id) not in latest
        ]
        meter = meter or Meter(len(due))
        meter.require_prices([bound.endpoint.name])
        run_id = new_id()
        return await run_jobs(
            record,
            run_id,
            [(bound.endpoint, (_job(one, bound, name, run_id) for one in due))],
            meter=meter,
            concurrency=concurrency,
            stop=stop,
            on_progress=on_progress,
        )


def replayed(record: Record, name: str) -> tuple[Replayed, ...]:
    """Pair each stored reply with the one of a replay, in the order they were first sent.

    Args:
        record: holds both.
        name: of the replay.
    """
    latest = _latest(record)
    return tuple(
        Replayed(stored, latest[again])
        for stored in _stored(latest, None)
        if (again := _replay_id(name, stored.unit_id)) in latest
    )


def _latest(record: Record) -> dict[str, Reply]:
    reader = record.read(role="owner", purpose="replay")
    return {row.unit_id: row for row in reader.each(Reply)}


def _stored(latest: Mapping[str, Reply], confirm_hash: str | None) -> Iterator[Reply]:
    for unit_id, row in latest.items():
        if not unit_id.startswith(_MARK) and confirm_hash in (None, row.confirm_hash):
            yield row


def _replay_id(name: str, unit_id: str) -> str:
    return _MARK + content_hash([name, unit_id]).rpartition(":")[2][:_ID_DIGITS]


def _job(stored: Reply, bound: Bound, name: str, run_id: str) -> Job:
    sent = stored.exchange
    unit_id = _replay_id(name, stored.unit_id)
    messages = tuple(Message(**one) for one in sent.messages)  # type: ignore[arg-type]
    settings = bound.settings.as_recorded(sent.parameters)
    asked = SentRequest(unit_id, messages, bound.endpoint.name, settings)
    row = dataclasses.replace(
        stored,
        unit_id=unit_id,
        sweep_id=run_id,
        confirm_hash=content_hash(["replay", name]),
        endpoint_alias=bound.alias,
        attempt_of=0,
    )
    return Job(unit_id, messages, settings, partial(_row, row, asked))


def _row(row: Reply, asked: SentRequest, ended: Ended, seconds: float) -> Reply:
    words = tuple(row.decision or ())
    return dataclasses.replace(row, **reply_fields(asked, ended, seconds, words=words))

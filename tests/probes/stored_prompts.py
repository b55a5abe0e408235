"""A second producer of jobs, made of what the doors offer: stored prompts, sent once more.

It knows neither contrasts nor arms, so what it shows of the engine holds for any producer.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from toolkit.canon import content_hash, new_id
from toolkit.endpoints import Answer, Message, Settings
from toolkit.probes import Ended, Job, Meter, run_jobs
from toolkit.record import Record, Reply, SweepEnd
from toolkit.session import Bound, SentRequest

MARK = "replay-"
ASKED_WITH = ("temperature", "top_p", "max_tokens", "seed", "top_logprobs")


async def run_replay(record: Record, bound: Bound, *, name: str, **options: Any) -> SweepEnd:
    """Send the stored prompt of every reply that no replay kept, once under each name."""
    with record.lease(f"replay {name}", take_over=False):
        latest = latest_replies(record)
        due = [one for one in stored(latest) if replay_id(name, one) not in latest]
        run_id = new_id()
        jobs = (job(one, bound, name, run_id) for one in due)
        options = {"meter": Meter(len(due)), **options}
        return await run_jobs(record, run_id, [(bound.endpoint, jobs)], **options)


def replayed(record: Record, name: str) -> list[tuple[Reply, Reply]]:
    """Each stored reply beside the one that came this time."""
    latest = latest_replies(record)
    pairs = ((one, latest.get(replay_id(name, one))) for one in stored(latest))
    return [(old, new) for old, new in pairs if new]


def latest_replies(record: Record) -> dict[str, Reply]:
    return {row.unit_id: row for row in record.read(role="owner", purpose="collection").rows(Reply)}


def stored(latest: dict[str, Reply]) -> Iterator[Reply]:
    return (row for unit_id, row in latest.items() if not unit_id.startswith(MARK))


def replay_id(name: str, reply: Reply) -> str:
    return MARK + content_hash([name, reply.unit_id]).rpartition(":")[2][:24]


def job(reply: Reply, bound: Bound, name: str, run_id: str) -> Job:
    unit_id, sent = replay_id(name, reply), reply.exchange
    messages = tuple(Message(one["role"], one["content"]) for one in sent.messages)  # type: ignore[arg-type]
    settings = as_recorded(bound.settings, sent.parameters)
    asked = SentRequest(unit_id, messages, bound.endpoint.name, settings)
    row = dataclasses.replace(
        reply, unit_id=unit_id, sweep_id=run_id, confirm_hash=content_hash(["replay", name])
    )
    return Job(unit_id, messages, settings, partial(keep, row, asked))


def as_recorded(settings: Settings, parameters: Mapping[str, Any]) -> Settings:
    """How it was asked then; limits and attempts stay those of today."""
    asked: dict[str, Any] = {name: parameters.get(name) for name in ASKED_WITH}
    return dataclasses.replace(settings, **asked)


def keep(row: Reply, asked: SentRequest, ended: Ended, seconds: float) -> Reply:
    if isinstance(ended, Answer):
        return dataclasses.replace(row, text=ended.text, exchange=asked.answered(ended))
    failed = asked.failed(ended, seconds=seconds)
    return dataclasses.replace(row, text=ended.partial, exchange=failed)

"""Whoever works while the record's files are moved, replaced or cut is told so, and nobody else."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from page_people import Employee, Rater
from small_rating import keep_replies, rating_study

from toolkit.design import ConfirmStage, Study
from toolkit.endpoints import Answer, Endpoint, Scripted, Settings
from toolkit.errors import RecordError, RecordMoved, RecordUnreadable
from toolkit.probes import run_sweep
from toolkit.record import Binding, Record, open_record
from toolkit.session import Bound
from toolkit.widgets import SessionPanel

SHELL = [
    ("mv record.db away.db", "moved away", " is gone while it is in use "),
    ("rm record.db record.db-wal record.db-shm", "removed", " is gone while it is in use "),
    ("rm -r ../study", "with its folder", " is gone while it is in use "),
    ("cp record.db copy.db; mv copy.db record.db", "the same elsewhere", "is another file now"),
    ("cat record.db > c; rm record.db; mv c record.db", "a copy", "is another file now"),
    ("rm record.db-wal", "the newest entries", "-wal, which holds the newest entries, was removed"),
    ("truncate -s 0 record.db-wal", "the same, in place", "-wal beside it, was changed by another"),
    ("rm record.db-shm", "what writers agree by", "-shm, by which writers agree, was removed"),
]


def disturb(path: Path, command: str) -> None:
    """Do to the files what somebody does in a shell; what is kept already is in the log."""
    command = command.replace("../study", f"../{path.parent.name}")
    subprocess.run(command, shell=True, check=True, cwd=path.parent)


def found(path: Path) -> set[str]:
    """What the next opener finds, in a program of its own."""
    try:
        with open_record(path, read_only=True) as record:
            return {entry.event_id for entry in record.entries()}
    except (RecordUnreadable, RecordMoved):
        return set()


async def in_a_conversation(study: Study, record: Record, act: Callable[[], None]) -> set[str]:
    binder = bound_to(Scripted("courteous"))
    tester = Employee(SessionPanel(study, record, binder=binder, environ={})).begin()
    await tester.say()
    before, answer = set(tester.panel.acked), tester.answer["id"]
    act()
    told = tester.refused("rate", session=tester.session, turn=answer, question="quick", value=4)
    tester.do("say", session=tester.session, text="And now?")
    await tester.rest()
    assert tester.panel.status["state"] == "error"
    assert "wanted the files" in told or "was changed by another program" in told
    return set(tester.panel.acked) - before


async def while_rating(study: Study, record: Record, act: Callable[[], None]) -> set[str]:
    rater = Rater(study, record).begin()
    rater.answer(3, 3)
    before = set(rater.panel.acked)
    act()
    rater.refused("rate", item=rater.item, question="accurate", value=4)
    rater.do("pass", item=rater.item, reason="")
    assert rater.panel.status["state"] == "error"
    return set(rater.panel.acked) - before


async def in_a_sweep(study: Study, record: Record, act: Callable[[], None]) -> set[str]:
    class Disturbed(Scripted):
        asked = 0

        async def reply(self, *given: Any, **options: Any) -> Answer:
            self.asked += 1
            if self.asked == 8:
                act()
            return await super().reply(*given, **options)

    binder = bound_to(Disturbed("courteous"))
    with pytest.raises(RecordError):
        await run_sweep(ConfirmStage(study), record, binder=binder, concurrency=4)
    return set()


def bound_to(endpoint: Endpoint) -> Callable[[Study, str], Bound]:
    return lambda _, alias: Bound(alias, endpoint, Settings(), frozen=True)


@pytest.mark.parametrize(("command", "reason", "told"), SHELL, ids=[one[1] for one in SHELL])
@pytest.mark.parametrize("work", [in_a_conversation, while_rating, in_a_sweep])
def test_work_is_not_acknowledged_into_a_file_that_nobody_will_open(
    tmp_path: Path, work: Any, command: str, reason: str, told: str
) -> None:
    study = rating_study(tmp_path)
    record = open_record(study)
    if work is while_rating:
        keep_replies(study, record)
    acknowledged = asyncio.run(work(study, record, lambda: disturb(Path(record.place), command)))
    with pytest.raises(RecordMoved) as refused:
        record.append(Binding(alias="a", endpoint="scripted:a", host="", frozen=True))
    assert told in str(refused.value)
    record.close()
    assert acknowledged <= found(Path(record.place))

"""``kill -9`` at any moment of a sweep: each unit once, none acknowledged sent again."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from kept_rows import kept_entries, kept_rows
from small_confirm import make_confirm_workspace
from swift_server import SwiftServer

from toolkit.design import ConfirmStage, Study
from toolkit.record import Dispatch, Record, Reply, SweepEnd, open_record

DRIVER = Path(__file__).with_name("sweep_driver.py")
KILLS = 20
CONCURRENCY = 32


@pytest.mark.kills
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_twenty_kills_lose_nothing_and_send_nothing_kept_again(tmp_path: Path) -> None:
    workspace = make_confirm_workspace(tmp_path, replicates=111)
    stage = ConfirmStage(Study.load("small", workspace=workspace))
    stage.freeze()
    with SwiftServer(latency=0.01, faults=0.1, seed=4) as server:
        numbers = [str(one) for one in (CONCURRENCY, KILLS, 20261122)]
        done = subprocess.run(
            [sys.executable, str(DRIVER), str(workspace), server.base_url, *numbers],
            check=True,
            capture_output=True,
            text=True,
        )
        calls = server.stats()["calls"]
    assert done.stderr == ""
    *killed, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(killed) == KILLS
    assert all(told and not told[-1].startswith("end") for told in killed)
    assert last.pop() == "end finished"
    acknowledged = [unit_id for told in (*killed, last) for unit_id in told]
    with open_record(stage.study, read_only=True) as record:
        assert record.verify().ok
        replies = kept_rows(record, Reply)
        planned = [unit.unit_id for unit in stage.units]
        assert Counter(reply.unit_id for reply in replies) == Counter(planned)
        assert set(acknowledged) <= set(planned)
        assert len(acknowledged) == len(set(acknowledged))
        assert_none_kept_was_sent_again(record)
        assert_every_call_is_accounted_for(record, replies, calls)
        assert [end.reason for end in kept_rows(record, SweepEnd)] == ["finished"]


def assert_none_kept_was_sent_again(record: Record) -> None:
    kept: set[str] = set()
    for _, row in kept_entries(record, Reply, Dispatch):
        if isinstance(row, Reply):
            kept.add(row.unit_id)
        else:
            assert isinstance(row, Dispatch)
            assert not kept & set(row.unit_ids)


def assert_every_call_is_accounted_for(record: Record, replies: list[Reply], calls: int) -> None:
    announced = sum(len(row.unit_ids) for row in record.rows(Dispatch))
    attempts = sum(len(reply.exchange.attempts) for reply in replies)
    retries = attempts - len(replies)
    in_flight_at_the_kills = announced - attempts
    assert retries > 10
    assert in_flight_at_the_kills >= 0
    assert calls <= len(replies) + retries + in_flight_at_the_kills

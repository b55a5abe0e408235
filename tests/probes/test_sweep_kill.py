"""``kill -9`` at any moment of a sweep: each unit once, none acknowledged sent again."""

import random
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from small_confirm import make_confirm_workspace
from swift_server import SwiftServer

from toolkit.design import ConfirmStage, Study
from toolkit.record import Dispatch, Record, Reply, SweepEnd, open_record

DRIVER = Path(__file__).with_name("sweep_driver.py")
KILLS = 20
CONCURRENCY = 32


def start(workspace: Path, base_url: str) -> "subprocess.Popen[str]":
    command = [sys.executable, str(DRIVER), str(workspace), base_url, str(CONCURRENCY)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def run_and_kill(workspace: Path, base_url: str, after: int, wait: float) -> list[str]:
    """Kill the run ``wait`` seconds after it has kept ``after`` replies; say what it kept."""
    told = []
    with start(workspace, base_url) as process:
        assert process.stdout is not None
        for line in process.stdout:
            told.append(line.strip())
            if len(told) == after:
                threading.Timer(wait, process.kill).start()
    return told


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_twenty_kills_lose_nothing_and_send_nothing_kept_again(tmp_path: Path) -> None:
    workspace = make_confirm_workspace(tmp_path, replicates=111)
    stage = ConfirmStage(Study.load("small", workspace=workspace))
    stage.freeze()
    moments = random.Random(20261122)
    acknowledged: list[str] = []
    with SwiftServer(latency=0.01, faults=0.1, seed=4) as server:
        for _ in range(KILLS):
            told = run_and_kill(
                workspace, server.base_url, moments.randint(1, 80), moments.uniform(0, 0.05)
            )
            acknowledged += told
        with start(workspace, server.base_url) as process:
            done = process.communicate(timeout=120)[0].split("\n")
        calls = server.stats()["calls"]
    assert done[-2] == "end finished"
    acknowledged += done[:-2]
    with open_record(stage.study, read_only=True) as record:
        assert record.verify().ok
        replies = record.rows(Reply)
        planned = [unit.unit_id for unit in stage.units]
        assert Counter(reply.unit_id for reply in replies) == Counter(planned)
        assert set(acknowledged) <= set(planned)
        assert len(acknowledged) == len(set(acknowledged))
        assert_none_kept_was_sent_again(record)
        assert_every_call_is_accounted_for(record, replies, calls)
        assert [end.reason for end in record.rows(SweepEnd)] == ["finished"]


def assert_none_kept_was_sent_again(record: Record) -> None:
    kept: set[str] = set()
    for entry in record.entries(kinds=[Reply.KIND, Dispatch.KIND]):
        row = entry.row()
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
    assert retries > 50
    assert in_flight_at_the_kills >= 0
    assert calls <= len(replies) + retries + in_flight_at_the_kills

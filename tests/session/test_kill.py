"""``kill -9`` at any moment loses nothing acknowledged and doubles nothing."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from kept_rows import kept_rows
from servers import ChatServer
from small_world import make_workspace

from toolkit.design import Study
from toolkit.record import Record, Session, Turn, history, open_record, sessions

ROUNDS = int(os.environ.get("PARALLAX_KILL_ROUNDS", "200"))
DRIVER = Path(__file__).with_name("kill_driver.py")


@pytest.mark.kills
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_hundred_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    with ChatServer() as server:
        done = subprocess.run(
            [sys.executable, DRIVER, workspace, server.base_url, "20261122", str(ROUNDS)],
            capture_output=True,
            text=True,
            check=True,
        )
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    acked = [event_id for one in rounds for event_id in one["acked"]]
    assert len(rounds) == ROUNDS
    assert not [event_id for event_id in acked if event_id.startswith("FAILED")]
    assert len(acked) > 3 * ROUNDS
    assert {one["mode"] for one in rounds} == {"anywhere", "in_commit"}
    with open_record(Study.load("small", workspace=workspace)) as record:
        assert record.verify().ok
        kept = Counter(entry.event_id for entry in record.entries())
        assert [event_id for event_id in acked if event_id not in kept] == []
        assert max(kept.values()) == 1
        for session in sessions(record):
            assert_nothing_doubled(record, session)


def assert_nothing_doubled(record: Record, session: Session) -> None:
    kept = history(record, session.session_id)
    said = [turn.text for turn in kept.turns if turn.speaker == "tester"]
    assert said == [f"{session.session_id} message {n}" for n in range(len(said))]
    answered = [turn.exchange.answers for turn in kept.turns if turn.exchange]
    asked = [turn.turn_id for turn in kept.turns if turn.speaker == "tester"]
    assert answered == asked[: len(answered)]
    assert len(asked) - len(answered) in {0, 1}
    numbers = [turn.number for turn in kept_rows(record, Turn, chain=session.session_id)]
    assert numbers == list(range(len(numbers)))

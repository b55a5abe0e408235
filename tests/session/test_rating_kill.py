"""``kill -9`` while somebody rates loses nothing acknowledged and doubles nothing."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from kept_rows import kept_rows
from small_confirm import make_confirm_workspace
from small_replies import keep_replies

from toolkit.design import ConfirmStage, Study
from toolkit.record import Item, RaterSeat, Rating, Record, open_record

ROUNDS = 20
DRIVER = Path(__file__).with_name("rating_kill_driver.py")


@pytest.mark.timeout(120)
def test_twenty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    study = Study.load("small", workspace=make_confirm_workspace(tmp_path))
    stage = ConfirmStage(study)
    stage.freeze()
    with open_record(study) as record:
        keep_replies(stage, record)
    done = subprocess.run(
        [sys.executable, DRIVER, tmp_path, "20261122", str(ROUNDS)],
        capture_output=True,
        text=True,
        check=True,
    )
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    acked = [event_id for one in rounds for event_id in one["acked"]]
    assert len(rounds) == ROUNDS
    assert not [event_id for event_id in acked if event_id.startswith("FAILED")]
    assert {one["mode"] for one in rounds} == {"anywhere", "in_commit"}
    with open_record(study) as record:
        assert record.verify().ok
        kept = Counter(entry.event_id for entry in record.entries())
        assert [event_id for event_id in acked if event_id not in kept] == []
        assert kept_rows(record, Rating)
        assert_nothing_doubled(record)


def assert_nothing_doubled(record: Record) -> None:
    seats = record.rows(RaterSeat)
    assert len({row.participant_id for row in seats}) == len({row.seat for row in seats})
    assert len(seats) == len({row.seat for row in seats})
    places = Counter((row.session_id, row.position) for row in kept_rows(record, Item))
    assert max(places.values()) == 1
    newest: dict[tuple[str | None, str], str] = {}
    for row in kept_rows(record, Rating):
        assert row.supersedes == newest.get((row.item_id, row.question))
        newest[row.item_id, row.question] = row.rating_id

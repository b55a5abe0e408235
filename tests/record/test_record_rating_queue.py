"""Raters at work on both databases: at once, from two processes, killed, refilled, verified."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kept_rows import kept_rows
from rating_world import RatingWorld, judge, judge_all
from small_confirm import make_confirm_workspace
from small_replies import keep_replies

from toolkit.design import ConfirmStage, Study
from toolkit.errors import OpenElsewhere
from toolkit.record import Item, RaterSeat, Rating, open_record, raters, standing_items
from toolkit.session import RatingQueue, release_seat

RATER = Path(__file__).with_name("rater_process.py")
Rate = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def world(tmp_path: Path, where: str) -> Iterator[RatingWorld]:
    root = tmp_path / "world"
    root.mkdir()
    make_confirm_workspace(root, replicates=3)
    study = Study.load("small", workspace=root)
    stage = ConfirmStage(study)
    stage.freeze()
    with open_record(where) as record:
        keep_replies(stage, record)
        yield RatingWorld(study, record, stage)


@pytest.fixture
def rate(world: RatingWorld, where: str) -> Iterator[Rate]:
    """Let raters work in a process of their own, which waits for a line before each."""
    running: list[subprocess.Popen[str]] = []

    def go(*codes: str, items: int = 99) -> "subprocess.Popen[str]":
        words = [str(world.study.workspace), where, str(items), *codes]
        process = subprocess.Popen(
            [sys.executable, str(RATER), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield go
    for process in running:
        process.kill()
        process.communicate()


def start(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_two_processes_take_seats_at_once_and_rate_to_the_end(
    world: RatingWorld, rate: Rate
) -> None:
    together = [rate("R-0", "R-1", "R-2", "R-3"), rate("R-4", "R-5", "R-6", "R-7")]
    for process in together:
        start(process)
    acked = [event for process in together for event in json.loads(said(process))]
    rows = world.record.rows(RaterSeat)
    assert sorted((row.seat, row.holder) for row in rows) == [(n, 0) for n in range(8)]
    assert len({row.participant_id for row in rows}) == 8
    places = Counter((row.session_id, row.position) for row in kept_rows(world.record, Item))
    assert set(places.values()) == {1}
    kept = {row.rating_id for row in kept_rows(world.record, Rating)}
    assert set(acked) == kept
    assert len(standing_items(raters(world.record, world.stage.hash))) == 40
    assert {one.end.reason for one in raters(world.record, world.stage.hash) if one.end} == {
        "finished"
    }
    assert world.record.verify().ok


def test_a_killed_rater_loses_nothing_and_the_seat_is_theirs_or_the_next_ones(
    world: RatingWorld, rate: Rate
) -> None:
    process = rate("R-0", items=2)
    start(process)
    acked = json.loads(said(process))
    with pytest.raises(OpenElsewhere):
        release_seat(world.study, world.record, world.record.rows(RaterSeat)[0].seat)
    elsewhere = world.queue("R-0")
    assert elsewhere.read_only.startswith("lease: ")
    elsewhere.close()
    process.kill()
    process.communicate()
    assert acked == [row.rating_id for row in kept_rows(world.record, Rating)]
    again = world.queue("R-0")
    assert (again.stage, again.progress.done) == ("rate", 2)
    first = judge(again)
    again.close()
    seat = release_seat(world.study, world.record, world.seat(again).seat)
    newcomer = world.queue("R-1")
    assert world.seat(newcomer).seat == seat.seat
    assert world.seat(newcomer).holder == 1
    judge_all(newcomer)
    rated = [row for row in kept_rows(world.record, Item) if row.purpose == "rating"]
    assert max(Counter(row.unit_ids for row in rated).values()) == 1
    assert first.item_id in {row.item_id for row in kept_rows(world.record, Item)}
    assert world.record.verify().ok


def test_the_same_rater_in_a_second_window_goes_on_there(world: RatingWorld) -> None:
    lost: list[str] = []
    first = world.queue("R-0", on_lost=lambda: lost.append("first"))
    shown = judge(first)
    second = RatingQueue(world.study, world.record)
    second.enrol("R-0")
    assert lost == ["first"]
    assert second.progress.done == 1
    with pytest.raises(OpenElsewhere):
        first.rate(shown.item_id, "accurate", 1)
    judge_all(second)
    assert world.record.verify().ok

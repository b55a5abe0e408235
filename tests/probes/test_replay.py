"""A replay: what a record holds is sent again as it was stored, kept apart, and resumable."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from kept_rows import kept_entries, kept_rows
from made_answers import Asked
from servers import ChatServer, Say
from small_confirm import make_confirm_workspace
from stored_prompts import replayed, run_replay
from sweep_driver import bound_to
from swift_server import SwiftServer

from toolkit.analysis import load_frames
from toolkit.design import ConfirmStage, Study
from toolkit.endpoints import Endpoint, Scripted, Settings
from toolkit.errors import EndpointUnreachable, OpenElsewhere, RequestRefused
from toolkit.probes import Budget, Meter, run_sweep, units_due
from toolkit.record import Dispatch, Record, Reply, Sweep, SweepEnd, open_record
from toolkit.session import Bound

DRIVER = Path(__file__).with_name("sweep_driver.py")
KILLS = 3


@pytest.fixture
def stage(tmp_path: Path) -> ConfirmStage:
    made = ConfirmStage(Study.load("small", workspace=make_confirm_workspace(tmp_path)))
    made.freeze()
    return made


@pytest.fixture
def record(stage: ConfirmStage) -> Iterator[Record]:
    """Every unit of the stage, sent and replied."""
    with open_record(stage.study) as opened:
        sweep(stage, opened, Scripted("courteous"))
        yield opened


def bound(endpoint: Endpoint, **settings: object) -> Bound:
    made = Settings(**{"seed": 5, "max_tokens": 40, **settings})  # type: ignore[arg-type]
    return Bound("assistant", endpoint, made, frozen=True)


def sweep(stage: ConfirmStage, record: Record, endpoint: Endpoint) -> None:
    asyncio.run(run_sweep(stage, record, binder=lambda *_: bound(endpoint)))


def replay(record: Record, endpoint: Endpoint, name: str = "again", **options: object) -> SweepEnd:
    return asyncio.run(run_replay(record, bound(endpoint), name=name, **options))  # type: ignore[arg-type]


def test_each_prompt_goes_out_as_it_was_stored(stage, record):
    stored = kept_rows(record, Reply)
    with ChatServer(Say("Not quite.")) as server:
        asked = bound_to(server.base_url)(stage.study, "assistant")
        # Whoever is bound now asks otherwise; what counts is what the record says.
        asked = replace(asked, settings=Settings(temperature=0.9, seed=1))
        end = asyncio.run(run_replay(record, asked, name="again", concurrency=1))
        asyncio.run(asked.endpoint.close())
        sent = [seen.body for seen in server.seen]
    assert (end.reason, end.replies, end.errored) == ("finished", 36, 0)
    assert [one["messages"] for one in sent] == [list(one.exchange.messages) for one in stored]
    assert [(one["seed"], one["max_tokens"]) for one in sent] == [
        (one.exchange.seed, 40) for one in stored
    ]
    assert not any("temperature" in one for one in sent)


def test_each_stored_reply_stands_beside_the_new_one(record):
    stored = kept_rows(record, Reply)
    replay(record, Asked(lambda number: f"Answer {number}."), concurrency=1)
    pairs = replayed(record, "again")
    assert [old for old, _ in pairs] == stored
    assert [new.text for _, new in pairs] == [f"Answer {number}." for number in range(36)]
    for old, new in pairs:
        assert (new.contrast_id, new.arm, new.persona_id) == (
            old.contrast_id,
            old.arm,
            old.persona_id,
        )
        assert new.exchange.messages == old.exchange.messages
        assert new.exchange.answers == new.unit_id
        assert new.exchange.endpoint == "scripted:asked"
    assert replayed(record, "another") == []


def test_the_same_answers_come_of_the_same_endpoint(record):
    replay(record, Scripted("courteous"))
    assert all(old.text == new.text for old, new in replayed(record, "again"))


def test_its_rows_are_a_chain_of_their_own_and_no_part_of_the_stage(stage, record):
    before = load_frames(record)
    (begun,) = record.rows(Sweep)
    end = replay(record, Asked())
    kinds = Counter(entry.kind for entry in record.entries(chain=end.sweep_id))
    assert kinds == {"dispatch": 1, "reply": 36, "sweep_end": 1}
    assert record.rows(Sweep) == [begun]
    assert record.verify().ok
    assert units_due(stage, record) == ()
    assert load_frames(record).replies.equals(before.replies)


def test_under_one_name_each_prompt_is_sent_once(record):
    stop = asyncio.Event()

    def answer(number: int) -> str:
        if number == 10:
            stop.set()
        return "Yes."

    first = replay(record, Asked(answer), concurrency=2, stop=stop)
    assert first.reason == "stopped"
    assert 10 <= first.replies < 20
    second = replay(record, Asked())
    assert (second.reason, second.replies) == ("finished", 36 - first.replies)
    assert replay(record, Asked()).replies == 0
    assert replay(record, Asked(), name="another").replies == 36
    assert len(replayed(record, "again")) == len(replayed(record, "another")) == 36


def test_replies_of_a_replay_are_not_replayed(record):
    replay(record, Asked())
    assert replay(record, Asked(), name="another").replies == 36


def test_a_budget_stops_it(record):
    meter = Meter(36, budget=Budget(tokens=400))
    end = replay(record, Scripted("courteous"), meter=meter, concurrency=2)
    assert end.reason == "budget"
    assert end.replies < 36


def test_a_budget_that_is_spent_sends_nothing(record):
    endpoint = Asked()
    end = replay(record, endpoint, meter=Meter(36, budget=Budget(tokens=0)))
    assert (end.reason, end.replies, endpoint.seen) == ("budget", 0, [])


def test_failures_are_kept_apart_as_in_a_sweep(record):
    refused = RequestRefused("asked: got no; wanted yes. Ask again.")
    end = replay(record, Asked(lambda number: refused if number == 3 else "Yes."), concurrency=1)
    assert (end.replies, end.errored) == (36, 1)
    (failed,) = (new for _, new in replayed(record, "again") if new.exchange.error)
    assert (failed.text, failed.exchange.outcome) == ("", "errored")


def test_an_endpoint_that_answers_nobody_leaves_every_prompt_due(record):
    nobody = EndpointUnreachable("asked: got nobody; wanted an answer.", final=True)
    with pytest.raises(EndpointUnreachable):
        replay(record, Asked(lambda _: nobody))
    assert replayed(record, "again") == []
    assert replay(record, Asked()).replies == 36


def test_the_same_replay_runs_once_at_a_time(record):
    with record.lease("replay again"), pytest.raises(OpenElsewhere):
        replay(record, Asked())
    assert replayed(record, "again") == []


@pytest.mark.kills
def test_kills_lose_nothing_and_send_nothing_kept_again(tmp_path):
    workspace = make_confirm_workspace(tmp_path, replicates=11)
    stage = ConfirmStage(Study.load("small", workspace=workspace))
    stage.freeze()
    with open_record(stage.study) as record:
        sweep(stage, record, Scripted("courteous"))
    with SwiftServer(latency=0.01, faults=0.05, seed=4) as server:
        words = [str(workspace), server.base_url, "8", str(KILLS), "20261130", "again"]
        done = subprocess.run(
            [sys.executable, str(DRIVER), *words], check=True, capture_output=True, text=True
        )
    *killed, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.stderr, last.pop()) == ("", "end finished")
    assert len(killed) == KILLS
    told = [unit_id for one in (*killed, last) for unit_id in one]
    assert len(told) == len(set(told))
    with open_record(stage.study, read_only=True) as record:
        assert record.verify().ok
        pairs = replayed(record, "again")
        assert [old.unit_id for old, _ in pairs] == [unit.unit_id for unit in stage.units]
        assert set(told) <= {new.unit_id for _, new in pairs}
        sent: Counter[str] = Counter()
        kept: set[str] = set()
        for _, row in kept_entries(record, Reply, Dispatch):
            if isinstance(row, Reply):
                kept.add(row.unit_id)
            elif isinstance(row, Dispatch):
                assert not kept & set(row.unit_ids)
                sent.update(row.unit_ids)
        assert sum(sent.values()) > len(pairs) + len(stage.units)

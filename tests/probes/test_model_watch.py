"""Who answers is watched: another model or region stops a frozen run, and is told in any case."""

import asyncio
import json
import os
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from kept_rows import kept_rows
from servers import ChatServer, Status, Wire, completion
from small_confirm import make_confirm_workspace

from toolkit.cli.workspace import reply_lines
from toolkit.design import ConfirmStage, Study
from toolkit.endpoints import Answer
from toolkit.errors import EndpointFailed
from toolkit.probes import run_sweep
from toolkit.probes.units.model_watch import ModelWatch, first_reported
from toolkit.record import Reply, SweepEnd, open_record, tally_replies
from toolkit.session import Bound, bind

ANSWER = Answer(
    text="Yes.",
    finish_reason="stop",
    refused=False,
    model_reported="",
    parameters={},
    usage=None,
    seconds=0.1,
    first_token_seconds=None,
)

# First model and region known, what comes, what is said.
WATCHED = [
    ("the same model", ("m-1", ""), ("m-1", ""), ""),
    ("another model", ("m-1", ""), ("m-2", ""), "reported the model 'm-2' after 'm-1'"),
    ("another date", ("m-2026-01", ""), ("m-2026-02", ""), "the model 'm-2026-02' after"),
    ("nothing was known", ("", ""), ("m-1", "eu"), ""),
    ("it stops saying", ("m-1", "eu"), ("", ""), ""),
    ("another region", ("m-1", "eu"), ("m-1", "us"), "reported the region 'us' after 'eu'"),
    ("both", ("m-1", "eu"), ("m-2", "us"), "the model 'm-2' after 'm-1' and the region 'us'"),
    ("a region for the first time", ("m-1", ""), ("m-1", "eu"), ""),
    ("capitals are another name", ("m-1", ""), ("M-1", ""), "'M-1' after 'm-1'"),
    ("a suffix is another model", ("m", ""), ("m:free", ""), "'m:free' after 'm'"),
    ("signs are made visible", ("m", ""), ("m\x1b[31m", ""), r"'m\x1b[31m' after"),
    ("a long name is cut", ("m", ""), ("x" * 500, ""), "x" * 80 + "'"),
]


@pytest.mark.parametrize(
    ("first", "now", "said"), [one[1:] for one in WATCHED], ids=[one[0] for one in WATCHED]
)
def test_what_stops_a_frozen_run(first: tuple[str, str], now: tuple[str, str], said: str) -> None:
    name = "openai:m"
    answer = replace(ANSWER, model_reported=now[0], region=now[1])
    told = ModelWatch([name], {name: first})(name, answer)
    assert said in told
    assert bool(told) == bool(said)
    assert ModelWatch([], {name: first})(name, answer) == ""
    assert ModelWatch([name], {})(name, EndpointFailed("no")) == ""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> ConfirmStage:
    root = tmp_path_factory.mktemp("watched")
    make_confirm_workspace(root, replicates=2)
    study = Study.load("small", workspace=root)
    study.freeze()
    stage = ConfirmStage(study)
    stage.freeze()
    return stage


def answering(model: str, **more: object) -> object:
    """Say the same to everybody, but nothing to the older man."""

    def behave(wire: Wire) -> None:
        if "older man" in wire.seen.body["messages"][-1]["content"]:
            error = {"error": {"message": "No.", "code": "odd_code"}}
            return Status(400, body=json.dumps(error).encode())(wire)
        body = {**completion(model, content="We will look into it."), **more}
        return wire.whole(json.dumps(body).encode())

    return behave


def sweep(stage: ConfirmStage, place: Path, *behaviors: object, **how: object) -> SweepEnd:
    with ChatServer(*behaviors) as server, open_record(place) as record:  # type: ignore[arg-type]
        plan = {"assistant": {"endpoint": "openai:m", "base_url": server.base_url}}
        environ = {**os.environ, "PARALLAX_BIND": json.dumps(plan)}

        def as_frozen(study: Study, alias: str) -> Bound:
            return replace(bind(study, alias, bulk=True, environ=environ), frozen=True)

        binder = partial(as_frozen)
        return asyncio.run(
            run_sweep(stage, record, binder=binder, concurrency=1, **how)  # type: ignore[arg-type]
        )


def test_a_run_stops_is_resumed_only_by_leave_and_tells_everything(
    world: ConfirmStage, tmp_path: Path
) -> None:
    place = tmp_path / "record.db"
    one, two = answering("m-1", system_fingerprint="fp-a"), answering("m-2", provider="Elsewhere")
    end = sweep(world, place, one, one, one, one, two)
    assert end.reason == "stopped"
    assert "openai:m: reported the model 'm-2' after 'm-1'; wanted one throughout" in end.comment
    assert end.replies < len(world.units)
    # The same command stops again: what came first is what is wanted.
    again = sweep(world, place, two)
    assert again.reason == "stopped"
    assert sweep(world, place, two, allow_model_change=True).reason == "finished"
    with open_record(place) as record:
        tally = tally_replies(record, world.hash)
        replies = kept_rows(record, Reply)
    assert first_reported(replies)["openai:m"][0] == "m-1"
    units = Counter(unit.arm.persona_id for unit in world.units)
    silent = {one.persona_id: count for one, count in tally.failures.items()}
    assert len(silent) == 1
    [(persona, count)] = silent.items()
    assert count == units[persona]
    told = reply_lines(tally)
    assert told[0] == f"No answer for {persona} (swap): {count} of {count} ('odd_code' {count})"
    assert "repeat an earlier reply letter for letter: a cache or temperature 0" in told[1]
    assert told[1].startswith(f"{tally.repeatable:,} of {tally.repeatable:,} replies")
    assert "assistant reported 2 models: " in told[2]
    # Bytes of a failure are kept as they came.
    failed = next(row for row in replies if row.exchange.outcome == "errored")
    assert json.loads(failed.exchange.attempts[-1].raw)["error"]["code"] == "odd_code"
    assert failed.exchange.finish_reason == "odd_code"


def test_nothing_is_said_where_nothing_is_odd(world: ConfirmStage, tmp_path: Path) -> None:
    with open_record(tmp_path / "record.db") as record:
        assert reply_lines(tally_replies(record, world.hash)) == []

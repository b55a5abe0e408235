"""A sweep against a real server: each unit once, in order, whatever goes wrong."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kept_rows import kept_rows
from made_answers import Asked
from small_confirm import make_confirm_workspace
from sweep_driver import bound_to
from swift_server import SwiftServer

from toolkit.design import ConfirmStage, Study
from toolkit.endpoints import Scripted, Settings
from toolkit.errors import (
    BadEndpoint,
    DesignError,
    EndpointUnreachable,
    KeyRefused,
    OpenElsewhere,
    RateLimited,
    RequestRefused,
)
from toolkit.probes import Budget, Meter, SweepProgress, run_sweep, units_due
from toolkit.record import Binding, Dispatch, Record, Reply, Sweep, SweepEnd, open_record
from toolkit.session import Bound

KINDS = {
    "429": "RateLimited",
    "500": "EndpointFailed",
    "stall": "EndpointTimeout",
    "truncated": "BadAnswer",
    "disconnect": "EndpointUnreachable",
}
DRIVER = Path(__file__).with_name("sweep_driver.py")


def stage_at(path: Path, *, replicates: int = 2) -> ConfirmStage:
    workspace = make_confirm_workspace(path, replicates=replicates)
    stage = ConfirmStage(Study.load("small", workspace=workspace))
    stage.freeze()
    return stage


@pytest.fixture
def stage(tmp_path: Path) -> ConfirmStage:
    return stage_at(tmp_path)


@pytest.fixture
def record(stage: ConfirmStage) -> Iterator[Record]:
    with open_record(stage.study) as opened:
        yield opened


def sweep(stage: ConfirmStage, record: Record, endpoint: Any = None, **options: Any) -> SweepEnd:
    """Run one to its end, on an endpoint made here or at a server's address."""
    if isinstance(endpoint, str):
        options["binder"] = bound_to(endpoint)
    else:
        answering, settings = endpoint or Scripted("courteous"), options.pop("settings", Settings())
        options["binder"] = lambda _, alias: Bound(alias, answering, settings, frozen=True)
    return asyncio.run(run_sweep(stage, record, **options))


# ── what is sent, and in which order ────────────────────────────────────────────────────────────


def test_every_unit_gets_one_reply_between_a_beginning_and_an_end(stage, record):
    end = sweep(stage, record)
    (begun,) = record.rows(Sweep)
    assert (begun.planned, begun.due, begun.unfrozen) == (36, 36, False)
    assert begun.endpoints == {"assistant": "scripted:courteous"}
    assert begun.settings == {
        "concurrency": 64,
        "processes": 1,
        "retry_errored": False,
        "budget": {"tokens": None, "cost": None},
        "prices": None,
    }
    kinds = [entry.kind for entry in record.entries(chain=begun.sweep_id)]
    assert (kinds[0], kinds[-1]) == ("sweep", "sweep_end")
    assert Counter(kinds)["reply"] == 36
    assert (end.reason, end.replies, end.errored, end.comment) == ("finished", 36, 0, "")
    assert kept_rows(record, SweepEnd) == [end]
    assert record.verify().ok
    assert [row.endpoint for row in record.rows(Binding)] == ["scripted:courteous"]


def test_units_are_sent_in_the_planned_order_whatever_the_concurrency(tmp_path):
    for concurrency in (1, 7, 64):
        folder = tmp_path / str(concurrency)
        folder.mkdir()
        stage, endpoint = stage_at(folder), Asked()
        with open_record(stage.study) as record:
            sweep(stage, record, endpoint, concurrency=concurrency)
            told = [name for row in record.rows(Dispatch) for name in row.unit_ids]
            prompts = {reply.unit_id: reply.exchange.messages for reply in kept_rows(record, Reply)}
        assert told == [unit.unit_id for unit in stage.units]
        sent = [
            tuple({"role": m.role, "content": m.content} for m in one) for one, _ in endpoint.seen
        ]
        assert sent == [prompts[unit.unit_id] for unit in stage.units]


def test_each_unit_is_asked_in_a_context_of_its_own(stage, record):
    endpoint = Asked()
    sweep(stage, record, endpoint)
    roles = {tuple(message.role for message in messages) for messages, _ in endpoint.seen}
    assert roles == {("system", "user")}
    told = {messages[0].content for messages, _ in endpoint.seen}
    assert told == {"You are the assistant of a made-up company. Be brief and polite."}


def test_a_reply_says_everything_about_its_unit(stage, record):
    sweep(stage, record)
    units = {unit.unit_id: unit for unit in stage.units}
    contrasts = {one.id: one for one in stage.contrasts}
    for reply in kept_rows(record, Reply):
        unit = units[reply.unit_id]
        contrast = contrasts[unit.contrast_id]
        assert (reply.contrast_id, reply.contrast_hash) == (contrast.id, contrast.hash)
        assert (reply.arm, reply.persona_id) == (unit.arm.kind, unit.arm.persona_id)
        assert (reply.replicate, reply.endpoint_alias) == (unit.replicate, unit.alias)
        assert reply.persona_hash == stage.study.persona(reply.persona_id).hash
        assert reply.scenario_hash == stage.study.scenario(contrast.scenario).hash
        assert (reply.confirm_hash, reply.origin, reply.cueing) == (
            stage.hash,
            "planned",
            "explicit",
        )
        assert reply.slots["name"] in reply.exchange.messages[-1]["content"]
        assert reply.exchange.answers == reply.unit_id
        assert (reply.attempt_of, reply.decision, reply.exchange.outcome) == (0, None, "answered")


def test_the_order_of_a_plan_is_the_same_on_every_machine(stage):
    """Arms of every contrast are mixed within each block, and the block comes back shuffled."""
    units = stage.units
    assert [unit.arm.kind for unit in units[:6]] != [unit.arm.kind for unit in units[18:24]]
    for block in (units[:18], units[18:]):
        assert len({(unit.contrast_id, unit.arm) for unit in block}) == 18
    assert stage.units == units


def test_each_unit_has_a_seed_of_its_own_and_the_same_one_each_time(stage, record):
    endpoint = Asked()
    sweep(stage, record, endpoint, settings=Settings(seed=5))
    seeds = {reply.unit_id: reply.exchange.seed for reply in kept_rows(record, Reply)}
    assert len(set(seeds.values())) == 36
    assert all(0 <= seed < 2**31 for seed in seeds.values())
    assert [settings.seed for _, settings in endpoint.seen] == [
        seeds[unit.unit_id] for unit in stage.units
    ]
    assert {(one.stream, one.max_attempts) for _, one in endpoint.seen} == {(False, 1)}


def test_without_a_seed_in_the_plan_none_is_sent(stage, record):
    sweep(stage, record)
    assert {reply.exchange.seed for reply in kept_rows(record, Reply)} == {None}


# ── when it may not begin ───────────────────────────────────────────────────────────────────────


def test_a_stage_that_is_not_frozen_is_refused(tmp_path):
    stage = ConfirmStage(Study.load("small", workspace=make_confirm_workspace(tmp_path)))
    with open_record(stage.study) as record, pytest.raises(DesignError, match="not frozen"):
        sweep(stage, record)


def test_a_second_run_in_this_process_is_refused(stage, record):
    async def two() -> None:
        def binder(_: Study, alias: str) -> Bound:
            return Bound(alias, Scripted("courteous"), Settings(), frozen=True)

        first = asyncio.create_task(run_sweep(stage, record, binder=binder))
        await asyncio.sleep(0)
        with pytest.raises(OpenElsewhere) as refused:
            await run_sweep(stage, record, binder=binder)
        assert str(refused.value) == (
            f"lease: sweep {stage.hash} is at work in another window or notebook; wanted to be the "
            "only one writing. Go on there, or close it and open this one again; here you can only "
            "read."
        )
        assert (await first).reason == "finished"

    asyncio.run(two())
    assert len(kept_rows(record, Reply)) == 36


def test_an_endpoint_of_this_process_cannot_be_asked_by_another(stage, record):
    with pytest.raises(BadEndpoint) as refused:
        sweep(stage, record, processes=2)
    assert str(refused.value) == (
        "scripted:courteous: got a run with 2 processes; wanted an openai: or embedded: endpoint "
        "for it, since this one lives in the first process. Run with --processes 1."
    )
    assert record.rows(Sweep) == []


# ── resuming ────────────────────────────────────────────────────────────────────────────────────


def test_the_same_call_sends_only_what_has_no_reply(stage, record):
    stop = asyncio.Event()

    def answer(number: int) -> str:
        if number == 10:
            stop.set()
        return "Yes."

    first = sweep(stage, record, Asked(answer), concurrency=2, stop=stop)
    assert first.reason == "stopped"
    assert 10 <= first.replies < 20
    assert len(units_due(stage, record)) == 36 - first.replies
    endpoint = Asked()
    second = sweep(stage, record, endpoint)
    assert (second.reason, second.replies) == ("finished", 36 - first.replies)
    assert len(endpoint.seen) == second.replies
    third = sweep(stage, record)
    assert (third.reason, third.replies) == ("finished", 0)
    assert Counter(reply.unit_id for reply in kept_rows(record, Reply)) == Counter(
        unit.unit_id for unit in stage.units
    )


def refusal() -> RequestRefused:
    return RequestRefused("asked: got no; wanted yes. Ask again.")


def test_errored_units_are_sent_again_only_when_asked_for(stage, record):
    end = sweep(stage, record, Asked(lambda number: refusal() if number % 9 == 8 else "Yes."))
    assert (end.replies, end.errored) == (36, 4)
    errored = [one for one in kept_rows(record, Reply) if one.exchange.outcome == "errored"]
    assert {one.text for one in errored} == {""}
    assert {one.exchange.error for one in errored} == {"asked: got no; wanted yes. Ask again."}
    assert units_due(stage, record) == ()
    again = units_due(stage, record, retry_errored=True)
    assert {due.unit.unit_id for due in again} == {one.unit_id for one in errored}
    end = sweep(
        stage,
        record,
        Asked(lambda number: refusal() if number == 1 else "Yes."),
        retry_errored=True,
    )
    assert (end.replies, end.errored) == (4, 1)
    assert [due.attempt_of for due in units_due(stage, record, retry_errored=True)] == [2]
    assert Counter(one.attempt_of for one in kept_rows(record, Reply)) == {0: 36, 1: 4}


# ── an endpoint that answers nobody ─────────────────────────────────────────────────────────────


def test_a_key_that_is_refused_stops_the_run_and_every_unit_stays_due(tmp_path):
    stage = stage_at(tmp_path, replicates=20)
    with SwiftServer(key="right") as server, open_record(stage.study) as record:
        with pytest.raises(KeyRefused) as refused:
            sweep(stage, record, server.base_url, concurrency=4)
        assert str(refused.value) == (
            f"openai:test at {server.host}: no key was sent and the server wants one (status 401; "
            "the server says: planned 401); wanted a key this server accepts. Set OPENAI_API_KEY "
            "to it (or PARALLAX_KEY_FILE to a file that holds it) and start again."
        )
        assert server.stats()["calls"] < 30
        assert len(units_due(stage, record)) == 360
        (end,) = kept_rows(record, SweepEnd)
        assert (end.reason, end.replies, end.comment) == ("stopped", 0, str(refused.value))


def test_a_server_that_is_down_stops_the_run_even_when_few_units_are_left(stage, record):
    endpoint = Asked(lambda _: EndpointUnreachable("asked: got nobody; wanted an answer."))
    with pytest.raises(EndpointUnreachable):
        sweep(stage, record, endpoint, settings=Settings(max_attempts=1))
    assert len(units_due(stage, record)) == 36


def test_a_spent_quota_is_not_waited_for(stage, record):
    spent = RateLimited("asked: got no quota; wanted permission to go on.", final=True)
    endpoint = Asked(lambda _: spent)
    with pytest.raises(RateLimited):
        sweep(stage, record, endpoint, concurrency=1)
    assert len(endpoint.seen) <= 22
    assert len(units_due(stage, record)) == 36


def test_failures_at_the_end_are_kept_when_other_calls_worked(stage, record):
    end = sweep(stage, record, Asked(lambda number: refusal() if number >= 30 else "Yes."))
    assert (end.reason, end.replies, end.errored) == ("finished", 36, 6)


def test_a_few_units_that_are_all_refused_are_kept_as_refused(stage, record):
    sweep(stage, record, Asked(lambda number: refusal() if number in (3, 4) else "Yes."))
    end = sweep(stage, record, Asked(lambda _: refusal()), retry_errored=True)
    assert (end.reason, end.replies, end.errored) == ("finished", 2, 2)


# ── stopping ────────────────────────────────────────────────────────────────────────────────────


def test_a_budget_stops_it_and_calls_under_way_are_kept(stage, record):
    meter = Meter(36, budget=Budget(tokens=400))
    end = sweep(stage, record, concurrency=4, meter=meter)
    assert end.reason == "budget"
    assert end.comment == meter.exhausted
    assert end.prompt_tokens + end.completion_tokens >= 400
    assert len(kept_rows(record, Reply)) == end.replies < 36


def test_less_than_one_call_at_once_is_refused(stage, record):
    for concurrency in (0, -1):
        with pytest.raises(ValueError, match="wanted at least 1"):
            sweep(stage, record, concurrency=concurrency)
    assert kept_rows(record, SweepEnd) == []
    assert len(units_due(stage, record)) == 36


def test_cancelling_lets_calls_under_way_come_to_their_end(stage, record):
    endpoint = Scripted("courteous", delay=0.002)

    async def cancel() -> None:
        task = asyncio.create_task(
            run_sweep(
                stage,
                record,
                binder=lambda _, alias: Bound(alias, endpoint, Settings(), frozen=True),
                concurrency=4,
                on_progress=lambda _: task.cancelling() or task.cancel(),
            )
        )
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    (end,) = kept_rows(record, SweepEnd)
    sent = {name for row in record.rows(Dispatch) for name in row.unit_ids}
    assert end.reason == "stopped"
    assert {reply.unit_id for reply in kept_rows(record, Reply)} < sent
    assert len(kept_rows(record, Reply)) == end.replies == endpoint.calls


def test_cancelling_twice_breaks_calls_off_and_their_units_stay_due(stage, record):
    endpoint = Scripted("courteous", delay=30)

    async def cancel() -> None:
        task = asyncio.create_task(
            run_sweep(
                stage,
                record,
                binder=lambda _, alias: Bound(alias, endpoint, Settings(), frozen=True),
            )
        )
        while not endpoint.calls:
            await asyncio.sleep(0.01)
        for _ in range(2):
            task.cancel()
            await asyncio.sleep(0.01)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 20)

    asyncio.run(cancel())
    (end,) = kept_rows(record, SweepEnd)
    assert (end.reason, end.replies) == ("stopped", 0)
    assert len(units_due(stage, record)) == 36


def test_ctrl_c_in_a_terminal_ends_in_order(tmp_path):
    stage = stage_at(tmp_path, replicates=50)
    with SwiftServer(latency=0.01) as server:
        command = [sys.executable, str(DRIVER), str(tmp_path), server.base_url, "4"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdout is not None
            told = [process.stdout.readline().strip() for _ in range(10)]
            process.send_signal(signal.SIGINT)
            told += process.stdout.read().split()
    with open_record(stage.study) as record:
        (end,) = kept_rows(record, SweepEnd)
        kept = {reply.unit_id for reply in kept_rows(record, Reply)}
    assert end.reason == "stopped"
    assert kept == set(told)
    assert 10 <= len(kept) < 900


# ── faults ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("processes", [1, 2])
def test_faults_are_retried_and_every_attempt_is_kept(tmp_path, processes):
    stage = stage_at(tmp_path, replicates=12)
    with SwiftServer(latency=0.01, faults=0.1, seed=3) as server:
        with open_record(stage.study) as record:
            end = asyncio.run(
                run_sweep(
                    stage,
                    record,
                    binder=bound_to(server.base_url),
                    concurrency=32,
                    processes=processes,
                )
            )
            replies = kept_rows(record, Reply)
        stats = server.stats()
    assert (end.reason, end.replies) == ("finished", 216)
    attempts = [one for reply in replies for one in reply.exchange.attempts]
    assert len(attempts) == stats["calls"]
    failed = Counter(one.error for one in attempts if one.error)
    assert failed.total() >= sum(stats["faults"].values()) >= 15
    assert {KINDS[fault] for fault, count in stats["faults"].items() if count} <= set(failed)
    for reply in replies:
        numbers = [one.number for one in reply.exchange.attempts]
        assert numbers == list(range(1, len(numbers) + 1))
        assert all(one.waited > 0 for one in reply.exchange.attempts[1:])
    assert len(set(stats["seeds"])) == 216


def test_a_server_that_takes_eight_at_once_loses_nothing(tmp_path):
    stage = stage_at(tmp_path, replicates=20)
    with SwiftServer(latency=0.01, most_at_once=8) as server, open_record(stage.study) as record:
        end = sweep(stage, record, server.base_url, concurrency=64)
    assert (end.reason, end.replies, end.errored) == ("finished", 360, 0)


def test_a_scripted_failure_is_a_row_and_never_text(stage, record):
    failures = [None, (RequestRefused, 2)]
    end = sweep(stage, record, Scripted("courteous", failures=failures))
    assert (end.replies, end.errored) == (36, 18)
    for reply in kept_rows(record, Reply):
        assert (reply.exchange.outcome == "errored") == bool(reply.exchange.error)


# ── progress, two endpoints ─────────────────────────────────────────────────────────────────────


def test_progress_is_told_and_ends_at_the_end(stage, record):
    seen: list[SweepProgress] = []
    sweep(stage, record, on_progress=seen.append)
    assert seen[-1].done == seen[-1].planned == 36
    assert seen[-1].in_flight == 0
    assert [one.done for one in seen] == sorted(one.done for one in seen)


def test_two_endpoints_are_each_sent_their_own_units_in_order(tmp_path):
    make_confirm_workspace(tmp_path)
    file = tmp_path / "personas" / "studies" / "small.yaml"
    text = file.read_text(encoding="utf-8")
    more = (
        "  assistant:\n    endpoint: scripted:courteous\n  other:\n    endpoint: scripted:brief\n"
    )
    file.write_text(text.replace("  assistant:\n    endpoint: scripted:courteous\n", more))
    stage = ConfirmStage(Study.load("small", workspace=tmp_path))
    stage.freeze()
    asked = {"assistant": Asked(), "other": Asked(lambda _: "No.")}
    with open_record(stage.study) as record:
        end = asyncio.run(
            run_sweep(
                stage,
                record,
                binder=lambda _, alias: Bound(alias, asked[alias], Settings(seed=1), frozen=False),
                concurrency=5,
            )
        )
        replies = kept_rows(record, Reply)
        (begun,) = record.rows(Sweep)
    assert (end.reason, end.replies, begun.unfrozen) == ("finished", 72, True)
    assert {(one.endpoint_alias, one.text) for one in replies} == {
        ("assistant", "Yes."),
        ("other", "No."),
    }
    for alias, endpoint in asked.items():
        seeds = {one.unit_id: one.exchange.seed for one in replies}
        planned = [seeds[unit.unit_id] for unit in stage.units if unit.alias == alias]
        assert [settings.seed for _, settings in endpoint.seen] == planned

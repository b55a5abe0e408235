"""Batch files: the same requests a run would send, and results kept once, in any order."""

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kept_rows import kept_rows
from servers import ChatServer, Say
from small_confirm import make_confirm_workspace

from toolkit.analysis import load_frames
from toolkit.design import ConfirmStage, Study
from toolkit.errors import BadAnswer, BadEndpoint, OpenElsewhere
from toolkit.probes import read_batch, run_sweep, units_due, write_batch
from toolkit.record import Record, Reply, Sweep, SweepEnd, open_record
from toolkit.session import Bound, bind

ALIAS = "assistant"


def bound_to(study: Study, url: str) -> dict[str, str]:
    return {
        "PARALLAX_BIND": json.dumps({ALIAS: {"endpoint": "openai:tiny", "base_url": url}}),
    }


@pytest.fixture
def stage(tmp_path: Path) -> ConfirmStage:
    root = make_confirm_workspace(tmp_path, replicates=1)
    path = root / "personas" / "studies" / "small.yaml"
    text = path.read_text(encoding="utf-8")
    asked = "endpoint: scripted:courteous\n    seed: 5\n    max_tokens: 40"
    path.write_text(text.replace("endpoint: scripted:courteous", asked), encoding="utf-8")
    made = ConfirmStage(Study.load("small", workspace=root))
    made.freeze()
    return made


@pytest.fixture
def record(stage: ConfirmStage) -> Iterator[Record]:
    with open_record(stage.study) as opened:
        yield opened


@pytest.fixture
def bound(stage: ConfirmStage) -> Iterator[Bound]:
    opened = bind(stage.study, ALIAS, environ=bound_to(stage.study, "https://ai.example.com/v1"))
    yield opened
    asyncio.run(opened.endpoint.close())


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def result(unit_id: str, text: str = "Gladly.", *, finish: str = "stop", **message: Any) -> Any:
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "tiny-2026",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": {"prompt_tokens": 20, "completion_tokens": 3, "total_tokens": 23},
    }
    response = {"status_code": 200, "request_id": "req-1", "body": body}
    return {"id": f"batch_{unit_id}", "custom_id": unit_id, "response": response, "error": None}


def failure(unit_id: str, status: int = 500, name: str = "one", **error: Any) -> Any:
    said = {"message": "The server had an error.", "code": None, **error}
    response = {"status_code": status, "request_id": "req-1", "body": {"error": said}}
    return {"id": f"batch_{name}", "custom_id": unit_id, "response": response, "error": None}


def saved(folder: Path, *lines: Any, name: str = "results.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


# ── out ─────────────────────────────────────────────────────────────────────────────────────────


def test_each_unit_is_a_request_in_the_planned_order(
    stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path
) -> None:
    path = tmp_path / "out.jsonl"
    assert write_batch(stage, record, bound, path) == len(stage.units) == 18
    lines = lines_of(path)
    assert [line["custom_id"] for line in lines] == [unit.unit_id for unit in stage.units]
    assert {line["method"] for line in lines} == {"POST"}
    assert {line["url"] for line in lines} == {"/v1/chat/completions"}
    assert all(len(line["custom_id"]) <= 64 for line in lines)
    assert len({line["body"]["seed"] for line in lines}) == 18
    assert not list(tmp_path.glob("*.part"))


def test_a_request_is_what_a_run_would_send(
    stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path
) -> None:
    path = tmp_path / "out.jsonl"
    write_batch(stage, record, bound, path)
    with ChatServer(Say("Gladly.")) as server:
        environ = bound_to(stage.study, server.base_url)
        binder = partial(bind, bulk=True, environ=environ)
        asyncio.run(run_sweep(stage, record, binder=binder, concurrency=1))
        sent = [seen.body for seen in server.seen]
    for body in sent:
        assert body.pop("stream") is False
    written = [line["body"] for line in lines_of(path)]
    assert sorted(map(json.dumps, written)) == sorted(map(json.dumps, sent))


def test_only_what_is_due_is_written(
    stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path
) -> None:
    first, second, third = (unit.unit_id for unit in stage.units[:3])
    read_batch(stage, record, bound, saved(tmp_path, result(first), failure(second)))
    path = tmp_path / "out.jsonl"
    assert write_batch(stage, record, bound, path) == 16
    assert lines_of(path)[0]["custom_id"] == third
    assert write_batch(stage, record, bound, path, retry_errored=True) == 17
    assert lines_of(path)[0]["custom_id"] == second


def test_no_file_is_written_for_nothing(
    stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path
) -> None:
    read_batch(
        stage, record, bound, saved(tmp_path, *(result(unit.unit_id) for unit in stage.units))
    )
    path = tmp_path / "out.jsonl"
    assert write_batch(stage, record, bound, path) == 0
    assert not path.exists()


def test_only_an_openai_endpoint_takes_batches(
    stage: ConfirmStage, record: Record, tmp_path: Path
) -> None:
    scripted = bind(stage.study, ALIAS, environ={})
    path = tmp_path / "out.jsonl"
    for step in (write_batch, read_batch):
        with pytest.raises(BadEndpoint) as refused:
            step(stage, record, scripted, path)
        assert str(refused.value) == (
            "batch: got scripted:courteous under the alias assistant; wanted an openai: endpoint, "
            "since batch files are for services that speak its protocol. Use `parallax run` for "
            "this one."
        )


# ── in ──────────────────────────────────────────────────────────────────────────────────────────


def test_results_come_in_any_order(
    stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path
) -> None:
    lines = [result(unit.unit_id, f"To {unit.unit_id}.") for unit in stage.units]
    random.Random(3).shuffle(lines)
    found = read_batch(stage, record, bound, saved(tmp_path, *lines))
    assert asdict(found) == {"kept": 18, "errored": 0, "known": 0, "due": 0}
    replies = kept_rows(record, Reply)
    assert {one.unit_id: one.text for one in replies} == {
        unit.unit_id: f"To {unit.unit_id}." for unit in stage.units
    }
    arms = {unit.unit_id: (unit.arm.kind, unit.arm.persona_id) for unit in stage.units}
    assert all((one.arm, one.persona_id) == arms[one.unit_id] for one in replies)
    (sweep,), (end,) = record.rows(Sweep), kept_rows(record, SweepEnd)
    assert sweep.settings == {"batch": True}
    assert sweep.unfrozen
    assert (end.reason, end.replies, end.prompt_tokens, end.completion_tokens, end.cost) == (
        *("finished", 18, 360, 54),
        None,
    )
    assert units_due(stage, record) == ()
    assert record.verify().ok
    assert load_frames(record).replies["seconds"].isna().all()


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_that_an_editor_saved_again_is_read(
    encoding: str, end: str, stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path
) -> None:
    lines = [result(unit.unit_id, "Schön: 王芳 \U0001f680.") for unit in stage.units]
    text = end.join(json.dumps(one, ensure_ascii=False) for one in lines)
    path = tmp_path / "results.jsonl"
    path.write_bytes(text.encode(encoding))
    assert read_batch(stage, record, bound, path).kept == 18
    assert {one.text for one in kept_rows(record, Reply)} == {"Schön: 王芳 \U0001f680."}


def test_a_file_in_no_utf_is_refused_and_nothing_is_garbled(
    stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path
) -> None:
    lines = [result(unit.unit_id, "Schön.") for unit in stage.units]
    path = tmp_path / "results.jsonl"
    text = "\n".join(json.dumps(one, ensure_ascii=False) for one in lines)
    path.write_bytes(text.encode("cp1252"))
    with pytest.raises(BadAnswer) as refused:
        read_batch(stage, record, bound, path)
    assert str(refused.value) == (
        "results.jsonl: got bytes that are no text in UTF-8, as when an editor saved the file in "
        "another encoding; wanted UTF-8 or UTF-16. Nothing was kept. Save it as UTF-8, or download "
        "it again."
    )
    assert kept_rows(record, Reply) == []


def test_each_way_to_end_is_kept_apart(
    stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path
) -> None:
    names = [unit.unit_id for unit in stage.units[:9]]
    expired = {
        "id": "batch_x",
        "custom_id": names[5],
        "response": None,
        "error": {"code": "batch_expired", "message": "This request could not be executed."},
    }
    odd = {"id": "batch_y", "custom_id": names[6], "response": {"status_code": 200, "body": {}}}
    path = saved(
        tmp_path,
        result(names[0]),
        result(names[1], "Gladly, but", finish="length"),
        result(names[2], "", refusal="I will not."),
        result(names[3], ""),
        failure(names[4], 429, message="Slow\ndown."),
        expired,
        odd,
        failure(names[7], 400, code="content_filter"),
        result(names[8], "", finish="content_filter"),
    )
    found = read_batch(stage, record, bound, path)
    assert asdict(found) == {"kept": 9, "errored": 3, "known": 0, "due": 9}
    replies = {one.unit_id: one for one in kept_rows(record, Reply)}
    assert [replies[name].exchange.outcome for name in names] == [
        *("answered", "truncated", "refused", "empty", "errored", "errored", "errored"),
        *("refused", "refused"),
    ]
    assert [replies[name].exchange.error for name in names[4:7]] == [
        "openai:tiny in a batch (request batch_one): status 429 (the server says: Slow down.); "
        "wanted an answer. Send the unit again in a run or another batch.",
        "openai:tiny in a batch (request batch_x): an answer broken off (the server says: This "
        "request could not be executed.); wanted an answer. Send the unit again in a run or "
        "another batch.",
        "openai:tiny in a batch (request batch_y): an answer that stops before its end; wanted an "
        "answer. Send the unit again in a run or another batch.",
    ]
    assert [replies[name].text for name in names[:3]] == ["Gladly.", "Gladly, but", "I will not."]
    assert replies[names[0]].exchange.model_reported == "tiny-2026"
    assert replies[names[0]].exchange.seed is not None


def test_reading_twice_keeps_nothing_twice(
    stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path
) -> None:
    one, two = (unit.unit_id for unit in stage.units[:2])
    path = saved(tmp_path, result(one), failure(two), result(one, "Another answer."))
    first = read_batch(stage, record, bound, path)
    extent = record.extent()
    second = read_batch(stage, record, bound, path)
    assert asdict(first) == {"kept": 2, "errored": 1, "known": 1, "due": 16}
    assert asdict(second) == {"kept": 0, "errored": 0, "known": 3, "due": 16}
    assert record.extent() == extent
    assert [row.text for row in kept_rows(record, Reply) if row.unit_id == one] == ["Gladly."]


def test_a_failed_unit_takes_what_a_later_batch_brings(
    stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path
) -> None:
    unit_id = stage.units[0].unit_id
    read_batch(stage, record, bound, saved(tmp_path, failure(unit_id, name="first")))
    read_batch(stage, record, bound, saved(tmp_path, failure(unit_id, name="second")))
    read_batch(stage, record, bound, saved(tmp_path, result(unit_id)))
    kept = [(row.attempt_of, row.exchange.outcome) for row in kept_rows(record, Reply)]
    assert kept == [(0, "errored"), (1, "errored"), (2, "answered")]
    assert unit_id not in {one.unit.unit_id for one in units_due(stage, record, retry_errored=True)}


def test_a_run_goes_on_with_what_a_batch_left(
    stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path
) -> None:
    path = saved(tmp_path, *(result(unit.unit_id) for unit in stage.units[:10]))
    read_batch(stage, record, bound, path)
    end = asyncio.run(run_sweep(stage, record, binder=partial(bind, environ={}, bulk=True)))
    assert (end.reason, end.replies) == ("finished", 8)
    assert len(kept_rows(record, Reply)) == 18


HINT = "Nothing was kept."


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (
            "{",
            "results.jsonl:2: got a line that is not JSON; wanted the results as the service gives "
            f"them, whole. {HINT} Download the file again.",
        ),
        (
            '{"custom_id": "UNIT", "method": "POST", "url": "/v1/chat/completions", "body": {}}',
            "results.jsonl:2: got a line without 'custom_id' and 'response'; wanted a file of "
            f"results, not of requests. {HINT} Download the output file of the batch.",
        ),
        (
            "[]",
            "results.jsonl:2: got a line without 'custom_id' and 'response'; wanted a file of "
            f"results, not of requests. {HINT} Download the output file of the batch.",
        ),
        (
            '{"custom_id": "u-0", "response": null}',
            "results.jsonl:2: got the custom_id 'u-0'; wanted a unit of this endpoint in this "
            f"confirm freeze. {HINT} Read the results of a file that `parallax batch write` wrote "
            "since the freeze, and name its endpoint with --alias.",
        ),
    ],
)
def test_a_file_that_is_not_ours_is_refused_whole(
    stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path, bad: str, said: str
) -> None:
    path = saved(tmp_path, result(stage.units[0].unit_id))
    text = bad.replace("UNIT", stage.units[1].unit_id)
    path.write_text(path.read_text(encoding="utf-8") + text + "\n", encoding="utf-8")
    with pytest.raises(BadAnswer) as refused:
        read_batch(stage, record, bound, path)
    assert str(refused.value) == said
    assert record.extent() == (0, 0)


def test_no_batch_is_read_while_a_run_sends(
    stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path
) -> None:
    path = saved(tmp_path, result(stage.units[0].unit_id))
    with record.lease(f"sweep {stage.hash}"), pytest.raises(OpenElsewhere):
        read_batch(stage, record, bound, path)
    assert record.extent() == (0, 0)


def test_results_of_an_earlier_freeze_are_refused(
    stage: ConfirmStage, record: Record, bound: Bound, tmp_path: Path
) -> None:
    path = saved(tmp_path, result(stage.units[0].unit_id))
    plan = stage.plan.model_copy(update={"seed": 4})
    again = ConfirmStage(stage.study.model_copy(update={"confirm": plan}))
    again.freeze(again=True)
    with pytest.raises(BadAnswer):
        read_batch(again, record, bound, path)

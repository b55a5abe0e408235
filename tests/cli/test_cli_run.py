"""``parallax run`` and ``parallax batch``: checked first, shown, stopped, gone on with."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kept_rows import kept_rows
from lab import clean_environment
from servers import ChatServer, Say, Status
from small_confirm import CONTRASTS, make_confirm_workspace

from toolkit.cli import main
from toolkit.cli.terminal import SweepLine
from toolkit.design import ConfirmStage, Study
from toolkit.probes import SweepProgress
from toolkit.record import Reply, Sweep, SweepEnd, open_record

FROZEN = re.compile(r"confirm freeze [0-9a-f]{12}:")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PARALLAX_")]:
        monkeypatch.delenv(name)
    # The command tells endpoints through the environment; what it leaves there goes with the test.
    monkeypatch.setenv("PARALLAX_BIND", "")


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    kept = {name: signal.getsignal(name) for name in names}
    yield
    for name, handler in kept.items():
        signal.signal(name, handler)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The small confirm workspace, not frozen."""
    return make_confirm_workspace(tmp_path / "workspace", replicates=1)


@pytest.fixture
def stage(root: Path) -> ConfirmStage:
    """Its stage, frozen."""
    made = ConfirmStage(Study.load("small", workspace=root))
    made.freeze()
    return made


def run(
    capsys: pytest.CaptureFixture[str], stage: ConfirmStage, *words: str
) -> tuple[int, str, str]:
    code = main([*words, "--workspace", str(stage.study.workspace)])
    out, err = capsys.readouterr()
    return code, FROZEN.sub("confirm freeze …:", out), err


def wait_for(happened: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    while not happened():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def plan_of(stage: ConfirmStage) -> str:
    kinds = Counter(unit.arm.kind for unit in stage.units)
    per = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    return f"Study small, confirm freeze …:\n  3 contrasts, 1 replicate, 18 units: {per}\n"


def test_a_dry_run_says_the_plan_and_leaves_nothing(
    stage: ConfirmStage, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, stage, "run", "small", "--dry-run")
    assert (code, err) == (0, "")
    assert out == (
        f"{plan_of(stage)}"
        "  assistant: 18 units to scripted:courteous\n"
        "  18 to send now; 0 in the record.\n"
        "Nothing was sent.\n"
    )
    assert not (stage.study.results / "record.db").exists()


def test_a_run_sends_everything_once(
    stage: ConfirmStage, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, stage, "run", "small")
    assert code == 0
    assert out.startswith(f"{plan_of(stage)}  assistant: 18 units to scripted:courteous\n")
    assert re.search(
        r"\n18 of 18 units · [\d,]+ \+ [\d,]+ tokens · 0\.00 USD\.\n"
        r"Next: parallax lab --rate --study small\n$",
        out,
    )
    assert re.search(r"^18 of 18 units · ", err, re.MULTILINE)
    code, out, err = run(capsys, stage, "run", "small")
    assert (code, err) == (0, "")
    assert out.endswith("  0 to send now; 18 in the record.\nNothing left to send.\n")
    with open_record(stage.study) as record:
        assert len(kept_rows(record, Reply)) == 18
        assert len(record.rows(Sweep)) == 1


def test_a_stage_that_is_not_frozen_is_not_sent(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["run", "small", "--workspace", str(root)])
    out, err = capsys.readouterr()
    assert (code, out) == (1, "")
    assert err == (
        "study small: got a confirm stage that is not frozen; wanted its contrasts and analysis "
        "plan fixed before the first reply. Read it through, then run `parallax freeze small "
        "--stage confirm`.\n"
    )


def test_a_contrast_the_linter_refuses_is_not_sent(
    stage: ConfirmStage, capsys: pytest.CaptureFixture[str]
) -> None:
    root = stage.study.workspace
    path = root / "personas" / "contrasts" / f"{next(iter(CONTRASTS))}.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{a} {noun}", "a {noun}"), encoding="utf-8")
    code, out, err = run(capsys, stage, "run", "small")
    assert (code, out) == (1, "")
    assert f"personas/contrasts/{path.name}" in err
    assert "in what was written" in err


def test_a_budget_ends_the_run_and_the_same_command_goes_on(
    stage: ConfirmStage, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("run", "small", "--concurrency", "1", "--max-tokens-total", "200")
    code, _, err = run(capsys, stage, *words)
    assert code == 1
    said = re.search(
        r"^The budget is spent \((\d+) of 200 tokens are used\); (\d+) units are left\. The same "
        r"command with a budget of its own goes on\.$",
        err,
        re.MULTILINE,
    )
    assert said
    assert 200 <= int(said[1]) < 400
    with open_record(stage.study) as record:
        assert len(kept_rows(record, Reply)) == 18 - int(said[2])
        assert [one.reason for one in kept_rows(record, SweepEnd)] == ["budget"]
    assert run(capsys, stage, "run", "small")[0] == 0
    with open_record(stage.study) as record:
        assert len(kept_rows(record, Reply)) == 18


def test_a_limit_in_money_needs_a_price(
    stage: ConfirmStage, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with ChatServer(Say("Gladly.")) as server:
        words = (
            *("run", "small", "--endpoint", "openai:tiny", "--base-url", server.base_url),
            *("--max-cost", "0.00001", "--concurrency", "1"),
        )
        code, _, err = run(capsys, stage, *words)
        assert code == 1
        assert err == (
            "budget: got a limit of 1e-05 USD and no price for openai:tiny; wanted the price of "
            "every endpoint that answers. Add it to a list like toolkit/probes/prices.yaml and "
            "name that with --prices, or limit tokens with --max-tokens-total.\n"
        )
        assert server.seen == []
        prices = tmp_path / "prices.yaml"
        prices.write_text(
            "as_of: 2026-01-31\nsource: a test\nmodels:\n  tiny: {input: 1, output: 1}\n",
            encoding="utf-8",
        )
        code, out, err = run(capsys, stage, *words, "--prices", str(prices))
        assert code == 1
        assert "The budget is spent (" in err
        assert "Prices as of 2026-01-31, a test\n" in out
        assert 0 < len(server.seen) < 18


def test_errored_units_are_sent_again_when_asked(
    stage: ConfirmStage, capsys: pytest.CaptureFixture[str]
) -> None:
    with ChatServer(Status(400), Say("Gladly.")) as server:
        words = (
            *("run", "small", "--endpoint", "openai:tiny", "--base-url", server.base_url),
            *("--concurrency", "1"),
        )
        code, out, _ = run(capsys, stage, *words)
        assert code == 0
        assert out.endswith("1 came to no answer; --again-errored sends them once more.\n")
        code, out, _ = run(capsys, stage, *words)
        assert "  0 to send now; 18 in the record, 1 of them errored.\n" in out
        code, out, _ = run(capsys, stage, *words, "--again-errored")
        assert code == 0
        assert "  1 to send now, 1 of them again; 18 in the record, 1 of them errored.\n" in out
    with open_record(stage.study) as record:
        latest = {row.unit_id: row for row in kept_rows(record, Reply)}
        assert len(latest) == 18
        assert {row.exchange.outcome for row in latest.values()} == {"answered"}
        assert max(row.attempt_of for row in latest.values()) == 1


def test_replies_from_somebody_else_are_pointed_out(
    stage: ConfirmStage, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, stage, "run", "small", "--concurrency", "1", "--max-tokens-total", "1")
    _, out, _ = run(capsys, stage, "run", "small", "--scripted", "slow", "--dry-run")
    assert out.endswith(
        "  17 to send now; 1 in the record.\n"
        "  Note: for assistant the study names scripted:courteous. What scripted:slow replies is "
        "marked as unfrozen, and no unit is asked a second time; to try something out, use a copy "
        "of the study.\n"
        "  Note: 1 reply under assistant came from scripted:courteous, not from scripted:slow.\n"
        "Nothing was sent.\n"
    )


def test_a_server_that_is_not_there_costs_no_unit(
    stage: ConfirmStage, capsys: pytest.CaptureFixture[str]
) -> None:
    with ChatServer() as server:
        url = server.base_url
    words = ("run", "small", "--endpoint", "openai:tiny", "--base-url", url)
    code, _, err = run(capsys, stage, *words)
    assert code == 1
    assert "nobody listens at this address" in err
    with open_record(stage.study) as record:
        assert all(row.exchange.outcome != "answered" for row in kept_rows(record, Reply))


@pytest.mark.parametrize(
    "words", [("--concurrency", "0"), ("--max-cost", "-1"), ("--max-cost", "x")]
)
def test_numbers_that_make_no_sense_are_refused(
    stage: ConfirmStage, words: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(capsys, stage, "run", "small", *words)
    assert ended.value.code == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_in_order_and_the_same_command_goes_on(
    stage: ConfirmStage, number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "small", "--workspace", str(stage.study.workspace), "--concurrency", "2"]
    with ChatServer(Say("Gladly, at once.", delay=0.15)) as server:
        more = ["--endpoint", "openai:tiny", "--base-url", server.base_url]
        process = subprocess.Popen(
            [sys.executable, "-m", "toolkit", *words, *more],
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_for(lambda: len(server.seen) >= 3, process)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        called = len(server.seen)
    assert process.returncode == 130
    assert "Stopping: what is under way may come to its end. Ctrl-C breaks it off.\n" in err
    left = re.search(r"^Stopped; (\d+) units are left\. The same command goes on\.$", err, re.M)
    assert left
    with open_record(stage.study) as record:
        replies = kept_rows(record, Reply)
        assert len(replies) == called == 18 - int(left[1])
        assert {row.exchange.outcome for row in replies} == {"answered"}
        assert [one.reason for one in kept_rows(record, SweepEnd)] == ["stopped"]
    assert run(capsys, stage, "run", "small")[0] == 0
    with open_record(stage.study) as record:
        assert (
            len({row.unit_id for row in kept_rows(record, Reply)})
            == len(kept_rows(record, Reply))
            == 18
        )
        assert record.verify().ok


def test_a_second_ctrl_c_breaks_off_and_units_stay_due(stage: ConfirmStage) -> None:
    words = ["run", "small", "--workspace", str(stage.study.workspace), "--concurrency", "2"]
    with ChatServer(Say("Far too late.", delay=20)) as server:
        more = ["--endpoint", "openai:tiny", "--base-url", server.base_url]
        process = subprocess.Popen(
            [sys.executable, "-m", "toolkit", *words, *more],
            env=clean_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_for(lambda: len(server.seen) >= 2, process)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        for line in process.stderr:
            if "Stopping" in line:
                break
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=15)
    assert process.returncode == 130
    assert err.endswith("Stopped; 18 units are left. The same command goes on.\n")
    with open_record(stage.study) as record:
        assert kept_rows(record, Reply) == []
        assert record.verify().ok


# ── batch ───────────────────────────────────────────────────────────────────────────────────────

AT = ("--endpoint", "openai:tiny", "--base-url", "https://ai.example.com/v1")


def test_batch_writes_and_reads(
    stage: ConfirmStage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, given = tmp_path / "asked.jsonl", tmp_path / "given.jsonl"
    code, out, err = run(capsys, stage, "batch", "write", "small", "--out", str(asked), *AT)
    assert (code, err) == (0, "")
    assert out == (
        "18 requests to openai:tiny written to asked.jsonl.\n"
        "Results come in by `parallax batch read small FILE.jsonl "
        "--base-url https://ai.example.com/v1 --endpoint openai:tiny`.\n"
    )
    body = {"choices": [{"finish_reason": "stop", "message": {"content": "Gladly."}}]}
    answered = {"response": {"status_code": 200, "body": body}, "error": None}
    lines = [json.loads(line) for line in asked.read_text(encoding="utf-8").splitlines()]
    given.write_text(
        "".join(json.dumps({"custom_id": one["custom_id"], **answered}) + "\n" for one in lines),
        encoding="utf-8",
    )
    code, out, err = run(capsys, stage, "batch", "read", "small", str(given), *AT)
    assert (code, err) == (0, "")
    assert out == (
        "18 replies kept, 0 of them errored; 0 lines brought nothing new; 0 units of assistant "
        "have no reply yet.\n"
    )
    code, out, _ = run(capsys, stage, "batch", "write", "small", "--out", str(asked), *AT)
    assert (code, out) == (0, "Every unit of assistant has a reply; no file was written.\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("write", "small"),
            "batch write: got no file; wanted --out FILE.jsonl. `parallax batch --help` shows "
            "both.\n",
        ),
        (
            ("read", "small"),
            "batch read: got no file; wanted the file of results. `parallax batch --help` shows "
            "both.\n",
        ),
        (
            ("read", "small", "none.jsonl"),
            "batch read: none.jsonl cannot be used (No such file or directory); wanted a file that "
            "can be read. Check the name, or name another one.\n",
        ),
        (
            ("read", "small", "x.jsonl", "--alias", "other"),
            "batch: got --alias 'other'; wanted one of assistant, since a file is for one "
            "endpoint. Name one of those with --alias.\n",
        ),
    ],
)
def test_batch_says_what_is_missing(
    stage: ConfirmStage, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, stage, "batch", *words, *AT)
    assert (code, out, err) == (1, "", said)


# ── the line ────────────────────────────────────────────────────────────────────────────────────


def reading(done: int, **changed: object) -> SweepProgress:
    fields = {
        **{"planned": 1_000, "done": done, "failed": 0, "in_flight": 8, "uncounted": 0},
        **{"prompt_tokens": 12_000, "completion_tokens": 3_400, "cost": 0.5, "seconds_left": 600.0},
    }
    return SweepProgress(**{**fields, **changed})  # type: ignore[arg-type]


class Terminal:
    """Collects what is written to it."""

    def __init__(self, *, live: bool) -> None:
        self.live = live
        self.text = ""

    def isatty(self) -> bool:
        return self.live

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass


def test_a_reading_is_one_line() -> None:
    assert str(reading(250)) == (
        "250 of 1,000 units · 8 under way · 12,000 + 3,400 tokens · 0.50 USD · about 10 min left"
    )
    assert str(reading(1_000, failed=3, uncounted=2, cost=None, in_flight=0)) == (
        "1,000 of 1,000 units · 3 failed · 12,000 + 3,400 tokens and 2 replies without a count · "
        "cost unknown"
    )
    assert str(reading(1, seconds_left=7_200.0)).endswith("about 2.0 h left")
    assert str(reading(1, seconds_left=42.4)).endswith("about 42 s left")


def test_a_log_gets_a_line_each_tenth() -> None:
    terminal = Terminal(live=False)
    line = SweepLine(terminal)  # type: ignore[arg-type]
    for done in range(0, 1_001, 10):
        line.show(reading(done))
    line.end()
    assert [one.split(" ")[0] for one in terminal.text.splitlines()] == [
        *("0", "100", "200", "300", "400", "500", "600", "700", "800", "900", "1,000"),
    ]


def test_a_terminal_gets_one_line_written_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    terminal = Terminal(live=True)
    line = SweepLine(terminal)  # type: ignore[arg-type]
    line.show(reading(1))
    line.show(reading(2))
    line.end()
    shown = "of 1,000 units · 8 under way · 12,00…\x1b[K"
    assert terminal.text == f"\r1 {shown}\r2 {shown}\n"

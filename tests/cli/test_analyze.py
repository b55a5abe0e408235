"""``parallax analyze``: the frozen plan, from a record to a folder."""

import json
import os
import stat
from pathlib import Path

import pandas as pd
import pytest
from small_confirm import make_confirm_workspace

from toolkit.canon import new_id
from toolkit.cli import main
from toolkit.design import ConfirmStage, Study
from toolkit.record import RaterSeat, Sweep, open_record, read_jsonl


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workspace, and beside it the record of its confirm stage, played."""
    root = make_confirm_workspace(tmp_path_factory.mktemp("analyze"))
    out = root / "planted.jsonl.gz"
    assert main(["sample", "--planted", "--workspace", str(root), "--out", str(out)]) == 0
    return root


def analyze(planted: Path, *words: str) -> int:
    return main(["analyze", "--workspace", str(planted), *words])


def test_a_record_becomes_a_folder(planted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record, out = str(planted / "planted.jsonl.gz"), planted / "made"
    assert analyze(planted, "--record", record, "--out", str(out)) == 0
    said = capsys.readouterr().out
    assert "Simulated: of 8 raters, all of them are simulated." in said
    assert said.endswith(
        "Simulated data. The report in full is in made/, with findings, tables and figures.\n"
        "It was not compared with earlier releases: do not send it on. `parallax analyze "
        "--release` makes what may be sent on.\n"
    )
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {
        *("report.txt", "findings.json", "tables/findings.csv", "tables/findings.parquet"),
        *("tables/dictionary.csv", "tables/reliability-agreement.csv"),
        *("figures/primary.png", "figures/primary.txt", "figures/primary.csv"),
    } <= names
    assert not [name for name in names if name.startswith(("frames/", "private/"))]
    assert all(stat.S_IMODE((out / name).stat().st_mode) == 0o600 for name in names)
    findings = json.loads((out / "findings.json").read_text("ascii"))
    assert findings["study"] == "small"
    assert findings["analysis"]["margin"] == 0.5
    assert [step["key"] for step in findings["steps"]][:3] == ["rows", "refusals", "primary"]
    table = pd.read_parquet(out / "tables" / "findings.parquet")
    assert table["simulated"].all()
    described = pd.read_csv(out / "tables" / "dictionary.csv", encoding="utf-8-sig")
    for name in described["table"].unique():
        columns = list(pd.read_csv(out / "tables" / f"{name}.csv", encoding="utf-8-sig").columns)
        assert columns == list(described["column"][described["table"].eq(name)]), name


def test_a_second_run_replaces_the_folder_as_a_whole(planted: Path) -> None:
    record, out = str(planted / "planted.jsonl.gz"), planted / "again"
    assert analyze(planted, "--record", record, "--out", str(out)) == 0
    (out / "tables" / "old.csv").write_text("left over", "ascii")
    first = (out / "findings.json").read_bytes()
    assert analyze(planted, "--record", record, "--out", str(out)) == 0
    assert not (out / "tables" / "old.csv").exists()
    assert (out / "findings.json").read_bytes() == first
    assert not [path for path in planted.iterdir() if path.name.startswith(".again")]


def test_the_studys_own_record_goes_to_its_results(
    planted: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PARALLAX_STUDY", raising=False)
    study = Study.load("small", workspace=planted)
    assert main(["import", str(planted / "planted.jsonl.gz"), str(planted / "own.db")]) == 0
    study.results.mkdir(parents=True, exist_ok=True)
    os.replace(planted / "own.db", study.results / "record.db")
    path = planted / "personas" / "studies" / "small.yaml"
    kept = path.read_text("utf-8")
    path.write_text(kept.replace("margin: 0.5", "margin: 0.75"), "utf-8")
    try:
        assert analyze(planted, "small") == 0
    finally:
        path.write_text(kept, "utf-8")
    said = " ".join(capsys.readouterr().out.split())
    assert "The report in full is in results/small/analysis/" in said
    changed = "Deviation: the analysis in the file of study small was changed after replies were "
    assert f"{changed}kept: margin was 0.5 and is 0.75;" in said
    with open_record(study, read_only=True) as record:
        assert record.rows(RaterSeat)
        assert record.verify().ok
    assert ConfirmStage(study).frozen() is None


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (
            ["--record", "x.db"],
            1,
            "--record: got 'x.db' and no --out; wanted a folder for what does not come from the "
            "study's own record. Add --out DIR.\n",
        ),
        (
            ["--record", "RECORD", "--out", "NEW", "--freeze", "sha256:0"],
            1,
            "analysis: got the confirm freeze 'sha256:0'; wanted one that the record holds runs "
            "of: HASH. Name one of these, or enough of its beginning.\n",
        ),
        (
            ["--record", "RECORD", "--out", "FULL"],
            1,
            "save_report: got FULL, which holds something else than an earlier report; wanted a "
            "folder of its own, because it is replaced as a whole. Name another one.\n",
        ),
        (
            ["--record", "RECORD", "--out", "UNDER"],
            1,
            "analyze: got out/, which cannot be written; wanted to put the report there. Make the "
            "folder above it writable, or name another one with --out.\n",
        ),
    ],
)
def test_what_cannot_be_done_is_said(
    planted: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: int,
    message: str,
) -> None:
    full = planted / "full"
    full.mkdir(exist_ok=True)
    (full / "letter.txt").write_text("Dear all", "ascii")
    with read_jsonl(planted / "planted.jsonl.gz", planted / f"{new_id()}.db") as record:
        frozen = record.rows(Sweep)[0].confirm_hash
    named = {
        "RECORD": str(planted / "planted.jsonl.gz"),
        "NEW": str(planted / "new"),
        "FULL": str(full),
        "UNDER": str(full / "letter.txt" / "out"),
    }
    assert analyze(planted, *(named.get(word, word) for word in words)) == code
    wanted = message.replace("HASH", frozen).replace("FULL", str(full))
    assert capsys.readouterr().err == wanted
    assert not (planted / "new").exists()


def test_a_study_without_a_record_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_confirm_workspace(tmp_path)
    assert main(["analyze", "small", "--workspace", str(root)]) == 1
    assert capsys.readouterr().err == (
        "study small: got no record at record.db; wanted one that a session or a run has "
        "begun. Run `parallax lab` or `parallax run` first, or check the name.\n"
    )

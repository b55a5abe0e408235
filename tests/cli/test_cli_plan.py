"""``parallax plan`` and ``parallax rate --simulate``: the whole text, and nothing recorded."""

import asyncio
import os
from pathlib import Path

import pytest
from kept_rows import kept_rows
from small_confirm import make_confirm_workspace

from toolkit.cli import main
from toolkit.design import ConfirmStage, Study, Workspace
from toolkit.probes import run_sweep
from toolkit.record import Participant, Rating, Simulation, open_record

PLAN = """\
small: A small study
  3 contrasts over 3 scenarios, 0 lifted from leads, 18 arms in all
  To send: 36 units, each arm 2 × to assistant
  To rate: 8 raters with 5 items each (3 replies, 1 of them twice, 1 attention item): about 10 \
minutes in 1 sitting
  24 ratings of 20 replies; 4 of these (20%, planned 20%) have two raters
  Raters, contrasts and arms are connected.

"""


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PARALLAX_")]:
        monkeypatch.delenv(name)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(words)
    out, err = capsys.readouterr()
    return code, out, err


def small(root: Path) -> Study:
    return Workspace(root).study("small")


def test_a_plan_says_what_is_sent_and_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_confirm_workspace(tmp_path)
    code, out, err = run(capsys, "plan", "small", "--workspace", str(tmp_path))
    assert (code, err) == (0, "")
    assert out.startswith(PLAN)
    table = out.removeprefix(PLAN).splitlines()
    assert table[0].split() == [
        *("Ratings", "of", "each", "reference", "paraphrase", "resample", "each", "swap", "all")
    ]
    assert [line.split()[0] for line in table[1:4]] == ["parcel", "payslip", "reference-letter"]
    assert [line.split()[-1] for line in table[1:4]] == ["8", "8", "8"]
    assert table[5].startswith("  Ratings of each persona as a swap: ben-test ")
    assert not (tmp_path / "results").exists()


def test_pairs_are_planned_as_pairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_confirm_workspace(tmp_path, form="pair")
    out = run(capsys, "plan", "--workspace", str(tmp_path))[1]
    assert "  24 ratings of 20 pairs of replies; 4 of these (20%, planned 20%) have two" in out
    assert "reference  " not in out


def test_a_plan_that_breaks_its_rules_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_confirm_workspace(tmp_path)
    code, out, err = run(capsys, "plan", "--raters", "6", "--workspace", str(tmp_path))
    assert code == 1
    assert out.splitlines() == PLAN.splitlines()[:3]
    assert err == (
        "assignment: got 18 ratings over 18 pairs of contrast and arm, of which at most 0% of the "
        "replies can have two raters; wanted an overlap of 20%. Plan at least 22 ratings (raters "
        "times items), fewer contrasts, or a smaller overlap.\n"
    )


def test_a_study_without_a_confirm_section_has_no_plan(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "plan", "--workspace", str(workspace))
    assert (code, out) == (1, "")
    assert err == (
        "study small: got no confirm section; wanted one that names contrasts, raters and an "
        "outcome. Add 'confirm:' to personas/studies/small.yaml, as personas/README.md shows.\n"
    )


def test_simulated_raters_rate_what_was_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = small(make_confirm_workspace(tmp_path))
    stage = ConfirmStage(study)
    stage.freeze()
    words = ("rate", "small", "--simulate", "--raters", "2", "--workspace", str(tmp_path))
    code, _, err = run(capsys, *words)
    assert code == 1
    assert err == (
        "study small: got no reply that could be rated; wanted those of its confirm stage. Run "
        "`parallax run small` first.\n"
    )
    with open_record(study) as record:
        asyncio.run(run_sweep(stage, record))
    code, out, _ = run(capsys, *words)
    assert code == 0
    assert out == (
        "2 simulated raters; 10 items judged, all marked as simulated.\n"
        "True average effects against the reference, on the scale from 1 to 5:\n"
        "  paraphrase                     +0.00\n"
        "  resample                       +0.00\n"
        "  swap ben-test                  +0.00\n"
        "  swap cho-test                  +0.00\n"
        "  swap dee-test                  +0.00\n"
    )
    with open_record(study, read_only=True) as record:
        assert [one.simulated for one in record.rows(Participant)] == [True, True]
        assert len(kept_rows(record, Rating)) == 20
        assert [row.seed for row in record.rows(Simulation)] == [7]


def test_rating_by_people_is_asked_for_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["rate", "small"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(
        "parallax rate: error: one of the arguments --simulate --release is required\n"
    )

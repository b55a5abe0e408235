"""What came of a plan, in words and as a folder."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_confirm import make_confirm_workspace
from small_replies import keep_replies

from toolkit.analysis import Estimate, Finding, open_to_read, release
from toolkit.analysis.findings import Counts
from toolkit.design import ConfirmStage, Study
from toolkit.errors import AnalysisError
from toolkit.record import open_record
from toolkit.report import StudyReport, save_report, study_report

SAMPLES = Path(__file__).resolve().parents[2] / "results" / "sample"


@pytest.fixture(scope="module")
def report() -> Iterator[StudyReport]:
    named = {"PARALLAX_RECORD": str(SAMPLES / "planted.jsonl.gz")}
    source = open_to_read(stage="confirm", environ=named)
    yield study_report(source)
    source.record.close()


def test_simulated_and_scripted_are_said_in_both_lengths(report: StudyReport) -> None:
    assert len(report.result.simulated) == 2
    for said in (str(report), report.short()):
        assert all(line.split(".")[0] in " ".join(said.split()) for line in report.result.simulated)


def test_a_deviation_is_said(tmp_path: Path) -> None:
    stage = ConfirmStage(Study.load("small", workspace=make_confirm_workspace(tmp_path)))
    path = tmp_path / "personas" / "studies" / "small.yaml"
    with open_record(tmp_path / "record.db") as record:
        keep_replies(stage, record)
        path.write_text(path.read_text("utf-8").replace("margin: 0.5", "margin: 0.9"), "utf-8")
        made = study_report(record, study=Study.load("small", workspace=tmp_path))
    assert made.result.deviations[0][:60] in " ".join(str(made).split())


def test_a_look_on_the_way_says_so(tmp_path: Path, report: StudyReport) -> None:
    stage = ConfirmStage(Study.load("small", workspace=make_confirm_workspace(tmp_path)))
    left = stage.units[-1].unit_id
    with open_record(tmp_path / "record.db") as record:
        keep_replies(stage, record, ends=lambda unit: None if unit.unit_id == left else "answered")
        made = study_report(record)
    said = (
        f"Interim: 1 of {len(stage.units)} replies have not come and fewer than the 8 raters "
        "planned have finished."
    )
    for words in (str(made), made.short()):
        assert said in " ".join(words.split())
    assert made.result.content()["interim"].startswith(said)
    assert report.result.interim == ""
    assert "Interim" not in str(report)


def test_a_direction_is_said(tmp_path: Path) -> None:
    make_confirm_workspace(tmp_path)
    path = tmp_path / "personas" / "studies" / "small.yaml"
    plan = "margin: 0.5\n    direction: worse"
    path.write_text(path.read_text("utf-8").replace("margin: 0.5", plan), "utf-8")
    with open_record(tmp_path / "record.db") as record:
        keep_replies(ConfirmStage(Study.load("small", workspace=tmp_path)), record)
        said = " ".join(str(study_report(record)).split())
    assert "margin 0.5, and only what is worse by more would matter; one family" in said


def test_the_report_in_words_says_no_more_than_its_findings(report: StudyReport) -> None:
    said = str(report)
    assert "No deviation from the frozen plan is known." in said
    assert "mateo-villarreal" in said
    for claim in ("proves", "no bias", "unbiased"):
        assert claim not in said.casefold()
    assert len(report.short().splitlines()) < len(said.splitlines())
    assert all(len(line) <= 100 for line in said.splitlines())


def test_why_there_is_no_p_value_stands_under_the_number(report: StudyReport) -> None:
    why = (
        "friederike-lohmann was seen in 1 scenario only: this cannot generalize over scenarios, "
        "so there is no interval, no p-value and no verdict. It takes at least 3 scenarios."
    )
    assert any(why in one.caveats for one in report.result.step("primary").findings)
    # Only some of whom it is said are shown: nobody is who was seen by fewer than five raters.
    why = why.replace("friederike-lohmann", "kacper-wilk")
    for said in (str(report), report.short()):
        assert why in " ".join(said.split())
        assert not re.search(r"friederike-lohmann [+−]\d", said)


def test_inconclusive_says_how_many_more(report: StudyReport) -> None:
    open_ = [one for one in report.shown.result.step("primary").findings if one.needs]
    assert open_
    said = " ".join(str(report).split())
    assert all(one.needs in said for one in open_)


def test_a_folder_of_something_else_is_left_alone(report: StudyReport, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear all", "ascii")
    with pytest.raises(AnalysisError) as problem:
        save_report(report, tmp_path / "mine")
    assert str(problem.value) == (
        f"save_report: got {tmp_path / 'mine'}, which holds something else than an earlier report; "
        "wanted a folder of its own, because it is replaced as a whole. Name another one."
    )
    assert (tmp_path / "mine" / "letter.txt").read_text("ascii") == "Dear all"


ONE = Finding(
    question="disparity",
    outcome="fair",
    subject="ben-test",
    estimand="average difference",
    about="these personas",
    speaks_of="in general",
    stage="confirm",
    verdict="inconclusive",
    compared_with="reference",
    unit="points (1 to 5)",
    estimate=Estimate(value=-0.7, low=-1.2, high=-0.2),
    se=0.2445,
    df=29.0,
    p=0.0077,
    p_adjusted=0.104,
    family="personas, Holm (22 claims)",
    n=Counts(raters=30, scenarios=8, observations=43),
)


def said_of(finding: Finding, report: StudyReport) -> str:
    """What a report says of a primary step that found nothing else."""
    step = replace(report.result.step("primary"), findings=(finding,), notes=())
    alone = replace(report.result, steps=(step,))
    alone = StudyReport(alone, release(alone))
    return " ".join(str(alone).split()).partition("[the primary question] ")[2]


def test_an_interval_without_0_that_claims_nothing_is_explained(report: StudyReport) -> None:
    said = "ben-test −0.70 [−1.20, −0.20] points (1 to 5), 30 raters, 8 situations, 43 observations"
    assert said_of(ONE, report) == (
        f"{said}: inconclusive That interval is of this claim alone. Among personas, Holm (22 "
        "claims) it is −0.70 [−1.47, +0.07], which holds 0, so no difference is claimed (p 0.0077 "
        "alone, 0.1 adjusted)."
    )
    claimed = replace(ONE, verdict="differs", p_adjusted=0.02)
    assert said_of(claimed, report) == f"{said}: differs (lower)"
    wide = replace(ONE, estimate=Estimate(value=-0.7, low=-1.5, high=0.1))
    assert said_of(wide, report).endswith("observations: inconclusive")

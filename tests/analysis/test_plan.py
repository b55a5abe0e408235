"""The frozen plan, run in its order."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from kept_rows import kept_rows
from small_confirm import make_confirm_workspace
from small_replies import keep_replies

from toolkit.analysis import (
    COLUMNS,
    PlanResult,
    Source,
    confirm_design,
    evidence,
    load_frames,
    observe,
    open_to_read,
    run_plan,
    save_result_tables,
    trace,
)
from toolkit.analysis.plan import figures_of, meaning_of
from toolkit.design import ConfirmStage, Study
from toolkit.errors import AnalysisError
from toolkit.record import Record, Reply, Sweep, open_record

SAMPLES = Path(__file__).resolve().parents[2] / "results" / "sample"


@pytest.fixture(scope="module")
def planted() -> Iterator[Source]:
    named = {"PARALLAX_RECORD": str(SAMPLES / "planted.jsonl.gz")}
    source = open_to_read(stage="confirm", environ=named)
    yield source
    source.record.close()


@pytest.fixture(scope="module")
def result(planted: Source) -> PlanResult:
    return run_plan(planted)


def test_steps_follow_the_plan(result: PlanResult) -> None:
    assert [step.key for step in result.steps] == [
        "rows",
        "refusals",
        "primary",
        "ordinal",
        "factors",
        "movement",
        "words",
        "secondary-could-rely-on-it",
        "reliability",
        "blinding",
        "intersections",
        "explicit-cues",
        "implicit-cues",
    ]
    assert [step.key for step in result.steps if step.status == "primary"] == ["primary", "factors"]


def test_what_was_frozen_decides(result: PlanResult) -> None:
    plan = result.design.analysis
    findings = result.step("primary").findings
    assert {one.outcome for one in findings} == {plan.primary} == {"as-an-equal"}
    assert {one.margin for one in findings} == {plan.margin} == {0.4}
    assert {one.plan for one in findings} == {result.design.confirm_hash}
    # A margin is on the scale of the primary outcome and of nothing else.
    secondary = result.step("secondary-could-rely-on-it").findings
    assert {one.margin for one in secondary} == {None}
    assert "equivalent" not in {one.verdict for one in secondary}


def test_what_the_plan_does_not_name_is_exploratory(result: PlanResult) -> None:
    for step in result.steps:
        plans = {one.plan for one in step.findings}
        if step.status in ("account", "exploratory"):
            assert plans <= {"exploratory"}, step.key
        else:
            assert plans <= {result.design.confirm_hash}, step.key


def test_both_null_arms_stand_beside_the_primary_outcome(result: PlanResult) -> None:
    findings = {one.subject: one for one in result.step("primary").findings}
    assert {"paraphrase", "resample"} <= set(findings)
    assert set(findings["mateo-villarreal"].null_arms) == {"paraphrase", "resample"}


def test_claims_about_factors_rest_on_contrasts_that_state_them(result: PlanResult) -> None:
    step = result.step("factors")
    assert {one.about for one in step.findings} == {"this factor"}
    replies = result.frames.replies.set_index("unit_id")["cueing"]
    behind = {name for one in step.findings for name in one.replies}
    assert behind
    assert set(replies.loc[list(behind)]) == {"explicit"}
    assert step.notes[0] == "Only contrasts whose text states who is writing count here."


def test_every_number_has_its_interval_and_n(result: PlanResult) -> None:
    for one in result.findings:
        if one.estimate is not None:
            assert one.n.observations > 0, one.subject
            assert one.estimate.low <= one.estimate.value <= one.estimate.high


def test_simulated_and_scripted_are_said_first(result: PlanResult) -> None:
    assert result.simulated == (
        "Simulated: of 40 raters, all of them are simulated. Nothing here says how people judge.",
        "Scripted: 546 of 546 replies are ready-made answers. They say nothing about any AI.",
    )
    assert all(one.simulated for step in result.steps for one in step.findings if one.n.raters)
    assert all(one.simulated for one in result.step("refusals").findings)


def test_content_is_json_without_nan(result: PlanResult) -> None:
    text = json.dumps(result.content(), allow_nan=False)
    read = json.loads(text)
    assert read["plan"] == result.design.confirm_hash
    assert read["steps"][2]["findings"][0]["replies"]


def test_the_table_of_findings_names_their_steps(result: PlanResult) -> None:
    table = result.table
    assert len(table) == len(result.findings)
    assert list(table.columns[:4]) == ["step", "status", "question", "outcome"]
    assert set(table["status"]) == {"account", "primary", "secondary", "exploratory"}


def test_every_column_of_every_table_and_figure_is_explained(result: PlanResult) -> None:
    frames = [frame for step in result.steps for frame in step.tables.values()]
    frames += [figure.numbers for figure in figures_of(result, every=True).values()]
    names = {str(name) for frame in frames for name in frame.columns}
    counted = {one.name for one in COLUMNS["confirm_account"]}
    bare = {name for name in names - counted if meaning_of(name)[0] == name.replace("_", " ")}
    assert bare == set()


def test_an_unknown_step_is_refused(result: PlanResult) -> None:
    with pytest.raises(AnalysisError) as problem:
        result.step("verdict")
    assert str(problem.value) == (
        "report: got the step 'verdict'; wanted one of rows, refusals, primary, ordinal, factors, "
        "movement, words, secondary-could-rely-on-it, reliability, blinding, intersections, "
        "explicit-cues, implicit-cues. Name one of these."
    )


def test_every_finding_leads_to_its_replies_and_they_to_their_judgments(
    result: PlanResult, planted: Source
) -> None:
    finding = next(one for one in result.findings if one.subject == "mateo-villarreal" and one.p)
    rows = evidence(finding, result.frames)
    assert set(rows["reply"]) == set(finding.replies)
    assert set(rows["arm"]) <= {"reference", "swap"}
    assert rows["judged"].sum() == finding.n.observations
    assert rows["text"].str.len().min() > 0
    assert "participant_id" not in rows
    judged = rows[rows["judgments"].ne("")].iloc[0]
    chain = trace(planted.record, judged["judgments"].split()[0])
    assert judged["reply"] in {one.unit_id for one in chain.replies}


def test_evidence_wants_the_frames_it_came_from(result: PlanResult) -> None:
    finding = result.step("primary").findings[0]
    empty = result.frames._replace(replies=result.frames.replies.iloc[:0])
    with pytest.raises(AnalysisError) as problem:
        evidence(finding, empty)
    assert str(problem.value) == (
        f"evidence: got frames that hold 0 of the {len(finding.replies)} replies behind the "
        "finding; wanted all of them. Pass the frames it was computed from."
    )


def small(tmp_path: Path, **rating: object) -> ConfirmStage:
    return ConfirmStage(Study.load("small", workspace=make_confirm_workspace(tmp_path, **rating)))


def changed(tmp_path: Path, old: str, new: str) -> ConfirmStage:
    path = tmp_path / "personas" / "studies" / "small.yaml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    return ConfirmStage(Study.load("small", workspace=tmp_path))


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "record.db") as opened:
        yield opened


def test_replies_that_nobody_rated_still_make_a_report(tmp_path: Path, record: Record) -> None:
    keep_replies(small(tmp_path), record)
    made = run_plan(record)
    assert made.step("primary").findings == ()
    assert made.step("primary").notes[0].startswith("Not estimable. analysis: got the outcome ")
    assert made.step("refusals").findings
    assert made.simulated == (
        "Scripted: 36 of 36 replies are ready-made answers. They say nothing about any AI.",
    )


def test_a_plan_changed_after_replies_is_a_deviation(tmp_path: Path, record: Record) -> None:
    stage = small(tmp_path)
    keep_replies(stage, record)
    now = changed(tmp_path, "margin: 0.5", "margin: 0.9\n    compare_with: grand_mean")
    made = run_plan(record, study=now.study)
    frozen = stage.hash.removeprefix("sha256:")[:12]
    assert made.deviations == (
        "Deviation: the analysis in the file of study small was changed after replies were kept: "
        "margin was 0.5 and is 0.9; compare_with was reference and is grand_mean. What is run here "
        f"is what was frozen as {frozen}.",
    )
    assert made.design.analysis.margin == 0.5


def test_an_unchanged_file_is_no_deviation(tmp_path: Path, record: Record) -> None:
    stage = small(tmp_path)
    keep_replies(stage, record)
    assert run_plan(record, study=stage.study).deviations == ()


def test_another_model_on_the_way_is_a_deviation(tmp_path: Path, record: Record) -> None:
    keep_replies(small(tmp_path), record)
    with open_record(tmp_path / "two.db") as two:
        two.append(*record.rows(Sweep))
        for row in kept_rows(record, Reply):
            asked = replace(row.exchange, model_reported=f"m-{row.replicate + 1}")
            two.append(replace(row, exchange=asked))
        [said] = run_plan(two).deviations
    assert said.startswith("Deviation: 2 models answered under the alias assistant, as the server ")
    assert "reports: 'm-1' 18, 'm-2' 18." in said


def test_a_second_freeze_is_a_deviation_and_the_newest_is_run(
    tmp_path: Path, record: Record
) -> None:
    first = small(tmp_path)
    keep_replies(first, record)
    second = changed(tmp_path, "margin: 0.5", "margin: 0.25")
    keep_replies(second, record)
    made = run_plan(record)
    assert made.design.confirm_hash == second.hash
    assert made.design.freezes == (first.hash, second.hash)
    assert made.deviations == (
        "Deviation: 36 replies were also kept under another freeze of this study, "
        f"{first.hash.removeprefix('sha256:')[:12]}, and are left out here. Between that one and "
        "this one changed: margin was 0.5 and is 0.25.",
    )
    assert set(made.frames.replies["confirm_hash"]) == {second.hash}
    told = made.step("rows").notes[0]
    assert told.startswith(
        "replies: 72 in the record, 36 compared (left out or apart: other freeze"
    )
    earlier = run_plan(record, confirm_hash=first.hash[7:20])
    assert earlier.design.analysis.margin == 0.5


def test_an_unknown_freeze_is_refused(tmp_path: Path, record: Record) -> None:
    stage = small(tmp_path)
    keep_replies(stage, record)
    with pytest.raises(AnalysisError) as problem:
        confirm_design(record, "sha256:nothing")
    assert str(problem.value) == (
        "analysis: got the confirm freeze 'sha256:nothing'; wanted one that the record holds runs "
        f"of: {stage.hash}. Name one of these, or enough of its beginning."
    )


def test_a_record_in_which_nothing_was_sent_is_refused(record: Record) -> None:
    with pytest.raises(AnalysisError) as problem:
        run_plan(record)
    assert str(problem.value) == (
        "analysis: got a record in which nothing was sent; wanted the replies of a confirm "
        "stage. Send the contrasts with `parallax run`, or name another record."
    )


def test_the_record_says_who_the_personas_are_and_what_was_asked(
    tmp_path: Path, record: Record
) -> None:
    stage = small(tmp_path)
    keep_replies(stage, record)
    design = confirm_design(record)
    assert list(design.people.index) == ["ada-test", "ben-test", "cho-test", "dee-test"]
    persona = stage.study.persona("ben-test")
    assert design.people.loc["ben-test"].dropna().to_dict() == dict(persona.factors)
    asked = stage.questions[0]
    assert design.asks(asked.id) == f"{asked.ask} (1: {asked.low}; 5: {asked.high})"
    refusals = observe(load_frames(record, stage="confirm"), "refusal", design=design)
    assert refusals.people is design.people
    assert refusals.asks == ""


def test_what_is_drawn_and_saved_observes_nothing_anew(
    result: PlanResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("an outcome is observed once more")

    monkeypatch.setattr("toolkit.analysis.frames.observations.require_stage", refuse)
    save_result_tables(result, tmp_path, every=True)
    kept = pd.read_parquet(tmp_path / "frames" / "observations.parquet")
    assert len(kept) == len(result.observed.primary.frame)


def test_the_direction_of_the_plan_is_that_of_the_primary_outcome_alone(
    tmp_path: Path, record: Record
) -> None:
    small(tmp_path)
    plan = "primary: refusal\n    margin: 0.5\n    direction: worse"
    keep_replies(changed(tmp_path, "primary: respected\n    margin: 0.5", plan), record)
    made = run_plan(record)
    primary = made.step("primary").findings
    assert primary
    # Refusing more is worse, and a refusal is 1.
    assert {one.margin_side for one in primary} == {"high"}
    others = [one for step in made.steps if step.key != "primary" for one in step.findings]
    assert {one.margin_side for one in others} == {"both"}

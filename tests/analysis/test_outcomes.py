"""Outcomes that a machine reads: decisions from the first reply to the report, and new ones."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from math import inf, log
from pathlib import Path
from typing import Any
from zlib import crc32

import pandas as pd
import pytest
from confirm_story import FREEZE, ConfirmStory
from small_confirm import CONTRASTS
from telling_endpoint import Telling, with_decisions

from toolkit.analysis import (
    Observations,
    confirm_design,
    disparity,
    frames_of,
    load_frames,
    observe,
    rates,
    run_plan,
)
from toolkit.analysis.frames import OBSERVATION_COLUMNS, declare, undeclared_outcome
from toolkit.cli import main
from toolkit.design import OUTCOMES, ConfirmStage, Outcome, Scale, Study, outcome_named
from toolkit.endpoints import Settings, TokenChoice
from toolkit.errors import AnalysisError
from toolkit.probes import run_sweep
from toolkit.record import Record, open_record
from toolkit.session import Bound

LESS = {"parcel": 0.30, "package": 0.30, "payslip": 0.25, "line": 0.35}
"""How much less likely a yes is for Ben, by a word of the prompt."""
LENGTH = Outcome(
    name="code_points",
    source="replies",
    scale="number",
    bounds=(0.0, inf),
    unit="code points",
    favorable=None,
    rated=False,
    reads="characters",
)


def first_words(asked: str) -> tuple[TokenChoice, ...]:
    yes = 0.7 + crc32(asked.encode()) % 7 / 100
    yes -= next(drop for word, drop in LESS.items() if word in asked) if "Ben" in asked else 0
    return TokenChoice("Yes", log(0.95 * yes)), TokenChoice(" no", log(0.95 * (1 - yes)))


def asked_for(root: Path, primary: str) -> ConfirmStage:
    """The small study with another primary outcome, sent and kept."""
    path = with_decisions(root, CONTRASTS, replicates=2) / "personas" / "studies" / "small.yaml"
    path.write_text(path.read_text().replace("primary: respected", f"primary: {primary}"))
    stage = ConfirmStage(Study.load("small", workspace=root))
    stage.freeze()
    endpoint = Telling(first_words)
    with open_record(stage.study) as record:
        asyncio.run(
            run_sweep(
                stage,
                record,
                binder=lambda _, alias: Bound(alias, endpoint, Settings(), frozen=True),
            )
        )
    return stage


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> ConfirmStage:
    return asked_for(tmp_path_factory.mktemp("decided"), "decision")


@pytest.fixture
def record(decided: ConfirmStage) -> Iterator[Record]:
    with open_record(decided.study) as opened:
        yield opened


def test_a_decision_is_observed_of_every_reply(record: Record) -> None:
    frames = load_frames(record)
    seen = observe(frames, "decision", design=confirm_design(record))
    assert (seen.outcome, seen.scale, seen.bounds) == ("decision", "number", (0.0, 1.0))
    assert (seen.rated, seen.of.favorable, dict(seen.left_out)) == (False, "high", {})
    assert len(seen.frame) == len(frames.replies) == 36
    read = frames.replies.set_index("unit_id")["decision"].map(json.loads)
    for row in seen.frame.to_dict("records"):
        masses = read[row["reply"]]
        assert row["value"] == pytest.approx(masses["Yes"] / (masses["Yes"] + masses["No"]))


def test_decisions_are_compared_like_anything_else(record: Record) -> None:
    found = disparity(observe(load_frames(record), "decision"))
    ben = next(one for one in found.findings if one.subject == "ben-test")
    assert ben.estimate is not None
    assert ben.estimate.value == pytest.approx(-0.30, abs=0.05)
    assert ben.estimate.high < 0
    assert ben.unit == "expected answer (0: the last listed, 1: the first)"


def test_a_plan_asks_for_a_decision(record: Record) -> None:
    result = run_plan(record)
    step = result.step("primary")
    assert step.question == "decision: Which of the listed answers is given?"
    assert {one.outcome for one in step.findings} == {"decision"}
    assert {one.subject for one in step.findings} >= {"ben-test", "cho-test", "dee-test"}
    assert {one.plan for one in step.findings} == {result.design.confirm_hash}
    assert "ordinal" not in [one.key for one in result.steps]


def test_the_command_analyzes_it(
    decided: ConfirmStage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "analysis"
    words = ["analyze", "small", "--workspace", str(decided.study.workspace), "--out", str(out)]
    assert main(words) == 0, capsys.readouterr().err
    steps = json.loads((out / "findings.json").read_text("ascii"))["steps"]
    (primary,) = [one for one in steps if one["key"] == "primary"]
    ben = next(one for one in primary["findings"] if one["subject"] == "ben-test")
    assert ben["outcome"] == "decision"
    assert ben["estimate"]["value"] == pytest.approx(-0.30, abs=0.05)


def test_a_plan_may_ask_for_decisions_that_some_contrasts_have(tmp_path: Path) -> None:
    path = with_decisions(tmp_path, ["payslip"]) / "personas" / "studies" / "small.yaml"
    path.write_text(path.read_text().replace("margin: 0.5", "secondary: [refusal, decision]"))
    assert Study.load("small", workspace=tmp_path).confirm is not None


def test_an_effect_is_planned_for_the_worse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = with_decisions(tmp_path, CONTRASTS) / "personas" / "studies" / "small.yaml"
    written, effects = path.read_text(), {}
    for primary in ("refusal", "decision"):
        path.write_text(written.replace("primary: respected", f"primary: {primary}"))
        words = ["plan", "power", "small", "--simulations", "100", "--workspace", str(tmp_path)]
        assert main(words) == 0
        lines = capsys.readouterr().out.splitlines()
        effects[primary] = [line.split()[0] for line in lines if line[2:3] in "+−" and "[" in line]
    assert effects == {
        "refusal": ["+0.10", "+0.20", "+0.30", "+0.40"],
        "decision": ["−0.10", "−0.20", "−0.30", "−0.40"],
    }


def test_a_plan_without_raters_says_what_more_replies_bring(
    decided: ConfirmStage, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(decided.study.workspace)
    assert main(["plan", "power", "small", "--simulations", "100", "--workspace", place]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[1].startswith("  36 replies, read by machine, over 3 scenarios; 3 personas")
    more = [line.split("  ")[1] for line in out[out.index("") + 1 :] if "×" in line]
    assert {line.split("× the ")[1] for line in more} <= {"scenarios", "replicates"}
    planned = next(line.split() for line in out if line.startswith("  as planned"))
    assert planned[2:4] == ["36", "36"]


@pytest.mark.parametrize(
    ("words", "masses", "value"),
    [
        (["Yes", "No"], {"No": 0.19, "Yes": 0.76}, 0.8),
        (["No", "Yes"], {"No": 0.19, "Yes": 0.76}, 0.2),
        (["5", "4", "3", "2", "1"], {"1": 0.0, "2": 0.0, "3": 0.3, "4": 0.5, "5": 0.2}, 0.725),
    ],
)
def test_the_first_answer_listed_is_1_and_the_last_is_0(
    words: list[str], masses: dict[str, float], value: float
) -> None:
    tale = ConfirmStory()
    tale.sweep(design={"contrasts": {"parcel": {"decision": words}}})
    tale.reply("u-one", decision=masses)
    seen = observe(frames_of(tale.entries), "decision")
    assert seen.frame["value"].tolist() == pytest.approx([value])


def test_what_is_no_decision_is_counted_by_its_reason() -> None:
    tale = ConfirmStory()
    tale.sweep(design={"contrasts": {"parcel": {"decision": ["Yes", "No"]}, "plain": {}}})
    sure, unsure = {"Yes": 0.9, "No": 0.05}, {"Yes": 0.5, "No": 0.3}
    tale.reply("u-sure", decision=sure)
    tale.reply("u-cut", outcome="truncated", decision=sure)
    tale.reply("u-unsure", decision=unsure)
    tale.reply("u-untold")
    tale.reply("u-plain", contrast_id="plain")
    tale.reply("u-failed", outcome="errored")
    tale.reply("u-declined", outcome="refused")
    tale.reply("u-again", outcome="errored")
    tale.reply("u-again", decision=sure, attempt_of=1)
    seen = observe(frames_of(tale.entries), "decision")
    assert sorted(seen.frame["reply"]) == ["u-again", "u-cut", "u-sure"]
    assert dict(seen.left_out) == {
        "undecided": 1,
        "not_read": 2,
        "errored": 1,
        "refused": 1,
        "replaced": 1,
    }


def test_a_refusal_is_unfavorable_by_declaration() -> None:
    tale = ConfirmStory()
    tale.sweep()
    for scenario in ("one", "two", "three"):
        about = {"scenario_id": scenario, "contrast_id": scenario}
        tale.reply(f"u-{scenario}", **about)
        ending = "answered" if scenario == "one" else "refused"
        tale.reply(f"u-ben-{scenario}", "swap", "ben", outcome=ending, **about)
    found = rates(observe(frames_of(tale.entries), "refusal"))
    (ratio,) = found.ratios.to_dict("records")
    # Of being answered: one in three against three in three.
    assert (ratio["subject"], ratio["ratio"]) == ("ben", pytest.approx(1 / 3))


def test_a_name_that_nothing_declares_is_a_question() -> None:
    assert outcome_named("decision").source == "replies"
    asked = outcome_named("respected")
    assert (asked.source, asked.scale, asked.bounds) == ("ratings", "likert", (1.0, 5.0))


UNOBSERVED = (
    # What is asked of a record, and how the sentence goes on after who says it.
    (replace(LENGTH, bounds=(0.0, 3.0)), "observations: got 1 of 1 values of 'code_points'"),
    (replace(LENGTH, bounds=(5.0, inf)), "observations: got 1 of 1 values of 'code_points'"),
    (replace(LENGTH, reads=""), "observe: got the outcome 'code_points', which reads 'no column'"),
    (3, "observe: got a int as an outcome; wanted a name or a declaration"),
    (None, "observe: got a NoneType as an outcome; wanted a name or a declaration"),
)


@pytest.mark.parametrize(("asked", "says"), UNOBSERVED)
def test_what_cannot_be_observed_is_refused_in_a_sentence(asked: Any, says: str) -> None:
    tale = ConfirmStory()
    tale.sweep()
    tale.reply("u-one", text="Four")
    with pytest.raises(AnalysisError, match=f"^{says}"):
        observe(frames_of(tale.entries), asked)


def test_a_column_that_the_frames_lack_is_refused() -> None:
    frames = frames_of([])
    frames = frames._replace(replies=frames.replies.drop(columns="characters"))
    with pytest.raises(AnalysisError, match="wanted a column of the frame 'replies': attempts, "):
        observe(frames, LENGTH)


@pytest.mark.parametrize(
    ("scale", "bounds", "value", "wanted"),
    [
        ("likert", (1.0, 5.0), 6.0, "whole numbers from 1 to 5"),
        ("likert", (1.0, 5.0), 2.5, "whole numbers from 1 to 5"),
        ("binary", (0.0, 1.0), 0.5, "0 and 1, or False and True"),
        ("binary", (0.0, 1.0), -1.0, "0 and 1, or False and True"),
        ("preference", (-1.0, 1.0), 0.5, "-1, 0 and 1"),
        ("number", (0.0, 1.0), 1.001, "finite numbers from 0 to 1"),
        ("number", (0.0, 1.0), -0.001, "finite numbers from 0 to 1"),
    ],
)
def test_observations_hold_to_their_scale(
    scale: Scale, bounds: tuple[float, float], value: float, wanted: str
) -> None:
    row = {"value": value, "scenario": "s", "contrast": "s", "arm": "swap", "persona": "ben"}
    frame = declare(pd.DataFrame([{**row, "weight": 1.0, "side": 0.0}]), OBSERVATION_COLUMNS)
    of = undeclared_outcome("x", scale, bounds, rated=False)
    with pytest.raises(AnalysisError) as problem:
        Observations(of=of, frame=frame, people=pd.DataFrame())
    assert str(problem.value) == (
        f"observations: got 1 of 1 values of 'x' such as {value:g}; wanted {wanted}. Correct the "
        "scale or the bounds that are declared, or leave those rows out."
    )


def test_a_share_that_was_worked_out_may_miss_its_bound_by_a_rounding() -> None:
    row = {"value": 1 + 1e-15, "scenario": "s", "contrast": "s", "arm": "swap", "persona": "ben"}
    frame = declare(pd.DataFrame([{**row, "weight": 1.0, "side": 0.0}]), OBSERVATION_COLUMNS)
    of = undeclared_outcome("x", "number", (0.0, 1.0), rated=False)
    assert len(Observations(of=of, frame=frame, people=pd.DataFrame()).frame) == 1


def test_why_a_measure_is_missing_is_what_it_declares() -> None:
    """What an endpoint does not report is no undecided answer."""
    tale = ConfirmStory()
    tale.sweep(design={"contrasts": {"parcel": {"decision": ["Yes", "No"]}}})
    tale.reply("u-unsure", decision={"Yes": 0.5, "No": 0.3}, asked={"usage": None})
    counted = replace(LENGTH, reads="completion_tokens", missing=("not_reported",))
    assert dict(observe(frames_of(tale.entries), counted).left_out) == {"not_reported": 1}
    assert dict(observe(frames_of(tale.entries), "decision").left_out) == {"undecided": 1}


def test_a_new_outcome_is_one_declaration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OUTCOMES, "code_points", LENGTH)
    stage = asked_for(tmp_path, "code_points")
    assert stage.primary == LENGTH
    with open_record(stage.study) as record:
        seen = observe(load_frames(record), "code_points")
        step = run_plan(record).step("primary")
    assert seen.of == LENGTH
    assert (seen.frame["value"] > 0).all()
    assert {(one.outcome, one.unit) for one in step.findings} == {("code_points", "code points")}


def test_a_declaration_is_observed_without_a_name_anybody_knows() -> None:
    tale = ConfirmStory()
    tale.sweep()
    tale.reply("u-one", text="Four")
    tale.reply("u-failed", outcome="errored")
    seen = observe(frames_of(tale.entries), LENGTH)
    assert (seen.frame["value"].tolist(), dict(seen.left_out)) == ([4.0], {"errored": 1})
    with pytest.raises(
        AnalysisError, match="got the outcome 'code_points'; wanted one that was rated"
    ):
        observe(frames_of(tale.entries), "code_points")
    assert seen.plan == FREEZE

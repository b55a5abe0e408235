"""``parallax close``: what is kept by then is the whole; nothing is added, and nobody is kept."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from kept_rows import kept_entries
from rating_world import RatingWorld, judge, judge_all
from small_confirm import make_confirm_workspace
from small_replies import keep_replies

from toolkit.analysis import frames_of, load_frames
from toolkit.cli import main
from toolkit.design import ConfirmStage, Study
from toolkit.errors import StudyChanged, StudyClosed
from toolkit.probes import read_batch, run_sweep, write_batch
from toolkit.record import Closing, RaterSeat, open_record, withdrawn
from toolkit.report import study_report
from toolkit.session import RatingQueue, bind

ENDED = "This study has ended. What you rated is kept and counts; there is nothing more to do."


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RatingWorld]:
    """Replies to all units but one, and one rater of eight who is through."""
    make_confirm_workspace(tmp_path)
    study = Study.load("small", workspace=tmp_path)
    stage = ConfirmStage(study)
    stage.freeze()
    with open_record(study) as record:
        left = stage.units[-1].unit_id
        keep_replies(stage, record, ends=lambda one: None if one.unit_id == left else "answered")
        world = RatingWorld(study, record, stage)
        queue = world.queue("R-1")
        judge_all(queue)
        for asked in queue.guesses:
            queue.guess(asked.item_id, None)
        yield world


def test_a_study_in_which_nobody_is_through_can_be_looked_at(world: RatingWorld) -> None:
    frames = load_frames(world.record, stage="confirm")
    nobody = frames_of([one for one in kept_entries(world.record) if one[0].kind != "session_end"])
    assert frames.raters["state"].tolist() == ["finished"]
    assert nobody.raters["state"].tolist() == ["in progress"]


def close(world: RatingWorld) -> int:
    return main(["close", "small", "--workspace", str(world.study.workspace)])


def test_what_there_was_is_kept_and_said(
    world: RatingWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    units = len(world.stage.units)
    assert close(world) == 0
    assert capsys.readouterr().out == (
        f"Study small is closed: {units - 1} of {units} replies, 1 of 8 raters finished, "
        "0 releases before.\nNext: parallax analyze small\n"
    )
    (row,) = world.record.rows(Closing)
    assert (row.replies, row.planned, row.finished, row.raters) == (units - 1, units, 1, 8)
    assert world.record.verify().ok
    assert main(["status", "small", "--workspace", str(world.study.workspace)]) == 0
    assert "    Closed on " in capsys.readouterr().out


def test_it_is_closed_once(world: RatingWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert close(world) == 0
    assert close(world) == 1
    said = capsys.readouterr().err
    assert said.startswith("confirm stage: got a study that was closed on ")
    assert said.endswith("change the stage and freeze it with `parallax freeze --again`.\n")
    assert len(world.record.rows(Closing)) == 1


def test_nothing_more_is_sent(world: RatingWorld, tmp_path: Path) -> None:
    close(world)
    path = tmp_path / "batch.jsonl"
    bound = bind(world.study, "assistant")
    with pytest.raises(StudyClosed):
        asyncio.run(run_sweep(world.stage, world.record))
    with pytest.raises(StudyClosed):
        write_batch(world.stage, world.record, bound, path)
    with pytest.raises(StudyClosed):
        read_batch(world.stage, world.record, bound, path)
    assert not path.exists()


def test_a_rater_at_work_is_told_and_loses_nothing(world: RatingWorld) -> None:
    queue = world.queue("R-2")
    judge(queue)
    shown = queue.current
    assert shown is not None
    close(world)
    before = world.record.extent()
    with pytest.raises(StudyChanged) as refusal:
        queue.rate(shown.item_id, shown.questions[0].id, 1)
    assert str(refusal.value).startswith(ENDED)
    assert queue.read_only == str(refusal.value)
    assert world.record.extent() == before


def test_nobody_begins_to_rate(world: RatingWorld) -> None:
    close(world)
    queue = RatingQueue(world.study, world.record)
    queue.enrol("R-3")
    assert queue.read_only.startswith(ENDED)
    with pytest.raises(StudyChanged, match=ENDED):
        queue.consent()
    assert len(world.record.rows(RaterSeat)) == 1


def test_whoever_rated_may_still_withdraw(world: RatingWorld) -> None:
    queue = world.queue("R-1")
    close(world)
    queue.withdraw()
    assert len(withdrawn(world.record)) == 1


def test_before_it_a_report_is_interim_and_after_it_says_what_is_missing(
    world: RatingWorld,
) -> None:
    units = len(world.stage.units)
    lacking = (
        f"1 of {units} replies have not come and fewer than the 8 raters planned have finished"
    )
    before = study_report(world.record)
    assert before.result.interim.startswith(f"Interim: {lacking}. ")
    close(world)
    after = study_report(world.record)
    assert after.result.interim == ""
    (said,) = after.result.deviations
    assert said.startswith("Deviation: collection was closed on ")
    assert said.endswith(f", when {lacking}. 0 reports were released before that.")


def test_a_new_freeze_is_open(world: RatingWorld) -> None:
    close(world)
    path = world.study.workspace / "personas" / "contrasts" / "parcel.yaml"
    path.write_text(path.read_text().replace("What now?", "What happens now?"))
    stage = ConfirmStage(Study.load("small", workspace=world.study.workspace))
    stage.freeze(again=True)
    queue = RatingQueue(stage.study, world.record)
    queue.enrol("R-4")
    assert queue.read_only == ""

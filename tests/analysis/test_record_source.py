"""Which record a notebook reads, and that reading never writes."""

import asyncio
import shutil
from pathlib import Path

import pytest
from confirm_story import ConfirmStory, rated
from lab import ROOT
from small_world import make_workspace
from story import Story

from toolkit.analysis import load_frames, open_control, open_to_read
from toolkit.design import Study
from toolkit.errors import AnalysisError, RecordError
from toolkit.record import open_record, write_jsonl
from toolkit.session import simulate


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.load("small", workspace=make_workspace(tmp_path))


@pytest.fixture
def sample(study: Study, told: Story) -> Path:
    with open_record(study.workspace / "told.db") as record:
        record.append(*told.rows)
        path = study.workspace / "results" / "sample" / "record.jsonl"
        write_jsonl(record, path)
    return path


def test_the_studys_own_record_comes_first(study: Study, sample: Path) -> None:
    with open_record(study) as record:
        asyncio.run(simulate(study, record, testers=1, seed=1))
    source = open_to_read(study, environ={})
    assert source.study == study
    assert str(source) == (
        "The record of study 'small': 2 conversations by simulated participants."
    )
    assert len(load_frames(source.record).sessions) == 2


def test_without_a_conversation_the_sample_is_read(study: Study, sample: Path) -> None:
    with open_record(study):
        pass
    source = open_to_read(study, environ={})
    assert source.study is None
    assert str(source) == (
        "Study 'small' has no conversation yet; this is the sample that ships: 3 conversations, 1 "
        "of them by simulated participants."
    )
    assert len(load_frames(source.record).sessions) == 3


def test_reading_makes_no_record_where_there_is_none(study: Study, sample: Path) -> None:
    open_to_read(study, environ={})
    assert not study.results.exists()


def test_the_sample_can_be_asked_for(study: Study, sample: Path) -> None:
    with open_record(study) as record:
        asyncio.run(simulate(study, record, testers=1, seed=1))
    source = open_to_read(study, environ={"PARALLAX_RECORD": "sample"})
    assert str(source) == (
        "The sample was asked for; this is the sample that ships: 3 conversations, 1 of them by "
        "simulated participants."
    )


def test_another_record_can_be_named(study: Study, sample: Path) -> None:
    for where in (sample, study.workspace / "told.db"):
        source = open_to_read(study, environ={"PARALLAX_RECORD": str(where)})
        assert str(source) == (
            "The record that PARALLAX_RECORD names: 3 conversations, 1 of them by simulated "
            "participants."
        )
        assert source.study is None


def test_a_named_record_that_is_not_there_is_refused(study: Study) -> None:
    missing = study.workspace / "missing.db"
    with pytest.raises(RecordError):
        open_to_read(study, environ={"PARALLAX_RECORD": str(missing)})
    assert not missing.exists()


def test_neither_conversation_nor_sample_is_said_plainly(study: Study) -> None:
    with pytest.raises(AnalysisError) as refused:
        open_to_read(study, environ={})
    assert str(refused.value) == (
        "notebook: study 'small' has no conversation yet, and there is no sample; wanted a "
        "record to read, or results/sample/record.jsonl. Play a conversation with `parallax lab`, "
        "or make a sample with `parallax sample`."
    )


def test_the_sample_is_read_where_it_lies_and_unpacked_nowhere(
    study: Study, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    source = open_to_read(study, environ={"PARALLAX_RECORD": "sample"})
    assert source.record.place == str(sample)
    assert not list((tmp_path / "scratch").iterdir())


def test_a_record_of_the_confirm_stage_alone_is_read(study: Study) -> None:
    tale = ConfirmStory()
    rated(tale)
    with open_record(study) as record:
        record.append(*tale.rows)
    with pytest.raises(AnalysisError, match="has no conversation yet, and there is no sample"):
        open_to_read(study, environ={})
    source = open_to_read(study, stage="confirm", environ={})
    assert str(source) == "The record of study 'small': 5 replies, 2 raters, 1 of them simulated."
    source.record.close()


def test_without_replies_the_sample_of_the_confirm_stage_is_wanted(study: Study) -> None:
    with pytest.raises(AnalysisError) as refused:
        open_to_read(study, stage="confirm", environ={})
    assert str(refused.value) == (
        "notebook: study 'small' has no reply yet, and there is no sample; wanted a record to "
        "read, or results/sample/confirm.jsonl.gz. Send the contrasts with `parallax run`, or make "
        "a sample with `parallax sample --stage confirm`."
    )


def test_the_control_record_is_opened_by_its_name(study: Study) -> None:
    folder = study.workspace / "results" / "sample"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "results" / "sample" / "planted.jsonl.gz", folder)
    source = open_control(study)
    assert source.study is None
    assert str(source) == (
        "The control record that ships, its effects planted on purpose: 546 replies, 40 raters, "
        "all simulated."
    )


def test_without_a_control_record_it_says_how_to_make_one(study: Study) -> None:
    with pytest.raises(AnalysisError) as caught:
        open_control(study)
    assert str(caught.value) == (
        "notebook: got a workspace without results/sample/planted.jsonl.gz; wanted the control "
        "record, whose truth is known. Make it with `parallax sample --planted --seed 1`."
    )

"""A confirm stage in small, somewhere else."""

from pathlib import Path

import pytest
from small_confirm import make_confirm_workspace

from toolkit.design import ConfirmStage, Study, rehearse
from toolkit.errors import UnknownName


def test_a_rehearsal_is_frozen_elsewhere_and_leaves_the_study_alone(tmp_path: Path) -> None:
    root = make_confirm_workspace(tmp_path / "workspace")
    study = Study.load("small", workspace=root)
    before = ConfirmStage(study).hash
    small = rehearse(study, tmp_path / "away", contrasts=["payslip"], replicates=3)
    assert small.require_frozen() == small.hash != before
    assert {unit.contrast_id for unit in small.units} == {"payslip"}
    assert {unit.replicate for unit in small.units} == {0, 1, 2}
    assert {plan.endpoint for plan in small.study.endpoints.values()} == {"scripted:courteous"}
    assert Path(small.study.url.removeprefix("sqlite:///")).is_relative_to(tmp_path / "away")
    assert ConfirmStage(study).hash == before
    assert study.frozen() is None
    assert not (root / "results").exists()


def test_a_rehearsal_never_writes_to_the_record_of_the_study(tmp_path: Path) -> None:
    root = make_confirm_workspace(tmp_path / "workspace")
    path = root / "personas" / "studies" / "small.yaml"
    path.write_text(path.read_text() + "record: postgresql+psycopg://db.example.com/small\n")
    study = Study.load("small", workspace=root)
    small = rehearse(study, tmp_path / "away", contrasts=["payslip"], replicates=1)
    assert Path(small.study.url.removeprefix("sqlite:///")).is_relative_to(tmp_path / "away")


def test_only_contrasts_of_the_study_can_be_rehearsed(tmp_path: Path) -> None:
    study = Study.load("small", workspace=make_confirm_workspace(tmp_path / "workspace"))
    with pytest.raises(UnknownName):
        rehearse(study, tmp_path / "away", contrasts=["payslips"], replicates=1)

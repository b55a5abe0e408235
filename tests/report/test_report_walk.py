"""The report passes each room once, from the command's call to the arithmetic."""

from pathlib import Path

from small_confirm import make_confirm_workspace
from small_replies import keep_replies
from walks import walked

from toolkit.design import ConfirmStage, Study
from toolkit.record import open_record
from toolkit.report import save_report, study_report
from toolkit.session import simulate_raters


def test_the_report_returns_to_no_room_but_by_a_callback(tmp_path: Path) -> None:
    stage = ConfirmStage(Study.load("small", workspace=make_confirm_workspace(tmp_path)))
    stage.freeze()
    with open_record(tmp_path / "record.db") as record:
        keep_replies(stage, record)
        simulate_raters(stage, record, raters=6, seed=3)
        with walked() as walk:
            save_report(study_report(record), tmp_path / "report")
    assert {"report", "analysis/plan", "analysis/disparity", "analysis/engine"} <= set(walk.rooms)
    # What can be read says itself in words when the leaf that shows text asks for them.
    assert walk.returns == {"report:StudyReport.in_words"}

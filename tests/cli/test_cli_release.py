"""``parallax rate --release`` gives a rater's seat free."""

from pathlib import Path

import pytest
from rating_world import RatingWorld, judge, judge_all
from small_confirm import make_confirm_workspace
from small_replies import keep_replies

from toolkit.cli import main
from toolkit.design import ConfirmStage, Study
from toolkit.record import open_record


def test_the_seat_of_a_rater_who_left_goes_to_the_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_confirm_workspace(tmp_path)
    study = Study.load("small", workspace=tmp_path)
    stage = ConfirmStage(study)
    stage.freeze()
    words = ["rate", "small", "--workspace", str(tmp_path), "--release"]
    assert main([*words, "0"]) == 1
    assert capsys.readouterr().err == (
        "study small: got no record at record.db; wanted one that a session or a run has "
        "begun. Run `parallax lab` or `parallax run` first, or check the name.\n"
    )
    with open_record(study) as record:
        keep_replies(stage, record)
        world = RatingWorld(study, record, stage)
        leaving = world.queue("R-1")
        judge(leaving)
        leaving.close()
        assert main([*words, "0"]) == 0
        assert capsys.readouterr().out == (
            "Seat 0 is free; what was rated on it stays. The next newcomer does the rest.\n"
        )
        following = world.queue("R-2")
        assert (world.seat(following).seat, world.seat(following).holder) == (0, 1)
        judge_all(following)
        assert not set(world.units(leaving)) & set(world.units(following))


def test_a_seat_is_free_or_simulated_but_not_both(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["rate", "--simulate", "--release", "3"])
    assert left.value.code == 2
    assert "argument --release: not allowed with argument --simulate" in capsys.readouterr().err

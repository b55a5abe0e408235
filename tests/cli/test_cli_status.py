"""``parallax status`` tells how far a confirm stage is."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from rating_world import RatingWorld, judge, judge_all
from small_confirm import make_confirm_workspace
from small_replies import keep_replies

from toolkit.cli import main
from toolkit.design import ConfirmStage, Study
from toolkit.record import open_record
from toolkit.session import release_seat


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RatingWorld]:
    make_confirm_workspace(tmp_path, items_per_sitting=2)
    study = Study.load("small", workspace=tmp_path)
    stage = ConfirmStage(study)
    stage.freeze()
    with open_record(study) as record:
        yield RatingWorld(study, record, stage)


def status(world: RatingWorld, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(["status", "--workspace", str(world.study.workspace)]) == 0
    out = capsys.readouterr().out
    assert "  Testers: 0 enrolled, 0 withdrew\n" in out
    plain = re.sub(r"20\d\d-\d\d-\d\d \d\d:\d\d", "TIME", out)
    lines = plain.splitlines()
    return lines[lines.index("  Confirm stage: frozen TIME UTC, unchanged.") + 1 : -1]


def test_how_far_units_and_raters_are(
    world: RatingWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(world, capsys) == [
        "    Units: 0 of 36 done, 0 errored, 36 due",
        "    Raters: 0 of 8 planned seated, 0 withdrew",
        "    Rated: 0 replies, none of them twice (planned: 20%)",
    ]
    first, *_ = units = world.stage.units
    errored, refused, late = (unit.unit_id for unit in units[:3])
    alike = [one for one in units if one.arm == first.arm and one.unit_id != late]
    ends = {errored: "errored", refused: "refused", late: None}
    keep_replies(
        world.stage,
        world.record,
        ends=lambda unit: ends.get(unit.unit_id, "answered"),  # type: ignore[arg-type]
    )
    resting, gone, leaving, script = (
        world.queue("R-1"),
        world.queue("R-2"),
        world.queue("R-3"),
        world.queue("R-4", simulated=True),
    )
    judge_all(resting)
    judge(gone)
    gone.withdraw()
    shown = leaving.current
    assert shown is not None
    leaving.pass_item(shown.item_id)
    leaving.close()
    script.close()
    release_seat(world.study, world.record, 2)
    assert status(world, capsys) == [
        "    Units: 34 of 36 done (1 refused among them), 1 errored, 1 due",
        f"      No answer for {first.arm.persona_id} ({first.arm.kind}): 1 of {len(alike)} "
        "('stop' 1)",
        "    Raters: 3 of 8 planned seated, 1 withdrew",
        "      Seats: 1 at work, 1 free again",
        "      Not finished, to be given free by number: 0",
        f"    Rated: {len(world.units(resting))} replies, 0 of them by two or more raters "
        "(planned: 20%)",
        "    Simulated raters, never to be counted as people: 1 seated, 0 withdrew",
        "      Seats: 1 at work",
        "    Rated: 0 replies, none of them twice (planned: 20%)",
    ]


def test_replies_that_two_raters_rated_are_counted(
    world: RatingWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_replies(world.stage, world.record)
    raters = [world.queue(f"R-{number}") for number in range(8)]
    for queue in raters:
        judge_all(queue)
    by = Counter(unit for queue in raters for unit in world.units(queue))
    twice = [unit for unit, count in by.items() if count > 1]
    assert 0 < len(twice) < len(by)
    assert status(world, capsys)[-4:] == [
        "      Seats: 8 at work",
        "      Items: 16 of 40 rated",
        "      Not finished, to be given free by number: 0, 1, 2, 3, 4, 5, 6, 7",
        f"    Rated: {len(by)} replies, {len(twice)} of them by two or more raters (planned: 20%)",
    ]


def test_a_confirm_stage_that_is_not_frozen_or_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_confirm_workspace(tmp_path)
    words = ["status", "--workspace", str(tmp_path)]
    assert main(words) == 0
    assert (
        "  Nothing recorded yet.\n\n  Confirm stage: not frozen yet.\n" in capsys.readouterr().out
    )
    ConfirmStage(Study.load("small", workspace=tmp_path)).freeze()
    path = tmp_path / "personas" / "contrasts" / "parcel.yaml"
    path.write_text(path.read_text().replace("What now?", "What happens now?"))
    assert main(words) == 0
    assert "UTC, CHANGED SINCE, it will not run.\n" in capsys.readouterr().out
    (tmp_path / "results" / "small" / "confirm.frozen.json").write_text("{}")
    assert main(words) == 0
    assert "  Confirm stage: its freeze is DAMAGED, it will not run.\n" in capsys.readouterr().out


def test_a_title_cannot_turn_the_words_of_a_terminal_around(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = next((workspace / "personas" / "studies").glob("*.yaml"))
    text = path.read_text(encoding="utf-8")
    title = next(line for line in text.splitlines() if line.startswith("title:"))
    path.write_text(text.replace(title, "title: Tools\u202eslooT"), encoding="utf-8")
    assert main(["status", "--workspace", str(workspace)]) == 0
    assert "Tools<U+202E>slooT" in capsys.readouterr().out

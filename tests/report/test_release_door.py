"""What leaves by default, as an attacker reads it: file by file, and release by release.

The attacker knows the study, who rated what, and everything that two releases hold.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from small_confirm import make_confirm_workspace
from small_replies import keep_replies

from toolkit.cli import main
from toolkit.design import ConfirmStage, Study
from toolkit.record import RaterSeat, Record, Release, Withdrawal, open_record
from toolkit.session import simulate_raters

MINIMUM = 5


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study that was rated, released, and left by one rater; then released again."""
    root = make_confirm_workspace(
        tmp_path_factory.mktemp("door"), raters=14, items_per_rater=3, replicates=5
    )
    study = Study.load("small", workspace=root)
    stage = ConfirmStage(study)
    stage.freeze()
    with open_record(study) as record:
        keep_replies(stage, record)
        simulate_raters(stage, record, raters=14, seed=3)
    assert main(["analyze", "small", "--workspace", str(root), "--private"]) == 0
    assert main(["analyze", "small", "--workspace", str(root), "--release"]) == 0
    with open_record(study) as record:
        leaver = record.rows(RaterSeat)[0].participant_id
        record.append(Withdrawal(participant_id=leaver))
    assert main(["analyze", "small", "--workspace", str(root), "--release"]) == 0
    return root


def releases(root: Path) -> list[Path]:
    return sorted((root / "results" / "small" / "releases").iterdir())


def rows_of(folder: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    for path in sorted(folder.rglob("*.parquet")):
        yield path.relative_to(folder).as_posix(), pd.read_parquet(path)


def opened(root: Path) -> Record:
    return open_record(Study.load("small", workspace=root), read_only=True)


def default_folders(root: Path) -> list[Path]:
    return [root / "results" / "small" / "analysis", *releases(root)]


def texts(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "private" not in path.parts:
            yield path, path.read_bytes().decode("utf-8", "replace")


def test_no_file_names_a_rater_a_moment_or_a_comment(root: Path) -> None:
    with opened(root) as record:
        people = {row.participant_id for row in record.rows(RaterSeat)}
        sessions = {row.session_id for row in record.rows(RaterSeat)}
    assert len(people) == 14
    for folder in default_folders(root):
        for path, text in texts(folder):
            assert not [one for one in (*people, *sessions) if one in text], path
            assert not re.search(r"\d{2}:\d{2}:\d{2}\.\d{3,}", text), path
            assert "comment" not in text, path


def test_no_number_rests_on_fewer_people_than_the_minimum(root: Path) -> None:
    for folder in default_folders(root):
        for name, table in rows_of(folder):
            if "raters" in table and "private" not in name:
                told = table["raters"].dropna()
                assert told[told.gt(0)].ge(MINIMUM).all(), name


def test_what_one_who_left_said_is_in_no_difference(root: Path) -> None:
    """Each number of the second release is one of the first, or rests on the same people."""
    first, second = (dict(rows_of(one)) for one in releases(root))
    same = ["step", "outcome", "subject", "compared_with", "speaks_of"]
    both = first["tables/findings.parquet"].merge(
        second["tables/findings.parquet"], on=same, suffixes=("", "_then")
    )
    of_people = both[both["raters"].gt(0) & both["estimate_then"].notna()]
    assert len(of_people) > 3
    moved = of_people[of_people["estimate"].ne(of_people["estimate_then"])]
    # What has moved was rounded from what was said before, and says nothing new.
    assert moved["caveats_then"].str.contains("Given as in release 1 of ").all()
    steps = moved["estimate_then"] / 0.25
    assert (steps - steps.round()).abs().max() < 1e-9
    assert len(moved) > 3


def test_the_record_keeps_what_was_released(root: Path) -> None:
    with opened(root) as record:
        logged = record.rows(Release)
        assert record.verify().ok
    assert [row.number for row in logged] == [1, 2]
    for row, folder in zip(logged, releases(root), strict=True):
        assert row.minimum == MINIMUM
        assert set(row.files) == {
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        }
    assert len(logged[1].numbers) < len(logged[0].numbers)


def test_what_is_not_released_says_so_and_private_is_apart(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyze", "small", "--workspace", str(root), "--out", str(root / "a")]) == 0
    assert (
        "It was not compared with earlier releases: do not send it on." in capsys.readouterr().out
    )
    assert not (root / "a" / "private").exists()
    private = root / "results" / "small" / "analysis" / "private"
    assert (private / "NOT-TO-BE-SENT-ON.txt").is_file()
    assert (private / "frames" / "item_ratings.csv").is_file()
    with opened(root) as record:
        assert len(record.rows(Release)) == 2


@pytest.mark.parametrize("other", ["--private", "--record=x.db"])
def test_a_release_is_of_the_studys_own_record_and_holds_nothing_private(
    root: Path, capsys: pytest.CaptureFixture[str], other: str
) -> None:
    assert main(["analyze", "small", "--workspace", str(root), "--release", other]) == 1
    assert "wanted a release by itself" in capsys.readouterr().err


def test_the_studys_own_minimum_holds(tmp_path: Path) -> None:
    root = make_confirm_workspace(tmp_path, raters=9, items_per_rater=3, replicates=4)
    path = root / "personas" / "studies" / "small.yaml"
    text = path.read_text("utf-8").replace("margin: 0.5", "margin: 0.5\n    minimum_people: 9")
    path.write_text(text, "utf-8")
    study = Study.load("small", workspace=root)
    ConfirmStage(study).freeze()
    with open_record(study) as record:
        keep_replies(ConfirmStage(study), record)
        simulate_raters(ConfirmStage(study), record, raters=8, seed=3)
    assert main(["analyze", "small", "--workspace", str(root)]) == 0
    folder = root / "results" / "small" / "analysis"
    said = json.loads((folder / "findings.json").read_text("ascii"))
    primary = next(step for step in said["steps"] if step["key"] == "primary")
    assert primary["findings"]
    assert not [one for one in primary["findings"] if one["estimate"]]

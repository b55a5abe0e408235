"""Loading a study, freezing it, and refusing to run another one under its name."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from toolkit.design import Study, Workspace
from toolkit.errors import (
    DesignError,
    InvalidFiles,
    RecordFull,
    RecordUnwritable,
    StudyChanged,
    UnknownName,
)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARALLAX_WORKSPACE", raising=False)
    monkeypatch.delenv("PARALLAX_STUDY", raising=False)


def load(desk: Any, name: str | None = None) -> Study:
    return Study.load(name, workspace=desk.root)


def test_a_loaded_study_holds_everything_it_names(desk: Any) -> None:
    study = load(desk)
    assert study.study_id == study.id == "pilot"
    assert [one.id for one in study.people] == ["ada", "bo", "cy"]
    assert [one.id for one in study.situations] == ["hour", "lift", "rota"]
    assert study.persona("bo").cues.name == "Name of bo"
    assert study.scenario("lift").title == "The missing hour"
    assert study.workspace == desk.root
    assert study.results == desk.root / "results" / "pilot"
    assert study.endpoints["house"].temperature == 0.7


def test_its_order_is_that_of_the_study(desk: Any) -> None:
    desk.replace("studies", "pilot", "[ada, bo, cy]", "[cy, ada, bo]")
    assert [one.id for one in load(desk).people] == ["cy", "ada", "bo"]


def test_the_name_may_come_from_the_environment(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = desk.path("studies", "pilot").read_text()
    desk.write("studies", "autumn", text.replace("id: pilot", "id: autumn"))
    monkeypatch.setenv("PARALLAX_STUDY", "autumn")
    assert load(desk).id == "autumn"
    assert load(desk, "pilot").id == "pilot"


def test_a_workspace_loads_the_same_study(desk: Any) -> None:
    place = Workspace(desk.root)
    loaded = Study.load("pilot", workspace=place)
    assert place.study("pilot").explore_hash == loaded.explore_hash


def test_only_its_own_files_matter_to_a_study(desk: Any) -> None:
    desk.write("people", "eve", "")
    assert load(desk).id == "pilot"


def test_complaints_about_its_files_come_together(desk: Any) -> None:
    desk.replace("studies", "pilot", "[hour, lift, rota]", "[hour, lift, roat]")
    desk.write("people", "bo", "")
    with pytest.raises(InvalidFiles) as caught:
        load(desk)
    assert str(caught.value) == (
        "2 problems in what was written:\n"
        "  personas/studies/pilot.yaml:6: scenarios.3: got 'roat'; wanted the id of a scenario: "
        "one of hour, lift, rota. Did you mean 'rota'?\n"
        "  personas/people/bo.yaml: got an empty file; wanted the fields of a persona. "
        "Start from a template with `parallax new persona`.\n"
        "Mend the lines above, then run `parallax check` again."
    )


def test_a_persona_of_another_study_is_unknown_here(desk: Any) -> None:
    desk.replace("studies", "pilot", "[ada, bo, cy]", "[ada, bo]")
    with pytest.raises(UnknownName) as caught:
        load(desk).persona("cy")
    assert str(caught.value) == (
        "persona: got 'cy'; wanted one of ada, bo. "
        "Name one of those, or make it with `parallax new persona`."
    )


def test_a_study_that_was_not_loaded_says_so(desk: Any) -> None:
    study = Study.model_validate(load(desk).model_dump())
    with pytest.raises(DesignError) as caught:
        _ = study.people
    assert str(caught.value) == (
        "study pilot: got a study without its files; wanted one that was loaded. "
        "Get it with Study.load('pilot')."
    )


@pytest.mark.parametrize(
    ("record", "url"),
    [
        ("default", "sqlite:///{root}/results/pilot/record.db"),
        ("sqlite:///shared/record.db", "sqlite:///{root}/shared/record.db"),
        ("sqlite:////srv/record.db", "sqlite:////srv/record.db"),
        ("postgresql+psycopg://me@db:5432/trust", "postgresql+psycopg://me@db:5432/trust"),
    ],
)
def test_where_the_record_lives(desk: Any, record: str, url: str) -> None:
    desk.replace("studies", "pilot", "seed: 7", f"seed: 7\nrecord: {record}")
    assert load(desk).url == url.format(root=desk.root)


@pytest.mark.parametrize(
    ("folder", "name", "old", "new"),
    [
        ("studies", "pilot", "minutes: 20", "minutes: 21"),
        ("people", "bo", "Works nights.", "Works days."),
        ("scenarios", "rota", "Find out why.", "Find out who."),
    ],
)
def test_any_change_of_content_changes_the_hash(
    desk: Any, folder: str, name: str, old: str, new: str
) -> None:
    before = load(desk).explore_hash
    desk.replace(folder, name, old, new)
    assert load(desk).explore_hash != before


def test_the_vocabulary_is_part_of_the_hash(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    study = load(desk)
    before = study.explore_hash
    monkeypatch.setattr("toolkit.design.studies.study.VERSION", 99)
    assert study.explore_hash != before


def test_nothing_is_frozen_at_first(desk: Any) -> None:
    study = load(desk)
    assert study.frozen() is None
    assert study.require_unchanged() == study.explore_hash
    assert not study.results.exists()


def test_a_freeze_keeps_everything(desk: Any) -> None:
    study = load(desk)
    freeze = study.freeze()
    assert freeze.hash == study.explore_hash
    assert freeze.study_id == "pilot"
    assert freeze.toolkit_version
    assert freeze.frozen_at.endswith("Z")
    assert freeze.content == study.content
    assert study.frozen() == freeze
    kept = json.loads((study.results / "explore.frozen.json").read_text())
    assert kept["content"]["personas"]["bo"]["cues"]["name"] == "Name of bo"
    assert [path.name for path in study.results.iterdir()] == ["explore.frozen.json"]


def test_freezing_again_changes_nothing(desk: Any) -> None:
    first = load(desk).freeze()
    desk.write("people", "ada", desk.path("people", "ada").read_bytes() + b"# a note\n")
    assert load(desk).freeze() == first
    assert load(desk).require_unchanged() == first.hash


def test_a_change_after_the_freeze_is_named_file_by_file(desk: Any) -> None:
    freeze = load(desk).freeze()
    desk.replace("people", "ada", "  - Get home on time.", "  - Get home on time.\n  - Sleep.")
    desk.replace("people", "bo", "  style: Short and dry.", "  style: Long.")
    desk.replace("people", "bo", "  religion: none stated\n", "")
    desk.write(
        "scenarios",
        "rent",
        desk.path("scenarios", "hour").read_text().replace("id: hour", "id: rent"),
    )
    desk.replace("studies", "pilot", "[hour, lift, rota]", "[hour, lift, rent]")
    desk.replace("studies", "pilot", "ask: Did it", "ask: Has it")
    message = (
        f"study pilot: got files that differ from the freeze of {freeze.frozen_at}; wanted them "
        "unchanged, so that no two studies are mixed:\n"
        "  personas/studies/pilot.yaml: scenarios.3 changed\n"
        "  personas/studies/pilot.yaml: form.1.ask changed\n"
        "  personas/people/ada.yaml: goals changed\n"
        "  personas/people/bo.yaml: factors.religion removed\n"
        "  personas/people/bo.yaml: voice.style changed\n"
        "  personas/scenarios/rent.yaml: added to the study\n"
        "  personas/scenarios/rota.yaml: removed from the study\n"
        "Put these back as they were, or copy the study under a new id with "
        "`parallax new study` and run that one."
    )
    for step in ("require_unchanged", "freeze"):
        with pytest.raises(StudyChanged) as caught:
            getattr(load(desk), step)()
        assert str(caught.value) == message
    assert load(desk).frozen() == freeze


def test_a_newer_vocabulary_is_named(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    study = load(desk)
    freeze = study.freeze()
    monkeypatch.setattr("toolkit.design.studies.study.VERSION", 99)
    with pytest.raises(StudyChanged) as caught:
        study.require_unchanged()
    version = freeze.content["vocabulary"]
    assert f"\n  the toolkit's vocabulary: version {version}, now 99\n" in str(caught.value)


def test_putting_files_back_is_enough(desk: Any) -> None:
    freeze = load(desk).freeze()
    desk.replace("people", "ada", "Works nights.", "Works days.")
    desk.replace("people", "ada", "Works days.", "Works nights.")
    assert load(desk).require_unchanged() == freeze.hash


UNWRITABLE = (
    "study pilot: got a results folder results/pilot/ that cannot be written ({reason}); wanted "
    "a folder of our own. Move away what is in its place or make it writable, or choose another "
    "workspace with --workspace, then try again."
)


@pytest.mark.parametrize(
    ("obstacle", "reason"), [("results", "Not a directory"), ("results/pilot", "File exists")]
)
def test_results_that_cannot_be_written(desk: Any, obstacle: str, reason: str) -> None:
    path: Path = desk.root / obstacle
    path.parent.mkdir(exist_ok=True)
    path.write_text("in the way")
    with pytest.raises(RecordUnwritable) as caught:
        load(desk).freeze()
    assert str(caught.value) == UNWRITABLE.format(reason=reason)
    assert path.read_text() == "in the way"


def test_a_freeze_that_cannot_replace_leaves_nothing_behind(desk: Any) -> None:
    study = load(desk)
    study.results.mkdir(parents=True)
    (study.results / "explore.frozen.json").symlink_to(study.results / "loop")
    (study.results / "loop").mkdir()
    with pytest.raises(InvalidFiles) as caught:
        study.freeze()
    assert str(caught.value) == (
        "1 problem in what was written:\n"
        "  results/pilot/explore.frozen.json: got a file that cannot be read "
        "(IsADirectoryError); wanted the freeze as it was written. "
        "Restore it from a backup; it is never edited by hand.\n"
        "Mend the lines above, then run `parallax check` again."
    )


def edited(text: str) -> str:
    return text.replace("Works nights.", "Works days.")


def without_parts(text: str) -> str:
    return json.dumps({**json.loads(text), "content": {}, "hash": "sha256:0"})


@pytest.mark.parametrize(
    ("damage", "got"),
    [
        (edited, "content that does not match its own hash"),
        (without_parts, "content that does not match its own hash"),
        (lambda text: text[:100], "something that is not a freeze"),
        (lambda text: "[]", "something that is not a freeze"),
        (lambda text: "[" * 100_000, "something that is not a freeze"),
    ],
)
def test_a_damaged_freeze_is_refused(desk: Any, damage: Any, got: str) -> None:
    study = load(desk)
    study.freeze()
    path = study.results / "explore.frozen.json"
    path.write_text(damage(path.read_text()))
    with pytest.raises(InvalidFiles) as caught:
        study.require_unchanged()
    assert str(caught.value) == (
        "1 problem in what was written:\n"
        f"  results/pilot/explore.frozen.json: got {got}; wanted the freeze as it was written. "
        "Restore it from a backup; it is never edited by hand.\n"
        "Mend the lines above, then run `parallax check` again."
    )


def test_a_full_disk_is_named_and_leaves_nothing_behind(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A disk cannot be filled from a test; the call that would notice is made to fail.
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    study = load(desk)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RecordFull) as caught:
        study.freeze()
    assert str(caught.value) == (
        "study pilot: got no room left in results/pilot/; wanted to write the freeze there. "
        "Free some space on that disk, then try again."
    )
    assert list(study.results.iterdir()) == []

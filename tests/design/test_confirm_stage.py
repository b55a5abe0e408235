"""The confirm freeze: made once, never changed in silence, only of contrasts that lint."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_confirm import make_confirm_workspace

from toolkit.canon import content_hash
from toolkit.design import ConfirmStage, Freeze, Study, Workspace
from toolkit.design.contrasts import plan_units
from toolkit.errors import DesignError, InvalidFiles, RecordUnwritable, StudyChanged


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_confirm_workspace(tmp_path)


def stage(root: Path) -> ConfirmStage:
    return ConfirmStage(Study.load("small", workspace=root))


def change(root: Path, folder: str, name: str, old: str, new: str) -> None:
    path = root / "personas" / folder / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def results(root: Path) -> dict[str, str]:
    folder = root / "results" / "small"
    return {path.name: path.read_text() for path in folder.iterdir()} if folder.exists() else {}


def test_a_freeze_is_made_once_and_read_back(root: Path) -> None:
    first = stage(root).freeze()
    assert sorted(results(root)) == ["confirm.frozen.json", "explore.frozen.json"]
    assert stage(root).freeze() == first == stage(root).frozen()
    assert first.hash == stage(root).hash == stage(root).require_frozen()
    assert set(first.content["contrasts"]) == {"parcel", "payslip", "reference-letter"}
    assert first.content["explore"] == Study.load("small", workspace=root).explore_hash


def test_before_it_is_frozen_nothing_may_be_sent(root: Path) -> None:
    assert stage(root).frozen() is None
    with pytest.raises(DesignError) as caught:
        stage(root).require_frozen()
    assert str(caught.value) == (
        "study small: got a confirm stage that is not frozen; wanted its contrasts and analysis "
        "plan fixed before the first reply. Read it through, then run `parallax freeze small "
        "--stage confirm`."
    )


def test_a_study_without_a_confirm_section_has_no_such_stage(root: Path) -> None:
    path = root / "personas" / "studies" / "small.yaml"
    path.write_text(path.read_text().partition("confirm:")[0])
    with pytest.raises(DesignError) as caught:
        stage(root)
    assert str(caught.value) == (
        "study small: got no confirm section; wanted one that names contrasts, raters and an "
        "outcome. Add 'confirm:' to personas/studies/small.yaml, as personas/README.md shows."
    )


def test_a_change_is_refused_by_file_and_field(root: Path) -> None:
    first = stage(root).freeze()
    kept = results(root)
    change(root, "studies", "small", "margin: 0.5", "margin: 0.7")
    change(root, "contrasts", "parcel", "a week late", "a month late")
    message = (
        f"study small: got a confirm stage that differs from its freeze of {first.frozen_at}; "
        "wanted it unchanged, so that no plan follows its data:\n"
        "  personas/studies/small.yaml: analysis.margin changed\n"
        "  personas/contrasts/parcel.yaml: prompt.1.text changed\n"
        "Put these back as they were, or begin anew beside what there is with `parallax freeze "
        "small --stage confirm --again`."
    )
    for refused in (stage(root).freeze, stage(root).require_frozen):
        with pytest.raises(StudyChanged) as caught:
            refused()
        assert str(caught.value) == message
    assert results(root) == kept


def test_again_keeps_every_earlier_freeze(root: Path) -> None:
    frozen: list[Freeze] = [stage(root).freeze()]
    units = [{unit.unit_id for unit in stage(root).units}]
    for number, (old, new) in enumerate([("seed: 3", "seed: 4"), ("seed: 4", "seed: 5")], start=1):
        kept = results(root)["confirm.frozen.json"]
        change(root, "studies", "small", f"  {old}", f"  {new}")
        frozen.append(stage(root).freeze(again=True))
        units.append({unit.unit_id for unit in stage(root).units})
        assert results(root)[f"confirm.frozen.{number}.json"] == kept
    assert len({freeze.hash for freeze in frozen}) == 3
    assert not units[0] & units[1]
    assert not units[1] & units[2]
    assert stage(root).freeze(again=True) == frozen[-1]
    assert len(results(root)) == 4


def test_the_explore_stage_does_not_depend_on_it(root: Path) -> None:
    study = Study.load("small", workspace=root)
    with_section, frozen = study.explore_hash, study.freeze()
    stage(root).freeze()
    change(root, "studies", "small", "margin: 0.5", "margin: 0.7")
    change(root, "contrasts", "parcel", "a week late", "a month late")
    path = root / "personas" / "studies" / "small.yaml"
    assert Study.load("small", workspace=root).explore_hash == with_section
    path.write_text(path.read_text().partition("confirm:")[0])
    study = Study.load("small", workspace=root)
    assert study.explore_hash == with_section
    assert study.freeze() == frozen


def test_a_changed_explore_stage_stops_it_too(root: Path) -> None:
    Study.load("small", workspace=root).freeze()
    change(root, "people", "ben-test", "noun: older man", "noun: young man")
    with pytest.raises(StudyChanged, match=r"ben-test\.yaml: cues\.noun changed"):
        stage(root).freeze()
    assert list(results(root)) == ["explore.frozen.json"]


@pytest.mark.parametrize(
    ("damage", "got"),
    [
        (lambda text: text[:200], "something that is not a freeze"),
        (
            lambda text: text.replace('"margin":0.5', '"margin":0.6'),
            "content that does not match its own hash",
        ),
    ],
)
def test_a_damaged_freeze_is_no_freeze(root: Path, damage: object, got: str) -> None:
    stage(root).freeze()
    path = root / "results" / "small" / "confirm.frozen.json"
    text = path.read_text()
    path.write_text(damage(text))  # type: ignore[operator]
    assert path.read_text() != text
    for use in (
        stage(root).frozen,
        stage(root).freeze,
        stage(root).require_frozen,
        lambda: stage(root).freeze(again=True),
    ):
        with pytest.raises(InvalidFiles) as caught:
            use()
        assert str(caught.value.complaints[0]) == (
            f"results/small/confirm.frozen.json: got {got}; wanted the freeze as it was written. "
            "Restore it from a backup; it is never edited by hand."
        )


def test_a_contrast_that_does_not_lint_freezes_nothing(root: Path) -> None:
    change(root, "contrasts", "reference-letter", "like {object}.", "like {subject}.")
    with pytest.raises(InvalidFiles) as caught:
        stage(root).freeze()
    assert str(caught.value) == (
        "2 problems in what was written:\n"
        '  personas/contrasts/reference-letter.yaml: prompt.1.text: got "{subject}", sent as '
        '"…and her customers like she." (reference) and "…and his customers like he." '
        "(swap ben-test): 'she' against 'he'; wanted {object}, since no verb follows it.\n"
        '  personas/contrasts/reference-letter.yaml: paraphrase.1.text: got "{subject}", sent as '
        '"…and her clients like she." (paraphrase); wanted {object}, since no verb follows '
        "it.\n"
        "Mend the lines above, then run `parallax check` again."
    )
    assert results(root) == {}


def test_check_gives_the_line_of_what_it_complains_about(root: Path) -> None:
    change(root, "contrasts", "parcel", "Hello, this is {name}, {a} {noun}", "I am a {noun}")
    change(root, "contrasts", "payslip", "scenario: pay-question", "scenario: pay-questoin")
    with pytest.raises(InvalidFiles) as caught:
        Workspace(root).check()
    assert [(one.file, one.line, one.field) for one in caught.value.complaints] == [
        ("personas/contrasts/parcel.yaml", 10, "prompt.1.text"),
        ("personas/contrasts/parcel.yaml", 12, "paraphrase.1.text"),
        ("personas/contrasts/payslip.yaml", 4, "scenario"),
        ("personas/contrasts/payslip.yaml", 4, "scenario"),
    ]
    assert str(caught.value.complaints[2]) == (
        "personas/contrasts/payslip.yaml:4: scenario: got 'pay-questoin'; wanted the id of a "
        "scenario: one of late-parcel, locked-out, pay-question. Did you mean 'pay-question'?"
    )


def test_a_contrast_waits_for_the_file_of_its_persona(root: Path) -> None:
    change(root, "people", "ben-test", "pronouns: he/him", "pronouns: him")
    change(root, "contrasts", "parcel", "this is {name}", "this is {nmae}")
    with pytest.raises(InvalidFiles) as caught:
        Workspace(root).check()
    assert [one.file for one in caught.value.complaints] == ["personas/people/ben-test.yaml"]


def test_a_results_folder_that_cannot_be_renamed_in_is_told(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tests may run as root, whom no permission stops; the call that would fail is made to.
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    stage(root).freeze()
    kept = results(root)
    change(root, "studies", "small", "margin: 0.5", "margin: 0.7")
    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(RecordUnwritable, match=r"^study small: got a results folder results/small"):
        stage(root).freeze(again=True)
    assert results(root) == kept


def test_units_are_the_same_each_time_and_name_the_freeze(root: Path) -> None:
    first = stage(root)
    units = first.units
    assert units == stage(root).units
    # 3 contrasts of 4 personas and two null arms, 1 endpoint, 2 replicates.
    assert len({unit.unit_id for unit in units}) == len(units) == 3 * 6 * 1 * 2
    half = len(units) // 2
    for block in (units[:half], units[half:]):
        assert len({unit.replicate for unit in block}) == 1
        assert len({(unit.contrast_id, unit.arm) for unit in block}) == half
    order = [(unit.contrast_id, unit.arm) for unit in units]
    assert order[:half] != order[half:]


def test_a_freeze_is_json_that_names_its_stage(root: Path) -> None:
    stage(root).freeze()
    text = json.loads(results(root)["confirm.frozen.json"])
    assert set(text["content"]) == {"vocabulary", "study_id", "explore", "confirm", "contrasts"}


def written_before(root: Path, name: str, forget: Callable[[dict[str, Any]], object]) -> str:
    """Write a freeze anew as a toolkit would have that did not know some fields; its hash."""
    path = root / "results" / "small" / f"{name}.frozen.json"
    kept = json.loads(path.read_text())
    forget(kept["content"])
    kept["hash"] = content_hash(kept["content"])
    path.write_text(json.dumps(kept))
    return str(kept["hash"])


def test_a_freeze_outlives_optional_fields_that_came_later(root: Path) -> None:
    now = stage(root).freeze()
    explore = written_before(
        root, "explore", lambda content: content["study"]["endpoints"]["assistant"].pop("top_p")
    )
    assert explore != now.content["explore"]
    assert Study.load("small", workspace=root).require_unchanged() == explore

    def forget(content: dict[str, Any]) -> None:
        content["explore"] = explore
        del content["confirm"]["rating"]["data"], content["contrasts"]["parcel"]["decision"]

    before = written_before(root, "confirm", forget)
    again = stage(root)
    assert before != now.hash
    assert again.hash == again.require_frozen() == again.freeze().hash == before
    assert again.units == plan_units(
        again.contrasts, aliases=again.aliases, replicates=2, seed=3, confirm_hash=before
    )


def test_what_changed_since_an_older_toolkit_froze_is_named_alone(root: Path) -> None:
    stage(root).freeze()
    written_before(root, "confirm", lambda content: content["confirm"]["rating"].pop("data"))
    change(root, "studies", "small", "margin: 0.5", "margin: 0.7")
    with pytest.raises(StudyChanged) as caught:
        stage(root).require_frozen()
    changed = [line for line in str(caught.value).splitlines() if line.startswith("  ")]
    assert changed == ["  personas/studies/small.yaml: analysis.margin changed"]


def test_a_field_that_was_emptied_is_a_change(root: Path) -> None:
    stage(root).freeze()
    change(root, "studies", "small", "    margin: 0.5\n", "")
    with pytest.raises(StudyChanged, match=r"small\.yaml: analysis\.margin removed"):
        stage(root).require_frozen()

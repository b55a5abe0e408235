"""Finding a workspace, and asking it for files by name."""

from pathlib import Path
from typing import Any

import pytest

from toolkit.design import Workspace
from toolkit.errors import BadIdentifier, DesignError, InvalidFiles, UnknownName


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARALLAX_WORKSPACE", raising=False)
    monkeypatch.delenv("PARALLAX_STUDY", raising=False)


def test_names_are_sorted_and_hidden_files_are_not_names(desk: Any) -> None:
    desk.write("people", ".draft", "x")
    place = Workspace(desk.root)
    assert place.personas() == ("ada", "bo", "cy")
    assert place.scenarios() == ("hour", "lift", "rota")
    assert place.studies() == ("pilot",)


def test_found_upwards_from_the_current_folder(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    below = desk.root / "notebooks" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert Workspace().root == desk.root


def test_found_through_the_environment(
    desk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARALLAX_WORKSPACE", str(desk.root))
    assert Workspace().root == desk.root


def test_the_argument_wins_and_may_be_a_workspace(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARALLAX_WORKSPACE", "/nowhere")
    assert Workspace(Workspace(desk.root)).root == desk.root


def test_nothing_upwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    with pytest.raises(DesignError) as caught:
        Workspace()
    assert str(caught.value) == (
        "workspace: got the folder 'empty'; wanted it, or a folder around it, to hold "
        "personas/studies. Change to your workspace, set PARALLAX_WORKSPACE to it, or make one "
        "with `parallax init DIR`."
    )


def test_a_given_folder_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DesignError) as caught:
        Workspace("/nowhere")
    assert str(caught.value) == (
        "workspace: got '/nowhere'; wanted a folder that holds personas/studies. "
        "Name another one, or make it with `parallax init /nowhere`."
    )
    monkeypatch.setenv("PARALLAX_WORKSPACE", "/nowhere")
    with pytest.raises(DesignError) as caught:
        Workspace()
    assert str(caught.value) == (
        "workspace: got '/nowhere' (from PARALLAX_WORKSPACE); wanted a folder that holds "
        "personas/studies. Name another one, or make it with `parallax init /nowhere`."
    )


def test_an_unknown_name_lists_and_suggests(desk: Any) -> None:
    with pytest.raises(UnknownName) as caught:
        Workspace(desk.root).scenario("rotta")
    assert str(caught.value) == (
        "scenario: got 'rotta'; wanted one of hour, lift, rota. Did you mean 'rota'?"
    )
    with pytest.raises(UnknownName) as caught:
        Workspace(desk.root).study("autumn")
    assert str(caught.value) == (
        "study: got 'autumn'; wanted one of pilot. "
        "Name one of those, or make it with `parallax new study`."
    )


def test_an_unknown_name_where_there_are_none(desk: Any) -> None:
    desk.path("studies", "pilot").unlink()
    with pytest.raises(UnknownName) as caught:
        Workspace(desk.root).study("pilot")
    assert str(caught.value) == (
        "study: got 'pilot'; there is none yet. Make it with `parallax new study`."
    )


@pytest.mark.parametrize("name", ["../pilot", "/etc/passwd", "", "a/b", "pilot\0"])
def test_a_path_is_no_name(desk: Any, name: str) -> None:
    place = Workspace(desk.root)
    for ask in (place.persona, place.scenario, place.study, place.results):
        with pytest.raises(BadIdentifier, match="wanted lower-case letters and digits"):
            ask(name)


def test_a_linked_folder_is_refused(desk: Any) -> None:
    people = desk.root / "personas" / "people"
    people.rename(desk.root / "elsewhere")
    people.symlink_to(desk.root / "elsewhere")
    with pytest.raises(BadIdentifier) as caught:
        Workspace(desk.root).check()
    assert str(caught.value) == (
        "path: personas/people below desk/ is a symbolic link; wanted a real file or folder. "
        "Replace the link by a copy of what it points to."
    )


def test_one_invalid_file_does_not_hide_the_others(desk: Any) -> None:
    desk.write("people", "ada", "")
    place = Workspace(desk.root)
    assert place.persona("bo").id == "bo"
    with pytest.raises(InvalidFiles, match="ada.yaml: got an empty file"):
        place.persona("ada")


def test_notes_beside_the_files_are_told_and_not_read(desk: Any) -> None:
    (desk.root / "personas" / "people" / "notes.txt").write_text("remember")
    assert Workspace(desk.root).check().ignored == ("personas/people/notes.txt",)


def test_results_are_a_folder_below_the_workspace(desk: Any) -> None:
    assert Workspace(desk.root).results("pilot") == desk.root / "results" / "pilot"

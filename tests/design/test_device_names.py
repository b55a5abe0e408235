"""What Windows takes for a device is no id, no file and no folder, however it is written."""

from pathlib import Path

import pytest

from toolkit.canon import check_id, path_under
from toolkit.cli import main
from toolkit.errors import BadIdentifier

DEVICES = [
    ("con", "the console"),
    ("nul", "nothing"),
    ("prn", "the printer"),
    ("aux", "a serial line"),
    ("com1", "a serial port"),
    ("com9", "the last of them"),
    ("com0", "reserved as well"),
    ("lpt1", "a parallel port"),
    ("lpt9", "the last of them"),
    ("CON", "in capitals"),
    ("Nul.yaml", "with an ending"),
    ("con.tar.gz", "with two endings"),
    ("aux ", "with a space behind"),
    ("com¹", "a superscript counts"),
    ("CONIN$", "the keyboard"),
    ("nul:", "with a colon"),
]
FILES = [
    ("console", "a longer word"),
    ("con-1", "another word"),
    ("nul_study", "another word"),
    ("com10", "no such port"),
    ("lpt", "no number"),
    ("icon", "ends so"),
    ("aux-study", "begins so"),
    ("comet1", "begins so"),
    ("null", "one letter more"),
    ("prns", "one letter more"),
    ("acon", "one letter before"),
    ("com1a", "goes on"),
]


@pytest.mark.parametrize(("name", "why"), DEVICES, ids=[ascii(one[0]) for one in DEVICES])
def test_a_device_is_no_id_and_no_file(name: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(BadIdentifier, match="device of Windows"):
        check_id(name, what="study")
    with pytest.raises(BadIdentifier):
        path_under(tmp_path, "results", name)


@pytest.mark.parametrize(("name", "why"), FILES, ids=[one[0] for one in FILES])
def test_what_only_begins_or_ends_so_is_an_id(name: str, why: str, tmp_path: Path) -> None:
    assert check_id(name) == name, why
    assert path_under(tmp_path, f"{name}.yaml").name == f"{name}.yaml"


@pytest.mark.parametrize("name", ["end.", "end ", "con .x"])
def test_an_end_that_windows_does_not_write_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadIdentifier, match="a name that every computer can hold"):
        path_under(tmp_path, name)


@pytest.mark.parametrize("noun", ["persona", "scenario", "contrast", "study"])
def test_no_file_is_made_of_that_name(
    noun: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "personas/studies").mkdir(parents=True)
    assert main(["new", noun, "nul", "--workspace", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"{noun}: got 'nul', which is a device of Windows; wanted the name of a file that every "
        "computer can hold. Add a word to it, such as 'nul-1'.\n"
    )


def test_a_file_that_has_such_a_name_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "personas/people"
    folder.mkdir(parents=True)
    (tmp_path / "personas/studies").mkdir()
    (folder / "aux.yaml").write_text("id: aux\n", encoding="utf-8")
    assert main(["check", "--workspace", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "the file name 'aux.yaml'" in said
    assert "Windows has a device of that name: add a word." in said

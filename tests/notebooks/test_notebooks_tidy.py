"""Notebooks hold what somebody wrote, and nothing of the machine they were written on."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from lab import ROOT, WITHOUT_OUTPUTS

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PATHS = re.compile(r"(?<![\w.])(/(home|root|Users|work|tmp|opt|var)/|[A-Z]:\\\\)")
CLOCK = re.compile(r"\b\d\d:\d\d:\d\d\b")
PSEUDONYM = re.compile(r"\bp-[a-z2-7]{10}\b")
LONGEST_CELL = 6


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in read(path)["cells"] if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_the_notebooks_are_there() -> None:
    assert {"00_start.ipynb", "20_session.ipynb"} <= {path.name for path in NOTEBOOKS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
class TestNotebook:
    def test_is_valid_and_written_as_jupyter_would(self, path: Path, tmp_path: Path) -> None:
        notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
        nbformat.validate(notebook)
        again = tmp_path / path.name
        nbformat.write(notebook, again, version=nbformat.NO_CONVERT)
        # Otherwise a first save in JupyterLab would rewrite the whole file.
        assert again.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")

    def test_holds_no_widget_state(self, path: Path) -> None:
        assert "widgets" not in read(path)["metadata"]
        assert "application/vnd.jupyter.widget" not in path.read_text(encoding="utf-8")

    def test_holds_no_error(self, path: Path) -> None:
        outputs = [output for cell in code_cells(path) for output in cell["outputs"]]
        assert [one for one in outputs if one["output_type"] == "error"] == []
        assert [one for one in outputs if one.get("name") == "stderr"] == []

    def test_holds_no_path_and_no_clock(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert PATHS.findall(text) == []
        assert CLOCK.findall(text) == []

    def test_shows_nobody_under_a_pseudonym(self, path: Path) -> None:
        outputs = [cell["outputs"] for cell in code_cells(path)]
        # A picture is base64, in which anything may stand by chance.
        shown = re.sub(r'"image/png": "[^"]*"', "", json.dumps(outputs))
        assert PSEUDONYM.findall(shown) == []

    def test_cells_are_short_and_define_nothing(self, path: Path) -> None:
        for cell in code_cells(path):
            lines = [line for line in source(cell).splitlines() if line.strip()]
            assert len(lines) <= LONGEST_CELL, source(cell)
            assert not re.search(r"^\s*(def|class|lambda)\b", source(cell), re.MULTILINE)
            assert not source(cell).rstrip().endswith(";")

    def test_names_no_kernel_of_one_machine(self, path: Path) -> None:
        assert read(path)["metadata"]["kernelspec"]["name"] == "python3"

    def test_panels_are_committed_without_outputs(self, path: Path) -> None:
        if path.stem in WITHOUT_OUTPUTS:
            for cell in code_cells(path):
                assert cell["outputs"] == []
                assert cell["execution_count"] is None


@pytest.mark.parametrize(
    ("name", "panel"), [("20_session", "SessionPanel"), ("45_rate", "RatingPanel")]
)
def test_the_notebook_of_a_panel_is_one_cell(name: str, panel: str) -> None:
    (cell,) = read(ROOT / "notebooks" / f"{name}.ipynb")["cells"]
    assert source(cell) == (
        "from toolkit import Study, open_record\n"
        f"from toolkit.widgets import {panel}\n"
        "\n"
        "study = Study.load()\n"
        "record = open_record(study)\n"
        f"{panel}(study, record)"
    )

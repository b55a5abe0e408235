"""No room puts markup on a page or into a notebook except through ``widgets/render.py``."""

import re
from pathlib import Path

import pytest

TOOLKIT = Path(__file__).resolve().parents[2] / "toolkit"
FORBIDDEN = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTML|DOMParser"
    r"|document\.write|\beval\(|new Function|importScripts"
    r"|display\(\s*(?:HTML|Markdown|Javascript)|widgets\.HTML|HTMLMath|_repr_html_|_repr_markdown_"
)
ADDRESS = re.compile(r"https?://(?!www\.w3\.org/)[a-z]")
SOURCES = sorted(
    path
    for path in TOOLKIT.rglob("*")
    if path.suffix in {".py", ".js", ".css"} and "__pycache__" not in path.parts
)


def test_there_are_sources() -> None:
    assert {".py", ".js", ".css"} == {path.suffix for path in SOURCES}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(TOOLKIT).as_posix())
def test_nothing_becomes_markup(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [found.group() for found in FORBIDDEN.finditer(text)] == []


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if path.parent.name == "static"],
    ids=lambda path: path.name,
)
def test_the_panel_names_no_address(path: Path) -> None:
    """Everything the page needs is in the package; nothing is fetched from elsewhere."""
    text = path.read_text(encoding="utf-8")
    assert ADDRESS.findall(text) == []
    assert re.findall(r"\b(?:fetch|XMLHttpRequest|WebSocket|sendBeacon|import)\s*\(", text) == []
    assert re.findall(r"url\(|@import", text) == []

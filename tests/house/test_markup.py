"""No room escapes foreign text or puts markup on a page except through ``toolkit/rendering/``."""

import re
from pathlib import Path

import pytest

TOOLKIT = Path(__file__).resolve().parents[2] / "toolkit"
ANYWHERE = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTML|DOMParser"
    r"|document\.write|\beval\(|new Function|importScripts"
    r"|display\(\s*(?:HTML|Markdown|Javascript)|widgets\.HTML|HTMLMath|_repr_markdown_"
)
ONLY_IN_RENDERING = re.compile(
    r"\bhtml\.(?:escape|unescape)\b|^\s*(?:import html|from html\b)|quoteattr|saxutils|markupsafe"
    r"|_repr_html_|_repr_pretty_|<U\+"
    r"|f[\"']<(?:p|div|span|a|b|pre|h\d|table|tr|td|ul|li|img|html|body|section)\b|http-equiv",
    re.MULTILINE,
)
TERMINAL = re.compile(r"\bsys\.std(?:out|err)\.write\(")
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
    assert [found.group() for found in ANYWHERE.finditer(text)] == []


@pytest.mark.parametrize(
    "path",
    [one for one in SOURCES if one.suffix == ".py" and one.parent.name != "rendering"],
    ids=lambda path: path.relative_to(TOOLKIT).as_posix(),
)
def test_foreign_text_is_made_safe_in_one_room(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [found.group() for found in ONLY_IN_RENDERING.finditer(text)] == []


def test_a_terminal_is_written_to_through_one_door() -> None:
    writers = {
        path.name
        for path in SOURCES
        if path.suffix == ".py" and TERMINAL.search(path.read_text(encoding="utf-8"))
    }
    assert writers == {"output.py"}


@pytest.mark.parametrize(
    "line",
    [
        "shown = html.escape(text)",
        "from html import escape",
        'page = f"<p>{text}</p>"',
        "def _repr_html_(self) -> str:",
        "def _repr_pretty_(self, printer, cycle):",
        'return f"<U+{ord(sign):04X}>"',
    ],
)
def test_the_rule_sees_what_it_forbids(line: str) -> None:
    assert ONLY_IN_RENDERING.search(line)


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

"""The house: which package lives in which room, and what may be called where."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = sorted((ROOT / "toolkit").rglob("*.py"))

ONE_ROOM = {
    "openai": {"endpoints/openai_"},
    "httpx2": {"endpoints/openai_"},
    "aiohttp": {"endpoints/openai_client.py"},
    "xllamacpp": {"endpoints/embedded_server.py"},
    "ipywidgets": {"widgets/"},
    "anywidget": {"widgets/"},
    "traitlets": {"widgets/"},
    "sqlalchemy": {"record/"},
    "filelock": {"record/"},
    "pandas": {"analysis/"},
    "statsmodels": {"analysis/"},
    "scipy": {"analysis/"},
    "numpy": {"analysis/"},
    "pyarrow": {"analysis/"},
    "formulaic": {"analysis/mixed/"},
    "threadpoolctl": {"analysis/engine/"},
    "seaborn": {"analysis/plots/"},
    "matplotlib": {"analysis/plots/"},
    "yaml": {"design/files.py"},
    "cryptography": {"record/seal.py"},
}
NEVER = {"pickle", "shelve", "marshal", "jinja2", "dill"}


def place(path: Path) -> str:
    return path.relative_to(ROOT / "toolkit").as_posix()


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(source(path))))


@cache
def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", SOURCE, ids=place)
def test_a_third_party_package_stays_in_its_room(path: Path) -> None:
    for package in imported(path) & ONE_ROOM.keys():
        rooms = ONE_ROOM[package]
        assert any(place(path).startswith(room) for room in rooms), (
            f"{place(path)} imports {package}, whose only place is {', '.join(sorted(rooms))}"
        )


@pytest.mark.parametrize("path", SOURCE, ids=place)
def test_nothing_dangerous_is_imported(path: Path) -> None:
    assert not imported(path) & NEVER


@pytest.mark.parametrize("path", SOURCE, ids=place)
def test_no_room_imports_through_the_root(path: Path) -> None:
    assert not re.search(
        r"^\s*(from toolkit import|import toolkit\s*$)", source(path), re.MULTILINE
    )


@pytest.mark.parametrize("path", SOURCE, ids=place)
def test_other_rooms_are_entered_by_their_door(path: Path) -> None:
    here = place(path).split("/")[0]
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if parts[0] == "toolkit" and len(parts) > 2:
                assert parts[1] == here, f"{place(path)} reaches past the door: {node.module}"


FORBIDDEN_CALLS = {
    r"\.format_map\(": set(),
    r"\byaml\.(load|safe_load|full_load|unsafe_load)\(": set(),
    r"\bAsyncOpenAI\(|\bOpenAI\(": {"endpoints/openai_client.py"},
    r"display\(\s*(HTML|Markdown)|widgets\.HTML|HTMLMath": set(),
    r"\beval\(|\bexec\(|os\.system\(|shell=True": set(),
    r"0\.0\.0\.0": set(),
    r"read_pickle|to_pickle": set(),
    r"\.to_csv\(|\.to_excel\(|\bcsv\.(writer|DictWriter)\(": {"record/export/csv_table.py"},
}


@pytest.mark.parametrize("pattern", FORBIDDEN_CALLS)
def test_dangerous_calls_have_one_door(pattern: str) -> None:
    allowed = FORBIDDEN_CALLS[pattern]
    found = [
        place(path)
        for path in SOURCE
        if re.search(pattern, source(path)) and place(path) not in allowed
    ]
    assert found == []


BROWSER_FORBIDDEN = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|"
    r"https?://|\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|"
    r"(?:createElement|\bh)\([\"'](?:a|img|iframe|script|link|object|embed|form)[\"']"
)


def test_browser_files_make_text_nodes_only_and_reach_nowhere() -> None:
    scripts = sorted((ROOT / "toolkit" / "widgets" / "static").glob("*.js"))
    assert scripts
    found = {
        path.name: match.group()
        for path in scripts
        if (match := re.search(BROWSER_FORBIDDEN, path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize("path", SOURCE, ids=place)
def test_functions_and_modules_stay_small(path: Path) -> None:
    assert len(source(path).splitlines()) <= 450
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno
            assert length <= 60, f"{place(path)}:{node.lineno} {node.name} has {length} lines"

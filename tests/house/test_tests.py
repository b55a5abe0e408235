"""Tests go through doors and share by fixtures: none reaches into a room or into another test."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LEAVES = {"toolkit", "toolkit.canon", "toolkit.errors"}
INSIDE = {
    "tests/analysis/test_cell_audit.py": "the audit alone, on small made-up releases",
    "tests/analysis/test_blinding_assessment.py": "limits that hand-worked cases straddle",
    "tests/analysis/test_crossed_fit.py": "the end of a fit, where no program is needed to see it",
    "tests/analysis/test_text_movement.py": "the distance itself, worked by hand",
    "tests/analysis/test_reliability.py": "pairs of raters, counted one by one",
    "tests/endpoints/test_access.py": "which key goes to which host, without asking one",
    "tests/endpoints/test_model_file.py": "a model file of its own instead of the 98 MB",
    "tests/endpoints/test_openai_api.py": "the only test that may know the transport",
    "tests/endpoints/test_retries.py": "a header's seconds and the waits that follow, exactly",
    "tests/endpoints/test_stream_fuzz.py": "bytes of streams, cut anywhere",
    "tests/endpoints/test_stream_reading.py": "bytes of streams, cut anywhere",
    "tests/endpoints/test_whole_answers.py": "the client whose clock it sets",
    "tests/probes/made_answers.py": "the tokens that a server counted",
    "tests/probes/test_concurrency_limit.py": "the gate with a clock of its own",
    "tests/probes/test_model_watch.py": "what stops a run, without running",
    "tests/probes/test_second_process.py": "lines between two processes",
}
"""Tests that look inside a room, and at what; every other one goes through a door."""


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def imports(path: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each import of a file, those inside its functions too: the module and the names taken."""
    return tuple(_imports(ast.parse(path.read_text(encoding="utf-8"))))


def _imports(tree: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)


def door(module: str) -> Path:
    return ROOT.joinpath(*module.split("."), "__init__.py")


@cache
def offered(path: Path) -> frozenset[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


@pytest.mark.parametrize("path", [one for one in TESTS if place(one) not in INSIDE], ids=place)
def test_a_test_enters_a_room_by_its_door(path: Path) -> None:
    assert hidden(path) == []


@pytest.mark.parametrize("name", INSIDE)
def test_only_tests_that_look_inside_are_excused(name: str) -> None:
    assert hidden(ROOT / name), f"{name} goes through doors by now: take it off the list"


def hidden(path: Path) -> list[str]:
    """What a file takes from a room that its door does not offer."""
    found = []
    for module, names in imports(path):
        if module.split(".")[0] == "toolkit" and module not in LEAVES:
            behind = door(module)
            seen = offered(behind) | submodules(module) if behind.is_file() else frozenset()
            found += [f"{module}.{name}" for name in names if name not in seen]
    return found


def submodules(module: str) -> set[str]:
    """Sub-rooms of a room; its own files are not for tests to name."""
    return {path.parent.name for path in door(module).parent.glob("*/__init__.py")}


@pytest.mark.parametrize("path", TESTS, ids=place)
def test_a_test_imports_no_other_test(path: Path) -> None:
    taken = {one for module, names in imports(path) for one in (module.split(".")[-1], *names)}
    tests = {name for name in taken if name.startswith("test_")}
    assert tests == set(), f"{place(path)} imports another test module"

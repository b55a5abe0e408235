"""Tests go through doors and share by fixtures: none reaches into a room or into another test."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LEAVES = {"toolkit", "toolkit.canon", "toolkit.errors"}


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


@pytest.mark.parametrize("path", TESTS, ids=place)
def test_a_test_enters_a_room_by_its_door(path: Path) -> None:
    for module, names in imports(path):
        if module.split(".")[0] != "toolkit" or module in LEAVES:
            continue
        assert door(module).is_file(), f"{place(path)} reaches past a door: {module}"
        hidden = set(names) - offered(door(module)) - submodules(module)
        assert not hidden, f"{place(path)}: the door of {module} does not offer {sorted(hidden)}"


def submodules(module: str) -> set[str]:
    """Sub-rooms of a room; its own files are not for tests to name."""
    return {path.parent.name for path in door(module).parent.glob("*/__init__.py")}


@pytest.mark.parametrize("path", TESTS, ids=place)
def test_a_test_imports_no_other_test(path: Path) -> None:
    taken = {one for module, names in imports(path) for one in (module.split(".")[-1], *names)}
    tests = {name for name in taken if name.startswith("test_")}
    assert tests == set(), f"{place(path)} imports another test module"

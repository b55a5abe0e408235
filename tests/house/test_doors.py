"""Doors: a docstring that defines the room's nouns, and a sorted ``__all__`` that is complete."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_BUILT = {"toolkit.signals"}


def packages() -> dict[str, Path]:
    """Every package below ``toolkit``: the rooms and their sub-rooms."""
    found = sorted((ROOT / "toolkit").rglob("__init__.py"))[1:]
    return {".".join(path.parent.relative_to(ROOT).parts): path for path in found}


PACKAGES = packages()
DOORS = sorted(
    name for name, path in PACKAGES.items() if "from toolkit." in path.read_text("utf-8")
)


def brought_in(path: Path) -> set[str]:
    """The public names that a door imports or defines."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
    return {name for name in names if not name.startswith("_")}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_door_says_what_the_room_is(name: str) -> None:
    assert importlib.import_module(name).__doc__


@pytest.mark.parametrize("name", DOORS)
def test_a_door_exports_in_order_and_documents(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__all__ == sorted(module.__all__)
    for one in module.__all__:
        thing = getattr(module, one)
        if callable(thing) and getattr(thing, "__module__", "").startswith("toolkit"):
            assert thing.__doc__, f"{name}.{one} has no docstring"


@pytest.mark.parametrize("name", DOORS)
def test_a_door_offers_all_that_it_brings_in(name: str) -> None:
    offered = set(importlib.import_module(name).__all__)
    missing = brought_in(PACKAGES[name]) - offered
    assert missing == set(), f"{name} imports these and does not list them in __all__"


@pytest.mark.parametrize("name", sorted(NOT_BUILT))
def test_a_room_not_built_yet_is_only_a_docstring(name: str) -> None:
    module = importlib.import_module(name)
    assert not [one for one in vars(module) if not one.startswith("__")]

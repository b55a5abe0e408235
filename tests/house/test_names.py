"""A name at a room's door means one thing in the whole house."""

import ast
from collections import defaultdict
from importlib import import_module

import figures


def test_two_doors_offer_one_name_for_one_thing_only() -> None:
    meanings: dict[str, dict[int, str]] = defaultdict(dict)
    for room in figures.rooms():
        door = import_module(f"toolkit.{room}")
        for name in getattr(door, "__all__", ()):
            meanings[name].setdefault(id(getattr(door, name)), room)
    several = {name: sorted(those.values()) for name, those in meanings.items() if len(those) > 1}
    assert several == {}


def test_two_modules_define_no_public_class_of_one_name() -> None:
    defined: dict[str, list[str]] = defaultdict(list)
    for path in sorted((figures.ROOT / "toolkit").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                defined[node.name].append(path.relative_to(figures.ROOT).as_posix())
    assert {name: those for name, those in defined.items() if len(those) > 1} == {}

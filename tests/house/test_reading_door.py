"""Texts leave the record by one door: ``record.read(role=…, purpose=…)``."""

import ast
import re
from pathlib import Path

import pytest

from toolkit.record import Row

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = sorted(
    path
    for path in (ROOT / "toolkit").rglob("*.py")
    if path.relative_to(ROOT / "toolkit").parts[0] != "record"
)
# Of these only the reason is read, which is a code and never sealed.
CODES = {"SessionEnd", "SweepEnd", "Withdrawal"}
WORDS = {kind.__name__ for kind in Row.BY_KIND.values() if kind.sealable()} - CODES
RECORD = re.compile(r"(^|[._])record$")


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def closed_readings(source: str) -> list[str]:
    """Calls that read a text past the door, as they are written."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and ast.unparse(node).endswith("entry.body"):
            found.append(ast.unparse(node))
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner, name = ast.unparse(node.func.value), node.func.attr
        if name == "row" and not node.args and owner.endswith("entry"):
            found.append(ast.unparse(node))
        if name == "rows" and RECORD.search(owner):
            found += [ast.unparse(node)] if ast.unparse(node.args[0]) in WORDS else []
    return found


def test_the_kinds_with_words_are_known_by_what_they_declare() -> None:
    assert {"Turn", "Reply", "Rating", "Flag", "Choice", "Passed", "Item"} <= WORDS


@pytest.mark.parametrize("path", OUTSIDE, ids=place)
def test_texts_are_read_by_the_door(path: Path) -> None:
    found = closed_readings(path.read_text(encoding="utf-8"))
    # Frames sort entries that a Reader gave them.
    allowed = ["entry.row()"] if place(path) == "toolkit/analysis/frames/record_tables.py" else []
    assert found == allowed, f"{place(path)} reads past record.read(): {found}"


@pytest.mark.parametrize(
    "source",
    [
        "for entry in record.entries(): use(entry.body['text'])",
        "record.rows(Turn)",
        "self._record.rows(Reply, chain=one)",
        "entry = self._record.find(name)\nrow = entry.row()",
    ],
)
def test_a_reading_past_the_door_is_seen(source: str) -> None:
    assert closed_readings(source)


@pytest.mark.parametrize(
    "source",
    [
        "record.rows(Sweep)",
        "record.read(role='owner', purpose='collection').rows(Turn)",
        "reader.rows(Turn)",
        "record.find(name) is None",
        "request.body",
    ],
)
def test_other_readings_are_free(source: str) -> None:
    assert not closed_readings(source)

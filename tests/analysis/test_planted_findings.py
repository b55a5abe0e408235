"""The control record's report, pinned: what a change of the code must not change.

``expected/planted.json`` holds a digest of the words, and sums of the numbers, of every step of
``findings.json`` and of every table and figure that ``parallax analyze`` writes of the control
record. Run this file as a program to write it anew, and say in the commit why it changed.
"""

import csv
import json
import math
import subprocess
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = Path(__file__).with_name("expected") / "planted.json"
ITERATED = {"ordinal", "intersections", "reliability"}
"""What an optimizer found: equal to its tolerance, not to rounding."""


def written(folder: Path) -> dict[str, Any]:
    """Analyze the control record and sum up what was written."""
    record = ROOT / "results" / "sample" / "planted.jsonl.gz"
    command = [sys.executable, "-m", "toolkit", "analyze", "--record", str(record)]
    subprocess.run([*command, "--out", str(folder)], check=True, capture_output=True, cwd=ROOT)
    report = json.loads((folder / "findings.json").read_text("ascii"))
    steps = {step["key"]: summed(flat(step)) for step in report["steps"]}
    tables = {
        f"{part}/{path.stem}": summed(cells(path))
        for part in ("tables", "figures")
        for path in sorted((folder / part).glob("*.csv"))
    }
    return {"steps": steps, "tables": tables}


def flat(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Give every leaf of a JSON value with the names that lead to it."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from flat(one, f"{at}.{name}")
    elif isinstance(value, list):
        for one in value:
            yield from flat(one, at)
    else:
        yield at, value


def cells(path: Path) -> Iterator[tuple[str, Any]]:
    """Give every cell of a table with the name of its column."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for name, text in row.items():
                yield name, number(text.removeprefix("'"))


def number(text: str) -> Any:
    """Read a cell as a number where it is one."""
    try:
        read = float(text)
    except ValueError:
        return text
    return read if math.isfinite(read) else text


def summed(leaves: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Sum numbers by name, once plainly and once by their place, and digest everything else."""
    numbers: dict[str, list[float]] = {}
    words = sha256()
    for name, value in leaves:
        if isinstance(value, int | float) and not isinstance(value, bool):
            count, plain, placed = numbers.get(name, [0, 0.0, 0.0])
            numbers[name] = [count + 1, plain + value, placed + value * math.cos(count)]
        else:
            words.update(f"{name}={value}\n".encode())
    return {"words": words.hexdigest()[:16], "numbers": numbers}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return written(tmp_path_factory.mktemp("planted") / "out")


@pytest.mark.parametrize("part", ["steps", "tables"])
def test_the_control_record_is_analyzed_as_before(found: dict[str, Any], part: str) -> None:
    expected = json.loads(EXPECTED.read_text("ascii"))[part]
    assert list(found[part]) == list(expected)
    for name, was in expected.items():
        now = found[part][name]
        within = 1e-6 if any(one in name for one in ITERATED) else 1e-9
        assert now["words"] == was["words"], f"{name}: other words"
        assert now["numbers"].keys() == was["numbers"].keys(), name
        for column, sums in was["numbers"].items():
            close = pytest.approx(sums, rel=within, abs=within * sums[0])
            assert now["numbers"][column] == close, f"{name} {column}"


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as place:
        text = json.dumps(written(Path(place) / "out"), indent=1)
    EXPECTED.write_text(text + "\n", encoding="ascii")

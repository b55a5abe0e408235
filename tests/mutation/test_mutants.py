"""The tool that draws mutants: each is one change, and meets the tests that execute it."""

import time
from pathlib import Path

import pytest

from mutation.__main__ import ROOT, failing_anyhow, line, noticed, told
from mutation.contexts import Map
from mutation.mutants import Mutant, mutant, places
from mutation.trials import BROKEN, failing, forked

SOURCE = '''
@dataclass(frozen=True)
class Kept:
    """Words 3."""

    size: int = 3
    shown: str = field(default="", repr=False)


def chosen(a: int, b: int) -> float | None:
    if not a or a < b <= 4:
        return None
    return -a + 2.5
'''
SMALL = """
LIMIT = 3

def within(size, *, most=LIMIT):
    return size < most

def above(size):
    return size > LIMIT

def untold(size):
    return size + 1
"""
TESTS = """
import os
import time

import pytest
from small.sizes import LIMIT, above, within

def test_slow():
    time.sleep(0.3)
    assert within(1)

def test_within():
    assert within(2) and not within(3)

def test_above():
    assert above(9)

def test_broken():
    assert not os.path.exists("broken")
"""


def test_every_mutant_is_one_change_of_what_runs(tmp_path: Path) -> None:
    path = tmp_path / "chosen.py"
    path.write_text(SOURCE)
    made = [mutant(path, number) for number in range(places(path))]
    assert [(one.before, one.after) for one in made] == [
        ("3", "4"),
        ("not a or a < b <= 4", "not a and a < b <= 4"),
        ("not a", "not not a"),
        ("a < b <= 4", "a <= b <= 4"),
        ("a < b <= 4", "a > b <= 4"),
        ("4", "5"),
        ("return -a + 2.5", "return None"),
        ("-a + 2.5", "-a - 2.5"),
        ("-a", "+a"),
        ("2.5", "3.5"),
    ]
    assert [one.lines for one in made[:2]] == [range(6, 7), range(11, 12)]
    assert [sorted(one.names) for one in made[:2]] == [["size"], []]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Map:
    """The map of a small tree."""
    root = tmp_path_factory.mktemp("tree")
    for name, text in {"small/sizes.py": SMALL, "tests/here/test_sizes.py": TESTS}.items():
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text(text)
    (root / "small" / "__init__.py").touch()
    (root / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    made = Map(root, package="small")
    made.renew(jobs=1)
    return made


@pytest.fixture(scope="module")
def made(known: Map) -> dict[str, Mutant]:
    """Every mutant of the small tree, by what it says afterwards."""
    path = known.root / "small" / "sizes.py"
    return {one.after: one for one in (mutant(path, number) for number in range(places(path)))}


def test_a_mutant_meets_the_tests_that_execute_it_and_then_the_rest_of_their_files(
    known: Map, made: dict[str, Mutant]
) -> None:
    def names(after: str, seconds: float = 60.0) -> list[str]:
        return [one.split("::test_")[1] for one in known.noticing(made[after], seconds)]

    assert names("size < LIMIT") == ["above", "slow", "within", "broken"]
    assert names("size > most")[:2] == ["within", "slow"]
    assert names("size > most", seconds=0.5)[0] == "within"
    assert "slow" not in names("size > most", seconds=0.5)
    # A constant and a default value meet the tests of what reads them.
    assert set(names("4")[:3]) == {"within", "slow", "above"}
    assert names("size - 1") == []


def test_a_mutant_is_noticed_by_a_test_that_fails(
    known: Map, made: dict[str, Mutant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(known.root)

    def killer(one: Mutant) -> str:
        return noticed(one, known, 60.0).rpartition("::test_")[2]

    tried = [made["4"], made["size < LIMIT"], made["size >= LIMIT"], made["size - 1"]]
    ended = forked(tried, killer, jobs=2, seconds=60.0)
    assert {one.after: found for one, found in ended} == {
        "4": "within",
        "size < LIMIT": "above",
        "size >= LIMIT": "",
        "size - 1": "",
    }


def test_a_module_that_cannot_be_loaded_is_noticed(
    known: Map, made: dict[str, Mutant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(known.root)
    path = made["4"].path
    path.write_text("raise ValueError")
    tests = [known.noticing(made["4"], 60.0)]
    ended = list(forked(tests, failing, jobs=1, seconds=60.0))
    path.write_text(SMALL)
    assert ended == [(tests[0], BROKEN)]


def test_what_fails_with_nothing_changed_notices_nothing(
    known: Map, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(known.root)
    (known.root / "broken").touch()
    tests = {f"tests/here/test_sizes.py::test_{name}" for name in ("broken", "above")}
    failed = failing_anyhow(tests, jobs=2)
    (known.root / "broken").unlink()
    assert failed == ["tests/here/test_sizes.py::test_broken"]


def test_only_what_changed_is_mapped_again(known: Map, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    known.renew(jobs=1)
    assert capsys.readouterr().out == ""
    (known.root / "small" / "sizes.py").write_text(SMALL + "\n")
    known.renew(jobs=1)
    assert capsys.readouterr().out == "map 1/1 tests/here/test_sizes.py: 4 tests\n"


def test_the_report_names_those_that_were_not_noticed() -> None:
    path = ROOT / "toolkit" / "canon.py"
    one, other = (mutant(path, number) for number in (0, 1))
    said = told({one: "tests/x.py::y", other: ""}, seed=5, void=())
    assert "with seed 5: **1 of 2 noticed (50.0%)**." in said
    assert said.endswith(f"\n* {line(other)}\n")


def test_a_process_that_does_not_end_gives_nothing() -> None:
    assert list(forked([0.0, 60.0], time.sleep, jobs=2, seconds=0.5)) == [(0.0, None), (60.0, None)]

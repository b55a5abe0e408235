"""The tool that draws mutants: each is one change, and is noticed or not."""

from pathlib import Path

import pytest

from mutation.__main__ import ROOT, copied, failing, nearest, noticed, told
from mutation.mutants import Mutant, mutant, places

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
NOTHING = "tests/mutation/test_mutants.py::test_nothing"


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
    assert len({one.source for one in made}) == len(made)


def test_a_broken_module_is_noticed_and_a_whole_one_is_not(tmp_path: Path) -> None:
    tree = copied(tmp_path)
    path = ROOT / "toolkit" / "errors.py"
    text = path.read_text(encoding="utf-8")
    broken = Mutant(path, 1, "", "", text + "\nraise ValueError\n")
    assert noticed(broken, tree, seconds=120.0)
    assert (tree / "toolkit" / "errors.py").read_text(encoding="utf-8") == text
    assert failing([f"{NOTHING}[as it is]"], tree) == []
    (tree / "broken").touch()
    assert failing([f"{NOTHING}[as it is]"], tree) == [f"{NOTHING}[as it is]"]


@pytest.mark.parametrize("name", ["as it is"])
def test_nothing(name: str) -> None:
    """What the test above runs in its copy."""
    assert not Path("broken").exists(), name


@pytest.mark.parametrize(
    ("module", "test"),
    [
        ("analysis/leads.py", "tests/analysis/test_leads.py"),
        ("analysis/rates/rates.py", "tests/analysis/test_rates.py"),
        ("analysis/preference/pairs.py", "tests/analysis/test_preference.py"),
    ],
)
def test_the_nearest_tests_bear_the_name_of_the_module(module: str, test: str) -> None:
    assert nearest(ROOT / "toolkit" / module)[0] == test


def test_the_report_names_those_that_were_not_noticed() -> None:
    path = ROOT / "toolkit" / "canon.py"
    one, other = Mutant(path, 3, "a < b", "a > b", "1"), Mutant(path, 4, "1", "2", "2")
    said = told([one, other], {one: "tests/x.py::y"}, seed=5, void=())
    assert "with seed 5: **1 of 2 noticed (50.0%)**." in said
    assert said.endswith("* `toolkit/canon.py:4` `1` → `2`\n")

"""The contracts of ``.importlinter``, each seen to turn red; sub-rooms without an import cycle."""

import ast
import shutil
import subprocess
import sys
from configparser import ConfigParser
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ConfigParser()
CONTRACTS.read(ROOT / ".importlinter")
NAMES = [name.removeprefix("importlinter:contract:") for name in CONTRACTS.sections()[1:]]

BROKEN = {
    "floors": ("record", "import toolkit.session"),
    "light": ("widgets", "import numpy"),
    "blind": ("analysis", "import openai"),
    "engine": ("probes/engine", "import toolkit.design"),
    "producers": ("probes/engine", "import toolkit.probes.units"),
    "design": ("design/contrasts", "import toolkit.design.studies"),
    "analysis": ("analysis/rates", "import toolkit.analysis.preference"),
    "arrays": ("analysis/engine", "import pandas"),
    "record": ("record/rows", "import toolkit.record.journal"),
    "session": ("session/rating", "import toolkit.session.explore"),
    "commands": ("cli/study", "import toolkit.cli.sample"),
}
"""Contract to a folder below ``toolkit`` and an import that must not stand there."""


def lint(place: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Check one contract of the copy at ``place``."""
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--contract", name, "--no-cache"]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__", "static", "*.yaml")
    shutil.copytree(ROOT / "toolkit", place / "toolkit", ignore=ignored)
    shutil.copy(ROOT / ".importlinter", place)
    return place


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_import_breaks_its_contract(copy: Path, name: str) -> None:
    folder, statement = BROKEN[name]
    planted = copy / "toolkit" / folder / "planted.py"
    planted.write_text(f"{statement}\n", encoding="utf-8")
    try:
        checked = lint(copy, name)
    finally:
        planted.unlink()
    # An exhaustive contract may name the planted module too, which is not what is meant.
    assert checked.returncode != 0
    wanted = statement.removeprefix("import ")
    assert f"planted -> {wanted}" in checked.stdout, checked.stdout


def sub_rooms(room: Path) -> dict[str, set[str]]:
    """Each sub-room or module of a room to those of its siblings that it imports, anywhere."""
    package = f"toolkit.{room.name}."
    found: dict[str, set[str]] = {}
    for path in room.rglob("*.py"):
        here = path.relative_to(room).with_suffix("").parts[0]
        if here == "__init__":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package):
                there = str(node.module).removeprefix(package).split(".")[0]
                found.setdefault(here, set()).update({there} - {here})
    return found


@pytest.mark.parametrize("room", sorted(p.parent.name for p in ROOT.glob("toolkit/*/__init__.py")))
def test_sub_rooms_import_each_other_in_one_direction(room: str) -> None:
    try:
        TopologicalSorter(sub_rooms(ROOT / "toolkit" / room)).prepare()
    except CycleError as problem:
        pytest.fail(f"toolkit.{room} runs in a circle: {' -> '.join(problem.args[1])}")

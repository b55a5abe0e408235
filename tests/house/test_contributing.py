"""Every dependency has a line that says why it is there."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = {"mypy", "ruff", "import-linter", "pandas-stubs", "types-pyyaml", "types-seaborn"}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        wanted += extra
    return {re.split(r"[\[<>=! ]", line)[0].lower() for line in wanted}


def test_every_dependency_is_explained() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").lower()
    table = text[text.index("## dependencies") :]
    missing = {name for name in declared() - TOOLS if name not in table}
    assert missing == set()

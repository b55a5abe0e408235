"""The README names what exists, and everything that exists is named."""

import re
from pathlib import Path

import pytest

from toolkit.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_is_in_the_readme() -> None:
    missing = [name for name in COMMANDS if f"`parallax {name}" not in README]
    assert missing == []


def test_every_command_in_the_readme_exists() -> None:
    named = set(re.findall(r"parallax (\w+)", README))
    assert named - set(COMMANDS) == set()


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#:]+)", README))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


def test_every_make_target_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?m)(?:^|`)make (\w+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target

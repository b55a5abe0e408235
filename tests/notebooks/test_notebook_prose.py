"""What notebooks and READMEs name in their text exists: notebooks, paths, calls as written."""

import inspect
import json
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from lab import ROOT

DOORS = ("toolkit", *(f"toolkit.{room}" for room in ("analysis", "design", "report", "session")))
NOTEBOOKS = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
READMES = ("README.md", "personas/README.md", "results/README.md")
CALL = re.compile(r"`([\w.]+)\(([^`()]*)\)`")
PATH = re.compile(r"`((?:notebooks|personas|results/sample|tests|toolkit)/[\w./-]*)`")


def markdown(name: str) -> str:
    if name in READMES:
        return (ROOT / name).read_text(encoding="utf-8")
    cells = json.loads(NOTEBOOKS[name].read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(one["source"]) for one in cells if one["cell_type"] == "markdown")


def named(dotted: str) -> Callable[..., Any]:
    """The object of a public name; without its room, from the first door that offers it."""
    room, _, name = dotted.rpartition(".")
    doors = [import_module(door) for door in ([room] if room else DOORS)]
    return next(getattr(door, name) for door in doors if hasattr(door, name))


def arguments(written: str) -> tuple[list[str], dict[str, str]]:
    words = [word.strip() for word in written.split(",") if word.strip()]
    pairs = [word.partition("=") for word in words]
    return [name for name, equals, _ in pairs if not equals], {
        name: value for name, equals, value in pairs if equals
    }


@pytest.mark.parametrize("name", [*READMES, *NOTEBOOKS])
class TestProse:
    def test_every_notebook_named_is_there(self, name: str) -> None:
        assert set(re.findall(r"`(\d\d_\w+)`", markdown(name))) <= set(NOTEBOOKS)

    def test_every_path_named_is_there(self, name: str) -> None:
        assert [path for path in PATH.findall(markdown(name)) if not (ROOT / path).exists()] == []

    def test_every_call_takes_what_it_is_given(self, name: str) -> None:
        for dotted, written in CALL.findall(markdown(name)):
            if dotted.startswith("toolkit.") or "." not in dotted:
                positional, keywords = arguments(written)
                inspect.signature(named(dotted)).bind(*positional, **keywords)


def test_texts_do_name_calls_paths_and_notebooks() -> None:
    together = "\n".join(map(markdown, [*READMES, *NOTEBOOKS]))
    assert len(CALL.findall(together)) >= 3
    assert len(PATH.findall(together)) >= 5

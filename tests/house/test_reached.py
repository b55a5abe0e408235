"""Nothing in the analysis is there for nobody: a command, a step of the plan or a notebook uses it.

Definitions refer to each other by the names they use; what no chain of these leads to from outside
of the room is reached by no one.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from toolkit import analysis

ROOT = Path(__file__).resolve().parents[2]
ROOM = "toolkit.analysis"
Definition = tuple[str, str]
"""Module and name."""

KEPT: Mapping[Definition, str] = {
    (f"{ROOM}.frames.columns", "columns"): "what the columns of a frame mean, to look up by hand",
}
"""Reached by nobody, and why it is there all the same."""


def test_every_public_name_of_the_analysis_is_used() -> None:
    unused = {name for name in analysis.__all__ if where(ROOM, name) not in reached()}
    assert unused <= {name for _, name in KEPT}


def test_every_definition_of_the_analysis_is_used() -> None:
    assert [one for one in definitions() if one not in reached()] == []


def test_what_is_kept_for_a_reason_is_there_and_reached_by_nobody_else() -> None:
    assert set(KEPT) <= set(definitions())
    assert not set(KEPT) & reached(but=True)


@cache
def reached(*, but: bool = False) -> frozenset[Definition]:
    """Follow names from the commands, the notebooks and the README, and from what is kept.

    Args:
        but: without what is kept.
    """
    ring = {where(module, name) for module, name in _from_outside()}
    ring |= set() if but else set(KEPT)
    seen = set(ring)
    while ring:
        found = {where(one[0], name) for one in ring for name in definitions().get(one, ())}
        ring = found - seen
        seen |= ring
    return frozenset(seen)


@cache
def definitions() -> Mapping[Definition, frozenset[str]]:
    """Give what every module defines, and the names each definition uses."""
    return {
        (module, name): frozenset(_names(node))
        for module, tree in modules().items()
        for name, node in _defined(tree)
    }


@cache
def modules() -> Mapping[str, ast.Module]:
    paths = sorted((ROOT / "toolkit" / "analysis").rglob("*.py"))
    return {_dotted(path): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def where(module: str, name: str) -> Definition:
    """Follow a name, or a name of an imported module, through doors to what defines it."""
    first, _, rest = name.partition(".")
    while (origin := _imports(module).get(first)) and origin[0] in modules():
        module, first = origin
    inner = f"{module}.{first}"
    return where(inner, rest) if rest and inner in modules() else (module, first)


@cache
def _imports(module: str) -> Mapping[str, Definition]:
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(modules().get(module, ast.Module([], [])))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _defined(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [one.id for whole in targets for one in ast.walk(whole) if _is_name(one)]
            yield from ((name, node) for name in names if name != "__all__")


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)


def _names(node: ast.AST) -> Iterator[str]:
    """Give every name a definition uses, those in quoted annotations too and no docstring's."""
    said = {id(one.value) for one in ast.walk(node) if isinstance(one, ast.Expr)}
    for one in ast.walk(node):
        if id(one) in said:
            continue
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            yield f"{one.value.id}.{one.attr}"
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and len(one.value) < 80:
            yield from re.findall(r"\w+", one.value)


def _from_outside() -> Iterator[Definition]:
    paths = [one for one in (ROOT / "toolkit").rglob("*.py") if not _dotted(one).startswith(ROOM)]
    sources = [path.read_text(encoding="utf-8") for path in paths]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for source in [*sources, *_cells(), *re.findall(r"```python\n(.*?)```", readme, re.DOTALL)]:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(ROOM):
                yield from ((node.module or "", alias.name) for alias in node.names)


def _cells() -> Iterator[str]:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield re.sub(r"^(\s*)await ", r"\1", "".join(cell["source"]), flags=re.MULTILINE)

"""Mutants of a module: each one operator, constant or return value away from the source.

Numbers in ``plots/`` say how a figure looks and are left as they are: no test should hold them.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_SWAPPED = [
    (ast.Lt, ast.LtE),
    (ast.Gt, ast.GtE),
    (ast.Eq, ast.NotEq),
    (ast.In, ast.NotIn),
    (ast.Is, ast.IsNot),
    (ast.Add, ast.Sub),
    (ast.Mult, ast.Div),
    (ast.BitAnd, ast.BitOr),
    (ast.And, ast.Or),
]
NEAR: dict[type[ast.AST], type[ast.AST]] = {
    **dict(_SWAPPED),
    **{other: one for one, other in _SWAPPED},
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
_TURNED = [(ast.Lt, ast.Gt), (ast.LtE, ast.GtE)]
TURNED = {**dict(_TURNED), **{other: one for one, other in _TURNED}}
SILENT = {"frozen", "kw_only", "observed", "repr", "slots", "strict", "total"}
"""Flags that a program without a fault does not feel."""
Change = Callable[[ast.AST], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module."""

    path: Path
    line: int
    before: str
    after: str
    source: str
    """The whole module with the change; comments are gone."""


def places(path: Path) -> int:
    """Count the changes that a module allows."""
    return len(_changes(path)[1])


def mutant(path: Path, number: int) -> Mutant:
    """Make one mutant of a module.

    Args:
        path: of the module.
        number: which change, from 0 to ``places`` less one.
    """
    tree, changes = _changes(path)
    node, change = changes[number]
    before = ast.unparse(node)
    change(node)
    line: int = node.lineno  # type: ignore[attr-defined]
    return Mutant(path, line, before, ast.unparse(node), ast.unparse(tree))


def _changes(path: Path) -> tuple[ast.Module, list[tuple[ast.AST, Change]]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    drawn = "plots" in path.parts
    numbers = ast.Constant, ast.UnaryOp
    return tree, [one for one in _all(tree) if not (drawn and isinstance(one[0], numbers))]


def _all(tree: ast.AST) -> Iterator[tuple[ast.AST, Change]]:
    for node in _code(tree):
        if isinstance(node, ast.Compare):
            for near in (NEAR, TURNED):
                if kind := near.get(type(node.ops[0])):
                    yield node, _set("ops", [kind(), *node.ops[1:]])
        elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in NEAR:
            yield node, _set("op", NEAR[type(node.op)]())
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            yield node, _set("op", ast.UAdd())
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node, _set("operand", ast.UnaryOp(ast.Not(), node.operand))
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
            yield node, _set("value", _other(node.value))
        elif isinstance(node, ast.Return) and not _says_nothing(node):
            yield node, _set("value", ast.Constant(None))


def _set(name: str, value: object) -> Change:
    return lambda node: setattr(node, name, value)


def _other(value: bool | int | float) -> bool | int | float:
    return (not value) if isinstance(value, bool) else value + 1


def _says_nothing(node: ast.Return) -> bool:
    return node.value is None or (isinstance(node.value, ast.Constant) and not node.value.value)


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """Walk what runs: no annotations, no decorators, no silent flags."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            silent = isinstance(child, ast.keyword) and child.arg in SILENT
            if isinstance(child, ast.AST) and not silent:
                yield from _code(child)

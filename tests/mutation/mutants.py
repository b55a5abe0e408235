"""Mutants of a module: each one operator, constant or return value away from the source.

Left out is what no test can or should hold; each kind says why.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

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
SILENT = {
    "check_finite",
    "frozen",
    "ignore_errors",
    "include_url",
    "kw_only",
    "observed",
    "repr",
    "slots",
    "strict",
    "total",
}
"""Flags that a program without a fault does not feel."""
UNREAD = {"annotation", "returns", "decorator_list", "type_params"}
"""Parts of the syntax that say what something is, and do nothing when the program runs."""
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
Change = Callable[[ast.AST], None]
Place = tuple[ast.AST, ast.stmt, Change]
"""What changes, the statement that it stands in, and how."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module."""

    path: Path
    number: int
    lines: range
    """Of the statement without those inside it; of a default value, the whole function's."""
    names: frozenset[str]
    """What the statement gives a value to."""
    before: str
    after: str


def places(path: Path) -> int:
    """Count the changes that a module allows."""
    return len(_places(path)[1])


def mutant(path: Path, number: int) -> Mutant:
    """Make one mutant of a module.

    Args:
        path: of the module.
        number: which change, from 0 to ``places`` less one.
    """
    node, statement, change = _places(path)[1][number]
    before = ast.unparse(node)
    change(node)
    inner = [] if isinstance(statement, FUNCTION) else getattr(statement, "body", [])
    end = inner[0].lineno if inner else (statement.end_lineno or 0) + 1
    lines = range(statement.lineno, max(end, statement.lineno + 1))
    names = frozenset(_given(statement))
    return Mutant(path, number, lines, names, before, after=ast.unparse(node))


def changed(path: Path, number: int) -> CodeType:
    """Compile a module with one change; every line keeps its number.

    Args:
        path: of the module.
        number: which change.
    """
    tree, made = _places(path)
    node, _, change = made[number]
    change(node)
    return compile(ast.fix_missing_locations(tree), str(path), "exec")


def _given(statement: ast.stmt) -> Iterator[str]:
    targets: Sequence[ast.AST] = getattr(statement, "targets", [getattr(statement, "target", None)])
    for node in (inner for one in targets if one for inner in ast.walk(one)):
        if isinstance(node, ast.Name):
            yield node.id


def _places(path: Path) -> tuple[ast.Module, list[Place]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # Numbers there say how a figure looks: no test should hold them.
    drawn = "plots" in path.parts
    numbers = ast.Constant, ast.UnaryOp
    found = [(*place, how) for place in _code(tree) for how in _changes(place[0])]
    return tree, [one for one in found if not (drawn and isinstance(one[0], numbers))]


def _changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for near in (NEAR, TURNED):
            if kind := near.get(type(node.ops[0])):
                yield _set("ops", [kind(), *node.ops[1:]])
    elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in NEAR:
        yield _set("op", NEAR[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield _set("op", ast.UAdd())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield _set("operand", ast.UnaryOp(ast.Not(), node.operand))
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        yield _set("value", _other(node.value))
    elif isinstance(node, ast.Return) and not _says_nothing(node):
        yield _set("value", ast.Constant(None))


def _set(name: str, value: object) -> Change:
    return lambda node: setattr(node, name, value)


def _other(value: bool | int | float) -> bool | int | float:
    return (not value) if isinstance(value, bool) else value + 1


def _says_nothing(node: ast.Return) -> bool:
    return node.value is None or (isinstance(node.value, ast.Constant) and not node.value.value)


def _code(node: ast.AST, statement: ast.stmt | None = None) -> Iterator[tuple[ast.AST, ast.stmt]]:
    """Walk what runs, each with the innermost statement around it."""
    statement = node if isinstance(node, ast.stmt) else statement
    if statement:
        yield node, statement
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            silent = name in UNREAD or (isinstance(child, ast.keyword) and child.arg in SILENT)
            if isinstance(child, ast.AST) and not silent:
                yield from _code(child, statement)

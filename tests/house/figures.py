"""The house in figures: lines, rooms, doors, docstrings. Printed by ``make house``.

Code lines are lines that hold a token other than a comment, without docstrings. Nothing here
passes or fails; the tests beside it use the same counts for what must hold.
"""

import ast
import configparser
import importlib
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}
_EXPLAINED = re.compile(r"^    \*{0,2}(\w+):", re.MULTILINE)
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class Function(NamedTuple):
    """One function of a module: where it stands, how long it is, whether it has one ``Args:``."""

    path: Path
    name: str
    line: int
    lines: int
    arguments: int
    has_args: bool
    unexplained: tuple[str, ...]
    """Its arguments that have no line of their own below ``Args:``."""

    @property
    def wants_args(self) -> bool:
        """A public function with two or more arguments explains each of them."""
        return not self.name.startswith("_") and self.arguments >= 2


def main() -> None:
    """Print every figure, one a line."""
    source, tests = code_lines(ROOT / "toolkit"), code_lines(ROOT / "tests")
    total = sum(source.values())
    rooms = Counter({room: sum(files.values()) for room, files in by_room(source).items()})
    largest, size = rooms.most_common(1)[0]
    wanting = [one for path in source for one in functions(path) if one.wants_args]
    lengths = sorted(one.lines for path in source for one in functions(path))
    sizes = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in source)
    say("modules", f"{len(source)}, median {sizes[len(sizes) // 2]} lines, largest {sizes[-1]}")
    say("source, lines of code", f"{total:,}")
    say("tests, lines of code", f"{sum(tests.values()):,}")
    say("tests ÷ source", f"{sum(tests.values()) / total:.2f}")
    say("largest room", f"{largest}, {100 * size / total:.0f} % of the source")
    say("rooms", ", ".join(f"{room} {lines:,}" for room, lines in rooms.most_common()))
    say("functions", f"median {lengths[len(lengths) // 2]} lines, longest {lengths[-1]}")
    say("import contracts", ", ".join(contracts()))
    say("names at each door", ", ".join(f"{room} {names}" for room, names in doors()))
    covered = sum(one.has_args for one in wanting)
    say("public functions with Args:", f"{covered} of {len(wanting)}")


def say(label: str, figure: str) -> None:
    sys.stdout.write(f"{label:<28} {figure}\n")


def code_lines(folder: Path) -> dict[Path, int]:
    """Lines of code of each Python file below a folder."""
    return {path: len(_code(path)) for path in sorted(folder.rglob("*.py"))}


def by_room(source: dict[Path, int]) -> dict[str, dict[Path, int]]:
    """The files of each room; what lies beside the rooms counts as ``top``."""
    rooms: dict[str, dict[Path, int]] = {}
    for path, lines in source.items():
        parts = path.relative_to(ROOT / "toolkit").parts
        rooms.setdefault(parts[0] if len(parts) > 1 else "top", {})[path] = lines
    return rooms


def functions(path: Path) -> Iterator[Function]:
    """The functions of a module, and the methods of its classes; none inside a function."""
    for owner in (_tree(path), *(node for node in _tree(path).body if _is_public_class(node))):
        for node in owner.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                taken = [one for one in names if one.arg not in {"self", "cls"}]
                said = ast.get_docstring(node) or ""
                yield Function(
                    path,
                    node.name,
                    node.lineno,
                    (node.end_lineno or node.lineno) - node.lineno + 1,
                    len(taken) if isinstance(owner, ast.Module) else 0,
                    said.count("Args:\n") == 1,
                    _unexplained(node.args, said),
                )


def contracts() -> list[str]:
    """The names of the import contracts."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return [parser[part]["name"] for part in parser.sections() if ":contract:" in part]


def rooms() -> list[str]:
    """The rooms of the house: every package right below ``toolkit``."""
    return sorted(path.parent.name for path in (ROOT / "toolkit").glob("*/__init__.py"))


def doors() -> Iterator[tuple[str, int]]:
    """Each room with the number of names its door offers."""
    for room in rooms():
        yield room, len(getattr(importlib.import_module(f"toolkit.{room}"), "__all__", ()))


def _unexplained(arguments: ast.arguments, docstring: str) -> tuple[str, ...]:
    """The arguments without a line of their own; one named ``_…`` is not used and needs none."""
    section = re.split(r"\n(?=\S)", docstring.partition("Args:\n")[2])[0]
    several = [one for one in (arguments.vararg, arguments.kwarg) if one]
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *several]
    known = {*_EXPLAINED.findall(section), "self", "cls"}
    return tuple(one.arg for one in every if one.arg not in known and one.arg[0] != "_")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _is_public_class(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and not node.name.startswith("_")


def _code(path: Path) -> set[int]:
    text = path.read_text(encoding="utf-8")
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return lines - _docstrings(path)


def _docstrings(path: Path) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, Documented) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


if __name__ == "__main__":
    main()

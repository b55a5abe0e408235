"""``make soak`` draws random mutants of the toolkit and counts those that some test notices.

A mutant is written into a copy of the tree, the test files nearest to it run there until one
fails, and the copy is restored. One that no test notices within its time has survived.
"""

import argparse
import ast
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from mutation.mutants import Mutant, mutant, places

ROOT = Path(__file__).resolve().parents[2]
REPORT = Path(__file__).with_name("report.md")
LEFT_OUT = ("bench", "calibration", "house", "journeys", "mutation", "notebooks", "reference")
COPIED = ("toolkit", "tests", "personas", "notebooks", "results", "pyproject.toml", "README.md")
FILES = 6
"""Test files tried for a mutant, nearest first."""
NO_TESTS = 5
"""What pytest ends with when it finds none."""
BROKEN = "nothing can be loaded"


def main() -> int:
    made = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    made.add_argument("rooms", nargs="*", help="only these folders or files of toolkit/")
    made.add_argument("--mutants", type=int, default=200)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--minutes", type=float, default=180.0, help="draw no mutant after these")
    made.add_argument("--seconds", type=float, default=240.0, help="the tests of one mutant have")
    made.add_argument("--wanted", type=float, default=0.85, help="share noticed; less is an error")
    made.add_argument("--report", action="store_true", help=f"renew {REPORT.name}")
    asked = made.parse_args()
    end = time.monotonic() + 60 * asked.minutes
    _load_libraries()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = copied(Path(folder))
        killers: dict[Mutant, str] = {}
        tried = []
        for one in drawn(asked.rooms, asked.mutants, asked.seed):
            if time.monotonic() > end:
                break
            tried.append(one)
            killer = noticed(one, tree, seconds=asked.seconds)
            if killer:
                killers[one] = killer
            print(
                f"{len(killers)}/{len(tried)}", _line(one), f"[{killer or 'survived'}]", flush=True
            )
        void = failing(sorted(set(killers.values()) - {BROKEN}), tree)
    killers = {one: test for one, test in killers.items() if test not in void}
    said = told(tried, killers, seed=asked.seed, void=void)
    print(said)
    if asked.report:
        REPORT.write_text(said, encoding="utf-8")
    return 0 if len(killers) >= asked.wanted * len(tried) else 1


def drawn(rooms: Sequence[str], many: int, seed: int) -> Iterator[Mutant]:
    """Draw places of the whole toolkit, each as likely as any other.

    Args:
        rooms: folders or files to draw from, from ``toolkit/``; all of it when empty.
        many: mutants at most.
        seed: of the draw.
    """
    roots = [ROOT / "toolkit" / one for one in rooms] or [ROOT / "toolkit"]
    modules = sorted(
        {p for root in roots for p in ([root] if root.is_file() else root.rglob("*.py"))}
    )
    spots = [(path, number) for path in modules for number in range(places(path))]
    for path, number in random.Random(seed).sample(spots, min(many, len(spots))):
        yield mutant(path, number)


def copied(folder: Path) -> Path:
    """Copy what the tests read; a copy, so that a run that is stopped leaves nothing behind."""
    for name in COPIED:
        kind = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        kind(ROOT / name, folder / name)
    return folder


def noticed(one: Mutant, tree: Path, *, seconds: float) -> str:
    """Run the tests nearest to a mutant.

    Args:
        one: the mutant.
        tree: the copy to run in.
        seconds: for all of its test files.

    Returns:
        The test that failed, or that none could begin; empty when all passed.
    """
    path = tree / one.path.relative_to(ROOT)
    original = path.read_text(encoding="utf-8")
    try:
        _write(path, one.source)
        return next(iter(failing(nearest(one.path)[:FILES], tree, seconds=seconds, first=True)), "")
    finally:
        _write(path, original)


def _write(path: Path, source: str) -> None:
    path.write_text(source, encoding="utf-8")
    for stale in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        stale.unlink()


def failing(
    tests: Sequence[str], tree: Path, *, seconds: float = 3600.0, first: bool = False
) -> list[str]:
    """Run tests in a process of its own and give those that failed.

    Args:
        tests: files or ids, from the root.
        tree: where to run.
        seconds: for all of them; what is not finished has not failed.
        first: stop at the first.
    """
    if not tests:
        return []
    output = tree / "output.txt"
    child = os.fork()
    if not child:
        _run(tests, tree, output, first=first)
    end = time.monotonic() + seconds
    while not (ended := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < end:
        time.sleep(0.1)
    if not ended[0]:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
    said = output.read_text(encoding="utf-8", errors="replace")
    found = re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", said, re.MULTILINE)
    broken = ended[0] and os.waitstatus_to_exitcode(ended[1]) not in (0, NO_TESTS)
    return found or [BROKEN] * bool(broken)


def _run(tests: Sequence[str], tree: Path, output: Path, *, first: bool) -> None:
    """Become pytest; what the parent had loaded need not be loaded again."""
    os.setsid()
    os.chdir(tree)
    stream = output.open("w", encoding="utf-8")
    for number in (1, 2):
        os.dup2(stream.fileno(), number)
    sys.stdout = sys.stderr = stream
    os.environ["PYTHONPATH"] = os.pathsep.join([str(tree), str(tree / "tests")])
    sys.path[:] = [str(tree), *(one for one in sys.path if Path(one or ".").resolve() != ROOT)]
    for name, loaded in list(sys.modules.items()):
        if str(getattr(loaded, "__file__", None)).startswith((f"{ROOT}/toolkit", f"{ROOT}/tests")):
            del sys.modules[name]
    import pytest

    stop = ["-x"] if first else []
    options = ["-q", "--tb=no", "-p", "no:cacheprovider", "--timeout=90", "-m", "not browser"]
    ended = pytest.main([*options, *stop, *tests])
    stream.flush()
    os._exit(ended)


def _load_libraries() -> None:
    """Load what most tests need, once: no part of the toolkit, so that mutants are loaded."""
    for name in ("pytest", "pandas", "scipy.stats", "scipy.optimize", "sqlalchemy", "pydantic"):
        __import__(name)


def nearest(module: Path) -> list[str]:
    """Give the test files of a module, nearest first: by file name, imports and public names.

    Those of the modules that import it come next, as many as it takes.
    """
    seen, ring, found = {module}, [module], []
    while ring and len(found) < FILES:
        ranks = {test: max(_rank(test, one, _public(one)) for one in ring) for test in _tests()}
        ordered = sorted(_tests(), key=lambda test: (-ranks[test], str(test)))
        found += [one for one in ordered if ranks[one] > 0 and one not in found]
        ring = [
            one for one in _modules() if one not in seen and {*map(_dotted, ring)} & _imported(one)
        ]
        seen.update(ring)
    return [str(one.relative_to(ROOT)) for one in found]


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _rank(test: Path, module: Path, public: frozenset[str]) -> float:
    shared = sum(1 / _knowing(name) for name in public if name in _words(test))
    named = any(one in test.stem for one in (module.stem, *module.relative_to(ROOT).parts[2:-1]))
    same = (
        module.relative_to(ROOT / "toolkit").parts[0] == test.relative_to(ROOT / "tests").parts[0]
    )
    rank = 4 * (_dotted(module) in _imported(test)) + 2 * (named and same) + 3 * min(shared, 1)
    return rank and rank + same


@cache
def _tests() -> tuple[Path, ...]:
    found = sorted((ROOT / "tests").rglob("test_*.py"))
    return tuple(one for one in found if one.relative_to(ROOT / "tests").parts[0] not in LEFT_OUT)


@cache
def _knowing(name: str) -> int:
    """How many test files have a word: a common one tells little."""
    return sum(name in _words(test) for test in _tests())


@cache
def _modules() -> tuple[Path, ...]:
    return tuple(sorted((ROOT / "toolkit").rglob("*.py")))


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _words(path: Path) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", path.read_text(encoding="utf-8")))


@cache
def _public(path: Path) -> frozenset[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    names = {one.name for one in _parsed(path).body if isinstance(one, kinds)}
    return frozenset(one for one in names if not one.startswith("_"))


@cache
def _imported(path: Path) -> frozenset[str]:
    nodes = [one for one in ast.walk(_parsed(path)) if isinstance(one, ast.ImportFrom)]
    return frozenset(one.module or "" for one in nodes)


def told(
    tried: Sequence[Mutant], killers: Mapping[Mutant, str], *, seed: int, void: Sequence[str]
) -> str:
    """Write the report.

    Args:
        tried: every mutant that was drawn.
        killers: the test that noticed each of those that were.
        seed: of the draw.
        void: tests that fail without any mutant; what they noticed does not count.
    """
    share = f"{len(killers) / max(len(tried), 1):.1%}"
    alive = [f"* {_line(one)}" for one in tried if one not in killers]
    at = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(at, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    said = (
        f"# Mutants\n\nDrawn at {datetime.now(UTC):%Y-%m-%d} from {commit.strip()} "
        f"with seed {seed}: **{len(killers)} of {len(tried)} noticed ({share})**.\n"
    )
    if void:
        said += f"\nTests that fail without a mutant, and so count for none: {', '.join(void)}.\n"
    noted = "Not noticed by any of the test files nearest to them:"
    return said + f"\n{noted}\n\n" + "\n".join(alive or ["none"]) + "\n"


def _line(one: Mutant) -> str:
    short = [" ".join(text.split())[:90] for text in (one.before, one.after)]
    return f"`{one.path.relative_to(ROOT)}:{one.line}` `{short[0]}` → `{short[1]}`"


if __name__ == "__main__":
    sys.exit(main())

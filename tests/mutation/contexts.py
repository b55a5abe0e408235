"""The map: which tests execute a line, and how long each takes; kept in ``.cache/``."""

import ast
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from mutation.mutants import Mutant
from mutation.trials import forked, measured

LEFT_OUT = {"bench", "calibration", "house", "journeys", "mutation", "notebooks", "reference"}
LONGEST = 900.0
"""Seconds for one test file under ``coverage``."""


class Map:
    """What each test file executes, one part a file; a part is renewed when its sources change."""

    def __init__(self, root: Path, tests: Sequence[str] = (), package: str = "toolkit") -> None:
        """Read what is kept.

        Args:
            root: of the tree.
            tests: only these files or folders; all when empty.
            package: folder that is mapped.
        """
        self.root, self.package = root, package
        places = [root / one for one in tests or ["tests"]]
        found = {
            path
            for one in places
            for path in ([one] if one.is_file() else one.rglob("test_*.py"))
            if path.relative_to(root).parts[1] not in LEFT_OUT
        }
        self.tests = sorted(found)
        self.parts: dict[Path, dict[str, Any]] = {}

    def renew(self, jobs: int) -> None:
        """Run every test file whose part is missing or stale.

        Args:
            jobs: how many at a time.
        """
        common = self._common()
        keys = {one: _digest([one], common) for one in self.tests}
        self.parts = {one: self._kept(one) for one in self.tests}
        stale = [one for one in self.tests if self.parts[one].get("key") != keys[one]]
        work = partial(measured, root=self.root, package=self.package)
        for done, (one, part) in enumerate(forked(stale, work, jobs=jobs, seconds=LONGEST), 1):
            self.parts[one] = {"tests": [], "lines": {}} if part is None else part
            many = len(self.parts[one]["tests"])
            print(f"map {done}/{len(stale)} {one.relative_to(self.root)}: {many} tests", flush=True)
            kept = self._place(one)
            kept.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"key": keys[one], **self.parts[one]})
            kept.write_text(text if part else "{}", encoding="utf-8")

    def _common(self) -> str:
        """Digest what every test may read: a changed line there moves the lines of every part."""
        shared = [one for one in (self.root / "tests").rglob("*.py") if "test_" not in one.name]
        known = [one for one in shared if one.parent.name not in LEFT_OUT]
        return _digest(sorted([*self._modules, *known]), "")

    def _place(self, test: Path) -> Path:
        name = ".".join(test.relative_to(self.root).with_suffix(".json").parts)
        return self.root / ".cache" / "mutation" / name

    def _kept(self, test: Path) -> dict[str, Any]:
        place = self._place(test)
        return json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}

    def noticing(self, one: Mutant, seconds: float) -> dict[str, float]:
        """Give the tests that may notice a mutant, in the order to run them.

        Files of which a larger share executes the line come first, and quick ones; the other tests
        of these files come last, since a value that is kept is computed for the first test alone.

        Args:
            one: the mutant.
            seconds: for all of them, half of which is kept for loading; the rest is left out.

        Returns:
            The seconds that each took when it was measured.
        """
        chosen = self._executing(one)
        ranked = sorted(chosen, key=lambda test: self._rank(test, chosen[test]))
        near = [(test, number) for test in ranked for number in chosen[test]]
        kept = set(near)
        rest = [
            (test, number)
            for test in ranked
            for number in range(len(self.parts[test]["tests"]))
            if (test, number) not in kept
        ]
        found: dict[str, float] = {}
        for test, number in [*near, *rest]:
            name, took = self.parts[test]["tests"][number]
            if sum(found.values()) + took <= seconds / 2:
                found[name] = took
        return found

    def _rank(self, test: Path, numbers: Sequence[int]) -> float:
        tests = self.parts[test]["tests"]
        return (0.5 + sum(tests[one][1] for one in numbers)) * len(tests) / len(numbers)

    def _executing(self, one: Mutant) -> dict[Path, list[int]]:
        """Give the tests of each file that execute a mutant, the quickest first."""
        lines = [(one.path, line) for line in one.lines]
        found = self._at(lines)
        if any(-1 in numbers for numbers in found.values()):
            body = [(one.path, line) for line in one.body]
            readers = [place for name in one.names for place in self._mentions[name]]
            found = self._at([*lines, *body, *readers])
            if not any(numbers - {-1} for numbers in found.values()):
                found = self._at([(one.path, line) for line in range(1, 9999)])
        return {
            test: sorted(numbers - {-1}, key=lambda number: self.parts[test]["tests"][number][1])
            for test, numbers in found.items()
            if numbers - {-1}
        }

    def _at(self, lines: Iterable[tuple[Path, int]]) -> dict[Path, set[int]]:
        found: dict[Path, set[int]] = defaultdict(set)
        for path, line in lines:
            name = str(path.relative_to(self.root))
            for test, part in self.parts.items():
                found[test].update(part["lines"].get(name, {}).get(str(line), ()))
        return found

    @cached_property
    def _mentions(self) -> dict[str, list[tuple[Path, int]]]:
        found: dict[str, list[tuple[Path, int]]] = defaultdict(list)
        for path in self._modules:
            for name, line in _named(ast.parse(path.read_text(encoding="utf-8"))):
                found[name].append((path, line))
        return found

    @cached_property
    def _modules(self) -> list[Path]:
        return sorted((self.root / self.package).rglob("*.py"))


def _named(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        name = getattr(node, "id", None) or getattr(node, "attr", None)
        if isinstance(name, str):
            yield name, node.lineno  # type: ignore[attr-defined]


def _digest(paths: Iterable[Path], salt: str) -> str:
    made = hashlib.sha256(salt.encode())
    for path in paths:
        made.update(path.read_bytes())
    return made.hexdigest()

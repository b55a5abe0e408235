"""The map: which tests execute a line, and how long each takes; kept in ``.cache/``."""

import ast
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from mutation.mutants import Mutant
from mutation.trials import forked, measured

LEFT_OUT = {"bench", "calibration", "house", "journeys", "mutation", "notebooks", "reference"}
LONGEST = 900.0
"""Seconds for one test file under ``coverage``."""
EMPTY: dict[str, Any] = {"key": "", "tests": [], "lines": {}}


class Map:
    """What each test file executes, one part a file; a part is renewed when its sources change."""

    def __init__(self, root: Path, tests: Sequence[str] = (), package: str = "toolkit") -> None:
        """Name the sources.

        Args:
            root: of the tree.
            tests: only these files or folders; all when empty.
            package: folder that is mapped.
        """
        self.root, self.package = root, package
        self.chosen = [root / one for one in tests or ["tests"]]
        self.parts: dict[Path, dict[str, Any]] = {}

    def renew(self, jobs: int) -> None:
        """Read what is kept, and run every test file whose part is missing or stale.

        Args:
            jobs: how many at a time.
        """
        known = sorted((self.root / "tests").rglob("*.py"))
        known = [one for one in known if one.relative_to(self.root).parts[1] not in LEFT_OUT]
        tests = [one for one in known if one.name.startswith("test_")]
        # A line added to what tests share, or to the toolkit, moves the lines of every part.
        common = [*self._modules, *(one for one in known if one not in tests)]
        wanted = [one for one in tests if {one, *one.parents} & {*self.chosen}]
        keys = {one: _digest([*common, one]) for one in wanted}
        self.parts = {one: self._kept(one) for one in wanted}
        stale = [one for one in wanted if self.parts[one]["key"] != keys[one]]
        work = partial(measured, root=self.root, package=self.package)
        for done, (one, part) in enumerate(forked(stale, work, jobs=jobs, seconds=LONGEST), 1):
            self.parts[one] = {"key": keys[one], **part} if part else EMPTY
            many = f"{len(part['tests'])} tests" if part else "it did not end"
            print(f"map {done}/{len(stale)} {one.relative_to(self.root)}: {many}", flush=True)
            self._place(one).parent.mkdir(parents=True, exist_ok=True)
            self._place(one).write_text(json.dumps(self.parts[one]), encoding="utf-8")

    def _place(self, test: Path) -> Path:
        name = ".".join(test.relative_to(self.root).with_suffix(".json").parts)
        return self.root / ".cache" / "mutation" / name

    def _kept(self, test: Path) -> dict[str, Any]:
        place = self._place(test)
        return json.loads(place.read_text(encoding="utf-8")) if place.exists() else EMPTY

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
        near = [self.parts[test]["tests"][number] for test in ranked for number in chosen[test]]
        all_of_them = [one for test in ranked for one in self.parts[test]["tests"]]
        found: dict[str, float] = {}
        for name, took in [*near, *all_of_them]:
            if name not in found and sum(found.values()) + took <= seconds / 2:
                found[name] = took
        return found

    def _rank(self, test: Path, numbers: Sequence[int]) -> float:
        tests = self.parts[test]["tests"]
        return (0.5 + sum(tests[one][1] for one in numbers)) * len(tests) / len(numbers)

    def _executing(self, one: Mutant) -> dict[Path, list[int]]:
        """Give the tests of each file that execute a mutant, the quickest first.

        What runs when its module is loaded meets the tests of the lines that name what it sets,
        else of the whole module.
        """
        lines = [(one.path, line) for line in one.lines]
        found = self._at(lines)
        if any(-1 in numbers for numbers in found.values()):
            readers = [place for name in one.names for place in self._mentions[name]]
            found = self._at([*lines, *readers])
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
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Name | ast.Attribute):
                    name = node.id if isinstance(node, ast.Name) else node.attr
                    found[name].append((path, node.lineno))
        return found

    @cached_property
    def _modules(self) -> list[Path]:
        return sorted((self.root / self.package).rglob("*.py"))


def _digest(paths: Iterable[Path]) -> str:
    made = hashlib.sha256()
    for path in paths:
        made.update(path.read_bytes())
    return made.hexdigest()

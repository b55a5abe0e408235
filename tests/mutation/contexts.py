"""The map: which tests execute a line, and how long each takes; kept in ``.cache/``."""

import ast
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from mutation.mutants import Mutant
from mutation.trials import LOADED, forked, measured

Line = tuple[Path, int]

LEFT_OUT = {"bench", "calibration", "house", "journeys", "mutation", "notebooks", "reference"}
LONGEST = 900.0
"""Seconds for one test file under ``coverage``."""
LONG = 1.0
"""Seconds of a test that waits for the quicker ones."""
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

        Quick tests come first, those of files of its own room before others, and of files of which
        a larger share executes the line; the other tests of these files come last, since a value
        that is kept is computed for the first test alone.

        Args:
            one: the mutant.
            seconds: for all of them, half of which is kept for loading; the rest is left out.

        Returns:
            The seconds that each took when it was measured.
        """
        found: dict[str, float] = {}
        for lines in self._lines(one):
            for name, took in self._in_order(self._at(lines), self._room(one.path)):
                if name not in found and sum(found.values()) + took <= seconds / 2:
                    found[name] = took
        return found

    def _lines(self, one: Mutant) -> list[list[Line]]:
        """Give the lines whose tests may notice a mutant; what runs on loading says so by its name.

        A constant meets the tests of the lines that name it, and then those of its whole module.
        """
        own = [(one.path, line) for line in one.lines]
        if all(LOADED not in numbers for numbers in self._at(own).values()):
            return [own]
        readers = [line for name in one.names for line in self._mentions[name]]
        return [[*own, *readers], [(one.path, line) for line in range(1, 9999)]]

    def _at(self, lines: Iterable[Line]) -> dict[Path, set[int]]:
        found: dict[Path, set[int]] = defaultdict(set)
        for path, line in lines:
            name = str(path.relative_to(self.root))
            for test, part in self.parts.items():
                found[test].update(part["lines"].get(name, {}).get(str(line), ()))
        return found

    def _room(self, path: Path) -> str:
        return path.relative_to(self.root).parts[1]

    def _in_order(self, found: Mapping[Path, set[int]], room: str) -> list[tuple[str, float]]:
        ranked = []
        for file, numbers in found.items():
            tests = self.parts[file]["tests"]
            chosen = sorted((tests[one] for one in numbers - {LOADED}), key=lambda test: test[1])
            if chosen:
                took = 0.5 + sum(seconds for _, seconds in chosen)
                far = 1 if self._room(file) == room else 4
                ranked.append((took * far * len(tests) / len(chosen), chosen, tests))
        ranked.sort(key=lambda one: one[0])
        near = [test for _, chosen, _ in ranked for test in chosen]
        near.sort(key=lambda test: test[1] > LONG)
        return [*near, *(test for _, _, tests in ranked for test in tests)]

    @cached_property
    def _mentions(self) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = defaultdict(list)
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

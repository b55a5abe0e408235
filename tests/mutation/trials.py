"""Runs of pytest in forked processes: with a changed module, or measured by ``coverage``.

The parent has loaded the libraries and no part of the toolkit, so a child loads only that.
"""

import importlib.util
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from itertools import islice
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar

import coverage
import pytest

Task = TypeVar("Task")
LIBRARIES = ("pandas", "scipy.stats", "scipy.optimize", "sqlalchemy", "pydantic", "openai")
MEMORY = 8 << 30
"""Bytes that a child may have: a mutant may ask for more without end."""
FILES = 8
"""Test files that are collected together; the next are loaded only when these notice nothing."""
BROKEN = "nothing can be loaded"
# A plugin that a library loaded before is not told from a fault: pytest warns of both.
LOADED = "ignore::pytest.PytestAssertRewriteWarning"
OPTIONS = ("-q", "--tb=short", "-p", "no:cacheprovider", "-W", LOADED)
MEASURED = (*OPTIONS, "-m", "not browser and not embedded and not kills")


def load_libraries() -> None:
    """Load what most tests need, once."""
    for name in LIBRARIES:
        __import__(name)


def forked(
    tasks: Iterable[Task], work: Callable[[Task], object], *, jobs: int, seconds: float
) -> Iterator[tuple[Task, Any]]:
    """Do each task in a process of its own, some side by side.

    Args:
        tasks: in the order in which they begin.
        work: what to do; gives what JSON can hold.
        jobs: how many at a time.
        seconds: for each of them.

    Yields:
        A task and what its work gave, or none when it did not end in its time.
    """
    waiting = iter(tasks)
    running: dict[int, tuple[Task, Path, float]] = {}
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        while True:
            for task in islice(waiting, jobs - len(running)):
                folder = Path(tempfile.mkdtemp(dir=place))
                running[_begun(work, task, folder)] = task, folder, time.monotonic() + seconds
            if not running:
                return
            time.sleep(0.02)
            for child, (task, folder, end) in list(running.items()):
                ended = os.waitpid(child, os.WNOHANG)[0]
                if ended or time.monotonic() > end:
                    with suppress(ProcessLookupError):
                        os.killpg(child, signal.SIGKILL)
                    if not ended:
                        os.waitpid(child, 0)
                    del running[child]
                    yield task, _given(folder)
                    shutil.rmtree(folder, ignore_errors=True)


def _begun(work: Callable[[Task], object], task: Task, folder: Path) -> int:
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        sys.stdout = sys.stderr = (folder / "output.txt").open("w", encoding="utf-8", buffering=1)
        for number in (1, 2):
            os.dup2(sys.stdout.fileno(), number)
        os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = str(folder)
        tempfile.tempdir = None
        given = json.dumps(work(task))
        (folder / "given").write_text(given)
        (folder / "given").rename(folder / "given.json")
    except BaseException:
        (folder / "trace.txt").write_text(traceback.format_exc())
    finally:
        os._exit(0)


def _given(folder: Path) -> Any:
    trace, given = folder / "trace.txt", folder / "given.json"
    if trace.exists():
        sys.stderr.write(trace.read_text())
    return json.loads(given.read_text()) if given.exists() else None


def measured(test: Path, root: Path, package: str) -> dict[str, Any]:
    """Run a test file under ``coverage``, each test a context.

    Args:
        test: the file.
        root: of the tree.
        package: folder whose lines count.

    Returns:
        ``tests``, the id and seconds of each that passed, and ``lines``, a module's lines with the
        numbers of the tests that executed them; -1 for what runs when it is loaded.
    """
    watch = coverage.Coverage(data_file=None, include=[f"{root}/{package}/*"], config_file=False)
    plugin = _Contexts(watch)
    watch.start()
    pytest.main([*MEASURED, str(test)], plugins=[plugin])
    watch.stop()
    tests = [one for one in plugin.seconds if one not in plugin.failed]
    numbers = {"": -1, **{one: number for number, one in enumerate(tests)}}
    data = watch.get_data()
    lines = {}
    for path in data.measured_files():
        found = data.contexts_by_lineno(path).items()
        lines[str(Path(path).relative_to(root))] = {
            line: sorted(numbers[one] for one in contexts if one in numbers)
            for line, contexts in found
        }
    return {"tests": [(one, plugin.seconds[one]) for one in tests], "lines": lines}


class _Contexts:
    def __init__(self, watch: coverage.Coverage) -> None:
        self.watch = watch
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.watch.switch_context(item.nodeid)
        result = yield
        self.watch.switch_context("")
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if not report.passed:
            self.failed.add(report.nodeid)


def failing(tests: Mapping[str, float]) -> str:
    """Run tests until one fails.

    Args:
        tests: ids and the seconds each took, in the order in which they run.

    Returns:
        The first that failed, or that a file could not be loaded; empty when all passed.
    """
    files = list(dict.fromkeys(one.split("::")[0] for one in tests))
    for first in range(0, len(files), FILES):
        plugin = _Chosen(tests)
        pytest.main([*OPTIONS, "-x", *files[first : first + FILES]], plugins=[plugin])
        if plugin.failed:
            return plugin.failed
    return ""


class _Chosen:
    def __init__(self, tests: Mapping[str, float]) -> None:
        self.tests = tests
        self.failed = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        ranks = {one: rank for rank, one in enumerate(self.tests)}
        items[:] = sorted(
            (one for one in items if one.nodeid in ranks), key=lambda one: ranks[one.nodeid]
        )
        for item in items:
            # A change may let a loop run for ever: far longer than measured is a failure.
            limit = pytest.mark.timeout(15 + 5 * self.tests[item.nodeid])
            item.add_marker(limit, append=False)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or BROKEN

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid


class Replaced(MetaPathFinder):
    """Load one module from other code than its file holds."""

    def __init__(self, path: Path, root: Path, code: CodeType) -> None:
        """Say which.

        Args:
            path: of the module.
            root: of the tree.
            code: what to run instead.
        """
        parts = path.relative_to(root).with_suffix("").parts
        self.package = parts[-1] == "__init__"
        self.name = ".".join(parts[:-1] if self.package else parts)
        self.loader = _Compiled(self.name, str(path), code)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        """Answer for that module alone."""
        if fullname != self.name:
            return None
        inside = [str(Path(self.loader.path).parent)] if self.package else None
        return importlib.util.spec_from_file_location(
            fullname, self.loader.path, loader=self.loader, submodule_search_locations=inside
        )


class _Compiled(SourceFileLoader):
    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self.code = code

    def get_code(self, fullname: str) -> CodeType:
        return self.code

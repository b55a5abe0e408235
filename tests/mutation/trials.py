"""Runs of pytest in forked processes: with a changed module, or measured by ``coverage``.

The parent has loaded the libraries and no part of the toolkit, so a child loads only that.
"""

import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from itertools import islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar

import coverage
import pytest

Task = TypeVar("Task")
FORK = multiprocessing.get_context("fork")
MEMORY = 8 << 30
"""Bytes that a child may have: a mutant may ask for more without end."""
FILES = 8
"""Test files that are collected together; the next are loaded only when these notice nothing."""
LOADED = -1
"""In place of a test: what runs when a module is loaded."""
BROKEN = "nothing can be loaded"
# A plugin that a library loaded before is not told from a fault: pytest warns of both.
UNTOLD = "ignore::pytest.PytestAssertRewriteWarning"
OPTIONS = ("-q", "--tb=short", "-p", "no:cacheprovider", "-W", UNTOLD)
MEASURED = (*OPTIONS, "-m", "not browser and not embedded and not kills")


def load_libraries() -> None:
    """Load what most tests need, once."""
    for name in ("pandas", "scipy.stats", "scipy.optimize", "sqlalchemy", "pydantic", "openai"):
        __import__(name)


def forked(
    tasks: Iterable[Task], work: Callable[[Task], object], *, jobs: int, seconds: float
) -> Iterator[tuple[Task, Any]]:
    """Do each task in a process of its own, some side by side.

    Args:
        tasks: in the order in which they begin.
        work: what to do.
        jobs: how many at a time.
        seconds: for each of them.

    Yields:
        A task and what its work gave, or none when it did not end in its time.
    """
    waiting = iter(tasks)
    running: dict[Connection, tuple[Any, Task, float]] = {}
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as folder:
        while True:
            for task in islice(waiting, jobs - len(running)):
                answer, given = FORK.Pipe(duplex=False)
                child = FORK.Process(target=_alone, args=(work, task, given, folder))
                child.start()
                given.close()
                running[answer] = child, task, time.monotonic() + seconds
            if not running:
                return
            ready = wait(list(running), timeout=0.2)
            for answer, (child, task, end) in list(running.items()):
                if answer in ready or time.monotonic() > end:
                    del running[answer]
                    yield task, _received(answer)
                    with suppress(ProcessLookupError):
                        os.killpg(child.pid, signal.SIGKILL)
                    child.join()


def _received(answer: Connection) -> object:
    with answer, suppress(EOFError):
        return answer.recv() if answer.poll() else None


def _alone(work: Callable[[Task], object], task: Task, given: Connection, place: str) -> None:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    os.dup2(sys.stdout.fileno(), 1)
    # A test that was stopped may leave a mount behind.
    with tempfile.TemporaryDirectory(dir=place, ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        given.send(work(task))


def measured(test: Path, root: Path, package: str) -> dict[str, Any]:
    """Run a test file under ``coverage``, each test a context.

    Args:
        test: the file.
        root: of the tree.
        package: folder whose lines count.

    Returns:
        ``tests``, the id and seconds of each that passed, and ``lines``, a module's lines with the
        numbers of the tests that executed them, or ``LOADED``.
    """
    watch = coverage.Coverage(data_file=None, include=[f"{root}/{package}/*"], config_file=False)
    plugin = _Contexts(watch)
    watch.start()
    _run([*MEASURED, str(test)], plugin)
    watch.stop()
    tests = {one: took for one, took in plugin.seconds.items() if one not in plugin.failed}
    numbers = {"": LOADED, **{one: number for number, one in enumerate(tests)}}
    data = watch.get_data()
    lines = {
        str(Path(path).relative_to(root)): {
            str(line): sorted(numbers[one] for one in contexts if one in numbers)
            for line, contexts in data.contexts_by_lineno(path).items()
        }
        for path in data.measured_files()
    }
    return {"tests": list(tests.items()), "lines": lines}


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


def replace(path: Path, code: CodeType) -> None:
    """Load a module from other code than its file holds, when it is next loaded.

    Args:
        path: of the module.
        code: what to run instead.
    """
    kept = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> CodeType | None:
        return code if self.path == str(path) else kept(self, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


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
        ended = _run([*OPTIONS, "-x", *files[first : first + FILES]], plugin)
        # A conftest.py that cannot be loaded is told by the way it ended alone.
        if plugin.failed or ended not in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
            return plugin.failed or BROKEN
    return ""


def _run(options: Sequence[str], plugin: object) -> int:
    try:
        return pytest.main([*options], plugins=[plugin])
    except Warning:
        # What was left open is told when all has ended, and of no test.
        return 0


class _Chosen:
    def __init__(self, tests: Mapping[str, float]) -> None:
        self.tests = tests
        self.failed = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        found = {one.nodeid: one for one in items}
        items[:] = [found[one] for one in self.tests if one in found]
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

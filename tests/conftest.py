from collections.abc import Iterator

import pytest

LONG = 30
"""Seconds from which on a test is to be marked ``slow``."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order and group the tests for two workers: the longest groups begin first.

    A file is a group, so that what its fixtures build is built once. The tests that drive a
    browser are one group, and those that kill processes another: side by side with their own kind
    they would wait for each other's processor time and time out.
    """
    ranks = {item: _rank(item) for item in items}
    items.sort(key=lambda item: ranks[item][0])
    for item in items:
        item.add_marker(pytest.mark.xdist_group(ranks[item][1]))


def _rank(item: pytest.Item) -> tuple[int, str]:
    if item.get_closest_marker("browser"):
        return 0, "browser"
    if item.get_closest_marker("kills"):
        return 1, "kills"
    return (2 if item.get_closest_marker("slow") else 3), str(item.path)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that took long and are not marked so; a busy machine fails nothing."""
    passed: list[pytest.TestReport] = terminalreporter.stats.get("passed", [])
    for report in passed:
        if report.duration > LONG and "slow" not in report.keywords:
            terminalreporter.line(
                f"{report.nodeid}: {report.duration:.0f} s; wanted {LONG} s or the mark slow"
            )


@pytest.fixture(scope="session")
def chromium() -> "Iterator[object]":
    """The machine's Chromium; see ``browser.Chromium``."""
    # Imported here: most tests need no browser, and a run without one need not load its driver.
    from browser import launched

    with launched() as browser:
        yield browser

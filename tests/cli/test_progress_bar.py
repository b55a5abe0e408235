"""Progress of long work: a bar on a terminal, a few lines in a log."""

import io

from toolkit.cli.terminal import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_a_line_for_each_tenth() -> None:
    log = io.StringIO()
    shown = Progress("Fetching", unit="B", stream=log)
    for done in range(0, 100_000_001, 4_000_000):
        shown(done, 100_000_000)
    lines = log.getvalue().splitlines()
    assert lines[:3] == [
        "Fetching: 0 of 100 MB",
        "Fetching: 12 of 100 MB",
        "Fetching: 20 of 100 MB",
    ]
    assert lines[-1] == "Fetching: 100 of 100 MB"
    assert len(lines) == 11


def test_a_terminal_gets_a_bar_that_grows_in_place() -> None:
    terminal = Terminal()
    shown = Progress("Testers", unit="conversations", stream=terminal)
    shown(1, 30)
    shown(15, 30)
    shown(15, 30)
    shown(30, 30)
    assert terminal.getvalue() == (
        f"\rTesters █{'░' * 29} 1 of 30 conversations"
        f"\rTesters {'█' * 15}{'░' * 15} 15 of 30 conversations"
        f"\rTesters {'█' * 30} 30 of 30 conversations\n"
    )


def test_a_total_that_nobody_knows_leaves_the_bar_empty() -> None:
    terminal = Terminal()
    shown = Progress("Fetching", unit="B", stream=terminal)
    shown(3_000_000, 0)
    shown(9_000_000, 0)
    assert terminal.getvalue() == f"\rFetching {'░' * 30} 3 MB"

"""The counts that ``make house`` prints, on modules small enough to count by hand."""

from pathlib import Path

import figures
import pytest

MODULE = '''"""A docstring of
two lines."""

# a comment
import os


def one(a, b):
    """First line.

    Args:
        a: one
        b: two
    """
    return (
        a + b
    )


class Two:
    """Another docstring."""

    def method(self, a, b):
        return os.sep  # a line of code


def three(a, *, b):
    return """text
that is code"""
'''


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "module.py"
    path.write_text(MODULE, encoding="utf-8")
    return path


def test_blanks_comments_and_docstrings_are_no_lines_of_code(module: Path) -> None:
    assert figures.code_lines(module.parent) == {module: 11}


def test_functions_are_counted_with_their_length_and_args(module: Path) -> None:
    found = {
        one.name: (one.lines, one.wants_args, one.has_args) for one in figures.functions(module)
    }
    assert found == {
        "one": (10, True, True),
        "method": (2, False, False),
        "three": (3, True, False),
    }


def test_the_report_names_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    figures.main()
    printed = capsys.readouterr().out
    for label in ("source, lines of code", "tests ÷ source", "largest room", "names at each door"):
        assert label in printed

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


HALF = '''def four(a, b, *rest, **named):
    """First line.

    Args:
        a: one, of which
            b: is said only in passing
        *rest: more

    Raises:
        named: is no argument here
    """


def five(a, _, *, b):
    """First line, then no word about either.

    Returns:
        a: and b
    """


def six(a, b):
    """First line.

    Args:
        a: one
        b: two

    Args:
        a: one again
        b: two again
    """
'''
SOURCE = sorted((figures.ROOT / "toolkit").rglob("*.py"))


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


def test_arguments_without_a_line_of_their_own_are_found(module: Path) -> None:
    module.write_text(HALF, encoding="utf-8")
    found = {one.name: (one.has_args, one.unexplained) for one in figures.functions(module)}
    assert found == {
        "four": (True, ("b", "named")),
        "five": (False, ("a", "b")),
        "six": (False, ()),
    }


@pytest.mark.parametrize("path", SOURCE, ids=lambda one: str(one.relative_to(figures.ROOT)))
def test_a_public_function_of_two_arguments_or_more_explains_each(path: Path) -> None:
    wanting = {
        f"{one.name}, line {one.line}": one.unexplained or "Args: more than once"
        for one in figures.functions(path)
        if one.wants_args and (one.unexplained or not one.has_args)
    }
    assert wanting == {}


def test_the_report_names_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    figures.main()
    printed = capsys.readouterr().out
    for label in ("source, lines of code", "tests ÷ source", "largest room", "names at each door"):
        assert label in printed

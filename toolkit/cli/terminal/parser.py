"""Parsers of subcommands: how their help looks and what their exit codes mean."""

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from toolkit.rendering import for_terminal

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

OK = 0
FAILED = 1
USAGE = 2
BUG = 70
INTERRUPTED = 130

_EXIT_CODES = {
    OK: "done",
    FAILED: "not done; the reason is on standard error",
    USAGE: "the command line was not understood",
    INTERRUPTED: "stopped by Ctrl-C",
}
_MARGIN = 28


def make_parser(
    name: str,
    summary: str,
    *,
    examples: Sequence[tuple[str, str]],
    exit_codes: Mapping[int, str] | None = None,
) -> argparse.ArgumentParser:
    """Start the parser of one subcommand.

    Args:
        name: as it is typed.
        summary: one or more sentences on what it does.
        examples: a command line, and what it is for.
        exit_codes: where a code means something else than it usually does.
    """
    codes = {**_EXIT_CODES, **(exit_codes or {})}
    return _Parser(
        prog=f"parallax {name}",
        description=summary,
        epilog=f"{_examples(examples)}\n\nexit codes:\n{_table(codes)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_workspace(parser: argparse.ArgumentParser) -> None:
    """Add ``--workspace``, which every command that reads files has."""
    parser.add_argument(
        "--workspace",
        metavar="DIR",
        help="folder that holds personas/ and results/ (default: PARALLAX_WORKSPACE, else the "
        "nearest one upwards from here)",
    )


def add_study(parser: argparse.ArgumentParser, flag: str = "study") -> None:
    """Add the study, as a word or, with ``--study``, as an option.

    Args:
        parser: of the command.
        flag: ``study`` or ``--study``.
    """
    told = "id of the study (default: the only one, else pilot)"
    if flag.startswith("-"):
        parser.add_argument(flag, metavar="NAME", help=told)
    else:
        parser.add_argument(flag, nargs="?", metavar="STUDY", help=told)


def add_count(
    parser: argparse.ArgumentParser, flag: str, told: str, *, default: int | None = None
) -> None:
    """Add an option whose value counts something, from 1.

    Args:
        parser: of the command.
        flag: such as ``--raters``.
        told: its help.
        default: its value where it is not given.
    """
    parser.add_argument(flag, type=whole_number, default=default, metavar="N", help=told)


def add_seed(parser: argparse.ArgumentParser, told: str) -> None:
    """Add ``--seed``, which fixes what simulated people do.

    Args:
        parser: of the command.
        told: its help.
    """
    parser.add_argument("--seed", type=seed_number, default=7, metavar="N", help=told)


def whole_number(text: str) -> int:
    """Read an option's value that counts something, from 1."""
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"got {text!a}; wanted a whole number of at least 1")


def seed_number(text: str) -> int:
    """Read the seed of a random generator, which is never negative."""
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"got {text!a}; wanted a whole number from 0")


class _Parser(argparse.ArgumentParser):
    """A parser whose messages show hidden characters of the words it was given."""

    def _print_message(self, message: str, file: "SupportsWrite[str] | None" = None) -> None:
        super()._print_message(for_terminal(message), file)


def _examples(examples: Sequence[tuple[str, str]]) -> str:
    lines = (f"  {line}\n      {purpose}" for line, purpose in examples)
    return "examples:\n" + "\n".join(lines)


def _table(codes: Mapping[int, str]) -> str:
    return "\n".join(f"  {code:<4} {meaning}" for code, meaning in sorted(codes.items()))

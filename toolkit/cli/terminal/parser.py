"""What every subcommand shares: how its help looks and what its exit code means."""

import argparse
import errno
import sys
from collections.abc import Mapping, Sequence

from toolkit.rendering import for_terminal

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
    return argparse.ArgumentParser(
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


def say(text: str = "") -> None:
    """Write one line for the person at the terminal."""
    sys.stdout.write(for_terminal(text) + "\n")
    sys.stdout.flush()


def warn(text: str) -> None:
    """Write one line on standard error."""
    sys.stderr.write(for_terminal(text) + "\n")
    sys.stderr.flush()


def way_out(problem: OSError) -> str:
    """Begin the sentence on what helps when a file cannot be written."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Free some space on that disk"
    return "Make the folder writable"


def _examples(examples: Sequence[tuple[str, str]]) -> str:
    lines = (f"  {line}\n      {purpose}" for line, purpose in examples)
    return "examples:\n" + "\n".join(lines)


def _table(codes: Mapping[int, str]) -> str:
    return "\n".join(f"  {code:<4} {meaning}" for code, meaning in sorted(codes.items()))

"""Terminal output for people; foreign text in it is made safe to show."""

import errno
import sys

from toolkit.rendering import for_terminal


def say(*lines: str) -> None:
    """Write lines for the person at the terminal; without any, an empty one."""
    sys.stdout.write(for_terminal("\n".join(lines)) + "\n")
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

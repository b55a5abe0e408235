"""Terminal output for people; foreign text in it is made safe to show."""

import codecs
import errno
import io
import sys

from toolkit.rendering import for_terminal

_PLAIN = {
    **dict.fromkeys("‐‑‒–—−", "-"),
    **dict.fromkeys("‘’′", "'"),
    **dict.fromkeys("“”″", '"'),
    **{"…": "...", "×": "x", "≤": "<=", "≥": ">=", "→": "->", "•": "*", "·": "|", "✓": "ok"},
    **{"█": "#", "░": ".", "‹": "<", "›": ">", "\N{NO-BREAK SPACE}": " "},
}
"""Signs of our own to what stands for them where a console has no such sign."""


def accept_any_console() -> None:
    """Let output to a console or file of any encoding succeed; what it lacks is escaped."""
    codecs.register_error("parallax", _written_plainly)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="parallax")


def _written_plainly(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    missing = problem.object[problem.start : problem.end]
    plain = (_PLAIN.get(sign, ascii(sign)[1:-1]) for sign in missing)
    return "".join(plain), problem.end


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

"""Entry point: finds the subcommand, runs it, turns every error into one message."""

import difflib
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from toolkit.canon import VERSION
from toolkit.cli.terminal import BUG, FAILED, INTERRUPTED, OK, USAGE, accept_any_console, say, warn
from toolkit.errors import ParallaxError

_ROOMS = {
    "lab": {"lab": "open the session notebook in JupyterLab, with everything it needs"},
    "workspace": {
        "check": "check every file under personas/ at once",
        "init": "make a new workspace",
        "new": "make a persona, scenario, contrast or study to fill in",
    },
    "study": {
        "freeze": "pin a study, so that nobody runs a changed one by accident",
        "invite": "make codes to hand out, and a sheet to print",
        "close": "end collection, so that what is there is the whole",
        "status": "how far a study is, and what was covered",
        "plan": "what a confirm stage will send and ask, before any data",
    },
    "run": {
        "run": "send every unit of a frozen confirm stage",
        "batch": "the same by files, for a batch service",
        "rate": "rate the replies with simulated raters",
    },
    "analyze": {"analyze": "run the frozen analysis on what raters said"},
    "sample": {"sample": "play a study with simulated participants"},
    "record": {
        "verify": "check that a record is as it was written",
        "export": "write a record as lines of JSON",
        "import": "read lines of JSON into a new record",
    },
}
COMMANDS = {name: said for room in _ROOMS.values() for name, said in room.items()}
"""Name of each subcommand, and what it does in one line."""
TRACEBACK_VARIABLE = "PARALLAX_TRACEBACK"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code.

    Args:
        argv: the words after ``parallax``; default: those of this process.
    """
    accept_any_console()
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] in ([], ["-h"], ["--help"], ["help"]):
        say(_overview())
        return OK if words else USAGE
    if words[0] in {"-V", "--version"}:
        say(f"parallax {VERSION}")
        return OK
    if words[0] not in COMMANDS:
        return _unknown(words[0])
    return _run(words[0], words[1:])


def _run(name: str, words: Sequence[str]) -> int:
    try:
        room = next(room for room, names in _ROOMS.items() if name in names)
        command = import_module(f"toolkit.cli.{room}.{name}_command")
        return int(command.run(command.parser().parse_args(words)))
    except ParallaxError as problem:
        return _fail(str(problem), FAILED)
    except KeyboardInterrupt:
        return _fail("\nStopped.", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has left, as `head` does; there is nobody to tell.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        return FAILED
    except Exception as problem:
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        return _fail(
            f"parallax {name}: got an error of a kind nobody planned for "
            f"({type(problem).__name__}: {problem}); wanted to go on. Please report it, with what "
            f"{TRACEBACK_VARIABLE}=1 shows.",
            BUG,
        )


def _overview() -> str:
    lines = "\n".join(f"  {name:<8} {summary}" for name, summary in COMMANDS.items())
    return (
        "usage: parallax COMMAND [options]\n\n"
        "Find out, with your own employees, whether an AI treats people differently.\n\n"
        f"commands:\n{lines}\n\n"
        "`parallax COMMAND --help` shows its options, examples and exit codes."
    )


def _unknown(name: str) -> int:
    close = difflib.get_close_matches(name, COMMANDS, n=1)
    meant = f" Did you mean `parallax {close[0]}`?" if close else ""
    return _fail(
        f"parallax: got {name!r}; wanted one of {', '.join(COMMANDS)}.{meant}",
        USAGE,
    )


def _fail(message: str, code: int) -> int:
    warn(message)
    return code

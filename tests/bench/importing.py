"""What it costs to import the toolkit, as a multiple of an empty interpreter."""

import subprocess
import sys

from bench.measure import Spread, line, repeat, title

STATEMENTS = {
    "import toolkit": "aim: below 3×",
    "import toolkit.record": "",
    "import toolkit.session": "",
    "import toolkit.widgets": "what the panel needs",
    "import toolkit.analysis": "",
}
COMMANDS = {
    "--help": "",
    "check": "every file under personas/",
    "status": "every study of the workspace",
}
STACK = "import pandas, numpy, scipy.stats, scipy.optimize"
"""What any analysis needs, whatever the toolkit adds."""


def run() -> None:
    title("Importing, as a multiple of an empty interpreter")
    empty = start("pass")
    line("empty interpreter", empty.milliseconds())
    for statement, note in STATEMENTS.items():
        taken = start(statement)
        line(statement, f"{taken.median / empty.median:7.2f} ×  {taken.milliseconds()}", note)
    for words, note in COMMANDS.items():
        taken = command("-m", "toolkit", words)
        name = f"parallax {words}"
        line(name, f"{taken.median / empty.median:7.2f} ×  {taken.milliseconds()}", note)
    stack = start(STACK)
    analysis = start("import toolkit.analysis")
    ratio = f"{analysis.median / stack.median:7.2f} ×  {stack.milliseconds()}"
    line("toolkit.analysis against its stack alone", ratio, "aim: at most 1.3×")


def start(statement: str) -> Spread:
    return command("-c", statement)


def command(*words: str) -> Spread:
    """Time an interpreter with these words, from its start to its end."""
    done = [sys.executable, *words]
    return repeat(lambda: subprocess.run(done, check=True, stdout=subprocess.DEVNULL), times=11)

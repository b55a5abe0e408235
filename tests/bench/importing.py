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


def run() -> None:
    title("Importing, as a multiple of an empty interpreter")
    empty = start("pass")
    line("empty interpreter", empty.milliseconds())
    for statement, note in STATEMENTS.items():
        taken = start(statement)
        line(statement, f"{taken.median / empty.median:7.2f} ×  {taken.milliseconds()}", note)


def start(statement: str) -> Spread:
    command = [sys.executable, "-c", statement]
    return repeat(lambda: subprocess.run(command, check=True), times=11)

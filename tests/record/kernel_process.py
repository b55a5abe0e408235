"""A process that has a record open, as a kernel has: ``kernel_process.py RECORD``.

It says ``open``, then answers each line it reads: ``append NAME`` with ``kept NAME`` once the
record has acknowledged the row or ``refused SENTENCE``; ``close`` closes the record in order.
"""

import sys
import time

from toolkit.errors import ParallaxError
from toolkit.record import Turn, open_record


def main(where: str) -> None:
    with open_record(where) as record:
        say("open")
        for number, line in enumerate(sys.stdin, start=int(time.monotonic() * 1e3)):
            word, _, name = line.strip().partition(" ")
            if word == "close":
                break
            try:
                record.append(
                    Turn(
                        turn_id=name,
                        session_id="s-1",
                        number=number,
                        speaker="tester",
                        text="x" * 2000,
                    )
                )
                say(f"kept {name}")
            except ParallaxError as problem:
                say(f"refused {problem}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])

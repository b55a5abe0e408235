"""A process that appends for as long as it is told to: ``appender.py URL NAME HOW_MANY CHAIN``.

Each kept event id is written to standard output after ``append`` has returned, and not before.
"""

import os
import sys

from toolkit.record import Turn, open_record


def main(url: str, name: str, how_many: int, chain: str) -> None:
    with open_record(url, durability="normal") as record:
        # A number is one turn's alone, whichever process says it.
        first = int(name[1:]) * 1_000_000
        for number in range(how_many):
            rows = [
                Turn(
                    turn_id=f"{name}-{number}-{part}",
                    session_id=chain,
                    number=first + 3 * number + part,
                    speaker="tester",
                    text="word " * 200,
                )
                for part in range(3)
            ]
            record.append(*rows)
            # One write call a line: a kill leaves whole lines behind.
            os.write(1, f"{name}-{number}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])

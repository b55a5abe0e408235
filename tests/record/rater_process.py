"""Raters in a process of their own; see ``test_record_rating_queue``.

Run as ``python rater_process.py WORKSPACE RECORD ITEMS CODE...``. It says ``ready``, waits for a
line, lets each rater judge ``ITEMS`` items at most, writes the ids of all ratings as one line of
JSON, and stays until it is killed.
"""

import json
import sys

from toolkit.design import Study
from toolkit.record import open_record
from toolkit.session import RatingQueue


def main(workspace: str, where: str, items: int, codes: list[str]) -> None:
    study = Study.load("small", workspace=workspace)
    acked: list[str] = []
    with open_record(where) as record:
        queues = [RatingQueue(study, record) for _ in codes]
        say("ready")
        sys.stdin.readline()
        for queue, code in zip(queues, codes, strict=True):
            queue.enrol(code)
            queue.consent()
        for queue in queues:
            acked += rate(queue, items)
        say(json.dumps(acked))
        sys.stdin.read()


def rate(queue: RatingQueue, items: int) -> list[str]:
    acked = []
    for _ in range(items):
        shown = queue.current
        if shown is None:
            break
        for question in shown.questions:
            acked.append(queue.rate(shown.item_id, question.id, 4).rating_id)
    for asked in queue.guesses:
        queue.guess(asked.item_id, None)
    return acked


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:])

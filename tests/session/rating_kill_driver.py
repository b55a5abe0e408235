"""Rate in child processes and kill them without warning; see ``kill_driver``.

Run as ``python rating_kill_driver.py WORKSPACE SEED ROUNDS``.
"""

import json
import random
import sys
from pathlib import Path

from kill_driver import EVENTS, MODES, Ack, one_round

from toolkit.design import Study
from toolkit.record import open_record
from toolkit.session import RatingQueue


def main(workspace: Path, seed: int, rounds: int) -> None:
    draw = random.Random(seed)
    study = Study.load("small", workspace=workspace)
    for number in range(rounds):
        mode = draw.choice(MODES)
        seeded = draw.getrandbits(32)
        acked = one_round(study, mode, draw.uniform(*EVENTS), seeded, rate_for_ever)
        sys.stdout.write(json.dumps({"round": number, "mode": mode, "acked": acked}) + "\n")
        sys.stdout.flush()


async def rate_for_ever(study: Study, ack: Ack) -> None:
    """Be one rater after another, acknowledging each durable event."""
    draw = random.Random()
    with open_record(study) as record:
        number = 0
        while True:
            queue = RatingQueue(study, record)
            ack(f"participant.{queue.enrol(f'K-{number}').participant_id}")
            if queue.stage == "consent":
                queue.consent()
            while queue.stage == "rate":
                rate_one(queue, draw, ack)
            for asked in queue.guesses if queue.stage == "guess" else ():
                ack(queue.guess(asked.item_id, draw.randrange(4)).guess_id)
            queue.close()
            number += 1


def rate_one(queue: RatingQueue, draw: random.Random, ack: Ack) -> None:
    shown = queue.current
    assert shown is not None
    ack(shown.item_id)
    if draw.random() < 0.1:
        ack(queue.pass_item(shown.item_id).passed_id)
        return
    for question in shown.questions:
        ack(queue.rate(shown.item_id, question.id, draw.randint(1, 5)).rating_id)
    if draw.random() < 0.2 and queue.stage == "rate":
        back = queue.back()
        ack(queue.rate(back.item_id, "accurate", draw.randint(1, 5)).rating_id)
        queue.forward()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))

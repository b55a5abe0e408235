"""Drive conversations in child processes and kill them without warning.

Run as ``python kill_driver.py WORKSPACE BASE_URL SEED ROUNDS``. Everything is imported once and
each round forks, so a round costs no start-up. The child writes the id of every acknowledged
event to a pipe; after the kill one JSON line ``{"round", "mode", "acked"}`` goes to stdout.
"""

import asyncio
import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from toolkit.design import Study
from toolkit.endpoints import Message
from toolkit.record import open_record
from toolkit.session import Conversation, Sitting, bind

Ack = Callable[[str], object]
Live = Callable[[Study, Ack], Coroutine[object, object, None]]
MESSAGES = 4
EVENTS = (1.0, 13.0)
"""Acknowledged events before a kill."""
MODES = ("anywhere", "anywhere", "anywhere", "in_commit")


def main(workspace: Path, base_url: str, seed: int, rounds: int) -> None:
    draw = random.Random(seed)
    bound = {"assistant": {"endpoint": "openai:test", "base_url": base_url}}
    os.environ["PARALLAX_BIND"] = json.dumps(bound)
    study = Study.load("small", workspace=workspace)
    asyncio.run(warm_up(study))
    for number in range(rounds):
        mode = draw.choice(MODES)
        acked = one_round(study, mode, draw.uniform(*EVENTS), draw.getrandbits(32))
        sys.stdout.write(json.dumps({"round": number, "mode": mode, "acked": acked}) + "\n")
        sys.stdout.flush()


async def warm_up(study: Study) -> None:
    """Load what the first answer loads, once, so that the forks need not."""
    bound = bind(study, "assistant")
    await bound.endpoint.reply([Message("user", "Hello?")])
    await bound.endpoint.close()


def one_round(
    study: Study, mode: str, events: float, seed: int, live: Live | None = None
) -> list[str]:
    """Kill a child after so many acknowledged events and a part of the next, however slow."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        run_child(study, writing, mode, seed, live or converse_for_ever)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        lines = [pipe.readline()]
        if mode == "anywhere":
            began = time.monotonic()
            lines += [pipe.readline() for _ in range(1, int(events))]
            time.sleep((time.monotonic() - began) / events * (events % 1))
            os.kill(child, signal.SIGKILL)
        acked = [line.strip() for line in [*lines, *pipe] if line.endswith("\n")]
    os.waitpid(child, 0)
    return acked


def run_child(study: Study, writing: int, mode: str, seed: int, live: Live) -> None:
    try:
        if mode == "in_commit":
            die_in_a_commit(random.Random(seed))
        asyncio.run(live(study, lambda ack: os.write(writing, f"{ack}\n".encode())))
    except BaseException as problem:
        os.write(writing, f"FAILED {problem!r}\n".encode())
    finally:
        os._exit(1)


def die_in_a_commit(draw: random.Random) -> None:
    """Kill this process some microseconds after a commit has begun, before or after its end."""
    left = draw.randint(1, 12)

    def count(_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            wait = draw.choice((0.0, draw.uniform(0, 0.001), draw.uniform(0, 0.006)))
            threading.Thread(target=die_after, args=(wait,), daemon=True).start()
            if not wait:
                time.sleep(1)

    event.listen(Engine, "commit", count)


def die_after(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


async def converse_for_ever(study: Study, ack: Ack) -> None:
    """Play one participant after another, acknowledging each durable event."""
    with open_record(study) as record:
        number = 0
        while True:
            sitting = Sitting(study, record)
            sitting.enrol(f"K-{number}")
            ack(f"participant.{sitting.participant.participant_id}")  # type: ignore[union-attr]
            if sitting.stage == "consent":
                sitting.consent()
            while sitting.stage in {"brief", "conversation"}:
                resumed = sitting.stage == "conversation"
                conversation = sitting.conversation if resumed else sitting.begin()
                assert conversation is not None
                await converse(conversation, ack)
            await sitting.close()
            number += 1


async def converse(conversation: Conversation, ack: Ack) -> None:
    session_id = conversation.session.session_id
    ack(session_id)
    while conversation.awaits_answer or conversation.messages_left:
        if not conversation.awaits_answer:
            sent = sum(turn.speaker == "tester" for turn in conversation.turns)
            if sent >= MESSAGES:
                break
            ack(conversation.put(f"{session_id} message {sent}").turn_id)
        turn = await conversation.answer()
        ack(turn.turn_id)
        ack(conversation.rate("quick", 3, dimension="respect", turn_id=turn.turn_id).rating_id)
        flag = conversation.flag(turn.turn_id, 0, 1, harm="unsure", severity=1)
        ack(flag.flag_id)
    conversation.finish()
    ack(f"{session_id}.end")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))

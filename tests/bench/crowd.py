"""Everyone opens at nine: how long each of 200 people waits until what they did is kept.

Each is a process of its own, as each kernel is. They begin within a few seconds, play a
conversation, and think between two steps. Every step that was acknowledged is looked for in the
record afterwards.
"""

import asyncio
import gc
import json
import os
import random
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from postgres_server import installed, postgres_server
from small_world import make_workspace

from bench.measure import folder_on_disk, line, title
from toolkit.design import Study
from toolkit.endpoints import Scripted, Settings
from toolkit.record import Record, open_record
from toolkit.session import Bound, Conversation, Sitting

T = TypeVar("T")
_CAP = 1000


class Crowd(NamedTuple):
    """How many people, within how many seconds they begin, and how long they think and stay."""

    people: int = 200
    begin: float = 5.0
    think: float = 10.0
    seconds: float = 180.0


class Waits(NamedTuple):
    """What a crowd saw: the step and the seconds until it was kept, and how many were lost."""

    steps: list[tuple[str, float]]
    lost: int
    failures: list[str]

    def of(self, *names: str) -> list[float]:
        return sorted(seconds for name, seconds in self.steps if not names or name in names)


def run() -> None:
    crowd = Crowd()
    with folder_on_disk() as folder:
        title(
            f"Everyone opens at nine: {crowd.people} people, a process each, all within "
            f"{crowd.begin:.0f} s, {crowd.think:.0f} s of thought between steps, "
            f"{crowd.seconds:.0f} s in all"
        )
        line("this disk, one after the other", f"{syncs_a_second(folder):8.0f} fsyncs/s")
        show("SQLite", measure(crowd, folder / "sqlite", None))
        if not installed():
            line("PostgreSQL", "not installed")
            return
        # The server runs as an account of its own, which has to reach its data.
        folder.chmod(0o711)
        with postgres_server("-c", "max_connections=1000", within=folder) as url:
            show("PostgreSQL", measure(crowd, folder / "server", url))
        line("this disk, once more", f"{syncs_a_second(folder):8.0f} fsyncs/s")


def show(name: str, waits: Waits) -> None:
    every = waits.of()
    line(f"{name}: p50 until a step is kept", figure(quantile(every, 0.5)))
    line(f"{name}: p99", figure(quantile(every, 0.99)), "aim: 1000 ms")
    line(f"{name}: worst of {len(every)}", figure(every[-1]), "aim: 3000 ms")
    for step in dict.fromkeys(step for step, _ in waits.steps):
        these = waits.of(step)
        line(
            f"  {step} (n={len(these)}): p99, worst",
            f"{figure(quantile(these, 0.99))} {figure(these[-1])}",
        )
    line(f"{name}: acknowledged and lost", f"{waits.lost:8d}", f"failures: {len(waits.failures)}")
    for one in waits.failures[:3]:
        line("  a failure", one)


def figure(seconds: float) -> str:
    return f"{seconds * 1e3:8.1f} ms"


def quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def syncs_a_second(folder: Path, seconds: float = 1.0) -> float:
    """How often this disk can be waited for, by one program that does nothing else."""
    with (folder / "synced").open("wb", buffering=0) as file:
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            file.write(b"x" * 600)
            os.fsync(file.fileno())
            count += 1
        return count / (time.perf_counter() - began)


def measure(crowd: Crowd, folder: Path, url: str | None) -> Waits:
    """Let a crowd in, wait until all have left, and look for what they were told is kept."""
    folder.mkdir()
    study = Study.load("small", workspace=make_workspace(folder, messages_cap=str(_CAP)))
    where = url or study.url
    # Made before anybody comes, as `parallax lab` and `parallax freeze` do.
    open_record(where).close()
    study.freeze()
    asyncio.run(warm_up(study, folder))
    gc.freeze()
    began = time.monotonic() + 0.5
    people = [fork(crowd, study, where, number, began, folder) for number in range(crowd.people)]
    for process in people:
        os.waitpid(process, 0)
    gc.unfreeze()
    told = [
        json.loads((folder / f"{number}.json").read_text(encoding="utf-8"))
        for number in range(crowd.people)
    ]
    with open_record(where, read_only=True) as record:
        kept = {entry.event_id for entry in record.entries()}
        sound = record.verify().ok
    steps = [(step, seconds) for one in told for step, seconds, _ in one["steps"]]
    lost = sum(event not in kept for one in told for _, _, event in one["steps"])
    failures = [one["failure"] for one in told if one["failure"]]
    return Waits(steps, lost, failures if sound else [*failures, "the record does not verify"])


async def warm_up(study: Study, folder: Path) -> None:
    """Load in the parent what everybody loads, as a machine has it that is in use."""
    with open_record(folder / "warm.db") as record:
        await stay(Person(study, record, 0, random.Random(0)), Crowd(1, 0.0, 0.0, 0.2), 0.0)


def fork(crowd: Crowd, study: Study, where: str, number: int, began: float, folder: Path) -> int:
    process = os.fork()
    if process:
        return process
    steps: list[Any] = []
    failure = ""
    try:
        draw = random.Random(number)
        arrives = began + draw.uniform(0, crowd.begin)
        time.sleep(max(arrives - time.monotonic(), 0))
        opened = time.perf_counter()
        record = open_record(where)
        person = Person(study, record, number, draw)
        person.steps = steps
        person.opened(opened)
        asyncio.run(stay(person, crowd, began))
        record.close()
    except BaseException:
        failure = traceback.format_exc().strip().splitlines()[-1]
    (folder / f"{number}.json").write_text(
        json.dumps({"steps": steps, "failure": failure}), encoding="utf-8"
    )
    os._exit(0)


class Person:
    """One participant; each step is timed until it is acknowledged."""

    def __init__(self, study: Study, record: Record, number: int, draw: random.Random) -> None:
        def binder(_: Study, alias: str) -> Bound:
            return Bound(alias, Scripted("courteous"), Settings(), frozen=True)

        self.code = f"crowd-{number}"
        self.draw = draw
        self.steps: list[tuple[str, float, str]] = []
        self.sitting = Sitting(study, record, binder=binder)

    def opened(self, began: float) -> None:
        """Count from the click to the seat."""
        self.sitting.enrol(self.code)
        who = self.sitting.participant
        if who is None:
            raise RuntimeError("nobody is seated")
        self.steps.append(("open and enrol", time.perf_counter() - began, who.event_id()))

    def did(self, step: str, act: Callable[[], T], name: Callable[[T], str]) -> T:
        began = time.perf_counter()
        made = act()
        self.steps.append((step, time.perf_counter() - began, name(made)))
        return made

    async def think(self, crowd: Crowd) -> None:
        await asyncio.sleep(crowd.think * self.draw.uniform(0.5, 1.5))


async def stay(person: Person, crowd: Crowd, began: float) -> None:
    """Play until it is time to leave."""
    sitting = person.sitting
    if sitting.participant is None:
        person.opened(time.perf_counter())
    await person.think(crowd)
    consent = lambda: sitting.consent()  # noqa: E731
    person.did("consent", consent, lambda _: person.steps[0][2])
    await person.think(crowd)
    conversation = person.did("begin", sitting.begin, lambda one: one.session.session_id)
    until = (began or time.monotonic()) + crowd.seconds
    while time.monotonic() < until:
        await person.think(crowd)
        await exchange(person, conversation, crowd)


async def exchange(person: Person, conversation: Conversation, crowd: Crowd) -> None:
    """One message, its answer, and what they think of it."""
    said = lambda: conversation.put("Where is my parcel?")  # noqa: E731
    person.did("say", said, lambda turn: turn.turn_id)
    began = time.perf_counter()
    answer = await conversation.answer()
    person.steps.append(("answer", time.perf_counter() - began, answer.turn_id))
    await person.think(crowd)
    rate = lambda: conversation.rate(  # noqa: E731
        "quick", 3, dimension="respect", turn_id=answer.turn_id
    )
    person.did("rate", rate, lambda rating: rating.rating_id)

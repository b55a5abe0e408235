"""Run sweeps to be killed: ``sweep_driver.py WORKSPACE BASE_URL CONCURRENCY [KILLS SEED [NAME]]``.

With a NAME, what is run is the replay of that name.

Each Reply that is durable is named on a line of its own, and not before; after the last one comes
``end REASON``.
"""

import asyncio
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from stored_prompts import run_replay

from toolkit.design import ConfirmStage, EndpointPlan, Study
from toolkit.endpoints import Endpoint, Settings, open_endpoint
from toolkit.probes import run_sweep
from toolkit.record import GroupWriter, Reply, open_record
from toolkit.session import Bound

SETTINGS = Settings(total_timeout=1.0, max_attempts=6)


def bound_to(base_url: str, settings: Settings = SETTINGS) -> Callable[[Study, str], Bound]:
    """Open whoever answers at an address, for bulk."""
    plan = EndpointPlan(endpoint="openai:test", base_url=base_url)
    host = base_url.split("/")[2]

    def binder(_: Study, alias: str) -> Bound:
        endpoint = open_endpoint(plan.endpoint, base_url=base_url, allowed_hosts=(host,), bulk=True)
        return Bound(alias, endpoint, replace(settings, seed=5), frozen=True, plan=plan)

    return binder


def spec_of(bound: Bound) -> tuple[Endpoint, str, str | None]:
    """What a second process needs to know."""
    assert bound.plan is not None
    return bound.endpoint, bound.plan.endpoint, bound.plan.base_url


def tell_what_is_kept(out: int) -> None:
    """Name each reply once its future says that it is durable."""
    submit = GroupWriter.submit

    def telling(self: GroupWriter, row: object) -> object:
        kept = submit(self, row)  # type: ignore[arg-type]
        if isinstance(row, Reply):
            line = f"{row.unit_id}\n".encode()
            kept.add_done_callback(lambda done: done.exception() or os.write(out, line))
        return kept

    GroupWriter.submit = telling  # type: ignore[method-assign,assignment]


def main(
    workspace: Path, base_url: str, concurrency: int, kills: int, seed: int, replay: str
) -> None:
    """Run once; or, with ``kills``, kill so many runs and let one more come to its end.

    Each run is a fork, so that it costs no start-up. What it told goes to standard output as one
    line of JSON.
    """
    load_what_the_first_call_loads(base_url)
    run = partial(live, workspace, base_url, concurrency, replay)
    if not kills:
        run(1)
        return
    draw = random.Random(seed)
    for _ in range(kills):
        moment = draw.randint(1, 80), draw.uniform(0, 0.05)
        told = one_run(run, *moment)
        sys.stdout.write(json.dumps(told) + "\n")
    told = one_run(run, 0, 0.0)
    sys.stdout.write(json.dumps(told) + "\n")


def load_what_the_first_call_loads(base_url: str) -> None:
    asyncio.run(bound_to(base_url)(None, "assistant").endpoint.close())  # type: ignore[arg-type]


def one_run(run: Callable[[int], None], after: int, wait: float) -> list[str]:
    """Fork, and kill the child ``wait`` seconds after it told ``after`` lines; return them all."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            run(writing)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(writing)
    told = []
    with os.fdopen(reading) as pipe:
        for line in pipe:
            told.append(line.strip())
            if len(told) == after:
                time.sleep(wait)
                os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return told


def live(workspace: Path, base_url: str, concurrency: int, replay: str, out: int) -> None:
    tell_what_is_kept(out)
    stage = ConfirmStage(Study.load("small", workspace=workspace))
    with open_record(stage.study) as record:
        binder = bound_to(base_url)
        if replay:
            bound = binder(stage.study, "assistant")
            run = run_replay(record, bound, name=replay, concurrency=concurrency)
        else:
            run = run_sweep(stage, record, binder=binder, concurrency=concurrency)
        end = asyncio.run(run)
    os.write(out, f"end {end.reason}\n".encode())


if __name__ == "__main__":
    numbers = [int(one) for one in (*sys.argv[3:6], 0, 0)]
    main(Path(sys.argv[1]), sys.argv[2], *numbers[:3], "".join(sys.argv[6:]))

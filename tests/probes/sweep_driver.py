"""Run a sweep that a test can kill: ``sweep_driver.py WORKSPACE BASE_URL CONCURRENCY``.

Each Reply that is durable is named on standard output, one a line, and not before. After the last
one comes ``end REASON``.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from toolkit.design import ConfirmStage, EndpointPlan, Study
from toolkit.endpoints import Settings, open_endpoint
from toolkit.probes import run_sweep
from toolkit.record import GroupWriter, Reply, open_record
from toolkit.session import Bound

SETTINGS = Settings(total_timeout=0.4)


def bound_to(base_url: str, settings: Settings = SETTINGS) -> Callable[[Study, str], Bound]:
    """Open whoever answers at an address, for bulk."""
    plan = EndpointPlan(endpoint="openai:test", base_url=base_url)
    host = base_url.split("/")[2]

    def binder(_: Study, alias: str) -> Bound:
        endpoint = open_endpoint(plan.endpoint, base_url=base_url, allowed_hosts=(host,), bulk=True)
        return Bound(alias, endpoint, replace(settings, seed=5), frozen=True, plan=plan)

    return binder


def tell_what_is_kept() -> None:
    """Name each reply once its future says that it is durable."""
    submit = GroupWriter.submit

    def telling(self: GroupWriter, row: object) -> object:
        kept = submit(self, row)  # type: ignore[arg-type]
        if isinstance(row, Reply):
            line = f"{row.unit_id}\n".encode()
            kept.add_done_callback(lambda done: done.exception() or os.write(1, line))
        return kept

    GroupWriter.submit = telling  # type: ignore[method-assign,assignment]


def main(workspace: Path, base_url: str, concurrency: int) -> None:
    tell_what_is_kept()
    stage = ConfirmStage(Study.load("small", workspace=workspace))
    with open_record(stage.study) as record:
        binder = bound_to(base_url)
        end = asyncio.run(run_sweep(stage, record, binder=binder, concurrency=concurrency))
    os.write(1, f"end {end.reason}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))

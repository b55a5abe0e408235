"""A run spares the garbage collector, and leaves it as it was."""

import asyncio
import gc
from pathlib import Path
from typing import Any

import pytest
from small_confirm import make_confirm_workspace

from toolkit.design import ConfirmStage, Study
from toolkit.endpoints import Answer, Scripted, Settings
from toolkit.probes import run_sweep
from toolkit.record import open_record
from toolkit.session import Bound


class Watching(Scripted):
    """Notes how the collector is set while it is asked."""

    async def reply(self, *asked: Any, **how: Any) -> Answer:
        self.seen = (gc.get_threshold(), gc.get_freeze_count())
        if self.fails:
            raise RuntimeError("planned")
        return await super().reply(*asked, **how)


@pytest.mark.parametrize("fails", [False, True])
def test_the_collector_is_as_before_however_a_run_ends(tmp_path: Path, fails: bool) -> None:
    study = Study.load("small", workspace=make_confirm_workspace(tmp_path, replicates=1))
    stage = ConfirmStage(study)
    stage.freeze()
    endpoint = Watching("courteous")
    endpoint.fails = fails
    before = gc.get_threshold(), gc.get_freeze_count()

    async def run() -> None:
        with open_record(study) as record:
            await run_sweep(
                stage,
                record,
                binder=lambda _, alias: Bound(alias, endpoint, Settings(), frozen=True),
            )

    if fails:
        with pytest.raises(RuntimeError, match="planned"):
            asyncio.run(run())
    else:
        asyncio.run(run())
    thresholds, frozen = endpoint.seen
    assert thresholds[0] > before[0][0]
    assert frozen > 10_000
    assert (gc.get_threshold(), gc.get_freeze_count()) == before

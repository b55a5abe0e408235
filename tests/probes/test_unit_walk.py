"""A unit passes each room once, from the command's call to the record."""

import asyncio
from pathlib import Path

from small_confirm import make_confirm_workspace
from walks import walked

from toolkit.design import ConfirmStage, Study
from toolkit.endpoints import Scripted, Settings
from toolkit.probes import run_sweep
from toolkit.record import open_record
from toolkit.session import Bound


def test_a_unit_returns_to_no_room_but_by_a_callback(tmp_path: Path) -> None:
    stage = ConfirmStage(Study.load("small", workspace=make_confirm_workspace(tmp_path)))
    stage.freeze()
    bound = Bound("assistant", Scripted("courteous"), Settings(), frozen=True)
    with open_record(stage.study) as record, walked() as walk:
        asyncio.run(run_sweep(stage, record, binder=lambda _, alias: bound))
    assert {"probes", "session", "endpoints", "record"} <= set(walk.rooms)
    assert walk.returns == set()

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rating_world import RatingWorld
from small_confirm import make_confirm_workspace
from small_world import make_workspace

from toolkit.design import ConfirmStage, Study
from toolkit.endpoints import Scripted, Settings
from toolkit.record import Record, open_record
from toolkit.session import Bound, Conversation, Sitting

Converse = Callable[..., Conversation]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.load("small", workspace=make_workspace(tmp_path))


@pytest.fixture
def record(study: Study) -> Iterator[Record]:
    with open_record(study) as opened:
        yield opened


@pytest.fixture
def sit(study: Study, record: Record) -> Callable[..., Sitting]:
    """Seat a participant who has consented, with an endpoint of the test's choice."""

    def seat(endpoint: object | None = None, code: str = "T-01") -> Sitting:
        answering = endpoint or Scripted("courteous")

        def binder(_: Study, alias: str) -> Bound:
            return Bound(alias, answering, Settings(), frozen=True)  # type: ignore[arg-type]

        sitting = Sitting(study, record, binder=binder)
        sitting.enrol(code)
        if sitting.stage == "consent":
            sitting.consent()
        return sitting

    return seat


@pytest.fixture
def converse(sit: Callable[..., Sitting]) -> Converse:
    def begin(endpoint: object | None = None) -> Conversation:
        return sit(endpoint).begin()

    return begin


@pytest.fixture
def rating_world(tmp_path: Path) -> Iterator[Callable[..., RatingWorld]]:
    """Make a world; keyword arguments change the rating plan, ``edit`` changes any file."""
    worlds: list[RatingWorld] = []

    def make(
        *, replicates: int = 2, edit: Callable[[Path], None] = lambda _: None, **plan: object
    ) -> RatingWorld:
        root = tmp_path / f"world-{len(worlds)}"
        root.mkdir()
        make_confirm_workspace(root, replicates=replicates, **plan)
        edit(root)
        study = Study.load("small", workspace=root)
        stage = ConfirmStage(study)
        stage.freeze()
        worlds.append(RatingWorld(study, open_record(study), stage))
        return worlds[-1]

    yield make
    for world in worlds:
        world.record.close()

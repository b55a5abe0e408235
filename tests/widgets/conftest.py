from collections.abc import Callable, Iterator
from pathlib import Path

import comm
import pytest
from panel_page import PageComm
from small_world import make_workspace

from toolkit.design import Study
from toolkit.endpoints import Endpoint, Scripted, Settings
from toolkit.record import Record, open_record
from toolkit.session import Bound
from toolkit.widgets import SessionPanel

MakePanel = Callable[..., SessionPanel]


@pytest.fixture(autouse=True)
def page_comms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comm, "create_comm", PageComm)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.load("small", workspace=make_workspace(tmp_path))


@pytest.fixture
def record(study: Study) -> Iterator[Record]:
    with open_record(study) as opened:
        yield opened


@pytest.fixture
def make_panel(study: Study, record: Record) -> MakePanel:
    """Open a panel on the small study, with an endpoint of the test's choice.

    As in a notebook whose cell runs again: the same endpoint means the same session, still alive.
    """
    binders: dict[Endpoint | None, Callable[[Study, str], Bound]] = {}

    def make(endpoint: Endpoint | None = None, **environ: str) -> SessionPanel:
        answering = endpoint or Scripted("courteous")

        def binder(_: Study, alias: str) -> Bound:
            return Bound(alias, answering, Settings(), frozen=True)

        known = binders.setdefault(endpoint, binder)
        return SessionPanel(study, record, binder=known, environ=environ)

    return make

from collections.abc import Iterator
from pathlib import Path

import pytest
from story import Story, told_story

from toolkit.record import Record, open_record


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def told() -> Story:
    return told_story()


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "record.db") as opened:
        yield opened

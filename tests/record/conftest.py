"""A place for a record in each database, and rows to put there."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from postgres_server import WITHOUT_SYNC, installed, postgres_server
from sqlalchemy import create_engine, text

from toolkit.canon import new_id
from toolkit.record import Exchange, Flag, Rating, Record, Session, Turn, open_record

DATABASES = ["sqlite", "postgres"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a throw-away PostgreSQL on a socket."""
    if not installed():
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail("PostgreSQL is not installed, and REQUIRE_POSTGRES=1")
        pytest.skip("PostgreSQL is not installed")
    with postgres_server(*WITHOUT_SYNC) as url:
        yield url


_names = count()


@pytest.fixture(params=DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address at which there is no record yet, in each database in turn."""
    if request.param == "sqlite":
        return str(tmp_path / "study" / "record.db")
    place: str = request.getfixturevalue("server_place")
    return place


@pytest.fixture
def server_place(postgres: str) -> str:
    """An address on the server at which there is no record yet."""
    name = f"record_{next(_names)}"
    engine = create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    engine.dispose()
    return f"{postgres}&options=-csearch_path%3D{name}"


@pytest.fixture
def record(where: str) -> Iterator[Record]:
    with open_record(where) as opened:
        yield opened


@pytest.fixture
def file_record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "record.db") as opened:
        yield opened


@pytest.fixture
def execute() -> Callable[..., None]:
    """Change a record behind the toolkit's back."""

    def run(record: Record, *statements: str, **values: object) -> None:
        engine = create_engine(record.url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values)
        engine.dispose()

    return run


@pytest.fixture
def turn() -> Callable[..., Turn]:
    numbers: dict[str, count[int]] = defaultdict(count)

    def make(session_id: str = "s-1", **changes: Any) -> Turn:
        values: dict[str, Any] = {
            "turn_id": new_id(),
            "session_id": session_id,
            "number": next(numbers[session_id]),
            "speaker": "tester",
            "text": "Can you help me with an invoice?",
        }
        return Turn(**(values | changes))

    return make


@pytest.fixture
def session() -> Callable[..., Session]:
    def make(**changes: Any) -> Session:
        values: dict[str, Any] = {
            "session_id": new_id(),
            "study_id": "pilot",
            "study_hash": "sha256:00",
            "unfrozen": False,
            "stage": "explore",
            "participant_id": "p-aaaaaaaaaa",
            "simulated": False,
            "position": 0,
            "of": 3,
            "persona_id": "amara-okafor",
            "persona_hash": "sha256:01",
            "persona_shown": {"name": "Amara", "goals": ["one", "two"]},
            "factors": {"gender": "woman"},
            "scenario_id": "late-refund",
            "scenario_hash": "sha256:02",
            "scenario_shown": {"title": "A late refund"},
            "instructions": "You are a support assistant.",
            "endpoint_alias": "assistant",
            "endpoint": "scripted:courteous",
            "toolkit_version": "0.1.0",
        }
        return Session(**(values | changes))

    return make


@pytest.fixture
def exchange() -> Callable[..., Exchange]:
    def make(**changes: Any) -> Exchange:
        values: dict[str, Any] = {
            "outcome": "answered",
            "answers": "t-0",
            "messages": ({"role": "user", "content": "Hello"},),
            "endpoint": "scripted:courteous",
            "model_reported": "",
            "parameters": {"temperature": 0.7},
            "seed": None,
            "usage": None,
            "seconds": 1.5,
            "first_token_seconds": 0.25,
            "finish_reason": "stop",
            "attempts": (),
            "error": "",
        }
        return Exchange(**(values | changes))

    return make


@pytest.fixture
def rating() -> Callable[..., Rating]:
    def make(session_id: str, turn_id: str | None, value: int | None, **changes: Any) -> Rating:
        values: dict[str, Any] = {
            "rating_id": new_id(),
            "session_id": session_id,
            "turn_id": turn_id,
            "question": "quick",
            "dimension": "trust",
            "value": value,
        }
        return Rating(**(values | changes))

    return make


@pytest.fixture
def flag() -> Callable[..., Flag]:
    def make(session_id: str, turn_id: str, **changes: Any) -> Flag:
        values: dict[str, Any] = {
            "flag_id": new_id(),
            "session_id": session_id,
            "turn_id": turn_id,
            "start": 0,
            "end": 2,
            "quote": "Hi",
            "harm": "representational.stereotyping",
            "severity": 3,
        }
        return Flag(**(values | changes))

    return make

"""A simulated participant plays everything, reproducibly, and is marked for ever."""

import asyncio
from collections import Counter
from pathlib import Path

from kept_rows import kept_rows
from small_world import make_workspace

from toolkit.design import Study
from toolkit.record import Participant, Rating, Record, Session, Turn, open_record
from toolkit.session import simulate


def played(root: Path, seed: int) -> tuple[list[str], list[int | None]]:
    study = Study.load("small", workspace=make_workspace(root))
    with open_record(study) as record:
        asyncio.run(simulate(study, record, testers=2, seed=seed))
        assert record.verify().ok
        return [turn.text for turn in kept_rows(record, Turn)], [
            rating.value for rating in kept_rows(record, Rating)
        ]


def test_everything_it_leaves_is_marked(study: Study, record: Record) -> None:
    seen: list[tuple[int, int]] = []
    done = asyncio.run(
        simulate(study, record, testers=2, seed=1, on_conversation=lambda *at: seen.append(at))
    )
    assert done == 4
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert all(row.simulated for row in record.rows(Participant))
    assert all(row.simulated for row in record.rows(Session))
    assert {row.enrolled_by for row in record.rows(Participant)} == {"simulation"}


def test_it_says_who_it_plays_and_answers_the_whole_form(study: Study, record: Record) -> None:
    asyncio.run(simulate(study, record, testers=1, seed=1))
    session = record.rows(Session)[0]
    first = kept_rows(record, Turn, chain=session.session_id)[0]
    assert str(session.persona_shown["name"]) in first.text
    rated = {row.question for row in kept_rows(record, Rating) if row.turn_id is None}
    assert rated == {question.id for question in study.form}


def test_it_sends_three_messages_in_a_conversation(study: Study, record: Record) -> None:
    asyncio.run(simulate(study, record, testers=1, seed=1))
    said = Counter(row.session_id for row in kept_rows(record, Turn) if row.speaker == "tester")
    assert list(said.values()) == [3, 3]


def test_the_same_seed_does_the_same(tmp_path: Path) -> None:
    assert played(tmp_path / "a", 3) == played(tmp_path / "b", 3)
    assert played(tmp_path / "c", 4) != played(tmp_path / "d", 3)

"""A sitting stands where the record says it stands."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from kept_rows import kept_rows
from small_world import make_workspace, persona_text, write

from toolkit.canon import now
from toolkit.design import Study
from toolkit.errors import NotEnrolled, NotNow, OpenElsewhere, StudyChanged, Withdrawn
from toolkit.record import Binding, Record, Session, SessionEnd, open_record, sessions
from toolkit.session import Sitting

Sit = Callable[..., Sitting]


def test_a_whole_sitting(study: Study, record: Record) -> None:
    sitting = Sitting(study, record)
    assert sitting.stage == "enrol"
    sitting.enrol("T-01")
    assert sitting.stage == "consent"
    sitting.consent()
    for _ in range(study.conversations_per_tester):
        assert sitting.stage == "brief"
        conversation = sitting.begin()
        assert sitting.stage == "conversation"
        asyncio.run(conversation.say("Hello?"))
        conversation.finish()
    assert sitting.stage == "done"
    rows = record.rows(Session)
    assert [row.position for row in rows] == [0, 1]
    assert all(row.stage == "explore" and not row.simulated for row in rows)
    assert all(row.study_hash == study.explore_hash for row in rows)
    assert record.verify().ok


def test_coming_back_leads_to_the_same_place(sit: Sit, record: Record) -> None:
    first = sit()
    conversation = first.begin()
    asyncio.run(conversation.say("Hello?"))
    again = sit()
    assert again.stage == "conversation"
    assert again.conversation is not None
    assert again.conversation.turns == conversation.turns
    assert len(record.rows(Session)) == 1


def test_opened_again_here_the_first_one_may_only_read(sit: Sit) -> None:
    first = sit()
    conversation = first.begin()
    sit()
    with pytest.raises(OpenElsewhere) as refusal:
        conversation.put("Hello?")
    assert str(refusal.value) == (
        "This session was opened again in another place of this notebook, and goes on there. "
        "Nothing you did here is lost."
    )


def test_steps_before_enrolment_are_refused(study: Study, record: Record) -> None:
    with pytest.raises(NotEnrolled, match=r"^Nobody is enrolled here yet\. Enter your code first"):
        Sitting(study, record).withdraw()


def test_a_conversation_before_consent_is_refused(study: Study, record: Record) -> None:
    sitting = Sitting(study, record)
    sitting.enrol("T-01")
    with pytest.raises(NotNow, match=r"^No conversation is due right now\."):
        sitting.begin()


def test_skipping_is_recorded_and_leads_on(sit: Sit, record: Record) -> None:
    sitting = sit()
    sitting.begin().skip()
    assert sitting.position == 1
    assert [end.reason for end in kept_rows(record, SessionEnd)] == ["skipped"]


def test_withdrawing_ends_everything_and_hides_the_sessions(sit: Sit, record: Record) -> None:
    sitting = sit()
    conversation = sitting.begin()
    asyncio.run(conversation.say("Hello?"))
    sitting.withdraw("No time.")
    assert sitting.stage == "withdrawn"
    assert not sessions(record)
    assert len(sessions(record, include_withdrawn=True)) == 1
    with pytest.raises(Withdrawn, match=r"^You have withdrawn from this study"):
        conversation.put("One more thing")
    assert sit().stage == "withdrawn"
    assert record.verify().ok


def test_withdrawing_while_an_answer_is_on_its_way_keeps_nothing_more(
    study: Study, record: Record
) -> None:
    async def story() -> int:
        study_sitting = Sitting(study, record)
        study_sitting.enrol("T-09")
        study_sitting.consent()
        conversation = study_sitting.begin()
        conversation.put("Hello?")
        asking = asyncio.create_task(conversation.answer())
        await asyncio.sleep(0)
        study_sitting.withdraw()
        before = sum(1 for _ in record.entries())
        await asyncio.gather(asking, return_exceptions=True)
        return sum(1 for _ in record.entries()) - before

    assert asyncio.run(story()) == 0


def test_the_cap_on_minutes_asks_for_a_rest_and_passes(study: Study, record: Record) -> None:
    sitting = Sitting(study, record)
    sitting.enrol("T-01")
    sitting.consent()
    sitting.begin().finish()
    tired = study.model_copy(update={"care": study.care.model_copy(update={"minutes_cap": 0})})
    sitting.study = tired
    assert sitting.stage == "rest"
    tomorrow = Sitting(study, record, clock=lambda: now() + timedelta(hours=20))
    tomorrow.enrol("T-01")
    assert tomorrow.minutes_spent == 0
    assert tomorrow.stage == "brief"


def test_a_pause_in_a_conversation_costs_no_minutes(study: Study, record: Record) -> None:
    """Closing the laptop for a while is not a long sitting."""
    sitting = Sitting(study, record)
    sitting.enrol("T-01")
    sitting.consent()
    with at(now() - timedelta(minutes=40)):
        conversation = sitting.begin()
    with at(now() - timedelta(minutes=38)):
        conversation.put("Hello?")
    conversation.finish()
    assert 1.9 < sitting.minutes_spent < 2.1
    assert sitting.stage == "brief"


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the record believe that it is another time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("toolkit.canon.now", lambda: moment)
        yield


def test_a_study_changed_after_the_freeze_is_refused(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    study = Study.load("small", workspace=tmp_path)
    with open_record(study) as record:
        Sitting(study, record)
        changed = persona_text("ada-test").replace("before lunch", "before noon")
        write(tmp_path, "people", "ada-test", changed)
        with pytest.raises(StudyChanged, match="ada-test"):
            Sitting(Study.load("small", workspace=tmp_path), record)


def test_another_endpoint_than_the_frozen_one_is_recorded_and_marks_the_session(
    study: Study, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARALLAX_BIND", '{"assistant":{"endpoint":"scripted:refusing"}}')
    sitting = Sitting(study, record)
    sitting.enrol("T-01")
    sitting.consent()
    sitting.begin()
    assert record.rows(Session)[0].unfrozen
    assert [(row.endpoint, row.frozen) for row in record.rows(Binding)] == [
        ("scripted:refusing", False)
    ]


def test_an_unreadable_binding_says_who_writes_it(
    study: Study, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARALLAX_BIND", "{nonsense")
    sitting = Sitting(study, record)
    sitting.enrol("T-01")
    sitting.consent()
    with pytest.raises(Exception, match="PARALLAX_BIND") as refusal:
        sitting.begin()
    assert str(refusal.value) == (
        "PARALLAX_BIND: got '{nonsense'; wanted JSON from alias to endpoint and base_url. "
        "Start with `parallax lab --endpoint …`, which writes it."
    )

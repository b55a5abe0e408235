import pytest

from toolkit.errors import RecordError, Withdrawn
from toolkit.record import (
    Consent,
    SessionEnd,
    Withdrawal,
    history,
    participant_progress,
    sessions,
    withdrawn,
)


@pytest.fixture
def talk(record, session, turn, exchange):
    """A session with a question and an answer; returns the session's id."""

    def begin(**changes):
        begun = session(**changes)
        name = begun.session_id
        asked = turn(name, turn_id=f"{name}.q", number=0)
        answer = turn(
            name,
            turn_id=f"{name}.a",
            number=1,
            speaker="assistant",
            text="Hi there",
            exchange=exchange(answers=asked.turn_id),
        )
        record.append(begun, asked, answer)
        return name

    return begin


def test_a_fresh_session_has_no_end(record, talk):
    name = talk()
    found = history(record, name)
    assert found.session.session_id == name
    assert [one.speaker for one in found.turns] == ["tester", "assistant"]
    assert found.turns == found.all_turns
    assert (found.ratings, found.flags, found.end) == ((), (), None)
    assert found.turns[1].exchange.messages == ({"role": "user", "content": "Hello"},)


def test_a_retried_answer_leaves_the_conversation_but_not_the_record(record, talk, turn, exchange):
    name = talk()
    again = turn(
        name,
        turn_id=f"{name}.b",
        number=2,
        speaker="assistant",
        text="Better",
        exchange=exchange(),
        supersedes=f"{name}.a",
    )
    third = turn(
        name,
        turn_id=f"{name}.c",
        number=3,
        speaker="assistant",
        exchange=exchange(),
        supersedes=f"{name}.b",
    )
    record.append(again, third)
    found = history(record, name)
    assert [one.turn_id for one in found.turns] == [f"{name}.q", f"{name}.c"]
    assert len(found.all_turns) == 4


def test_the_latest_rating_of_a_question_stands(record, talk, rating):
    name = talk()
    first = rating(name, f"{name}.a", 2)
    final = rating(name, f"{name}.a", 4, supersedes=first.rating_id)
    form = rating(name, None, None, question="fair")
    record.append(first, form, final)
    assert set(history(record, name).ratings) == {final, form}


def test_a_flag_stands_until_it_is_replaced_or_taken_back(record, talk, flag):
    name = talk()
    kept, edited, gone = (flag(name, f"{name}.a", flag_id=f"f-{one}") for one in range(3))
    edit = flag(name, f"{name}.a", flag_id="f-3", severity=5, supersedes="f-1")
    back = flag(name, f"{name}.a", flag_id="f-4", supersedes="f-2", retracted=True)
    record.append(kept, edited, gone, edit, back)
    assert history(record, name).flags == (kept, edit)


def test_an_unknown_session_is_refused(record):
    with pytest.raises(RecordError) as refused:
        history(record, "s\n1")
    assert str(refused.value) == (
        f"history: got session 's\\n1'; wanted one that {record.place} holds. Look up the sessions "
        "with toolkit.record.sessions(record)."
    )


@pytest.fixture
def people(record, talk):
    """Three people: one done with two, one in the middle of the second, one gone; and a script."""
    ids = [record.enrol(f"code-{one}", enrolled_by="code").participant_id for one in range(3)]
    ids.append(record.enrol("x", enrolled_by="simulation", simulated=True).participant_id)
    for who in ids[:3]:
        agreed = Consent(
            participant_id=who, study_hash="sha256:0", consent_text="Yes", content_note=""
        )
        record.append(agreed)
    ends = {(0, 0): "finished", (0, 1): "capped", (1, 0): "skipped", (2, 0): "finished"}
    for place, position in [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1)]:
        name = talk(
            participant_id=ids[place],
            position=position,
            session_id=f"s-{place}-{position}",
            persona_id=f"persona-{position}",
        )
        if reason := ends.get((place, position)):
            record.append(SessionEnd(session_id=name, reason=reason))
    record.append(Withdrawal(participant_id=ids[2]))
    return ids


def test_progress_says_where_everybody_is(record, people):
    done, busy, gone, script = participant_progress(record)
    assert [one.participant.participant_id for one in (done, busy, gone, script)] == people
    assert [one.participant.seat for one in (done, busy, gone, script)] == [0, 1, 2, 3]
    assert (done.assigned, done.finished, done.skipped, done.position) == (3, 2, 0, None)
    assert (busy.assigned, busy.finished, busy.skipped, busy.position) == (3, 0, 1, 1)
    assert (gone.withdrawn, gone.assigned, gone.finished) == (True, 0, 0)
    assert (script.participant.simulated, script.consented, script.assigned) == (True, False, 0)
    assert all(one.consented and not one.participant.simulated for one in (done, busy, gone))
    last = {entry.chain: entry.at for entry in record.entries()}
    assert busy.last_activity == last["s-1-1"]
    assert script.last_activity == last[people[3]]


def test_withdrawn_sessions_are_left_out_unless_asked_for(record, people):
    assert withdrawn(record) == {people[2]}
    names = [one.session_id for one in sessions(record)]
    assert names == ["s-0-0", "s-1-0", "s-0-1", "s-1-1"]
    assert [one.session_id for one in sessions(record, participant=people[1])] == names[1::2]
    assert sessions(record, participant=people[2]) == []
    everyone = sessions(record, include_withdrawn=True)
    assert [one.session_id for one in everyone] == [*names[:3], "s-2-0", names[3]]
    (gone,) = [one for one in participant_progress(record, include_withdrawn=True) if one.withdrawn]
    assert (gone.assigned, gone.finished) == (3, 1)


def test_the_history_of_someone_who_left_is_closed(record, people):
    with pytest.raises(Withdrawn) as refused:
        history(record, "s-2-0")
    assert str(refused.value) == (
        f"history: session s-2-0 belongs to {people[2]}, who has withdrawn; wanted a session of "
        "somebody still in the study. Ask with include_withdrawn=True only to answer the "
        "participant."
    )
    assert len(history(record, "s-2-0", include_withdrawn=True).turns) == 2


def test_an_empty_record_has_empty_views(record):
    assert participant_progress(record) == ()
    assert sessions(record) == []
    assert withdrawn(record) == frozenset()

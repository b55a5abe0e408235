"""A chain is of whoever began it: what others write into it is not theirs to decide."""

import pytest

from toolkit.errors import RecordError
from toolkit.record import (
    Choice,
    Dispatch,
    Guess,
    Item,
    Participant,
    Passed,
    RaterSeat,
    Rating,
    Record,
    SessionEnd,
    Withdrawal,
    history,
    rater_history,
    read_jsonl,
    sessions,
    write_jsonl,
)


def enrolled(participant_id: str) -> Participant:
    return Participant(participant_id=participant_id, seat=0, simulated=False, enrolled_by="code")


def seat(session_id: str, participant_id: str, number: int = 0) -> RaterSeat:
    return RaterSeat(
        session_id=session_id,
        study_id="pilot",
        confirm_hash="sha256:c",
        participant_id=participant_id,
        simulated=False,
        seat=number,
        holder=0,
        items=1,
        form="single",
        show_cue=False,
        toolkit_version="0",
    )


def item(item_id: str, session_id: str) -> Item:
    return Item(
        item_id=item_id,
        session_id=session_id,
        position=0,
        purpose="rating",
        form="single",
        unit_ids=("u-1",),
        overlap=False,
        repeats=None,
        shown={"prompt": "", "replies": [""], "questions": [{"id": "fair"}]},
    )


def rated(name: str, session_id: str, item_id: str, value: int = 5) -> Rating:
    return Rating(
        rating_id=name,
        session_id=session_id,
        turn_id=None,
        item_id=item_id,
        question="fair",
        dimension="fairness",
        value=value,
    )


INTRUDERS = [
    ("a seat in a conversation", lambda session: seat("s-1", "p-2")),
    ("a second beginning", lambda session: session(session_id="s-1", participant_id="p-2", of=9)),
    ("a withdrawal by its name", lambda session: Withdrawal(participant_id="s-1")),
    ("an enrolment by its name", lambda session: enrolled("s-1")),
    ("the end of a person", lambda session: SessionEnd(session_id="p-1", reason="finished")),
    ("a flag about a person", lambda session: rated("a", "p-1", "i-1")),
    ("a sweep by its name", lambda session: Dispatch(dispatch_id="d", sweep_id="s-1", unit_ids=())),
]


@pytest.mark.parametrize(("reason", "make"), INTRUDERS, ids=[one[0] for one in INTRUDERS])
def test_a_chain_goes_on_with_what_it_was_begun_for(record: Record, session, reason, make) -> None:
    """Whoever could begin or end another's work could withdraw with it."""
    record.append(enrolled("p-1"), session(session_id="s-1", participant_id="p-1"))
    with pytest.raises(RecordError) as refused:
        record.append(make(session))
    assert "already" in str(refused.value)
    assert [one.participant_id for one in sessions(record)] == ["p-1"]


def test_a_seat_in_the_conversation_of_another_takes_nothing_along(
    file_record: Record, session, turn, tmp_path, monkeypatch
) -> None:
    """An export may hold what this toolkit would not write."""
    monkeypatch.setattr(RaterSeat, "UNDER", "")
    file_record.append(session(session_id="s-1", participant_id="p-1"), turn("s-1"))
    file_record.append(seat("s-1", "p-2"), Withdrawal(participant_id="p-2"))
    monkeypatch.undo()
    write_jsonl(file_record, tmp_path / "out.jsonl")
    with read_jsonl(tmp_path / "out.jsonl", tmp_path / "other.db") as record:
        assert [one.session_id for one in sessions(record)] == ["s-1"]
        assert record.rows(RaterSeat) == []
        assert history(record, "s-1").turns


def test_a_rater_judges_what_they_were_shown_and_nothing_else(record: Record) -> None:
    record.append(seat("r-1", "p-1"), item("i-1", "r-1"), rated("a", "r-1", "i-1", 2))
    record.append(seat("r-2", "p-2", 1), item("i-2", "r-2"))
    record.append(
        rated("b", "r-2", "i-1"),
        Choice(choice_id="c", session_id="r-2", item_id="i-1", preferred="left"),
        Passed(passed_id="d", session_id="r-2", item_id="i-1"),
        Guess(guess_id="e", session_id="r-2", item_id="i-1", options=(), guessed=None),
        rated("f", "r-2", "i-9"),
    )
    theirs, own = rater_history(record, "r-1"), rater_history(record, "r-2")
    assert {name: one.value for name, one in theirs.items["i-1"].ratings.items()} == {"fair": 2}
    assert list(own.items) == ["i-2"]
    assert (own.rated, own.passed, own.guesses, own.moments) == (0, 0, {}, [])


def test_a_withdrawal_takes_its_own_participant_along_alone(
    record: Record, session, monkeypatch
) -> None:
    record.append(session(session_id="s-1", participant_id="p-1"))
    record.append(session(session_id="s-2", participant_id="p-2"))
    monkeypatch.setattr(Withdrawal, "CHAIN", "session_id")
    monkeypatch.setattr(Withdrawal, "chain", lambda self: self.participant_id)
    record.append(Withdrawal(participant_id="p-2"), Withdrawal(participant_id="s-1"))
    monkeypatch.undo()
    assert [one.session_id for one in sessions(record)] == ["s-1"]

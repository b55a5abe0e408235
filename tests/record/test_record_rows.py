"""Any row that can be made is kept and comes back equal, whatever its texts."""

from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kept_rows import kept_entries

from toolkit.canon import new_id
from toolkit.record import (
    Attempt,
    Binding,
    Choice,
    Closing,
    Consent,
    Dispatch,
    Ending,
    Exchange,
    Flag,
    Guess,
    Invitation,
    Item,
    Participant,
    Passed,
    RaterSeat,
    Rating,
    Release,
    Reply,
    Row,
    Session,
    SessionEnd,
    Simulation,
    Sweep,
    SweepEnd,
    Turn,
    Usage,
    Withdrawal,
    open_record,
    read_jsonl,
    write_jsonl,
)

KINDS = tuple(Row.BY_KIND.values())

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
ID = st.builds(new_id)
WHOLE = st.integers(min_value=-(2**70), max_value=2**70)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | WHOLE | NUMBER | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)
BODY = st.dictionaries(ANY_TEXT, JSON, max_size=3)

attempt = st.builds(Attempt, seconds=NUMBER, waited=NUMBER, message=ANY_TEXT)
usage = st.builds(Usage)
exchange = st.builds(
    Exchange,
    outcome=st.sampled_from(get_args(Ending)),
    messages=st.lists(st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=2), max_size=3).map(tuple),
    parameters=BODY,
    usage=st.none() | usage,
    seconds=NUMBER,
    first_token_seconds=st.none() | NUMBER,
    attempts=st.lists(attempt, max_size=3).map(tuple),
    error=ANY_TEXT,
)
ROWS: dict[type[Row], st.SearchStrategy[Row]] = {
    Participant: st.builds(Participant, participant_id=ID, seat=WHOLE),
    Consent: st.builds(
        Consent, participant_id=ID, study_hash=st.just("sha256:0"), consent_text=ANY_TEXT
    ),
    Withdrawal: st.builds(Withdrawal, participant_id=ID, reason=ANY_TEXT),
    Binding: st.builds(Binding, endpoint=ANY_TEXT),
    Session: st.builds(
        Session,
        session_id=ID,
        participant_id=ID,
        persona_shown=BODY,
        factors=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3),
        scenario_shown=BODY,
        instructions=ANY_TEXT,
    ),
    Turn: st.builds(
        Turn,
        turn_id=ID,
        session_id=ID,
        text=ANY_TEXT,
        exchange=st.none() | exchange,
        supersedes=st.none() | ANY_TEXT,
    ),
    Rating: st.builds(Rating, rating_id=ID, session_id=ID, comment=ANY_TEXT),
    Flag: st.builds(Flag, flag_id=ID, session_id=ID, quote=ANY_TEXT),
    SessionEnd: st.builds(SessionEnd, session_id=ID, comment=ANY_TEXT),
    Sweep: st.builds(
        Sweep,
        sweep_id=ID,
        endpoints=st.dictionaries(ANY_TEXT, ANY_TEXT),
        settings=BODY,
        design=BODY,
    ),
    Dispatch: st.builds(Dispatch, dispatch_id=ID, sweep_id=ID),
    Reply: st.builds(
        Reply,
        unit_id=ID,
        sweep_id=ID,
        slots=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3),
        text=ANY_TEXT,
        exchange=exchange,
        decision=st.none() | st.dictionaries(ANY_TEXT, NUMBER, max_size=2),
        attempt_of=st.integers(0, 3),
    ),
    SweepEnd: st.builds(SweepEnd, sweep_id=ID, cost=st.none() | NUMBER, comment=ANY_TEXT),
    RaterSeat: st.builds(
        RaterSeat,
        session_id=ID,
        participant_id=ID,
        confirm_hash=st.builds(lambda one: f"sha256:{one.replace('-', '')}", ID),
        seat=WHOLE,
        holder=WHOLE,
    ),
    Item: st.builds(Item, item_id=ID, session_id=ID, shown=BODY),
    Choice: st.builds(Choice, choice_id=ID, session_id=ID, why=ANY_TEXT),
    Passed: st.builds(Passed, passed_id=ID, session_id=ID, reason=ANY_TEXT),
    Guess: st.builds(Guess, guess_id=ID, session_id=ID),
    Closing: st.builds(
        Closing,
        confirm_hash=ID.map(lambda one: one[::-1]),
        **dict.fromkeys(("replies", "planned", "finished", "raters", "releases"), WHOLE),
    ),
    Release: st.builds(
        Release,
        confirm_hash=ID.map(lambda one: one[::-1]),
        number=WHOLE,
        minimum=WHOLE,
        numbers=BODY,
        judged=st.lists(BODY, max_size=3),
        files=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=2),
    ),
    Invitation: st.builds(Invitation, invitation_id=ID),
    Simulation: st.builds(Simulation, simulation_id=ID, model=BODY, truth=BODY),
}


def begin_its_chain(record, row):
    if not row.BEGINS:
        said = {"number": 0, "speaker": "tester", "text": ""}
        record.append(Turn(turn_id=new_id(), session_id=row.chain(), **said))


def test_every_kind_of_row_is_tried():
    assert set(ROWS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.KIND)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_row_goes_in_and_comes_out(kind, record, data):
    row = data.draw(ROWS[kind])
    begin_its_chain(record, row)
    (entry,) = record.append(row)
    assert record.find(entry.event_id) == entry
    assert dict(kept_entries(record, kind))[entry] == row
    if kind is not Binding:
        assert record.append(row) == (entry,)
        assert row.event_id() == entry.event_id


def test_everything_tried_verifies_and_survives_an_export(tmp_path):
    @settings(max_examples=60, deadline=None, database=None)
    @given(st.lists(st.one_of(list(ROWS.values())), max_size=5))
    def fill(rows):
        for row in rows:
            begin_its_chain(record, row)
        record.append(*rows)

    with open_record(tmp_path / "record.db", durability="normal") as record:
        fill()
        assert record.verify().ok
        write_jsonl(record, tmp_path / "record.jsonl")
        with read_jsonl(tmp_path / "record.jsonl", tmp_path / "in.db") as imported:
            assert list(imported.entries()) == list(record.entries())
            assert imported.verify() == record.verify()

"""Group commit: rows of one chain, many a commit, durable when their future is done."""

import threading
from dataclasses import asdict, replace
from json import loads
from typing import Any

import pytest
from exact_types import fits
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_rows import kept_rows

from toolkit.canon import canonical_json, new_id
from toolkit.errors import (
    BadIdentifier,
    EventConflict,
    RecordBusy,
    RecordUnwritable,
)
from toolkit.record import (
    Attempt,
    Dispatch,
    Exchange,
    GroupWriter,
    Reply,
    SweepEnd,
    Usage,
    open_record,
)

SWEEP = "sweep-1"


def reply(number: int, **changes: Any) -> Reply:
    values: dict[str, Any] = {
        "unit_id": f"u-{number}",
        "sweep_id": SWEEP,
        "confirm_hash": "sha256:0",
        "contrast_id": "parcel",
        "contrast_hash": "sha256:1",
        "scenario_id": "late",
        "scenario_hash": "sha256:2",
        "origin": "planned",
        "cueing": "explicit",
        "arm": "swap",
        "persona_id": "ada",
        "persona_hash": "sha256:3",
        "replicate": 0,
        "endpoint_alias": "assistant",
        "slots": {"name": "Ada"},
        "text": f"answer {number}",
        "exchange": exchange(f"u-{number}"),
    }
    return Reply(**(values | changes))


def exchange(answers: str, **changes: Any) -> Exchange:
    values: dict[str, Any] = {
        "outcome": "answered",
        "answers": answers,
        "messages": ({"role": "user", "content": "Hello"},),
        "endpoint": "openai:m",
        "model_reported": "m",
        "parameters": {"temperature": 0.7},
        "seed": 3,
        "usage": Usage(prompt_tokens=3, completion_tokens=None),
        "seconds": 1,
        "first_token_seconds": None,
        "finish_reason": "stop",
        "attempts": (
            Attempt(
                number=1,
                started_at="2026-01-31T09:30:00.000000Z",
                seconds=0.5,
                status=200,
                error="",
                message="",
                waited=0.0,
            ),
        ),
        "error": "",
    }
    return Exchange(**(values | changes))


def test_every_row_is_kept_once_in_order_and_linked(record):
    with GroupWriter(record, SWEEP) as writer:
        kept = [writer.submit(reply(number)) for number in range(2500)]
        kept[-1].result(timeout=60)
        entries = list(record.entries(chain=SWEEP))
    assert [entry.event_id for entry in entries] == [f"u-{number}" for number in range(2500)]
    assert [entry.position for entry in entries] == list(range(2500))
    assert all(one.done() and one.exception() is None for one in kept)
    assert record.verify().ok


def test_what_is_kept_reads_as_it_was_given(record):
    with GroupWriter(record, SWEEP) as writer:
        writer.submit(reply(1))
    assert kept_rows(record, Reply) == [replace(reply(1), exchange=exchange("u-1", seconds=1.0))]


def test_a_done_future_means_that_another_connection_reads_the_row(where):
    with open_record(where) as record, GroupWriter(record, SWEEP) as writer:
        writer.submit(reply(1)).result(timeout=30)
        with open_record(where, read_only=True) as reading:
            assert [entry.event_id for entry in reading.entries()] == ["u-1"]


def test_several_threads_may_give_rows(record):
    with GroupWriter(record, SWEEP, most=7) as writer:

        def give(first: int) -> None:
            for number in range(first, first + 50):
                writer.submit(reply(number))

        threads = [threading.Thread(target=give, args=(first,)) for first in (0, 100, 200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert record.extent()[1] == 150
    assert record.verify().ok


def test_the_same_row_again_is_not_kept_twice(record):
    with GroupWriter(record, SWEEP) as writer:
        for _ in range(2):
            assert [writer.submit(reply(1)).result(timeout=30) for _ in range(3)] == [None] * 3
    with GroupWriter(record, SWEEP) as again:
        again.submit(reply(1)).result(timeout=30)
        again.submit(reply(2)).result(timeout=30)
    assert [entry.event_id for entry in record.entries()] == ["u-1", "u-2"]
    assert record.verify().ok


@pytest.mark.parametrize("apart", [True, False], ids=["kept before", "in the same commit"])
def test_other_content_under_the_same_id_is_refused_and_the_rest_is_kept(record, apart):
    with GroupWriter(record, SWEEP) as writer:
        first = writer.submit(reply(1))
        if apart:
            first.result(timeout=30)
        other = writer.submit(reply(1, text="something else"))
        after = writer.submit(reply(2))
    assert first.exception() is None
    assert after.exception() is None
    assert isinstance(other.exception(), EventConflict)
    assert str(other.exception()) == (
        "record: event u-1 is already kept with different content; wanted the same reply row or a "
        "new id. Keep a correction as a new row that names this one in `supersedes`; nothing was "
        "written."
    )
    assert [row.text for row in kept_rows(record, Reply)] == ["answer 1", "answer 2"]


def test_a_row_that_cannot_be_kept_fails_alone(record):
    with GroupWriter(record, SWEEP) as writer:
        bad = writer.submit(reply(1, replicate="first"))
        elsewhere = writer.submit(reply(2, sweep_id="sweep-2"))
        good = writer.submit(reply(3))
    assert str(bad.exception()) == (
        "record: reply u-1 cannot be kept: reply.replicate is 'first', wanted int. Mend the value "
        "and append it again; nothing was written."
    )
    assert str(elsewhere.exception()) == (
        "group writer of sweep-1: got a row of kind reply in the chain sweep-2; wanted rows of its "
        "own chain only. Append it to the record instead."
    )
    assert good.exception() is None
    assert [entry.event_id for entry in record.entries()] == ["u-3"]


def test_a_commit_that_fails_fails_every_row_in_it_and_keeps_none(tmp_path):
    path = tmp_path / "record.db"
    with open_record(path, patience=0.05) as record, open_record(path) as other:
        with GroupWriter(record, SWEEP) as writer:
            writer.submit(reply(1)).result(timeout=30)
            with other._database.writing():
                refused = [writer.submit(reply(number)) for number in (2, 3)]
                problems = [one.exception(timeout=30) for one in refused]
            assert [type(problem) for problem in problems] == [RecordBusy] * 2
            assert [entry.event_id for entry in record.entries()] == ["u-1"]
            writer.submit(reply(2)).result(timeout=30)
        assert [entry.event_id for entry in record.entries()] == ["u-1", "u-2"]
        assert record.verify().ok


def test_a_note_that_could_not_be_kept_is_told_at_the_end(record):
    writer = GroupWriter(record, SWEEP)
    writer.note(Dispatch(dispatch_id="d-1", sweep_id=SWEEP, unit_ids=("u-1",)))
    writer.note(Dispatch(dispatch_id="d 2", sweep_id=SWEEP, unit_ids=("u-1",)))
    with pytest.raises(BadIdentifier) as refused:
        writer.close()
    assert str(refused.value) == (
        "record: got 'd 2' as an id of dispatch rows; wanted 1 to 200 visible ASCII characters. "
        "Use an id made by the toolkit."
    )
    writer.close()
    assert [entry.event_id for entry in record.entries()] == ["d-1"]


def test_a_failed_note_does_not_hide_what_went_wrong_before(record):
    def give_a_bad_note_and_stumble():
        with GroupWriter(record, SWEEP) as writer:
            writer.note(Dispatch(dispatch_id="d 2", sweep_id=SWEEP, unit_ids=("u-1",)))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_a_bad_note_and_stumble()


def test_nothing_can_be_given_to_a_closed_writer(record):
    writer = GroupWriter(record, SWEEP)
    writer.close()
    with pytest.raises(ValueError, match="after close") as refused:
        writer.submit(reply(1))
    assert str(refused.value) == (
        "group writer of sweep-1: got a row of kind reply after close(); wanted none. Open "
        "another writer."
    )


def test_a_record_opened_to_read_takes_no_writer(where):
    with open_record(where) as record:
        record.append(reply(1))
    with open_record(where, read_only=True) as record, pytest.raises(RecordUnwritable):
        GroupWriter(record, SWEEP)


def test_a_chain_goes_on_after_what_was_appended_to_it(record):
    record.append(reply(1))
    with GroupWriter(record, SWEEP) as writer:
        writer.submit(reply(2))
    assert [entry.position for entry in record.entries(chain=SWEEP)] == [0, 1]
    assert record.verify().ok


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
ROWS = st.builds(
    Reply,
    **{
        **{name: st.text(max_size=8) | ANY for name in ("text", "persona_id", "scenario_hash")},
        **{name: st.text(max_size=4) for name in ("unit_id", "sweep_id", "contrast_id")},
        "confirm_hash": st.just("sha256:0"),
        "contrast_hash": st.just("sha256:0"),
        "scenario_id": st.text(max_size=4),
        "persona_hash": st.just(""),
        "endpoint_alias": st.text(max_size=4),
        "origin": st.sampled_from(["planned", "lead", "found", 3]),
        "cueing": st.sampled_from(["explicit", "implicit"]),
        "arm": st.sampled_from(["swap", "resample"]),
        "replicate": st.integers() | st.booleans() | st.floats(),
        "slots": st.dictionaries(st.text(max_size=4), st.text(max_size=4) | st.none()),
        "decision": st.none() | st.dictionaries(st.text(max_size=3), st.floats() | st.integers()),
        "attempt_of": st.integers(0, 3),
        "exchange": st.builds(
            exchange,
            st.text(max_size=4),
            parameters=st.dictionaries(st.text(max_size=4), ANY),
            messages=st.lists(st.dictionaries(st.text(max_size=4), st.text())).map(tuple)
            | st.lists(st.dictionaries(st.text(max_size=4), st.text())),
            seconds=st.floats() | st.integers(),
            usage=st.none() | st.builds(Usage, prompt_tokens=ANY, completion_tokens=st.none()),
        ),
    },
)


@pytest.fixture(scope="module")
def one_record(tmp_path_factory):
    path = tmp_path_factory.mktemp("kept") / "record.db"
    with open_record(path, durability="normal") as record:
        yield record


def refused(row: Reply) -> bool:
    """Whether a row may not be kept: a field of another type, or a number JSON has no word for."""
    if not fits(row, Reply):
        return True
    try:
        canonical_json(asdict(row))
    except (TypeError, ValueError):
        return True
    return False


@given(ROWS)
@settings(max_examples=150, deadline=None)
def test_a_row_is_kept_as_it_is_or_refused(one_record, row):
    row = replace(row, unit_id=new_id(), sweep_id=SWEEP)
    if refused(row):
        with pytest.raises(ValueError, match=r"^record: reply .* cannot be kept: "):
            one_record.append(row)
    else:
        (entry,) = one_record.append(row)
        reader = one_record.read(role="owner", purpose="collection")
        ((_, found),) = reader.entries(kinds=[Reply.KIND], after=entry.number - 1)
        # As numbers: a whole number of seconds is read back as 0.0.
        assert loads(canonical_json(asdict(found))) == loads(canonical_json(asdict(row)))
        assert one_record.append(row) == (entry,)


def test_an_end_is_one_row_a_run(record):
    end = SweepEnd(
        sweep_id=SWEEP,
        reason="finished",
        replies=1,
        errored=0,
        prompt_tokens=1,
        completion_tokens=1,
        cost=None,
    )
    with GroupWriter(record, SWEEP) as writer:
        writer.submit(reply(1))
        writer.submit(end)
        twice = writer.submit(replace(end, reason="stopped"))
    assert isinstance(twice.exception(), EventConflict)

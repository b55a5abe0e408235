import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from kept_rows import kept_rows
from sqlalchemy import create_engine, inspect, text

from toolkit.errors import BadIdentifier, EventConflict, NotEnrolled
from toolkit.record import (
    Binding,
    Consent,
    Participant,
    Record,
    SessionEnd,
    Turn,
    Withdrawal,
    open_record,
)


def test_a_row_comes_back_as_it_was_from_another_opening(where, turn):
    said = turn(text="Ünïcode")
    with open_record(where) as record:
        (entry,) = record.append(said)
        record_id = record.record_id
    with open_record(where) as again:
        assert again.record_id == record_id
        assert again.find(said.turn_id) == entry
        assert kept_rows(again, Turn) == [said]
        assert again.verify().ok
    assert (entry.position, entry.chain, entry.kind, entry.version) == (0, "s-1", "turn", 3)
    assert entry.previous == ""
    assert entry.key_id is None
    assert entry.at.endswith("Z")


def test_each_entry_links_to_the_one_before_in_its_chain(record, turn):
    first, other, second = record.append(turn("a"), turn("b"), turn("a"))
    (third,) = record.append(turn("a"))
    assert [first.position, second.position, third.position] == [0, 1, 2]
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert (other.position, other.previous) == (0, "")
    assert first.number < other.number < second.number < third.number


def test_sending_an_event_again_returns_the_kept_entry(record, turn):
    said = turn()
    (first,) = record.append(said)
    assert record.append(said, said) == (first, first)
    assert [entry.number for entry in record.entries()] == [first.number]


def test_one_event_id_with_other_content_is_refused_and_nothing_is_kept(record, turn):
    record.append(turn(turn_id="t-1", text="yes"))
    with pytest.raises(EventConflict) as refused:
        record.append(turn(turn_id="t-2"), turn(turn_id="t-1", text="no"))
    assert str(refused.value) == (
        "record: event t-1 is already kept with different content; wanted the same turn row or a "
        "new id. Keep a correction as a new row that names this one in `supersedes`; nothing was "
        "written."
    )
    assert record.find("t-2") is None
    assert record.verify().entries == 1


def test_true_is_not_the_same_content_as_one(record, session):
    record.append(session(session_id="s-1", persona_shown={"retired": True}))
    with pytest.raises(EventConflict):
        record.append(session(session_id="s-1", persona_shown={"retired": 1}))


def test_appending_nothing_writes_nothing(record):
    assert record.append() == ()
    assert record.extent() == (0, 0)


@pytest.mark.parametrize(
    "words",
    [
        "a\0b",
        "\ud83d",
        "\udc00\ud800",
        "👩🏽‍🦽‍➡️",
        "\u202eevil\u2028",
        "\x1b]0;x\x07",
        "x" * 1_000_000,
        "",
    ],
    ids=["nul", "half", "swapped", "emoji", "bidi", "osc", "megabyte", "empty"],
)
def test_every_text_a_browser_can_send_is_kept_without_loss(record, turn, words):
    said = turn(text=words)
    (entry,) = record.append(said)
    assert kept_rows(record, Turn) == [said]
    assert record.append(said) == (entry,)
    assert record.verify().ok


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_json_has_no_word_for_are_refused(record, turn, exchange, number):
    answer = turn(turn_id="t-9", speaker="assistant", exchange=exchange(seconds=number))
    with pytest.raises(ValueError, match="Out of range float") as refused:
        record.append(turn(), answer)
    assert str(refused.value).startswith("record: turn t-9 cannot be kept: Out of range float")
    assert str(refused.value).endswith(". Mend the value and append it again; nothing was written.")
    assert record.extent() == (0, 0)


def test_a_field_of_the_wrong_type_is_refused_before_it_is_kept(record, rating):
    with pytest.raises(ValueError, match="cannot be kept") as refused:
        record.append(rating("s-1", None, "5", rating_id="r-1"))
    assert str(refused.value) == (
        "record: rating r-1 cannot be kept: rating.value is '5', wanted int. Mend the value and "
        "append it again; nothing was written."
    )


def test_an_id_that_cannot_be_a_key_everywhere_is_refused(record, turn):
    with pytest.raises(BadIdentifier) as refused:
        record.append(turn(turn_id="t\0"))
    assert str(refused.value) == (
        "record: got 't\\x00' as an id of turn rows; wanted 1 to 200 visible ASCII characters. "
        "Use an id made by the toolkit."
    )


def test_a_participant_that_cannot_be_a_key_is_refused_where_a_session_names_it(record, session):
    with pytest.raises(BadIdentifier, match=r"got 'p\\x00' as an id of session rows"):
        record.append(session(participant_id="p\0"))
    assert list(record.entries()) == []


def test_events_and_chains_are_named_by_their_rows(session, turn, rating, flag):
    bound = Binding(alias="assistant", endpoint="scripted:x", host="", frozen=True)
    agreed = Consent(participant_id="p", study_hash="sha256:0", consent_text="", content_note="")
    enrolled = Participant(participant_id="p", seat=0, simulated=False, enrolled_by="code")
    named = [
        (session(session_id="s"), "s", "s"),
        (turn("s", turn_id="t"), "t", "s"),
        (rating("s", "t", 3, rating_id="r"), "r", "s"),
        (flag("s", "t", flag_id="f"), "f", "s"),
        (SessionEnd(session_id="s", reason="finished"), "s.end", "s"),
        (enrolled, "participant.p", "p"),
        (agreed, "consent.p.sha256:0", "p"),
        (Withdrawal(participant_id="p"), "withdrawal.p", "p"),
    ]
    for row, event, chain in named:
        assert (row.event_id(), row.chain()) == (event, chain)
    assert bound.chain() == "study"
    assert bound.event_id() != bound.event_id()


def test_entries_are_read_by_kind_chain_and_number(record, turn, rating):
    for place in range(250):
        record.append(turn("a", number=place), rating("a", None, place % 5 + 1))
    entries = list(record.entries())
    assert [entry.number for entry in entries] == sorted(entry.number for entry in entries)
    assert len(entries) == 500
    assert [row.number for row in kept_rows(record, Turn, chain="a")] == list(range(250))
    assert list(record.entries(kinds=["turn"], chain="a")) == entries[::2]
    assert list(record.entries(chain="a")) == entries
    assert {entry.kind for entry in record.entries(kinds=["rating"])} == {"rating"}
    late = entries[449].number
    assert list(record.entries(after=late)) == entries[450:]
    assert list(record.entries(kinds=["turn"], chain="a", after=late)) == entries[450::2]
    assert list(record.entries(chain="a", after=late)) == entries[450:]
    assert list(record.entries(chain="nowhere")) == []


def test_reading_while_appending_neither_blocks_nor_misses(record, turn):
    record.append(*(turn(number=place) for place in range(300)))
    seen = 0
    for entry in record.entries():
        if entry.position == 50:
            record.append(turn(number=1000))
        seen += 1
    assert seen == 301


def test_several_threads_append_to_one_chain_without_a_fork(record, turn):
    def work(first: int) -> None:
        for place in range(20):
            record.append(turn("shared", number=first + place))

    threads = [threading.Thread(target=work, args=[20 * one]) for one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = record.verify()
    assert (found.chains, found.entries, found.ok) == (1, 80, True)


def test_normal_durability_keeps_the_same_things(where, turn):
    with open_record(where, durability="normal") as record:
        said = turn()
        record.append(said)
        assert kept_rows(record, Turn) == [said]
        assert record.verify().ok


def test_the_same_code_is_the_same_participant_however_it_is_typed(record):
    first = record.enrol("Blue Heron 7", enrolled_by="code")
    assert record.enrol("  blue  heron 7 ", enrolled_by="launcher") == first
    assert record.enrol("ＢＬＵＥ heron 7", enrolled_by="code") == first
    assert first.participant_id.startswith("p-")
    assert len(first.participant_id) == 12
    assert first.seat == 0
    assert record.rows(Participant) == [first]


def test_seats_are_given_in_order_and_simulated_participants_stay_apart(record):
    people = [record.enrol(f"code-{place}", enrolled_by="code") for place in range(3)]
    script = record.enrol("code-0", enrolled_by="simulation", simulated=True)
    assert [one.seat for one in [*people, script]] == [0, 1, 2, 3]
    assert script.participant_id != people[0].participant_id
    assert script.simulated
    assert not people[0].simulated


def test_threads_enrolling_at_once_share_no_seat(record):
    def work(start: int) -> None:
        for place in range(start, start + 10):
            record.enrol(f"code-{place}", enrolled_by="code")

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 5, 10, 15)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.seat for one in record.rows(Participant)) == list(range(25))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            " \t ",
            "enrolment: got an empty code; wanted the one from your invitation. Enter it and try "
            "again.",
        ),
        (
            "x" * 201,
            "enrolment: got a code of 201 characters; wanted at most 200. Enter the code from your "
            "invitation and nothing else.",
        ),
    ],
)
def test_a_code_that_cannot_be_one_enrolls_nobody(record, code, message):
    with pytest.raises(NotEnrolled) as refused:
        record.enrol(code, enrolled_by="code")
    assert str(refused.value) == message
    assert record.rows(Participant) == []


def test_an_odd_code_still_enrolls(record):
    one = record.enrol("\ud800\0", enrolled_by="code")
    assert record.enrol("\ud800\0", enrolled_by="code") == one


def test_the_code_is_stored_nowhere(tmp_path: Path):
    with open_record(tmp_path / "record.db") as record:
        record.enrol("Blue-Heron-7", enrolled_by="code")
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()).lower()
    assert b"participant" in kept
    assert b"heron" not in kept


def test_two_records_give_one_code_two_pseudonyms(tmp_path: Path):
    names = set()
    for file in ("one.db", "two.db"):
        with open_record(tmp_path / file) as record:
            names.add(record.enrol("same", enrolled_by="code").participant_id)
    assert len(names) == 2


def test_a_study_says_where_its_record_is(tmp_path: Path):
    class Pilot:
        study_id = "pilot"
        url = f"sqlite:///{tmp_path / 'pilot' / 'record.db'}"

    with open_record(Pilot()) as record:
        assert record.place == str(tmp_path / "pilot" / "record.db")
        assert open_record(record.url).record_id == record.record_id
    assert repr(record) == f"<Record {tmp_path / 'pilot' / 'record.db'}>"


def test_the_layout_is_the_same_in_both_databases(record: Record):
    engine = create_engine(record.url)
    look = inspect(engine)
    assert sorted(look.get_table_names()) == ["parallax_journal", "parallax_meta"]
    found = look.get_unique_constraints("parallax_journal")
    assert {tuple(one["column_names"]) for one in found} == {("chain", "position"), ("event_id",)}
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT key FROM parallax_meta")).scalars().all()
    engine.dispose()
    # Beside a file lies the key of pseudonyms; a server has no place for it but this table.
    assert sorted(set(rows) - {"secret"}) == [
        "created_at",
        "format",
        "record_id",
        "schema_version",
        "toolkit_version",
    ]
    assert ("secret" in rows) == record.url.startswith("postgresql")


def test_a_file_is_synced_at_each_commit_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turn: Callable[..., Turn]
):
    levels = {}
    for durability in ("full", "normal"):
        with open_record(tmp_path / "record.db", durability=durability) as record:
            record.append(turn())
            with record._database.reading() as connection:
                level = connection.exec_driver_sql("PRAGMA synchronous").scalar()
                log = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
            levels[durability] = (level, log)
    assert levels == {"full": (2, "wal"), "normal": (1, "wal")}

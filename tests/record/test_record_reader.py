"""The reading door: texts whole, exchanges resolved, whoever withdrew left out."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from kept_rows import kept_rows

from toolkit.errors import RecordError, RecordUnreadable
from toolkit.record import (
    Item,
    RaterSeat,
    Rating,
    Record,
    Session,
    Turn,
    Withdrawal,
    history,
    open_record,
    read_jsonl,
    write_jsonl,
)

TURNS = 100
"""Exchanges of a long conversation: 200 turns."""


@pytest.fixture
def say(session, turn, exchange):
    """Keep a conversation of so many exchanges, as a live one does, and return its turns."""

    def keep(record: Record, exchanges: int, *, refer: bool = True) -> list[Turn]:
        begun = session(session_id="s-1")
        record.append(begun)
        said: list[Turn] = []
        for number in range(exchanges):
            asks = f"Why {number}? " * 40
            question = turn("s-1", turn_id=f"q-{number}", number=2 * number, text=asks)
            told = ({"role": "system", "content": begun.instructions, "turn": "s-1"},)
            sent = told + tuple(
                {
                    "role": "user" if one.exchange is None else "assistant",
                    "content": one.text,
                    "turn": one.turn_id,
                }
                for one in [*said, question]
            )
            if not refer:
                sent = tuple({key: one[key] for key in ("role", "content")} for one in sent)
            answer = turn(
                "s-1",
                turn_id=f"a-{number}",
                number=2 * number + 1,
                speaker="assistant",
                text=f"Because of {number}. " * 80,
                exchange=exchange(answers=question.turn_id, messages=sent),
            )
            record.append(question, answer)
            said += [question, answer]
        return said

    return keep


def reader(record: Record, **options: bool):
    return record.read(role="analyst", purpose="analysis", **options)


def stored(record: Record) -> int:
    return sum(len(json.dumps(body)) for body in bodies(record))


def bodies(record: Record) -> list[Any]:
    """What lies there, as an export carries it."""
    with TemporaryDirectory() as folder:
        write_jsonl(record, path := Path(folder) / "out.jsonl")
        return [json.loads(line)["body"] for line in path.read_text().splitlines()[1:]]


def test_an_exchange_refers_to_earlier_turns_and_reads_as_it_was_given(record, say):
    said = say(record, 3)
    assert reader(record).rows(Turn) == said
    assert reader(record).find("a-2", Turn) == said[-1]
    assert list(history(record, "s-1").all_turns) == said
    assert kept_rows(record, Turn) == said
    first, *others = bodies(record)[-1]["exchange"]["messages"]
    assert set(first) == {"digest"}
    assert others[0] == {"role": "system", "turn": "s-1"}
    assert all("content" not in one for one in others)


def test_what_an_exchange_refers_to_is_never_taken_for_what_was_sent(record, say):
    say(record, 3)
    rows = [row for _, row in reader(record).entries(kinds=[Turn.KIND])]
    asked = [row.exchange for row in rows if isinstance(row, Turn) and row.exchange]
    assert [len(one.messages) for one in asked] == [3, 5, 7]
    assert not [message for one in asked for message in one.messages if "content" in message]


def test_a_conversation_sent_again_is_the_same_however_it_is_stored(record, say):
    said = say(record, 3)
    before = record.extent()
    record.append(*said)
    record.append(*reader(record).rows(Turn))
    assert record.extent() == before


def test_a_long_conversation_is_kept_in_a_fraction_of_the_room(tmp_path, say):
    sizes = {}
    for refer in (True, False):
        with open_record(tmp_path / f"{refer}.db", durability="normal") as record:
            say(record, TURNS, refer=refer)
            sizes[refer] = stored(record)
    # 8.0 MB in full, 0.6 MB now; ids of live turns are longer, and make it 1.1 MB.
    assert sizes[True] < sizes[False] / 7


def test_an_export_carries_what_lies_there_and_reads_whole(record, say, tmp_path):
    said = say(record, 3)
    write_jsonl(record, tmp_path / "out.jsonl")
    with read_jsonl(tmp_path / "out.jsonl", tmp_path / "in.db") as imported:
        assert imported.verify().ok
        assert reader(imported).rows(Turn) == said


@pytest.mark.parametrize("change", ["a word", "gone"])
def test_an_exchange_whose_turns_were_changed_is_not_made_up(record, say, execute, change):
    say(record, 3)
    if change == "gone":
        execute(record, "DELETE FROM parallax_journal WHERE event_id = 'a-0'")
    else:
        execute(
            record,
            "UPDATE parallax_journal SET body = replace(body, 'Because of 0', 'Because of 9') "
            "WHERE event_id = 'a-0'",
        )
    with pytest.raises(RecordUnreadable) as refused:
        reader(record).rows(Turn)
    assert str(refused.value) == (
        "record: an exchange refers to earlier turns that are not as they were when it was sent; "
        "wanted all of them. Run `parallax verify` to see what was changed."
    )


def test_whoever_withdrew_is_left_out_with_all_they_left(record, session, turn, rating):
    seat = RaterSeat(
        session_id="s-3",
        study_id="pilot",
        confirm_hash="sha256:00",
        participant_id="p-gone",
        simulated=False,
        seat=0,
        holder=0,
        items=1,
        form="single",
        show_cue=False,
        toolkit_version="0.1.0",
    )
    item = Item(
        item_id="i-1",
        session_id="s-3",
        position=0,
        purpose="attention",
        form="single",
        unit_ids=(),
        overlap=False,
        repeats=None,
        shown={},
    )
    record.append(
        session(session_id="s-1", participant_id="p-stays"),
        turn("s-1", turn_id="t-1"),
        session(session_id="s-2", participant_id="p-gone"),
        turn("s-2", turn_id="t-2"),
        rating("s-2", "t-2", 3, rating_id="r-2"),
        seat,
        item,
        Withdrawal(participant_id="p-gone"),
    )
    without, everything = reader(record), reader(record, include_withdrawn=True)
    assert without.withdrawn == {"p-gone"}
    assert [row.session_id for row in without.rows(Session)] == ["s-1"]
    assert [row.turn_id for row in without.rows(Turn)] == ["t-1"]
    assert without.rows(Rating) == without.rows(RaterSeat) == without.rows(Item) == []
    assert without.rows(Withdrawal) == []
    assert without.find("t-2", Turn) is None
    assert {entry.chain for entry, _ in without.entries()} == {"s-1"}
    assert everything.find("t-2", Turn) == replace(kept_rows(record, Turn)[-1], text="")
    assert len(list(everything.entries())) == 8


def test_a_row_is_found_by_its_kind(record, turn):
    record.append(turn(turn_id="t-1"))
    assert reader(record).find("t-1", Rating) is None
    assert reader(record).find("t-9", Turn) is None
    assert reader(record).find("t-1", Turn) == kept_rows(record, Turn)[0]


def test_a_retry_is_known_by_its_digest_and_not_by_what_is_stored(record, say, execute):
    """As sealing will have it: each time other bytes are stored for the same event."""
    question, answer = say(record, 1)
    kept = [record.find(one.turn_id) for one in (question, answer)]
    execute(record, "UPDATE parallax_journal SET body = '{}' WHERE kind = 'turn'")
    again = record.append(question, answer)
    assert [one.number for one in again] == [one.number for one in kept if one]
    with pytest.raises(Exception, match="already kept with different content"):
        record.append(replace(question, text="Something else"))


@pytest.mark.parametrize(
    ("role", "purpose"),
    [("boss", "analysis"), ("analyst", "gossip"), ("rater", "analysis"), ("", "")],
)
def test_a_role_reads_for_its_own_purposes_only(record, role, purpose):
    with pytest.raises(RecordError) as refused:
        record.read(role=role, purpose=purpose)
    assert str(refused.value) == (
        f"record: got the role {role!r} with the purpose {purpose!r}; wanted a role with a purpose "
        "of its own (tester for conversation, rater for rating, analyst for analysis, owner for "
        "progress, owner for collection). Read in the role whose work this is."
    )


def test_readers_of_two_threads_do_not_wait_for_each_other(
    session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One has begun to look who withdrew, the other to look at a row, and each asks for both."""
    with open_record(tmp_path / "one.db") as one, open_record(tmp_path / "other.db") as other:
        one.append(begins := session())
        found, begun, entries, known = (
            threading.Event(),
            threading.Event(),
            other.entries,
            one._find,
        )

        def find(event_id: str) -> Any:
            begun.wait(20)
            found.set()
            return known(event_id)

        def look(**asked: Any) -> Any:
            begun.set()
            found.wait(20)
            # The other thread goes on to ask who withdrew.
            threading.Event().wait(0.3)
            return entries(**asked)

        monkeypatch.setattr(one, "_find", find)
        monkeypatch.setattr(other, "entries", look)
        readers = [record.read(role="analyst", purpose="analysis") for record in (one, other)]
        work: list[Callable[[], object]] = [
            lambda: readers[0].find(begins.session_id, Session),
            lambda: readers[1].withdrawn,
        ]
        threads = [threading.Thread(target=each, daemon=True) for each in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
        assert not any(thread.is_alive() for thread in threads)

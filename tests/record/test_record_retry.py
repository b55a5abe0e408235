"""An event sent again is the same event: after a kind gained fields, and as it was read back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from kept_rows import kept_entries, kept_rows

from toolkit.errors import EventConflict, RecordError, RecordUnreadable
from toolkit.record import (
    GroupWriter,
    Record,
    Row,
    Session,
    Turn,
    open_record,
    read_jsonl,
    write_jsonl,
)


def first_shape() -> type[Any]:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Noted(Row):
        """A note."""

        KIND = "noted"
        CHAIN = ""
        BEGINS = True
        noted_id: str
        text: str

    return Noted


def with_a_language() -> type[Any]:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Noted(Row):
        """A note in a language."""

        KIND = "noted"
        VERSION = 2
        CHAIN = ""
        BEGINS = True
        noted_id: str
        text: str
        language: str = ""

        @classmethod
        def upgrade(cls, body: dict[str, Any], version: int) -> dict[str, Any]:
            return body

    return Noted


def renamed() -> type[Any]:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Noted(Row):
        """A note whose text has another name."""

        KIND = "noted"
        VERSION = 3
        CHAIN = ""
        BEGINS = True
        noted_id: str
        words: str
        language: str = ""

        @classmethod
        def upgrade(cls, body: dict[str, Any], version: int) -> dict[str, Any]:
            if version == 1:
                return body
            return {{"text": "words"}.get(name, name): value for name, value in body.items()}

    return Noted


@pytest.fixture
def toolkit_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], type[Any]]], type[Any]]:
    """Become a toolkit whose notes have this shape, and give their class."""
    monkeypatch.setattr(Row, "BY_KIND", dict(Row.BY_KIND))

    def become(shape: Callable[[], type[Any]]) -> type[Any]:
        Row.BY_KIND.pop("noted", None)
        return shape()

    return become


def test_an_event_sent_again_after_its_kind_gained_a_field_is_the_same(where, toolkit_with):
    noted = toolkit_with(first_shape)
    with open_record(where) as record:
        (kept,) = record.append(noted(noted_id="n-1", text="Hello"))
    noted = toolkit_with(with_a_language)
    with open_record(where) as record:
        assert record.append(noted(noted_id="n-1", text="Hello")) == (kept,)
        with GroupWriter(record, "study") as writer:
            writer.submit(noted(noted_id="n-1", text="Hello")).result(timeout=30)
        assert record.extent()[1] == 1
        for other in ({"text": "Hallo"}, {"language": "en"}):
            with pytest.raises(EventConflict, match="already kept with different content"):
                record.append(noted(**({"noted_id": "n-1", "text": "Hello"} | other)))
        assert record.verify().ok


def test_an_event_in_an_export_is_the_same_after_its_kind_changed(tmp_path, toolkit_with):
    noted = toolkit_with(first_shape)
    with open_record(tmp_path / "one.db") as record:
        (kept,) = record.append(noted(noted_id="n-1", text="Hello"))
        write_jsonl(record, tmp_path / "one.jsonl")
    noted = toolkit_with(renamed)
    with read_jsonl(tmp_path / "one.jsonl", tmp_path / "two.db") as record:
        assert record.append(noted(noted_id="n-1", words="Hello")) == (kept,)
        with pytest.raises(EventConflict):
            record.append(noted(noted_id="n-1", words="Hello", language="en"))
        write_jsonl(record, tmp_path / "two.jsonl")
    entries = [path.read_bytes().splitlines()[1:] for path in sorted(tmp_path.glob("*.jsonl"))]
    assert entries[0] == entries[1]


def test_an_event_that_a_newer_toolkit_kept_is_not_said_to_differ(where, toolkit_with):
    noted = toolkit_with(with_a_language)
    with open_record(where) as record:
        record.append(noted(noted_id="n-1", text="Hello"))
    noted = toolkit_with(first_shape)
    with (
        open_record(where) as record,
        pytest.raises(RecordUnreadable, match=r"kind 'noted', version 2; .*upgrade Parallax"),
    ):
        record.append(noted(noted_id="n-1", text="Hello"))


def test_each_class_of_a_kind_is_checked_by_its_own_fields(where, toolkit_with):
    """Not by those of the class that had the kind before, in a process that has both."""
    toolkit_with(first_shape)(noted_id="n-1", text="Hello")
    noted = toolkit_with(renamed)
    with open_record(where) as record:
        (kept,) = record.append(noted(noted_id="n-1", words="Hello"))
        assert kept_entries(record) == [(kept, noted(noted_id="n-1", words="Hello"))]


@pytest.fixture
def answered(session, turn, exchange) -> tuple[Session, Turn, Turn]:
    """A conversation whose answer refers to what was said before."""
    begun = session(session_id="s-1")
    question = turn("s-1", turn_id="q-1")
    sent = (
        {"role": "system", "content": begun.instructions, "turn": "s-1"},
        {"role": "user", "content": question.text, "turn": "q-1"},
    )
    asked = exchange(answers="q-1", messages=sent)
    answer = turn("s-1", turn_id="a-1", number=1, speaker="assistant", text="Yes.", exchange=asked)
    return begun, question, answer


def test_a_row_read_from_its_entry_is_the_same_event(record: Record, answered) -> None:
    kept = record.append(*answered)
    rows = [row for _, row in kept_entries(record)]
    assert record.append(*rows) == kept
    assert record.append(*answered, *rows) == (*kept, *kept)
    said = rows[-1]
    assert isinstance(said, Turn)
    with pytest.raises(EventConflict):
        record.append(replace(said, text="No."))
    assert said.exchange is not None
    for messages in ((), said.exchange.messages[:-1]):
        changed = replace(said, exchange=replace(said.exchange, messages=messages))
        with pytest.raises(EventConflict):
            record.append(changed)


def test_a_row_that_refers_to_others_is_kept_nowhere_else(
    record: Record, answered, tmp_path: Path
) -> None:
    record.append(*answered)
    with open_record(tmp_path / "other.db") as other:
        other.append(answered[0], answered[1])
        with pytest.raises(RecordError) as refused:
            other.append(kept_entries(record)[-1][1])
        assert str(refused.value) == (
            "record: turn a-1 refers to messages that it does not hold; wanted them in full. Read "
            "it with record.read(), not from its entry; nothing was written."
        )
        assert other.extent()[1] == 2
        other.append(*kept_rows(record, Turn))
        assert kept_rows(other, Turn) == list(answered[1:])

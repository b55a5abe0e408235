"""What every kind of row says about itself, and the table of it that people read."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from toolkit.errors import RecordError
from toolkit.record import (
    Consent,
    GroupWriter,
    Item,
    Record,
    Reply,
    Row,
    Session,
    SessionEnd,
    Turn,
    Withdrawal,
)

KINDS = tuple(Row.BY_KIND.values())

README = Path(__file__).resolve().parents[2] / "results" / "README.md"
HEAD = ("kind", "version", "chain", "what it is", "texts that can be sealed")


def line(kind: type[Row]) -> str:
    says = (kind.__doc__ or "").partition("\n")[0]
    chain = f"`{kind.CHAIN}`" if kind.CHAIN else "the study"
    texts = ", ".join(f"`{name}`" for name in sorted(kind.sealable())) or "none"
    return f"| `{kind.KIND}` | {kind.VERSION} | {chain} | {says} | {texts} |"


def table() -> str:
    kinds = sorted(KINDS, key=lambda kind: kind.KIND)
    head = f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}\n"
    return head + "\n".join(line(kind) for kind in kinds) + "\n"


def test_the_table_of_rows_is_the_one_that_the_rows_declare() -> None:
    """Lines shown as missing belong into results/README.md, in the order of ``table``."""
    said = README.read_text(encoding="utf-8")
    assert [line for line in table().splitlines() if line not in said.splitlines()] == []
    assert table() in said


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.KIND)
def test_a_kind_names_its_chain_and_its_cells_after_fields_it_has(kind: type[Row]) -> None:
    fields = set(kind.__dataclass_fields__)
    assert not kind.CHAIN or kind.CHAIN in fields
    assert set(kind.cells()) <= fields
    assert {name.partition(".")[0] for name in kind.sealable()} <= fields
    assert kind.VERSION >= 1
    assert Row.BY_KIND[kind.KIND] is kind


def test_texts_within_other_values_can_be_sealed_too() -> None:
    asked = {"exchange.attempts.raw", "exchange.attempts.message", "exchange.error"}
    asked |= {"exchange.messages", "exchange.thoughts"}
    assert Turn.sealable() == Reply.sealable() == {"text", *asked}
    assert Item.sealable() == {"shown.prompt", "shown.replies"}
    assert Withdrawal.sealable() == {"reason"}


@cache
def made_once() -> type[Row]:
    """A kind of row; how a kind is checked is worked out once a process, so it is one class."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Remark(Row):
        """Something said of a session."""

        KIND = "remark"
        CHAIN = "session_id"
        remark_id: str
        session_id: str

    return Remark


@pytest.fixture
def remark(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Row]:
    """A kind that these tests alone know."""
    monkeypatch.setattr(Row, "BY_KIND", dict(Row.BY_KIND))
    Row.BY_KIND["remark"] = made_once()
    return made_once()


def test_a_kind_is_one_class_which_slots_make_twice(remark: Callable[..., Row]) -> None:
    assert Row.BY_KIND["remark"] is remark
    with pytest.raises(TypeError) as refused:
        type("Other", (Row,), {"KIND": "remark", "CHAIN": "", "__annotations__": {}})
    assert str(refused.value) == (
        f"record: {__name__}.Other has the kind 'remark' of "
        f"{__name__}.made_once.<locals>.Remark; wanted one of its own. Rename its KIND."
    )
    assert Row.BY_KIND["remark"] is remark


def test_a_kind_has_a_field_that_names_its_event() -> None:
    with pytest.raises(TypeError) as refused:
        type("Note", (Row,), {"KIND": "note", "CHAIN": "", "__annotations__": {"text": str}})
    assert str(refused.value) == (
        f"record: {__name__}.Note has no field note_id; wanted one that names its event. Add the "
        "field, or give the kind an event_id() of its own."
    )
    assert "note" not in Row.BY_KIND


def another() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Remark(Row):
        """Something else said of a session."""

        KIND = "remark"
        CHAIN = "session_id"
        remark_id: str
        session_id: str


def test_two_classes_of_one_name_and_module_are_not_one_kind(remark: type[Row]) -> None:
    with pytest.raises(TypeError) as refused:
        another()
    assert str(refused.value) == (
        f"record: {__name__}.another.<locals>.Remark has the kind 'remark' of "
        f"{__name__}.made_once.<locals>.Remark; wanted one of its own. Rename its KIND."
    )
    assert Row.BY_KIND["remark"] is remark


def test_a_class_defined_again_takes_its_own_place(remark: type[Row]) -> None:
    """As in a notebook whose cell runs once more."""
    again = made_once.__wrapped__()
    assert Row.BY_KIND["remark"] is again
    assert again is not remark


NOTE: dict[str, Any] = {"KIND": "note", "CHAIN": "", "__annotations__": {"note_id": str}}


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"KIND": None}, "has no KIND; wanted a name of its own. Set it in the class."),
        (
            {"CHAIN": None},
            "has the CHAIN None, which is no field of it; wanted one of note_id, or '' for the "
            "chain of the study. Correct it.",
        ),
        (
            {"CHAIN": "nope"},
            "has the CHAIN 'nope', which is no field of it; wanted one of note_id, or '' for the "
            "chain of the study. Correct it.",
        ),
        (
            {"VERSION": 2},
            "has the VERSION 2 and no upgrade(); wanted one that takes a body from each older "
            "version to the next. Define it; where defaults say enough, it returns the body.",
        ),
    ],
)
def test_a_kind_that_could_not_be_kept_or_read_is_refused_where_it_is_defined(
    changed: dict[str, Any], complaint: str
) -> None:
    says = {name: value for name, value in (NOTE | changed).items() if value is not None}
    before = dict(Row.BY_KIND)
    with pytest.raises(TypeError) as refused:
        type("Note", (Row,), says)
    assert str(refused.value) == f"record: {__name__}.Note {complaint}"
    assert before == Row.BY_KIND


def test_a_remark_on_a_session_that_was_never_begun_is_refused(
    record: Record, session: Callable[..., Session], remark: Callable[..., Row]
) -> None:
    said = remark(remark_id="r-1", session_id="s-none")
    message = (
        "record: remark r-1 is about s-none, of which nothing is kept; wanted one that was begun. "
        "Check the id; nothing was written."
    )
    with pytest.raises(RecordError) as refused:
        record.append(session(session_id="s-1"), said)
    assert str(refused.value) == message
    with GroupWriter(record, "s-none") as writer:
        problem = writer.submit(said).exception(timeout=30)
    assert str(problem) == message
    assert not list(record.entries())
    record.append(session(session_id="s-none"), said)
    assert [entry.kind for entry in record.entries()] == ["session", "remark"]


def test_nothing_of_a_session_is_kept_after_its_end(
    record: Record, session: Callable[..., Session], remark: Callable[..., Row]
) -> None:
    said = remark(remark_id="r-1", session_id="s-1")
    late = remark(remark_id="r-2", session_id="s-1")
    end = SessionEnd(session_id="s-1", reason="finished")
    message = (
        "record: remark r-2 is about s-1, which ended with a session_end row; wanted one that goes "
        "on. Read the record again to see where it stands; nothing was written."
    )
    with pytest.raises(RecordError) as refused:
        record.append(session(session_id="s-1"), said, end, late)
    assert str(refused.value) == message
    assert not list(record.entries())
    record.append(session(session_id="s-1"), said, end)
    before = record.extent()
    with GroupWriter(record, "s-1") as writer:
        problem = writer.submit(late).exception(timeout=30)
    assert str(problem) == message
    record.append(said, end)
    assert record.extent() == before


def test_nobody_begins_anything_after_their_withdrawal(
    record: Record, session: Callable[..., Session]
) -> None:
    gone = record.enrol("code", enrolled_by="code")
    who = gone.participant_id
    kept = session(session_id="s-1", participant_id=who)
    record.append(kept, Withdrawal(participant_id=who))
    before = record.extent()
    agreed = Consent(participant_id=who, study_hash="h", consent_text="Yes.", content_note="")
    begun = session(session_id="s-2", participant_id=who)
    for row, event_id in ((agreed, f"consent.{who}.h"), (begun, "s-2")):
        with pytest.raises(RecordError) as refused:
            record.append(row)
        assert str(refused.value) == (
            f"record: {row.KIND} {event_id} is about {who}, which ended with a withdrawal row; "
            "wanted one that goes on. Read the record again to see where it stands; nothing was "
            "written."
        )
    assert record.enrol("code", enrolled_by="code") == gone
    record.append(kept, Withdrawal(participant_id=who))
    assert record.extent() == before
    record.append(SessionEnd(session_id="s-1", reason="withdrawn"))
    record.append(session(session_id="s-3", participant_id="p-other"))

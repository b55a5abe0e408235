"""The reading door at run time: which role reads which words for what, and no way past it."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

import toolkit.record as room
from toolkit.canon import new_id
from toolkit.errors import RecordError
from toolkit.record import (
    Choice,
    Exchange,
    Flag,
    GroupWriter,
    Item,
    Passed,
    RaterSeat,
    Rating,
    Reader,
    Record,
    Reply,
    Row,
    Session,
    SessionEnd,
    SweepEnd,
    Turn,
    Withdrawal,
    history,
    open_record,
    rater_history,
    write_jsonl,
)

WORD = "unsayable"
"""In every text of the record below."""
SAID = {Turn, Rating, Flag, SessionEnd, Withdrawal}
RATED = {Reply, Item, Rating, Choice, Passed, SessionEnd}
READ: dict[tuple[str, str], set[type[Row]]] = {
    ("tester", "conversation"): SAID,
    ("rater", "rating"): RATED | {SweepEnd},
    ("analyst", "analysis"): SAID | RATED,
    ("owner", "progress"): {SessionEnd, SweepEnd},
    ("owner", "collection"): {Turn, Reply, SweepEnd},
}
"""Who reads the words of which kinds, and for what."""
WHOLE, EMPTIED, REFUSED = "whole", "emptied", "refused"
WITHDRAWN = {
    ("tester", "conversation"): WHOLE,
    ("rater", "rating"): EMPTIED,
    ("analyst", "analysis"): EMPTIED,
    ("owner", "progress"): EMPTIED,
    ("owner", "collection"): REFUSED,
}
"""What each may have of those who withdrew."""
WITH_WORDS = sorted((kind for kind in Row.BY_KIND.values() if kind.sealable()), key=str)
WITHOUT = sorted((kind for kind in Row.BY_KIND.values() if not kind.sealable()), key=str)
ROLES = [pytest.param(*one, id=" ".join(one)) for one in READ]
PAIRS = [
    pytest.param(*one, kind, id=f"{' '.join(one)} {kind.KIND}")
    for one in READ
    for kind in WITH_WORDS
]


@pytest.fixture
def said(
    session: Callable[..., Session],
    turn: Callable[..., Turn],
    rating: Callable[..., Rating],
    flag: Callable[..., Flag],
    exchange: Callable[..., Exchange],
) -> list[Row]:
    """One row of every kind with words, of somebody who stays and of somebody who withdrew."""
    rows: list[Row] = []
    for who in ("stays", "gone"):
        talk, work = f"talk-{who}", f"work-{who}"
        asked = exchange(error=WORD, messages=({"role": "user", "content": WORD},))
        rows += [
            session(session_id=talk, participant_id=f"p-{who}"),
            turn(talk, turn_id=f"t-{who}", text=WORD, speaker="assistant", exchange=asked),
            rating(talk, f"t-{who}", 3, rating_id=f"r-{who}", comment=WORD),
            flag(talk, f"t-{who}", flag_id=f"f-{who}", quote=WORD, comment=WORD),
            SessionEnd(session_id=talk, reason="finished", comment=WORD),
            seat(work, f"p-{who}"),
            item(work, f"i-{who}"),
            Choice(
                choice_id=f"c-{who}",
                session_id=work,
                item_id=f"i-{who}",
                preferred="left",
                why=WORD,
            ),
            Passed(passed_id=f"x-{who}", session_id=work, item_id=f"i-{who}", reason=WORD),
        ]
    return [
        *rows,
        reply("u-1", asked),
        SweepEnd(
            sweep_id="s-1",
            reason="finished",
            replies=1,
            errored=0,
            prompt_tokens=1,
            completion_tokens=1,
            cost=None,
            comment=WORD,
        ),
        Withdrawal(participant_id="p-gone", reason=WORD),
    ]


def seat(session_id: str, participant_id: str) -> RaterSeat:
    return RaterSeat(
        session_id=session_id,
        study_id="pilot",
        confirm_hash="sha256:00",
        participant_id=participant_id,
        simulated=False,
        seat=len(participant_id),
        holder=0,
        items=1,
        form="single",
        show_cue=False,
        toolkit_version="0.1.0",
    )


def item(session_id: str, item_id: str) -> Item:
    return Item(
        item_id=item_id,
        session_id=session_id,
        position=0,
        purpose="rating",
        form="pair",
        unit_ids=("u-1", "u-2"),
        overlap=False,
        repeats=None,
        shown={"title": "A late refund", "prompt": [WORD], "replies": [WORD], "questions": []},
    )


def reply(unit_id: str, asked: Exchange) -> Reply:
    return Reply(
        unit_id=unit_id,
        sweep_id="s-1",
        confirm_hash="sha256:00",
        contrast_id="refund",
        contrast_hash="sha256:01",
        scenario_id="late-refund",
        scenario_hash="sha256:02",
        origin="planned",
        cueing="explicit",
        arm="reference",
        persona_id="amara-okafor",
        persona_hash="sha256:03",
        replicate=0,
        endpoint_alias="assistant",
        slots={},
        text=WORD,
        exchange=asked,
    )


@pytest.fixture(params=["database", "export"])
def full(request: pytest.FixtureRequest, file_record: Record, said: list[Row], tmp_path: Path):
    """The record, as a database and as the file of its export."""
    file_record.append(*said)
    if request.param == "database":
        yield file_record
        return
    write_jsonl(file_record, tmp_path / "out.jsonl")
    with open_record(tmp_path / "out.jsonl", read_only=True) as exported:
        yield exported


def read(reader: Reader, kind: type[Row]) -> dict[str, list[Row]]:
    """Rows of a kind by each way there is."""
    entries = [(entry, row) for entry, row in reader.entries(kinds=[kind.KIND])]
    named = [entry.event_id for entry in reader.record.entries(kinds=[kind.KIND])]
    return {
        "rows": reader.rows(kind),
        "each": list(reader.each(kind)),
        "entries": [row for _, row in entries],
        "whole": [row for _, row in reader.whole(entries)],
        "find": [row for name in named if (row := reader.find(name, kind))],
    }


WAYS: dict[str, Callable[[Reader, type[Row], str], Any]] = {
    "rows": lambda reader, kind, _: reader.rows(kind),
    "each": lambda reader, kind, _: next(reader.each(kind)),
    "find": lambda reader, kind, event: reader.find(event, kind),
    "find nobody": lambda reader, kind, _: reader.find("nobody", kind),
    "entries": lambda reader, kind, _: reader.entries(kinds=[kind.KIND]),
    "entries of several": lambda reader, kind, _: reader.entries(kinds=["session", kind.KIND]),
    "all entries": lambda reader, *_: list(reader.entries()),
}


def mine(rows: list[Row], kind: type[Row], *, gone: bool) -> list[Row]:
    """Rows of a kind that somebody who withdrew left, or all others."""
    return [row for row in rows if isinstance(row, kind) and row.chain().endswith("gone") is gone]


def test_every_kind_with_words_is_in_the_record(said: list[Row]) -> None:
    assert {type(row) for row in said} >= set(WITH_WORDS)
    for row in said:
        assert (WORD in repr(row)) is bool(row.sealable())


@pytest.mark.parametrize("kind", WITH_WORDS, ids=lambda kind: kind.KIND)
def test_a_record_gives_no_row_of_a_kind_with_words(full: Record, kind: type[Row]) -> None:
    with pytest.raises(RecordError) as refused:
        full.rows(kind)
    assert str(refused.value) == (
        f"record: got rows({kind.__name__}), which hold words in {min(kind.sealable())}; wanted a "
        "kind without. Read them with record.read(role=…, purpose=…)."
    )


@pytest.mark.parametrize("kind", WITHOUT, ids=lambda kind: kind.KIND)
@pytest.mark.parametrize(("role", "purpose"), ROLES)
def test_a_kind_without_words_is_open_to_every_role(
    full: Record, role: str, purpose: str, kind: type[Row]
) -> None:
    rows = full.read(role=role, purpose=purpose).rows(kind)
    assert rows == [row for row in full.rows(kind) if not row.chain().endswith("gone")]


@pytest.mark.parametrize(("role", "purpose", "kind"), PAIRS)
def test_a_role_reads_the_kinds_of_its_purpose_and_no_other(
    full: Record, said: list[Row], role: str, purpose: str, kind: type[Row]
) -> None:
    reader = full.read(role=role, purpose=purpose)
    assert (reader.role, reader.purpose) == (role, purpose)
    if kind in READ[role, purpose]:
        wanted = mine(said, kind, gone=False)
        for way, rows in read(reader, kind).items():
            assert rows == wanted, way
        return
    event = next(row.event_id() for row in said if isinstance(row, kind))
    for way, ask in WAYS.items():
        with pytest.raises(RecordError) as refused:
            ask(reader, kind, event)
        if way != "all entries":
            assert str(refused.value) == (
                f"record: the {role} asked for {kind.KIND} rows for {purpose}; wanted kinds whose "
                "words are read for it. Read in the role and for the purpose whose work this is."
            ), way
    others = full.read(role="analyst", purpose="analysis")
    if kind in READ["analyst", "analysis"] and kind is not Withdrawal:
        with pytest.raises(RecordError, match=f"{role} asked for {kind.KIND} rows"):
            list(reader.whole(others.entries(kinds=[kind.KIND])))


@pytest.mark.parametrize(("role", "purpose", "kind"), PAIRS)
def test_of_those_who_withdrew_a_role_has_what_the_table_says(
    full: Record, said: list[Row], role: str, purpose: str, kind: type[Row]
) -> None:
    may = WITHDRAWN[role, purpose]
    if may == REFUSED:
        with pytest.raises(RecordError) as refused:
            full.read(role=role, purpose=purpose, include_withdrawn=True)
        assert str(refused.value) == (
            f"record: got include_withdrawn=True from the {role} for {purpose}; wanted a purpose "
            "that needs what those left who withdrew. Read without them."
        )
        return
    if kind not in READ[role, purpose]:
        return
    reader = full.read(role=role, purpose=purpose, include_withdrawn=True)
    for way, rows in read(reader, kind).items():
        assert mine(rows, kind, gone=False) == mine(said, kind, gone=False), way
        gone = mine(rows, kind, gone=True)
        assert [row.event_id() for row in gone] == [
            row.event_id() for row in mine(said, kind, gone=True)
        ], way
        if may == WHOLE:
            assert gone == mine(said, kind, gone=True), way
        else:
            assert WORD not in repr(gone), way


def test_a_withheld_row_keeps_all_but_its_words(full: Record, said: list[Row]) -> None:
    reader = full.read(role="analyst", purpose="analysis", include_withdrawn=True)
    (turn,) = mine(list(reader.rows(Turn)), Turn, gone=True)
    (kept,) = mine(said, Turn, gone=True)
    assert isinstance(turn, Turn)
    assert isinstance(kept, Turn)
    assert kept.exchange is not None
    asked = replace(kept.exchange, messages=(), error="")
    assert turn == replace(kept, text="", exchange=asked)
    (shown,) = mine(list(reader.rows(Item)), Item, gone=True)
    assert isinstance(shown, Item)
    assert shown.shown == {"title": "A late refund", "prompt": [], "replies": [], "questions": []}


def test_views_read_by_the_door(full: Record) -> None:
    with pytest.raises(RecordError, match=r"rater_history: got session 'talk-stays'"):
        rater_history(full, "talk-stays")
    with pytest.raises(RecordError, match=r"history: got session 'work-stays'"):
        history(full, "work-stays")
    assert WORD not in repr(rater_history(full, "work-gone").items)
    assert WORD in repr(rater_history(full, "work-stays").items)


def test_a_kind_that_no_purpose_names_is_closed_to_all(
    file_record: Record, monkeypatch: pytest.MonkeyPatch, said: list[Row]
) -> None:
    """As one that somebody adds: its words stay in until the table says who reads them."""
    monkeypatch.setattr(Session, "sealable", classmethod(lambda cls: frozenset({"instructions"})))
    file_record.append(*said)
    with pytest.raises(RecordError):
        file_record.rows(Session)
    for role, purpose in READ:
        reader = file_record.read(role=role, purpose=purpose)
        with pytest.raises(RecordError, match="asked for session rows"):
            reader.entries(kinds=[Session.KIND])


def test_no_public_attribute_leads_past_the_door(full: Record, said: list[Row]) -> None:
    started = [full, full.find("t-stays"), *full.entries(), full.verify()]
    started += [full.read(role=role, purpose=purpose) for role, purpose in READ]
    if "out.jsonl" not in full.place:
        started += [*full.append(said[0], said[1]), GroupWriter(full, "s-9")]
    found = [path for path, one in reached(started) if WORD in repr(one)]
    # A Reader gives rows to whoever asks in its role; nothing else does.
    assert found == []


def reached(started: list[Any], deep: int = 4) -> Iterator[tuple[str, Any]]:
    """Everything that public names lead to: attributes, items, and what calls without arguments."""
    waiting = [(type(one).__name__, one, deep) for one in started]
    seen: set[int] = set()
    alive = []
    while waiting:
        path, one, left = waiting.pop()
        if id(one) in seen or not left or isinstance(one, str | int | float | bytes | type):
            if isinstance(one, str):
                yield path, one
            continue
        seen.add(id(one))
        alive.append(one)
        yield path, "" if isinstance(one, Reader | Record) else one
        if isinstance(one, tuple | list | frozenset | set):
            waiting += [(f"{path}[]", each, left - 1) for each in one]
        if not type(one).__module__.startswith("toolkit"):
            continue
        for name in dir(one):
            if name.startswith("_") or name in ("close", "release"):
                continue
            value = getattr(one, name)
            if callable(value):
                if isinstance(one, Reader) or any(
                    each.default is each.empty
                    for each in signature(value).parameters.values()
                    if each.kind is not each.VAR_POSITIONAL
                ):
                    continue
                try:
                    value = value()
                except (RecordError, NotImplementedError):
                    continue
                value = list(value) if isinstance(value, Iterator) else value
            waiting.append((f"{path}.{name}", value, left - 1))


def test_the_walk_sees_a_word(said: list[Row]) -> None:
    assert [path for path, one in reached([said[1]]) if WORD in repr(one)]


def test_no_public_function_takes_a_record_and_gives_a_body() -> None:
    """The room's door offers no type that carries what is stored."""
    for name in room.__all__:
        one = getattr(room, name)
        if isinstance(one, type) and not issubclass(one, Row):
            kept = {each.name for each in fields(one)} if is_dataclass(one) else set()
            assert "body" not in kept | set(getattr(one, "_fields", ())), name


TWICE = (
    "record: turn {} has the number 0 in s-1, as has {}; wanted one of its own. Read the record "
)
TWICE += "again to see where it stands; nothing was written."


def test_two_turns_of_a_session_have_no_number_in_common(
    record: Record, turn: Callable[..., Turn]
) -> None:
    first = turn("s-1", turn_id="t-1", number=0, text='Not "number":1, nor "number":2,.')
    record.append(first)
    for many in ((), (turn("s-2", number=0),)):
        with pytest.raises(RecordError) as refused:
            record.append(*many, turn("s-1", turn_id="t-2", number=0))
        assert str(refused.value) == TWICE.format("t-2", "t-1")
    with pytest.raises(RecordError, match="turn t-4 has the number 1 in s-1, as has t-3"):
        record.append(turn("s-1", turn_id="t-3", number=1), turn("s-1", turn_id="t-4", number=1))
    assert record.extent()[1] == 1
    record.append(first, turn("s-1", number=10), turn("s-1", number=1), turn("s-2", number=0))
    with GroupWriter(record, "s-1") as writer:
        problem = writer.submit(turn("s-1", turn_id="t-5", number=0)).exception(timeout=30)
        assert writer.submit(turn("s-1", number=2)).exception(timeout=30) is None
    assert str(problem) == TWICE.format("t-5", "t-1")


def test_of_two_writers_of_a_session_one_gives_a_turn_its_number(
    where: str, turn: Callable[..., Turn]
) -> None:
    with open_record(where) as one, open_record(where) as other:
        for number in range(5):
            one.append(turn("s-1", turn_id=f"one-{number}", number=number))
            with pytest.raises(RecordError, match=f"as has one-{number}; wanted one of its own"):
                other.append(turn("s-1", turn_id=new_id(), number=number))
        assert one.extent()[1] == 5

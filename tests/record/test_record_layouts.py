"""Records as earlier toolkits kept them: opened, read, gone on with, and unchanged to the byte."""

import gzip
import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kept_rows import kept_entries, kept_rows

from toolkit.errors import RecordUnreadable
from toolkit.record import (
    Binding,
    Choice,
    Consent,
    Flag,
    Participant,
    Record,
    Reply,
    Row,
    Session,
    SessionEnd,
    Turn,
    history,
    newest_reply,
    open_record,
    participant_progress,
    raters,
    read_jsonl,
    write_jsonl,
)

KINDS = tuple(Row.BY_KIND.values())

KEPT = Path(__file__).parent / "kept_layouts"
SAMPLES = Path(__file__).resolve().parents[2] / "results" / "sample"
EXPORTS = (
    KEPT / "layout-1.jsonl",
    *(SAMPLES / name for name in ("record.jsonl", "confirm.jsonl.gz", "planted.jsonl.gz")),
)


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Record]:
    """The database of layout 1 with every kind of row, as its toolkit left it."""
    path = tmp_path / "record.db"
    path.write_bytes(gzip.decompress((KEPT / "layout-1.db.gz").read_bytes()))
    with open_record(path) as record:
        yield record


def lines(path: Path) -> list[bytes]:
    """The entries of an export, without its header."""
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()[1:]


def test_a_database_of_layout_1_opens_and_is_whole(first: Record) -> None:
    assert first.verify().ok
    assert first.extent() == (39, 39)
    assert {entry.kind for entry in first.entries()} <= {kind.KIND for kind in KINDS}
    assert len({entry.kind for entry in first.entries()}) == 19
    assert len(kept_entries(first)) == 39


def test_a_database_of_layout_1_is_exported_as_its_own_toolkit_did(
    first: Record, tmp_path: Path
) -> None:
    write_jsonl(first, tmp_path / "out.jsonl")
    assert lines(tmp_path / "out.jsonl") == lines(KEPT / "layout-1.jsonl")


def test_what_a_database_of_layout_1_says(first: Record) -> None:
    said = history(first, "s-1")
    assert [turn.text for turn in said.turns] == [
        "Where is my refund? é你😀",
        "It is on its way.",
        "half a pair: \ud83d and a nul: \0",
        "I cannot say.",
    ]
    exchange = said.turns[-1].exchange
    assert exchange is not None
    assert [one["content"] for one in exchange.messages] == [
        "You are a support assistant.",
        *(turn.text for turn in said.turns[:3]),
    ]
    assert (exchange.seconds, exchange.attempts[0].message) == (1.0, "busy: é你")
    assert [one.value for one in said.ratings] == [None, 4]
    assert said.flags == ()
    assert [(one.finished, one.withdrawn) for one in participant_progress(first)] == [
        (1, False),
        (0, True),
        (0, False),
    ]
    assert kept_rows(first, Flag)[0].quote == "cannot"
    assert kept_rows(first, Choice)[0].why == "Kinder."
    newest = newest_reply(first, "u-2")
    assert newest is not None
    assert (newest.attempt_of, newest.text) == (1, "Good morning.")
    assert kept_rows(first, Reply)[0].decision == {"Yes": 0.75, "No": 0.2}
    (rater,) = raters(first, "sha256:0c")
    assert [one.complete for one in rater.items.values()] == [True, True, True]


def test_a_database_of_layout_1_goes_on(first: Record) -> None:
    known = first.rows(Participant)[0]
    assert first.enrol("blue heron 7", enrolled_by="code") == known
    (again,) = first.append(SessionEnd(session_id="s-1", reason="finished", comment="Thanks."))
    assert again.number < 39
    (fresh,) = first.append(replace(first.rows(Consent)[0], study_hash="sha256:01"))
    assert (fresh.number, fresh.chain, fresh.position) == (40, known.participant_id, 2)
    assert first.verify().ok


def test_a_database_of_layout_1_can_be_read_where_nothing_can_be_written(
    first: Record, tmp_path: Path
) -> None:
    with open_record(first.url, read_only=True) as record:
        assert history(record, "s-1").session.persona_id == "amara-okafor"
        assert record.verify().ok


def test_rows_of_layout_1_sent_again_are_the_same_events(first: Record) -> None:
    """Also where a number was kept as whole that is a float when it is read."""
    rows = [row for _, row in kept_entries(first) if not isinstance(row, Binding)]
    again = first.append(*rows)
    assert first.extent() == (39, 39)
    assert {entry.digest for entry in again} == {None}


def test_opening_layout_1_to_write_brings_its_tables_up_to_date(first: Record) -> None:
    database = sqlite3.connect(first.place)
    layout = "SELECT value FROM parallax_meta WHERE key = 'schema_version'"
    assert database.execute(layout).fetchone() == ("2",)
    digests = database.execute("SELECT DISTINCT digest FROM parallax_journal").fetchall()
    database.close()
    assert digests == [(None,)]
    with open_record(first.url) as again:
        assert again.record_id == first.record_id


@pytest.fixture
def of_layout_1(where: str, execute: Callable[..., None]) -> str:
    """An empty record in each database, with the tables it would have had."""
    with open_record(where) as record:
        execute(
            record,
            "ALTER TABLE parallax_journal DROP COLUMN digest",
            "UPDATE parallax_meta SET value = '1' WHERE key = 'schema_version'",
        )
    return where


def test_several_who_open_layout_1_at_once_bring_it_up_to_date_together(
    of_layout_1: str, turn: Callable[..., Turn]
) -> None:
    with ThreadPoolExecutor(4) as several:
        records = list(several.map(open_record, [of_layout_1] * 4))
    for record in records:
        record.append(turn())
        assert record.verify().ok
        record.close()
    with open_record(of_layout_1, read_only=True) as record:
        assert record.extent()[1] == 4


def test_a_server_with_layout_1_is_not_read_before_its_owner_opened_it(
    of_layout_1: str,
) -> None:
    if "postgres" not in of_layout_1:
        with open_record(of_layout_1, read_only=True) as record:
            assert record.extent() == (0, 0)
        return
    with pytest.raises(RecordUnreadable) as refused:
        open_record(of_layout_1, read_only=True)
    assert str(refused.value).endswith(
        " has layout 1; wanted layout 2 to read only. Let its owner open it once to write."
    )


@pytest.fixture
def untouched(tmp_path: Path) -> Path:
    path = tmp_path / "untouched.db"
    path.write_bytes(gzip.decompress((KEPT / "layout-1.db.gz").read_bytes()))
    return path


def test_layout_1_is_read_as_it_lies_where_nobody_may_write(untouched: Path) -> None:
    before = untouched.read_bytes()
    with open_record(untouched, read_only=True) as record:
        assert record.verify().ok
        assert len(kept_entries(record)) == 39
        assert history(record, "s-1").end is not None
    assert untouched.read_bytes() == before


def test_a_body_is_upgraded_one_version_after_the_other(
    first: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []

    def upgrade(cls: type[Flag], body: dict[str, Any], version: int) -> dict[str, Any]:
        steps.append(version)
        renamed = {"words": "quote", "harm": "harm"}
        if version == 1:
            return {**body, "words": body.pop("quote")}
        return {renamed.get(name, name): value for name, value in body.items()}

    monkeypatch.setattr(Flag, "VERSION", 3)
    monkeypatch.setattr(Flag, "upgrade", classmethod(upgrade))
    flags = kept_rows(first, Flag)
    assert steps == [1, 2, 1, 2]
    assert [flag.quote for flag in flags] == ["cannot", "cannot"]
    session = replace(first.rows(Session)[0], session_id="s-9")
    _, fresh = first.append(session, replace(flags[0], flag_id="f-9", session_id="s-9"))
    assert fresh.version == 3
    assert kept_rows(first, Flag)[-1].quote == "cannot"
    assert steps[4:] == [1, 2, 1, 2]


@pytest.mark.parametrize("export", EXPORTS, ids=lambda path: path.name)
def test_an_export_goes_through_a_record_without_the_change_of_a_byte(
    export: Path, tmp_path: Path
) -> None:
    with read_jsonl(export, tmp_path / "in.db") as record:
        assert record.verify().ok
        write_jsonl(record, tmp_path / "out.jsonl")
    assert lines(tmp_path / "out.jsonl") == lines(export)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda path: path.name)
def test_rows_read_and_kept_again_say_the_same(export: Path, tmp_path: Path) -> None:
    with (
        read_jsonl(export, tmp_path / "in.db") as record,
        open_record(tmp_path / "again.db", durability="normal") as again,
    ):
        again.append(*(row for _, row in kept_entries(record)))
        write_jsonl(again, tmp_path / "again.jsonl")
    for old, new in zip(lines(export), lines(tmp_path / "again.jsonl"), strict=True):
        before, after = json.loads(old), json.loads(new)
        # A kind may have gained fields since; what it had is unchanged.
        assert {name: after["body"][name] for name in before["body"]} == before["body"]
        assert (after["kind"], after["chain"]) == (before["kind"], before["chain"])
    if export.suffix == ".gz":
        assert bodies(tmp_path / "again.jsonl") == bodies(export)


def bodies(export: Path) -> list[bytes]:
    return [line.partition(b'"body":')[2].partition(b',"chain":')[0] for line in lines(export)]

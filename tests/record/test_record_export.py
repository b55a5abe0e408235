import gzip
import json
import os
from pathlib import Path

import pytest
from kept_rows import kept_rows

from toolkit.errors import RecordUnreadable, RecordUnwritable
from toolkit.record import Turn, open_record, read_jsonl, require_room, write_jsonl


@pytest.fixture
def filled(record, session, turn):
    record.enrol("one", enrolled_by="code")
    begun = session(session_id="s-1")
    record.append(begun, turn("s-1", turn_id="t-1", text="a\0\ud800😀"), turn("s-2", turn_id="t-2"))
    return record


def change(path: Path, line: int, **values: object) -> None:
    lines = path.read_text().splitlines(keepends=True)
    lines[line - 1] = json.dumps(json.loads(lines[line - 1]) | values) + "\n"
    path.write_text("".join(lines))


def refused(path: Path, target: Path) -> str:
    with pytest.raises(RecordUnreadable) as problem:
        read_jsonl(path, target)
    assert not target.exists()
    return str(problem.value)


def malformed(path: Path, line: int, complaint: str) -> str:
    return (
        f"import: {path}, line {line} is malformed: {complaint}; wanted a file made by `parallax "
        "export`. Export it again; nothing was imported."
    )


def test_out_and_in_again_is_the_same_record(filled, tmp_path, turn):
    path = tmp_path / "out" / "record.jsonl"
    assert write_jsonl(filled, path) == 4
    with read_jsonl(path, tmp_path / "in.db") as imported:
        assert list(imported.entries()) == list(filled.entries())
        assert imported.record_id == filled.record_id
        assert imported.verify() == filled.verify()
        assert write_jsonl(imported, tmp_path / "again.jsonl") == 4
        again = (tmp_path / "again.jsonl").read_text().splitlines()[1:]
        assert again == path.read_text().splitlines()[1:]
        (entry,) = imported.append(turn("s-1"))
        assert (entry.number, entry.position) == (5, 2)
    with open_record(tmp_path / "in.db") as reopened:
        assert reopened.record_id == filled.record_id
        assert reopened.verify().ok


def test_an_export_can_be_brought_into_either_database(where, file_record, tmp_path, turn):
    file_record.append(*(turn(number=place) for place in range(450)))
    write_jsonl(file_record, tmp_path / "record.jsonl")
    with read_jsonl(tmp_path / "record.jsonl", where) as imported:
        assert list(imported.entries()) == list(file_record.entries())
        (entry,) = imported.append(turn())
        assert (entry.number, entry.position) == (451, 450)
        assert imported.verify().ok


def test_the_header_describes_and_the_secret_stays(filled, tmp_path):
    path = tmp_path / "record.jsonl"
    write_jsonl(filled, path)
    header = json.loads(path.read_text().splitlines()[0])
    assert header["format"] == "parallax-record-jsonl"
    assert header["version"] == 2
    assert header["record_id"] == filled.record_id
    assert (header["entries"], header["simulated"]) == (4, False)
    key = filled._database.meta.get("secret")
    if key is None:
        key = Path(f"{filled._database.place.path}.key").read_text("ascii").strip()
    assert len(key) == 64
    assert key not in path.read_text()
    assert path.read_text().isascii()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("how", ["participant", "session"])
def test_simulated_data_is_marked_in_the_header(record, session, tmp_path, how):
    if how == "participant":
        record.enrol("x", enrolled_by="simulation", simulated=True)
    else:
        record.append(session(simulated=True))
    write_jsonl(record, tmp_path / "record.jsonl")
    assert json.loads((tmp_path / "record.jsonl").read_text().splitlines()[0])["simulated"] is True


def test_an_empty_record_makes_a_header_and_comes_back(record, tmp_path):
    assert write_jsonl(record, tmp_path / "record.jsonl") == 0
    with read_jsonl(tmp_path / "record.jsonl", tmp_path / "in.db") as imported:
        assert imported.extent() == (0, 0)
        assert imported.record_id == record.record_id


def test_a_changed_line_is_kept_and_named_by_verify(filled, tmp_path):
    path = tmp_path / "record.jsonl"
    write_jsonl(filled, path)
    entry = json.loads(path.read_text().splitlines()[3])
    change(path, 4, body=entry["body"] | {"text": "something kinder"})
    with read_jsonl(path, tmp_path / "in.db") as imported:
        assert kept_rows(imported, Turn)[0].text == "something kinder"
        (problem,) = imported.verify().problems
    assert (problem.chain, problem.position) == ("s-1", 1)
    assert problem.found.endswith("(turn t-1 was changed)")


@pytest.mark.parametrize(
    ("line", "text", "complaint"),
    [
        (3, "{", "it is not a JSON object in ASCII"),
        (3, "[]", "it is not a JSON object in ASCII"),
        (3, "", "it is not a JSON object in ASCII"),
        (3, '{"x":NaN}', "it is not a JSON object in ASCII"),
        (3, '{"x":"é"}', "it is not a JSON object in ASCII"),
        (3, '{"x":1e999}', "it is not a JSON object in ASCII"),
        (3, '{"x":' * 100_000 + "1" + "}" * 100_000, "it is not a JSON object in ASCII"),
        (
            3,
            "{}",
            "it needs exactly the fields number, event_id, chain, position, kind, version, at, "
            "previous, hash, key_id, body",
        ),
        (1, "{}", "it is not the header of a parallax-record-jsonl file"),
        (
            1,
            '{"format":"parallax-record-jsonl","version":true}',
            "its header needs format, version, record_id, created_at, entries, simulated",
        ),
    ],
)
def test_a_malformed_line_is_named(filled, tmp_path, line, text, complaint):
    path = tmp_path / "record.jsonl"
    write_jsonl(filled, path)
    lines = path.read_text().splitlines()
    lines[line - 1] = text
    path.write_text("\n".join(lines) + "\n")
    assert refused(path, tmp_path / "in.db") == malformed(path, line, complaint)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"number": "2"}, "number is of the wrong type"),
        ({"position": True}, "position is of the wrong type"),
        ({"key_id": 1}, "key_id is of the wrong type"),
        ({"body": []}, "body is of the wrong type"),
        ({"chain": "s\0"}, "chain holds characters that no entry has"),
        ({"position": -1}, "position is out of range"),
        ({"number": 2**63}, "number is out of range"),
        ({"version": 2**31}, "version is out of range"),
        ({"number": 1}, "its number 1 does not follow 1"),
        (
            {"event_id": "s-1", "number": 2, "chain": "s-7"},
            "",
        ),
    ],
)
def test_values_no_entry_has_are_named(filled, tmp_path, values, complaint):
    path = tmp_path / "record.jsonl"
    write_jsonl(filled, path)
    if complaint:
        change(path, 3, **values)
        assert refused(path, tmp_path / "in.db") == malformed(path, 3, complaint)
    else:
        change(path, 4, event_id="s-1")
        assert refused(path, tmp_path / "in.db") == malformed(
            path, 4, "it repeats an event id or a position of an earlier line"
        )


def test_a_file_that_was_cut_off(filled, tmp_path):
    path = tmp_path / "record.jsonl"
    write_jsonl(filled, path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    assert refused(path, tmp_path / "in.db") == (
        f"import: {path} holds 3 entries; wanted the 4 its header speaks of. The file was cut off "
        "or put together: export it again."
    )


def test_a_file_of_a_newer_format_and_none_at_all(filled, tmp_path):
    path = tmp_path / "record.jsonl"
    write_jsonl(filled, path)
    change(path, 1, version=3)
    assert refused(path, tmp_path / "in.db") == (
        f"import: {path} has version 3 of the format; wanted 2 or older. Upgrade Parallax to read "
        "it."
    )
    missing = tmp_path / "missing.jsonl"
    assert refused(missing, tmp_path / "in.db") == (
        f"import: {missing} cannot be read (No such file or directory); wanted a file made by "
        "`parallax export`. Check the path."
    )
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    assert refused(empty, tmp_path / "in.db") == malformed(
        empty, 1, "it is not the header of a parallax-record-jsonl file"
    )


def test_two_records_are_not_mixed(filled, file_record, turn, tmp_path):
    write_jsonl(filled, tmp_path / "record.jsonl")
    file_record.append(turn())
    with pytest.raises(RecordUnwritable) as refusal:
        read_jsonl(tmp_path / "record.jsonl", file_record.url)
    assert str(refusal.value) == (
        f"import: {file_record.place} already holds entries; wanted an empty place, so that two "
        "records are not mixed. Choose a new file or database."
    )
    assert file_record.extent() == (1, 1)


def test_a_failed_export_leaves_the_old_file_and_nothing_else(filled, tmp_path, execute):
    path = tmp_path / "out" / "record.jsonl"
    write_jsonl(filled, path)
    before = path.read_text()
    execute(filled, "UPDATE parallax_journal SET body = 'oops' WHERE event_id = 't-2'")
    with pytest.raises(RecordUnreadable):
        write_jsonl(filled, path)
    assert path.read_text() == before
    assert list(path.parent.iterdir()) == [path]


def test_an_export_into_a_folder_that_is_a_file(filled, tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(RecordUnwritable) as refusal:
        write_jsonl(filled, tmp_path / "out" / "record.jsonl")
    assert str(refusal.value) == (
        f"record: {tmp_path / 'out' / 'record.jsonl'} cannot be written (File exists); wanted a "
        "place this account may write to. Mend its permissions or choose another place."
    )


def test_a_compressed_export_is_the_same_record_and_the_same_bytes(filled, tmp_path):
    plain, packed, again = (tmp_path / n for n in ("a.jsonl", "a.jsonl.gz", "b.jsonl.gz"))
    write_jsonl(filled, plain)
    write_jsonl(filled, packed)
    write_jsonl(filled, again)
    lines = gzip.decompress(packed.read_bytes()).splitlines()
    assert lines[1:] == plain.read_bytes().splitlines()[1:]
    assert lines[1:] == gzip.decompress(again.read_bytes()).splitlines()[1:]
    with read_jsonl(packed, tmp_path / "in.db") as imported:
        assert list(imported.entries()) == list(filled.entries())
        assert imported.verify().ok


@pytest.mark.parametrize("damage", ["cut", "plain"])
def test_a_damaged_compressed_export(filled, tmp_path, damage):
    packed = tmp_path / "a.jsonl.gz"
    write_jsonl(filled, packed)
    whole = packed.read_bytes()
    packed.write_bytes(whole[: len(whole) // 2] if damage == "cut" else b"{}" * 20)
    with pytest.raises(RecordUnreadable) as refused:
        read_jsonl(packed, tmp_path / "in.db")
    assert str(refused.value) == (
        f"import: {packed} is damaged or not compressed as its name says; wanted a file made "
        "by `parallax export`. Export it again; nothing was imported."
    )


@pytest.fixture
def exported(file_record, turn, tmp_path):
    file_record.append(turn("s-1"), turn("s-2"), turn("s-1"))
    path = tmp_path / "record.jsonl.gz"
    write_jsonl(file_record, path)
    with open_record(path, read_only=True) as opened:
        yield opened


def test_an_export_reads_like_the_record_it_was_made_of(file_record, exported):
    kept = list(file_record.entries())
    assert list(exported.entries()) == kept
    for asked in ({"kinds": ["turn"]}, {"kinds": ["flag"]}, {"chain": "s-1"}, {"after": 2}):
        assert list(exported.entries(**asked)) == list(file_record.entries(**asked))
    for name in (kept[1].event_id, "nobody"):
        assert exported.find(name) == file_record.find(name)
    for read in ("extent", "last_activity", "verify"):
        assert getattr(exported, read)() == getattr(file_record, read)()
    assert kept_rows(exported, Turn) == kept_rows(file_record, Turn)
    assert exported.record_id == file_record.record_id


def test_an_export_is_only_read(exported, turn):
    message = (
        f"record: {exported.place} is an export, which is only read; wanted a record that can be "
        "written. Open it with read_only=True, or make a record of it with `parallax import`."
    )
    for write in (
        lambda: open_record(exported.place),
        lambda: exported.append(turn()),
        lambda: exported.enrol("T-01", enrolled_by="code"),
        lambda: exported.lease("p-1"),
    ):
        with pytest.raises(RecordUnwritable) as refused:
            write()
        assert str(refused.value) == message


def test_room_for_an_export_is_found_in_a_folder_that_is_not_there_yet(tmp_path):
    target = tmp_path / "deep" / "out" / "record.jsonl"
    for _ in range(2):
        require_room(target)
        assert list(target.parent.iterdir()) == []
    with pytest.raises(RecordUnwritable, match=r"deep/out cannot be written \(Is a directory\)"):
        require_room(target.parent)


def packed(path: Path, header: dict, *lines: bytes) -> Path:
    with gzip.open(path, "wb") as file:
        file.write(json.dumps(header).encode() + b"\n")
        for line in lines:
            file.write(line)
    return path


HEADER = {
    "format": "parallax-record-jsonl",
    "version": 2,
    "record_id": "r",
    "created_at": "",
    "toolkit_version": "",
    "entries": 3,
    "simulated": False,
}
BOMBS = [
    (
        "one endless line",
        {},
        [b'{"body":"' + b"a" * 1_000_000] * 60,
        "more than 8 MB once unpacked",
    ),
    ("spaces after the header", {}, [b" " * 1_000_000] * 60, "more than 8 MB once"),
    ("many lines of nothing", {}, [b"{}\n" * 300_000] * 30, "line 2 is malformed"),
    ("more entries than anybody has", {"entries": 10**9}, [], "1000000000 entries"),
]


@pytest.mark.parametrize(("reason", "header", "lines", "told"), BOMBS, ids=[b[0] for b in BOMBS])
def test_a_small_file_that_unpacks_to_anything_is_refused(tmp_path, reason, header, lines, told):
    bomb = packed(tmp_path / "bomb.jsonl.gz", HEADER | header, *lines)
    assert bomb.stat().st_size < 160_000
    assert told in refused(bomb, tmp_path / "in.db")
    assert not (tmp_path / "in.db").exists()


def test_more_entries_than_the_header_says_are_not_read(filled, tmp_path):
    path = tmp_path / "record.jsonl"
    write_jsonl(filled, path)
    change(path, 1, entries=2)
    assert "holds more entries than the 2 it speaks of; wanted" in refused(path, tmp_path / "in.db")


def test_what_a_killed_export_left_is_swept_by_the_next(filled, tmp_path):
    left, at_work = tmp_path / "a.jsonl.x1.part", tmp_path / "a.jsonl.x2.part"
    other = tmp_path / "b.jsonl.x3.part"
    for path in (left, at_work, other):
        path.write_text("what somebody said")
    for path in (left, other):
        os.utime(path, (0, 0))
    write_jsonl(filled, tmp_path / "a.jsonl")
    assert not left.exists()
    assert at_work.exists()
    assert other.exists()

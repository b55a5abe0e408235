"""A record that cannot be opened, read or written says why and what to do."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from kept_rows import kept_rows

from toolkit.errors import RecordBusy, RecordError, RecordFull, RecordUnreadable, RecordUnwritable
from toolkit.record import Row, Turn, open_record

AS_ROOT = os.geteuid() == 0
LONG = "y" * 3000
FULL = (
    "record: there is no room left at {}; wanted space for one more entry. Free some space there "
    "and try again; nothing was half-written."
)


def failure(kind: type[RecordError], where: object, **options: object) -> str:
    with pytest.raises(kind) as refused:
        open_record(where, **options)  # type: ignore[arg-type]
    return str(refused.value)


@pytest.fixture
def small_disk(tmp_path: Path):
    """A file system of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    if not AS_ROOT or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not permitted here; test_a_record_at_its_limit covers the rest")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_loses_nothing_and_frees_again(small_disk, turn):
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 500_000)
    with open_record(small_disk / "record.db") as record:
        kept = []
        with pytest.raises(RecordFull) as refused:
            kept.extend(entry for _ in range(500) for entry in record.append(turn(text=LONG)))
        assert str(refused.value) == FULL.format(small_disk / "record.db")
        assert kept
        assert list(record.entries()) == kept
        with pytest.raises(RecordFull):
            record.append(turn(text="y" * 100_000), turn())
        ballast.unlink()
        kept += record.append(turn(text=LONG))
        assert list(record.entries()) == kept
        assert record.verify().ok


def test_a_disk_that_is_full_at_the_start_is_told_apart(small_disk):
    (small_disk / "ballast").write_bytes(b"x" * (1 << 20))
    path = small_disk / "study" / "record.db"
    assert failure(RecordFull, path) == FULL.format(path)
    (small_disk / "ballast").unlink()
    open_record(path).close()


def test_a_record_at_its_limit_keeps_all_or_nothing(file_record, turn):
    """The same error of SQLite without a small disk: a cap on the pages of the file."""
    with file_record._database.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 30")
    kept = list(file_record.append(turn()))
    with pytest.raises(RecordFull) as refused:
        file_record.append(turn(), turn(text="z" * 200_000))
    assert str(refused.value) == FULL.format(file_record.place)
    kept += file_record.append(turn())
    assert list(file_record.entries()) == kept
    assert file_record.verify().ok


def test_a_file_where_a_folder_should_be(tmp_path):
    (tmp_path / "study").write_text("")
    message = failure(RecordUnwritable, tmp_path / "study" / "record.db")
    assert message == (
        f"record: {tmp_path / 'study'} cannot be a folder, because {tmp_path / 'study'} is a file; "
        "wanted a folder for the record. Move that file or choose another folder."
    )
    assert failure(RecordUnwritable, tmp_path / "study" / "deep" / "record.db").startswith(
        f"record: {tmp_path / 'study' / 'deep'} cannot be a folder"
    )


def test_a_folder_where_a_file_should_be(tmp_path):
    assert failure(RecordUnwritable, tmp_path) == (
        f"record: {tmp_path} is a folder; wanted the path of a file. Add a file name, for example "
        f"{tmp_path / 'record.db'}."
    )


def as_nobody(script: str, *arguments: object) -> str:
    """Run a script as an account that owns nothing, and return what it says."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


OPEN = """
import os, pwd, sys, tempfile
from toolkit.record import open_record
from toolkit.errors import RecordError
with tempfile.TemporaryDirectory() as folder:
    # Loads every module while the interpreter's own files may still be read.
    open_record(folder + "/record.db").close()
if os.geteuid() == 0:
    os.setuid(pwd.getpwnam("nobody").pw_uid)
try:
    record = open_record(sys.argv[1], read_only=len(sys.argv) > 2)
    print(record.extent()[1], record.verify().ok)
except RecordError as problem:
    print(type(problem).__name__, problem)
"""


@pytest.fixture
def open_folder():
    """A folder any account may enter, on whatever disk temporary files are."""
    folder = Path(tempfile.mkdtemp(prefix="record-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_that_may_not_be_written(open_folder):
    if not AS_ROOT:
        open_folder.chmod(0o555)
    assert as_nobody(OPEN, open_folder / "study" / "record.db") == (
        f"RecordUnwritable record: {open_folder / 'study'} cannot be written (Permission denied); "
        "wanted a place this account may write to. Mend its permissions or choose another place.\n"
    )
    assert as_nobody(OPEN, open_folder / "record.db") == (
        f"RecordUnwritable record: {open_folder} cannot be written (Permission denied); wanted a "
        "place this account may write to. Mend its permissions or choose another place.\n"
    )


def test_a_record_is_read_where_nothing_can_be_written(open_folder, turn):
    with open_record(open_folder / "record.db") as record:
        record.append(turn(), turn())
    (open_folder / "record.db").chmod(0o444)
    open_folder.chmod(0o555)
    before = sorted(open_folder.iterdir())
    assert as_nobody(OPEN, open_folder / "record.db", "read") == "2 True\n"
    assert sorted(open_folder.iterdir()) == before


def test_an_open_record_is_read_where_nothing_can_be_written(open_folder, turn):
    """Its newest entries are still in the log beside it."""
    with open_record(open_folder / "record.db") as record:
        record.append(turn(), turn())
        assert (open_folder / "record.db-wal").stat().st_size
        for path in open_folder.glob("record.db*"):
            path.chmod(0o644)
        assert as_nobody(OPEN, open_folder / "record.db", "read") == "2 True\n"


@pytest.mark.skipif(not AS_ROOT, reason="needs a second account")
def test_a_record_of_another_account_says_so(open_folder, turn):
    """Closed or open: it is its owner's alone."""
    place = open_folder / "record.db"
    told = (
        f"RecordUnreadable record: {place} belongs to another account; wanted a record that this "
        "one may read. Ask its owner for an export (`parallax export`).\n"
    )
    with open_record(place) as record:
        record.append(turn())
        assert as_nobody(OPEN, place, "read") == told
    assert as_nobody(OPEN, place, "read") == told


def test_a_crashed_record_that_cannot_be_read_in_place_says_so(open_folder, tmp_path, turn):
    with open_record(tmp_path / "record.db") as record:
        record.append(turn())
        for name in ("record.db", "record.db-wal"):
            shutil.copyfile(tmp_path / name, open_folder / name)
    assert as_nobody(OPEN, open_folder / "record.db", "read") == (
        f"RecordUnreadable record: {open_folder / 'record.db'} was not closed, and its folder "
        "cannot be written; wanted a record that was closed, or a folder to work in. Copy it and "
        "the file ending in -wal beside it to a folder of your own and open it there.\n"
    )


def test_who_opens_to_read_changes_nothing(file_record, turn):
    file_record.append(turn(turn_id="t-1"))
    with open_record(file_record.url, read_only=True) as reader:
        assert [entry.event_id for entry in reader.entries()] == ["t-1"]
        with pytest.raises(RecordUnwritable) as refused:
            reader.append(turn())
        assert str(refused.value) == (
            f"record: {file_record.place} was opened to read only; wanted a record that can be "
            "written. Open it again without read_only."
        )
        file_record.append(turn(turn_id="t-2"))
        assert reader.find("t-2") is not None


def test_reading_makes_no_record(tmp_path):
    path = tmp_path / "none" / "record.db"
    assert failure(RecordUnreadable, path, read_only=True) == (
        f"record: there is no file {path}; wanted the record of a study. Check the path, or run a "
        "session first."
    )
    assert not path.parent.exists()


def test_another_writer_that_does_not_finish(file_record, turn):
    other = sqlite3.connect(file_record.place, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with (
        open_record(file_record.url, patience=0.05) as hasty,
        pytest.raises(RecordBusy) as refused,
    ):
        hasty.append(turn())
    assert str(refused.value) == (
        f"record: {file_record.place} is held by another program; wanted a turn to write. Close "
        "what else has it open, such as a database browser or a backup, and try again; nothing "
        "was half-written."
    )
    other.execute("ROLLBACK")
    other.close()
    file_record.append(turn())
    assert file_record.verify().entries == 1


def test_a_writer_waits_its_turn(where, turn):
    with open_record(where) as first, open_record(where) as second:
        waiting = threading.Thread(target=second.append, args=(turn("b"),))
        with first._database.writing():
            waiting.start()
            waiting.join(timeout=0.2)
            assert waiting.is_alive()
        waiting.join()
        assert first.verify().entries == 1


def test_a_server_that_keeps_others_waiting_is_busy(server_place, turn):
    with open_record(server_place) as first, open_record(server_place, patience=0.05) as hasty:
        with (
            first._database.writing(),
            pytest.raises(RecordBusy, match="is held by another program; wanted a turn to write"),
        ):
            hasty.append(turn())
        hasty.append(turn())
        assert first.verify().entries == 1


def test_a_server_that_does_not_answer_shows_no_password(tmp_path):
    url = f"postgresql://lead:secret@/study?host={tmp_path}"
    message = failure(RecordUnwritable, url)
    assert message.startswith("record: postgresql+psycopg://lead:***@/study?host=")
    assert message.endswith(
        "); wanted a place this account may write to. Mend its permissions or choose another place."
    )
    assert "secret" not in message


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "record.db"
    path.write_text("Dear diary, this is more than a hundred bytes long. " * 20)
    assert failure(RecordUnreadable, path) == (
        f"record: {path} cannot be read (file is not a database); wanted a Parallax record. "
        "Restore it from a backup or an export, or choose another file."
    )


def test_a_damaged_file(tmp_path, turn):
    path = tmp_path / "record.db"
    with open_record(path) as record:
        for number in range(100):
            record.append(turn(number=number, text="z" * 2000))
    with path.open("r+b") as file:
        file.seek(20 * 4096)
        file.write(b"\xff" * 4096 * 20)
    with open_record(path) as record, pytest.raises(RecordUnreadable) as refused:
        record.verify()
    assert str(refused.value) == (
        f"record: {path} cannot be read (database disk image is malformed); wanted a Parallax "
        "record. Restore it from a backup or an export, or choose another file."
    )


def test_the_database_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE songs (title TEXT)")
    other.close()
    before = path.read_bytes()
    message = (
        f"record: {path} is a database of another program; wanted a Parallax record. Choose "
        "another file or database."
    )
    assert failure(RecordUnreadable, path) == message
    assert failure(RecordUnreadable, path, read_only=True) == message
    assert path.read_bytes() == before


def test_a_record_of_a_newer_toolkit(record, execute):
    execute(
        record,
        "UPDATE parallax_meta SET value = '7' WHERE key = 'schema_version'",
        "UPDATE parallax_meta SET value = '9.0' WHERE key = 'toolkit_version'",
    )
    assert failure(RecordUnreadable, record.url) == (
        f"record: {record.place} has layout 7, written by toolkit 9.0; wanted layout 2 or older. "
        "Upgrade Parallax to open it."
    )


def test_a_row_of_a_newer_toolkit(record, execute, turn):
    record.append(turn())
    execute(record, "UPDATE parallax_journal SET version = 9")
    with pytest.raises(RecordUnreadable) as refused:
        kept_rows(record, Turn)
    known = ", ".join(sorted(f"{kind.KIND} {kind.VERSION}" for kind in Row.BY_KIND.values()))
    assert known.startswith(
        "binding 1, choice 1, closing 1, consent 1, dispatch 1, flag 1, guess 1, invitation 1"
    )
    assert str(refused.value) == (
        f"record: got a row of kind 'turn', version 9; wanted one this toolkit knows ({known}). "
        "A newer toolkit wrote it: upgrade Parallax to read it."
    )


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('{"text": "no"}', "a row of kind turn cannot be read: turn lacks the field 'turn_id'"),
        (
            '{"turn_id":"t","session_id":"s","number":1,"speaker":"god","text":""}',
            "a row of kind turn cannot be read: turn.speaker is 'god', wanted one of tester, "
            "assistant",
        ),
        (
            '{"turn_id":"t","session_id":"s","number":1,"speaker":"tester","text":"","x":1}',
            "a row of kind turn cannot be read: turn has no field 'x'",
        ),
    ],
)
def test_a_body_that_does_not_fit_its_kind(record, execute, turn, body, complaint):
    record.append(turn())
    execute(record, "UPDATE parallax_journal SET body = :body", body=body)
    with pytest.raises(RecordUnreadable) as refused:
        kept_rows(record, Turn)
    assert str(refused.value) == (
        f"record: {complaint}. Run `parallax verify` to see whether the record was changed after "
        "it was written."
    )


def test_a_body_that_is_no_json(record, execute, turn):
    record.append(turn(turn_id="t-1"))
    execute(record, "UPDATE parallax_journal SET body = 'oops'")
    with pytest.raises(RecordUnreadable) as refused:
        record.find("t-1")
    assert str(refused.value) == (
        "record: entry 1 (turn t-1) holds no readable JSON; wanted the text that was written. Run "
        "`parallax verify` to see what was changed."
    )


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ("mysql://me:hush@host/db", "'mysql://me:***@host/db'"),
        ("sqlite://", "'sqlite://'"),
        ("sqlite:///:memory:", "'sqlite:///%3Amemory%3A'"),
        ("://", "an address that cannot be read"),
    ],
)
def test_an_address_of_no_database_we_know(where, shown):
    assert failure(RecordUnreadable, where) == (
        f"record: got {shown}; wanted the path of a .db file, sqlite:///PATH or "
        "postgresql://USER@HOST/DATABASE. Use one of these."
    )


def test_a_network_file_system_is_refused(tmp_path, monkeypatch, turn):
    mounts = tmp_path / "mountinfo"
    monkeypatch.setattr("toolkit.record.journal.record_address._MOUNTS", mounts)
    shared = tmp_path / "team share"
    escaped = str(shared).replace(" ", "\\040")
    mounts.write_text(
        "1 0 0:1 / / rw shared:1 - ext4 /dev/vda rw\n"
        f"2 1 0:2 / {escaped} rw,relatime shared:2 master:3 - nfs4 server:/x rw\n"
        f"3 1 0:2 / {escaped}/local rw - tmpfs none rw\n"
    )
    path = shared / "pilot" / "record.db"
    assert failure(RecordUnwritable, path) == (
        f"record: {path} is on a network file system (nfs4), where SQLite can lose data; wanted a "
        "local disk. Choose a local folder, or use a postgresql:// address."
    )
    assert not shared.exists()
    for local in (shared / "local" / "record.db", tmp_path / "record.db"):
        with open_record(local) as record:
            record.append(turn())
    mounts.write_text("1 0 0:1 / / rw shared:1 - cifs //server/x rw\n")
    assert "(cifs)" in failure(RecordUnwritable, tmp_path / "another.db")


def test_a_path_with_signs_that_mean_something_in_an_address(tmp_path, turn):
    path = tmp_path / "50% of? #1 & more" / "record é.db"
    with open_record(path) as record:
        record.append(turn())
    assert path.is_file()
    with open_record(record.url, read_only=True) as again:
        assert again.extent() == (1, 1)

"""What is acknowledged is in the file that the next opener finds, whatever is done to the files."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from toolkit.errors import RecordError, RecordMoved
from toolkit.record import open_record

KERNEL = Path(__file__).with_name("kernel_process.py")


@dataclass(frozen=True)
class Way:
    """One way to lose the files of an open record; ``backup`` holds an earlier copy of them."""

    name: str
    reason: str
    act: Callable[[Path, Path], object]
    """Gets the record's path and the backup's folder."""
    told: str
    """Words of the sentence."""
    cold: str = ""
    """Words that the next opener is told; empty where it may open."""


def log(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def index(path: Path) -> Path:
    return path.with_name(path.name + "-shm")


def remove_all(path: Path, backup: Path) -> None:
    for one in (path, log(path), index(path)):
        one.unlink(missing_ok=True)


def another(path: Path, backup: Path) -> Path:
    made = backup / "another.db"
    if not made.exists():
        open_record(made).close()
    return made


def over(path: Path, data: bytes) -> None:
    """Write into the file that is there, as ``cp`` does."""
    with path.open("r+b") as file:
        file.truncate(0)
        file.write(data)


def linked_elsewhere(path: Path, backup: Path) -> None:
    """The folder's name leads to another folder from now on."""
    path.parent.rename(path.parent.with_name("was"))
    shutil.copytree(path.parent.with_name("was"), path.parent.with_name("other"))
    path.parent.symlink_to(path.parent.with_name("other"))


def fresh_with_old_log(path: Path, backup: Path) -> None:
    """Another record's file beside the log of this one."""
    path.unlink()
    shutil.copy(another(path, backup), path)


def emptied_by_a_tool(path: Path, backup: Path) -> None:
    """Another program brings an older state back through the database itself."""
    source, target = sqlite3.connect(backup / path.name), sqlite3.connect(path)
    source.backup(target)
    target.close()
    source.close()


def rows_deleted(path: Path, backup: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("DELETE FROM parallax_journal WHERE number > 3")
    other.commit()
    other.close()


WAYS = [
    Way("moved", "mv record.db elsewhere", lambda p, b: p.rename(b / "m"), "is gone"),
    Way("removed", "rm record.db", lambda p, b: p.unlink(), "is gone"),
    Way("all removed", "rm record.db*", remove_all, "is gone"),
    Way("folder removed", "rm -r of the results", lambda p, b: shutil.rmtree(p.parent), "is gone"),
    Way(
        "folder moved",
        "mv of the results",
        lambda p, b: p.parent.rename(p.parent.with_name("elsewhere")),
        "is gone",
    ),
    Way(
        "backup moved in",
        "an older copy under the same name is another file",
        lambda p, b: (b / p.name).replace(p),
        "is another file now",
    ),
    Way(
        "backup copied in",
        "an older copy written into the same file",
        lambda p, b: over(p, (b / p.name).read_bytes()),
        "was changed by another program",
    ),
    Way(
        "replaced by its copy",
        "the same content is still another file, that nobody writes to",
        lambda p, b: (shutil.copy(p, b / "c"), (b / "c").replace(p)),
        "is another file now",
    ),
    Way(
        "another record", "of another study", lambda p, b: another(p, b).replace(p), "another file"
    ),
    Way("another beside its log", "cp other.db after rm", fresh_with_old_log, "another file"),
    Way("emptied", "truncate -s 0", lambda p, b: os.truncate(p, 0), "was changed by another"),
    Way("cut", "half of it is left", lambda p, b: os.truncate(p, 8192), "was changed by another"),
    Way("log removed", "rm record.db-wal", lambda p, b: log(p).unlink(), "-wal"),
    Way("log emptied", "truncate -s 0 record.db-wal", lambda p, b: os.truncate(log(p), 0), "-wal"),
    Way("log cut", "its newest entries", lambda p, b: os.truncate(log(p), 9000), "-wal"),
    Way(
        "log replaced",
        "an older log moved in",
        lambda p, b: log(b / p.name).replace(log(p)),
        "-wal",
    ),
    Way(
        "log copied in",
        "an older log written into the same file",
        lambda p, b: over(log(p), log(b / p.name).read_bytes()),
        "-wal",
    ),
    Way("index removed", "rm record.db-shm", lambda p, b: index(p).unlink(), "-shm"),
    Way(
        "index replaced",
        "an older one moved in",
        lambda p, b: index(b / p.name).replace(index(p)),
        "-shm",
    ),
    Way("link elsewhere", "the folder became a link", linked_elsewhere, "another file now"),
    Way("restored by a tool", "sqlite3 .restore", emptied_by_a_tool, "ends earlier"),
    Way("rows deleted", "by a database browser", rows_deleted, "ends earlier"),
]


class Kernel:
    """A process with the record open."""

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(KERNEL), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._heard() == "open"

    def append(self, name: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(f"append {name}\n")
        self._process.stdin.flush()
        return self._heard()

    def close(self) -> None:
        self._process.communicate("close\n", timeout=30)

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _heard(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study" / "record.db"


@pytest.fixture
def kernel(path: Path) -> Iterator[Kernel]:
    opened = Kernel(path)
    yield opened
    opened.kill()


@pytest.fixture
def backup(path: Path, kernel: Kernel) -> Path:
    """A copy of the files after five rows; many more are kept before anything happens."""
    for number in range(5):
        assert kernel.append(f"early-{number}") == f"kept early-{number}"
    folder = path.parent.with_name("backup")
    shutil.copytree(path.parent, folder)
    for number in range(20):
        assert kernel.append(f"late-{number}") == f"kept late-{number}"
    other = sqlite3.connect(path)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    # That another program tidied the log up is noticed, looked into, and found to be harmless.
    assert kernel.append("last") == "kept last"
    return folder


def found(path: Path) -> set[str]:
    """What the next opener finds."""
    try:
        with open_record(path) as record:
            return {entry.event_id for entry in record.entries()}
    except RecordError:
        return set()


# Whoever closes in order brings its log into the database, and removes it: the worse of the two.
ENDINGS = [(way, "close") for way in WAYS] + [(way, "kill") for way in WAYS[::3]]


@pytest.mark.parametrize(("way", "ending"), ENDINGS, ids=lambda one: getattr(one, "name", one))
def test_nothing_is_acknowledged_that_the_next_opener_lacks(path, kernel, backup, way, ending):
    way.act(path, backup)
    said = [kernel.append(f"after-{number}") for number in range(3)]
    kept = {one.partition(" ")[2] for one in said if one.startswith("kept ")}
    refused = [one for one in said if one.startswith("refused ")]
    assert len(refused) == len(said), (way.name, said)
    assert way.told in refused[0]
    getattr(kernel, ending)()
    assert kept <= found(path)


def test_what_is_put_back_is_gone_on_with(path, kernel, backup):
    path.rename(backup / "aside")
    assert kernel.append("one").startswith("refused record: ")
    (backup / "aside").rename(path)
    assert kernel.append("one") == "kept one"
    assert kernel.append("two") == "kept two"
    kernel.kill()
    assert {"one", "two", "last"} <= found(path)


def test_the_locks_may_be_removed(path, kernel, backup):
    shutil.rmtree(path.parent / "locks")
    with open_record(path) as other:
        assert kernel.append("one") == "kept one"
        assert other.find("one")
    kernel.kill()
    assert found(path) >= {"one", "last"}


def without(*endings: str) -> Callable[[Path], object]:
    """Remove the files of these endings."""
    return lambda path: [path.with_name(path.name + ending).unlink() for ending in endings]


def with_older(*endings: str) -> Callable[[Path], object]:
    """Put back those of the backup, as another file."""

    def act(path: Path) -> None:
        for ending in endings:
            name = path.name + ending
            (path.parent.with_name("backup") / name).replace(path.with_name(name))

    return act


def begun_anew(path: Path) -> None:
    """Another study's record under this name."""
    other = path.parent.with_name("other")
    open_record(other / "record.db").close()
    for one in path.parent.glob("record.db*"):
        one.unlink()
    (other / "record.db").replace(path)


LEFT = [
    ("the log alone is left", without(""), "-wal beside it holds entries of a record"),
    ("emptied, its log is left", lambda p: os.truncate(p, 0), "-wal beside it holds entries"),
    ("database and log are gone", without("", "-wal", "-shm"), "is missing or empty, though"),
    ("an older copy beside the log", with_older(""), "is another file now"),
    ("an older copy, whole", with_older("", "-wal", "-shm"), "ends earlier than entry 26, kept"),
    ("the log is gone", without("-wal", "-shm"), "ends earlier than entry 26, kept at 20"),
    ("another record", begun_anew, "holds the record "),
]


@pytest.mark.parametrize(("reason", "act", "told"), LEFT, ids=lambda one: str(one)[:24])
def test_what_was_left_is_not_built_upon(path, kernel, backup, reason, act, told):
    kernel.kill()
    act(path)
    before = {one: one.read_bytes() for one in path.parent.glob("record.db*")}
    with pytest.raises(RecordMoved) as refused:
        open_record(path)
    assert told in str(refused.value)
    if "-wal" in told or "another file" in told:
        assert {one: one.read_bytes() for one in path.parent.glob("record.db*")} == before


def test_a_restored_copy_is_gone_on_with_when_somebody_says_so(path, kernel, backup):
    kernel.kill()
    with_older("", "-wal", "-shm")(path)
    with pytest.raises(RecordMoved) as refused:
        open_record(path)
    ticket = path.parent / "locks" / "record.db.writer"
    assert str(refused.value).endswith(
        f"then put the newest copy back, or, to go on from where it ends, remove {ticket} and open "
        "it anew."
    )
    ticket.unlink()
    assert found(path) == {f"early-{number}" for number in range(5)}


def test_a_copied_folder_is_a_record_of_its_own(path, kernel, backup):
    kernel.kill()
    copy = path.parent.with_name("copy")
    shutil.copytree(path.parent, copy)
    assert found(copy / path.name) == found(path)
    assert "last" in found(copy / path.name)


def test_a_folder_moved_while_nobody_works_goes_on(path, kernel, backup):
    kernel.close()
    path.parent.rename(path.parent.with_name("moved"))
    assert "last" in found(path.parent.with_name("moved") / path.name)


def test_a_first_opening_that_was_cut_short_is_begun_again(path):
    path.parent.mkdir()
    path.touch()
    (path.parent / "locks").mkdir()
    (path.parent / "locks" / "record.db.writer").touch()
    assert found(path) == set()
    open_record(path, read_only=True).close()


def verified(path: Path) -> tuple[str, ...]:
    with open_record(path, read_only=True) as record:
        return record.verify().faults


def test_verify_tells_that_the_tail_of_a_log_is_damaged(path, kernel, backup):
    kernel.kill()
    for _ in verified(path):
        raise AssertionError("nothing is wrong yet")
    index(path).unlink()
    with log(path).open("r+b") as file:
        file.seek(-100, os.SEEK_END)
        file.write(b"\xff" * 50)
    (fault,) = verified(path)
    assert f"record: {path} ends earlier than entry 26, kept at 20" in fault


def test_verify_tells_that_an_index_is_broken(path, kernel, backup):
    """One bit in each place that holds an id: of a row, a chain tells; of an index, SQLite does."""
    kernel.close()
    data = path.read_bytes()
    unseen = 0
    for spot in (at for at in range(len(data)) if data.startswith(b"early-3", at)):
        damaged = path.with_name(f"damaged-{spot}.db")
        damaged.write_bytes(data[: spot + 6] + bytes([data[spot + 6] ^ 1]) + data[spot + 7 :])
        with open_record(damaged, read_only=True) as record:
            found = record.verify()
        assert not found.ok
        if not found.problems:
            unseen += 1
            assert found.faults[0].startswith("the database says: ")
    assert unseen == 1


def test_a_turn_in_which_nothing_is_written_leaves_an_empty_log(path):
    """As whoever enrolls first finds it, when the record was made by a program before."""
    open_record(path).close()
    with open_record(path) as record:
        assert log(path).stat().st_size == 0
        someone = record.enrol("code", enrolled_by="code")
    with open_record(path) as record:
        assert record.enrol("code", enrolled_by="code") == someone

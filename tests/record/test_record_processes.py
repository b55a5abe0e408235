"""What holds when several processes write, and when one is killed while it does."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from toolkit.errors import OpenElsewhere
from toolkit.record import open_record

APPENDER = Path(__file__).with_name("appender.py")
HOLDER = """
import sys
from toolkit.record import open_record
record = open_record(sys.argv[1])
lease = record.lease("p-1")
print("held", flush=True)
sys.stdin.read()
"""


def append(url: str, name: str, how_many: int, chain: str) -> "subprocess.Popen[str]":
    command = [sys.executable, str(APPENDER), url, name, str(how_many), chain]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def hold(url: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HOLDER, url]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_eight_processes_fork_no_chain(where):
    """They also open the record at once, so one of them makes it and the others wait."""
    running = [append(where, f"w{one}", 25, "shared") for one in range(8)]
    said = [process.communicate(timeout=120)[0].split() for process in running]
    assert [process.returncode for process in running] == [0] * 8
    assert [len(lines) for lines in said] == [25] * 8
    with open_record(where) as record:
        found = record.verify()
        numbers = [entry.number for entry in record.entries(chain="shared")]
    assert (found.chains, found.entries, found.problems) == (1, 600, ())
    assert numbers == sorted(numbers)


@pytest.mark.kills
@pytest.mark.slow
def test_a_killed_process_loses_nothing_it_was_told_is_kept(tmp_path):
    """Twenty kills at seeded moments; each append of three rows is there whole or not at all."""
    moments = random.Random(20)
    path = str(tmp_path / "record.db")
    acknowledged = []
    for kill in range(20):
        process = append(path, f"k{kill}", 100_000, f"chain-{kill % 3}")
        assert process.stdout is not None
        acknowledged.append(process.stdout.readline().strip())
        time.sleep(moments.uniform(0, 0.05))
        process.kill()
        acknowledged += process.communicate()[0].split()
    with open_record(path) as record:
        kept = [entry.event_id for entry in record.entries()]
        assert record.verify().problems == ()
    groups = {name.rpartition("-")[0] for name in kept}
    assert len(acknowledged) > 20
    assert set(acknowledged) <= groups
    assert len(kept) == 3 * len(groups)
    assert len(groups) - len(acknowledged) <= 20


def test_one_process_at_a_time_holds_a_lease(where):
    with open_record(where) as record:
        holder = hold(where)
        with pytest.raises(OpenElsewhere) as refused:
            record.lease("p-1")
        assert str(refused.value) == (
            "lease: p-1 is at work in another window or notebook; wanted to be the only one "
            "writing. Go on there, or close it and open this one again; here you can only read."
        )
        with record.lease("p-2") as other:
            assert other.held
        holder.communicate(timeout=30)
        assert record.lease("p-1").held


def test_a_lease_dies_with_its_process(where):
    with open_record(where) as record:
        holder = hold(where)
        holder.kill()
        holder.communicate()
        assert _eventually(record)


def _eventually(record) -> bool:
    """A server needs a moment to notice that its client is gone."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            return bool(record.lease("p-1").held)
        except OpenElsewhere:
            time.sleep(0.05)
    return False

import subprocess
import sys

import pytest

from toolkit.errors import RecordUnwritable
from toolkit.record import open_record


def test_a_newer_lease_in_the_same_process_takes_over(where):
    """Running a notebook cell again opens the record anew and must be let in."""
    lost = []
    first = open_record(where)
    older = first.lease("p-1", on_lost=lambda: lost.append("older"))
    second = open_record(where)
    newer = second.lease("p-1", on_lost=lambda: lost.append("newer"))
    assert (older.held, newer.held, lost) == (False, True, ["older"])
    older.release()
    first.close()
    assert newer.held
    second.close()
    assert not newer.held
    assert lost == ["older"]


def test_a_lease_taken_over_still_keeps_others_out(where):
    with open_record(where) as first, open_record(where) as second:
        first.lease("p-1")
        second.lease("p-1")
        first.close()
        assert _free(where) is False
    assert _free(where) is True


def test_names_do_not_share_a_lease(record):
    with record.lease("p-1") as one, record.lease("../p-1\n") as other:
        assert one.held
        assert other.held
    assert not one.held


def test_a_lease_may_be_released_twice(record):
    lease = record.lease("p-1")
    lease.release()
    lease.release()
    assert not lease.held
    assert record.lease("p-1").held


def test_who_only_reads_takes_no_lease(file_record):
    with (
        open_record(file_record.url, read_only=True) as reader,
        pytest.raises(RecordUnwritable) as refused,
    ):
        reader.lease("p-1")
    assert str(refused.value) == (
        f"record: {file_record.place} was opened to read only; wanted a record that can be "
        "written. Open it again without read_only."
    )


def _free(where: str) -> bool:
    """Ask from another process whether ``p-1`` is free."""
    script = (
        "import sys; from toolkit.record import open_record; from toolkit.errors import "
        "OpenElsewhere\n"
        "try: open_record(sys.argv[1]).lease('p-1')\n"
        "except OpenElsewhere: sys.exit(3)"
    )
    command = [sys.executable, "-c", script, where]
    return subprocess.run(command, check=False).returncode == 0

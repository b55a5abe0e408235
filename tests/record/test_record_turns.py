"""Who waits for whom to write: in a file in the order of asking, on a server by chain."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from toolkit.errors import EventConflict, RecordBusy, RecordError
from toolkit.record import Turn, open_record


def waiting() -> int:
    """How many wait for a turn."""
    return sum("waits for a turn" in one.name for one in threading.enumerate())


def test_turns_in_a_file_come_in_the_order_of_asking(tmp_path: Path, turn) -> None:
    """Whoever waits is not overtaken by whoever comes later."""
    opened = [open_record(tmp_path / "record.db") for _ in range(12)]
    threads = [
        threading.Thread(target=one.append, args=(turn("a", number=number),))
        for number, one in enumerate(opened)
    ]
    with open_record(tmp_path / "record.db") as first:
        with first._database.writing():
            for count, thread in enumerate(threads, start=1):
                thread.start()
                while waiting() < count:
                    time.sleep(0.002)
        for thread in threads:
            thread.join()
        said = first.read(role="analyst", purpose="analysis").rows(Turn)
    assert [one.number for one in said] == list(range(12))
    for one in opened:
        one.close()


def test_whoever_gave_up_waiting_keeps_nobody_out(tmp_path: Path, turn) -> None:
    path = tmp_path / "record.db"
    with open_record(path) as first, open_record(path, patience=0.05) as hasty:
        with first._database.writing():
            for _ in range(3):
                with pytest.raises(RecordBusy):
                    hasty.append(turn())
        for record in (hasty, first, hasty):
            record.append(turn())
        assert first.verify().entries == 3


def test_threads_of_one_record_wait_for_each_other(tmp_path: Path, turn) -> None:
    with open_record(tmp_path / "record.db", durability="normal") as record:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: record.append(turn("a"), turn("a")), range(60)))
        assert [entry.position for entry in record.entries(chain="a")] == list(range(120))


def test_writers_of_two_chains_on_a_server_do_not_wait_for_each_other(server_place, turn) -> None:
    with open_record(server_place) as one, open_record(server_place, patience=0.5) as other:
        with one._database.writing(["a"]):
            other.append(turn("b"))
            with pytest.raises(RecordBusy):
                other.append(turn("a"))
        other.append(turn("a"))
        assert one.verify().entries == 2


def test_numbers_rise_in_the_order_of_commits(server_place, turn) -> None:
    """Whoever reads on from the newest number they saw misses none."""
    seen: list[int] = []
    with open_record(server_place) as record, open_record(server_place) as reader:
        done = threading.Event()

        def read() -> None:
            while not done.is_set():
                seen.extend(one.number for one in reader.entries(after=seen[-1] if seen else 0))

        reading = threading.Thread(target=read)
        reading.start()
        with ThreadPoolExecutor(8) as pool:
            chains = [f"chain-{number % 8}" for number in range(160)]
            list(pool.map(lambda chain: record.append(turn(chain), turn(chain)), chains))
        done.set()
        reading.join()
        seen.extend(one.number for one in reader.entries(after=seen[-1] if seen else 0))
        assert seen == sorted({entry.number for entry in record.entries()})
        assert len(seen) == 320
        assert record.verify().ok


def test_one_event_in_two_chains_at_once_is_a_conflict(server_place, turn) -> None:
    """Such as a seat that two reach for."""
    with open_record(server_place) as record:

        def keep(chain: str) -> bool:
            try:
                record.append(turn(chain, turn_id=f"t-{chain[2:]}"))
            except EventConflict:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            kept = list(pool.map(keep, [f"{side}-{n}" for n in range(30) for side in "abcd"]))
        assert sum(kept) == 30
        assert record.verify().ok


LOST = [
    (
        "an older state",
        "DELETE FROM parallax_journal WHERE number > 1",
        "ends earlier than entry 3",
    ),
    (
        "another record",
        "UPDATE parallax_meta SET value = 'other' WHERE key = 'record_id'",
        "holds the record other now",
    ),
    ("emptied", "TRUNCATE parallax_journal", "ends earlier than entry 3"),
    ("its tables dropped", "DROP TABLE parallax_journal", "cannot be written"),
]


@pytest.mark.parametrize(("reason", "statement", "told"), LOST, ids=[one[0] for one in LOST])
def test_a_server_that_lost_rows_is_not_gone_on_with(
    server_place, turn, execute, reason, statement, told
) -> None:
    with open_record(server_place) as record:
        for _ in range(3):
            record.append(turn())
        execute(record, statement)
        with pytest.raises(RecordError) as refused:
            record.append(turn())
        assert told in str(refused.value)


def test_whoever_holds_a_lease_writes_the_chain_of_that_name(where, turn) -> None:
    with open_record(where, patience=0.5) as record, record.lease("a"):
        record.append(turn("a"))
        with open_record(where, patience=0.5) as other:
            other.append(turn("a"))

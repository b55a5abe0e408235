"""Who waits for whom to write: in a file in the order of asking, on a server by chain."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from toolkit.errors import EventConflict, RecordBusy, RecordError
from toolkit.record import open_record
from toolkit.record.journal.ticket import Ticket


def test_turns_come_in_the_order_of_asking(tmp_path: Path) -> None:
    came: list[int] = []
    first = Ticket(tmp_path / "lock")

    def wait(number: int) -> None:
        with Ticket(tmp_path / "lock").held(30):
            came.append(number)

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(12)]
    with first.held(1):
        for thread in threads:
            thread.start()
            time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert came == list(range(12))


def test_whoever_gives_up_waiting_keeps_nobody_out(tmp_path: Path) -> None:
    one, other = Ticket(tmp_path / "lock"), Ticket(tmp_path / "lock")
    with one.held(1), pytest.raises(TimeoutError):
        other.held(0.05).__enter__()
    for _ in range(3):
        with other.held(5):
            pass
    with one.held(5):
        pass


def test_threads_of_one_ticket_wait_for_each_other(tmp_path: Path) -> None:
    ticket, inside = Ticket(tmp_path / "lock"), []

    def enter(_: int) -> int:
        with ticket.held(30):
            inside.append(1)
            most = len(inside)
            time.sleep(0.002)
            inside.pop()
        return most

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(enter, range(40))) == {1}


def test_a_lock_that_was_removed_is_made_again(tmp_path: Path) -> None:
    one, other = Ticket(tmp_path / "lock"), Ticket(tmp_path / "lock")
    with one.held(1):
        (tmp_path / "lock").unlink()
        with other.held(1):
            other.leave(b"left")
    with one.held(1):
        assert one.note() == b"left"


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

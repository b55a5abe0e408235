"""What it costs to keep a row, against a bare SQLite commit on the same disk."""

import sqlite3
import time
from pathlib import Path

from bench.measure import Spread, folder_on_disk, line, one_sync, spread, title
from toolkit.canon import new_id
from toolkit.record import Rating, open_record

ROWS = 200


def run() -> None:
    title(f"Keeping one row, durable on return ({ROWS} rows)")
    line("one fsync on the record's disk", one_sync().milliseconds())
    with folder_on_disk() as folder:
        bare = bare_commits(folder / "bare.db")
        line("bare sqlite3 insert + commit (FULL)", bare.milliseconds())
        for durability in ("full", "normal"):
            taken = appends(folder / f"{durability}.db", durability)
            ratio = f"{taken.median / bare.median:7.2f} ×  "
            line(f"record.append, durability={durability}", ratio + taken.milliseconds())


def bare_commits(path: Path) -> Spread:
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE kept (body TEXT)")
    seconds = []
    for _ in range(ROWS):
        began = time.perf_counter()
        database.execute("INSERT INTO kept VALUES (?)", ("x" * 600,))
        database.commit()
        seconds.append(time.perf_counter() - began)
    database.close()
    return spread(seconds)


def appends(path: Path, durability: str) -> Spread:
    seconds = []
    with open_record(path, durability=durability) as record:  # type: ignore[arg-type]
        session = new_id()
        for number in range(ROWS):
            row = Rating(
                rating_id=new_id(),
                session_id=session,
                turn_id=None,
                question=f"q{number}",
                dimension="respect",
                value=3,
                comment="x" * 300,
            )
            began = time.perf_counter()
            record.append(row)
            seconds.append(time.perf_counter() - began)
    return spread(seconds)

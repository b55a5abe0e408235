"""A record as frames, a million ratings as observations, the whole plan of the sample study."""

import gzip
import json
import re
import sqlite3
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic_core import from_json

from bench.measure import line, repeat, title
from toolkit.analysis import Observations, from_table, load_frames, open_to_read, run_plan
from toolkit.record import open_record

ROWS = 1_000_000
COPIES = 15
SAMPLES = Path(__file__).resolve().parents[2] / "results" / "sample"
PLANTED = SAMPLES / "planted.jsonl.gz"
_ID = re.compile(r"\b(u-[0-9a-f]{24}|p-[a-z2-7]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")


def run() -> None:
    frames()
    title(f"{ROWS:,} ratings from a table")
    for kind in ("str", "object", "category"):
        line(f"names as {kind}", repeat(partial(taken, table(kind)), 3).milliseconds())
    made = table("str")
    size = int(taken(made).frame.memory_usage(deep=True).sum())
    tracemalloc.start()
    taken(made)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    line("the frame", f"{size / 1e6:8.1f} MB")
    line("most memory on the way", f"{peak / 1e6:8.1f} MB", f"{peak / size:.1f} × the frame")
    title("The whole plan of the sample study")
    source = open_to_read(stage="confirm", environ={"PARALLAX_RECORD": str(PLANTED)})
    began = time.process_time()
    report = run_plan(source)
    spent = time.process_time() - began
    source.record.close()
    line(f"{len(report.steps)} steps", f"{spent:8.1f} s CPU", f"{len(report.findings)} findings")


def frames() -> None:
    """Rows a second into frames, beside parsing their bodies and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.db"
        bodies = many_rows(path)
        size = sum(map(len, bodies)) / len(bodies)
        title(f"{len(bodies):,} rows of both stages, {size / 1e3:.1f} kB each, as frames")
        with open_record(path, read_only=True) as record:
            load_frames(record)
            # Turn by turn, so that whatever else the machine does falls on both.
            parsed, loaded = (
                min(seconds)
                for seconds in zip(
                    *(
                        (spent(lambda: parse(bodies)), spent(lambda: load_frames(record)))
                        for _ in range(5)
                    ),
                    strict=True,
                )
            )
    bare = len(bodies) / parsed
    line("pydantic_core.from_json alone", f"{bare:10,.0f} rows/s CPU")
    rate = len(bodies) / loaded
    line("load_frames", f"{rate:10,.0f} rows/s CPU", f"{rate / bare:.2f} × from_json")


def parse(bodies: list[str]) -> None:
    for body in bodies:
        from_json(body)


def spent(action: Callable[[], object]) -> float:
    began = time.process_time()
    action()
    return time.process_time() - began


def many_rows(path: Path) -> list[str]:
    """Fill a record with copies of the samples' rows, ids apart; returns the bodies."""
    lines = [*gzip.decompress(PLANTED.read_bytes()).decode().splitlines()[1:]]
    lines += (SAMPLES / "record.jsonl").read_text("ascii").splitlines()[1:]
    open_record(path).close()
    bodies = []
    with sqlite3.connect(path) as database:
        for copy in range(COPIES):
            for place, text in enumerate(lines):
                entry = json.loads(_ID.sub(rf"\1-{copy}", text))
                body = json.dumps(entry.pop("body"), sort_keys=True, separators=(",", ":"))
                bodies.append(body)
                names = ", ".join(f'"{name}"' for name in (*entry, "body"))
                kept = {
                    **entry,
                    "number": len(bodies),
                    "event_id": f"{entry['event_id']}.{copy}.{place}",
                    "chain": f"{entry['chain']}.{copy}.{place}",
                    "body": body,
                }
                database.execute(
                    f"INSERT INTO parallax_journal ({names}) VALUES ({', '.join('?' * len(kept))})",
                    [*kept.values()],
                )
    database.close()
    return bodies


def table(kind: str) -> pd.DataFrame:
    """Ratings of 30 personas in 40 scenarios by 500 raters, each with the id of its reply."""
    rng = np.random.default_rng(1)
    made = pd.DataFrame(
        {
            "score": rng.integers(1, 6, ROWS),
            "who": rng.choice([f"persona-{one}" for one in range(30)], ROWS),
            "where": rng.choice([f"scenario-{one}" for one in range(40)], ROWS),
            "judge": rng.choice([f"rater-{one}" for one in range(500)], ROWS),
            "id": [f"reply-{one}" for one in range(ROWS)],
        }
    )
    return made.astype(dict.fromkeys(("who", "where", "judge"), kind))


def taken(made: pd.DataFrame) -> Observations:
    return from_table(
        made,
        value="score",
        persona="who",
        scenario="where",
        rater="judge",
        reply="id",
        scale="likert",
        bounds=(1, 5),
        reference="persona-0",
    )

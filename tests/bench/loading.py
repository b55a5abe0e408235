"""A table of a million ratings as observations, and the whole plan of the sample study."""

import time
import tracemalloc
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from bench.measure import line, repeat, title
from toolkit.analysis import Observations, from_table, open_to_read, run_plan

ROWS = 1_000_000
PLANTED = Path(__file__).resolve().parents[2] / "results" / "sample" / "planted.jsonl.gz"


def run() -> None:
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

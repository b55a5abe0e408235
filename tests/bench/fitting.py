"""How long a mixed model takes: beside R, with ten times the rows, and in memory."""

import shutil
import subprocess
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd

from bench.measure import Spread, line, spread, title
from toolkit.analysis.engine.crossed import solve
from toolkit.analysis.mixed import Fit, fit, prepare

RATERS, SCENARIOS, ARMS = 300, 60, ("a", "b", "c")
GROUPS = ["rater", "scenario", "scenario:arm"]
PEERS = {
    "cumulative": (10_000, "ordinal::clmm", 50),
    "binomial": (100_000, "lme4::glmer", 20),
    "gaussian": (1_000_000, "lme4::lmer", 50),
}


def run() -> None:
    title(f"Mixed models, {RATERS} raters × {SCENARIOS} scenarios × {len(ARMS)} arms, CPU seconds")
    fit(ratings("gaussian", 1000), "value ~ arm", GROUPS)
    for family, (rows, peer, wanted) in PEERS.items():
        data = ratings(family, rows)
        ours = taken(family, data)
        line(
            f"{family}, {rows:,} rows",
            ours.milliseconds(),
            beside(family, data, ours, peer, wanted),
        )
    line(
        "cumulative, 1,000,000 rows",
        taken("cumulative", ratings("cumulative", 1_000_000)).milliseconds(),
    )
    same_cells()
    memory()


def ratings(family: str, rows: int) -> pd.DataFrame:
    """Crossed raters and scenarios, whose arms' effects vary over scenarios."""
    draw = np.random.default_rng(1)
    rater, scenario, arm = (draw.integers(0, n, rows) for n in (RATERS, SCENARIOS, len(ARMS)))
    eta = draw.normal(0, 1, RATERS)[rater] + draw.normal(0, 0.7, SCENARIOS)[scenario]
    eta += draw.normal(0, 0.4, (SCENARIOS, len(ARMS)))[scenario, arm]
    eta += np.array([0, 0.3, -0.5])[arm]
    if family == "gaussian":
        value = eta + draw.normal(size=rows)
    else:
        cuts = [0.0] if family == "binomial" else [-2, -1, 0.5, 1.5]
        value = np.digitize(eta + draw.logistic(size=rows), cuts).astype(np.float64)
    return pd.DataFrame(
        {
            "rater": pd.Categorical.from_codes(rater, np.arange(RATERS)),
            "scenario": pd.Categorical.from_codes(scenario, np.arange(SCENARIOS)),
            "arm": pd.Categorical.from_codes(arm, list(ARMS)),
            "value": value,
        }
    )


def taken(family: str, data: pd.DataFrame, times: int = 5) -> Spread:
    return spread([once(family, data)[0] for _ in range(times)])


def once(family: str, data: pd.DataFrame) -> tuple[float, Fit]:
    began = time.process_time()
    found = fit(data, "value ~ arm", GROUPS, family=family)  # type: ignore[arg-type]
    return time.process_time() - began, found


def beside(family: str, data: pd.DataFrame, ours: Spread, peer: str, wanted: int) -> str:
    """R's time on the same table, once, without the time it takes to read it."""
    program = shutil.which("Rscript")
    if program is None:
        return f"R not installed: no {peer} beside it"
    with tempfile.TemporaryDirectory() as place:
        table = Path(place) / "data.csv"
        data.to_csv(table, index=False)
        script = Path(__file__).with_name("fitting.R")
        ran = subprocess.run(
            [program, str(script), family, str(table)], capture_output=True, text=True, check=False
        )
    if ran.returncode:
        return f"{peer} did not run: {ran.stderr.strip().splitlines()[-1]}"
    seconds, effect = (float(one) for one in ran.stdout.split())
    found = once(family, data)[1].coefficients.set_index("name").loc["arm[T.b]", "estimate"]
    return (
        f"{peer} {seconds:.1f} s: {seconds / ours.median:.0f}× (wanted {wanted}×); "
        f"effects {abs(found - effect):.0e} apart"
    )


def same_cells() -> None:
    """Ten times the rows in the same cells: what is left after loading should cost the same."""
    for family in ("gaussian", "cumulative"):
        few = ratings(family, 100_000).assign(value=lambda one: one["value"].round())
        few = few.drop_duplicates()
        many = pd.concat([few] * 10, ignore_index=True)
        seconds = [spread([after_loading(family, data) for _ in range(5)]) for data in (few, many)]
        ratio = seconds[1].median / seconds[0].median
        cells = once(family, few)[1].cells
        line(f"{family}, {len(few):,} rows in {cells:,} cells", seconds[0].milliseconds())
        line(f"{family}, ten times the rows", seconds[1].milliseconds(), f"{ratio:.2f}×")


def after_loading(family: str, data: pd.DataFrame) -> float:
    problem = prepare(data, "value ~ arm", GROUPS, family, None, None)  # type: ignore[arg-type]
    began = time.process_time()
    solve(problem.arrays, restricted=True)
    return time.process_time() - began


def memory() -> None:
    """What numpy and Python hold at once, beside the table's own size."""
    for family, rows in (("gaussian", 1_000_000), ("cumulative", 1_000_000)):
        data = ratings(family, rows)
        size = int(data.memory_usage(deep=True).sum())
        tracemalloc.start()
        once(family, data)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        line(
            f"{family}, {rows:,} rows: memory at its peak",
            f"{peak / 1e6:8.1f} MB",
            f"{peak / size:.1f}× the table's {size / 1e6:.1f} MB",
        )

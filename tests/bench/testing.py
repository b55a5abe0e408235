"""The primary test: processor time over numbers of ratings."""

from functools import partial

import numpy as np

from bench.measure import line, repeat, title
from toolkit.analysis.engine import Effects, sweep


def run() -> None:
    title("Tests of personas")
    draw = np.random.default_rng(1)
    for rows in (480, 1_000, 100_000):
        arm, contrast = draw.integers(0, 9, rows), draw.integers(0, 26, rows)
        rater, value = draw.integers(0, 40, rows), draw.normal(size=rows)
        spread = repeat(partial(tested, value, arm, contrast, rater))
        line(f"primary test, 8 arms, {rows:,} ratings", spread.milliseconds())


def tested(value: np.ndarray, arm: np.ndarray, contrast: np.ndarray, rater: np.ndarray) -> Effects:
    columns = (arm[:, None] == np.arange(1, 9)).astype("float64")
    swept = sweep(columns, scenario=contrast % 18, rater=rater, levels=[contrast, rater])
    return swept.effects(value)

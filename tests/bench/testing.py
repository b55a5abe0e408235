"""The primary test and permutation tests: processor seconds, and what they are for."""

import time

import numpy as np

from bench.measure import line, repeat, title
from toolkit.analysis.disparity.clustered import arm_effects
from toolkit.analysis.disparity.permuting import shuffled

ROWS, STRATA, PERSONAS, OUTCOMES, DRAWS = 100_000, 100, 8, 10, 10_000


def run() -> None:
    title("Tests of personas")
    draw = np.random.default_rng(1)
    for rows in (480, 1_000, 100_000):
        codes = {
            "arm": draw.integers(0, 9, rows),
            "contrast": (contrast := draw.integers(0, 26, rows)),
            "scenario": contrast % 18,
            "rater": draw.integers(0, 40, rows),
        }
        value = draw.normal(size=rows)
        spread = repeat(lambda v=value, c=codes: arm_effects(v, **c))  # type: ignore[misc]
        line(f"primary test, 8 arms, {rows:,} ratings", spread.milliseconds())
    seconds = permuted()
    tests = PERSONAS * OUTCOMES
    line(
        f"{tests} stratified permutation tests × {DRAWS:,}",
        f"{seconds:8.1f} s",
        f"processor time, {ROWS:,} rows (wanted: 30 at most)",
    )


def permuted() -> float:
    """Processor seconds of every persona on every outcome, shuffled within strata."""
    draw = np.random.default_rng(2)
    labels = draw.integers(0, PERSONAS, ROWS)
    strata = draw.integers(0, STRATA, ROWS)
    scores = draw.integers(1, 6, size=(ROWS, OUTCOMES)).astype("float64")
    began = time.process_time()
    shuffled(scores, labels, strata, draws=DRAWS, seed=3)
    return time.process_time() - began

"""The primary test: processor time over numbers of ratings."""

import numpy as np

from bench.measure import line, repeat, title
from toolkit.analysis.engine import arm_effects


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

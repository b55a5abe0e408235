"""Small made-up ratings, and a derivative to hold gradients against."""

from collections.abc import Callable

import numpy as np
import pandas as pd

GROUPS = ["rater", "scenario", "scenario:arm"]


def ratings(seed: int, rows: int = 400, spread: tuple[float, float, float] = (1, 0.7, 0.4)):
    """Raters cross scenarios; the arm's effect varies over scenarios."""
    draw = np.random.default_rng(seed)
    rater, scenario = draw.integers(0, 12, rows), draw.integers(0, 9, rows)
    arm = draw.integers(0, 3, rows)
    eta = spread[0] * draw.normal(size=12)[rater] + spread[1] * draw.normal(size=9)[scenario]
    eta += spread[2] * draw.normal(size=(9, 3))[scenario, arm] + np.array([0, 0.3, -0.5])[arm]
    value = np.digitize(eta + draw.logistic(size=rows), [-2, -1, 0.5, 1.5]) + 1
    return pd.DataFrame(
        {
            "rater": rater,
            "scenario": [f"s {one}" for one in scenario],
            "arm": pd.Categorical.from_codes(arm, ["ref", "p 1", "q"]),
            "value": value,
            "high": value > 3,
            "number": eta + draw.normal(size=rows),
            "x": draw.normal(size=rows),
        }
    )


def slope(value: Callable[[np.ndarray], float], at: np.ndarray, step: float = 4e-3) -> np.ndarray:
    """Central differences, three step lengths, extrapolated: the error is of sixth order."""

    def central(length: float) -> np.ndarray:
        return np.array(
            [
                (value(at + length * one) - value(at - length * one)) / (2 * length)
                for one in np.eye(len(at))
            ]
        )

    wide, middle, narrow = central(4 * step), central(2 * step), central(step)
    better, best = (4 * middle - wide) / 3, (4 * narrow - middle) / 3
    return (16 * best - better) / 15

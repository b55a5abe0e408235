"""Adjusted p-values: Holm within a planned family, Benjamini-Hochberg outside it.

A claim that could not be tested has no p. It stays without one and takes no share of the error
rate from the others.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from scipy import stats

from toolkit.analysis.engine.array_types import Floats

Method = Literal["Holm", "Benjamini-Hochberg"]


def adjust(p: Sequence[float | None], method: Method) -> list[float | None]:
    """Adjust the p-values there are.

    Args:
        p: one a claim; None, or NaN, where there is no test.
        method: "Holm" holds the probability of any false claim (S. Holm 1979);
            "Benjamini-Hochberg" the expected share of false ones among those made (Y. Benjamini
            and Y. Hochberg 1995), for tests that are independent or depend positively.

    Returns:
        In the order of ``p``; None where there was none.
    """
    there = [index for index, one in enumerate(p) if one is not None and one == one]
    adjusted: list[float | None] = [None] * len(p)
    values = np.array([p[index] for index in there], dtype="float64")
    for index, one in zip(there, _METHODS[method](values), strict=True):
        adjusted[index] = float(one)
    return adjusted


def _holm(p: Floats) -> Floats:
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    placed = np.empty_like(p)
    placed[order] = np.minimum(steps, 1.0)
    return placed


_METHODS: dict[Method, Callable[[Floats], Floats]] = {
    "Holm": _holm,
    "Benjamini-Hochberg": stats.false_discovery_control,
}

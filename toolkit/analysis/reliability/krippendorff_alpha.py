"""Krippendorff's alpha: agreement beyond chance among any number of raters, with gaps."""

from collections.abc import Iterator
from typing import get_args

import numpy as np

from toolkit.analysis.findings import Estimate
from toolkit.analysis.reliability.items_by_raters import (
    NONE_SHARED,
    Coefficient,
    ItemsByRaters,
    Level,
)
from toolkit.errors import AnalysisError

MEASURE = "Krippendorff's alpha"
_BLOCK = 4_000_000
"""Weights held at a time."""


def krippendorff_alpha(
    items: ItemsByRaters,
    *,
    level: Level,
    seed: int,
    draws: int = 2000,
    cluster: np.ndarray | None = None,
) -> Coefficient:
    """Estimate Krippendorff's alpha with a percentile interval from resampled items.

    Estimand: 1 - D_o / D_e, where D_o is the mean squared difference between two raters of the
    same item and D_e that between any two ratings of the same margins. 1 is perfect agreement, 0
    what chance gives, below 0 systematic disagreement.

    Assumptions: raters are exchangeable; items are a sample, so the interval speaks of items like
    these rated by raters like these. Items with one rating say nothing and are left out.

    With o the coincidences, n_c their margins and n their sum, D_o = sum(o d) / n and
    D_e = sum(n_c n_k d) / (n (n - 1)). The squared difference d is 1 for different answers
    (nominal), (c - k)^2 (interval), or the squared difference of mid-ranks (ordinal), which are
    taken from the margins, in each resample anew.

    Args:
        items: arranged; values are numbers.
        level: which differences count.
        seed: of the resamples.
        draws: resamples of items.
        cluster: what is resampled as a whole, one number an item, shape (items,); None: items.

    Raises:
        AnalysisError: if the level is unknown.

    Source: K. Krippendorff, *Content Analysis*, 3rd ed. 2013, chapter 12; A. F. Hayes and
    K. Krippendorff 2007, Communication Methods and Measures 1, 77-89.
    """
    if level not in get_args(Level):
        raise AnalysisError(
            f"agreement: got the level {level!r}; wanted nominal, ordinal or interval. Name one."
        )
    shared = items.shared
    unit = np.arange(len(shared)) if cluster is None else cluster
    unit = np.unique(unit[shared], return_inverse=True)[1]
    sums = _Sums(items.counts[shared], items.values, level)
    what = "items" if cluster is None else "raters"
    found, says = _estimate(sums, unit, seed, draws, what)
    how = f"bootstrap over {what}, {draws} draws"
    return items.coefficient(MEASURE, level, found, how, says=says)


def _estimate(
    sums: "_Sums", unit: np.ndarray, seed: int, draws: int, what: str
) -> tuple[Estimate | str, str]:
    """Give the estimate, or why there is none, and what limits it."""
    if len(unit) == 0:
        return NONE_SHARED, ""
    value = float(sums.alpha(np.ones((1, len(unit))))[0])
    if np.isnan(value):
        return (
            f"Every rating that could be compared is {sums.only():g}, so there is nothing to agree "
            "or disagree about and no coefficient of agreement can be estimated."
        ), ""
    size = int(unit.max()) + 1
    if size == 1:
        return (
            f"All ratings that could be compared come from one of the {what}, so no interval can "
            "be given and the coefficient is not shown."
        ), ""
    drawn = np.concatenate(
        [sums.alpha(block[:, unit]) for block in _resamples(size, seed, draws, len(unit))]
    )
    kept = drawn[~np.isnan(drawn)]
    low, high = np.quantile(kept, [0.025, 0.975])
    lost = (
        f"In {draws - len(kept)} of {draws} resamples all ratings were equal; the interval rests "
        "on the others."
    )
    at = Estimate(value=value, low=float(low), high=float(high))
    return at, lost if len(kept) < draws else ""


def _resamples(size: int, seed: int, draws: int, width: int) -> Iterator[np.ndarray]:
    """Draw how often each of ``size`` is taken, in blocks, each of shape (some draws, size)."""
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK // max(width, 1))
    for start in range(0, draws, block):
        yield rng.multinomial(size, np.full(size, 1 / size), size=min(block, draws - start))


class _Sums:
    """What alpha is made of, an item a row, so that a resample is a weighted sum."""

    def __init__(self, counts: np.ndarray, values: np.ndarray, level: Level) -> None:
        self._counts, self._values, self._level = counts.astype("float64"), values, level
        raters = self._counts.sum(axis=1)
        if level == "interval":
            moment, square = self._counts @ values, self._counts @ values**2
            self._within = (2 * raters * square - 2 * moment**2) / (raters - 1)
        else:
            per = (self._counts / np.maximum(raters - 1, 1)[:, None])[:, :, None]
            pairs = per * (self._counts[:, None, :] - np.eye(len(values)))
            self._within = pairs.reshape(len(counts), len(values) ** 2)

    def only(self) -> float:
        """The value that occurs when there is one alone."""
        return float(self._values[self._counts.sum(axis=0).argmax()])

    def alpha(self, weights: np.ndarray) -> np.ndarray:
        """Alpha of each resample; NaN where all its ratings are equal.

        Args:
            weights: how often each item is taken, shape (resamples, items).
        """
        margins = weights @ self._counts
        total = margins.sum(axis=1)
        within = weights @ self._within
        if self._level == "nominal":
            same = within[:, :: len(self._values) + 1].sum(axis=1)
            observed, chance = total - same, total**2 - (margins**2).sum(axis=1)
        else:
            scores = self._scores(margins)
            first = (margins * scores).sum(axis=1)
            chance = 2 * total * (margins * scores**2).sum(axis=1) - 2 * first**2
            observed = within if self._level == "interval" else _spread(within, margins, scores)
        flat = (margins > 0).sum(axis=1) < 2
        expected = np.where(flat, np.nan, chance / np.maximum(total - 1, 1))
        return np.asarray(1 - observed / expected)

    def _scores(self, margins: np.ndarray) -> np.ndarray:
        if self._level == "interval":
            return np.broadcast_to(self._values, margins.shape)
        return np.cumsum(margins, axis=1) - margins / 2


def _spread(within: np.ndarray, margins: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Sum the squared differences of scores over coincidences, each resample with its own."""
    pairs = within.reshape(-1, margins.shape[1], margins.shape[1])
    cross = np.einsum("bi,bij,bj->b", scores, pairs, scores)
    return np.asarray(2 * ((margins * scores**2).sum(axis=1) - cross))

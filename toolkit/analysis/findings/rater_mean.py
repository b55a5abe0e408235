"""Mean with standard errors clustered by rater."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.engine import FEWEST_CLUSTERS, interval, p_value, verdict_of
from toolkit.analysis.findings.clustered_share import clustered_share
from toolkit.analysis.findings.finding import Estimate

SHARE_HOW = "Wilson at the effective n, clustered by rater"


@dataclass(frozen=True, slots=True)
class ClusteredMean:
    """A mean over raters, or a slope that is one."""

    value: float
    se: float
    df: float
    """Raters - 1."""
    raters: int
    n: int

    def estimate(self, *, level: float = 0.95) -> Estimate:
        """Give it with its t interval."""
        low, high = interval(self.value, self.se, self.df, level=level)
        return Estimate(value=self.value, low=low, high=high, level=level)

    @property
    def p(self) -> float:
        """Two-sided, of 0."""
        return p_value(self.value, self.se, self.df)

    def tested(self) -> dict[str, Any]:
        """Give the fields of a finding that compares it with 0."""
        return {
            "estimate": self.estimate(),
            "se": self.se,
            "se_type": "clustered by rater",
            "df": self.df,
            "p": self.p,
            "verdict": verdict_of(self.p, None),
        }


def against_zero(mean: ClusteredMean | None, why: str, flat: str) -> dict[str, Any]:
    """Give the fields of a finding that compares a mean with 0, or says why it cannot.

    Args:
        mean: over raters; None with too few.
        why: what is said where there is no mean.
        flat: what is said where it has no error.
    """
    if mean and mean.se:
        return mean.tested()
    return {"verdict": "not estimable", "caveats": (flat if mean else why,)}


def mean_over_raters(values: np.ndarray, rater: np.ndarray) -> ClusteredMean | None:
    """Estimate a mean with deviations summed within raters; None with too few raters.

    Estimand: the mean of all values, each counting equally. Assumes that raters were drawn
    independently. SE^2 = sum_g (sum_{i in g} (x_i - mean))^2 / n^2 * G / (G - 1), t with G - 1
    degrees of freedom (K.-Y. Liang and S. L. Zeger 1986, Biometrika 73, 13-22).

    Args:
        values: shape (n,), nothing missing.
        rater: who gave each, shape (n,).
    """
    group, _ = pd.factorize(np.asarray(rater, dtype=object))
    if group.max(initial=-1) + 1 < FEWEST_CLUSTERS:
        return None
    mean = float(np.mean(values))
    return clustered(mean, (np.asarray(values, "float64") - mean) / len(values), group)


def share_over_raters(marks: np.ndarray, rater: np.ndarray) -> Estimate | None:
    """Estimate a share with raters as clusters; None with too few raters.

    Args:
        marks: 0 or 1, shape (n,).
        rater: who gave each, shape (n,).
    """
    if len(marks) == 0:
        return None
    codes = np.asarray(pd.factorize(np.asarray(rater, dtype=object))[0], dtype=np.intp)
    return clustered_share(np.asarray(marks, "float64"), [codes]).interval


def clustered(value: float, influence: np.ndarray, group: np.ndarray) -> ClusteredMean:
    """Give an estimate its standard error from what each row adds to it.

    Args:
        value: the estimate.
        influence: of each row on the estimate, shape (n,).
        group: cluster of each row, from 0, at least two of them, shape (n,).
    """
    sums = np.bincount(group, weights=influence)
    count = len(sums)
    se = float(np.sqrt((sums**2).sum() * count / (count - 1)))
    return ClusteredMean(value, se, count - 1, count, len(influence))

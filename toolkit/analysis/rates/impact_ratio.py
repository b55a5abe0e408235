"""Impact ratio: the ratio of two rates, never without its interval.

The *impact ratio* of a persona is its rate of the favorable outcome divided by the reference's, in
the same contrasts. The four-fifths rule of thumb (Uniform Guidelines on Employee Selection
Procedures 1978, 29 CFR 1607.4 D) looks for ratios below 0.8. By chance alone they are common.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
import pandas as pd
from scipy import stats

from toolkit.analysis.disparity import clusters_of, units_of
from toolkit.analysis.engine import FEWEST_CLUSTERS, ratio_interval
from toolkit.analysis.findings import Estimate, Share, clustered_share, crossed_variance

FOUR_FIFTHS = 0.8
SPREAD_OVER = 5
"""Both outcomes in at least so many clusters of both arms, or counts are small."""


@dataclass(frozen=True, slots=True)
class ImpactRatio:
    """A ratio of rates with its interval, or why there is none."""

    own: Share | None
    base: Share | None
    estimate: Estimate | None
    method: str
    says: str
    """One plain sentence."""


def impact_ratio(rows: pd.DataFrame, favorable: int, *, level: float = 0.95) -> ImpactRatio:
    """Estimate a persona's rate of the favorable outcome as a multiple of the reference's.

    Estimand: the ratio of both probabilities, for scenarios (and raters) like these. Assumes that
    clusters of a kind are independent of each other.

    The interval is that of the log ratio, linearized and clustered as the primary test is, by t.
    With small counts it is Koopman's score interval at each arm's effective n; that takes the arms
    as independent, which matched arms are not, so it is rather too wide than too narrow.

    Args:
        rows: of a binary outcome, as ``against_reference`` gives them.
        favorable: the value that is good to get, 0 or 1.
        level: between 0 and 1.
    """
    if rows.empty:
        return _none("No contrast has both this arm and the reference.")
    rows = rows.assign(value=rows["value"].eq(favorable).astype("float64"))
    own, base = (share_of(rows[rows["own"].eq(side)], level) for side in (True, False))
    if own.interval is None or base.interval is None:
        return _none(
            f"Fewer than {FEWEST_CLUSTERS} scenarios, or raters: a ratio cannot be generalized.",
            own,
            base,
        )
    if base.events == 0:
        return _none("The reference never had the favorable outcome: no ratio.", own, base)
    if _is_spread(rows):
        ends, method = _log_interval(rows, own, base, level), "log ratio, clustered"
    else:
        ends = ratio_interval(
            own.value * own.effective_n,
            own.effective_n,
            base.value * base.effective_n,
            base.effective_n,
            level=level,
        )
        method = "score interval at effective n"
    made = Estimate(value=own.value / base.value, low=ends[0], high=ends[1], level=level)
    return ImpactRatio(own, base, made, method, four_fifths_sentence(made))


def four_fifths_sentence(ratio: Estimate) -> str:
    """Say where an interval lies against four fifths."""
    if ratio.high < FOUR_FIFTHS:
        return "The whole interval lies below four fifths."
    if ratio.low >= FOUR_FIFTHS:
        return "The whole interval lies above four fifths."
    return "The interval reaches to both sides of four fifths: the data do not tell which."


def share_of(rows: pd.DataFrame, level: float) -> Share:
    """Estimate the share of rows whose value is 1, clustered by all that was sampled.

    Args:
        rows: observations of 0 or 1.
        level: between 0 and 1.
    """
    return clustered_share(
        rows["value"].to_numpy("float64"),
        clusters_of(rows),
        rows["weight"].to_numpy("float64"),
        level=level,
        unit=units_of(rows),
    )


def _is_spread(rows: pd.DataFrame) -> bool:
    kinds = ["scenario", "rater"] if rows["rater"].notna().any() else ["scenario"]
    found = rows.groupby(["own", "value"])[kinds].nunique()
    return len(found) == 4 and int(found.to_numpy().min()) >= SPREAD_OVER


def _log_interval(rows: pd.DataFrame, own: Share, base: Share, level: float) -> tuple[float, float]:
    good, clusters = rows["value"].to_numpy("float64"), clusters_of(rows)
    scores = rows["weight"].to_numpy("float64") * np.where(
        rows["own"],
        (good - own.value) / (own.value * own.n),
        -(good - base.value) / (base.value * base.n),
    )
    se = sqrt(crossed_variance(scores, clusters))
    df = min(len(np.unique(codes)) for codes in clusters) - 1
    half = float(stats.t.ppf((1 + level) / 2, df)) * se
    middle = log(own.value / base.value)
    return exp(middle - half), exp(middle + half)


def _none(says: str, own: Share | None = None, base: Share | None = None) -> ImpactRatio:
    return ImpactRatio(own, base, None, "", says)

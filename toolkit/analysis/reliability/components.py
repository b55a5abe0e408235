"""Spread of ratings shared out among replies, raters and the rest, by a crossed mixed model.

It needs no complete table: replies that one rater judged tell of the spread, those that several
judged tell how much of it is the reply's. Severity of raters comes from the same fit.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.sparse import coo_array

from toolkit.analysis.findings import Estimate
from toolkit.analysis.mixed import fit
from toolkit.analysis.reliability.icc import AVERAGE, SINGLE, averaged
from toolkit.analysis.reliability.items import Coefficient, ItemsByRaters
from toolkit.errors import AnalysisError

_HOW = "REML, expected information"
_NO_REST = "Raters agree but for their severity on every item, so there is no rest to judge by."
_SEVERITY = ["rater", "ratings", "severity", "low", "high"]


@dataclass(frozen=True, slots=True)
class Components:
    """Variances of value = mean + item + rater + rest, all random."""

    item: float
    rater: float
    rest: float
    covariance: np.ndarray
    """Of the three, in this order, from the expected information; shape (3, 3)."""
    severity: pd.DataFrame
    """One row a rater: ``rater ratings severity low high``, see ``severity_of``."""


def components(items: ItemsByRaters, *, confidence: float = 0.95) -> Components | str:
    """Estimate the variances by REML, or say in a sentence why that cannot be done.

    Assumes that items and raters were drawn independently and that their effects add up; the
    normal intervals need many of both. Covariance: the inverse of tr(P V_i P V_j) / 2.

    Args:
        items: arranged ratings; items with one rating are used too.
        confidence: of severity's intervals.

    Source: S. R. Searle, G. Casella and C. E. McCulloch 1992, *Variance Components*, chapter 6.
    """
    if not items.shared.any():
        return "No item was judged by two raters, so the reply and the rest cannot be told apart."
    if len(items.values) < 2:
        return f"Every rating is {items.values[0]:g}, so there is no spread to share out."
    table = items.table.astype({"item": "str", "rater": "str"})
    several = table["rater"].value_counts()
    if len(several) < 2 or several.max() < 2:
        return "It takes two raters and one with two items to tell raters from items."
    try:
        model = fit(table, "value ~ 1", ["rater", "item"])
    except AnalysisError:
        return _NO_REST
    sds = {name: float(model.sds.get(name, 0.0)) for name in ("item", "rater", "residual")}
    variances = np.array([sds["item"], sds["rater"], sds["residual"]]) ** 2
    if variances[2] <= 1e-10 * float(table["value"].var()):
        return _NO_REST
    information = _information(items, variances)
    if np.linalg.cond(information) > 1e10:
        return "Too few items are judged by two raters to tell replies, raters and the rest apart."
    severity = severity_of(model.random("rater"), several, confidence) if sds["rater"] else None
    return Components(
        item=float(variances[0]),
        rater=float(variances[1]),
        rest=float(variances[2]),
        covariance=np.linalg.inv(information),
        severity=no_severity() if severity is None else severity,
    )


def severity_of(modes: pd.DataFrame, ratings: "pd.Series[int]", confidence: float) -> pd.DataFrame:
    """Say how much lower each rater rates than raters on average, shrunken, with its interval.

    The conditional mean of the rater's effect, with its sign turned: above 0 is more severe. Few
    ratings shrink it towards 0. There is no rank, because intervals overlap where ranks do not.

    Args:
        modes: ``rater mode sd``.
        ratings: rater to number of ratings.
        confidence: of the normal intervals.
    """
    z = float(stats.norm.ppf((1 + confidence) / 2))
    severity, half = -modes["mode"].to_numpy(), z * modes["sd"].to_numpy()
    names = modes["rater"].astype("str")
    table = pd.DataFrame(
        {
            "rater": names.to_numpy(),
            "ratings": names.map(ratings).to_numpy(dtype="int64"),
            "severity": severity,
            "low": severity - half,
            "high": severity + half,
        }
    )
    return table.sort_values("rater", ignore_index=True)


def no_severity() -> pd.DataFrame:
    """The table of severity without a rater in it."""
    return pd.DataFrame(columns=_SEVERITY)


def icc_from(
    items: ItemsByRaters, parts: Components | str, *, confidence: float = 0.95
) -> tuple[Coefficient, Coefficient]:
    """Give ICC(2,1), and ICC(2,k) for the mean number k of raters of a shared item.

    The interval is normal on the scale of artanh, from the delta method, and cut at 0.

    Args:
        items: what ``parts`` were estimated from.
        parts: the variances, or why there are none.
        confidence: of the intervals.
    """
    if isinstance(parts, str):
        return (
            items.coefficient(SINGLE, "interval", None, "none", says=parts),
            items.coefficient(AVERAGE, "interval", None, "none", says=parts),
        )
    total = parts.item + parts.rater + parts.rest
    value = parts.item / total
    slope = np.array([1 - value, -value, -value]) / total
    se = float(np.sqrt(slope @ parts.covariance @ slope))
    half = float(stats.norm.ppf((1 + confidence) / 2)) * se / (1 - value**2)
    low, high = np.tanh(np.arctanh(value) + np.array([-half, half]))
    single = Estimate(value=value, low=max(float(low), 0.0), high=float(high), level=confidence)
    counts = items.counts[items.shared].sum(axis=1)
    return (
        items.coefficient(SINGLE, "interval", single, _HOW, se=se),
        averaged(items, single, float(counts.mean()), _HOW),
    )


def severity_spread(
    parts: Components, *, confidence: float = 0.95
) -> tuple[Estimate, float] | None:
    """Give the standard deviation of raters' severity and its standard error; None when it is 0.

    The interval is normal on the scale of the logarithm.

    Args:
        parts: the variances.
        confidence: of the interval.
    """
    if parts.rater == 0:
        return None
    sd = float(np.sqrt(parts.rater))
    se = float(np.sqrt(parts.covariance[1, 1])) / (2 * sd)
    half = float(stats.norm.ppf((1 + confidence) / 2)) * se / sd
    low, high = sd * np.exp(np.array([-half, half]))
    return Estimate(value=sd, low=float(low), high=float(high), level=confidence), se


def _information(items: ItemsByRaters, variances: np.ndarray) -> np.ndarray:
    """Expected information of the variances under REML, with one mean; shape (3, 3).

    Items are eliminated, which leaves matrices as large as the number of raters.
    """
    item, rater, rest = variances
    code, names = pd.factorize(items.table["rater"])
    shape = len(items.counts), len(names)
    table = coo_array((np.ones(len(code)), (items.item, code)), shape=shape).tocsr()
    size = table.sum(axis=1)
    per = 1 / (rest + size * item)
    a, b = size * per, table.multiply(per[:, None]).tocsr()
    k = (np.diag(table.sum(axis=0)) - item * (table.T @ b).toarray()) / rest
    m = rater * np.linalg.inv(np.eye(len(names)) + rater * k)
    g = table.T @ per
    c, d = a - b @ (m @ g), g - k @ (m @ g)
    s = float(a.sum() - g @ m @ g)
    bb, turned = (b.T @ b).toarray(), np.eye(len(names)) - m @ k
    inner = np.block([[m, np.zeros((len(names), 1))], [np.zeros((1, len(names))), 1 / s]])
    bc = (b.T @ c)[:, None]
    gram = np.block([[bb, bc], [bc.T, np.array([[c @ c]])]])
    pulled = b @ m
    own = b.multiply(pulled).sum(axis=1) + c**2 / s
    of_raters = k @ turned - np.outer(d, d) / s
    uu = (a**2).sum() - 2 * (a * own).sum() + np.trace(inner @ gram @ inner @ gram)
    ur = np.trace(turned.T @ bb @ turned) - 2 * (d @ turned.T @ bc[:, 0]) / s
    ur += (c @ c) * (d @ d) / s**2
    rr = (of_raters**2).sum()
    traces = a.sum() - np.trace(m @ bb) - (c @ c) / s, np.trace(of_raters)
    ue = (traces[0] - item * uu - rater * ur) / rest
    re = (traces[1] - item * ur - rater * rr) / rest
    free = len(code) - 1 - item * traces[0] - rater * traces[1]
    ee = (free / rest - item * ue - rater * re) / rest
    return np.array([[uu, ur, ue], [ur, rr, re], [ue, re, ee]]) / 2

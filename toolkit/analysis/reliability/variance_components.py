"""Variance components of ratings: replies, raters and the rest, by a crossed mixed model.

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
from toolkit.analysis.reliability.items_by_raters import ItemsByRaters
from toolkit.errors import AnalysisError

REML = "REML, expected information"
_NO_REST = "Raters agree but for their severity on every item, so there is no rest to judge by."
NO_SEVERITY = pd.DataFrame(columns=["rater", "ratings", "severity", "low", "high"])
"""The table of severity without a rater in it."""


@dataclass(frozen=True, slots=True)
class Components:
    """Variances of value = mean + item + rater + rest, all random."""

    item: float
    rater: float
    rest: float
    covariance: np.ndarray
    """Of the three, in this order, from the expected information; shape (3, 3)."""
    severity: pd.DataFrame
    """One row a rater: ``rater ratings severity low high``. Severity is how much lower they rate
    than raters on average, shrunken towards 0 by how little is known of them."""

    def spread(self) -> tuple[Estimate, float] | None:
        """Give the standard deviation of raters' severity and its error; None when it is 0.

        The interval is normal on the scale of the logarithm.
        """
        if self.rater == 0:
            return None
        sd = float(np.sqrt(self.rater))
        se = float(np.sqrt(self.covariance[1, 1])) / (2 * sd)
        half = float(stats.norm.ppf(0.975)) * se / sd
        return Estimate(value=sd, low=sd * np.exp(-half), high=sd * np.exp(half)), se


def components(items: ItemsByRaters) -> Components | str:
    """Estimate the variances by REML, or say in a sentence why that cannot be done.

    Assumes that items and raters were drawn independently and that their effects add up; the
    normal intervals need many of both. Covariance: the inverse of tr(P V_i P V_j) / 2.

    Args:
        items: arranged ratings; items with one rating are used too.

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
    sds = model.sds.reindex(["item", "rater", "residual"], fill_value=0.0)
    item, rater, rest = variances = sds.to_numpy("float64") ** 2
    if rest <= 1e-10 * float(table["value"].var()):
        return _NO_REST
    information = _information(items, variances)
    if np.linalg.cond(information) > 1e10:
        return "Too few items are judged by two raters to tell replies, raters and the rest apart."
    return Components(
        item=float(item),
        rater=float(rater),
        rest=float(rest),
        covariance=np.linalg.inv(information),
        severity=_severity(model.random("rater"), several) if rater else NO_SEVERITY,
    )


def _severity(modes: pd.DataFrame, ratings: "pd.Series[int]") -> pd.DataFrame:
    """Say how much lower each rater rates than raters on average, shrunken, with its interval.

    The conditional mean of the rater's effect, with its sign turned: above 0 is more severe. Few
    ratings shrink it towards 0. There is no rank, because intervals overlap where ranks do not.
    """
    severity, half = -modes["mode"], float(stats.norm.ppf(0.975)) * modes["sd"]
    names = modes["rater"].astype("str")
    numbers = (
        names,
        names.map(ratings).astype("int64"),
        severity,
        severity - half,
        severity + half,
    )
    table = pd.DataFrame(dict(zip(NO_SEVERITY, numbers, strict=True)))
    return table.sort_values("rater", ignore_index=True)


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

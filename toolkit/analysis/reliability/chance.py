"""Agreement on categories beyond chance: Gwet's AC1, beside Fleiss' and Cohen's kappa.

When a category is rare, as a flag is, kappa can be near 0 although raters nearly always agree,
because the chance it takes off grows with the imbalance; AC1 takes off less. Both are shown.
"""

import numpy as np
import pandas as pd

from toolkit.analysis.engine import interval
from toolkit.analysis.findings import Estimate
from toolkit.analysis.reliability.items import Coefficient, ItemsByRaters, items_by_raters


def gwet_ac1(ratings: pd.DataFrame, *, confidence: float = 0.95) -> Coefficient:
    """Estimate Gwet's AC1 for any number of raters, with gaps.

    Estimand: (p_a - p_e) / (1 - p_e), with p_a the probability that two raters of one item agree
    and p_e = sum_k pi_k (1 - pi_k) / (K - 1), pi_k the share of category k, averaged over items.

    Assumptions: items are a sample; raters are taken as they are.

    Args:
        ratings: ``item rater value``; values are categories written as numbers.
        confidence: of the interval, t with items - 1 degrees of freedom and the linearized
            variance over items.

    Raises:
        AnalysisError: if a column is missing.

    Source: K. L. Gwet 2008, British Journal of Mathematical and Statistical Psychology 61, 29-48;
    Handbook of Inter-Rater Reliability, 4th ed. 2014, chapter 5.
    """
    return ac1_of(items_by_raters(ratings), confidence=confidence)


def fleiss_kappa(ratings: pd.DataFrame, *, confidence: float = 0.95) -> Coefficient:
    """Estimate Fleiss' kappa for any number of raters, with gaps.

    Estimand: (p_a - p_e) / (1 - p_e) with p_e = sum_k pi_k^2, pi_k the share of category k,
    averaged over items. Otherwise as ``gwet_ac1``.

    Args:
        ratings: ``item rater value``.
        confidence: of the interval.

    Raises:
        AnalysisError: if a column is missing.

    Source: J. L. Fleiss 1971, Psychological Bulletin 76, 378-382; with gaps and variance as in
    K. L. Gwet 2014, chapter 5.
    """
    return fleiss_of(items_by_raters(ratings), confidence=confidence)


def cohen_kappa(ratings: pd.DataFrame, *, confidence: float = 0.95) -> Coefficient:
    """Estimate Cohen's kappa: two raters who both rated every item that counts.

    Estimand: (p_a - p_e) / (1 - p_e) with p_e the sum of products of both raters' shares.

    Assumptions: items are independent; the variance is the large-sample one of J. L. Fleiss,
    J. Cohen and B. S. Everitt 1969, Psychological Bulletin 72, 323-327, and the interval normal.

    Args:
        ratings: ``item rater value``, of two raters.
        confidence: of the interval.

    Raises:
        AnalysisError: if a column is missing.

    Source: J. Cohen 1960, Educational and Psychological Measurement 20, 37-46.
    """
    return cohen_of(items_by_raters(ratings), confidence=confidence)


def ac1_of(items: ItemsByRaters, *, of: str = "nominal", confidence: float = 0.95) -> Coefficient:
    """Gwet's AC1 as ``gwet_ac1`` has it, from arranged ratings.

    Args:
        items: arranged; their values are the categories.
        of: what raters agree on, for the coefficient's ``of``.
        confidence: of the interval, between 0 and 1.
    """
    return _averaged("Gwet's AC1", of, items, confidence)


def fleiss_of(
    items: ItemsByRaters, *, of: str = "nominal", confidence: float = 0.95
) -> Coefficient:
    """Fleiss' kappa as ``fleiss_kappa`` has it, from arranged ratings.

    Args:
        items: arranged; their values are the categories.
        of: what raters agree on, for the coefficient's ``of``.
        confidence: of the interval, between 0 and 1.
    """
    return _averaged("Fleiss' kappa", of, items, confidence)


def cohen_of(items: ItemsByRaters, *, of: str = "nominal", confidence: float = 0.95) -> Coefficient:
    """Cohen's kappa as ``cohen_kappa`` has it, from arranged ratings.

    Args:
        items: arranged; unless exactly two raters share items there is no estimate, and it says
            why.
        of: what raters agree on, for the coefficient's ``of``.
        confidence: of the interval, between 0 and 1.
    """
    measure, how = "Cohen's kappa", "large-sample normal"
    rows = items.table[items.shared[items.item]]
    names = sorted(rows["rater"].unique(), key=str)
    if len(names) != 2:
        says = (
            f"{measure} compares two raters and {len(names)} judged items that another judged "
            "too; Fleiss' kappa is the one to read."
        )
        return items.coefficient(measure, of, None, how, says=says)
    wide = rows.pivot(index="item", columns="rater", values="value")
    codes = [np.searchsorted(items.values, wide[name].to_numpy()) for name in names]
    size = len(items.values)
    table = np.bincount(codes[0] * size + codes[1], minlength=size**2).reshape(size, size)
    p = table / table.sum()
    row, column = p.sum(axis=1), p.sum(axis=0)
    agree, chance = float(np.trace(p)), float(row @ column)
    if chance == 1:
        return items.coefficient(measure, of, None, how, says=_one_category(items))
    kappa = (agree - chance) / (1 - chance)
    variance = _cohen_variance(p, row, column, agree, chance) / table.sum()
    se = float(np.sqrt(max(variance, 0.0)))
    return _coefficient(measure, of, items, kappa, se, np.inf, confidence, how)


def _averaged(measure: str, of: str, items: ItemsByRaters, confidence: float) -> Coefficient:
    """AC1 or Fleiss' kappa, which differ in the agreement they expect by chance alone."""
    how = "linearized over items"
    counts = items.counts.astype("float64")
    raters = counts.sum(axis=1)
    shared = items.shared
    if not shared.any():
        says = "No item was judged by two raters, so agreement cannot be estimated."
        return items.coefficient(measure, of, None, how, says=says)
    if len(items.values) < 2:
        return items.coefficient(measure, of, None, how, says=_one_category(items))
    shares = counts / raters[:, None]
    pi = shares.mean(axis=0)
    pairs = np.where(shared, (counts * (counts - 1)).sum(axis=1), 0.0)
    agree = pairs / np.where(shared, raters * (raters - 1), 1.0)
    observed = agree[shared].mean()
    gwet = measure == "Gwet's AC1"
    per = (pi * (1 - shares) / (len(pi) - 1) if gwet else pi * shares).sum(axis=1)
    chance = float((pi * (1 - pi) / (len(pi) - 1) if gwet else pi**2).sum())
    value = float((observed - chance) / (1 - chance))
    n, scale = len(raters), len(raters) / shared.sum()
    each = np.where(shared, scale * (agree - chance) / (1 - chance), 0.0)
    each = each - 2 * (1 - value) * (per - chance) / (1 - chance)
    if shared.sum() < 2:
        says = "One item was judged by two raters, so no interval can be given and none is shown."
        return items.coefficient(measure, of, None, how, says=says)
    se = float(np.sqrt(((each - value) ** 2).sum() / (n * (n - 1))))
    return _coefficient(measure, of, items, value, se, n - 1, confidence, how)


def _cohen_variance(
    p: np.ndarray, row: np.ndarray, column: np.ndarray, agree: float, chance: float
) -> float:
    kappa = (agree - chance) / (1 - chance)
    both = row[None, :] + column[:, None]
    diagonal = np.diag(p) * (1 - (row + column) * (1 - kappa)) ** 2
    off = p * both**2
    rest = (1 - kappa) ** 2 * (off.sum() - np.trace(off))
    return float((diagonal.sum() + rest - (kappa - chance * (1 - kappa)) ** 2) / (1 - chance) ** 2)


def _coefficient(
    measure: str,
    of: str,
    items: ItemsByRaters,
    value: float,
    se: float,
    df: float,
    confidence: float,
    how: str,
) -> Coefficient:
    low, high = interval(value, se, df, level=confidence)
    # No coefficient of these can exceed 1, and the symmetric interval does not know it.
    shown = Estimate(value=value, low=max(low, -1.0), high=min(high, 1.0), level=confidence)
    says = ""
    if se == 0:
        says = "Every item came out alike, so the interval has no width and says too much."
    return items.coefficient(measure, of, shown, how, says=says, se=se, df=df)


def _one_category(items: ItemsByRaters) -> str:
    return (
        f"Every rating is {items.values[0]:g}, so there is nothing to agree or disagree about and "
        "no coefficient of agreement can be estimated."
    )

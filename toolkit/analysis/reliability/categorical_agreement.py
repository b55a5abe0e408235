"""Agreement on categories beyond chance: Gwet's AC1, beside Fleiss' and Cohen's kappa.

When a category is rare, as a flag is, kappa can be near 0 although raters nearly always agree,
because the chance it takes off grows with the imbalance; AC1 takes off less. Both are shown.
"""

import numpy as np

from toolkit.analysis.engine import interval
from toolkit.analysis.findings import Estimate
from toolkit.analysis.reliability.items_by_raters import NONE_SHARED, Coefficient, ItemsByRaters

COHEN = "Cohen's kappa"
_Found = tuple[float, float, float] | str
"""A coefficient, its standard error and degrees of freedom, or why there is none."""


def gwet_ac1(items: ItemsByRaters, *, of: str = "nominal") -> Coefficient:
    """Estimate Gwet's AC1 for any number of raters, with gaps.

    Estimand: (p_a - p_e) / (1 - p_e), with p_a the probability that two raters of one item agree
    and p_e = sum_k pi_k (1 - pi_k) / (K - 1), pi_k the share of category k, averaged over items.

    Assumptions: items are a sample; raters are taken as they are. The interval is t with items - 1
    degrees of freedom and the linearized variance over items.

    Args:
        items: arranged; their values are the categories.
        of: what raters agree on, for the coefficient's ``of``.

    Source: K. L. Gwet 2008, British Journal of Mathematical and Statistical Psychology 61, 29-48;
    Handbook of Inter-Rater Reliability, 4th ed. 2014, chapter 5.
    """
    return _coefficient("Gwet's AC1", of, "linearized over items", items, _averaged(items, True))


def fleiss_kappa(items: ItemsByRaters, *, of: str = "nominal") -> Coefficient:
    """Estimate Fleiss' kappa for any number of raters, with gaps.

    Estimand: (p_a - p_e) / (1 - p_e) with p_e = sum_k pi_k^2, pi_k the share of category k,
    averaged over items. Otherwise as ``gwet_ac1``.

    Args:
        items: arranged; their values are the categories.
        of: what raters agree on, for the coefficient's ``of``.

    Source: J. L. Fleiss 1971, Psychological Bulletin 76, 378-382; with gaps and variance as in
    K. L. Gwet 2014, chapter 5.
    """
    return _coefficient(
        "Fleiss' kappa", of, "linearized over items", items, _averaged(items, False)
    )


def cohen_kappa(items: ItemsByRaters, *, of: str = "nominal") -> Coefficient:
    """Estimate Cohen's kappa: two raters who both rated every item that counts.

    Estimand: (p_a - p_e) / (1 - p_e) with p_e the sum of products of both raters' shares.

    Assumptions: items are independent; the variance is the large-sample one of J. L. Fleiss,
    J. Cohen and B. S. Everitt 1969, Psychological Bulletin 72, 323-327, and the interval normal.

    Args:
        items: arranged; unless exactly two raters share items there is no estimate, and it says
            why.
        of: what raters agree on, for the coefficient's ``of``.

    Source: J. Cohen 1960, Educational and Psychological Measurement 20, 37-46.
    """
    return _coefficient(COHEN, of, "large-sample normal", items, _of_two(items))


def _of_two(items: ItemsByRaters) -> _Found:
    wide = items.compared.pivot(index="item", columns="rater", values="value")
    if wide.shape[1] != 2:
        return (
            f"{COHEN} compares two raters and {wide.shape[1]} judged items that another "
            "judged too; Fleiss' kappa is the one to read."
        )
    first, second = np.searchsorted(items.values, wide.to_numpy().T)
    p = np.zeros((len(items.values),) * 2)
    np.add.at(p, (first, second), 1)
    p /= len(wide)
    row, column = p.sum(axis=1), p.sum(axis=0)
    agree, chance = float(np.trace(p)), float(row @ column)
    if chance == 1:
        return _one_category(items)
    kappa = (agree - chance) / (1 - chance)
    diagonal = np.diag(p) * (1 - (row + column) * (1 - kappa)) ** 2
    off = p * (row[None, :] + column[:, None]) ** 2
    rest = (1 - kappa) ** 2 * (off.sum() - np.trace(off))
    variance = diagonal.sum() + rest - (kappa - chance * (1 - kappa)) ** 2
    se = float(np.sqrt(max(variance / len(wide), 0.0))) / (1 - chance)
    return kappa, se, np.inf


def _averaged(items: ItemsByRaters, gwet: bool) -> _Found:
    """AC1 or Fleiss' kappa, which differ in the agreement they expect by chance alone."""
    counts = items.counts.astype("float64")
    raters, shared = counts.sum(axis=1), items.shared
    if not shared.any():
        return NONE_SHARED
    if len(items.values) < 2:
        return _one_category(items)
    shares = counts / raters[:, None]
    pi = shares.mean(axis=0)
    pairs = np.where(shared, (counts * (counts - 1)).sum(axis=1), 0.0)
    agree = pairs / np.where(shared, raters * (raters - 1), 1.0)
    observed = agree[shared].mean()
    per = (pi * (1 - shares) / (len(pi) - 1) if gwet else pi * shares).sum(axis=1)
    chance = float((pi * (1 - pi) / (len(pi) - 1) if gwet else pi**2).sum())
    value = float((observed - chance) / (1 - chance))
    n, scale = len(raters), len(raters) / shared.sum()
    each = np.where(shared, scale * (agree - chance) / (1 - chance), 0.0)
    each = each - 2 * (1 - value) * (per - chance) / (1 - chance)
    if shared.sum() < 2:
        return "One item was judged by two raters, so no interval can be given and none is shown."
    return value, float(np.sqrt(((each - value) ** 2).sum() / (n * (n - 1)))), n - 1


def _coefficient(
    measure: str, of: str, how: str, items: ItemsByRaters, found: _Found
) -> Coefficient:
    if isinstance(found, str):
        return items.coefficient(measure, of, found, how)
    value, se, df = found
    low, high = interval(value, se, df)
    # No coefficient of these can exceed 1, and the symmetric interval does not know it.
    shown = Estimate(value=value, low=max(low, -1.0), high=min(high, 1.0))
    flat = "Every item came out alike, so the interval has no width and says too much."
    return items.coefficient(measure, of, shown, how, says="" if se else flat, se=se, df=df)


def _one_category(items: ItemsByRaters) -> str:
    return (
        f"Every rating is {items.values[0]:g}, so there is nothing to agree or disagree about and "
        "no coefficient of agreement can be estimated."
    )

"""Small-sample factors and Satterthwaite's df of clustered variances.

Residuals are smaller than errors, since levels of raters and contrasts were fitted to them, and
the more so the fewer answers each level has. So sums of squared scores fall short of what they
estimate. Were all errors independent and equally large, how far they fall short would be known
exactly, and so would be how much they vary: the factor by which each sum is right on average in
that case, and the degrees of freedom of the chi-squared variable with the same mean and variance
(R. M. Bell and D. F. McCaffrey 2002; G. W. Imbens and M. Kolesár 2016; here for each way of
clustering by itself). Where every level is balanced they are G / (G - 1) and G - 1.

Of two clusters a variance says next to nothing: with two raters or two scenarios tests of 5 % were
seen to reject in 10 to 13 %. So fewer than ``FEWEST_CLUSTERS`` of a kind generalize nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from toolkit.analysis.engine.array_types import Codes, Floats

FEWEST_CLUSTERS = 3
"""Scenarios, and raters where people rate, below which there is no interval and no p."""


class Correction(NamedTuple):
    """For one way of clustering; arrays of shape (q,), one entry an effect."""

    factor: Floats
    """What a sum of squared scores is multiplied by; infinite where it can only be 0."""
    df: Floats
    """Degrees of freedom of that sum; 0 where it can only be 0."""

    def of(self, piece: Floats) -> Floats:
        """Correct a sum of squared scores, of shape (q,) or (q, m)."""
        factor = np.where(np.isfinite(self.factor), self.factor, 0.0)
        corrected: Floats = (piece.T * factor).T
        return corrected


class Corrections(NamedTuple):
    """What each piece of a two-way clustered variance needs; without raters all are alike."""

    raters: Correction
    scenarios: Correction
    cells: Correction

    @property
    def df(self) -> Floats:
        """The fewer of what raters and what scenarios allow, and at least 1; shape (q,)."""
        # A piece that can only be 0 asks for nothing.
        raters, scenarios = (np.where(one.df > 0, one.df, np.inf) for one in self[:2])
        fewer = np.minimum(raters, scenarios)
        df: Floats = np.maximum(np.where(np.isfinite(fewer), fewer, 1.0), 1.0)
        return df


def two_way(
    of_scenarios: Floats,
    of_raters: Floats | None,
    of_cells: Floats | None,
    corrections: Corrections,
) -> Floats:
    """Give max(V_rs, V_r + V_s - V_rs), each piece corrected: the variance of the primary test.

    Where neither raters nor scenarios vary in the effect, all three pieces estimate the same. The
    sum is then as often below V_rs, the steadiest of them, as above; below it, it is noise.

    Args:
        of_scenarios: V_s, shape (q,) or (q, m) for m outcomes.
        of_raters: V_r, of the same shape; None without raters.
        of_cells: V_rs, likewise.
        corrections: of the q effects.

    Returns:
        Variances, of the same shape; their degrees of freedom are ``corrections.df``.
    """
    scenarios = corrections.scenarios.of(of_scenarios)
    if of_raters is None or of_cells is None:
        return scenarios
    cells = corrections.cells.of(of_cells)
    return np.maximum(cells, corrections.raters.of(of_raters) + scenarios - cells)


class Working:
    """The design whose residuals the scores are made of.

    Args:
        levels: groupings whose levels are fitted, as codes; each of shape (n,).
        columns: everything else that is fitted, shape (n, k).
        weight: of least squares, shape (n,).
        count: how many equal observations a row stands for, shape (n,): the error of their mean is
            as many times less variable. One each when None.
    """

    def __init__(
        self,
        levels: Sequence[Codes],
        columns: Floats,
        weight: Floats,
        count: Floats | None = None,
    ) -> None:
        parts = [sparse_indicators(one) for one in levels] + [sparse.csr_array(columns)]
        self._fitted = sparse.csr_array(sparse.hstack(parts))
        self._variance = np.ones(len(weight))
        if count is not None:
            self._variance = np.divide(1.0, count, out=np.zeros(len(count)), where=count > 0)
        weighted = sparse.csr_array(self._fitted.multiply(weight[:, None]))
        # Rows of the fit, weighted, times how much each row's error varies.
        self._weighted = sparse.csr_array(weighted.multiply(self._variance[:, None]))
        self._inverse = np.linalg.pinv(
            (self._fitted.T @ weighted).toarray(), rcond=1e-10, hermitian=True
        )
        between = (weighted.T @ self._weighted).toarray()
        self._spread = self._inverse @ between @ self._inverse

    def correction(self, influence: Floats, groups: Codes, *, df: bool = True) -> Correction:
        """Correct the variance clustered by ``groups``.

        Args:
            influence: what each row adds to each effect, shape (n, q).
            groups: codes, shape (n,).
            df: False leaves the degrees of freedom at 0, which saves most of the work where there
                are many groups.
        """
        summing = sparse.csr_array(sparse_indicators(groups).T)
        found = [self._one(column, summing, df=df) for column in influence.T]
        factors, dfs = (np.array(one) for one in zip(*found, strict=True)) if found else ([], [])
        return Correction(np.asarray(factors, "float64"), np.asarray(dfs, "float64"))

    def _one(self, effect: Floats, summing: sparse.csr_array, *, df: bool) -> tuple[float, float]:
        wanted = float(np.sum(effect**2 * self._variance))
        own = summing.multiply(effect[None, :]).tocsr()
        plain = (own @ self._fitted).T
        weighted = (own @ self._weighted).T
        # Squared length of each cluster's part of the effect, as a sum of residuals' weights.
        expected = (
            wanted
            - 2 * float(np.sum(self._inverse * (weighted @ plain.T).toarray()))
            + float(np.sum(self._spread * (plain @ plain.T).toarray()))
        )
        if expected <= 1e-9 * wanted or wanted == 0:
            return float("inf"), 0.0
        if not df:
            return wanted / expected, 0.0
        one, other = plain.toarray(), weighted.toarray()
        across = other.T @ self._inverse @ one
        products = one.T @ self._spread @ one - across - across.T
        products[np.diag_indices_from(products)] += own.power(2) @ self._variance
        return wanted / expected, expected**2 / float(np.sum(products**2))


def sparse_indicators(codes: Codes) -> sparse.csr_array:
    """Make a 0/1 column a code that occurs, shape (n, codes)."""
    groups, places = np.unique(codes, return_inverse=True)
    made = (np.ones(len(codes)), (np.arange(len(codes)), places))
    return sparse.csr_array(made, shape=(len(codes), len(groups)))

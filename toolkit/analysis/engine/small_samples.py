"""Small-sample factors and Satterthwaite's df of clustered variances.

Residuals are smaller than errors, since levels of raters and contrasts were fitted to them, and
the more so the fewer answers each level has. So sums of squared scores fall short of what they
estimate. Were all errors independent and equally large, how far they fall short would be known
exactly, and so would be how much they vary: the factor by which each sum is right on average in
that case, and the degrees of freedom of the chi-squared variable with the same mean and variance
(R. M. Bell and D. F. McCaffrey 2002; G. W. Imbens and M. Kolesár 2016; here for each way of
clustering by itself). Where every level is balanced they are G / (G - 1) and G - 1.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from toolkit.analysis.engine.array_types import Codes, Floats


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

    def df_of(self, piece: Floats) -> Floats:
        """Degrees of freedom of such sums, of their shape."""
        df: Floats = np.broadcast_to(self.df, piece.T.shape).T
        return df


class Corrections(NamedTuple):
    """What each piece of a two-way clustered variance needs; without raters all are alike."""

    raters: Correction
    scenarios: Correction
    cells: Correction


def largest(
    of_scenarios: Floats,
    of_raters: Floats | None,
    of_cells: Floats | None,
    corrections: Corrections,
) -> tuple[Floats, Floats]:
    """Give max(V_r, V_s, V_r + V_s - V_rs), each piece corrected, and its degrees of freedom.

    The df are those of the piece that is largest, and the fewer of both for the sum.

    Args:
        of_scenarios: V_s, shape (q,) or (q, m) for m outcomes.
        of_raters: V_r, of the same shape; None without raters.
        of_cells: V_rs, likewise.
        corrections: of the q effects.

    Returns:
        Variances and df, both of the same shape; df is at least 1.
    """
    scenarios = corrections.scenarios.of(of_scenarios)
    df = corrections.scenarios.df_of(of_scenarios)
    if of_raters is None or of_cells is None:
        return scenarios, np.maximum(df, 1.0)
    raters, df_raters = corrections.raters.of(of_raters), corrections.raters.df_of(of_raters)
    both = raters + scenarios - corrections.cells.of(of_cells)
    single = np.maximum(raters, scenarios)
    df = np.where(
        both >= single, np.minimum(df, df_raters), np.where(scenarios >= raters, df, df_raters)
    )
    return np.maximum(single, both), np.maximum(df, 1.0)


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

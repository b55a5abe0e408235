"""Whether one shift fits all thresholds: the test of proportional odds.

A cumulative model says that a column moves every threshold by the same number of logits. Here each
threshold is freed to be moved by its own, ``alpha_k - x' beta_k``, with the same random factors,
and the two are compared by their likelihoods (Laplace's approximation in both), as
``ordinal::nominal_test`` does where there are no random factors. Ratings of one rater and one
scenario go together through the random factors, in the null as in the alternative.

The likelihood of the freed model is a sum over thresholds again: given the levels, every threshold
is a binomial observation of the answers just below against just above it, and what is left depends
on the thresholds of a profile alone. So the engine's own binomial model does the work, on one row
for each cell and threshold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg, stats

from toolkit.analysis.mixed.basis import Basis
from toolkit.analysis.mixed.fit import Fit
from toolkit.analysis.mixed.laplace import Laplace
from toolkit.analysis.mixed.optimum import optimum
from toolkit.analysis.mixed.schur import Crossed
from toolkit.errors import AnalysisError

Array = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class ProportionalOdds:
    """The test, and how far each threshold is moved when it is free."""

    statistic: float | None
    """Likelihood ratio; None when not estimable."""
    df: int
    """Columns freed times (thresholds less one)."""
    p: float | None
    shifts: pd.DataFrame
    """Columns column, threshold, estimate: logits by which the column moves answers above that
    threshold; equal along thresholds under proportional odds. Empty when not estimable."""
    loglik: float | None
    """Of the freed model."""
    notes: tuple[str, ...] = ()


def proportional_odds(fit: Fit, columns: Sequence[str] | None = None) -> ProportionalOdds:
    """Test that columns move all thresholds alike.

    Chi-squared with ``columns x (thresholds - 1)`` degrees of freedom. A rejection in a large
    sample can be a small deviation: look at ``shifts`` beside it.

    Args:
        fit: of the cumulative family with at least three answers.
        columns: coefficients to free; by default all.

    Raises:
        AnalysisError: for another family, two answers, or a column the fit does not have.
    """
    names = [str(name) for name in fit.coefficients["name"]]
    freed = names if columns is None else list(columns)
    _require_cumulative(fit, names, freed)
    df = len(freed) * (len(fit.thresholds) - 1)
    missing = _never_given(fit, freed)
    if missing:
        return _not_estimable(df, missing)
    model = _Freed.of(fit, [names.index(name) for name in freed])
    start, inverse = model.start(fit)
    best = optimum(model, start, inverse, len(fit.groups))
    if not best.converged:
        return _not_estimable(
            df, "The model with free thresholds did not reach its maximum, so it tests nothing."
        )
    statistic = max(0.0, 2 * (-best.value - fit.loglik))
    return ProportionalOdds(
        statistic=statistic,
        df=df,
        p=float(stats.chi2.sf(statistic, df)),
        shifts=_shifts(fit, freed, names, model, best.at),
        loglik=-best.value,
    )


@dataclass
class _Freed:
    """Minus the log-likelihood of the freed model, and its gradient.

    Parameters are the engine's for its binomial model: the lowest threshold, then the distance of
    each other one to it, the common shifts, the shifts of each other threshold beyond them, and
    the deviations.
    """

    inner: Laplace
    answers: Array
    """Observations of each answer in each profile, shape (profiles, answers)."""

    @classmethod
    def of(cls, fit: Fit, freed: Sequence[int]) -> "_Freed":
        problem = fit.problem
        many = problem.counts.shape[1] - 1
        crossed = problem.crossed
        expanded = Crossed(tuple(np.repeat(c, many) for c in crossed.codes), crossed.sizes)
        pairs = np.stack([problem.counts[:, :-1].ravel(), problem.counts[:, 1:].ravel()])
        keep = [i for i, name in enumerate(problem.design.columns) if name != "Intercept"]
        x = problem.design.rows[:, keep]
        rows = np.concatenate([_rows(x, freed, k, many) for k in range(many)], axis=1)
        rows = rows.reshape(len(x) * many, -1)
        profile = (problem.profile[:, None] * many + np.arange(many)).ravel()
        basis = Basis(rows, np.eye(rows.shape[1] + 1), 0.0)
        answers = np.zeros((len(x), many + 1))
        np.add.at(answers, problem.profile, problem.counts)
        return cls(Laplace(expanded, basis, profile, pairs), answers)

    @property
    def thresholds(self) -> int:
        """How many the cumulative model has."""
        return int(self.answers.shape[1]) - 1

    @cached_property
    def _gap_rows(self) -> Array:
        """How each gap between neighboring thresholds of a profile depends on the coefficients."""
        rows = self.inner.basis.rows.reshape(len(self.answers), self.thresholds, -1)
        return -np.diff(rows, axis=1)

    def only(self, active: NDArray[np.bool_]) -> "_Freed":
        """Give the model with some of its random factors; the others are at 0."""
        return _Freed(self.inner.only(active), self.answers)

    def evaluate(self, at: Array) -> tuple[float, Array]:
        """Give the value and its gradient; infinite where thresholds of a profile cross."""
        coefficients = at[1 : self.inner.fixed]
        gaps = self._gap_rows @ coefficients
        if (gaps <= 0).any():
            return np.inf, np.zeros(len(at))
        value, gradient = self.inner.evaluate(at)
        between = self.answers[:, 1:-1]
        value -= float((between * np.log(-np.expm1(-gaps))).sum())
        pull = between / np.expm1(gaps)
        gradient[1 : self.inner.fixed] -= np.einsum("pk,pkc->c", pull, self._gap_rows)
        return value, gradient

    def start(self, fit: Fit) -> tuple[Array, Array]:
        """Begin at the fit, where nothing is freed."""
        alpha = fit.thresholds["estimate"].to_numpy(dtype=float)
        beta = fit.coefficients["estimate"].to_numpy(dtype=float)
        order = list(fit.problem.order)
        sds = np.abs(fit.sds.to_numpy(dtype=float))[order]
        at = np.zeros(self.inner.fixed + len(sds))
        at[: len(alpha)] = np.append(alpha[0], alpha[0] - alpha[1:])
        at[len(alpha) : len(alpha) + len(beta)] = beta
        at[self.inner.fixed :] = np.where(sds > 0, sds, 0.1)
        _, information = self.inner.penalized(at)
        gaps = self._gap_rows @ at[1 : self.inner.fixed]
        bend = self.answers[:, 1:-1] / (4 * np.sinh(gaps / 2) ** 2)
        information[1:, 1:] += np.einsum("pk,pkc,pkd->cd", bend, self._gap_rows, self._gap_rows)
        levels = np.asarray(self.inner.crossed.sizes, dtype=float)
        spread = np.diag(at[self.inner.fixed :] ** 2 / (2 * levels))
        return at, linalg.block_diag(linalg.pinvh(information), spread)


def _rows(x: Array, freed: Sequence[int], k: int, many: int) -> Array:
    """Columns of one threshold: its distance to the lowest, common shifts, its own shifts."""
    distance = np.zeros((len(x), many - 1))
    own = np.zeros((len(x), many - 1, len(freed)))
    if k > 0:
        distance[:, k - 1] = 1.0
        own[:, k - 1] = x[:, list(freed)]
    return np.concatenate([distance, x, own.reshape(len(x), -1)], axis=1)


def _shifts(
    fit: Fit, freed: Sequence[str], names: Sequence[str], model: _Freed, at: Array
) -> pd.DataFrame:
    many = model.thresholds
    beta = at[many : many + len(names)]
    own = at[many + len(names) : model.inner.fixed].reshape(many - 1, len(freed))
    beyond = np.vstack([np.zeros(len(freed)), own])
    rows = [
        (name, threshold, float(beta[names.index(name)] + beyond[k, place]))
        for place, name in enumerate(freed)
        for k, threshold in enumerate(fit.thresholds["name"])
    ]
    return pd.DataFrame(rows, columns=["column", "threshold", "estimate"])


def _never_given(fit: Fit, freed: Sequence[str]) -> str:
    """Say where an answer is missing, which would send a free threshold to infinity."""
    problem = fit.problem
    places = [i for i, name in enumerate(problem.design.columns) if name in freed]
    values, where = np.unique(problem.design.rows[:, places], axis=0, return_inverse=True)
    counts = np.zeros((len(values), problem.counts.shape[1]))
    np.add.at(counts, where.ravel()[problem.profile], problem.counts)
    lacking = np.argwhere(counts == 0)
    if not len(lacking):
        return ""
    which, answer = lacking[0]
    at = ", ".join(f"{name} = {value:g}" for name, value in zip(freed, values[which], strict=True))
    return (
        f"Proportional odds cannot be tested: where {at}, nobody gave the answer "
        f"{problem.categories[answer]:g}. Join it with its neighbor, or free fewer columns."
    )


def _require_cumulative(fit: Fit, names: Sequence[str], freed: Sequence[str]) -> None:
    if fit.family != "cumulative" or len(fit.categories) < 3:
        raise AnalysisError(
            f"proportional_odds: got a {fit.family} fit with {len(fit.categories)} answers; "
            "wanted a cumulative one with at least three. With two there is nothing to test."
        )
    strange = [name for name in freed if name not in names]
    if strange or not freed:
        raise AnalysisError(
            f"proportional_odds: got the columns {', '.join(freed) or 'none'}; wanted some of "
            f"{', '.join(names) or 'none'}. Name coefficients of the fit."
        )


def _not_estimable(df: int, why: str) -> ProportionalOdds:
    return ProportionalOdds(
        statistic=None,
        df=df,
        p=None,
        shifts=pd.DataFrame(columns=["column", "threshold", "estimate"]),
        loglik=None,
        notes=(why,),
    )

"""Average marginal effects of a logit mixed model, on the scale of the answers.

Log-odds are conditional on a rater and a scenario and cannot be averaged by eye. Two numbers are
read off the whole fitted model instead:

* the **average change** in P(Y >= k): over the population of raters and scenarios that the random
  intercepts describe, and over the other columns as they were observed (a population-averaged
  effect, J. M. Wooldridge 2010);
* the **probability of superiority** P(Y > Y') + P(Y = Y')/2 (A. Vargha, H. D. Delaney 2000):
  of two answers by one rater in one scenario, one to the level and one to its reference, how often
  the first is the higher. 0.5 is no difference.

Intervals are by the delta method over thresholds, coefficients *and* deviations; the probability's
is made on the logit scale. A deviation estimated as 0 is taken as known.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from toolkit.analysis.engine import Bools, Floats
from toolkit.analysis.engine.crossed import mean_below, mean_superiority
from toolkit.analysis.findings import Estimate
from toolkit.analysis.mixed.fit import Fit
from toolkit.analysis.mixed.response import shown
from toolkit.errors import AnalysisError

_LEVEL = 0.95
"""Of the intervals."""
_SHARES = ["level", "share", "low", "high"]
FEW = 20
"""With fewer scenarios the tests of these models reject too often when effects vary by scenario."""


@dataclass(frozen=True, kw_only=True)
class Marginal:
    """One level of a variable against another, on the scale of the answers."""

    at_least: Any
    """The answer k of P(Y >= k)."""
    change: Estimate | None = None
    """Average change in P(Y >= k); None when not estimable."""
    change_se: float | None = None
    superiority: Estimate | None = None
    superiority_se: float | None = None
    shares: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_SHARES), repr=False)
    """P(Y >= k) of both: columns level, share, low, high; empty when not estimable."""
    notes: tuple[str, ...] = ()


def marginal(
    fit: Fit,
    variable: str,
    level: Any,
    reference: Any,
    *,
    at_least: Any = None,
    df: float = inf,
) -> Marginal:
    """Compare two levels of a variable of a binomial or cumulative model.

    A random factor whose levels each have only one value of the variable (``scenario:arm``) is
    drawn anew for both answers of the probability of superiority; any other is shared by them.

    Args:
        fit: of the binomial or cumulative family.
        variable: a column of its formula.
        level: one value of it.
        reference: another.
        at_least: the answer k; by default 4 where it is a possible answer, else the highest.
        df: degrees of freedom of the intervals; infinite for the normal distribution. One less
            than the scenarios is a cautious choice where they are few.

    Raises:
        AnalysisError: for a Gaussian fit, or a column, level or answer that it does not have.
    """
    _require_answers(fit, variable)
    top = _top(fit, at_least)
    compared = _Compared.of(fit, variable, level, reference)
    notes = _caveats(fit, variable)
    if compared.infinite:
        why = (
            f"The change is not estimable: {', '.join(compared.infinite)} has no finite estimate, "
            "because the answers are separated."
        )
        return Marginal(at_least=top, notes=(why, *notes))
    at = fit.categories.index(top) - 1
    felt = compared.felt
    share = _delta(fit, lambda p: compared.share(p, at, 1), felt)
    base = _delta(fit, lambda p: compared.share(p, at, 0), felt)
    change = _delta(fit, lambda p: compared.share(p, at, 1) - compared.share(p, at, 0), felt)
    better = _delta(fit, compared.superiority, felt)
    half = float(stats.t.ppf((1 + _LEVEL) / 2, df))
    low, high = change[0] - half * change[1], change[0] + half * change[1]
    both = [_on_logits(*one, half) for one in (share, base)]
    return Marginal(
        at_least=top,
        change=Estimate(value=change[0], low=low, high=high, level=_LEVEL),
        change_se=change[1],
        superiority=_on_logits(*better, half),
        superiority_se=better[1],
        shares=pd.DataFrame(
            [
                (str(name), one.value, one.low, one.high)
                for name, one in zip((level, reference), both, strict=True)
            ],
            columns=_SHARES,
        ),
        notes=notes,
    )


@dataclass(frozen=True)
class _Compared:
    """The distinct profiles of the data, with the variable set to either value."""

    rows: tuple[Floats, Floats]
    """Reference and level, each of shape (profiles, columns)."""
    weights: Floats
    """Share of the observations, shape (profiles,)."""
    thresholds: int
    binomial: bool
    own: Bools
    """Which random factors are drawn anew for each answer."""
    infinite: tuple[str, ...]
    """Coefficients without a finite estimate that matter here."""

    @classmethod
    def of(cls, fit: Fit, variable: str, level: Any, reference: Any) -> "_Compared":
        problem = fit.problem
        _, first = np.unique(problem.profile, return_index=True)
        weights = np.bincount(problem.profile, problem.arrays.sizes)
        frame = problem.frame.iloc[first]
        names = list(problem.design.columns)
        keep = [place for place, name in enumerate(names) if name != "Intercept"]
        both = [
            problem.design.at(_set(frame, variable, one))[:, keep] for one in (reference, level)
        ]
        table = fit.coefficients.set_index("name")["estimate"]
        gone = ~np.isfinite(table[[names[place] for place in keep]].to_numpy(dtype=float))
        touched = np.any([(one != 0).any(0) for one in both], axis=0)
        infinite = tuple(names[keep[place]] for place in np.flatnonzero(gone & touched))
        joined, where = np.unique(np.hstack(both), axis=0, return_inverse=True)
        total = np.bincount(where.ravel(), weights)
        return cls(
            (joined[:, : len(keep)], joined[:, len(keep) :]),
            total / total.sum(),
            max(len(fit.thresholds), 1),
            fit.family == "binomial",
            np.array([_own(fit, place, variable) for place in range(len(fit.groups))], dtype=bool),
            infinite,
        )

    @property
    def felt(self) -> Bools:
        """Which thresholds and coefficients have any part in either level."""
        seen = np.any([(one != 0).any(0) for one in self.rows], axis=0)
        return np.concatenate([np.ones(self.thresholds, dtype=bool), seen])

    def share(self, parameters: Floats, at: int, which: int) -> float:
        thresholds, (base, eta), sds = self._split(parameters)
        spread = float(np.sqrt(sds @ sds))
        below = mean_below(thresholds[at : at + 1], eta if which else base, spread)
        return float(self.weights @ (1 - below[:, 0]))

    def superiority(self, parameters: Floats) -> float:
        thresholds, (base, eta), sds = self._split(parameters)
        own, shared = sds[self.own], sds[~self.own]
        each = mean_superiority(
            thresholds, eta, base, float(np.sqrt(shared @ shared)), float(np.sqrt(own @ own))
        )
        return float(self.weights @ each)

    def _split(self, parameters: Floats) -> tuple[Floats, tuple[Floats, Floats], Floats]:
        thresholds, rest = parameters[: self.thresholds], parameters[self.thresholds :]
        many = self.rows[0].shape[1]
        base, eta = (rows @ rest[:many] for rows in self.rows)
        return -thresholds if self.binomial else thresholds, (base, eta), rest[many:]


def _delta(fit: Fit, of: Callable[[Floats], float], felt: Bools) -> tuple[float, float]:
    """Give the value of a function of all parameters, and its standard error."""
    estimates = np.concatenate(
        [
            fit.thresholds["estimate"].to_numpy(dtype=float),
            fit.coefficients["estimate"].to_numpy(dtype=float),
            fit.sds.to_numpy(dtype=float),
        ]
    )
    at = np.where(np.isfinite(estimates), estimates, 0.0)
    covariance = np.nan_to_num(fit.vcov.to_numpy(dtype=float))
    ses = np.sqrt(np.diag(covariance))
    slopes = np.zeros(len(at))
    telling = ses > 0
    telling[: len(felt)] &= felt
    for place in np.flatnonzero(telling):
        shift = np.zeros(len(at))
        shift[place] = 1e-3 * min(float(ses[place]), 1.0)
        slopes[place] = (of(at + shift) - of(at - shift)) / (2 * shift[place])
    return of(at), float(np.sqrt(slopes @ covariance @ slopes))


def _on_logits(value: float, se: float, half: float) -> Estimate:
    """Make the interval of a probability where it cannot leave 0 to 1."""
    middle = special.logit(value)
    reach = half * se / (value * (1 - value))
    low, high = special.expit(middle - reach), special.expit(middle + reach)
    return Estimate(value=value, low=float(low), high=float(high), level=_LEVEL)


def _set(frame: pd.DataFrame, variable: str, level: Any) -> pd.DataFrame:
    column = frame[variable]
    known = column.unique()
    if level not in set(known):
        raise AnalysisError(
            f"marginal: got the level {level!r} of {variable}; wanted one that was observed: "
            f"{', '.join(map(shown, sorted(known)))}."
        )
    if isinstance(column.dtype, pd.CategoricalDtype):
        values: Any = pd.Categorical([level] * len(frame), dtype=column.dtype)
    else:
        values = np.full(len(frame), level, dtype=column.dtype)
    return frame.assign(**{variable: values})


def _own(fit: Fit, place: int, variable: str) -> bool:
    """Whether no level of a random factor has two values of the variable."""
    seen = pd.DataFrame(
        {"group": fit.problem.groups[place].codes, "value": fit.problem.frame[variable].to_numpy()}
    )
    return not seen.drop_duplicates()["group"].duplicated().any()


def _require_answers(fit: Fit, variable: str) -> None:
    if fit.family == "gaussian":
        raise AnalysisError(
            "marginal: got a Gaussian fit; wanted a binomial or cumulative one. "
            "A Gaussian coefficient is the average change already."
        )
    if variable not in fit.problem.parsed.names:
        known = ", ".join(fit.problem.parsed.names) or "none"
        raise AnalysisError(
            f"marginal: got the variable {variable!r}; wanted one of the formula's: {known}."
        )


def _top(fit: Fit, at_least: Any) -> Any:
    """Give the lowest answer given that is at least the one asked for."""
    possible = fit.categories
    if at_least is None:
        return 4 if 4 in possible[1:] else possible[-1]
    reached = [one for one in possible if one >= at_least]
    if not reached or reached[0] == possible[0]:
        raise AnalysisError(
            f"marginal: got at_least={at_least!r}; wanted an answer above the lowest given "
            f"and not above the highest: {', '.join(map(shown, possible[1:]))}."
        )
    return reached[0]


def _caveats(fit: Fit, variable: str) -> tuple[str, ...]:
    """Say when intervals of this model are too short."""
    notes = []
    varying = [one for one in fit.groups if variable in one.split(":") and ":" in one]
    if not varying:
        notes.append(
            f"No random factor lets the effect of {variable} vary between situations, as "
            f"scenario:{variable} would: the interval speaks of these situations only."
        )
    for name in varying:
        others = [part for part in name.split(":") if part != variable]
        many = fit.problem.frame.drop_duplicates(others).shape[0]
        if many < FEW:
            notes.append(
                f"With {many} levels of {':'.join(others)}, fewer than {FEW}, tests and intervals "
                "of this model are liberal: they find differences too often."
            )
    return tuple(notes)

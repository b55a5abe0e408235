"""The likelihood-ratio test of a variance, which cannot be less than 0."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from toolkit.analysis.mixed.fit import Fit
from toolkit.errors import AnalysisError

_SLACK = 1e-6
"""How far below the smaller model's a likelihood may fall by rounding."""


@dataclass(frozen=True, kw_only=True)
class LikelihoodRatio:
    """A test of a model without one random factor against the model with it."""

    statistic: float
    """Twice the difference of the log-likelihoods."""
    p: float
    notes: tuple[str, ...] = ()


def variance_test(without: Fit, with_factor: Fit) -> LikelihoodRatio:
    """Test one standard deviation, which cannot be less than 0.

    Under the null the statistic is 0 half of the time and chi-squared(1) otherwise (S. G. Self,
    K.-Y. Liang 1987; D. O. Stram, J. W. Lee 1994), so p is half of the usual one.

    Args:
        without: the model less one random factor.
        with_factor: the model; same data, family and fixed part. REML or ML.

    Raises:
        AnalysisError: when the models are not of the same data, or differ by anything else.
    """
    _require_same(without, with_factor)
    added = [name for name in with_factor.groups if name not in without.groups]
    if len(added) != 1 or set(without.groups) - set(with_factor.groups):
        raise AnalysisError(
            f"variance_test: got random factors {_list(without.groups)} and "
            f"{_list(with_factor.groups)}; wanted the same with one more in the second. "
            "Test one deviation at a time."
        )
    # A deviation at 0 makes both models one: what rounding leaves between them is no evidence.
    statistic = _twice(without, with_factor) if with_factor.sds[added[0]] > 0 else 0.0
    notes: tuple[str, ...] = ()
    if not (without.converged and with_factor.converged):
        notes = (
            "One of the fits did not reach its maximum, so the statistic is too small or large.",
        )
    others = [name for name in without.groups if with_factor.sds[name] == 0]
    if others:
        notes += (
            f"The standard deviation of {', '.join(others)} is estimated as 0 too, so half of "
            "chi-squared is only near the distribution of the statistic.",
        )
    return LikelihoodRatio(
        statistic=statistic,
        p=float(stats.chi2.sf(statistic, 1)) / 2 if statistic > 0 else 1.0,
        notes=notes,
    )


def _require_same(small: Fit, large: Fit) -> None:
    for what in ("family", "method", "n", "categories"):
        one, other = getattr(small, what), getattr(large, what)
        if one != other:
            raise AnalysisError(
                f"likelihood ratio: got fits with {what} {one} and {other}; wanted two models of "
                "the same observations. Fit both to the rows that are complete for both."
            )
    one, other = (list(fit.coefficients["name"].astype("str")) for fit in (small, large))
    if sorted(one) != sorted(other):
        raise AnalysisError(
            f"likelihood ratio: got the coefficients {_list(one)} and {_list(other)}; wanted the "
            "same in both. Change one thing at a time."
        )


def _twice(small: Fit, large: Fit) -> float:
    gain = large.loglik - small.loglik
    if gain < -_SLACK * max(1.0, abs(small.loglik)):
        raise AnalysisError(
            f"likelihood ratio: the larger model fits worse, by {-gain:g}; wanted two fits at "
            "their maximum. Look at the notes of both."
        )
    return 2 * max(gain, 0.0)


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"

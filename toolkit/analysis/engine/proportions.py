"""Wilson intervals of a proportion, and the interval of a risk ratio.

Trials that come in clusters are counted by their effective number (``shares.py``); every function
takes numbers of trials that are not whole.
"""

from math import exp, inf, log, sqrt

from scipy import optimize, stats

_FARTHEST = 18.0
"""Logarithm of the largest ratio looked for."""


def wilson(events: float, trials: float, *, level: float = 0.95) -> tuple[float, float]:
    """Give the score interval of a proportion (E. B. Wilson 1927).

    All probabilities that a score test of level ``1 - level`` does not reject. Assumes independent
    trials. Close to its level at small numbers, and never outside 0 to 1.

    Args:
        events: from 0 to ``trials``.
        trials: above 0.
        level: between 0 and 1.
    """
    z = float(stats.norm.ppf((1 + level) / 2))
    share, spare = events / trials, z * z / trials
    half = z * sqrt(share * (1 - share) / trials + spare / trials / 4) / (1 + spare)
    middle = (share + spare / 2) / (1 + spare)
    low = 0.0 if events == 0 else max(0.0, middle - half)
    return low, 1.0 if events == trials else min(1.0, middle + half)


def zero_event_bound(trials: float, *, level: float = 0.95) -> float:
    """Give the largest probability that 0 events of so many trials leave possible.

    ``1 - (1 - level) ** (1 / trials)``, of which 3 divided by the number of trials is the
    approximation (J. A. Hanley and A. Lippman-Hand 1983). One-sided, exact, for independent trials.

    Args:
        trials: above 0.
        level: between 0 and 1.
    """
    return float(1 - (1 - level) ** (1 / trials))


def ratio_interval(
    events: float, trials: float, base_events: float, base_trials: float, *, level: float = 0.95
) -> tuple[float, float]:
    """Give the score interval of a ratio of two proportions (P. A. R. Koopman 1984).

    All ratios that a score test of level ``1 - level`` does not reject, each proportion at its most
    likely value under the ratio. Assumes two independent samples of independent trials.

    Args:
        events: of the numerator, from 0 to ``trials``.
        trials: above 0.
        base_events: of the denominator, from 0 to ``base_trials``.
        base_trials: above 0.
        level: between 0 and 1.

    Returns:
        Both ends: 0 below when the numerator has no event, infinite above when the denominator has
        none.
    """
    if events == 0 and base_events == 0:
        return 0.0, inf
    limit = float(stats.chi2.ppf(level, 1))

    def excess(log_ratio: float) -> float:
        return _score(events, trials, base_events, base_trials, exp(log_ratio)) - limit

    from_low, from_high = _FARTHEST, -_FARTHEST
    if events and base_events:
        from_low = from_high = log(events / trials) - log(base_events / base_trials)
    low = 0.0 if events == 0 else exp(optimize.brentq(excess, -_FARTHEST, from_low))
    high = inf if base_events == 0 else exp(optimize.brentq(excess, from_high, _FARTHEST))
    return float(low), float(high)


def _score(
    events: float, trials: float, base_events: float, base_trials: float, ratio: float
) -> float:
    both = events + base_events
    linear = (trials + base_events) * ratio + events + base_trials
    root = sqrt(max(linear**2 - 4 * (trials + base_trials) * ratio * both, 0.0))
    base = 2 * both / (linear + root)
    return _squared(events, trials, min(base * ratio, 1.0)) + _squared(
        base_events, base_trials, min(base, 1.0)
    )


def _squared(events: float, trials: float, share: float) -> float:
    """Give the squared deviation in its standard deviations; none where none is possible."""
    spread = trials * share * (1 - share)
    return (events - trials * share) ** 2 / spread if spread > 0 else 0.0

"""Worths on the scale people read: how much more often a reply is preferred than the other."""

from dataclasses import dataclass

import numpy as np

from toolkit.analysis.engine import Floats, Worths, interval, p_value
from toolkit.analysis.findings import Estimate


@dataclass(frozen=True, slots=True)
class Worth:
    """A contestant, or the left side, against what it is compared with."""

    worth: Estimate
    """Log worth: the log odds of being preferred when one of both is."""
    net: Estimate
    """P(preferred) - P(the other preferred), both sides equally often."""
    preferred: Estimate
    """P(preferred) + P(tie) / 2."""
    se: float
    """Of ``net``."""
    df: float
    p: float
    """Of ``net`` = 0, which is a worth of 0."""


def against_anchor(fitted: Worths, contestant: int) -> Worth:
    """Compare a contestant with the anchor.

    Args:
        fitted: a fitted model.
        contestant: one of ``fitted.contestants``.
    """
    direction = np.zeros(len(fitted.parameters))
    direction[np.flatnonzero(fitted.contestants == contestant)[0]] = 1
    return _worth(fitted, direction, sides=(1.0, -1.0) if fitted.order else (0.0,))


def left_side(fitted: Worths) -> Worth | None:
    """Compare the left side with the right one, for replies of equal worth; None without order."""
    if not fitted.order:
        return None
    direction = np.zeros(len(fitted.parameters))
    direction[len(fitted.contestants)] = 1
    return _worth(fitted, direction, sides=(0.0,))


def _worth(fitted: Worths, direction: Floats, *, sides: tuple[float, ...]) -> Worth:
    """Delta method; the net share on the scale of artanh, which keeps it within -1 and 1."""
    df = fitted.raters - 1
    value = float(direction @ fitted.parameters)
    se = float(np.sqrt(direction @ fitted.covariance @ direction))
    low, high = interval(value, se, df)
    net, slope = _net(fitted, direction, sides)
    of_net = float(np.sqrt(slope @ fitted.covariance @ slope))
    stretched = of_net / (1 - net**2)
    ends = np.tanh(interval(float(np.arctanh(net)), stretched, df))
    shown = Estimate(value=net, low=float(ends[0]), high=float(ends[1]))
    return Worth(
        worth=Estimate(value=value, low=low, high=high),
        net=shown,
        preferred=Estimate(value=(1 + net) / 2, low=(1 + shown.low) / 2, high=(1 + shown.high) / 2),
        se=of_net,
        df=df,
        p=p_value(float(np.arctanh(net)), stretched, df),
    )


def _net(fitted: Worths, direction: Floats, sides: tuple[float, ...]) -> tuple[float, Floats]:
    """P(preferred) - P(other preferred), averaged over sides, and its slopes."""
    place = len(fitted.contestants)
    total, slopes = 0.0, np.zeros(len(fitted.parameters))
    for side in sides:
        along = direction.copy()
        if fitted.order:
            along[place] += side
        half = float(along @ fitted.parameters) / 2
        tie = np.exp(fitted.parameters[-1]) if fitted.ties else 0.0
        odds = np.array([np.exp(half), np.exp(-half), tie])
        won, lost, tied = odds / odds.sum()
        total += (won - lost) / len(sides)
        slopes += along * (won + lost - (won - lost) ** 2) / 2 / len(sides)
        if fitted.ties:
            slopes[-1] -= (won - lost) * tied / len(sides)
    return float(total), slopes

"""Log odds of words with an informative Dirichlet prior, by scenario."""

from dataclasses import dataclass

import numpy as np

from toolkit.analysis.engine.array_types import Codes, Floats


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts of words in an arm and in the reference, by contrast."""

    own: Floats
    """Shape (contrasts, words)."""
    base: Floats
    """Shape (contrasts, words)."""
    scenario: Codes
    """Of each contrast, from 0 without gaps."""
    background: Floats
    """Counts under all arms, shape (scenarios, words)."""


def log_odds(counted: Counted, prior: float) -> Floats:
    """Give each word's difference of log odds, averaged over scenarios.

    In a scenario, with y and n an arm's count of the word and of all words, ``a`` the prior's
    share of the word times ``prior`` and ``a0`` the prior, the log odds are
    ``log((y + a) / (n + a0 - y - a))``. The arms' difference has about the variance
    ``1 / (y + a) + 1 / (y' + a)``, by whose inverse scenarios are averaged.

    Args:
        counted: the counts.
        prior: how many words the prior counts for in each scenario, above 0.

    Returns:
        Shape (words,); 0 for a word that occurs nowhere.
    """
    each, weight = by_scenario(counted, prior)
    total = weight.sum(axis=0)
    averaged: Floats = (each * weight).sum(axis=0) / np.where(total > 0, total, 1)
    return averaged


def by_scenario(counted: Counted, prior: float) -> tuple[Floats, Floats]:
    """Differences of log odds and their inverse variances, each of shape (scenarios, words).

    Args:
        counted: the counts.
        prior: how many words the prior counts for in each scenario, above 0.
    """
    adding = np.zeros((len(counted.background), len(counted.scenario)))
    adding[counted.scenario, np.arange(len(counted.scenario))] = 1.0
    own, base = adding @ counted.own, adding @ counted.base
    totals = counted.background.sum(axis=1, keepdims=True)
    share = counted.background / np.where(totals > 0, totals, 1)
    known = (share > 0) & (adding.sum(axis=1) > 0)[:, None]
    pseudo = np.where(known, prior * share, 1.0)
    weight = np.where(known, 1 / (1 / (own + pseudo) + 1 / (base + pseudo)), 0.0)
    each = np.where(known, _logit(own, pseudo, prior) - _logit(base, pseudo, prior), 0.0)
    return each, weight


def standard_error(
    counted: Counted,
    prior: float,
    *,
    draws: int,
    rng: np.random.Generator,
) -> Floats:
    """Give standard errors by drawing scenarios again with replacement, or the prior's if larger.

    Scenarios that all differ by the same amount do not vary, however few words they rest on. So the
    error is never below the one that independent words would have, ``sqrt(1 / sum(weights))``.

    Args:
        counted: the counts.
        prior: as for ``log_odds``.
        draws: how many times.
        rng: the source of chance.

    Returns:
        Shape (words,), enlarged by ``sqrt(G / (G - 1))`` for G scenarios.
    """
    size = len(counted.background)
    times = rng.multinomial(size, np.full(size, 1 / size), size=draws).astype("float64")
    each, weight = by_scenario(counted, prior)
    total = times @ weight
    made = (times @ (each * weight)) / np.where(total > 0, total, 1)
    total = weight.sum(axis=0)
    least = np.sqrt(1 / np.where(total > 0, total, np.inf))
    error: Floats = np.maximum(made.std(axis=0, ddof=1) * np.sqrt(size / (size - 1)), least)
    return error


def _logit(count: Floats, pseudo: Floats, prior: float) -> Floats:
    total = count.sum(axis=1, keepdims=True)
    rest = np.maximum(total + prior - count - pseudo, 1e-9)
    logit: Floats = np.log((count + pseudo) / rest)
    return logit

"""Claims about the levels of a factor, with personas as a sample.

What a few made-up women are told says something about women only as far as other women would be
told the same. So a level is compared with the others twice: with ratings as observations (the
primary test), and with personas as observations (B. L. Welch's t-test over their adjusted means).
The larger p counts, and the interval covers both intervals. A level with fewer than three personas
supports a claim about those personas only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from toolkit.analysis.disparity.claims import Asked, Claim, measured
from toolkit.analysis.disparity.comparison import estimand
from toolkit.analysis.engine import Bools, Floats, interval, p_value
from toolkit.analysis.frames import Coded
from toolkit.errors import AnalysisError

FEWEST = 3
"""Personas a level needs before anything is said about the factor."""
OVER_PERSONAS = "Welch, over adjusted persona means"


@dataclass(frozen=True, slots=True)
class _Level:
    name: str
    others: str
    """What it is compared with, in words."""
    inside: list[str]
    """Personas of the level."""
    outside: list[str]
    """Personas of the other levels."""


def factor_claims(data: Coded, people: pd.DataFrame, asked: Asked) -> tuple[list[Claim], list[str]]:
    """Compare each level of each factor with the other levels.

    Of two levels the first is compared with the second; of more, each with all others together.

    Args:
        data: the observations.
        people: one row a persona, one column a factor.
        asked: the factors, columns of ``people``; level of intervals and margin.

    Returns:
        The claims, and sentences about factors that could not be compared.

    Raises:
        AnalysisError: if ``people`` has no such column.
    """
    claims: list[Claim] = []
    notes: list[str] = []
    personas = data.subjects if data.pairs else data.everybody
    means = _persona_means(data, personas) if asked.factors else {}
    for factor in asked.factors:
        if factor not in people.columns:
            known = ", ".join(str(one) for one in people.columns) or "none"
            raise AnalysisError(
                f"disparity: got the factor {factor!r}; wanted one that the personas are described "
                f"by: {known}. Name one of these, or pass people= with such a column."
            )
        held = people[factor].reindex(list(personas)).dropna().astype("str")
        unknown = [one for one in personas if one not in held.index]
        names = sorted(set(held))
        if len(names) < 2:
            notes.append(
                f"Nothing is said about {factor}: the personas compared do not have two levels of "
                "it."
            )
            continue
        if unknown:
            notes.append(f"{factor} is not known of {', '.join(unknown)}: left out of its levels.")
        for name in names[:1] if len(names) == 2 else names:
            at = _Level(
                name=f"{factor}: {name}",
                others=f"{factor}: {names[1] if len(names) == 2 else 'all others'}",
                inside=list(held.index[held.eq(name)]),
                outside=list(held.index[held.ne(name)]),
            )
            claims.append(_claim(data, at, means, asked))
    return claims, notes


def _claim(data: Coded, at: _Level, means: dict[str, float], asked: Asked) -> Claim:
    sent: list[Bools] = [np.isin(data.persona, side) for side in (at.inside, at.outside)]
    inside, outside = (one & data.compared for one in sent)
    rest = ~(sent[0] | sent[1])
    columns = [inside, outside] if data.pairs else [*sent, rest] if rest.any() else sent
    combine = np.zeros((len(columns), 2))
    combine[:2] = [[1.0, 1.0], [-1.0, -1.0]]
    swept = data.sweep(columns, combine=combine, own=[inside, outside])
    effects = swept.effects(data.value)
    # What generalizes is the side that fewer clusters tell about.
    index = int(np.argmin(effects.clusters[:2]))
    claim = Claim(
        subject=at.name,
        about="this factor",
        compared_with=at.others,
        estimand=estimand(
            f"replies to personas whose {at.name.replace(': ', ' is ', 1)}", "replies to the others"
        ),
        own=inside,
        rows=inside | outside,
        index=index,
    )
    claim = measured(claim, effects, data, asked)
    if min(len(at.inside), len(at.outside)) < FEWEST:
        return _few(claim, at)
    return _over_personas(claim, at, means, asked) if claim.tested else claim


def _over_personas(claim: Claim, at: _Level, means: dict[str, float], asked: Asked) -> Claim:
    """Let the t-test over persona means have its say."""
    a, b = (
        np.array([means[one] for one in side if one in means]) for side in (at.inside, at.outside)
    )
    if min(len(a), len(b)) < FEWEST:
        return _few(claim, at)
    parts = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    difference, se = float(a.mean() - b.mean()), float(np.sqrt(sum(parts)))
    if se == 0:
        return claim
    df = sum(parts) ** 2 / (parts[0] ** 2 / (len(a) - 1) + parts[1] ** 2 / (len(b) - 1))
    p = p_value(difference, se, df)
    low, high = interval(difference, se, df, level=asked.level)
    first, known = claim.p or 0.0, claim.at
    opposed = known is not None and difference * known.value < 0
    if known is not None:
        known = replace(known, low=min(low, known.low), high=max(high, known.high))
    claim = replace(claim, p=1.0 if opposed else max(p, first), at=known)
    within = asked.within_p(difference, se, df)
    if within is not None and claim.p_equivalent is not None:
        claim = replace(claim, p_equivalent=max(claim.p_equivalent, within))
    if p >= first:
        claim = replace(claim, se=se, df=df, se_type=OVER_PERSONAS)
    if opposed:
        sentence = (
            f"Over ratings and over personas the difference of {claim.subject} has opposite signs, "
            "so no difference is claimed."
        )
        claim = replace(claim, caveats=(*claim.caveats, sentence))
    return claim


def _persona_means(data: Coded, personas: Sequence[str]) -> dict[str, float]:
    """Effect of each persona against the average of all, raters and contrasts adjusted for."""
    columns = [data.of(one) if data.pairs else data.sent_with(one) for one in personas]
    combine: Floats = np.eye(len(personas)) - 1 / max(len(personas), 1)
    swept = data.sweep(columns, combine=combine)
    found = swept.influence.T @ data.value
    return {
        one: float(found[index]) for index, one in enumerate(personas) if swept.estimable[index]
    }


def _few(claim: Claim, at: _Level) -> Claim:
    few, name = (at.inside, at.name) if len(at.inside) < FEWEST else (at.outside, at.others)
    count = f"{len(few)} persona{'' if len(few) == 1 else 's'}"
    why = (
        f"{name} holds {count} and a claim about the factor needs {FEWEST} a level: this is about "
        "these personas only."
    )
    return replace(claim, about="these personas", caveats=(*claim.caveats, why))

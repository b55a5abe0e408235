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

from toolkit.analysis.disparity.claims import Claim, measured
from toolkit.analysis.disparity.comparison import estimand
from toolkit.analysis.engine import Bools, Floats, equivalence_p, interval, p_value
from toolkit.analysis.frames import Coded
from toolkit.errors import AnalysisError

FEWEST = 3
"""Personas a level needs before anything is said about the factor."""
OVER_PERSONAS = "Welch, over adjusted persona means"


@dataclass(frozen=True, slots=True)
class _Level:
    factor: str
    level: str
    others: str
    """What it is compared with, in words."""
    inside: tuple[str, ...]
    """Personas of the level."""
    outside: tuple[str, ...]
    """Personas of the other levels."""


def factor_claims(
    data: Coded,
    people: pd.DataFrame,
    factors: Sequence[str],
    *,
    level: float,
    margin: float | None,
) -> tuple[list[Claim], list[str]]:
    """Compare each level of each factor with the other levels.

    Of two levels the first is compared with the second; of more, each with all others together.

    Args:
        data: the observations.
        people: one row a persona, one column a factor.
        factors: columns of ``people``.
        level: of intervals.
        margin: as for ``disparity``.

    Returns:
        The claims, and sentences about factors that could not be compared.

    Raises:
        AnalysisError: if ``people`` has no such column.
    """
    claims: list[Claim] = []
    notes: list[str] = []
    means = _persona_means(data) if factors else {}
    for factor in factors:
        if factor not in people.columns:
            known = ", ".join(str(one) for one in people.columns) or "none"
            raise AnalysisError(
                f"disparity: got the factor {factor!r}; wanted one that the personas are described "
                f"by: {known}. Name one of these, or pass people= with such a column."
            )
        levels, unknown = _levels(data, people, factor)
        if len({one.level for one in levels}) < 2:
            notes.append(
                f"Nothing is said about {factor}: the personas compared do not have two levels of "
                "it."
            )
        elif unknown:
            notes.append(f"{factor} is not known of {', '.join(unknown)}: left out of its levels.")
        for one in levels[:1] if len(levels) == 2 else levels if len(levels) > 2 else []:
            claims.append(_claim(data, one, means, level=level, margin=margin))
    return claims, notes


def _levels(data: Coded, people: pd.DataFrame, factor: str) -> tuple[list[_Level], list[str]]:
    personas = data.subjects if data.pairs else data.everybody
    held = {one: people[factor].get(one) for one in personas}
    unknown = [one for one, value in held.items() if value is None or pd.isna(value)]
    known = {one: str(value) for one, value in held.items() if one not in unknown}
    names = sorted(set(known.values()))
    return [
        _Level(
            factor=factor,
            level=name,
            others=f"{factor}: {_other(names, name)}",
            inside=tuple(one for one, value in known.items() if value == name),
            outside=tuple(one for one, value in known.items() if value != name),
        )
        for name in names
    ], unknown


def _other(names: Sequence[str], name: str) -> str:
    others = [one for one in names if one != name]
    return others[0] if len(others) == 1 else "all others"


def _claim(
    data: Coded,
    at: _Level,
    means: dict[str, float],
    *,
    level: float,
    margin: float | None,
) -> Claim:
    inside, outside = _rows(data, at.inside), _rows(data, at.outside)
    rest = ~(inside | outside) & ~np.isin(data.persona, [*at.inside, *at.outside])
    columns = [_sent(data, at.inside), _sent(data, at.outside)]
    columns += [rest] if rest.any() and not data.pairs else []
    combine = np.zeros((len(columns), 2))
    combine[:2] = [[1.0, 1.0], [-1.0, -1.0]]
    swept = data.sweep(columns, combine=combine, own=[inside, outside])
    effects = swept.effects(data.value)
    # What generalizes is the side that fewer clusters tell about.
    index = int(np.argmin(effects.clusters[:2]))
    claim = Claim(
        subject=f"{at.factor}: {at.level}",
        about="this factor",
        compared_with=at.others,
        estimand=estimand(
            f"replies to personas whose {at.factor} is {at.level}", "replies to the others"
        ),
        own=inside,
        rows=inside | outside,
        index=index,
    )
    claim = measured(claim, effects, data, level=level, margin=margin)
    fewest = min(len(at.inside), len(at.outside))
    if fewest < FEWEST:
        return replace(claim, about="these personas", caveats=(*claim.caveats, _few(at)))
    if not claim.tested:
        return claim
    return _over_personas(claim, at, means, level=level, margin=margin)


def _over_personas(
    claim: Claim,
    at: _Level,
    means: dict[str, float],
    *,
    level: float,
    margin: float | None,
) -> Claim:
    """Let the t-test over persona means have its say."""
    a = np.array([means[one] for one in at.inside if one in means])
    b = np.array([means[one] for one in at.outside if one in means])
    if min(len(a), len(b)) < FEWEST:
        return replace(claim, about="these personas", caveats=(*claim.caveats, _few(at)))
    parts = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    difference, se = float(a.mean() - b.mean()), float(np.sqrt(sum(parts)))
    if se == 0:
        return claim
    df = sum(parts) ** 2 / (parts[0] ** 2 / (len(a) - 1) + parts[1] ** 2 / (len(b) - 1))
    p = p_value(difference, se, df)
    low, high = interval(difference, se, df, level=level)
    value, first, low_0, high_0 = claim.value or 0.0, claim.p or 0.0, claim.low, claim.high
    opposed = difference * value < 0
    claim = replace(
        claim,
        p=1.0 if opposed else max(p, first),
        low=low if low_0 is None else min(low, low_0),
        high=high if high_0 is None else max(high, high_0),
    )
    if margin is not None and claim.p_equivalent is not None:
        within = equivalence_p(difference, se, df, margin)
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


def _persona_means(data: Coded) -> dict[str, float]:
    """Effect of each persona against the average of all, raters and contrasts adjusted for."""
    personas = data.subjects if data.pairs else data.everybody
    if not personas:
        return {}
    columns = [data.of(one) if data.pairs else data.sent_with(one) for one in personas]
    combine: Floats = np.eye(len(personas)) - 1 / len(personas)
    swept = data.sweep(columns, combine=combine)
    found = swept.influence.T @ data.value
    return {
        one: float(found[index]) for index, one in enumerate(personas) if swept.estimable[index]
    }


def _rows(data: Coded, personas: Sequence[str]) -> Bools:
    return np.asarray(data.compared & np.isin(data.persona, list(personas)), dtype="bool")


def _sent(data: Coded, personas: Sequence[str]) -> Bools:
    if data.pairs:
        return np.asarray((data.arm == "swap") & np.isin(data.persona, list(personas)), "bool")
    return np.asarray(np.isin(data.persona, list(personas)), dtype="bool")


def _few(at: _Level) -> str:
    few, name = (
        (at.inside, f"{at.factor}: {at.level}")
        if len(at.inside) < FEWEST
        else (at.outside, at.others)
    )
    count = f"{len(few)} persona{'' if len(few) == 1 else 's'}"
    return (
        f"{name} holds {count} and a claim about the factor needs {FEWEST} a level: this is about "
        "these personas only."
    )

"""Many claims at once, and claims about factors: how often a false one is made."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from calibration.bands import TYPE_I, Band, Row, Section
from calibration.designs import pilot, spread
from toolkit.analysis import Truth, crossed_design
from toolkit.analysis.engine import Swept, adjust
from toolkit.analysis.frames import Coded, coded
from toolkit.analysis.power import (
    Design,
    Trials,
    draw_values,
    effects_of_many,
    planted,
    primary,
    share_of,
    trials,
)

FACTOR = Band(0.0, 0.06)
_CHUNK = 1000
_HOLM = (
    "How often at least one persona without an effect is said to differ, by Holm over all personas "
    "of the design. *Unadjusted* is what that would be at 5 % each."
)
_FACTORS = (
    "No level of the factor differs on average, while every persona has an effect of its own whose "
    "standard deviation, in units of the noise of a single answer, is given. The claim about the "
    "factor takes the larger p of the primary test and of Welch's t-test over persona means; "
    "*ratings alone* is the first without the second."
)


class Many(NamedTuple):
    """One design with many personas."""

    name: str
    make: Callable[[], Design]
    truth: Truth
    effects: tuple[int, float]
    """How many personas have an effect, and which, in points; all others have none."""


class Factor(NamedTuple):
    """One design whose personas have two levels of a factor."""

    name: str
    make: Callable[[], Design]
    persona_sd: float


def _blocks() -> Design:
    return crossed_design(raters=40, scenarios=18, swaps=6, nulls=True, per_rater=12, replicates=2)


def _six() -> Design:
    return crossed_design(raters=30, scenarios=20, swaps=6, per_rater=14)


def _six_matched() -> Design:
    return crossed_design(raters=12, scenarios=12, swaps=6, matched=True)


MANY = (
    Many("the pilot's confirm stage, 24 personas, none with an effect", pilot, Truth(), (0, 0.0)),
    Many("the same, 6 of 24 personas with an effect of −1", pilot, Truth(), (6, -1.0)),
    Many("40 raters × 18 scenarios, 6 personas and 2 null arms", _blocks, spread(0.3), (0, 0.0)),
    Many("the same, 3 of 6 personas with an effect of −0.6", _blocks, spread(0.3), (3, -0.6)),
    Many("12 × 12, complete and matched, 6 personas", _six_matched, spread(0.5), (0, 0.0)),
)
FACTORS = tuple(
    Factor(f"{name}, spread {sd:g}", make, sd)
    for name, make, sds in (
        ("6 personas, 30 raters × 20 scenarios in blocks of 14", _six, (0.2, 0.3, 0.4)),
        ("6 personas, 12 × 12, complete and matched", _six_matched, (0.2, 0.4)),
        ("the pilot's 24 personas in two halves", pilot, (0.3,)),
    )
    for sd in sds
)


class Task(NamedTuple):
    """Some simulations of one case."""

    many: bool
    case: int
    seed: tuple[int, ...]
    simulations: int


class Hits(NamedTuple):
    """Truth values, shape (simulations,)."""

    claimed: np.ndarray
    """A false claim was made."""
    otherwise: np.ndarray
    """It would be made without what holds it back."""


def tasks(simulations: int, seed: int) -> list[Task]:
    """Split the work into parts that do not depend on how many processes there are."""
    return [
        Task(many, case, (seed, 4, int(many), case, part), min(_CHUNK, simulations - part * _CHUNK))
        for many, cases in ((True, MANY), (False, FACTORS))
        for case in range(len(cases))
        for part in range(-(-simulations // _CHUNK))
    ]


def run(task: Task) -> Hits:
    """Draw answers and count false claims."""
    return _many(task) if task.many else _factor(task)


@cache
def _ready(case: int) -> tuple[Design, Swept]:
    design = MANY[case].make()
    return design, primary(design)


def _many(task: Task) -> Hits:
    case, (design, swept) = MANY[task.case], _ready(task.case)
    hit = design.swaps[: case.effects[0]]
    truth = planted(design, case.truth, dict.fromkeys(hit, case.effects[1]))
    found = trials(design, truth, simulations=task.simulations, seed=task.seed, swept=swept)
    own = np.array([arm in design.swaps for arm in found.arms]) & found.estimable
    false = own & ~np.isin(found.arms, hit)
    return Hits(holm(found, own, false), (found.p()[false] <= 0.05).any(axis=0))


def holm(found: Trials, family: np.ndarray, false: np.ndarray) -> np.ndarray:
    """Whether any of ``false`` is rejected within its family, for each simulation."""
    p, kept = found.p()[family], false[family]
    adjusted = np.array([adjust(one.tolist(), "Holm") for one in p.T], dtype="float64").T
    return (adjusted[kept] <= 0.05).any(axis=0)


# ── factors ─────────────────────────────────────────────────────────────────────────────────────


class Halves(NamedTuple):
    """A design made ready for a claim about a factor with two levels."""

    design: Design
    data: Coded
    people: pd.DataFrame
    levels: Swept
    """The first effect is that of level ``a`` against ``b``."""
    personas: Swept
    """Effects of every persona against the average of all."""


@cache
def halves(case: int) -> Halves:
    """Give every other persona the level ``a`` of a factor, and the rest ``b``."""
    design = FACTORS[case].make()
    data = coded(design.observations)
    everybody = data.everybody
    described = [one for one in everybody if f"swap {one}" in design.swaps]
    level = {one: "ab"[place % 2] for place, one in enumerate(described)}
    people = pd.DataFrame({"half": level}).rename_axis("persona")
    sent = [
        np.isin(data.persona, [one for one, it in level.items() if it == name]) for name in "ab"
    ]
    rest = [one for one in [~(sent[0] | sent[1])] if one.any()]
    combine = np.zeros((2 + len(rest), 1))
    combine[:2, 0] = 1.0, -1.0
    own = np.asarray(data.compared & sent[0])
    each = [data.sent_with(one) for one in everybody]
    return Halves(
        design,
        data,
        people,
        levels=data.sweep([*sent, *rest], combine=combine, own=[own]),
        personas=data.sweep(each, combine=np.eye(len(each)) - 1 / len(each)),
    )


def _factor(task: Task) -> Hits:
    ready, truth = halves(task.case), factor_truth(task.case)
    values = draw_values(
        ready.design, truth, np.random.default_rng(task.seed), simulations=task.simulations
    )
    p, over_ratings = factor_p(ready, values)
    return Hits(p <= 0.05, over_ratings <= 0.05)


def factor_truth(case: int) -> Truth:
    """Personas differ, levels do not."""
    return spread(0.3, persona_sd=FACTORS[case].persona_sd)


def factor_p(ready: Halves, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The p of the claim and that of the primary test alone; each of shape (simulations,)."""
    estimate, se = (one[0] for one in effects_of_many(ready.levels, values))
    df = ready.levels.corrections.df[0]
    over_ratings = 2 * stats.t.sf(np.abs(estimate) / se, df)
    means = ready.personas.influence.T @ values
    level = ready.people["half"].reindex(ready.data.everybody)
    a, b = (means[: len(level)][level.eq(name).to_numpy()] for name in "ab")
    apart, parts = a.mean(axis=0) - b.mean(axis=0), [a.var(axis=0, ddof=1), b.var(axis=0, ddof=1)]
    parts = [one / len(group) for one, group in zip(parts, (a, b), strict=True)]
    error = np.sqrt(sum(parts))
    freedom = sum(parts) ** 2 / sum(
        one**2 / (len(group) - 1) for one, group in zip(parts, (a, b), strict=True)
    )
    p = np.maximum(2 * stats.t.sf(np.abs(apart) / error, freedom), over_ratings)
    return np.where(apart * estimate < 0, 1.0, p), over_ratings


def sections(done: list[tuple[Task, Hits]]) -> list[Section]:
    """Put what was counted into sections of the report."""
    rows = {True: [], False: []}
    for many, cases, heads, band in (
        (True, MANY, ("false claim", "unadjusted"), TYPE_I),
        (False, FACTORS, ("false claim", "ratings alone"), FACTOR),
    ):
        for number, case in enumerate(cases):
            parts = [one for task, one in done if (task.many, task.case) == (many, number)]
            claimed, otherwise = (np.concatenate(one) for one in zip(*parts, strict=True))
            rows[many].append(Row(case.name, heads[0], share_of(claimed), band))
            rows[many].append(Row(case.name, heads[1], share_of(otherwise)))
    return [
        Section("Families of claims", _HOLM, rows[True]),
        Section("Claims about a factor", _FACTORS, rows[False]),
    ]

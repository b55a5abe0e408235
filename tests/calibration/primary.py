"""The primary test: error rate, coverage and power beside the paired t-test over scenarios."""

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import stats

from calibration.bands import COVERAGE, TYPE_I, Row, Section
from calibration.designs import CASES
from toolkit.analysis import Estimate
from toolkit.analysis.engine import Swept, cross_codes, group_sums
from toolkit.analysis.power import (
    Design,
    draw_values,
    effects_of_many,
    planted,
    primary,
    share_of,
    true_effect,
)

_RULE = (
    "Least squares on contrast, rater and persona, clustered by rater and by scenario at once, "
    "each piece of the variance corrected for few clusters (`small_samples`), against the same "
    "answers' paired t-test over scenarios (difference of plain means in each scenario that has "
    "both). Figures are means over the personas of a design; *highest* is that of the persona with "
    "the highest."
)
_PLAIN = (
    "The same estimates and answers with G / (G − 1) and t on G − 1 degrees of freedom, G the "
    "fewer of raters and scenarios that contribute. It is too liberal in some designs and far too "
    "conservative in sparse ones, which is why the test above is used."
)
_CHUNK = 2500


class Task(NamedTuple):
    """Some simulations of one case, with the planted effect or without."""

    case: int
    effect: bool
    seed: tuple[int, ...]
    simulations: int


class Hits(NamedTuple):
    """Truth values of personas × simulations."""

    rejects: np.ndarray
    covers: np.ndarray
    plain: np.ndarray
    """Rejections of the test with G / (G - 1) instead of corrected pieces."""
    plain_covers: np.ndarray
    paired: np.ndarray
    """Rejections of the paired t-test."""


def tasks(simulations: int, seed: int) -> list[Task]:
    """Split the work into parts that do not depend on how many processes there are."""
    return [
        Task(
            case,
            effect,
            (seed, case, int(effect), part),
            min(_CHUNK, simulations - part * _CHUNK),
        )
        for case in range(len(CASES))
        for effect in (False, True)
        for part in range(-(-simulations // _CHUNK))
    ]


@cache
def _ready(case: int) -> tuple[Design, Swept]:
    """A case's design, made once in each process."""
    design = CASES[case].make()
    return design, primary(design)


def run(task: Task) -> Hits:
    """Draw answers and test every persona."""
    case, (design, swept) = CASES[task.case], _ready(task.case)
    arms = design.swaps
    truth = planted(design, case.truth, dict.fromkeys(arms, case.effect * task.effect))
    real = np.array([true_effect(design, truth, arm) for arm in arms])
    values = draw_values(
        design, truth, np.random.default_rng(task.seed), simulations=task.simulations
    )
    estimate, se, df = (one[: len(arms)] for one in effects_of_many(swept, values))
    half = stats.t.ppf(0.975, df) * se
    few = _clusters(swept, len(arms))
    other = stats.t.ppf(0.975, np.maximum(few - 1, 1)) * _plain_error(swept, values, few)
    # Who was seen in one scenario, or by one rater, gets no p-value.
    tested = (few[:, 0] > 1) & swept.estimable[: len(arms)]
    hits = Hits(
        rejects=(se > 0) & (np.abs(estimate) > half),
        covers=np.abs(estimate - real[:, None]) <= half,
        plain=(se > 0) & (np.abs(estimate) > other),
        plain_covers=np.abs(estimate - real[:, None]) <= other,
        paired=paired_t(design, values),
    )
    return Hits(*(one[tested] for one in hits))


def _clusters(swept: Swept, arms: int) -> np.ndarray:
    """G of each persona: contributing raters or scenarios, whichever are fewer; (arms, 1)."""
    few = swept.scenarios if swept.rater is None else np.minimum(swept.raters, swept.scenarios)
    return few[:arms, None]


def _plain_error(swept: Swept, values: np.ndarray, few: np.ndarray) -> np.ndarray:
    """Standard errors without corrections but G / (G - 1), shape (arms, simulations)."""
    influence, left = swept.influence[:, : len(few)], swept.residuals(values)

    def piece(groups: np.ndarray) -> np.ndarray:
        return np.array(
            [np.square(group_sums(groups, one[:, None] * left)).sum(axis=0) for one in influence.T]
        )

    variance = piece(swept.scenario)
    if swept.rater is not None:
        cells = np.unique(cross_codes(swept.rater, swept.scenario), return_inverse=True)[1]
        of_raters = piece(swept.rater)
        both = variance + of_raters - piece(cells)
        variance = np.maximum(np.maximum(variance, of_raters), both)
    return np.sqrt(variance * few / np.maximum(few - 1, 1))


def paired_t(design: Design, values: np.ndarray) -> np.ndarray:
    """Reject by a one-sample t-test of each scenario's difference of means."""
    found = []
    for label in design.swaps:
        own = design.labels == label
        other = np.zeros(len(own), bool) if design.paired else design.labels == "reference"
        mine, there = _means(design, values, own), _means(design, values, other)
        apart = mine if design.paired else mine - there
        apart = apart[np.isfinite(apart).all(axis=1)]
        if len(apart) < 2:
            found.append(np.zeros(values.shape[1], bool))
            continue
        error = apart.std(axis=0, ddof=1) / np.sqrt(len(apart))
        t = np.divide(np.abs(apart.mean(axis=0)), error, out=np.zeros_like(error), where=error > 0)
        found.append(t > stats.t.ppf(0.975, len(apart) - 1))
    return np.array(found)


def _means(design: Design, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Mean of each scenario, shape (scenarios, simulations); NaN where it has no such row."""
    member = (design.data.scenario == np.arange(design.data.scenario.max() + 1)[:, None]) & rows
    count = member.sum(axis=1)[:, None]
    total = member.astype(float) @ values
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def sections(done: list[tuple[Task, Hits]]) -> list[Section]:
    """Put what was counted into sections of the report."""
    rule: list[Row] = []
    other: list[Row] = []
    for number, case in enumerate(CASES):
        null, effect = (_joined(done, number, planted) for planted in (False, True))
        name = f"{case.name}; effect {case.effect:+g}".replace("-", "−")
        rule += _judged(name, null.rejects, null.covers, effect.rejects, effect.covers)
        rule.append(Row(name, "paired t: power", share_of(effect.paired)))
        rule.append(Row(name, "paired t: type-I error", share_of(null.paired)))
        other += _shown(name, null, effect)
    return [
        Section("The primary test", _RULE, rule),
        Section("The same without corrections for few clusters", _PLAIN, other),
    ]


def _shown(name: str, null: Hits, effect: Hits) -> list[Row]:
    """The plain rule's figures, which are shown and not judged."""
    return [
        Row(name, "type-I error", share_of(null.plain)),
        Row(name, "highest type-I error", _highest(null.plain)),
        Row(name, "coverage at 0", share_of(null.plain_covers)),
        Row(name, "coverage at the effect", share_of(effect.plain_covers)),
        Row(name, "power", share_of(effect.plain)),
    ]


def _judged(
    name: str, errors: np.ndarray, at_null: np.ndarray, found: np.ndarray, at_effect: np.ndarray
) -> list[Row]:
    return [
        Row(name, "type-I error", share_of(errors), TYPE_I),
        Row(name, "highest type-I error", _highest(errors), TYPE_I),
        Row(name, "coverage at 0", share_of(at_null), COVERAGE),
        Row(name, "coverage at the effect", share_of(at_effect), COVERAGE),
        Row(name, "power", share_of(found)),
    ]


def _highest(hits: np.ndarray) -> Estimate:
    return share_of(hits[int(hits.mean(axis=1).argmax())])


def _joined(done: list[tuple[Task, Hits]], case: int, effect: bool) -> Hits:
    parts = [hits for task, hits in done if (task.case, task.effect) == (case, effect)]
    return Hits(*(np.concatenate(column, axis=1) for column in zip(*parts, strict=True)))

"""The primary test: error rate, coverage and power beside the paired t-test over scenarios."""

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import stats

from calibration.bands import COVERAGE, TYPE_I, Row, Section
from calibration.comparators import larger_piece, paired_t
from calibration.designs import CASES
from toolkit.analysis import Estimate
from toolkit.analysis.engine import FEWEST_CLUSTERS, Swept
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
_OLD = (
    "The same estimates and answers under the rule used before: the largest of the three pieces of "
    "the variance, with the degrees of freedom of whichever that is. It is conservative where "
    "effects do not vary, and far too liberal with two clusters (see the next section)."
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
    old: np.ndarray
    """Rejections of the rule used before, see ``larger_piece``."""
    old_covers: np.ndarray
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
    estimate, se = (one[: len(arms)] for one in effects_of_many(swept, values))
    half = stats.t.ppf(0.975, swept.corrections.df[: len(arms), None]) * se
    other, rejected = larger_piece(swept, values, len(arms))
    few = swept.scenarios if swept.rater is None else np.minimum(swept.raters, swept.scenarios)
    # Who was seen in too few scenarios, or by too few raters, gets no p-value.
    tested = ((few >= FEWEST_CLUSTERS) & swept.estimable)[: len(arms)]
    hits = Hits(
        rejects=(se > 0) & (np.abs(estimate) > half),
        covers=np.abs(estimate - real[:, None]) <= half,
        old=rejected,
        old_covers=np.abs(estimate - real[:, None]) <= other,
        paired=paired_t(design, values),
    )
    return Hits(*(one[tested] for one in hits))


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
        Section("The same by the rule used before", _OLD, other),
    ]


def _shown(name: str, null: Hits, effect: Hits) -> list[Row]:
    """Figures of the rule used before, which are shown and not judged."""
    return [
        Row(name, "type-I error", share_of(null.old)),
        Row(name, "highest type-I error", _highest(null.old)),
        Row(name, "coverage at 0", share_of(null.old_covers)),
        Row(name, "coverage at the effect", share_of(effect.old_covers)),
        Row(name, "power", share_of(effect.old)),
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

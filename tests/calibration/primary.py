"""The primary test: error rate, coverage and power beside the paired t-test over scenarios."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import stats

from calibration.bands import COVERAGE, TYPE_I, Row
from calibration.designs import CASES
from toolkit.analysis import Design, planted
from toolkit.analysis.montecarlo import effects_of_many, primary, share_of
from toolkit.analysis.simulation import draw_values, true_effect

NAME = "The primary test"
SAYS = (
    "Least squares on contrast, rater and persona, clustered by rater and by scenario at once, "
    "against the same answers' paired t-test over scenarios (difference of plain means in each "
    "scenario that has both). Figures are means over the personas of a design; *highest* is that "
    "of the persona with the highest."
)
_CHUNK = 500


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
    paired: np.ndarray
    """Rejections of the paired t-test."""


def tasks(simulations: int, seed: int) -> list[Task]:
    """Split the work into parts that do not depend on how many processes there are."""
    return [
        Task(case, effect, (seed, case, int(effect), part), _CHUNK)
        for case in range(len(CASES))
        for effect in (False, True)
        for part in range(-(-simulations // _CHUNK))
    ]


def run(task: Task) -> Hits:
    """Draw answers and test every persona."""
    case = CASES[task.case]
    design = case.make()
    arms = design.swaps
    truth = planted(design, case.truth, dict.fromkeys(arms, case.effect * task.effect))
    real = np.array([true_effect(design, truth, arm) for arm in arms])
    swept = primary(design)
    values = draw_values(
        design, truth, np.random.default_rng(task.seed), simulations=task.simulations
    )
    estimate, se = (one[: len(arms)] for one in effects_of_many(swept, values))
    clusters = (
        swept.scenarios if design.rater is None else np.minimum(swept.raters, swept.scenarios)
    )
    clusters = clusters[: len(arms), None]
    usable = (clusters > 1) & swept.estimable[: len(arms), None] & (se > 0)
    half = stats.t.ppf(0.975, np.maximum(clusters - 1, 1)) * se
    return Hits(
        rejects=usable & (np.abs(estimate) > half),
        covers=np.abs(estimate - real[:, None]) <= half,
        paired=paired_t(design, values),
    )


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
    member = (design.scenario == np.arange(design.scenario.max() + 1)[:, None]) & rows
    count = member.sum(axis=1)[:, None]
    total = member.astype(float) @ values
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def rows(done: list[tuple[Task, Hits]]) -> Iterator[Row]:
    """Put what was counted into rows of the report."""
    for number, case in enumerate(CASES):
        null, effect = (_joined(done, number, planted) for planted in (False, True))
        name = f"{case.name}; effect {case.effect:+g}".replace("-", "−")
        worst = null.rejects[int(null.rejects.mean(axis=1).argmax())]
        yield Row(name, "type-I error", share_of(null.rejects), TYPE_I)
        yield Row(name, "highest type-I error", share_of(worst), TYPE_I)
        yield Row(name, "coverage at 0", share_of(null.covers), COVERAGE)
        yield Row(name, "coverage at the effect", share_of(effect.covers), COVERAGE)
        yield Row(name, "power", share_of(effect.rejects))
        yield Row(name, "paired t: power", share_of(effect.paired))
        yield Row(name, "paired t: type-I error", share_of(null.paired))


def _joined(done: list[tuple[Task, Hits]], case: int, effect: bool) -> Hits:
    parts = [hits for task, hits in done if (task.case, task.effect) == (case, effect)]
    return Hits(*(np.concatenate(column, axis=1) for column in zip(*parts, strict=True)))

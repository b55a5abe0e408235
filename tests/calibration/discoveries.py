"""Cells of the scenario map that stand out: how many of them by chance."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from calibration.bands import TYPE_I, Row, Section
from calibration.designs import spread
from toolkit.analysis import Estimate, crossed_design
from toolkit.analysis.engine import Swept, adjust, interval, scenario_effects
from toolkit.analysis.power import Design, draw_values, primary, share_of

_SAYS = (
    "Persona and situation, of which none, or one in four, has an effect of 1.5, where a single "
    "answer's noise is 1 and effects vary by 0.375 over raters; on a scale without ends. *False "
    "discoveries*: the average share of cells without an effect among those that stand out by "
    "Benjamini-Hochberg, none where none does. *Found*: of the cells with an effect. Cells share "
    "their reference and their raters."
)
_CHUNK = 250
_EFFECT = 1.5
_ALPHA = 0.05


class Case(NamedTuple):
    """One design, and whether a quarter of its cells has an effect."""

    name: str
    make: Callable[[], Design]
    some: bool


def _matched(raters: int, scenarios: int, swaps: int) -> Callable[[], Design]:
    return lambda: crossed_design(raters=raters, scenarios=scenarios, swaps=swaps, matched=True)


CASES = tuple(
    Case(f"{name}, {'one in four with an effect' if some else 'none with an effect'}", make, some)
    for name, make in (
        ("5 raters × 4 situations, 4 personas", _matched(5, 4, 4)),
        ("5 × 20, 4 personas", _matched(5, 20, 4)),
        ("12 × 10, 6 personas", _matched(12, 10, 6)),
    )
    for some in (False, True)
)


class Task(NamedTuple):
    """Some simulations of one case."""

    case: int
    seed: tuple[int, ...]
    simulations: int


def tasks(simulations: int, seed: int) -> list[Task]:
    """Split the work into parts that do not depend on how many processes there are."""
    return [
        Task(case, (seed, 14, case, part), min(_CHUNK, simulations - part * _CHUNK))
        for case in range(len(CASES))
        for part in range(-(-simulations // _CHUNK))
    ]


@cache
def _ready(case: int) -> tuple[Design, Swept]:
    design = CASES[case].make()
    return design, primary(design)


def _real(case: int) -> np.ndarray:
    """Which cells have an effect, shape (scenarios, personas)."""
    design, _ = _ready(case)
    shape = int(design.data.scenario.max()) + 1, len(design.swaps)
    return (np.arange(np.prod(shape)).reshape(shape) % 4 == 0) & CASES[case].some


def run(task: Task) -> np.ndarray:
    """Draw answers and say which cells stand out; shape (simulations, scenarios, personas)."""
    (design, swept), real = _ready(task.case), _real(task.case)
    truth = spread(0.0, effect_rater_sd=0.375, reply_sd=0.0, cutpoints=())
    rng = np.random.default_rng(task.seed)
    values = draw_values(design, truth, rng, simulations=task.simulations)
    for at, persona in enumerate(design.data.subjects):
        values += _EFFECT * (design.data.of(persona) & real[design.data.scenario, at])[:, None]
    found = []
    for value in values.T:
        p = scenario_effects(swept, value).p[:, : real.shape[1]]
        adjusted = np.array(adjust(p.ravel().tolist(), "Benjamini-Hochberg"), dtype="float64")
        found.append(adjusted.reshape(p.shape) <= _ALPHA)
    return np.array(found)


def sections(done: list[tuple[Task, np.ndarray]]) -> list[Section]:
    """Put what was counted into a section of the report."""
    rows = []
    for case, of in enumerate(CASES):
        found, real = np.concatenate([one for task, one in done if task.case == case]), _real(case)
        false = (found & ~real).sum(axis=(1, 2)) / np.maximum(found.sum(axis=(1, 2)), 1)
        rows.append(Row(of.name, "false discoveries", _mean(false), TYPE_I))
        if of.some:
            rows.append(Row(of.name, "found", share_of(found[:, real].T)))
    return [Section("Cells of the scenario map", _SAYS, rows)]


def _mean(shares: np.ndarray) -> Estimate:
    """Average share over simulations, with its 99 % interval."""
    value, se = float(shares.mean()), float(shares.std(ddof=1)) / len(shares) ** 0.5
    low, high = interval(value, se, len(shares) - 1, level=0.99)
    return Estimate(value=value, low=max(low, 0.0), high=high, level=0.99)

"""Alternatives of the multiverse: error of each by itself, where no persona differs."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import stats

from calibration.bands import TYPE_I, Row, Section
from calibration.designs import spread
from toolkit.analysis import crossed_design, draw
from toolkit.analysis.engine import Swept
from toolkit.analysis.multiverse import scales_of
from toolkit.analysis.power import Design, draw_values, effects_of_many, share_of

_SAYS = (
    "How often the interval of a way to compute the primary estimate leaves out 0 where no persona "
    "differs, each by itself, on answers of 1 to 5. Effects vary by 0.7 over scenarios and 0.525 "
    "over raters, where a single answer's noise is 1; scenarios have one, two or three contrasts. "
    "Ways are not tested: this tells what each interval is worth."
)
_CHUNK = 2500
WEIGHTS = ("each situation equally", "each answer equally")


class Case(NamedTuple):
    """One design."""

    name: str
    make: Callable[[], Design]


def _uneven(raters: int, scenarios: int, *, matched: bool = True) -> Callable[[], Design]:
    """Scenarios with one, two and three contrasts in turn, so that weights make a difference."""

    def made() -> Design:
        whole = crossed_design(raters=raters, scenarios=scenarios, contrasts=3, matched=matched)
        scenario, contrast = whole.data.scenario, whole.data.contrast % 3
        kept = contrast <= scenario % 3
        return replace(whole, frame=whole.frame[kept].reset_index(drop=True))

    return made


CASES = (
    Case("3 raters × 12 scenarios", _uneven(3, 12)),
    Case("5 × 5", _uneven(5, 5)),
    Case("20 × 4", _uneven(20, 4)),
    Case("12 × 10, one arm a contrast", _uneven(12, 10, matched=False)),
)


class Task(NamedTuple):
    """Some simulations of one case."""

    case: int
    seed: tuple[int, ...]
    simulations: int


def tasks(simulations: int, seed: int) -> list[Task]:
    """Split the work into parts that do not depend on how many processes there are."""
    return [
        Task(case, (seed, 13, case, part), min(_CHUNK, simulations - part * _CHUNK))
        for case in range(len(CASES))
        for part in range(-(-simulations // _CHUNK))
    ]


@cache
def _ready(case: int) -> tuple[Design, list[Swept]]:
    design = CASES[case].make()
    columns = [design.data.of(one) for one in design.data.subjects]
    return design, [design.data.sweep(columns, equal=one == WEIGHTS[0]) for one in WEIGHTS]


@cache
def _scales(case: int) -> dict[str, Callable[..., np.ndarray]]:
    design, _ = _ready(case)
    return dict(scales_of(draw(design, spread(0.7), np.random.default_rng(1))))


def run(task: Task) -> np.ndarray:
    """Draw answers and read them in every way; one row a scale and weighting, in turn."""
    design, swept = _ready(task.case)
    rng = np.random.default_rng(task.seed)
    values = draw_values(design, spread(0.7), rng, simulations=task.simulations)
    hits = []
    for transform in _scales(task.case).values():
        for one in swept:
            estimate, se = (it[0] for it in effects_of_many(one, transform(values, design.data)))
            half = stats.t.ppf(0.975, one.corrections.df[0]) * se
            hits.append((np.abs(estimate) > half) & (se > 0))
    return np.array(hits)


def sections(done: list[tuple[Task, np.ndarray]]) -> list[Section]:
    """Put what was counted into a section of the report."""
    rows = []
    for case, of in enumerate(CASES):
        hits = np.hstack([one for task, one in done if task.case == case])
        ways = [(scale, weights) for scale in _scales(case) for weights in WEIGHTS]
        rows += [
            Row(f"{of.name}; {weights}", scale, share_of(hit), TYPE_I)
            for (scale, weights), hit in zip(ways, hits, strict=True)
        ]
    return [Section("Alternatives of the primary estimate", _SAYS, rows)]

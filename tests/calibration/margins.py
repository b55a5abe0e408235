"""Margins on one side: how often a persona that is worse by the margin is called not worse."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from calibration.bands import Band, Row, Section
from calibration.designs import spread
from toolkit.analysis import crossed_design
from toolkit.analysis.engine import Swept
from toolkit.analysis.power import Design, primary, share_of, trials

_SAYS = (
    "Effects vary by 0.7 over scenarios and 0.525 over raters on a scale without ends, where a "
    "single answer's noise is 1. *False* is said of a persona whose true effect is the margin, to "
    "the side that matters: 2.5 % is what a 95 % interval leaves there. *Shown* when the truth is "
    "0. *Withheld*: no p and no verdict."
)
FALSE = Band(0.0, 0.0275)
WITHHELD = Band(1.0, 1.0)
_CHUNK = 2500


class Case(NamedTuple):
    """One design and its margin."""

    name: str
    make: Callable[[], Design]
    margin: float


def _matched(raters: int, scenarios: int) -> Callable[[], Design]:
    return lambda: crossed_design(raters=raters, scenarios=scenarios, matched=True)


CASES = (
    Case("2 raters × 20 scenarios, margin 1", _matched(2, 20), 1.0),
    Case("3 × 12, margin 2", _matched(3, 12), 2.0),
    Case("4 × 4, margin 2", _matched(4, 4), 2.0),
    Case("5 × 20, margin 1", _matched(5, 20), 1.0),
    Case("20 × 4, margin 1.5", _matched(20, 4), 1.5),
    Case("12 × 10, margin 0.8", _matched(12, 10), 0.8),
)


class Task(NamedTuple):
    """Some simulations of one case."""

    case: int
    seed: tuple[int, ...]
    simulations: int


class Hits(NamedTuple):
    """Truth values, shape (simulations,)."""

    false: np.ndarray
    shown: np.ndarray
    withheld: np.ndarray


def tasks(simulations: int, seed: int) -> list[Task]:
    """Split the work into parts that do not depend on how many processes there are."""
    return [
        Task(case, (seed, 12, case, part), min(_CHUNK, simulations - part * _CHUNK))
        for case in range(len(CASES))
        for part in range(-(-simulations // _CHUNK))
    ]


@cache
def _ready(case: int) -> tuple[Design, Swept]:
    design = CASES[case].make()
    return design, primary(design)


def run(task: Task) -> Hits:
    """Draw answers at the margin and at 0, and test both against it."""
    (design, swept), margin = _ready(task.case), CASES[task.case].margin
    (arm,) = design.swaps
    said = []
    for effect in (-margin, 0.0):
        truth = spread(0.7, cutpoints=()).with_effects({arm: effect})
        made = trials(design, truth, simulations=task.simulations, seed=task.seed, swept=swept)
        few = np.full(task.simulations, not made.estimable[0])
        said.append((made.equivalence_p(margin, "low")[0] <= 0.05) & ~few)
    return Hits(*said, few)


def sections(done: list[tuple[Task, Hits]]) -> list[Section]:
    """Put what was counted into a section of the report."""
    rows = []
    for case, of in enumerate(CASES):
        parts = [hits for task, hits in done if task.case == case]
        false, shown, few = (np.concatenate(one) for one in zip(*parts, strict=True))
        rows.append(Row(of.name, "withheld", share_of(few), WITHHELD if few.all() else None))
        if not few.all():
            rows.append(Row(of.name, "false", share_of(false), FALSE))
            rows.append(Row(of.name, "shown", share_of(shown)))
    return [Section("Not worse than a margin", _SAYS, rows)]

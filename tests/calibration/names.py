"""Groups that many names carry: error of the claim for names like these."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import stats

from calibration.bands import COVERAGE, TYPE_I, Row, Section
from calibration.designs import spread
from toolkit.analysis import crossed_design
from toolkit.analysis.persona_variation import NameDesign, name_design
from toolkit.analysis.power import Design, draw_values, effects_of_many, share_of

_SAYS = (
    "Two groups of names that do not differ. Every name has an effect of its own whose standard "
    "deviation is given, every group another one in every situation (0.4) and with every rater "
    "(0.3), and names vary over situations by 0.3 more, where a single answer's noise is 1; on a "
    "scale without ends. *Situations and raters alone*: the primary test of the same difference, "
    "which takes the names that were used for all there are. *Power* when groups differ by 1."
)
_CHUNK = 1000
_EFFECT = 1.0


class Case(NamedTuple):
    """One design, and how much names differ."""

    name: str
    make: Callable[[], Design]
    sd: float


def _matched(raters: int, scenarios: int, swaps: int) -> Callable[[], Design]:
    return lambda: crossed_design(raters=raters, scenarios=scenarios, swaps=swaps, matched=True)


CASES = (
    Case("3 names a group, 4 raters × 4 situations, names differ by 0.5", _matched(4, 4, 6), 0.5),
    Case("3 names, 5 × 20, by 0.5", _matched(5, 20, 6), 0.5),
    Case("8 names, 5 × 6, by 0.5", _matched(5, 6, 16), 0.5),
    Case("8 names, 5 × 6, by 0", _matched(5, 6, 16), 0.0),
    Case("8 names, 12 × 10, by 0.5", _matched(12, 10, 16), 0.5),
    Case("4 names, 20 × 4, by 0.3", _matched(20, 4, 8), 0.3),
)


class Task(NamedTuple):
    """Some simulations of one case."""

    case: int
    seed: tuple[int, ...]
    simulations: int


class Hits(NamedTuple):
    """Truth values, shape (simulations,)."""

    rejects: np.ndarray
    covers: np.ndarray
    power: np.ndarray
    alone: np.ndarray


def tasks(simulations: int, seed: int) -> list[Task]:
    """Split the work into parts that do not depend on how many processes there are."""
    return [
        Task(case, (seed, 15, case, part), min(_CHUNK, simulations - part * _CHUNK))
        for case in range(len(CASES))
        for part in range(-(-simulations // _CHUNK))
    ]


@cache
def _ready(case: int) -> tuple[Design, NameDesign]:
    design = CASES[case].make()
    people = design.data.subjects
    return design, name_design(design.data, people[::2], people[1::2])


def run(task: Task) -> Hits:
    """Draw answers without and with a difference between groups, and test it."""
    (design, names), rng = _ready(task.case), np.random.default_rng(task.seed)
    truth = spread(0.0, effect_scenario_sd=0.3, persona_sd=CASES[task.case].sd, cutpoints=())
    values = draw_values(design, truth, rng, simulations=task.simulations)
    data = design.data
    one = np.isin(data.persona, data.subjects[::2])
    for codes, sd in ((data.scenario, 0.4), (data.rater, 0.3)):
        varies = rng.normal(0, sd, size=(2, int(codes.max()) + 1, task.simulations))
        for group, rows in enumerate((one, (data.arm == "swap") & ~one)):
            values += varies[group][codes] * rows[:, None]
    half = stats.t.ppf(0.975, names.over.df) * np.sqrt(
        names.over.variance(names.swept.residuals(values))
    )
    null = names.over.influence @ values
    alone, error = (one[0] for one in effects_of_many(names.swept, values))
    reach = stats.t.ppf(0.975, names.swept.corrections.df[0]) * error
    return Hits(
        rejects=np.abs(null) > half,
        covers=np.abs(null) <= half,
        # The same residuals: an effect of the group is fitted.
        power=np.abs(null + _EFFECT) > half,
        alone=np.abs(alone) > reach,
    )


def sections(done: list[tuple[Task, Hits]]) -> list[Section]:
    """Put what was counted into a section of the report."""
    rows = []
    for case, of in enumerate(CASES):
        parts = [hits for task, hits in done if task.case == case]
        found = Hits(*(np.concatenate(one) for one in zip(*parts, strict=True)))
        rows += [
            Row(of.name, "type-I error", share_of(found.rejects), TYPE_I),
            Row(of.name, "coverage at 0", share_of(found.covers), COVERAGE),
            Row(of.name, "situations and raters alone", share_of(found.alone)),
            Row(of.name, "power", share_of(found.power)),
        ]
    return [Section("Groups of names, for names like these", _SAYS, rows)]

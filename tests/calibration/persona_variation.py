"""Personas among themselves: size of tests, coverage of the spread and of shrunken intervals."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np

from calibration.bands import COVERAGE, TYPE_I, Band, Row, Section
from calibration.designs import POINTS, spread
from toolkit.analysis import crossed_design
from toolkit.analysis.persona_variation import (
    PersonaDesign,
    differences,
    persona_design,
    reach,
    shrunken,
)
from toolkit.analysis.power import Design, draw_values, share_of

_POOLING = (
    "Effects of personas vary by 0.7 over scenarios and 0.525 over raters, where a single answer's "
    "noise is 1. *Type-I error*: the test that personas vary, when none does, on answers of 1 to "
    "5; *false pair*: any pair of personas is then said to differ. The rest on the latent scale, "
    "where the truth is known: *power* when personas' effects have a standard deviation of 0.8, "
    "*spread covered* by its 90 % interval then, and *persona covered* by its own shrunken 95 % "
    "interval, on average over personas; *alike* is the same where no persona differs from "
    "another. What one persona that varies far more does to them is shown and not judged."
)
_CHUNK = 250
NINETY = Band(0.89, 1.0)
_SD = 0.8


class Case(NamedTuple):
    """One design, and how much effects vary over scenarios."""

    name: str
    make: Callable[[], Design]
    slope: float = 0.7
    wild: float = 0.0
    """How much more the first persona's effect varies over scenarios."""


def _crossed(raters: int, scenarios: int, swaps: int, **more: object) -> Callable[[], Design]:
    more = {"matched": True, **more}
    return lambda: crossed_design(raters=raters, scenarios=scenarios, swaps=swaps, **more)  # type: ignore[arg-type]


def _by_machine() -> Design:
    whole = crossed_design(raters=3, scenarios=6, swaps=4, matched=True, replicates=3)
    return replace(whole, frame=whole.frame.assign(rater=None))


def _uneven() -> Design:
    """Two of five personas were swapped in in 4 of 12 scenarios alone."""
    whole = crossed_design(raters=6, scenarios=12, swaps=5, matched=True)
    rare = whole.frame["persona"].isin(["persona-01", "persona-02"]).to_numpy()
    kept = ~rare | (whole.data.scenario < 4)
    return replace(whole, frame=whole.frame[kept].reset_index(drop=True))


CASES = (
    Case("3 raters × 12 scenarios, 4 personas", _crossed(3, 12, 4)),
    Case("4 × 4, 8 personas", _crossed(4, 4, 8)),
    Case("4 × 4, 8 personas, slopes 0", _crossed(4, 4, 8), 0.0),
    Case("5 × 20, 4 personas", _crossed(5, 20, 4)),
    Case("20 × 4, 6 personas", _crossed(20, 4, 6)),
    Case("12 × 10, 6 personas, one arm a contrast", _crossed(12, 10, 6, matched=False)),
    Case("6 × 12, 5 personas, two of them rarely", _uneven),
    Case("5 × 20, 4 personas, one varies by 2 over scenarios", _crossed(5, 20, 4), wild=2.0),
    Case("no raters × 6, read by machine, 3 replies, 4 personas", _by_machine),
)


class Task(NamedTuple):
    """Some simulations of one case."""

    case: int
    seed: tuple[int, ...]
    simulations: int


class Hits(NamedTuple):
    """Truth values, shape (simulations,) or (personas, simulations)."""

    rejects: np.ndarray
    pairs: np.ndarray
    power: np.ndarray
    spread: np.ndarray
    persona: np.ndarray
    alike: np.ndarray


def tasks(simulations: int, seed: int) -> list[Task]:
    """Split the work into parts that do not depend on how many processes there are."""
    return [
        Task(case, (seed, 11, case, part), min(_CHUNK, simulations - part * _CHUNK))
        for case in range(len(CASES))
        for part in range(-(-simulations // _CHUNK))
    ]


@cache
def ready(case: int) -> tuple[Design, PersonaDesign]:
    """A case's design, as it is and made ready."""
    design = CASES[case].make()
    return design, persona_design(design.data, design.data.subjects)


def run(task: Task) -> Hits:
    """Draw answers with and without personas that vary, and count."""
    (design, personas), rng = ready(task.case), np.random.default_rng(task.seed)
    free = spread(CASES[task.case].slope, cutpoints=())
    latent = draw_values(design, free, rng, simulations=task.simulations)
    true = rng.normal(0, _SD, size=(len(personas.personas), task.simulations))
    scenarios = int(design.data.scenario.max()) + 1
    wild = rng.normal(0, CASES[task.case].wild, size=(scenarios, task.simulations))
    latent += wild[design.data.scenario] * design.data.of(personas.personas[0])[:, None]
    rows = [design.data.of(one) for one in personas.personas]
    moved = latent + sum(np.outer(own, one) for own, one in zip(rows, true, strict=True))
    rated = 1.0 + np.searchsorted(POINTS, latent)
    kept = [_one(personas, *each) for each in zip(rated.T, latent.T, moved.T, true.T, strict=True)]
    return Hits(*(np.array(one).T for one in zip(*kept, strict=True)))


@cache
def _reach(pairs: int, df: float) -> float:
    return reach(round((1 + (1 + 8 * pairs) ** 0.5) / 2), df, alpha=0.05)


def _one(
    personas: PersonaDesign,
    rated: np.ndarray,
    latent: np.ndarray,
    moved: np.ndarray,
    true: np.ndarray,
) -> tuple[object, ...]:
    null, alike, varied = (personas.read(one) for one in (rated, latent, moved))
    if null.contrasts is None or alike.contrasts is None or varied.contrasts is None:
        raise ValueError("calibration: got answers without any error; wanted some")
    apart, se = differences(null)
    _, low, high = varied.contrasts.spread(level=0.9)
    covers = []
    for found, truth in ((varied, true), (alike, np.zeros(len(true)))):
        value, half = shrunken(found, level=0.95)
        covers.append(np.abs(value - truth) <= half)
    return (
        null.contrasts.p <= 0.05,
        bool((np.abs(apart) > _reach(len(se), null.df) * se).any()),
        varied.contrasts.p <= 0.05,
        low <= _SD <= high,
        *covers,
    )


def sections(done: list[tuple[Task, Hits]]) -> list[Section]:
    """Put what was counted into a section of the report."""
    rows = []
    for case, of in enumerate(CASES):
        parts = [hits for task, hits in done if task.case == case]
        found = Hits(*(np.concatenate(one, axis=-1) for one in zip(*parts, strict=True)))
        rows += [
            Row(of.name, "type-I error", share_of(found.rejects), TYPE_I),
            Row(of.name, "false pair", share_of(found.pairs), TYPE_I),
            Row(of.name, "power", share_of(found.power)),
            Row(of.name, "spread covered", share_of(found.spread), NINETY),
            Row(of.name, "persona covered", share_of(found.persona), COVERAGE),
            Row(of.name, "alike", share_of(found.alike), COVERAGE),
        ]
        if of.wild:
            rows[-6:] = [replace(one, band=None) for one in rows[-6:]]
    return [Section("Personas among themselves", _POOLING, rows)]

"""Mixed models whose assumptions hold: coverage of their intervals, error rate of their tests."""

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from calibration.bands import Band, Row, Section
from toolkit.analysis.mixed import fit
from toolkit.analysis.power import share_of

COVERS = Band(0.94, 0.965)
REJECTS = Band(0.04, 0.065)
THRESHOLDS = (-2.0, -0.7, 0.7, 2.0)
_CHUNK = 125
_SAYS = (
    "Answers are drawn from the very model that is fitted: random intercepts of raters, of "
    "scenarios and, where said, of each scenario in each arm. Gaussian intervals have "
    "Satterthwaite's degrees of freedom, those of logit models are normal. *Type-I error* is that "
    "of the test of no effect of the arm. With fewer than 20 scenarios a logit model whose effect "
    "varies over them is liberal: that is shown and not judged."
)


class Case(NamedTuple):
    """One design and the model that is its truth."""

    family: Literal["gaussian", "binomial", "cumulative"]
    raters: int
    scenarios: int
    met: int
    """Scenarios that each rater meets, in both arms."""
    deviations: tuple[float, ...]
    """Of raters, scenarios and, where there is a third, scenarios in each arm."""
    effect: float
    base: float = 0.0
    """What the linear predictor is without any effect."""
    missing: float = 0.0
    """Share of the answers that are not there."""

    @property
    def name(self) -> str:
        blocks = f" in blocks of {self.met}" if self.met < self.scenarios else ""
        uneven = f", {self.missing:.0%} missing" if self.missing else ""
        varies = f"effect varies by {self.deviations[2]:g}" if self.varies else "intercepts only"
        return (
            f"{self.family}, {self.raters} raters × {self.scenarios} scenarios{blocks}{uneven}, "
            f"{varies}; effect {self.effect:g}"
        )

    @property
    def varies(self) -> bool:
        return len(self.deviations) > 2

    @property
    def judged(self) -> bool:
        """Whether the model is meant to hold its rates here."""
        return self.family == "gaussian" or not self.varies or self.scenarios >= 20


CASES = (
    Case("gaussian", 12, 10, 10, (0.7, 0.5, 0.3), 0.3),
    Case("gaussian", 20, 24, 8, (0.7, 0.5), 0.3, missing=0.4),
    Case("gaussian", 20, 24, 8, (0.7, 0.5, 0.4), 0.3, missing=0.4),
    Case("binomial", 20, 20, 10, (0.7, 0.5), 0.5),
    Case("binomial", 20, 20, 10, (0.7, 0.5, 0.35), 0.0),
    Case("binomial", 20, 40, 12, (0.7, 0.5, 0.35), 0.0, base=-1.5),
    Case("binomial", 20, 10, 10, (0.7, 0.5, 0.35), 0.0),
    Case("cumulative", 15, 20, 10, (1.0, 0.7), 0.5),
    Case("cumulative", 15, 20, 10, (1.0, 0.7, 0.4), 0.5),
    Case("cumulative", 15, 20, 10, (1.0, 0.7, 0.4), 0.0),
    Case("cumulative", 15, 10, 10, (1.0, 0.7, 0.4), 0.0),
)


class Task(NamedTuple):
    """Some simulations of one case."""

    case: int
    seed: tuple[int, ...]
    simulations: int


class Hits(NamedTuple):
    """Truth values, shape (simulations,)."""

    covers: np.ndarray
    rejects: np.ndarray
    without: np.ndarray
    """No interval came of it; counts as one that leaves the truth out."""


def tasks(simulations: int, seed: int) -> list[Task]:
    """Split the work into parts that do not depend on how many processes there are."""
    return [
        Task(case, (seed, 2, case, part), min(_CHUNK, simulations - part * _CHUNK))
        for case in range(len(CASES))
        for part in range(-(-simulations // _CHUNK))
    ]


def run(task: Task) -> Hits:
    """Draw answers, fit the model that drew them, and look at the arm's coefficient."""
    case, rng = CASES[task.case], np.random.default_rng(task.seed)
    groups = ["rater", "scenario", "scenario:arm"][: len(case.deviations)]
    found = []
    for _ in range(task.simulations):
        made = fit(drawn(case, rng), "value ~ arm", groups, family=case.family).coefficients
        found.append(made.loc[made["name"].eq("arm"), ["low", "high", "p"]].iloc[0])
    low, high, p = np.array(found, dtype="float64").T
    return Hits((low <= case.effect) & (case.effect <= high), p <= 0.05, ~np.isfinite(p))


def drawn(case: Case, rng: np.random.Generator) -> pd.DataFrame:
    """One set of answers: ``rater scenario arm value``."""
    hands = [rng.permutation(case.scenarios)[: case.met] for _ in range(case.raters)]
    rater = np.repeat(np.arange(case.raters), 2 * case.met)
    scenario, arm = np.repeat(np.concatenate(hands), 2), np.tile([0, 1], case.raters * case.met)
    there = rng.random(len(arm)) >= case.missing
    rater, scenario, arm = rater[there], scenario[there], arm[there]
    levels = (rater, scenario, 2 * scenario + arm)
    eta = case.base + case.effect * arm
    for codes, deviation in zip(levels, case.deviations, strict=False):
        eta = eta + (deviation * rng.standard_normal(int(codes.max()) + 1))[codes]
    return pd.DataFrame(
        {"rater": rater, "scenario": scenario, "arm": arm, "value": _answers(case, eta, rng)}
    )


def _answers(case: Case, eta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if case.family == "gaussian":
        return eta + rng.standard_normal(len(eta))
    latent = eta + rng.logistic(size=len(eta))
    cuts = (0.0,) if case.family == "binomial" else THRESHOLDS
    return np.searchsorted(cuts, latent)


def sections(done: list[tuple[Task, Hits]]) -> list[Section]:
    """Put what was counted into a section of the report."""
    rows = []
    for number, case in enumerate(CASES):
        parts = [one for task, one in done if task.case == number]
        covers, rejects, without = (np.concatenate(one) for one in zip(*parts, strict=True))
        coverage = share_of(covers)
        rows.append(Row(case.name, "coverage", coverage, COVERS if case.judged else None))
        if case.effect == 0:
            band = REJECTS if case.judged else None
            rows.append(Row(case.name, "type-I error", share_of(rejects), band))
        else:
            rows.append(Row(case.name, "power", share_of(rejects)))
        rows.append(Row(case.name, "without an interval", share_of(without)))
    return [Section("The engine, where its model is the truth", _SAYS, rows)]

"""Looking again and again: how often an interval ever leaves out the truth."""

from typing import NamedTuple

import numpy as np
from scipy import special, stats

from calibration.bands import Band, Row, Section
from toolkit.analysis.engine import evidence_against
from toolkit.analysis.power import share_of

BOUNDS = (-4.0, 4.0)
"""A difference of two answers of 1 to 5."""
CUTS = np.array([-2.0, -1.0, 0.0, 1.2])
RATER_SD, SCENARIO_SD, NOISE_SD, RATER_ARM_SD = 0.7, 0.7, 1.0, 0.3
HOLDS = Band(0.0, 0.05)
_CHUNK = 250
_SAYS = (
    "How often a 95 % interval leaves out the truth at any look: over raters the difference on "
    "the scenarios there are, over blocks that of all there could be. The t-test is looked at as "
    "often, from the fifth unit on. Blocks that the same raters judge share what these lean to: "
    "such a sequence is of these raters, which is printed and not judged."
)


class Case(NamedTuple):
    """A study looked at after every unit."""

    name: str
    raters: int
    """Of all, or of each block."""
    scenarios: int
    over: str
    """``raters``: the truth is that of these scenarios; ``blocks``: that of all there could be."""
    slope: float
    """How much the effect varies over scenarios."""
    panel: bool = False
    """Blocks: the same raters in each."""


CASES = (
    Case("60 raters one by one, 10 fixed scenarios", 60, 10, "raters", 0.3),
    Case("200 raters one by one, 10 fixed scenarios", 200, 10, "raters", 0.5),
    Case("200 raters one by one, 1 fixed scenario", 200, 1, "raters", 0.0),
    Case("40 scenarios block by block, 4 raters each", 4, 40, "blocks", 0.3),
    Case("40 scenarios block by block, 12 raters each", 12, 40, "blocks", 0.5),
    Case("40 scenarios block by block, the same 12 raters", 12, 40, "blocks", 0.3, panel=True),
    Case("200 scenarios block by block, the same 12 raters", 12, 200, "blocks", 0.3, panel=True),
)


class Task(NamedTuple):
    """Some simulations of one case."""

    case: int
    seed: tuple[int, ...]
    simulations: int


class Hits(NamedTuple):
    """Whether the truth was left out at any look; shape (simulations,)."""

    sequence: np.ndarray
    t_test: np.ndarray


def tasks(simulations: int, seed: int) -> list[Task]:
    """Split the work into parts that do not depend on how many processes there are."""
    return [
        Task(case, (seed, case, part), min(_CHUNK, simulations - part * _CHUNK))
        for case in range(len(CASES))
        for part in range(-(-simulations // _CHUNK))
    ]


def run(task: Task) -> Hits:
    """Draw studies without an average effect and look after every unit."""
    case, rng = CASES[task.case], np.random.default_rng(task.seed)
    units, truth = drawn(case, task.simulations, rng)
    # The truth differs from study to study where scenarios are fixed: bring it to 0.
    won = np.array(
        [
            evidence_against(one, BOUNDS, null=float(at))
            for one, at in zip(units, truth, strict=True)
        ]
    )
    return Hits((won[:, 1:] >= 20).any(axis=1), _ever_by_t(units - truth[:, None]))


def drawn(case: Case, size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw each study's differences, one a unit in order, and what they should average to.

    Returns:
        Shapes (size, units) and (size,).
    """
    level = rng.normal(0, SCENARIO_SD, (size, 1, case.scenarios))
    arms = rng.normal(0, case.slope / 2**0.5, (2, size, 1, case.scenarios))
    panels = case.scenarios if case.over == "blocks" and not case.panel else 1
    severity = rng.normal(0, RATER_SD, (size, case.raters, panels))
    leaning = rng.normal(0, RATER_ARM_SD / 2**0.5, (2, size, case.raters, panels))
    shape = (2, size, case.raters, case.scenarios)
    latent = level + arms + severity + leaning + rng.normal(0, NOISE_SD, shape)
    answers = sum((latent > one).astype("float64") for one in CUTS)
    apart = answers[0] - answers[1]
    if case.over == "blocks":
        return apart.mean(axis=1), np.zeros(size)
    spread = (RATER_SD**2 + RATER_ARM_SD**2 / 2 + NOISE_SD**2) ** 0.5
    mean = sum(special.ndtr((level + arms - one) / spread) for one in CUTS)
    return apart.mean(axis=2), (mean[0] - mean[1]).mean(axis=(1, 2))


def _ever_by_t(units: np.ndarray) -> np.ndarray:
    """Reject at any look from the fifth on by a t-test as if it were the only one."""
    count = np.arange(1, units.shape[1] + 1)
    mean = units.cumsum(axis=1) / count
    square = (units**2).cumsum(axis=1) / count - mean**2
    error = np.sqrt(np.maximum(square, 1e-300) / np.maximum(count - 1, 1))
    limit = stats.t.ppf(0.975, np.maximum(count - 1, 1))
    return (np.abs(mean) > limit * error)[:, 4:].any(axis=1)


def sections(done: list[tuple[Task, Hits]]) -> list[Section]:
    """Put what was counted into a section of the report."""
    rows = []
    for number, case in enumerate(CASES):
        hits = [one for task, one in done if task.case == number]
        ever = share_of(np.concatenate([one.sequence for one in hits]))
        rows.append(Row(case.name, "ever left out, sequence", ever, None if case.panel else HOLDS))
        naive = share_of(np.concatenate([one.t_test for one in hits]))
        rows.append(Row(case.name, "ever left out, t-test", naive))
    return [Section("Looking after every unit", _SAYS, rows)]

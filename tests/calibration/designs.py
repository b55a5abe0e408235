"""The designs on which the primary test is calibrated, from 12 raters × 10 scenarios to a study's.

Between them: 12 to 60 raters, 5 to 40 scenarios, effects that vary not at all up to 0.5, answers on
five points, yes or no and pairs, complete and incomplete blocks, uneven ones, several arms, and
replies that are repeated and differ by themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from toolkit.analysis import Truth, crossed_design, planned_design
from toolkit.analysis.power import Design
from toolkit.design import ConfirmStage, Workspace

ROOT = Path(__file__).resolve().parents[2]
POINTS = (-2.0, -0.7, 0.7, 2.0)
TENTH = (1.6,)
HALF = (0.0,)


@dataclass(frozen=True)
class Case:
    """One design, how its answers come about, and what is planted."""

    name: str
    make: Callable[[], Design]
    truth: Truth
    effect: float
    """The planted one, on the outcome's own scale, on every persona."""


def spread(slope: float, **more: object) -> Truth:
    """Raters, scenarios and effects that vary; ``slope`` over scenarios, and a little less over
    raters."""
    values: dict[str, object] = {
        "severity_sd": 1.0,
        "scenario_sd": 0.7,
        "contrast_sd": 0.3,
        "reply_sd": 0.3,
        "effect_scenario_sd": slope,
        "effect_rater_sd": 0.75 * slope,
        "cutpoints": POINTS,
        "lapse": 0.0,
    }
    return Truth(**{**values, **more})  # type: ignore[arg-type]


def pilot() -> Design:
    """The confirm stage that ships: 24 personas in 26 contrasts, one arm a rater and contrast."""
    return planned_design(ConfirmStage(Workspace(ROOT).study("pilot")))


def uneven() -> Design:
    """Two answers in five are missing, most often a persona's; some raters leave early."""
    whole = crossed_design(raters=30, scenarios=20, contrasts=2, swaps=2, per_rater=24)
    rng = np.random.default_rng(1)
    stay = rng.uniform(0.2, 1.0, 30)[whole.data.rater] * np.where(whole.arm > 0, 0.7, 1.0)
    kept = rng.random(len(whole)) < stay
    return replace(whole, frame=whole.frame[kept].reset_index(drop=True))


CASES = (
    Case(
        "12 raters × 10 scenarios, complete and matched, slopes 0.5",
        lambda: crossed_design(raters=12, scenarios=10, matched=True),
        spread(0.5),
        -0.6,
    ),
    Case(
        "30 × 10, complete and matched, slopes 0.5",
        lambda: crossed_design(raters=30, scenarios=10, matched=True),
        spread(0.5),
        -0.5,
    ),
    Case(
        "60 × 5, complete and matched, slopes 0.4",
        lambda: crossed_design(raters=60, scenarios=5, matched=True),
        spread(0.4),
        -0.6,
    ),
    Case(
        "12 × 40, complete, one arm a contrast, slopes 0",
        lambda: crossed_design(raters=12, scenarios=40),
        spread(0.0),
        -0.4,
    ),
    Case(
        "20 × 40 in blocks of 10, matched, slopes 0",
        lambda: crossed_design(raters=20, scenarios=40, per_rater=10, matched=True),
        spread(0.0),
        -0.3,
    ),
    Case(
        "40 × 40 in blocks of 5, matched, slopes 0.25",
        lambda: crossed_design(raters=40, scenarios=40, per_rater=5, matched=True),
        spread(0.25),
        -0.3,
    ),
    Case(
        "40 × 40 with 2 contrasts each, blocks of 10, one arm a contrast, slopes 0.3",
        lambda: crossed_design(raters=40, scenarios=40, contrasts=2, per_rater=10),
        spread(0.3),
        -0.4,
    ),
    Case(
        "60 × 40, 1 in 10 say yes, blocks of 20, slopes 0.3",
        lambda: crossed_design(raters=60, scenarios=40, per_rater=20),
        spread(0.3, cutpoints=TENTH),
        0.08,
    ),
    Case(
        "24 × 20, half say yes, complete, slopes 0.5",
        lambda: crossed_design(raters=24, scenarios=20),
        spread(0.5, cutpoints=HALF),
        -0.15,
    ),
    Case("30 × 20, uneven, 2 personas, slopes 0.3", uneven, spread(0.3), -0.4),
    Case(
        "40 × 18, 8 arms, 3 replies with a spread of 0.6, blocks of 12, slopes 0.3",
        lambda: crossed_design(
            raters=40, scenarios=18, swaps=5, nulls=True, per_rater=12, replicates=3
        ),
        spread(0.3, reply_sd=0.6),
        -0.8,
    ),
    Case(
        "60 × 30 in pairs, 3 personas, blocks of 10, slopes 0.3",
        lambda: crossed_design(raters=60, scenarios=30, swaps=3, per_rater=10, paired=True),
        spread(0.3, neither=0.03),
        -0.2,
    ),
    Case(
        "no raters × 20, read by machine, 5 replies, 1 in 10 say yes, slopes 0.3",
        lambda: _unrated(
            crossed_design(raters=5, scenarios=20, swaps=3, matched=True, replicates=5)
        ),
        spread(0.3, cutpoints=TENTH),
        0.15,
    ),
    Case("the pilot's confirm stage: 40 × 18, 24 personas, 26 contrasts", pilot, Truth(), -1.0),
    Case("the pilot's confirm stage, slopes 0.5", pilot, spread(0.5), -1.0),
)


def _unrated(design: Design) -> Design:
    return replace(design, frame=design.frame.assign(rater=None))

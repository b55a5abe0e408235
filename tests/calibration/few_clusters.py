"""Few raters or few scenarios, heavy tails, uneven scenarios and answers missing for a reason."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import stats

from calibration.bands import COVERAGE, TYPE_I, Band, Row, Section
from calibration.comparators import larger_piece, mixed_model, paired_t
from calibration.designs import POINTS, spread
from toolkit.analysis import Estimate, Truth, crossed_design
from toolkit.analysis.engine import FEWEST_CLUSTERS, Swept
from toolkit.analysis.power import Design, draw_values, effects_of_many, planted, primary, share_of

_SAYS = (
    "Effects vary by 0.7 over scenarios and 0.525 over raters, where a single answer's noise is 1, "
    "unless said otherwise. *Withheld*: no p, no interval. *Old rule*: the largest of the three "
    "pieces of the variance with the degrees of freedom of that one. *Mixed model*: Gaussian, REML "
    "with Satterthwaite's df, intercepts of raters, scenarios and contrasts and of raters and "
    "scenarios in each arm, fitted to the first {models} simulations; its power is *size-adjusted* "
    "(at the p that 5 % of its fits without an effect fall below) and the test's is set against it "
    "where the model holds its size. Three clusters allow 2 degrees of freedom, whatever the model "
    "supposes beyond them: there the share is shown and not judged."
)
_CHUNK = 250
_MODELS = 250
WITHHELD = Band(1.0, 1.0)
ENOUGH_POWER = Band(0.9, 10.0)


class Case(NamedTuple):
    """One design, who leans how, and whose answers are missing for it."""

    name: str
    make: Callable[[], Design]
    truth: Truth
    effect: float
    tails: float = np.inf
    """Degrees of freedom of the t distribution of raters' severity."""
    keeps: float = 0.0
    """How much likelier a rater one deviation more lenient is to answer for the persona."""


def _crossed(raters: int, scenarios: int, **more: object) -> Callable[[], Design]:
    return lambda: crossed_design(raters=raters, scenarios=scenarios, **more)  # type: ignore[arg-type]


def _matched(raters: int, scenarios: int, contrasts: int = 1) -> Callable[[], Design]:
    return _crossed(raters, scenarios, contrasts=contrasts, matched=True)


def _uneven() -> Design:
    """A third of twelve scenarios has one contrast, a third two, a third six."""
    whole = crossed_design(raters=20, scenarios=12, contrasts=6, per_rater=36)
    scenario, contrast = whole.data.scenario, whole.data.contrast % 6
    kept = contrast < np.array([1, 2, 6])[scenario % 3]
    return replace(whole, frame=whole.frame[kept].reset_index(drop=True))


CASES = (
    Case("2 raters × 40 scenarios", _matched(2, 40), spread(0.7), -0.8),
    Case("20 × 2", _matched(20, 2), spread(0.7), -0.8),
    Case("12 × 2", _matched(12, 2), spread(0.7), -0.8),
    Case("60 × 2", _matched(60, 2), spread(0.7), -0.8),
    Case("3 × 3, 2 contrasts each", _matched(3, 3, 2), spread(0.7), -1.8),
    Case("3 × 20", _matched(3, 20), spread(0.7), -1.2),
    Case("3 × 40", _matched(3, 40), spread(0.7), -1.2),
    Case("20 × 3", _matched(20, 3), spread(0.7), -1.3),
    Case("60 × 3", _matched(60, 3), spread(0.7), -1.3),
    Case("4 × 4", _matched(4, 4), spread(0.7), -1.6),
    Case("20 × 4", _matched(20, 4), spread(0.7), -1.1),
    Case("4 × 20", _matched(4, 20), spread(0.7), -1.0),
    Case("5 × 5", _matched(5, 5), spread(0.7), -1.2),
    Case("5 × 40", _matched(5, 40), spread(0.7), -0.7),
    Case("40 × 5", _matched(40, 5), spread(0.7), -0.9),
    Case("12 × 10, slopes 0", _matched(12, 10), spread(0.0), -0.35),
    Case("12 × 10, severity t with 3 df", _matched(12, 10), spread(0.7), -0.6, tails=3),
    Case("20 × 20, one arm, slopes 0.3, t 3", _crossed(20, 20), spread(0.3), -0.35, tails=3),
    Case("20 × 12, uneven scenarios", _uneven, spread(0.7), -0.65),
    Case("20 × 20, strict raters skip the persona", _matched(20, 20), spread(0.7), -0.5, keeps=1.5),
    Case("20 × 20, lenient ones do", _matched(20, 20), spread(0.7), -0.5, keeps=-1.5),
)


class Task(NamedTuple):
    """Some simulations of one case, of raters drawn for them."""

    case: int
    effect: bool
    seed: tuple[int, ...]
    simulations: int
    model: bool


class Hits(NamedTuple):
    """Truth values of simulations, of the first persona."""

    rejects: np.ndarray
    withheld: np.ndarray
    old: np.ndarray
    old_covers: np.ndarray
    paired: np.ndarray
    covers: np.ndarray
    model: np.ndarray
    """Bits of the p-values of the mixed model; empty where it is not fitted."""


def tasks(simulations: int, seed: int) -> list[Task]:
    """Split the work into parts that do not depend on how many processes there are."""
    return [
        Task(
            case,
            effect,
            (seed, 7, case, part),
            min(_CHUNK, simulations - part * _CHUNK),
            # A trial of a few simulations says nothing of a model's size.
            model=simulations > _CHUNK and part * _CHUNK < _MODELS,
        )
        for case in range(len(CASES))
        for effect in (False, True)
        for part in range(-(-simulations // _CHUNK))
    ]


@cache
def _whole(case: int) -> tuple[Design, Swept]:
    design = CASES[case].make()
    return design, primary(design)


def _drawn(case: int, rng: np.random.Generator) -> tuple[Design, Swept, np.ndarray]:
    """A design with its raters' severity, which stays what it is for some simulations."""
    of, (design, swept) = CASES[case], _whole(case)
    raters = int(design.data.rater.max()) + 1  # type: ignore[union-attr]
    lean = rng.standard_normal(raters)
    if np.isfinite(of.tails):
        lean = rng.standard_t(of.tails, raters) / np.sqrt(of.tails / (of.tails - 2))
    severity = of.truth.severity_sd * lean[design.data.rater]
    if of.keeps:
        answers = 1 / (1 + np.exp(-of.keeps * lean))[design.data.rater]
        kept = (design.arm == 0) | (rng.random(len(design)) < answers)
        design = replace(design, frame=design.frame[kept].reset_index(drop=True))
        swept, severity = primary(design), severity[kept]
    return design, swept, severity


def run(task: Task) -> Hits:
    """Draw answers, and test the persona by every rule."""
    of, rng = CASES[task.case], np.random.default_rng(task.seed)
    design, swept, severity = _drawn(task.case, rng)
    truth = planted(design, of.truth, dict.fromkeys(design.swaps, of.effect * task.effect))
    free = replace(truth, severity_sd=0.0, cutpoints=())
    latent = draw_values(design, free, rng, simulations=task.simulations) + severity[:, None]
    values = 1.0 + np.searchsorted(POINTS, latent)
    estimate, se = (one[0] for one in effects_of_many(swept, values))
    half = stats.t.ppf(0.975, swept.corrections.df[0]) * se
    few = min(swept.raters[0], swept.scenarios[0]) < FEWEST_CLUSTERS
    width, old = larger_piece(swept, values, 1)
    model = mixed_model(design, values) if task.model and not few else np.zeros(0)
    return Hits(
        rejects=(np.abs(estimate) > half) & (se > 0) & (not few),
        withheld=np.full(task.simulations, few),
        old=old[0],
        old_covers=np.abs(estimate) <= width[0],
        paired=paired_t(design, values)[0],
        covers=np.abs(estimate) <= half,
        model=np.unpackbits(model.view(np.uint8)).astype(bool),
    )


def sections(done: list[tuple[Task, Hits]]) -> list[Section]:
    """Put what was counted into a section of the report."""
    rows = [row for case in range(len(CASES)) for row in _rows(done, case)]
    return [Section("Few raters or few scenarios", _SAYS.format(models=_MODELS), rows)]


def _rows(done: list[tuple[Task, Hits]], case: int) -> list[Row]:
    null, effect = (_joined(done, case, planted) for planted in (False, True))
    name = f"{CASES[case].name}; effect {CASES[case].effect:+g}".replace("-", "−")
    old = [
        Row(name, "old rule: type-I error", share_of(null.old)),
        Row(name, "old rule: power", share_of(effect.old)),
        Row(name, "paired t: type-I error", share_of(null.paired)),
        Row(name, "paired t: power", share_of(effect.paired)),
    ]
    if null.withheld.all():
        return [Row(name, "withheld", share_of(null.withheld), WITHHELD), *old]
    return [
        Row(name, "withheld", share_of(null.withheld)),
        Row(name, "type-I error", share_of(null.rejects), TYPE_I),
        Row(name, "coverage at 0", share_of(null.covers), COVERAGE),
        Row(name, "power", share_of(effect.rejects)),
        *old,
        *_beside_model(name, case, null, effect),
    ]


def _beside_model(name: str, case: int, null: Hits, effect: Hits) -> list[Row]:
    of_null, of_effect = (
        np.packbits(one.model).view(np.float64) if len(one.model) else np.zeros(0)
        for one in (null, effect)
    )
    if not len(of_null):
        return []
    size = share_of(of_null <= 0.05)
    ours = effect.rejects[: len(of_effect)]
    share = _shares(of_null, of_effect, ours)
    adjusted = of_effect <= np.quantile(of_null, 0.05)
    _, swept = _whole(case)
    judged = size.low <= TYPE_I.high and min(swept.raters[0], swept.scenarios[0]) > FEWEST_CLUSTERS
    return [
        Row(name, "mixed model: type-I error", size),
        Row(name, "mixed model: power, size-adjusted", share_of(adjusted)),
        Row(name, "power ÷ that", share, ENOUGH_POWER if judged else None),
    ]


def _shares(of_null: np.ndarray, of_effect: np.ndarray, ours: np.ndarray) -> Estimate:
    """Power of the test as a share of the model's, with its interval by the bootstrap."""
    rng, count = np.random.default_rng(1), len(ours)
    drawn = []
    for _ in range(1000):
        one, other = rng.integers(0, count, (2, count))
        at = np.quantile(of_null[one], 0.05)
        drawn.append(ours[other].mean() / max((of_effect[other] <= at).mean(), 1e-9))
    value = ours.mean() / max((of_effect <= np.quantile(of_null, 0.05)).mean(), 1e-9)
    low, high = np.quantile(drawn, [0.005, 0.995])
    return Estimate(value=float(value), low=float(low), high=float(high), level=0.99)


def _joined(done: list[tuple[Task, Hits]], case: int, effect: bool) -> Hits:
    parts = [hits for task, hits in done if (task.case, task.effect) == (case, effect)]
    return Hits(*(np.concatenate(column) for column in zip(*parts, strict=True)))

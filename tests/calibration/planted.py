"""The planted record, rated again and again: is its truth inside, and does A/A stay quiet?"""

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import stats

from calibration.bands import Band, Row, Section
from calibration.designs import ROOT
from toolkit.analysis import (
    Estimate,
    Observations,
    confirm_design,
    load_frames,
    observe,
    open_control,
)
from toolkit.analysis.engine import FEWEST_CLUSTERS, Swept
from toolkit.analysis.frames import NULL_ARMS
from toolkit.analysis.power import design_of, effects_of_many, primary, share_of
from toolkit.design import Workspace
from toolkit.record import Simulation
from toolkit.session.simulated import RaterModel, coldness

HOLDS = Band(0.94, 0.985)
QUIET = Band(0.0, 0.05)
DRAWS = 2_000_000
_CHUNK = 250
_SAYS = (
    "The record that ships with a planted effect (`results/sample/planted.jsonl.gz`), rated again "
    "by simulated raters of the same model who are other people, see other scenarios' levels and "
    "answer anew: same replies, same allocation. *Coverage* is that of the interval of `disparity` "
    "for a planted persona, on average over both; *differs* is said of an arm whose true effect "
    "is 0, at 5 % and unadjusted. *True effect* is the mean difference in points over {draws:,} "
    "draws of the raters' own model to either arm, its band the truth that the record keeps."
)


class World(NamedTuple):
    """The record that is rated again."""

    observed: Observations
    swept: Swept
    model: RaterModel
    truth: dict[str, float]
    """Label of an arm to its true effect, as the record keeps it."""
    arms: tuple[str, ...]
    """Label of each effect of ``swept``."""
    tested: np.ndarray
    """Whether it is tested: seen in enough scenarios and by enough raters, shape (arms,)."""
    cold: np.ndarray
    """Coldness of the reply that each observation is about, shape (n,)."""


class Task(NamedTuple):
    """Some ratings of the record."""

    seed: tuple[int, ...]
    simulations: int


class Hits(NamedTuple):
    """Truth values of arms × simulations."""

    covers: np.ndarray
    differs: np.ndarray


def tasks(simulations: int, seed: int) -> list[Task]:
    """Split the work into parts that do not depend on how many processes there are."""
    return [
        Task((seed, 5, part), min(_CHUNK, simulations - part * _CHUNK))
        for part in range(-(-simulations // _CHUNK))
    ]


@cache
def world() -> World:
    """Read the record, once in each process."""
    with open_control(Workspace(ROOT).study("pilot")).record as record:
        asked = confirm_design(record)
        (simulation,) = record.rows(Simulation)
        frames = load_frames(record, stage="confirm")
    observed = observe(frames, asked.analysis.primary, design=asked)
    texts = frames.replies.set_index("unit_id")["text"].astype("str")
    model = {**simulation.model, "cutpoints": tuple(simulation.model["cutpoints"])}
    design = design_of(observed)
    swept = primary(design)
    return World(
        observed,
        swept,
        RaterModel(**model),
        dict(simulation.truth),
        (*design.swaps, *NULL_ARMS),
        swept.estimable & (np.minimum(swept.raters, swept.scenarios) >= FEWEST_CLUSTERS),
        np.array([coldness(texts[one]) for one in observed.frame["reply"]]),
    )


def run(task: Task) -> Hits:
    """Rate anew and hold each interval against its truth."""
    at = world()
    values = rated(at, np.random.default_rng(task.seed), task.simulations)
    estimate, se = effects_of_many(at.swept, values)
    df = at.swept.corrections.df[:, None]
    truth = np.array([at.truth[arm] for arm in at.arms])[:, None]
    half = stats.t.ppf(0.975, df) * se
    return Hits(np.abs(estimate - truth) <= half, np.abs(estimate) > half)


def rated(at: World, rng: np.random.Generator, simulations: int) -> np.ndarray:
    """Answers of other raters to the same items, shape (observations, simulations)."""
    model, design = at.model, design_of(at.observed)

    def level(sd: float, codes: np.ndarray) -> np.ndarray:
        return sd * rng.standard_normal((int(codes.max()) + 1, simulations))[codes]

    effect = model.effect + level(model.effect_scenario_sd, design.data.scenario)
    effect += level(model.effect_rater_sd, design.data.rater)
    latent = level(model.severity_sd, design.data.rater) + level(
        model.scenario_sd, design.data.scenario
    )
    latent += level(model.contrast_sd, design.data.contrast) + level(model.reply_sd, design.reply)
    latent += model.noise_sd * rng.standard_normal(latent.shape) - effect * at.cold[:, None]
    return _answers(model, latent, rng)


def _answers(model: RaterModel, latent: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    answers = 1.0 + sum((latent > cut).astype("float64") for cut in model.cutpoints)
    guesses = rng.integers(1, 6, latent.shape)
    return np.where(rng.random(latent.shape) < model.lapse, guesses, answers)


def drawn_truth(at: World, arm: str, *, seed: int, draws: int = DRAWS) -> Estimate:
    """The true effect of an arm by draws, each of a rater, scenario, contrast and reply anew."""
    rng, model = np.random.default_rng((seed, 6, at.arms.index(arm))), at.model
    design, persona = design_of(at.observed), arm.removeprefix("swap ")
    own = (design.labels == arm) & at.observed.frame["persona"].eq(persona).to_numpy()
    other = (design.labels == "reference") & np.isin(
        design.data.contrast, design.data.contrast[own]
    )
    apart = np.zeros(draws)
    for rows, sign in ((own, 1.0), (other, -1.0)):
        # Scenarios count equally, as in the analysis.
        here = design.data.scenario[rows]
        share = 1 / np.bincount(here)[here]
        cold = rng.choice(at.cold[rows], draws, p=share / share.sum())
        spread = np.hypot.reduce(
            (model.severity_sd, model.scenario_sd, model.contrast_sd, model.reply_sd)
        )
        effect = rng.normal(
            model.effect, np.hypot(model.effect_scenario_sd, model.effect_rater_sd), draws
        )
        latent = rng.normal(0, spread, draws) + model.noise_sd * rng.standard_normal(draws)
        apart += sign * _answers(model, latent - effect * cold, rng)
    mean = float(apart.mean())
    half = float(stats.norm.ppf(0.995) * apart.std(ddof=1) / np.sqrt(draws))
    return Estimate(value=mean, low=mean - half, high=mean + half, level=0.99)


def sections(done: list[tuple[Task, Hits]]) -> list[Section]:
    """Put what was counted into a section of the report."""
    at, seed = world(), done[0][0].seed[0]
    covers, differs = (
        np.concatenate(one, axis=1) for one in zip(*(hits for _, hits in done), strict=True)
    )
    effect = np.array([at.truth[arm] != 0 for arm in at.arms])
    rows = [
        Row("planted personas", "coverage", share_of(covers[effect]), HOLDS),
        Row("planted personas", "differs", share_of(differs[effect])),
    ]
    for arm in np.array(at.arms)[effect]:
        truth, drawn = at.truth[arm], drawn_truth(at, arm, seed=seed)
        rows.append(Row(arm, "coverage", share_of(covers[at.arms.index(arm)]), HOLDS))
        rows.append(Row(arm, "differs", share_of(differs[at.arms.index(arm)])))
        rows.append(Row(arm, "true effect", drawn, Band(truth, truth, points=True)))
    for name, own in (
        ("A/A (resample)", np.array(at.arms) == "resample"),
        ("paraphrase", np.array(at.arms) == "paraphrase"),
        ("personas without an effect", ~effect & ~np.isin(at.arms, NULL_ARMS) & at.tested),
    ):
        rows.append(Row(name, "coverage", share_of(covers[own])))
        band = QUIET if name.startswith("A/A") else None
        rows.append(Row(name, "differs", share_of(differs[own]), band))
    return [Section("The planted record", _SAYS.format(draws=DRAWS), rows)]

"""Raters simulated one by one and answers drawn for a whole design rest on one latent model."""

from collections import Counter
from collections.abc import Iterable
from random import Random

import numpy as np
import pytest

from toolkit.analysis import Truth, crossed_design, draw, true_effect
from toolkit.design import LatentRating
from toolkit.session.simulated import RaterModel

ARM = "swap persona-01"
SHARED = tuple(LatentRating.__dataclass_fields__)
MODELS = {
    "default": RaterModel(),
    "strong": RaterModel(effect=2.5, effect_rater_sd=0.8, lapse=0.2),
    "even": RaterModel(severity_sd=0.0, scenario_sd=1.5, cutpoints=(-1.0, -0.5, 0.5, 1.0)),
    "ordered": RaterModel(order_effect=1.5, tie=0.1, neither=0.3, reply_sd=1.0),
}
POINTS = range(1, 6)
SCORE = {"left": 1, "right": -1, "equal": 0}


def truth_of(model: RaterModel) -> Truth:
    """The same raters, one of whose arms is answered without warmth."""
    same = {name: getattr(model, name) for name in SHARED}
    return Truth(**same, effects={ARM: -model.effect})


def latent(model: RaterModel, rng: Random, *, cold: float) -> float:
    """A latent value as a simulated rater has it, every term drawn anew."""
    effect = model.effect
    effect += rng.gauss(0, model.effect_scenario_sd) + rng.gauss(0, model.effect_rater_sd)
    levels = (model.severity_sd, model.scenario_sd, model.contrast_sd)
    return sum(rng.gauss(0, sd) for sd in (*levels, model.reply_sd, model.noise_sd)) - effect * cold


def shares(model: RaterModel, arm: str, values: Iterable[int], *, paired: bool) -> list[float]:
    """Share of each value among answers to an arm, drawn for many designs."""
    design = crossed_design(raters=40, scenarios=20, replicates=2, paired=paired)
    truth, here = truth_of(model), design.labels == arm
    drawn = np.concatenate(
        [
            draw(design, truth, np.random.default_rng(seed)).frame["value"].to_numpy()[here]
            for seed in range(30)
        ]
    )
    return [float((drawn == value).mean()) for value in values]


def test_parameters_and_what_they_are_unless_told_are_the_same() -> None:
    for name in SHARED:
        assert (
            getattr(RaterModel(), name) == getattr(Truth(), name) == getattr(LatentRating(), name)
        )
    assert issubclass(RaterModel, LatentRating)
    assert issubclass(Truth, LatentRating)


@pytest.mark.parametrize("name", MODELS)
def test_both_name_the_same_true_effect(name: str) -> None:
    model = MODELS[name]
    truth = truth_of(model)
    single, paired = (crossed_design(raters=2, scenarios=2, paired=one) for one in (False, True))
    points = model.mean_points(1.0) - model.mean_points(0.0)
    assert true_effect(single, truth, ARM) == pytest.approx(points, abs=1e-12)
    choice = model.mean_preference(1.0, 0.0)
    assert true_effect(paired, truth, ARM) == pytest.approx(choice, abs=1e-12)


@pytest.mark.parametrize("cold", [0.0, 1.0])
@pytest.mark.parametrize("name", MODELS)
def test_both_draw_answers_of_one_distribution(name: str, cold: float) -> None:
    model, rng = MODELS[name], Random(20264)
    one_by_one = Counter(
        rng.choice(POINTS)
        if rng.random() < model.lapse
        else model.points(latent(model, rng, cold=cold))
        for _ in range(40_000)
    )
    # Answers of one design share raters and scenarios, so the shares are held to a band.
    drawn = shares(model, ARM if cold else "reference", POINTS, paired=False)
    assert drawn == pytest.approx([one_by_one[one] / 40_000 for one in POINTS], abs=0.03)


@pytest.mark.parametrize("name", MODELS)
def test_both_draw_choices_of_one_distribution(name: str) -> None:
    model, rng = MODELS[name], Random(20265)

    def chosen(side: int) -> int:
        """By one rater: 1 for the cold reply of an arm, -1 for the reference's."""
        if rng.random() < model.lapse:
            return rng.choice((1, -1, 0, 0))
        if rng.random() < model.neither:
            return 0
        spread = rng.gauss(0, model.effect_scenario_sd) + rng.gauss(0, model.effect_rater_sd)
        lead = rng.gauss(0, model.reply_sd) - rng.gauss(0, model.reply_sd) - model.effect - spread
        noise = rng.gauss(0, model.noise_sd)
        return side * SCORE[model.preference(side * lead + model.order_effect + noise)]

    one_by_one = Counter(chosen(1 if number % 2 else -1) for number in range(40_000))
    drawn = shares(model, ARM, (-1, 0, 1), paired=True)
    assert drawn == pytest.approx([one_by_one[one] / 40_000 for one in (-1, 0, 1)], abs=0.03)

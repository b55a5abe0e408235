"""Raters without a human: what they know, what they leave behind, and the truth beside it."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from kept_rows import kept_rows
from rating_world import RatingWorld
from small_replies import keep_replies

from toolkit.design import Unit
from toolkit.errors import DesignError, NotNow
from toolkit.probes import run_sweep
from toolkit.record import (
    Binding,
    Choice,
    Guess,
    Item,
    Participant,
    RaterSeat,
    Rating,
    Reply,
    SessionEnd,
    Simulation,
    Sweep,
)
from toolkit.session import planted, simulate_raters
from toolkit.session.simulated import RaterModel, coldness, true_effects

MakeWorld = Callable[..., RatingWorld]
WARM = "Thank you for asking.\n\nIt will be there on Friday.\n\nIs there anything else?"
COLD = "It will be there on Friday."
DRAWS = 400_000


def cold_for(*personas: str) -> Callable[[Unit], str]:
    """Replies that are cold for some personas and warm for everybody else."""
    return lambda unit: COLD if unit.arm.persona_id in personas else WARM


@pytest.fixture
def world(rating_world: MakeWorld) -> RatingWorld:
    made = rating_world()
    keep_replies(made.stage, made.record, says=cold_for("ben-test"))
    return made


# ── the model ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("reply", "expected"),
    [(WARM, 0.0), (WARM + "\n\nBye.", 0.0), ("Thanks.\n\nFriday.", 0.5), (COLD, 1.0), ("", 1.0)],
)
def test_coldness_is_read_off_the_reply_alone(reply: str, expected: float) -> None:
    assert coldness(reply) == expected


MODELS = {
    "default": RaterModel(),
    "strong": RaterModel(effect=2.5, effect_rater_sd=0.8, lapse=0.2),
    "even": RaterModel(severity_sd=0.0, scenario_sd=1.5, cutpoints=(-1.0, -0.5, 0.5, 1.0)),
    "ordered": RaterModel(order_effect=1.5, tie=0.1, neither=0.3, reply_sd=1.0),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("cold", [0.0, 0.5, 1.0])
def test_the_expected_answer_is_what_many_draws_give(name: str, cold: float) -> None:
    model, draw = MODELS[name], np.random.default_rng(7)

    def term(deviation: float) -> np.ndarray:
        return deviation * draw.standard_normal(DRAWS)

    effect = model.effect + term(model.effect_scenario_sd) + term(model.effect_rater_sd)
    latent = (
        sum(term(sd) for sd in (model.severity_sd, model.scenario_sd, model.contrast_sd))
        + term(model.reply_sd)
        + term(model.noise_sd)
        - effect * cold
    )
    points = 1 + np.digitize(latent, model.cutpoints)
    lapsed = draw.random(DRAWS) < model.lapse
    points = np.where(lapsed, draw.integers(1, 6, DRAWS), points)
    error = points.std() / DRAWS**0.5
    assert abs(points.mean() - model.mean_points(cold)) < 4 * error
    assert [model.points(value) for value in latent[:200]] == (
        (1 + np.digitize(latent[:200], model.cutpoints)).tolist()
    )


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(("cold", "base"), [(1.0, 0.0), (0.5, 0.0), (0.0, 1.0), (0.0, 0.0)])
def test_the_expected_preference_is_what_many_draws_give(
    name: str, cold: float, base: float
) -> None:
    model, draw = MODELS[name], np.random.default_rng(8)

    def term(deviation: float) -> np.ndarray:
        return deviation * draw.standard_normal(DRAWS)

    effect = model.effect + term(model.effect_scenario_sd) + term(model.effect_rater_sd)
    side = np.where(draw.random(DRAWS) < 0.5, 1, -1)
    lead = term(model.reply_sd) - term(model.reply_sd) - effect * (cold - base)
    shown = side * lead + model.order_effect + term(model.noise_sd)
    chosen = np.where(shown > model.tie, side, np.where(shown < -model.tie, -side, 0))
    chosen = np.where(draw.random(DRAWS) < model.neither, 0, chosen)
    lapsed = draw.random(DRAWS) < model.lapse
    chosen = np.where(lapsed, draw.choice([1, -1, 0, 0], DRAWS), chosen)
    error = chosen.std() / DRAWS**0.5
    assert abs(chosen.mean() - model.mean_preference(cold, base)) < 4 * error


def test_without_a_difference_in_warmth_the_truth_is_nothing() -> None:
    for model in MODELS.values():
        for cold in (0.0, 0.5, 1.0):
            assert model.mean_preference(cold, cold) == pytest.approx(0, abs=1e-12)
        assert model.mean_points(0.0) > model.mean_points(0.5) > model.mean_points(1.0)


# ── the truth of a stage ────────────────────────────────────────────────────────────────────────


def test_true_effects_name_every_arm_and_are_exactly_0_for_the_null(world: RatingWorld) -> None:
    model = RaterModel()
    truth = true_effects(world.stage, world.record, model)
    assert truth == {
        "swap ben-test": pytest.approx(model.mean_points(1.0) - model.mean_points(0.0)),
        "swap cho-test": 0.0,
        "swap dee-test": 0.0,
        "paraphrase": 0.0,
        "resample": 0.0,
    }
    assert truth["swap ben-test"] < -0.5


def test_a_cold_reference_makes_everybody_else_better_off(rating_world: MakeWorld) -> None:
    world = rating_world()
    keep_replies(world.stage, world.record, says=cold_for("ada-test"))
    truth = true_effects(world.stage, world.record, RaterModel())
    assert (truth["paraphrase"], truth["resample"]) == (0.0, 0.0)
    assert min(truth[f"swap {name}-test"] for name in ("ben", "cho", "dee")) > 0.5


def test_in_pairs_the_truth_is_on_the_scale_of_preferences(rating_world: MakeWorld) -> None:
    world = rating_world(form="pair")
    keep_replies(world.stage, world.record, says=cold_for("ben-test"))
    model = RaterModel()
    truth = true_effects(world.stage, world.record, model)
    assert truth["swap ben-test"] == pytest.approx(model.mean_preference(1.0, 0.0))
    assert [truth[arm] for arm in ("paraphrase", "resample")] == pytest.approx([0.0, 0.0])


def test_scenarios_count_equally_and_failures_not_at_all(rating_world: MakeWorld) -> None:
    world = rating_world()
    keep_replies(
        world.stage,
        world.record,
        ends=lambda unit: "errored" if unit.arm.persona_id == "dee-test" else "answered",
        says=lambda unit: (
            COLD if (unit.contrast_id, unit.arm.persona_id) == ("parcel", "ben-test") else WARM
        ),
    )
    model = RaterModel()
    truth = true_effects(world.stage, world.record, model)
    third = (model.mean_points(1.0) - model.mean_points(0.0)) / 3
    assert truth["swap ben-test"] == pytest.approx(third)
    assert "swap dee-test" not in truth


# ── what they leave behind ──────────────────────────────────────────────────────────────────────


def test_everything_they_leave_is_marked_and_complete(world: RatingWorld) -> None:
    model = RaterModel()
    seen: list[tuple[int, int]] = []
    count = simulate_raters(
        world.stage, world.record, raters=4, seed=5, model=model, on_item=lambda *n: seen.append(n)
    )
    assert count == 20
    assert (seen[0], seen[-1], len(seen)) == ((1, 20), (20, 20), 20)
    assert [one.simulated for one in world.record.rows(Participant)] == [True] * 4
    assert [seat.simulated for seat in world.record.rows(RaterSeat)] == [True] * 4
    assert [end.reason for end in kept_rows(world.record, SessionEnd)] == ["finished"] * 4
    assert len(kept_rows(world.record, Rating)) == 40
    assert world.record.rows(Guess)
    (row,) = world.record.rows(Simulation)
    assert (row.confirm_hash, row.seed, row.model) == (world.stage.hash, 5, model.content())
    assert row.truth == true_effects(world.stage, world.record, model)
    assert world.record.verify().ok


def answers(world: RatingWorld) -> list[tuple[str, int | None]]:
    items = {row.item_id: row for row in kept_rows(world.record, Item)}
    return [
        (str(items[str(row.item_id)].unit_ids), row.value)
        for row in kept_rows(world.record, Rating)
    ]


def test_the_same_seed_answers_alike_also_when_interrupted(rating_world: MakeWorld) -> None:
    whole, broken, other = rating_world(), rating_world(), rating_world()
    for one in (whole, broken, other):
        keep_replies(one.stage, one.record, says=cold_for("ben-test"))
    simulate_raters(whole.stage, whole.record, raters=3, seed=5)

    def stop(done: int, total: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate_raters(broken.stage, broken.record, raters=3, seed=5, on_item=stop)
    assert simulate_raters(broken.stage, broken.record, raters=3, seed=5) == 8
    assert simulate_raters(broken.stage, broken.record, raters=3, seed=5) == 0
    assert answers(broken) == answers(whole)
    assert len(broken.record.rows(Simulation)) == 1
    simulate_raters(other.stage, other.record, raters=3, seed=6)
    assert answers(other) != answers(whole)


def test_they_rate_what_they_read(world: RatingWorld) -> None:
    steady = RaterModel(
        severity_sd=0, scenario_sd=0, contrast_sd=0, reply_sd=0, effect=2, noise_sd=0.01, lapse=0
    )
    sure = replace(steady, effect_scenario_sd=0, effect_rater_sd=0, cutpoints=(-3, -1, 0.5, 1))
    simulate_raters(world.stage, world.record, raters=8, seed=1, model=sure)
    items = {row.item_id: row for row in kept_rows(world.record, Item)}
    given = defaultdict(set)
    for row in kept_rows(world.record, Rating):
        item = items[str(row.item_id)]
        kind = item.purpose if item.purpose == "attention" else item.shown["replies"][0]
        given[kind].add(row.value)
    assert given == {"attention": {2}, WARM: {3}, COLD: {2}}


def test_who_lapses_does_not_read_the_attention_item(world: RatingWorld) -> None:
    simulate_raters(world.stage, world.record, raters=8, seed=1, model=RaterModel(lapse=1.0))
    checks = {row.item_id for row in kept_rows(world.record, Item) if row.purpose == "attention"}
    values = [row.value for row in kept_rows(world.record, Rating) if row.item_id in checks]
    assert len(values) == 16
    assert len(set(values)) > 2


def test_a_rest_is_taken_and_the_next_day_goes_on(rating_world: MakeWorld) -> None:
    world = rating_world(items_per_sitting=2)
    keep_replies(world.stage, world.record)
    assert simulate_raters(world.stage, world.record, raters=1, seed=1) == 5


def test_pairs_are_chosen_between(rating_world: MakeWorld) -> None:
    world = rating_world(form="pair")
    keep_replies(world.stage, world.record, says=cold_for("ben-test"))
    simulate_raters(world.stage, world.record, raters=8, seed=2, model=RaterModel(effect=6))
    items = {row.item_id: row for row in kept_rows(world.record, Item)}
    chosen = [
        (row.preferred, items[row.item_id].shown["replies"])
        for row in kept_rows(world.record, Choice)
    ]
    assert len(chosen) == 32
    against = [
        preferred
        for preferred, replies in chosen
        if COLD in replies and preferred == ("left", "right")[replies.index(WARM)]
    ]
    unequal = [preferred for preferred, replies in chosen if COLD in replies]
    assert len(unequal) >= 4
    assert len(against) >= len(unequal) - 1


def test_without_replies_there_is_nothing_to_rate(rating_world: MakeWorld) -> None:
    world = rating_world()
    with pytest.raises(NotNow) as refused:
        simulate_raters(world.stage, world.record, raters=1, seed=1)
    assert str(refused.value) == (
        "study small: got no reply that could be rated; wanted those of its confirm stage. Run "
        "`parallax run small` first."
    )
    assert world.record.rows(Participant) == []


# ── a planted bias ──────────────────────────────────────────────────────────────────────────────


def test_a_planted_bias_hits_whom_it_names_and_nobody_else(rating_world: MakeWorld) -> None:
    world = rating_world()
    asyncio.run(run_sweep(world.stage, world.record, binder=planted(world.stage, ["ben-test"])))
    cold = {row.persona_id for row in kept_rows(world.record, Reply) if coldness(row.text) == 1}
    warm = {row.persona_id for row in kept_rows(world.record, Reply) if coldness(row.text) == 0}
    assert (cold, warm) == ({"ben-test"}, {"ada-test", "cho-test", "dee-test"})
    assert [(one.endpoint, one.frozen) for one in world.record.rows(Binding)] == [
        ("scripted:planted", False)
    ]
    assert [row.unfrozen for row in world.record.rows(Sweep)] == [True]


def test_a_study_that_names_the_planted_endpoint_is_run_as_frozen(rating_world: MakeWorld) -> None:
    def name_it(root: object) -> None:
        path = root / "personas" / "studies" / "small.yaml"  # type: ignore[operator]
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("scripted:courteous", "scripted:planted"), encoding="utf-8")

    world = rating_world(edit=name_it)
    bound = planted(world.stage, ["ben-test"])(world.study, "assistant")
    assert (bound.frozen, bound.endpoint.name) == (True, "scripted:planted")


def test_a_bias_needs_a_cue_of_its_own(rating_world: MakeWorld) -> None:
    world = rating_world()
    with pytest.raises(DesignError) as refused:
        planted(world.stage, ["nobody-here"])
    assert str(refused.value) == (
        "study small: got no cue that only nobody-here would show; wanted at least one to plant a "
        "bias on. Choose personas of its contrasts."
    )

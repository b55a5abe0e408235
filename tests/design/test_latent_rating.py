"""The latent model of ratings, by hand."""

from math import hypot
from statistics import NormalDist

import pytest

from toolkit.design import LatentRating

BARE = LatentRating(
    severity_sd=0,
    scenario_sd=0,
    contrast_sd=0,
    reply_sd=0,
    effect_scenario_sd=0,
    effect_rater_sd=0,
    lapse=0,
    neither=0,
    order_effect=0,
)
LEVELS = ("severity_sd", "scenario_sd", "contrast_sd", "reply_sd")


def changed(**values: object) -> LatentRating:
    fields = {name: getattr(BARE, name) for name in LatentRating.__dataclass_fields__}
    return LatentRating(**(fields | values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("latent", "points"),
    [(-9, 1), (-2, 1), (-1.99, 2), (-1, 2), (0, 3), (0.01, 4), (1.2, 4), (9, 5)],
)
def test_an_answer_begins_just_above_its_cutpoint(latent: float, points: int) -> None:
    assert BARE.points(latent) == points


def test_two_answers_are_0_and_1() -> None:
    binary = changed(cutpoints=(0.5,))
    assert (binary.lowest, binary.points(0.5), binary.points(0.51)) == (0, 0, 1)
    assert binary.expected_points(0.5) == 0.5
    assert changed(cutpoints=(0.5,), lapse=1.0).expected_points(9.0) == 0.5


@pytest.mark.parametrize(
    ("lead", "said"),
    [(0.5, "equal"), (-0.5, "equal"), (0.51, "left"), (-0.51, "right"), (0, "equal")],
)
def test_a_lead_within_the_tie_is_about_equal(lead: float, said: str) -> None:
    assert BARE.preference(lead) == said


def test_without_cutpoints_the_latent_value_is_the_answer() -> None:
    assert changed(cutpoints=()).expected_points(-7.25) == -7.25


def test_the_expected_answer_is_a_sum_of_normal_probabilities() -> None:
    normal = NormalDist()
    by_hand = 1 + sum(normal.cdf((0.3 - cut) / 2) for cut in BARE.cutpoints)
    assert changed(noise_sd=2.0).expected_points(0.3) == pytest.approx(by_hand, abs=1e-12)


@pytest.mark.parametrize("name", [*LEVELS, "slope"])
def test_every_term_blurs_the_answer_alike(name: str) -> None:
    """A term of sd 3 beside noise of sd 4 is noise of sd 5."""
    blurred = changed(noise_sd=5.0).expected_points(0.8)
    slope = 3.0 if name == "slope" else 0.0
    model = changed(noise_sd=4.0, **({} if slope else {name: 3.0}))
    assert model.expected_points(0.8, slope) == pytest.approx(blurred, abs=1e-12)


def test_who_lapses_answers_the_middle_on_average() -> None:
    assert changed(lapse=1.0).expected_points(-9.0) == 3.0
    half = (BARE.expected_points(1.0) + 3.0) / 2
    assert changed(lapse=0.5).expected_points(1.0) == pytest.approx(half, abs=1e-12)


def test_the_expected_choice_by_hand() -> None:
    normal = NormalDist(sigma=hypot(1.0, 0.6, 0.6, 0.3))
    ahead = [1 - normal.cdf(0.5 - 0.7 - order) for order in (0.2, -0.2)]
    behind = [normal.cdf(-0.5 - 0.7 - order) for order in (0.2, -0.2)]
    model = changed(reply_sd=0.6, order_effect=0.2, severity_sd=9, scenario_sd=9, contrast_sd=9)
    expected = (sum(ahead) - sum(behind)) / 2
    assert model.expected_preference(0.7, 0.3) == pytest.approx(expected, abs=1e-12)
    few = changed(reply_sd=0.6, order_effect=0.2, neither=0.25, lapse=0.5)
    assert few.expected_preference(0.7, 0.3) == pytest.approx(0.375 * expected, abs=1e-12)


def test_the_order_of_two_equal_replies_favors_nobody() -> None:
    assert changed(order_effect=2.0).expected_preference(0.0) == pytest.approx(0, abs=1e-15)

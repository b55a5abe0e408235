from math import log, sqrt

import numpy as np
import pandas as pd
import pytest

from toolkit.analysis.engine import confidence_sequence, evidence_against
from toolkit.errors import AnalysisError


def sequence(differences, bounds) -> pd.DataFrame:
    return pd.DataFrame(confidence_sequence(differences, bounds)._asdict())


def test_two_steps_by_hand() -> None:
    # Units .75 and 1 on 0 to 1, level .95. First bet: variance 1/4, t = 1.
    first = sqrt(2 * log(40) / (0.25 * 1 * log(2)))
    # After .75: mean (.5 + .75) / 2 = .625, variance (.25 + .125 ** 2) / 2 = .1328125; t = 2.
    second = sqrt(2 * log(40) / (0.1328125 * 2 * log(3)))
    at = 0.5  # the middle: nobody bets beyond .9 / .5
    limit = 0.9 / at
    assert first > limit
    assert second > limit
    above = (1 + limit * 0.25) * (1 + limit * 0.5)
    below = (1 - limit * 0.25) * (1 - limit * 0.5)
    got = evidence_against([0.75, 1.0], (0, 1), null=at)
    assert got[0] == pytest.approx(max(1 + limit * 0.25, 1 - limit * 0.25) / 2)
    assert got[1] == pytest.approx(max(above, below) / 2)


def test_a_bet_shrinks_with_time_by_hand() -> None:
    units = [0.5] * 30
    # Every unit at .5: mean .5, variance .25 / t after t - 1 of them; the thirtieth bet.
    bet = sqrt(2 * log(40) / (0.25 / 30 * 30 * log(31)))
    assert bet < 0.9 / 0.3
    got = evidence_against(units, (0, 1), null=0.3)
    assert got[-1] / got[-2] == pytest.approx(1 + bet * 0.2)


def test_an_end_is_where_the_money_is_made() -> None:
    values = np.random.default_rng(2).normal(1.5, 1, 60).clip(-4, 4)
    path = sequence(values, (-4, 4))
    for n in (20, 60):
        low, high = path.loc[n - 1, ["low", "high"]]
        assert low < path.loc[n - 1, "estimate"] < high
        for end in (low, high):
            assert evidence_against(values[:n], (-4, 4), null=end)[-1] == pytest.approx(
                20, rel=1e-6
            )


def test_the_p_at_a_look_agrees_with_the_interval() -> None:
    rng = np.random.default_rng(9)
    for shift in (0.0, 0.6, 1.2):
        values = rng.normal(shift, 1, 50).clip(-4, 4)
        path, won = sequence(values, (-4, 4)), evidence_against(values, (-4, 4))
        outside = (path["low"] > 0) | (path["high"] < 0)
        assert ((won >= 20) == outside.to_numpy()).all()


def test_it_turns_with_its_sign_and_stretches_with_its_unit() -> None:
    values = np.random.default_rng(3).uniform(-2, 1, 25)
    path, turned = sequence(values, (-2, 2)), sequence(-values, (-2, 2))
    assert turned["low"].to_numpy() == pytest.approx(-path["high"].to_numpy(), abs=1e-9)
    wide = sequence(10 * values + 3, (-17, 23))
    assert wide["low"].to_numpy() == pytest.approx(10 * path["low"].to_numpy() + 3, abs=1e-8)


def test_the_first_intervals_are_everything() -> None:
    path = sequence([4.0], (-4, 4))
    assert path.iloc[0].to_dict() == {"n": 1, "estimate": 4.0, "low": -4.0, "high": 4.0}
    assert sequence([], (-4, 4)).empty


@pytest.mark.parametrize("draw", ["normal", "thirds", "rare"])
def test_looking_after_every_unit_stays_under_five_percent(draw: str) -> None:
    rng = np.random.default_rng(7)
    size = (2000, 150)
    values = {
        "normal": rng.normal(0, 1.2, size).clip(-4, 4),
        "thirds": rng.choice([-1.0, 0.0, 1.0], size=size),
        # A mean of 0 that few units pull down: 19 of 20 at .2, one at -3.8.
        "rare": np.where(rng.random(size) < 0.05, -3.8, 0.2),
    }[draw]
    ever = (evidence_against(values, (-4, 4)) >= 20).any(axis=1).mean()
    assert ever <= 0.05 + 2.576 * sqrt(0.05 * 0.95 / size[0])


def test_a_difference_that_is_there_is_found() -> None:
    values = np.random.default_rng(7).normal(-0.8, 1, (400, 60)).clip(-4, 4)
    assert (evidence_against(values, (-4, 4))[:, -1] >= 20).mean() > 0.9


@pytest.mark.parametrize(
    ("values", "bounds", "message"),
    [
        (
            [1.0, float("nan")],
            (-4, 4),
            "sequence: got a difference or a bound that is missing or infinite; wanted finite "
            "ones, the lower bound below the upper. Leave units without a difference out.",
        ),
        (
            [5.0],
            (-4, 4),
            "sequence: got a difference of 5; wanted it within -4 and 4. Give the bounds that the "
            "outcome's scale sets.",
        ),
    ],
)
def test_bad_units_are_refused(values, bounds, message: str) -> None:
    with pytest.raises(AnalysisError) as refused:
        sequence(values, bounds)
    assert str(refused.value) == message

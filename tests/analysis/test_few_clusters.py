"""Two clusters generalize nothing: no interval, no p and no verdict, from any estimator."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from toolkit.analysis import (
    Finding,
    Observations,
    Truth,
    crossed_design,
    disparity,
    draw,
    from_table,
    interim,
    intersections,
    ordinal,
    preference,
    rates,
    waves,
)
from toolkit.analysis.engine import FEWEST_CLUSTERS
from toolkit.analysis.findings import mean_over_raters, share_over_raters, too_few
from toolkit.analysis.power import planted, share_of, trials

SLOPES = Truth(
    severity_sd=1.0,
    scenario_sd=0.7,
    contrast_sd=0.3,
    reply_sd=0.3,
    effect_scenario_sd=0.7,
    effect_rater_sd=0.525,
    cutpoints=(-2.0, -0.7, 0.7, 2.0),
    lapse=0.0,
)
PEOPLE = pd.DataFrame(
    {"gender": list("ababab"), "age": list("xxyyxx")},
    index=pd.Index([f"persona-{one:02d}" for one in range(1, 7)], name="persona"),
)
FEW = [
    pytest.param(20, 2, id="20 raters x 2 scenarios"),
    pytest.param(2, 20, id="2 x 20: rejected 13 % at 5 % before"),
    pytest.param(2, 2, id="2 x 2"),
    pytest.param(1, 12, id="one rater"),
    pytest.param(12, 1, id="one scenario"),
]


_WHY = ("at least 3", "ewer than 3", "until at least", "stood on one side", "needs 3 a level")


@dataclass(frozen=True)
class Asked:
    """An estimator, and the answers it takes."""

    name: str
    ask: Callable[[Observations], Sequence[Finding]]
    truth: Truth = SLOPES
    paired: bool = False
    personas: int = 1


def _factors(seen: Observations) -> Sequence[Finding]:
    return disparity(seen, factors=["gender"], family="factors").findings


def _average(seen: Observations) -> Sequence[Finding]:
    return disparity(seen, compare_with="grand_mean", margin=0.5).findings


def _table(seen: Observations) -> Sequence[Finding]:
    rows = seen.frame.loc[seen.frame["arm"].isin(["swap", "reference"])]
    table = from_table(
        rows.rename(columns={"value": "points"}),
        value="points",
        scale="likert",
        reference="persona-00",
        **{name: name for name in ("persona", "scenario", "contrast", "rater")},
        bounds=(1, 5),
    )
    return disparity(table).findings


def _waves(seen: Observations) -> Sequence[Finding]:
    value = seen.frame["value"].sample(frac=1, random_state=1).to_numpy()
    return waves(seen, replace(seen, frame=seen.frame.assign(value=value))).findings


def _path(seen: Observations) -> Sequence[Finding]:
    order = sorted(set(seen.frame["rater"]))
    return [interim(seen, "persona-01", over="raters", order=order).finding]


def _ratios(seen: Observations) -> Sequence[Finding]:
    made = rates(seen)
    nothing = all(one.estimate is None for one in made.findings)
    assert made.ratios[["ratio", "low", "high"]].isna().all(axis=None) == nothing
    assert made.differences[["low", "high", "p"]].isna().all(axis=None) == nothing
    return made.findings


YES = Truth(cutpoints=(0.5,), lapse=0.0, effect_scenario_sd=0.3, effect_rater_sd=0.3)
ASKED = [
    Asked("primary test", lambda seen: disparity(seen, margin=0.5).findings),
    Asked("its null arms", lambda seen: disparity(seen).null_arms),
    Asked("against all", _average, personas=3),
    Asked("factor claims", _factors, personas=6),
    Asked("a table of anybody's", _table),
    Asked("two waves", _waves),
    Asked("ordinal model", lambda seen: ordinal(seen).findings),
    Asked("rates and ratios", _ratios, truth=YES),
    Asked("an interim look", _path),
    Asked("intersections", lambda s: intersections(s, ["gender", "age"]).findings, personas=6),
    Asked("preferences", lambda seen: preference(seen).findings, paired=True),
]


def world(asked: Asked, raters: int, scenarios: int) -> Observations:
    design = crossed_design(
        raters=raters,
        scenarios=scenarios,
        contrasts=2,
        swaps=asked.personas,
        nulls=not asked.paired,
        matched=True,
        paired=asked.paired,
    )
    seen = draw(design, asked.truth, np.random.default_rng(raters * 100 + scenarios))
    people = PEOPLE[: asked.personas]
    return Observations(of=seen.of, frame=seen.frame, people=people, simulated=True)


@pytest.mark.parametrize(("raters", "scenarios"), FEW)
@pytest.mark.parametrize("asked", ASKED, ids=lambda one: one.name)
def test_nothing_generalizes_over_two(asked: Asked, raters: int, scenarios: int) -> None:
    findings = asked.ask(world(asked, raters, scenarios))
    assert findings
    for one in findings:
        assert (one.estimate, one.se, one.df, one.p, one.p_adjusted) == (None,) * 5
        assert one.verdict == "not estimable"
        assert dict(one.tests) == {}
        assert one.needs == ""
        assert any(word in " ".join(one.caveats) for word in _WHY)


@pytest.mark.parametrize("asked", ASKED, ids=lambda one: one.name)
def test_three_of_each_give_an_answer(asked: Asked) -> None:
    findings = asked.ask(world(asked, 5, 4))
    assert any(one.estimate is not None for one in findings)


@pytest.mark.parametrize(("raters", "scenarios"), [(3, 40), (5, 40), (20, 3), (60, 5), (4, 4)])
def test_df_are_never_more_than_the_fewer_clusters_allow(raters: int, scenarios: int) -> None:
    """Whichever varied more in the data: all rows of one table have the same df."""
    design = crossed_design(raters=raters, scenarios=scenarios, swaps=4, matched=True)
    found = disparity(draw(design, SLOPES, np.random.default_rng(1))).findings
    df = [one.df for one in found]
    assert df == pytest.approx([min(raters, scenarios) - 1] * 4)


SMALL = [
    pytest.param(2, 40, id="2 x 40: 13.0 % before"),
    pytest.param(60, 2, id="60 x 2: 11.6 % before"),
    pytest.param(3, 40, id="3 x 40"),
    pytest.param(5, 40, id="5 x 40"),
    pytest.param(20, 3, id="20 x 3: 6.9 % before"),
    pytest.param(4, 4, id="4 x 4"),
]


@pytest.mark.parametrize(("raters", "scenarios"), SMALL)
def test_few_clusters_hold_their_error_rate_or_say_nothing(raters: int, scenarios: int) -> None:
    design = crossed_design(raters=raters, scenarios=scenarios, matched=True)
    made = trials(design, planted(design, SLOPES, {}), simulations=2000, seed=2)
    if min(raters, scenarios) < FEWEST_CLUSTERS:
        assert not made.estimable[0]
    else:
        assert share_of(made.p()[0] <= 0.05).low <= 0.055


def test_two_raters_have_no_mean_and_no_share() -> None:
    two, three = np.array(["a", "a", "b", "b"]), np.array(["a", "b", "c", "c"])
    values = np.array([0.0, 1.0, 1.0, 1.0])
    assert mean_over_raters(values, two) is None
    assert share_over_raters(values, two) is None
    assert mean_over_raters(values, three) is not None
    assert share_over_raters(values, three) is not None


def test_the_sentence_says_what_would_be_enough() -> None:
    assert too_few("ben", scenarios=3, raters=3) == ""
    assert too_few("ben", scenarios=3) == ""
    assert too_few("ben", scenarios=2, raters=9) == (
        "ben was seen in 2 scenarios only: this cannot generalize over scenarios, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 scenarios."
    )
    assert too_few("ben", scenarios=1, raters=2) == (
        "ben was seen in 1 scenario and judged by 2 raters only: this cannot generalize over "
        "scenarios and raters, so there is no interval, no p-value and no verdict. It takes at "
        "least 3 scenarios and raters."
    )

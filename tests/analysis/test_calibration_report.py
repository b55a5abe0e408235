"""The committed report of ``make calibrate``: whole, kept, and of the code as it is now."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from calibration import families, planted, report
from calibration.bands import TYPE_I, Band, Row, Section
from calibration.sections import SECTIONS, SEED, fingerprint

from toolkit.analysis import Estimate, disparity
from toolkit.analysis.power import draw_values, effects_of_many, share_of

LEAST = {"primary": 10_000, "engine": 2_000, "personas": 2_000, "cells": 5_000, "planted": 1_000}


def shipped(name: str) -> str:
    text = report.PATH.read_text(encoding="utf-8")
    return text.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- end of {name} -->")[0]


@pytest.mark.parametrize("name", SECTIONS)
def test_a_few_simulations_of_each_section_come_out_as_reported(name: str) -> None:
    many = SECTIONS[name].simulations
    made = report.made(name, many, SEED, fingerprint(name, SEED))
    assert many >= LEAST.get(name, 10_000)
    assert f"`make calibrate ARGS='{name} --seed {SEED}'`" in made
    # With which versions it was made is told and not held.
    command, _, rest = made.partition(", NumPy")
    assert command in shipped(name)
    assert rest.partition(";")[2] in shipped(name)


@pytest.mark.parametrize("name", SECTIONS)
def test_every_band_is_kept(name: str) -> None:
    kept = re.findall(r"\*\*(\d+) of (\d+) bands kept\.\*\*", shipped(name))
    assert kept
    assert all(int(judged) > 0 for _, judged in kept)
    assert [held for held, _ in kept] == [judged for _, judged in kept]
    assert "**missed**" not in shipped(name)


def test_a_band_is_missed_when_the_whole_interval_is_outside() -> None:
    assert TYPE_I.holds(share(0.08, 0.055, 0.11))
    assert not TYPE_I.holds(share(0.08, 0.056, 0.11))
    assert Band(0.94, 0.965).holds(share(0.93, 0.91, 0.94))
    assert not Band(0.94, 0.965).holds(share(0.98, 0.97, 0.99))
    assert [str(one) for one in (TYPE_I, Band(0.945, 1.0), Band(0.04, 0.065))] == [
        "≤ 5.5 %",
        "≥ 94.5 %",
        "4–6.5 %",
    ]


def test_a_section_is_renewed_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    order = ["first", "second"]

    def write(name: str, at: Estimate, *, seed: int = 3) -> str:
        rows = [Row("a case", "error", at, TYPE_I), Row("another", "error", at)]
        section = Section(f"The {name}", "What it is.", rows)
        report.write(name, [section], simulations=10, seed=seed, few="f00", order=order, path=path)
        return path.read_text(encoding="utf-8")

    write("second", share(0.05, 0.04, 0.06))
    whole = write("first", share(0.05, 0.04, 0.06))
    assert whole.index("## The first") < whole.index("## The second")
    assert "| case | error (≤ 5.5 %) |" in whole
    assert "| a case | 5.0 % [4.0, 6.0] |" in whole
    assert "| another | 5.0 % [4.0, 6.0] *(not judged)* |" in whole
    again = write("first", share(0.08, 0.07, 0.09), seed=4)
    assert "| a case | 8.0 % [7.0, 9.0] **missed** |" in again
    assert "**0 of 1 bands kept.**" in again
    assert "ARGS='first --seed 4'" in again
    assert "ARGS='first --seed 3'" not in again
    assert whole.partition("<!-- second -->")[2] == again.partition("<!-- second -->")[2]


def test_the_planted_intervals_are_those_of_disparity() -> None:
    world = planted.world()
    values = planted.rated(world, np.random.default_rng(1), 1)
    estimate, se = (one[:, 0] for one in effects_of_many(world.swept, values))
    df = world.swept.corrections.df
    frame = world.observed.frame.assign(value=values[:, 0])
    found = disparity(replace(world.observed, frame=frame))
    arms = {one.removeprefix("swap "): place for place, one in enumerate(world.arms)}
    findings = (*found.findings, *found.null_arms)
    assert {one.subject for one in findings} == set(arms)
    for one in findings:
        at = arms[one.subject]
        assert (one.p is not None) == (one.estimate is not None) == world.tested[at]
        if one.estimate is not None:
            assert one.estimate.value == pytest.approx(estimate[at])
            assert (one.se, one.df) == pytest.approx((se[at], df[at]))


def test_the_planted_truth_is_that_of_the_raters_own_model() -> None:
    world = planted.world()
    drawn = planted.drawn_truth(world, "swap luo-zhengyu", seed=1, draws=100_000)
    assert drawn.low <= world.truth["swap luo-zhengyu"] <= drawn.high


def test_claims_about_a_factor_are_those_of_disparity() -> None:
    ready = families.halves(0)
    values = draw_values(
        ready.design, families.factor_truth(0), np.random.default_rng(2), simulations=2
    )
    p, over_ratings = families.factor_p(ready, values)
    observed = replace(
        ready.design.observations,
        people=ready.people,
        frame=ready.design.frame.assign(value=values[:, 1]),
    )
    (claim,) = [
        one
        for one in disparity(observed, family="factors", factors=["half"]).findings
        if one.about == "this factor"
    ]
    assert claim.p == pytest.approx(p[1])
    assert p[1] > over_ratings[1]


def test_shares_of_simulations_are_exact() -> None:
    """C. J. Clopper and E. S. Pearson: none of 20 leaves room for 1 - 0.005 ** (1 / 20)."""
    assert share_of(np.zeros(20, dtype=bool)).high == pytest.approx(1 - 0.005 ** (1 / 20))


def share(value: float, low: float, high: float) -> Estimate:
    return Estimate(value=value, low=low, high=high, level=0.99)

"""Power by simulation: the same test as the report's, shares with intervals, more of what."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lab import ROOT
from small_confirm import make_confirm_workspace

from toolkit.analysis import (
    Truth,
    crossed_design,
    disparity,
    draw,
    needed,
    planned_design,
    power,
    power_curve,
)
from toolkit.analysis.power import (
    draw_values,
    effects_of_many,
    planted,
    primary,
    share_of,
    trials,
)
from toolkit.design import ConfirmStage, Workspace
from toolkit.errors import AnalysisError

ARM = "swap persona-01"


def pilot() -> ConfirmStage:
    return ConfirmStage(Workspace(ROOT).study("pilot"))


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("rated", [True, False])
def test_what_is_simulated_is_the_primary_test(paired: bool, rated: bool) -> None:
    """Estimate, standard error, df and p of every arm are those of ``disparity``."""
    design = crossed_design(
        raters=12, scenarios=8, contrasts=2, swaps=3, nulls=True, per_rater=9, paired=paired
    )
    if not rated:
        design = replace(design, frame=design.frame.assign(rater=None))
    observed = draw(design, Truth(), np.random.default_rng(3))
    made = disparity(observed)
    ready = primary(design)
    value = observed.frame["value"].to_numpy()
    estimate, se = effects_of_many(ready, np.column_stack([value, value + 1]))
    found = [*made.findings, *made.null_arms]
    assert len(found) == len(estimate) == 5
    for row, finding in enumerate(found):
        assert finding.estimate is not None
        assert estimate[row, 0] == pytest.approx(finding.estimate.value, abs=1e-12)
        assert se[row, 0] == pytest.approx(finding.se, rel=1e-10)
        assert ready.corrections.df[row] == pytest.approx(finding.df, rel=1e-10)
        assert se[row, 1] == pytest.approx(se[row, 0], rel=1e-9)
        assert ready.corrections.df[row] == pytest.approx(finding.df, rel=1e-9)
    drawn = trials(design, Truth(), simulations=1, seed=3)
    again = disparity(
        replace(
            observed,
            frame=observed.frame.assign(
                value=draw_values(design, Truth(), np.random.default_rng(3), simulations=1)[:, 0]
            ),
        )
    )
    assert drawn.p()[:, 0] == pytest.approx(
        [one.p for one in (*again.findings, *again.null_arms)], rel=1e-9
    )


def test_a_share_has_its_exact_interval() -> None:
    """Clopper and Pearson, 3 of 100 at 95 %: 0.00623 to 0.08518 (their F form, by hand)."""
    hits = np.arange(100) < 3
    found = share_of(hits, level=0.95)
    assert (found.value, found.low, found.high) == pytest.approx((0.03, 0.0062297, 0.0851763), 1e-4)
    none = share_of(hits & False)
    # (1 - high)^100 = 0.005
    assert (none.low, none.high) == pytest.approx((0.0, 1 - 0.005**0.01))


def test_arms_of_one_simulation_count_once() -> None:
    """Ten arms that always agree tell as much as one; independent ones tell more."""
    one = np.random.default_rng(1).random(400) < 0.3
    alike = share_of(np.tile(one, (10, 1)))
    apart = share_of(np.random.default_rng(2).random((10, 400)) < 0.3)
    single = share_of(one)
    assert alike.high - alike.low == pytest.approx(single.high - single.low, rel=0.05)
    assert apart.high - apart.low < 0.5 * (single.high - single.low)


def test_all_answers_alike_reject_nothing() -> None:
    design = crossed_design(raters=6, scenarios=6)
    always = replace(Truth(lapse=0.0), cutpoints=(-99.0,))
    found = power(design, always, effects=[0.0], simulations=100, seed=1, margin=0.1)
    assert found.share("differs", 0.0).value == 0
    assert found.share("equivalent", 0.0).value == 0


def test_power_reads_as_it_was_asked() -> None:
    design = crossed_design(raters=30, scenarios=20, per_rater=10, swaps=2)
    effects = [0.0, -0.3, -0.6, -0.9]
    found = power(design, Truth(), effects=effects, simulations=400, seed=1, margin=1.0)
    shares = [found.share("differs", one).value for one in effects]
    assert shares == sorted(shares)
    error = found.share("differs", 0.0)
    assert error.low <= 0.05
    assert shares[-1] > 0.9
    assert found.share("covers", -0.6).high > 0.95
    assert found.share("differs in its family", -0.3).value < found.share("differs", -0.3).value
    assert found.share("equivalent", 0.0).value > found.share("equivalent", -0.6).value
    assert found.family == 2
    seen = found.detectable()
    assert seen is not None
    assert 0.3 < seen.low < seen.value < seen.high < 0.9
    assert found.detectable(target=0.9999) is None
    assert set(found.table["says"]) == {
        *("differs", "differs in its family", "covers", "equivalent")
    }
    assert found.table["simulations"].eq(400).all()
    assert not found.table.isna().any().any()


def test_detectable_is_read_between_effects() -> None:
    found = power(
        crossed_design(raters=8, scenarios=8),
        Truth(),
        effects=[0.0, -0.5, -1.0],
        simulations=100,
        seed=1,
    )
    here = found.table["arm"].eq("each persona") & found.table["says"].eq("differs")
    table = found.table.copy()
    table.loc[here, "share"] = [0.05, 0.5, 0.8413447]
    table.loc[here, "low"] = [0.05, 0.4, 0.7]
    table.loc[here, "high"] = [0.05, 0.8413447, 0.9]
    seen = replace(found, table=table).detectable(target=0.6914625)
    # Probits 0 and 1 at the ends; 0.5 lies half way. The low ends never reach it.
    assert seen is not None
    assert seen.value == pytest.approx(0.75, abs=1e-6)
    assert seen.low < 0.5
    table.loc[here, "low"] = [0.05, 0.4, 0.6]
    beyond = replace(found, table=table).detectable(target=0.6914625)
    assert beyond is not None
    assert beyond.high == float("inf")


def test_without_a_margin_nothing_is_equivalent() -> None:
    found = power(
        crossed_design(raters=8, scenarios=8), Truth(), effects=[0.0], simulations=100, seed=1
    )
    assert "equivalent" not in set(found.table["says"])
    with pytest.raises(AnalysisError) as refused:
        found.share("equivalent", 0.0)
    assert str(refused.value) == (
        "power: got 'equivalent' at an effect of +0 for 'each persona'; wanted what was simulated: "
        "`table` lists it. Name a row of it."
    )


def test_too_few_simulations_are_refused() -> None:
    with pytest.raises(AnalysisError) as refused:
        power(crossed_design(raters=8, scenarios=8), Truth(), effects=[0.0], simulations=9, seed=1)
    assert str(refused.value) == (
        "power: got 9 simulations; wanted at least 100, since the share they give is otherwise too "
        "rough to plan by. Ask for more."
    )


def test_a_design_without_a_persona_is_refused() -> None:
    whole = crossed_design(raters=8, scenarios=8)
    design = replace(whole, frame=whole.frame[whole.arm == 0])
    with pytest.raises(AnalysisError) as refused:
        power(design, Truth(), effects=[0.0], simulations=100, seed=1)
    assert str(refused.value) == (
        "power: got a design without a swap arm to test; wanted personas that are compared with a "
        "reference. Check the column 'arm'."
    )


def test_one_rater_says_nothing() -> None:
    found = power(
        crossed_design(raters=1, scenarios=8, matched=True),
        Truth(),
        effects=[0.0, -1.0],
        simulations=100,
        seed=1,
    )
    assert found.share("differs", -1.0).value == 0
    assert "covers" not in set(found.table.loc[found.table["arm"].eq("each persona"), "says"])


def test_rotating_blocks_over_many_scenarios_win() -> None:
    """400 ratings and an effect of 0.5 logit: more scenarios help, and then more raters do."""
    truth = Truth(
        severity_sd=1.0,
        scenario_sd=0.7,
        contrast_sd=0.0,
        reply_sd=0.0,
        # Each of two arms varies by 0.4 over scenarios and 0.3 over raters, so their difference by
        # root two of that.
        effect_scenario_sd=0.4 * 2**0.5,
        effect_rater_sd=0.3 * 2**0.5,
        # As the noise of a logit model.
        noise_sd=np.pi / 3**0.5,
        lapse=0.0,
        effects={ARM: 0.5},
    )
    shares = []
    for raters, scenarios, met in ((20, 10, 10), (20, 40, 10), (40, 40, 5)):
        design = crossed_design(raters=raters, scenarios=scenarios, per_rater=met, matched=True)
        assert len(design) == 400
        made = trials(design, truth, simulations=2000, seed=1)
        shares.append(share_of(made.p()[0] <= 0.05))
    few, blocks, more = shares
    assert few.high < blocks.low
    assert blocks.high < more.high
    assert blocks.value < more.value


def test_a_curve_follows_raters() -> None:
    designs = {float(n): crossed_design(raters=n, scenarios=20, per_rater=6) for n in (10, 20, 40)}
    curve = power_curve(designs, Truth(), effects=[-0.5], simulations=300, seed=1)
    rows = curve[curve["arm"].eq("each persona") & curve["says"].eq("differs")]
    assert list(rows["size"]) == list(rows["raters"]) == [10, 20, 40]
    assert list(rows["observations"]) == [60, 120, 240]
    assert rows["share"].is_monotonic_increasing


def test_planting_on_all_says_of_one_what_planting_on_one_says() -> None:
    design = planned_design(pilot())
    alone = planted(design, Truth(), {"swap luo-zhengyu": -1.0})
    row = design.swaps.index("swap luo-zhengyu")
    one = trials(design, alone, simulations=400, seed=1).p()[row] <= 0.05
    both = power(design, Truth(), effects=[-1.0], simulations=400, seed=1)
    together = both.share("differs", -1.0, "swap luo-zhengyu")
    assert together.low <= one.mean() <= together.high


def test_more_of_what(tmp_path: Path) -> None:
    stage = ConfirmStage(Workspace(make_confirm_workspace(tmp_path)).study("small"))
    found = needed(stage, Truth(), effect=-1.0, simulations=100, seed=1, times=(2, 8))
    table = found.table
    assert table["more"].iloc[0] == "as planned"
    assert list(table["ratings"].iloc[:2]) == [24, 48]
    assert table["ratings"].is_monotonic_increasing or set(table["more"]) >= {"raters"}
    # A rater meets a contrast once, so there is no plan with twice the items.
    items = table[table["more"].eq("items a rater")]
    assert items["refused"].iloc[0].startswith("assignment: got 3 contrasts for a rater")
    assert not table["enough"].any() or str(found).startswith("The fewest ratings")
    # Eight times the raters of the same three scenarios: df stay 2.
    raters = table[table["more"].eq("raters")]
    both = table[table["more"].eq("raters and scenarios")]
    assert list(both["scenarios"]) == [6, 24]
    assert both["share"].iloc[-1] > raters["share"].iloc[-1]


def test_enough_is_enough(tmp_path: Path) -> None:
    stage = ConfirmStage(Workspace(make_confirm_workspace(tmp_path)).study("small"))
    found = needed(stage, Truth(), effect=-1.0, simulations=100, seed=1, target=0.0001, times=(2,))
    best = found.cheapest.iloc[0]
    assert best["enough"]
    if best["more"] == "as planned":
        assert len(found.table) == 1
        assert str(found) == (
            "The plan as it is gives 0% power to say 'differs' at a true effect of -1."
        )


def test_no_equivalence_is_planned_without_a_margin() -> None:
    with pytest.raises(AnalysisError) as refused:
        needed(pilot(), Truth(), effect=0.0, simulations=100, seed=1)
    assert str(refused.value) == (
        "power: got an effect of 0 and no margin; wanted a margin, as nothing is equivalent "
        "without one. Add 'margin' to the study's analysis plan, or plan for an effect."
    )


def test_refusals_are_planned_by_reply() -> None:
    stage = pilot()
    asked = stage.plan.analysis.model_copy(update={"primary": "refusal"})
    stage.plan = stage.plan.model_copy(update={"analysis": asked})
    design = planned_design(stage)
    assert len(design) == len(stage.units)
    found = power(
        design, Truth(cutpoints=(1.6,)), effects=[0.0, 0.3], simulations=100, seed=1, margin=0.2
    )
    assert found.share("differs", 0.3).value > found.share("differs", 0.0).value

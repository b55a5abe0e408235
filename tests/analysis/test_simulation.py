"""Designs, and answers drawn for them under a truth that is known exactly."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lab import ROOT
from scipy import integrate, stats
from small_confirm import make_confirm_workspace

from toolkit.analysis import Truth, crossed_design, draw, planned_design, true_effect
from toolkit.analysis.frames import OBSERVATION_COLUMNS
from toolkit.analysis.power import Design, design_of, draw_values, planted
from toolkit.design import ConfirmStage, Workspace, allocate
from toolkit.errors import AnalysisError

ARM = "swap persona-01"
QUIET = Truth(
    severity_sd=0,
    scenario_sd=0,
    contrast_sd=0,
    reply_sd=0,
    effect_scenario_sd=0,
    effect_rater_sd=0,
    lapse=0,
)


def pilot() -> ConfirmStage:
    return ConfirmStage(Workspace(ROOT).study("pilot"))


def small(root: Path, form: str = "single") -> ConfirmStage:
    return ConfirmStage(Workspace(make_confirm_workspace(root, form=form)).study("small"))


# ── designs ─────────────────────────────────────────────────────────────────────────────────────


def test_a_planned_design_is_the_allocation_without_repeats_and_checks() -> None:
    stage = pilot()
    design = planned_design(stage)
    tasks = [one for seat in allocate(stage).seats for one in seat if one.purpose == "rating"]
    assert len(design) == len(tasks) == 480
    assert list(design.frame.columns) == [one.name for one in OBSERVATION_COLUMNS]
    assert sorted(design.frame["contrast"]) == sorted(one.contrast_id for one in tasks)
    # The reply of each rating, one by one: allocation knows units by their id alone.
    cells = {one.unit_id: (one.contrast_id, one.arm.label, one.replicate) for one in stage.units}
    assert sorted(
        zip(design.frame["contrast"], design.labels, design.frame["replicate"], strict=True)
    ) == sorted(cells[one.unit_ids[0]] for one in tasks)
    assert design.frame["rater"].nunique() == 40
    assert len(design.swaps) == 24
    assert design.people.loc["kacper-wilk", "gender"]
    assert design.plan == stage.hash


def test_a_planned_design_grows(tmp_path: Path) -> None:
    stage = pilot()
    more = planned_design(stage, raters=80, replicates=6)
    assert (len(more), more.frame["replicate"].max()) == (960, 5)
    spread = planned_design(stage, copies=2)
    assert (len(spread), spread.frame["scenario"].nunique()) == (480, 36)
    assert spread.arms == planned_design(stage).arms


def test_pairs_know_their_side_and_the_reply_beside_them(tmp_path: Path) -> None:
    design = planned_design(small(tmp_path, "pair"))
    assert design.paired
    assert set(design.data.side) == {-1.0, 1.0}
    assert "reference" not in set(design.labels)
    names = design.frame["contrast"].astype("str") + design.frame["replicate"].astype("str")
    assert len(set(design.beside)) == names.nunique()
    for code in set(design.beside):
        assert names[design.beside == code].nunique() == 1


def test_what_a_machine_reads_has_a_row_a_reply_and_no_rater(tmp_path: Path) -> None:
    stage = small(tmp_path)
    asked = stage.plan.analysis.model_copy(update={"primary": "refusal"})
    stage.plan = stage.plan.model_copy(update={"analysis": asked})
    design = planned_design(stage)
    assert len(design) == len(stage.units) == design.frame["reply"].nunique()
    assert design.data.rater is None
    assert planned_design(stage, replicates=4).frame["replicate"].max() == 3


def test_numbers_are_dealt_evenly() -> None:
    design = crossed_design(raters=40, scenarios=40, per_rater=5, swaps=3, nulls=True)
    each = design.frame.groupby("contrast", observed=True).size()
    assert (len(design), each.min(), each.max()) == (200, 5, 5)
    assert not design.frame.duplicated(["rater", "contrast"]).any()
    arms = design.frame.groupby("contrast", observed=True)["arm"].count()
    assert arms.max() - arms.min() == 0
    per_arm = np.bincount(design.arm)
    assert len(per_arm) == 6
    both = crossed_design(raters=4, scenarios=3, contrasts=2, matched=True, replicates=2)
    assert len(both) == 4 * 6 * 2
    assert set(both.frame["replicate"]) == {0, 1}


def test_a_contrast_is_met_once() -> None:
    with pytest.raises(AnalysisError) as refused:
        crossed_design(raters=2, scenarios=3, per_rater=4)
    assert str(refused.value) == (
        "design: got 4 contrasts for each rater and 3 in all; wanted no contrast twice for one "
        "rater. Lower per_rater, or add contrasts."
    )


def test_there_is_one_of_everything() -> None:
    with pytest.raises(AnalysisError) as refused:
        crossed_design(raters=0, scenarios=3)
    assert str(refused.value) == (
        "design: got a number of 0; wanted at least 1 of everything: raters, scenarios, contrasts, "
        "swaps, replicates and contrasts a rater. Raise it."
    )


def test_observations_have_a_design_of_the_same_rows() -> None:
    made = draw(planned_design(pilot()), Truth(), np.random.default_rng(1))
    again = design_of(made)
    assert again.arms == planned_design(pilot()).arms
    explored = replace(made, frame=made.frame.assign(stage="explore"))
    with pytest.raises(AnalysisError, match="got 480 of 480 rows of stage 'explore'"):
        design_of(explored)


def test_claims_in_general_rest_on_planned_contrasts() -> None:
    design = crossed_design(raters=4, scenarios=4)
    lifted = design.frame["scenario"].eq("scenario-000")
    origin = np.where(lifted, "lead", "planned")
    mixed = replace(design, frame=design.frame.assign(origin=origin))
    assert len(mixed.in_general) == 12
    leads = replace(design, frame=design.frame.assign(origin="lead"))
    assert len(leads.in_general) == 16


# ── answers ─────────────────────────────────────────────────────────────────────────────────────


def test_a_seed_fixes_the_answers() -> None:
    design = planned_design(pilot())
    one, same, other = (
        draw(design, Truth(), np.random.default_rng(seed)).frame["value"] for seed in (1, 1, 2)
    )
    assert one.equals(same)
    assert not one.equals(other)
    assert set(one) == {1.0, 2.0, 3.0, 4.0, 5.0}


def test_what_is_drawn_is_marked_as_simulated() -> None:
    made = draw(crossed_design(raters=3, scenarios=3), Truth(), np.random.default_rng(1))
    assert made.simulated
    assert (made.scale, made.bounds, made.outcome) == ("likert", (1.0, 5.0), "simulated")
    binary = draw(
        crossed_design(raters=3, scenarios=3), Truth(cutpoints=(0.0,)), np.random.default_rng(1)
    )
    assert (binary.scale, set(binary.frame["value"])) == ("binary", {0.0, 1.0})


@pytest.mark.parametrize(
    ("name", "shared"),
    [
        ("severity_sd", "rater"),
        ("scenario_sd", "scenario"),
        ("contrast_sd", "contrast"),
        ("reply_sd", "reply"),
    ],
)
def test_each_deviation_is_shared_by_its_group(name: str, shared: str) -> None:
    """With one deviation and no noise, values are alike within its groups and nowhere else."""
    design = crossed_design(
        raters=6, scenarios=4, contrasts=2, swaps=2, nulls=True, matched=True, replicates=2
    )
    truth = replace(QUIET, **{name: 1.0}, cutpoints=(), noise_sd=0.0)
    value = draw(design, truth, np.random.default_rng(1)).frame["value"]
    groups = design.frame[shared].astype("str")
    assert value.groupby(groups).nunique().max() == 1
    assert value.nunique() == groups.nunique()


@pytest.mark.parametrize(("name", "group"), [("effect_scenario_sd", 4), ("effect_rater_sd", 6)])
def test_the_effect_of_an_arm_varies_and_that_of_a_resample_does_not(name: str, group: int) -> None:
    design = crossed_design(raters=6, scenarios=4, swaps=2, nulls=True, matched=True)
    truth = replace(QUIET, **{name: 1.0}, cutpoints=(), noise_sd=0.0)
    value = draw(design, truth, np.random.default_rng(1)).frame["value"]
    varies = np.isin(design.labels, [*design.swaps, "paraphrase"])
    assert not value[~varies].any()
    assert value[varies].nunique() == 3 * group


def test_reference_and_persona_of_a_pair_differ_by_their_replies_alone() -> None:
    design = crossed_design(raters=400, scenarios=5, swaps=2, replicates=3, paired=True)
    noisy = replace(
        QUIET, severity_sd=9, scenario_sd=9, contrast_sd=9, neither=0, effects={ARM: -0.8}, tie=0.5
    )
    value = draw_values(design, noisy, np.random.default_rng(1), simulations=20)[
        design.labels == ARM
    ]
    # Worked by hand: the lead is normal with mean -0.8 ± 0.2 and sd 1.
    wanted = np.mean(
        [stats.norm.sf(0.5 + 0.8 - o) - stats.norm.cdf(-0.5 + 0.8 - o) for o in (0.2, -0.2)]
    )
    assert value.mean() == pytest.approx(wanted, abs=4 * value.std() / np.sqrt(value.size))


# ── the truth ───────────────────────────────────────────────────────────────────────────────────


def test_the_true_effect_by_hand() -> None:
    """One cutpoint at 0.5, effect -1, noise of sd 1: Φ(-1.5) - Φ(-0.5)."""
    design = crossed_design(raters=2, scenarios=2)
    truth = replace(QUIET, cutpoints=(0.5,), effects={ARM: -1.0})
    assert true_effect(design, truth, ARM) == pytest.approx(0.0668072 - 0.3085375, abs=1e-6)


def test_the_true_effect_averages_over_what_varies() -> None:
    design = crossed_design(raters=2, scenarios=2)
    truth = replace(
        QUIET,
        cutpoints=(0.5,),
        effects={ARM: -1.0},
        severity_sd=0.8,
        reply_sd=0.6,
    )

    def above(mean: float) -> float:
        return integrate.quad(
            lambda z: stats.norm.pdf(z) * stats.norm.cdf(mean - 0.5 + z), -12, 12
        )[0]

    assert true_effect(design, truth, ARM) == pytest.approx(above(-1) - above(0), abs=1e-9)


def drawn_effect(
    design: Design, truth: Truth, arm: str, *, seed: int, simulations: int = 100_000
) -> tuple[float, float]:
    """The 99 % interval of an arm's difference in studies drawn under the truth."""
    values = draw_values(design, truth, np.random.default_rng(seed), simulations=simulations)
    apart = values[design.labels == arm].mean(axis=0)
    if not design.paired:
        apart = apart - values[design.labels == "reference"].mean(axis=0)
    half = 2.576 * apart.std() / np.sqrt(simulations)
    return float(apart.mean() - half), float(apart.mean() + half)


@pytest.mark.parametrize("cutpoints", [(), (0.3,), (-2.0, -1.0, 0.0, 1.2)])
def test_the_exact_effect_agrees_with_100_000_draws(cutpoints: tuple[float]) -> None:
    design = crossed_design(raters=2, scenarios=2)
    truth = Truth(
        effects={ARM: -0.7},
        cutpoints=cutpoints,
        persona_sd=0.3,
        lapse=0.1 if cutpoints else 0.0,
    )
    low, high = drawn_effect(design, truth, ARM, seed=4)
    assert low < true_effect(design, truth, ARM) < high
    assert high - low < 0.06


def test_the_exact_effect_of_pairs_agrees_with_100_000_draws() -> None:
    design = crossed_design(raters=2, scenarios=2, paired=True)
    truth = Truth(effects={ARM: -0.7}, persona_sd=0.3)
    low, high = drawn_effect(design, truth, ARM, seed=3)
    assert low < true_effect(design, truth, ARM) < high


def test_the_truth_is_what_whole_designs_average_to() -> None:
    """Every rater meets every arm: the mean difference of many drawn studies is the true one."""
    design = crossed_design(raters=10, scenarios=10, nulls=True, matched=True, swaps=2)
    truth = Truth(effects={ARM: -0.9}, effect_scenario_sd=0.5, effect_rater_sd=0.5)
    values = draw_values(design, truth, np.random.default_rng(5), simulations=2000)
    of_arm = values[design.labels == ARM].mean(axis=0)
    apart = of_arm - values[design.labels == "reference"].mean(axis=0)
    error = apart.std() / np.sqrt(len(apart))
    assert apart.mean() == pytest.approx(true_effect(design, truth, ARM), abs=3.5 * error)


def test_the_shipped_planted_effect_follows_from_its_model() -> None:
    """The sample's record keeps -0.7843502807; its raters are those of ``Truth``."""
    design = planned_design(pilot())
    arm = "swap luo-zhengyu"
    truth = Truth(effects={arm: -1.0})
    assert true_effect(design, truth, arm) == pytest.approx(-0.7843502807326552, abs=1e-12)
    low, high = drawn_effect(design, truth, arm, seed=1, simulations=2_000)
    assert low < -0.7843502807326552 < high


def test_planting_is_on_the_scale_of_the_outcome() -> None:
    design = crossed_design(raters=2, scenarios=2, swaps=2, nulls=True, matched=True)
    wanted = {ARM: -0.4, "resample": -0.4, "paraphrase": 0.2}
    truth = planted(design, Truth(effects={"swap persona-02": 3.0}), wanted)
    for arm, effect in wanted.items():
        assert true_effect(design, truth, arm) == pytest.approx(effect, abs=1e-9)
    # A resample's effect does not vary, so another latent effect makes the same true one.
    assert truth.effects["resample"] != truth.effects[ARM]
    assert "swap persona-02" not in truth.effects


def test_an_effect_beyond_the_scale_cannot_be_planted() -> None:
    design = crossed_design(raters=2, scenarios=2)
    with pytest.raises(AnalysisError) as refused:
        planted(design, Truth(), {ARM: -4.5})
    assert str(refused.value) == (
        "simulation: got an effect of -4.50; wanted one that these answers can show, between -2.28 "
        "and +1.56. Plant a smaller one."
    )


def test_the_reference_has_no_effect() -> None:
    design = crossed_design(raters=2, scenarios=2)
    with pytest.raises(AnalysisError) as refused:
        true_effect(design, Truth(), "reference")
    assert str(refused.value) == (
        "simulation: got the arm 'reference'; wanted one that this design compares with its "
        "reference: swap persona-01. Name one of these."
    )

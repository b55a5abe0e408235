"""The self-check: a truth like the study's, its figures, and records whose truth is known."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from lab import ROOT

from toolkit.analysis import (
    Observations,
    Truth,
    controls,
    crossed_design,
    draw,
    load_frames,
    observe,
    open_to_read,
    planned_design,
    selfcheck,
)
from toolkit.analysis.power import (
    calibrated_truth,
    controls_of,
    draw_values,
    latent_correlation,
    pair_covariances,
)
from toolkit.design import ConfirmStage, Workspace
from toolkit.errors import AnalysisError
from toolkit.record import Record, Sweep, open_record

SDS = (
    "severity_sd",
    "scenario_sd",
    "contrast_sd",
    "reply_sd",
    "effect_scenario_sd",
    "effect_rater_sd",
)
BIG = {"raters": 60, "scenarios": 60, "contrasts": 2, "swaps": 3, "replicates": 3, "per_rater": 60}


@pytest.fixture(scope="module")
def planted_record() -> Iterator[Record]:
    path = ROOT / "results" / "sample" / "planted.jsonl.gz"
    with open_to_read(environ={"PARALLAX_RECORD": str(path)}).record as record:
        yield record


@pytest.fixture(scope="module")
def observed(planted_record: Record) -> Observations:
    return observe(load_frames(planted_record, stage="confirm"), "as-an-equal")


# ── a truth like the study's ────────────────────────────────────────────────────────────────────


def test_pair_covariances_by_hand() -> None:
    """Four values in two groups: 1, 3 | 5, 7. Deviations -3 -1 1 3.

    Ordered pairs within groups: 4, and their products sum to 2·(3 + 3) = 12; all 12 ordered pairs
    sum to 0² - 20 = -20. Pairs of different groups average (-20 - 12) / 8 = -4, within 3: the
    group adds 7.
    """
    found = pair_covariances(np.array([1.0, 3, 5, 7]), {"group": np.array([0, 0, 1, 1])})
    assert found == {"group": pytest.approx(7.0)}


def test_a_covariance_below_0_is_0() -> None:
    found = pair_covariances(np.array([1.0, 7, 1, 7]), {"group": np.array([0, 0, 1, 1])})
    assert found == {"group": 0.0}


def test_a_latent_correlation_by_hand() -> None:
    """Both above their median: 1/4 + asin(r) / 2π (Sheppard), so r = 0.5 adds 1/12."""
    assert latent_correlation(1 / 12, np.array([0.0])) == pytest.approx(0.5, abs=1e-9)
    assert latent_correlation(-0.1, np.array([0.0])) == 0.0
    assert latent_correlation(0.25, np.array([0.0])) == 0.95
    # Both above 1: 0.0625140 with r = 0.5, 0.0251715 with none (tables of the bivariate normal).
    assert latent_correlation(0.0373426, np.array([1.0])) == pytest.approx(0.5, abs=1e-5)


@pytest.mark.parametrize("cutpoints", [(-2.0, -1.0, 0.0, 1.2), (0.5,), ()])
def test_spread_is_recovered(cutpoints: tuple[float, ...]) -> None:
    truth = Truth(effect_scenario_sd=0.5, effect_rater_sd=0.4, lapse=0.0, cutpoints=cutpoints)
    design = crossed_design(**BIG)
    found = [
        calibrated_truth(draw(design, truth, np.random.default_rng(seed)), least_slope=0.0)
        for seed in range(8)
    ]
    for name in SDS:
        mean = np.mean([getattr(one, name) for one in found])
        assert mean == pytest.approx(getattr(truth, name), abs=0.1), name
    if len(cutpoints) > 1:
        assert np.mean([one.cutpoints for one in found], axis=0) == pytest.approx(
            cutpoints, abs=0.3
        )


def test_spread_of_pairs_is_recovered() -> None:
    truth = Truth(effect_scenario_sd=0.5, effect_rater_sd=0.4, lapse=0.0, neither=0.0)
    design = crossed_design(**BIG, paired=True)
    found = [
        calibrated_truth(draw(design, truth, np.random.default_rng(seed))) for seed in range(4)
    ]
    for name in ("reply_sd", "effect_scenario_sd", "effect_rater_sd", "tie", "order_effect"):
        mean = np.mean([getattr(one, name) for one in found])
        assert mean == pytest.approx(getattr(truth, name), abs=0.1), name


def test_answers_look_like_those_they_were_calibrated_to(observed: Observations) -> None:
    truth = calibrated_truth(observed)
    design = planned_design(ConfirmStage(Workspace(ROOT).study("pilot")))
    values = draw_values(design, truth, np.random.default_rng(1), simulations=200)
    real = observed.frame["value"].to_numpy()
    for answer in range(1, 6):
        assert (values == answer).mean() == pytest.approx((real == answer).mean(), abs=0.03)


def test_no_effect_is_taken_over_and_slopes_have_a_floor(observed: Observations) -> None:
    truth = calibrated_truth(observed)
    assert dict(truth.effects) == {}
    assert truth.effect_scenario_sd >= 0.2
    assert truth.effect_rater_sd >= 0.2
    assert calibrated_truth(observed, least_slope=0.6).effect_rater_sd >= 0.6


def test_answers_that_are_all_alike_calibrate_nothing(observed: Observations) -> None:
    alike = replace(observed, frame=observed.frame.assign(value=3.0))
    with pytest.raises(AnalysisError) as refused:
        calibrated_truth(alike)
    assert str(refused.value) == (
        "simulation: got 480 observations of 'as-an-equal' that are all alike; wanted some that "
        "differ, as they say nothing of how answers spread. Give a truth of your own."
    )


def test_two_raters_and_an_unused_answer_still_calibrate() -> None:
    design = crossed_design(raters=2, scenarios=2, matched=True)
    made = draw(design, replace(Truth(), cutpoints=(-9.0, -1, 0, 9)), np.random.default_rng(2))
    truth = calibrated_truth(made)
    assert np.all(np.isfinite([getattr(truth, name) for name in SDS]))
    assert list(truth.cutpoints) == sorted(truth.cutpoints)
    assert np.all(np.isfinite(truth.cutpoints))


# ── the self-check ──────────────────────────────────────────────────────────────────────────────


def test_a_study_checks_itself(observed: Observations) -> None:
    found = selfcheck(observed, simulations=300, seed=1, margin=0.4)
    assert list(found.table["figure"]) == [
        "type-I error",
        "error over 24 personas (Holm)",
        "coverage of the 95 % interval",
        "coverage of the 95 % interval",
        "power",
        "smallest effect seen with 80 % power",
        "chance to conclude equivalent",
    ]
    assert "not as wanted" not in set(found.table["reads"])
    assert found.effect == -0.5
    assert found.notes[0] == "Effects are in points (1 to 5)."
    error = found.table.iloc[0]
    assert error["low"] <= error["value"] <= error["high"] <= 0.05
    assert found.by_persona["arm"].nunique() == 24
    lines = str(found).splitlines()
    assert lines[0].startswith("type-I error at a true effect of 0: ")
    assert lines[0].endswith(" %]; wanted at most 5 %: as wanted")
    assert lines[5] == "smallest effect seen with 80 % power: none up to 1.50; it is larger"
    assert lines[-2:] == [
        "Counted over 300 simulations (seed 1) of answers to this design that spread as this "
        "study's answers do; effects are planted and none is taken from the data.",
        "A persona has 3 to 24 observations; figures are for one picked at random, and "
        "`by_persona` has each.",
    ]


def test_the_same_seed_gives_the_same_figures(observed: Observations) -> None:
    one, same = (selfcheck(observed, simulations=100, seed=7) for _ in range(2))
    assert one.table.equals(same.table)


def test_a_figure_outside_of_what_is_wanted_is_called_so() -> None:
    """Where personas differ by themselves, one persona says too much about all."""
    design = crossed_design(raters=20, scenarios=20, per_rater=10, swaps=2)
    found = selfcheck(design, truth=Truth(persona_sd=1.0), simulations=200, seed=1)
    assert list(found.table["reads"]) == [*["not as wanted"] * 4, "", ""]
    assert "; wanted at least 95 %: not as wanted" in str(found)


def test_a_design_is_checked_before_there_is_data() -> None:
    found = selfcheck(
        crossed_design(raters=20, scenarios=20, per_rater=10, paired=True),
        simulations=200,
        seed=1,
    )
    assert found.effect == -0.2
    assert list(found.table["figure"]) == [  # One persona has no family.
        "type-I error",
        *["coverage of the 95 % interval"] * 2,
        "power",
        "smallest effect seen with 80 % power",
    ]
    assert "spread as assumed, for want of answers" in found.notes[0]
    size = found.table.set_index("figure").loc["smallest effect seen with 80 % power"]
    assert 0.2 < size["low"] <= size["value"] <= size["high"] < 0.7


def test_a_rare_answer_is_checked_where_there_is_room() -> None:
    design = crossed_design(raters=20, scenarios=20, per_rater=10)
    found = selfcheck(design, truth=Truth(cutpoints=(2.5,), lapse=0.0), simulations=100, seed=1)
    assert found.effect == 0.1


def test_without_personas_there_is_nothing_to_check() -> None:
    design = crossed_design(raters=4, scenarios=4, nulls=True, matched=True)
    nulls = design.frame[design.labels != "swap persona-01"].reset_index(drop=True)
    with pytest.raises(AnalysisError) as refused:
        selfcheck(replace(design, frame=nulls), simulations=100, seed=1)
    assert str(refused.value) == (
        "selfcheck: got a design without a swap arm; wanted personas that are compared with a "
        "reference. Check the column 'arm'."
    )


# ── controls ────────────────────────────────────────────────────────────────────────────────────


def test_the_planted_record_is_held_against_its_truth(planted_record: Record) -> None:
    found = controls(planted_record)
    at = found.table.set_index("arm")
    assert len(at) == 26
    assert at["truth"].loc[["swap luo-zhengyu", "swap mateo-villarreal"]].tolist() == (
        pytest.approx([-0.7843502807326552] * 2)
    )
    assert (at["truth"] == 0).sum() == 24
    assert at.loc["resample", "control"] == "A/A"
    assert set(at["control"]) == {"effect", "no effect", "A/A"}
    # What the shipped sample shows, whatever it is.
    known = at[at["low"].notna()]
    held = (known["low"] <= known["truth"]) & (known["truth"] <= known["high"])
    assert len(held) > 20
    assert held.tolist() == known["covers"].tolist()
    assert at["covers"][at["low"].isna()].isna().all()
    assert found.covered is not None
    assert found.covered.value == held.mean()
    assert all(one.simulated for one in found.findings)


def test_a_miss_is_named() -> None:
    design = crossed_design(raters=20, scenarios=20, per_rater=10, nulls=True)
    made = draw(design, Truth(), np.random.default_rng(1))
    found = controls_of(made, {"swap persona-01": 3.0, "paraphrase": 0.0})
    missed = found.table["covers"].eq(False).fillna(False).astype(bool)
    assert found.table["arm"][missed].to_list() == ["swap persona-01"]
    assert found.notes[0].startswith("1 of 2 intervals hold their truth: 0.50 [0.01, 0.99]")
    assert found.notes[-1] == "1 without an interval or without a known truth."


def test_nothing_known_is_nothing_checked() -> None:
    design = crossed_design(raters=20, scenarios=20, per_rater=10)
    found = controls_of(draw(design, Truth(), np.random.default_rng(1)), {})
    assert found.covered is None
    assert found.notes == (
        "No arm has both an interval and a known truth, so nothing was checked.",
    )


def test_a_record_without_simulated_raters_is_no_control(
    planted_record: Record, tmp_path: object
) -> None:
    with open_record(f"sqlite:///{tmp_path}/record.db") as empty:
        empty.append(*planted_record.rows(Sweep))
        with pytest.raises(AnalysisError) as refused:
            controls(empty)
    assert str(refused.value).startswith("controls: got ")
    assert str(refused.value).endswith(
        "in which no simulated raters rated; wanted a record whose true effects are known. Make "
        "one with `parallax sample --stage confirm`, or read results/sample/planted.jsonl.gz."
    )

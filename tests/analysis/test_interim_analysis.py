import numpy as np
import pandas as pd
import pytest
from binary_world import observed, row
from confirm_story import ConfirmStory, rated

from toolkit.analysis import finished_order, frames_of, interim
from toolkit.analysis.engine import confidence_sequence
from toolkit.errors import AnalysisError


def study(
    effect: float, raters: int = 40, scenarios: int = 10, seed: int = 1, *, own: bool = False
):
    """Every rater judges one reply of either arm in every scenario; ``own``: by raters of its
    own."""
    rng = np.random.default_rng(seed)
    level, severity = rng.normal(0, 0.5, scenarios), rng.normal(0, 0.5, raters)
    rows = []
    for r in range(raters):
        for s in range(scenarios):
            for persona in ("p", ""):
                latent = 3 + level[s] + severity[r] + (effect if persona else 0)
                value = float(np.clip(round(latent + rng.normal(0, 0.7)), 1, 5))
                rows.append(row(value, f"s{s}", persona, rater=f"r{r} of s{s}" if own else f"r{r}"))
    return observed(rows, "helpful", "likert")


RATERS = [f"r{n}" for n in range(40)]
SCENARIOS = [f"s{n}" for n in range(10)]


def test_over_raters_it_speaks_of_these_situations_and_says_stop() -> None:
    made = interim(study(-1.0), "p", over="raters", order=RATERS)
    assert made.stop
    assert made.finding.verdict == "differs"
    assert made.finding.speaks_of == "these situations"
    assert made.finding.estimate is not None
    assert made.says == (
        f"You may stop: the persona's replies differ, by {made.finding.estimate.text()} after 40 "
        "raters. That holds at whatever look it was seen first."
    )
    assert made.finding.caveats == (
        "A sequence over raters speaks of these scenarios only: more raters never make it speak "
        "of others.",
    )


def test_the_path_is_the_sequence_of_the_raters_differences() -> None:
    world = study(-0.5, raters=6)
    made = interim(world, "p", over="raters", order=["r3", "r1", "r0", "r5", "r2", "r4"])
    frame = world.frame
    of = frame[frame["rater"].eq("r3")].groupby("arm", observed=True)["value"].mean()
    assert made.path["unit"].iloc[0] == "r3"
    assert made.path["difference"].iloc[0] == pytest.approx(of["swap"] - of["reference"])
    wanted = confidence_sequence(made.path["difference"], (-4, 4))
    assert made.path["low"].to_numpy() == pytest.approx(wanted.low)


def test_over_scenario_blocks_it_speaks_in_general_of_scenario_means() -> None:
    made = interim(study(-0.5, own=True), "p", over="scenario blocks", order=SCENARIOS)
    assert made.finding.speaks_of == "in general"
    assert made.finding.estimand == "mean difference from the reference, over scenarios like these"
    assert len(made.path) == 10
    assert made.finding.caveats == (
        "It holds if scenarios were released at random and each was rated fully.",
    )


def test_blocks_that_share_raters_do_not_speak_in_general() -> None:
    world = study(-0.5, own=True)
    world.frame["rater"] = world.frame["rater"].astype("str").replace("r3 of s4", "r0 of s0")
    made = interim(world, "p", over="scenario blocks", order=SCENARIOS)
    assert made.finding.speaks_of == "these situations"
    assert made.finding.estimand == (
        "mean difference from the reference, by these raters, over scenarios like these"
    )
    assert made.finding.caveats == (
        "It holds if scenarios were released at random and each was rated fully.",
        "1 of 399 raters judged in more than one scenario. What such raters lean to never averages "
        "out over scenarios, so this is said of these raters and not in general. Give each block "
        "raters of its own, or run `disparity` after the last rating.",
    )


def test_leads_never_speak_in_general() -> None:
    world = study(-0.5, own=True)
    world.frame["origin"] = "lead"
    made = interim(world, "p", over="scenario blocks", order=SCENARIOS)
    assert made.finding.speaks_of == "these situations"


def test_too_little_so_far_says_go_on() -> None:
    made = interim(study(0.0, raters=8), "p", over="raters", order=RATERS, margin=0.5)
    assert not made.stop
    assert made.finding.verdict == "inconclusive"
    assert made.finding.estimate is not None
    assert made.says == (
        f"Go on: the difference is {made.finding.estimate.text()} after 8 raters, which leaves "
        "room for none and one beyond the margin. Looking again costs nothing."
    )


def test_equivalence_needs_a_margin() -> None:
    world = study(0.0, raters=200, scenarios=6)
    order = [f"r{n}" for n in range(200)]
    assert interim(world, "p", over="raters", order=order).finding.verdict == "inconclusive"
    made = interim(world, "p", over="raters", order=order, margin=0.6)
    assert made.finding.verdict == "equivalent"
    assert made.stop


def test_several_claims_share_the_error_rate() -> None:
    one = interim(study(-0.6), "p", over="raters", order=RATERS).finding
    ten = interim(study(-0.6), "p", over="raters", order=RATERS, claims=10).finding
    assert one.estimate is not None
    assert ten.estimate is not None
    assert ten.estimate.level == pytest.approx(0.995)
    assert ten.estimate.low < one.estimate.low
    assert ten.family == "10 claims, Bonferroni"


def test_pairs_are_differences_already() -> None:
    rows = [
        row(-1.0 if (r + s) % 5 else 1.0, f"s{s}", "p", rater=f"r{r}")
        for r in range(40)
        for s in range(4)
    ]
    made = interim(observed(rows, "preference", "preference"), "p", over="raters", order=RATERS)
    assert made.path["difference"].between(-1, 1).all()
    assert made.finding.verdict == "differs"


def test_a_t_test_is_refused() -> None:
    with pytest.raises(AnalysisError) as refused:
        interim(study(0.0, raters=3), "p", over="raters", order=RATERS, test="t-test")
    assert str(refused.value) == (
        "interim: got test='t-test' for an interim look; wanted 'confidence sequence', because a "
        "t-test after every rater finds differences that are not there in 23 to 35 % of studies. "
        "Leave test= out, or wait for the last rating and run `disparity`."
    )


def test_an_order_without_a_unit_is_refused() -> None:
    with pytest.raises(AnalysisError) as refused:
        interim(study(0.0, raters=3), "p", over="raters", order=["r0", "r1"])
    assert str(refused.value) == (
        "interim: got an order of 2 raters with no place for 'r2'; wanted each once, as they were "
        "finished. Take `finished_order`, or list them by hand."
    )
    with pytest.raises(AnalysisError, match="an order of 3 raters with one of them twice"):
        interim(study(0.0, raters=2), "p", over="raters", order=["r0", "r1", "r1"])


@pytest.mark.parametrize(
    ("over", "says"),
    [
        (
            "raters",
            "Go on. 1 raters so far judged both this arm and the reference: too few for an "
            "interval. Go on until at least 3 have.",
        ),
        (
            "scenario blocks",
            "Go on. 1 scenarios so far have both this arm and the reference rated: too few for an "
            "interval. Go on until at least 3 have.",
        ),
    ],
)
def test_one_unit_is_too_few(over, says: str) -> None:
    made = interim(study(0.0, raters=1, scenarios=1), "p", over=over, order=["r0", "s0"])
    assert made.finding.verdict == "not estimable"
    assert made.says == says
    assert not made.stop


def test_refusals_have_no_raters_to_look_over() -> None:
    rows = [row(float(n % 3 == 0), f"s{n}", p) for n in range(6) for p in ("p", "")]
    made = interim(observed(rows), "p", over="raters", order=[])
    assert made.finding.verdict == "not estimable"
    assert interim(
        observed(rows), "p", over="scenario blocks", order=[f"s{n}" for n in range(6)]
    ).finding.estimate


def test_the_order_is_when_the_last_thing_was_said() -> None:
    frames = frames_of(rated(ConfirmStory()).entries, stage="confirm")
    for over, name in (("raters", "participant_id"), ("scenario blocks", "scenario_id")):
        order = finished_order(frames, over)
        said = pd.concat([frames.item_ratings, frames.choices])[[name, "at"]]
        last = said.astype({name: "str"}).groupby(name)["at"].max()
        assert sorted(order) == sorted(last.index)
        assert last.loc[list(order)].is_monotonic_increasing

"""How far replies are from the reference's, as an outcome: by hand, by simulation, in a plan."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from confirm_story import ConfirmStory
from kept_rows import kept_rows
from scipy import stats
from small_confirm import make_confirm_workspace

from toolkit.analysis import (
    confirm_design,
    disparity,
    frames_of,
    movement,
    observe,
    run_plan,
)
from toolkit.analysis.frames import ConfirmDesign, Frames, Observations
from toolkit.cli import main
from toolkit.design import OUTCOMES, ConfirmStage, Study
from toolkit.endpoints import Scripted, Settings
from toolkit.errors import AnalysisError
from toolkit.probes import run_sweep
from toolkit.record import Record, Reply, open_record
from toolkit.session import Bound

DISTANCE = OUTCOMES["text_distance"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> ConfirmStage:
    """The small study, whose plan asks how far replies are, sent and kept."""
    root = tmp_path_factory.mktemp("apart")
    make_confirm_workspace(root, replicates=2)
    path = root / "personas" / "studies" / "small.yaml"
    text = path.read_text("utf-8").replace("primary: respected", "primary: text_distance")
    path.write_text(text.replace("margin: 0.5", "margin: 0.1\n    secondary: [refusal]"), "utf-8")
    made = ConfirmStage(Study.load("small", workspace=root))
    made.freeze()
    with open_record(made.study) as record:
        asyncio.run(
            run_sweep(
                made,
                record,
                binder=lambda _, alias: Bound(
                    alias, Scripted("courteous"), Settings(), frozen=True
                ),
            )
        )
    return made


@pytest.fixture
def record(stage: ConfirmStage) -> Iterator[Record]:
    with open_record(stage.study) as opened:
        yield opened


@pytest.fixture
def design(record: Record) -> ConfirmDesign:
    nobody = pd.DataFrame(index=pd.Index([], name="persona"))
    return replace(confirm_design(record), words=("Ada", "Ben"), people=nobody)


def told(*texts: tuple[str, str]) -> ConfirmStory:
    """One contrast: an arm and what was replied, in order."""
    tale = ConfirmStory()
    tale.sweep()
    for number, (arm, text) in enumerate(texts):
        persona = "ben" if arm == "swap" else "ada"
        tale.reply(f"u-{arm}-{number}", arm, persona, text=text)
    return tale


def values(seen: Observations) -> dict[str, float]:
    return dict(zip(seen.frame["reply"], seen.frame["value"], strict=True))


def test_distances_are_worked_by_hand(design: ConfirmDesign) -> None:
    tale = told(
        ("reference", "yes"),
        ("reference", "yes of course"),
        ("reference", "no"),
        ("swap", "of course"),
        ("resample", "no"),
    )
    seen = observe(frames_of(tale.entries), "text_distance", design=design)
    # "yes of course" is yes, of, course, yes of, of course: it shares 1 of 5 with "yes", and 3 of
    # 5 with "of course". A reply to the reference is not compared with itself.
    assert values(seen) == pytest.approx(
        {
            "u-reference-0": (4 / 5 + 1) / 2,
            "u-reference-1": (4 / 5 + 1) / 2,
            "u-reference-2": 1,
            "u-swap-3": (1 + 2 / 5 + 1) / 3,
            "u-resample-4": (1 + 1 + 0) / 3,
        }
    )
    assert dict(seen.left_out) == {}
    assert (seen.of, seen.of.favorable, seen.rated) == (DISTANCE, None, False)


def test_replies_are_compared_within_one_contrast_and_endpoint(design: ConfirmDesign) -> None:
    tale = told(("reference", "yes"), ("swap", "yes"))
    for place in ({"contrast_id": "other"}, {"endpoint_alias": "second"}):
        name = next(iter(place.values()))
        tale.reply(f"u-{name}", text="no", **place)
        tale.reply(f"u-ben-{name}", "swap", "ben", text="yes", **place)
    seen = observe(frames_of(tale.entries), "text_distance", design=design)
    assert values(seen) == {"u-swap-1": 0, "u-ben-other": 1, "u-ben-second": 1}
    assert dict(seen.left_out) == {"nothing_to_compare_with": 3}


def test_names_count_nothing(design: ConfirmDesign) -> None:
    tale = told(("reference", "Dear Ada, yes"), ("reference", "Dear Ada, yes"))
    tale.reply("u-ben", "swap", "ben", text="Dear BEN, yes")
    frames = frames_of(tale.entries)
    assert set(values(observe(frames, "text_distance", design=design)).values()) == {0}
    bare = observe(frames, "text_distance", design=replace(design, words=()))
    # Of dear, the name, yes and the two pairs only dear and yes are shared.
    assert values(bare)["u-ben"] == pytest.approx(1 - 2 / 8)


def test_what_filled_the_slots_is_masked(record: Record) -> None:
    masked = confirm_design(record).words
    sent = {
        text for one in kept_rows(record, Reply) for text in one.slots.values() if len(text) > 1
    }
    assert sent
    assert sent <= set(masked)
    assert masked == tuple(sorted(set(masked)))


def test_what_is_not_compared_is_counted_by_its_reason(design: ConfirmDesign) -> None:
    tale = told(("reference", "yes"), ("reference", "yes"), ("swap", "no"))
    tale.reply("u-cut", "swap", "ben", outcome="truncated")
    tale.reply("u-declined", "swap", "ben", outcome="refused")
    tale.reply("u-failed", outcome="errored")
    tale.reply("u-unkept", "swap", "ben")
    tale.reply("u-alone", "swap", "ben", contrast_id="alone")
    tale.reply("u-again", "swap", "ben", outcome="errored")
    tale.reply("u-again", "swap", "ben", text="yes", attempt_of=1)
    frames = frames_of(tale.entries)
    kept = frames.replies["text"].where(frames.replies["unit_id"].ne("u-unkept"))
    frames = frames._replace(replies=frames.replies.assign(text=kept))
    seen = observe(frames, "text_distance", design=design)
    assert values(seen) == {"u-reference-0": 0, "u-reference-1": 0, "u-swap-2": 1, "u-again": 0}
    assert dict(seen.left_out) == {
        "truncated": 1,
        "refused": 1,
        "errored": 1,
        "no_text": 1,
        "nothing_to_compare_with": 1,
        "replaced": 1,
    }


def test_without_a_design_nobody_knows_what_to_mask() -> None:
    frames = frames_of(told(("reference", "yes"), ("swap", "no")).entries)
    with pytest.raises(AnalysisError) as refused:
        observe(frames, "text_distance")
    assert str(refused.value) == (
        "observe: got the outcome 'text_distance' without the design; wanted it, since it says "
        "which words carry the personas, and these are masked before texts are compared. Pass "
        "`design=confirm_design(record)`."
    )


def drawn(rng: np.random.Generator, shift: float, scenarios: int = 10) -> Frames:
    """Replies of six words out of twelve; as many of Ben's as ``shift`` says are other words."""
    common, other = [f"w{n}" for n in range(12)], [f"x{n}" for n in range(12)]
    tale = ConfirmStory()
    tale.sweep()
    for number in range(scenarios):
        about = {"scenario_id": f"s{number}", "contrast_id": f"c{number}"}
        for arm in ("reference", "swap", "resample", "paraphrase"):
            for replicate in range(3):
                said = rng.choice(common, 6, replace=False)
                moved = (rng.random(6) < shift) & (arm == "swap")
                text = " ".join(np.where(moved, rng.choice(other, 6), said))
                persona = "ben" if arm == "swap" else "ada"
                name = f"u-{arm}-{number}-{replicate}"
                tale.reply(name, arm, persona, text=text, replicate=replicate, **about)
    return frames_of(tale.entries)


def test_what_draws_from_the_same_replies_is_no_farther(design: ConfirmDesign) -> None:
    frames = drawn(np.random.default_rng(20), 0.0, scenarios=40)
    found = disparity(observe(frames, "text_distance", design=design))
    for one in (*found.findings, *found.null_arms):
        assert one.estimate is not None
        assert one.se is not None
        # A reply compared with itself as well would put the reference a third of 0.8 nearer.
        assert one.se < 0.05
        assert abs(one.estimate.value) < stats.t.ppf(0.995, one.df) * one.se


def test_a_planted_shift_is_found_and_the_null_arms_stay(design: ConfirmDesign) -> None:
    frames = drawn(np.random.default_rng(21), 0.5)
    found = disparity(observe(frames, "text_distance", design=design))
    (ben,) = found.findings
    assert ben.estimate is not None
    assert (ben.verdict, ben.unit, ben.subject) == ("differs", DISTANCE.unit, "ben")
    assert ben.estimate.low > 0
    assert {one.verdict for one in found.null_arms} == {"inconclusive"}
    # The same number as between less within of movement, since all contrasts weigh the same.
    apart = movement(frames.replies, words=design.words).by_contrast
    between = (apart["between"] - apart["within_reference"]).mean()
    assert ben.estimate.value == pytest.approx(between)


def test_a_plan_asks_for_it(record: Record) -> None:
    result = run_plan(record)
    step = result.step("primary")
    assert step.question == "text_distance: How far is the reply from those to the reference?"
    assert {(one.outcome, one.unit) for one in step.findings} == {("text_distance", DISTANCE.unit)}
    assert {one.subject for one in step.findings} >= {"ben-test", "cho-test", "dee-test"}
    assert {one.verdict for one in step.findings} <= {
        *("differs", "equivalent", "inconclusive", "not estimable")
    }


def test_the_commands_know_it(stage: ConfirmStage, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--workspace", str(stage.study.workspace)]
    for words in (
        ["check", "--write-schemas", *place],
        ["status", "small", *place],
        ["plan", "power", "small", "--simulations", "100", *place],
    ):
        assert main(words) == 0, capsys.readouterr().err
    lines = capsys.readouterr().out.splitlines()
    effects = [line.split()[0] for line in lines if line[2:3] in "+−" and "[" in line]
    # Neither end is good, so an effect is planned upward.
    assert effects == ["+0.10", "+0.20", "+0.30", "+0.40"]

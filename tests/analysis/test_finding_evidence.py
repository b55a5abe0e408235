"""From a finding to the replies behind it: worked by hand on a few rows."""

from typing import Any

import pandas as pd
import pytest
from judged import frames

from toolkit.analysis import COLUMNS, Estimate, Finding, Frames, evidence
from toolkit.analysis.findings import Counts
from toolkit.analysis.frames import conform
from toolkit.errors import AnalysisError


def reply(name: str, scenario: str = "s-0", **changed: Any) -> dict[str, Any]:
    return {
        "unit_id": name,
        "stage": "confirm",
        "scenario_id": scenario,
        "contrast_id": f"c-{scenario}",
        "arm": "swap",
        "persona_id": "ana",
        "replicate": 0,
        "outcome": "answered",
        "text": f"the text of {name}",
        **changed,
    }


def world(*replies: dict[str, Any], **rows: list[dict[str, Any]]) -> Frames:
    names = [one.name for one in COLUMNS["replies"]]
    sent = conform("replies", pd.DataFrame(list(replies), columns=names))
    return frames(**rows)._replace(replies=sent)


def finding(*replies: str, outcome: str = "helpful") -> Finding:
    return Finding(
        question="disparity",
        outcome=outcome,
        subject="ana",
        estimand="a difference",
        about="these personas",
        speaks_of="these situations",
        stage="confirm",
        verdict="inconclusive",
        estimate=Estimate(value=0.0, low=-1.0, high=1.0),
        n=Counts(scenarios=2),
        replies=replies,
    )


def rated(unit: str, value: int | None, rater: str, **changed: Any) -> dict[str, Any]:
    return {"unit_id": unit, "value": value, "participant_id": rater, **changed}


def test_judgments_of_the_outcome_are_averaged_and_others_are_not_counted() -> None:
    seen = world(
        reply("u-2", "s-1"),
        reply("u-1"),
        reply("u-3"),
        ratings=[
            rated("u-1", 2, "p-0"),
            rated("u-1", 5, "p-1"),
            rated("u-1", 1, "p-1", question="fair"),
            rated("u-1", 1, "p-2", purpose="repeat"),
            rated("u-2", 4, "p-0"),
            rated("u-3", 1, "p-0"),
        ],
    )
    made = evidence(finding("u-1", "u-2"), seen)
    # By scenario, and only what the finding names.
    assert made["reply"].to_list() == ["u-1", "u-2"]
    assert made["judged"].to_list() == [2, 1]
    assert made["mean"].to_list() == [(2 + 5) / 2, 4.0]
    assert made["judgments"].to_list() == ["rating-0 rating-1", "rating-4"]
    assert made["text"].to_list() == ["the text of u-1", "the text of u-2"]


def test_a_reply_that_nobody_judged_stays_with_no_mean() -> None:
    seen = world(reply("u-1"), ratings=[rated("u-2", 3, "p-0")])
    (row,) = evidence(finding("u-1"), seen).to_dict("records")
    assert (row["judged"], row["judgments"]) == (0, "")
    assert pd.isna(row["mean"])


def test_of_pairs_it_is_the_share_in_which_the_reply_was_preferred() -> None:
    pair = {"contrast_id": "c-s-0", "scenario_id": "s-0"}
    said = [("left", "own"), ("right", "own"), ("left", "other"), ("right", "equal")]
    seen = world(
        reply("u-c-s-0-swap-ana"),
        reply("u-c-s-0-reference", arm="reference", persona_id="ref"),
        choices=[
            {**pair, "participant_id": f"p-{at}", "side": side, "preferred": preferred}
            for at, (side, preferred) in enumerate(said)
        ],
    )
    behind = finding("u-c-s-0-swap-ana", "u-c-s-0-reference", outcome="preference")
    made = evidence(behind, seen).set_index("arm")
    assert made.loc["swap", ["judged", "mean"]].to_list() == [4, 2 / 4]
    assert made.loc["reference", ["judged", "mean"]].to_list() == [4, 1 / 4]


def test_an_outcome_that_nobody_judges_still_shows_its_replies() -> None:
    made = evidence(finding("u-1", outcome="refusal"), world(reply("u-1")))
    assert made[["reply", "judged", "judgments"]].to_dict("records") == [
        {"reply": "u-1", "judged": 0, "judgments": ""}
    ]


def test_a_reply_replaced_by_a_later_one_is_not_behind_anything() -> None:
    seen = world(reply("u-1", apart="replaced"), reply("u-1", text="sent again"))
    assert evidence(finding("u-1"), seen)["text"].to_list() == ["sent again"]


def test_frames_that_lack_a_reply_are_refused() -> None:
    with pytest.raises(AnalysisError) as refused:
        evidence(finding("u-1", "u-1", "u-9"), world(reply("u-1")))
    assert str(refused.value) == (
        "evidence: got frames that hold 1 of the 2 replies behind the finding; wanted all of them. "
        "Pass the frames it was computed from."
    )


def test_what_a_number_rests_on_is_counted_by_either_names_of_columns() -> None:
    rows = pd.DataFrame(
        {"rater": ["a", "a", "b"], "scenario": ["s", "s", "t"], "persona": ["p", "p", "p"]}
    )
    named = rows.rename(columns={"rater": "participant_id", "scenario": "scenario_id"})
    counted = Counts(raters=2, scenarios=2, personas=1, observations=3)
    assert Counts.of(rows) == Counts.of(named) == counted
    assert Counts.of(rows.assign(weight=[1.0, 2.0, 2.0])).observations == 5
    assert Counts.of(rows, personas=4, replies=7) == Counts(
        raters=2, scenarios=2, personas=4, replies=7, observations=3
    )


def test_a_number_that_cannot_be_had_says_why_and_not_how() -> None:
    said = finding()
    at = Estimate(value=0.5, low=0.2, high=0.8)
    told = said.estimated("the rater", "a share", at, se_type="Wilson", unit="share")
    assert (told.subject, told.verdict, told.estimate) == ("the rater", "estimated", at)
    assert (told.se_type, told.unit, told.caveats) == ("Wilson", "share", ())
    none = said.estimated("the rater", "a share", None, "One rater.", se_type="Wilson")
    assert (none.verdict, none.estimate) == ("not estimable", None)
    assert (none.se_type, none.caveats) == ("", ("One rater.",))

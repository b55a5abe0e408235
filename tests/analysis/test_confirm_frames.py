"""The frames of the confirm stage: joined, counted, and apart from explore."""

import random
from pathlib import Path

import pandas as pd
import pytest
from confirm_story import FREEZE, ConfirmStory, rated, swept
from hypothesis import given, settings
from hypothesis import strategies as st
from story import told_story

from toolkit.analysis import (
    COLUMNS,
    Frames,
    coverage,
    flags_by_harm,
    frames_of,
    leads,
    load_frames,
    progress,
    rating_distribution,
)
from toolkit.analysis.frames import require_stage
from toolkit.errors import AnalysisError
from toolkit.record import Record, open_record

CONFIRM = ("replies", "raters", "items", "item_ratings", "choices", "guesses")


@pytest.fixture
def both() -> ConfirmStory:
    """The explore story, and then a confirm stage in the same record."""
    tale = ConfirmStory()
    tale.rows += told_story().rows
    return rated(tale)


def account(frames: Frames, frame: str) -> dict[str, int]:
    """The account of one frame, without zeros."""
    row = frames.confirm_account.set_index("frame").loc[frame]
    return {name: int(n) for name, n in row.items() if n}


def test_every_frame_has_its_declared_columns_also_when_empty(both: ConfirmStory) -> None:
    for tale in (both, ConfirmStory(), swept(ConfirmStory())):
        frames = frames_of(tale.entries)
        for name in (*CONFIRM, "confirm_account"):
            frame = getattr(frames, name)
            assert list(frame.columns) == [column.name for column in COLUMNS[name]], name
            assert [str(kind) for kind in frame.dtypes] == [one.dtype for one in COLUMNS[name]]


def test_a_reply_is_a_row_and_one_sent_again_is_marked(both: ConfirmStory) -> None:
    replies = frames_of(both.entries).replies
    assert list(replies["unit_id"]) == ["u-ref", "u-ben", "u-para", "u-same", "u-ben"]
    assert list(replies["order"]) == [0, 1, 2, 3, 4]
    assert list(replies["outcome"]) == ["answered", "errored", "refused", "truncated", "answered"]
    assert list(replies["apart"].astype("object").fillna("")) == [
        *("", "replaced", "refused", "truncated", ""),
    ]
    assert list(replies["attempt_of"]) == [0, 0, 0, 0, 1]
    assert list(replies["completion_tokens"].fillna(-1)) == [4, -1, 4, 4, 4]
    assert replies["characters"].iloc[0] == len("It is on its way.")


def test_decision_masses_are_kept_with_their_sum() -> None:
    tale = ConfirmStory()
    tale.sweep()
    tale.reply("u-one", decision={"yes": 0.75, "no": 0.125})
    tale.reply("u-two")
    replies = frames_of(tale.entries).replies
    assert replies["decision"].iloc[0] == '{"no":0.125,"yes":0.75}'
    assert replies["decision_mass"].iloc[0] == 0.875
    assert replies[["decision", "decision_mass"]].iloc[1].isna().all()


def test_a_rating_is_joined_to_all_it_is_about(both: ConfirmStory) -> None:
    row = frames_of(both.entries).item_ratings.set_index("rating_id").loc["j2"]
    assert row["participant_id"] == "p-rater"
    assert row["item_id"] == "i-ben"
    assert row["unit_id"] == "u-ben"
    assert [row["contrast_id"], row["scenario_id"], row["origin"], row["cueing"]] == [
        *("parcel", "late-parcel", "planned", "explicit"),
    ]
    assert [row["arm"], row["persona_id"], row["replicate"]] == ["swap", "ben", 0]
    assert [row["outcome"], row["question"], row["value"]] == ["answered", "respected", 3]
    assert row["overlap"]
    assert row["comment"] == "Warmer on a second look."


def test_ratings_that_no_comparison_uses_stay_and_say_why(both: ConfirmStory) -> None:
    ratings = frames_of(both.entries).item_ratings.set_index("rating_id")
    why = ratings["apart"].astype("object").fillna("").to_dict()
    assert why == {
        "j2": "",
        "j3": "declined",
        "j4": "refused",
        "j5": "attention",
        "j6": "repeat",
    }
    assert ratings.loc["j5", "expected"] == 2
    assert ratings.loc["j6", "repeats"] == "i-ben"


def test_the_latest_thing_said_about_an_item_stands(both: ConfirmStory) -> None:
    both.item("r1", "i-late", 5, "u-ref")
    both.pass_over("r1", "x2", "i-late")
    both.judge("r1", "j8", "i-late", 4)
    frames = frames_of(both.entries)
    items = frames.items.set_index("item_id")
    assert items.loc["i-pass", "state"] == "passed"
    assert items.loc["i-late", "state"] == "rated"
    assert "j7" not in set(frames.item_ratings["rating_id"])
    assert "j8" in set(frames.item_ratings["rating_id"])


def test_items_say_what_became_of_them(both: ConfirmStory) -> None:
    both.item("r1", "i-open", 5, "u-same")
    items = frames_of(both.entries).items.set_index("item_id")
    assert items["state"].to_dict() == {
        "i-ben": "rated",
        "i-para": "rated",
        "i-check": "rated",
        "i-again": "rated",
        "i-pass": "passed",
        "i-open": "unrated",
        "i-pair": "rated",
    }
    # A minute passes between two rows of the story.
    assert items.loc["i-ben", "seconds"] == 180
    assert items.loc["i-pass", "seconds"] == 120
    assert pd.isna(items.loc["i-open", "seconds"])
    assert items.loc["i-open", "apart"] == "unrated"


def test_a_choice_names_what_was_preferred_and_keeps_the_sides(both: ConfirmStory) -> None:
    choices = frames_of(both.entries).choices
    assert list(choices["choice_id"]) == ["c2"]
    row = choices.iloc[0]
    assert [row["left_unit_id"], row["left_arm"], row["left_persona_id"]] == [
        "u-ben",
        "swap",
        "ben",
    ]
    assert [row["right_unit_id"], row["right_arm"]] == ["u-ref", "reference"]
    assert [row["preferred"], row["preferred_unit_id"]] == ["right", "u-ref"]
    assert [row["preferred_arm"], row["preferred_persona_id"]] == ["reference", "ada"]
    assert row["why"] == "Kinder."
    assert row["simulated"]


@pytest.mark.parametrize("preferred", ["equal", "neither"])
def test_a_tie_prefers_nobody(preferred: str) -> None:
    tale = rated(ConfirmStory())
    tale.choose("r2", "c3", "i-pair", preferred)
    row = frames_of(tale.entries).choices.iloc[0]
    assert row["preferred"] == preferred
    assert row[["preferred_unit_id", "preferred_arm", "preferred_persona_id"]].isna().all()


def test_a_guess_is_judged_against_the_persona_of_its_item(both: ConfirmStory) -> None:
    both.guess("r1", "g3", "i-para", None)
    both.guess("r2", "g4", "i-pair", "ada")
    guesses = frames_of(both.entries).guesses.set_index("guess_id")
    assert guesses["state"].astype("object").to_dict() == {
        "g2": "right",
        "g3": "cannot tell",
        "g4": "wrong",
    }
    assert guesses.loc["g4", ["unit_id", "arm", "persona_id"]].tolist() == ["u-ben", "swap", "ben"]
    assert guesses.loc["g2", ["persona_id", "guessed", "options"]].tolist() == ["ben", "ben", 2]


def test_raters_say_how_far_they_are(both: ConfirmStory) -> None:
    raters = frames_of(both.entries).raters.set_index("session_id")
    assert raters.loc["r1", ["planned", "rated", "passed", "unrated"]].tolist() == [4, 4, 1, 0]
    assert raters["state"].to_dict() == {"r1": "finished", "r2": "in progress"}
    assert list(raters["simulated"]) == [False, True]


def test_the_account_adds_up(both: ConfirmStory) -> None:
    both.withdraw("p-rater")
    both.item("r2", "i-lost", 1, "u-unknown")
    table = frames_of(both.entries).confirm_account.set_index("frame")
    names = list(table.columns)
    left_out = names[names.index("in_record") + 1 : names.index("kept")]
    apart = names[names.index("kept") + 1 : names.index("compared")]
    assert table["in_record"].eq(table["kept"] + table[left_out].sum(axis=1)).all()
    assert table["kept"].eq(table["compared"] + table[apart].sum(axis=1)).all()
    assert list(table["in_record"]) == [5, 2, 7, 7, 2, 2]
    assert table.loc["item_ratings", "withdrawn"] == 7
    assert table.loc["items", "orphan"] == 1


def test_reasons_are_counted(both: ConfirmStory) -> None:
    frames = frames_of(both.entries)
    assert account(frames, "replies") == {
        "in_record": 5,
        "kept": 5,
        "replaced": 1,
        "refused": 1,
        "truncated": 1,
        "compared": 2,
    }
    assert account(frames, "items") == {
        "in_record": 6,
        "kept": 6,
        "attention": 1,
        "repeat": 1,
        "passed": 1,
        "refused": 1,
        "compared": 2,
    }
    assert account(frames, "item_ratings") == {
        "in_record": 7,
        "superseded": 2,
        "kept": 5,
        "attention": 1,
        "repeat": 1,
        "declined": 1,
        "refused": 1,
        "compared": 1,
    }
    assert account(frames, "choices") == {
        "in_record": 2,
        "superseded": 1,
        "kept": 1,
        "compared": 1,
    }


def test_who_withdraws_takes_their_ratings_along_and_no_reply(both: ConfirmStory) -> None:
    both.withdraw("p-rater")
    frames = frames_of(both.entries)
    assert len(frames.replies) == 5
    assert list(frames.raters["session_id"]) == ["r2"]
    assert frames.item_ratings.empty
    assert frames.guesses.empty
    assert len(frames.choices) == 1


def test_simulated_raters_can_be_asked_for_or_left_out(both: ConfirmStory) -> None:
    people = frames_of(both.entries, simulated=False)
    machines = frames_of(both.entries, simulated=True)
    assert len(people.choices) == 0
    assert len(people.item_ratings) == 5
    assert len(machines.choices) == 1
    assert len(machines.item_ratings) == 0
    assert len(people.replies) == len(machines.replies) == 5
    assert account(people, "choices")["simulated"] == 2


def test_one_freeze_can_be_asked_for(both: ConfirmStory) -> None:
    other = "sha256:two"
    both.sweep("w2", confirm_hash=other)
    both.reply("u-new", sweep_id="w2", confirm_hash=other)
    both.rater("r3", "p-rater", seat=1, confirm_hash=other)
    both.item("r3", "i-new", 0, "u-new")
    both.judge("r3", "j9", "i-new", 5)
    first = frames_of(both.entries, confirm_hash=FREEZE)
    second = frames_of(both.entries, confirm_hash=other)
    assert "u-new" not in set(first.replies["unit_id"])
    assert list(second.item_ratings["rating_id"]) == ["j9"]
    assert account(second, "replies")["other_freeze"] == 5
    assert set(frames_of(both.entries).replies["confirm_hash"]) == {FREEZE, other}


def test_a_reply_without_its_run_is_an_orphan() -> None:
    tale = ConfirmStory()
    tale.sweep()
    tale.reply("u-stray", sweep_id="w9")
    frames = frames_of(tale.entries)
    assert frames.replies.empty
    assert account(frames, "replies") == {"in_record": 1, "orphan": 1}


def test_a_reply_of_a_replay_is_of_another_run() -> None:
    tale = ConfirmStory()
    tale.sweep()
    tale.reply("replay-1", sweep_id="r1", confirm_hash="sha256:" + "9" * 64)
    frames = frames_of(tale.entries)
    assert frames.replies.empty
    assert account(frames, "replies") == {"in_record": 1, "other_run": 1}


def test_explore_frames_are_what_they_were_without_a_confirm_stage(both: ConfirmStory) -> None:
    alone, mixed = frames_of(told_story().entries), frames_of(both.entries)
    for name in ("sessions", "turns", "ratings", "flags", "dropped"):
        left, right = getattr(alone, name), getattr(mixed, name)
        if name == "dropped":
            left, right = (one[one["frame"].ne("participants")] for one in (left, right))
        pd.testing.assert_frame_equal(left, right)
    assert list(leads(alone)) == list(leads(mixed))


def test_figures_of_explore_show_testers_only(both: ConfirmStory) -> None:
    alone, mixed = frames_of(told_story().entries), frames_of(both.entries)
    for draw in (progress, coverage, flags_by_harm, rating_distribution):
        one, other = draw(alone), draw(mixed)
        assert one.alt == other.alt
        pd.testing.assert_frame_equal(one.numbers, other.numbers)


def test_explore_alone_leaves_the_confirm_stage_out(both: ConfirmStory) -> None:
    frames = frames_of(both.entries, stage="explore")
    assert all(getattr(frames, name).empty for name in CONFIRM)
    assert account(frames, "replies") == {"in_record": 5, "other_stage": 5}
    assert account(frames, "item_ratings") == {"in_record": 7, "other_stage": 7}
    assert len(frames_of(both.entries, stage="confirm").item_ratings) == 5


def test_the_stages_do_not_mix(both: ConfirmStory) -> None:
    frames = frames_of(both.entries)
    for name in ("replies", "items", "item_ratings", "choices", "guesses"):
        require_stage(getattr(frames, name), "confirm")
    with pytest.raises(AnalysisError) as refused:
        require_stage(frames.item_ratings, "explore")
    assert str(refused.value) == (
        "analysis: got 5 of 5 rows of stage 'confirm'; wanted stage 'explore' alone, because "
        "explore finds and confirm measures. Load the frames with stage='explore'."
    )


def test_a_record_gives_what_its_rows_give(both: ConfirmStory, tmp_path: Path) -> None:
    with open_record(tmp_path / "record.db") as record:
        record.append(*both.rows)
        kept = load_frames(record)
    expected = frames_of(both.entries)
    for name in (*CONFIRM, "confirm_account"):
        left, right = (
            getattr(one, name).drop(
                columns=["at", "started_at", "ended_at", "seconds"], errors="ignore"
            )
            for one in (kept, expected)
        )
        pd.testing.assert_frame_equal(left, right)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_the_order_of_chains_changes_nothing(seed: int) -> None:
    entries = rated(ConfirmStory()).entries
    draw = random.Random(seed)
    lot = {chain: draw.random() for chain in sorted({one.chain for one, _ in entries})}
    mixed = sorted(entries, key=lambda one: (lot[one[0].chain], one[0].position))
    for left, right in zip(frames_of(entries), frames_of(mixed), strict=True):
        pd.testing.assert_frame_equal(left, right)


def test_an_empty_record_gives_empty_frames(record: Record) -> None:
    frames = load_frames(record)
    assert all(getattr(frames, name).empty for name in CONFIRM)
    assert frames.confirm_account["in_record"].sum() == 0

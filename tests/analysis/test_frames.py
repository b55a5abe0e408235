"""From rows to frames: what stands, what is left out and why, in declared columns."""

import random
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from story import Story

from toolkit.analysis import COLUMNS, Frames, columns, frames_of, load_frames
from toolkit.analysis.frames import require_stage
from toolkit.errors import AnalysisError
from toolkit.record import Record, history

REASONS = [column.name for column in COLUMNS["dropped"]][3:]


def dropped(frames: Frames, frame: str) -> dict[str, int]:
    """The account of one frame, without zeros."""
    row = frames.dropped.set_index("frame").loc[frame]
    return {name: int(n) for name, n in row.items() if n}


def same(one: Frames, other: Frames) -> None:
    for left, right in zip(one, other, strict=True):
        pd.testing.assert_frame_equal(left, right)


def test_every_frame_has_its_declared_columns_in_order(told: Story, story: Story) -> None:
    for entries in (told.entries, story.entries):
        for name, frame in frames_of(entries)._asdict().items():
            assert list(frame.columns) == [column.name for column in COLUMNS[name]]
            assert [str(dtype) for dtype in frame.dtypes] == [one.dtype for one in COLUMNS[name]]
            closed = {one.name: one.categories for one in COLUMNS[name] if one.categories}
            for column, categories in closed.items():
                assert tuple(frame[column].cat.categories) == categories


def test_an_empty_record_gives_empty_frames(record: Record) -> None:
    frames = load_frames(record)
    assert [len(frame) for frame in frames[:5]] == [0, 0, 0, 0, 0]
    assert frames.dropped["in_record"].sum() == 0


def test_columns_describe_a_frame() -> None:
    described = columns("ratings")
    assert list(described.columns) == ["name", "dtype", "meaning", "unit"]
    assert described.set_index("name").loc["value", "unit"] == "1 to 5"


def test_conversations_are_counted(told: Story) -> None:
    sessions = frames_of(told.entries).sessions.set_index("session_id")
    assert list(sessions["state"]) == ["finished", "skipped", "in progress"]
    counts = [
        *("messages", "answered", "truncated", "refused", "empty", "stopped", "errored"),
        *("replaced", "answers_rated", "questions_rated", "flags"),
    ]
    assert list(sessions.loc["s1", counts]) == [2, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1]
    assert list(sessions.loc["s2", counts]) == [0] * 11
    assert list(sessions.loc["s3", counts]) == [3, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0]
    assert sessions.loc["s1", "minutes"] == 14
    assert pd.isna(sessions.loc["s3", "minutes"])
    assert str(sessions.loc["s1", "started_at"]) == "2026-01-31 09:33:00+00:00"


def test_participants_are_counted(told: Story) -> None:
    people = frames_of(told.entries).participants.set_index("participant_id")
    states = ["assigned", "finished", "capped", "skipped", "in_progress", "not_begun"]
    assert list(people.loc["p-one", states]) == [2, 1, 0, 1, 0, 0]
    assert list(people.loc["p-two", states]) == [2, 0, 0, 0, 1, 1]
    assert list(people["consented"]) == [True, False]
    assert list(people["simulated"]) == [False, True]


def test_nobody_knows_how_much_is_assigned_before_the_first_conversation(story: Story) -> None:
    story.person("p-new")
    person = frames_of(story.entries).participants.iloc[0]
    assert pd.isna(person["assigned"])
    assert pd.isna(person["not_begun"])
    assert person["finished"] == 0


def test_outcomes_and_ratings_are_kept_apart(told: Story) -> None:
    turns = frames_of(told.entries).turns.set_index("turn_id")
    answers = turns[turns["speaker"].eq("assistant")]
    assert answers["outcome"].to_dict() == {
        **{"t1": "stopped", "t2": "answered", "t4": "truncated"},
        **{"v0": "refused", "v1": "empty", "v2": "errored"},
    }
    assert list(answers.index[answers["replaced"]]) == ["t1"]
    assert answers["rating_state"].to_dict() == {
        **{"t1": "unrated", "t2": "rated", "t4": "unrated"},
        **{"v0": "unrated", "v1": "unrated", "v2": "unrated"},
    }
    assert turns.loc["t2", "rating"] == 2
    assert turns.loc["t4", "flags"] == 1
    assert turns.loc["t4", "prompt_tokens"] == 7
    assert pd.isna(turns.loc["t4", "completion_tokens"])
    assert pd.isna(turns.loc["v2", "first_token_seconds"])
    assert turns.loc["v2", "error"] == "no answer in time"
    asked = turns.loc["t0", ["outcome", "rating_state", "rating", "flags", "attempts", "seconds"]]
    assert asked.isna().all()


def test_a_declined_question_is_not_an_unrated_one(told: Story) -> None:
    told.rate("s1", "r5", None, turn="t4")
    frames = frames_of(told.entries)
    turns = frames.turns.set_index("turn_id")
    assert turns.loc["t4", "rating_state"] == "declined"
    states = frames.ratings.set_index("rating_id")["state"].to_dict()
    assert states == {"r2": "rated", "r3": "rated", "r4": "declined", "r5": "declined"}


def test_the_last_word_counts_and_the_rest_is_accounted_for(told: Story) -> None:
    frames = frames_of(told.entries)
    assert list(frames.ratings["rating_id"]) == ["r2", "r3", "r4"]
    assert list(frames.flags["flag_id"]) == ["f2"]
    assert frames.flags["harm_type"].iloc[0] == "quality_of_service"
    assert dropped(frames, "ratings") == {"in_record": 4, "kept": 3, "superseded": 1}
    assert dropped(frames, "flags") == {
        **{"in_record": 4, "kept": 1, "superseded": 1, "retracted": 1, "retraction": 1}
    }


def test_a_second_answer_to_a_question_counts_even_if_it_names_no_first(story: Story) -> None:
    story.person("p")
    story.session("s", "p")
    story.rate("s", "r1", 1, question="accurate")
    story.rate("s", "r2", 5, question="accurate")
    assert list(frames_of(story.entries).ratings["rating_id"]) == ["r2"]


def test_who_withdrew_is_left_out_and_counted(told: Story) -> None:
    told.withdraw("p-one")
    frames = frames_of(told.entries)
    assert list(frames.participants["participant_id"]) == ["p-two"]
    assert list(frames.sessions["session_id"]) == ["s3"]
    assert set(frames.turns["session_id"]) == {"s3"}
    assert len(frames.ratings) == len(frames.flags) == 0
    assert "p-one" not in set(frames.sessions["participant_id"].cat.categories)
    counted = {name: dropped(frames, name).get("withdrawn", 0) for name in frames._fields[:5]}
    assert counted == {"participants": 1, "sessions": 2, "turns": 5, "ratings": 4, "flags": 4}


@pytest.mark.parametrize(
    ("asked", "left", "reason"),
    [(True, ["s3"], "not_simulated"), (False, ["s1", "s2"], "simulated")],
)
def test_people_and_simulated_are_told_apart(
    told: Story, asked: bool, left: list[str], reason: str
) -> None:
    frames = frames_of(told.entries, simulated=asked)
    assert list(frames.sessions["session_id"]) == left
    assert set(frames.turns["simulated"]) <= {asked}
    assert dropped(frames, "participants") == {"in_record": 2, "kept": 1, reason: 1}
    assert dropped(frames, "sessions")[reason] == 3 - len(left)


def test_the_stage_asked_for_is_what_comes(told: Story) -> None:
    told.session("s4", "p-one", stage="confirm")
    told.say("s4", "w0", 0)
    frames = frames_of(told.entries, stage="explore")
    assert dropped(frames, "sessions") == {"in_record": 4, "kept": 3, "other_stage": 1}
    assert dropped(frames, "turns")["other_stage"] == 1
    assert list(frames_of(told.entries, stage="confirm").sessions["session_id"]) == ["s4"]


def test_rows_without_their_parent_are_counted_as_orphans(told: Story) -> None:
    told.session("s9", "p-unknown")
    told.say("s9", "x0", 0)
    told.say("s-unknown", "x1", 0)
    told.rate("s1", "x2", 3, turn="t-unknown")
    told.flag("s1", "x3", "t-unknown")
    frames = frames_of(told.entries)
    counted = {name: dropped(frames, name).get("orphan", 0) for name in frames._fields[:5]}
    assert counted == {"participants": 0, "sessions": 1, "turns": 2, "ratings": 1, "flags": 1}


def test_the_account_adds_up(told: Story) -> None:
    told.withdraw("p-two")
    told.session("s9", "p-unknown")
    account = frames_of(told.entries, stage="explore", simulated=False).dropped
    assert account["in_record"].eq(account[["kept", *REASONS]].sum(axis=1)).all()
    assert list(account["in_record"]) == [2, 4, 11, 4, 4]


def test_require_stage_lets_its_own_stage_pass(told: Story) -> None:
    frames = frames_of(told.entries)
    require_stage(frames.turns, "explore")
    require_stage(frames.turns.head(0), "confirm")


def test_require_stage_refuses_the_other_stage(told: Story) -> None:
    with pytest.raises(AnalysisError) as refused:
        require_stage(frames_of(told.entries).sessions, "confirm")
    assert str(refused.value) == (
        "analysis: got 3 of 3 rows of stage 'explore'; wanted stage 'confirm' alone, because "
        "explore finds and confirm measures. Load the frames with stage='confirm'."
    )


def test_require_stage_refuses_a_frame_without_stages(told: Story) -> None:
    with pytest.raises(AnalysisError) as refused:
        require_stage(frames_of(told.entries).participants, "explore")
    assert str(refused.value) == (
        "analysis: got a frame without a column 'stage'; wanted rows of stage 'explore'. Pass a "
        "frame that `load_frames` made."
    )


def test_any_text_a_record_can_hold_is_carried(story: Story) -> None:
    odd = "nul \x00, half a pair \ud83d, right-to-left \u202e, \U0001f600"
    story.person("p")
    story.session("s", "p", persona_shown={}, scenario_shown={})
    story.answer("s", "t", 0, odd)
    frames = frames_of(story.entries)
    assert frames.turns["text"].iloc[0] == odd
    assert frames.turns["characters"].iloc[0] == len(odd)
    assert frames.sessions[["persona", "scenario"]].iloc[0].tolist() == ["ada", "parcel"]


def test_the_newest_title_names_a_situation(story: Story) -> None:
    story.person("p")
    story.session("s1", "p")
    story.session("s2", "p", scenario_shown={"title": "The parcel, again"})
    assert set(frames_of(story.entries).sessions["scenario"]) == {"The parcel, again"}


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_the_order_of_conversations_changes_nothing(seed: int) -> None:
    tale = Story()
    for number in range(4):
        who = f"p-{number}"
        tale.person(who, seat=number, simulated=bool(number % 2))
        for part in ("a", "b"):
            name = f"s{number}{part}"
            tale.session(name, who, scenario_id=f"sc-{number % 3}")
            tale.say(name, f"{name}-said", 0)
            tale.answer(name, f"{name}-heard", 1)
            tale.rate(name, f"{name}-r1", 1 + number, turn=f"{name}-heard")
            tale.rate(name, f"{name}-r2", 5, turn=f"{name}-heard")
            tale.flag(name, f"{name}-f", f"{name}-heard", severity=1 + number)
            tale.end(name)
    tale.withdraw("p-3")
    entries = tale.entries
    draw = random.Random(seed)
    chains = sorted({entry.chain for entry, _ in entries})
    queues = {chain: [one for one in entries if one[0].chain == chain] for chain in chains}
    mixed = []
    while queues:
        chain = draw.choice(sorted(queues))
        mixed.append(queues[chain].pop(0))
        if not queues[chain]:
            del queues[chain]
    same(frames_of(entries), frames_of(mixed))


def test_a_record_gives_what_its_rows_give(told: Story, record: Record, tmp_path: Path) -> None:
    record.append(*told.rows)
    frames = load_frames(record)
    expected = frames_of(told.entries)
    for name in ("sessions", "turns", "ratings", "flags"):
        left, right = (
            getattr(one, name).drop(
                columns=["at", "started_at", "ended_at", "minutes"], errors="ignore"
            )
            for one in (frames, expected)
        )
        key = left.columns[0]
        pd.testing.assert_frame_equal(
            left.sort_values(key, ignore_index=True), right.sort_values(key, ignore_index=True)
        )


def test_frames_and_history_agree_on_what_stands(told: Story, record: Record) -> None:
    record.append(*told.rows)
    frames = load_frames(record)
    for session_id in frames.sessions["session_id"]:
        kept = history(record, session_id)
        turns = frames.turns[frames.turns["session_id"].eq(session_id)]
        ratings = frames.ratings[frames.ratings["session_id"].eq(session_id)]
        flags = frames.flags[frames.flags["session_id"].eq(session_id)]
        assert list(turns["turn_id"]) == [turn.turn_id for turn in kept.all_turns]
        assert list(turns["turn_id"][~turns["replaced"]]) == [one.turn_id for one in kept.turns]
        assert set(ratings["rating_id"]) == {rating.rating_id for rating in kept.ratings}
        assert set(flags["flag_id"]) == {flag.flag_id for flag in kept.flags}

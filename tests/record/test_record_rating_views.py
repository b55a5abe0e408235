"""Views of what raters left, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from toolkit.canon import now
from toolkit.errors import RecordError
from toolkit.record import (
    Choice,
    Exchange,
    Guess,
    Item,
    Passed,
    RaterSeat,
    Rating,
    Record,
    Reply,
    SessionEnd,
    Withdrawal,
    newest_reply,
    rater_history,
    raters,
    standing_items,
    tally_replies,
)

FREEZE = "sha256:" + "a" * 64
QUESTIONS = [{"id": name, "ask": name, "low": "no", "high": "yes"} for name in ("right", "kind")]


def seat(who: str, number: int, **changes: Any) -> RaterSeat:
    values: dict[str, Any] = {
        "session_id": f"session-{who}",
        "study_id": "small",
        "confirm_hash": FREEZE,
        "participant_id": who,
        "simulated": False,
        "seat": number,
        "holder": 0,
        "items": 3,
        "form": "single",
        "show_cue": False,
        "toolkit_version": "0.1.0",
    }
    return RaterSeat(**{**values, **changes})


def item(who: str, position: int, **changes: Any) -> Item:
    values: dict[str, Any] = {
        "item_id": f"item-{who}-{position}",
        "session_id": f"session-{who}",
        "position": position,
        "purpose": "rating",
        "form": "single",
        "unit_ids": (f"u-{position}",),
        "overlap": False,
        "repeats": None,
        "shown": {"title": "T", "prompt": [], "replies": ["R"], "questions": QUESTIONS},
    }
    return Item(**{**values, **changes})


def rated(who: str, position: int, question: str, value: int, number: int = 0) -> Rating:
    name = f"rating-{who}-{position}-{question}"
    return Rating(
        rating_id=f"{name}-{number}",
        session_id=f"session-{who}",
        turn_id=None,
        question=question,
        dimension="respect",
        value=value,
        supersedes=f"{name}-{number - 1}" if number else None,
        item_id=f"item-{who}-{position}",
    )


def test_the_judgment_that_stands_is_the_last_one(record: Record) -> None:
    record.append(
        seat("ann", 0),
        item("ann", 0),
        rated("ann", 0, "right", 2),
        rated("ann", 0, "kind", 3),
        rated("ann", 0, "right", 5, number=1),
        item("ann", 1),
        rated("ann", 1, "right", 1),
        item("ann", 2, form="pair", unit_ids=("u-2", "u-3")),
        Choice(choice_id="c-1", session_id="session-ann", item_id="item-ann-2", preferred="left"),
        Choice(
            choice_id="c-2",
            session_id="session-ann",
            item_id="item-ann-2",
            preferred="equal",
            supersedes="c-1",
        ),
    )
    first, half, pair = rater_history(record, "session-ann").items.values()
    assert {name: row.value for name, row in first.ratings.items()} == {"right": 5, "kind": 3}
    assert (first.rated, half.rated, pair.rated) == (True, False, True)
    assert pair.choice is not None
    assert pair.choice.preferred == "equal"
    assert half.completed_at == ""
    assert [one.item.item_id for one in standing_items(raters(record, FREEZE))] == [
        "item-ann-0",
        "item-ann-2",
    ]


def test_what_is_passed_over_stands_for_nothing_until_it_is_judged_again(record: Record) -> None:
    passed = Passed(passed_id="p-1", session_id="session-ann", item_id="item-ann-0")
    record.append(
        seat("ann", 0),
        item("ann", 0),
        rated("ann", 0, "right", 2),
        rated("ann", 0, "kind", 3),
        passed,
    )
    assert standing_items(raters(record, FREEZE)) == ()
    assert [(one.rated, one.passed) for one in raters(record, FREEZE)] == [(0, 1)]
    record.append(rated("ann", 0, "right", 4, number=1))
    (half,) = rater_history(record, "session-ann").items.values()
    assert (half.complete, half.passed) == (False, None)
    record.append(rated("ann", 0, "kind", 4, number=1))
    (again,) = standing_items(raters(record, FREEZE))
    assert {row.value for row in again.ratings.values()} == {4}


def test_progress_by_seat_without_whoever_withdrew(record: Record) -> None:
    guess = Guess(
        guess_id="g-1",
        session_id="session-ann",
        item_id="item-ann-0",
        options=("a", "b"),
        guessed=None,
    )
    record.append(
        seat("bob", 1),
        seat("ann", 0),
        item("ann", 0),
        rated("ann", 0, "right", 2),
        rated("ann", 0, "kind", 2),
        guess,
        SessionEnd(session_id="session-ann", reason="finished"),
        seat("gone", 2),
        item("gone", 0),
        rated("gone", 0, "right", 2),
        rated("gone", 0, "kind", 2),
        SessionEnd(session_id="session-gone", reason="withdrawn"),
        Withdrawal(participant_id="gone"),
        seat("script", 3, simulated=True),
        SessionEnd(session_id="session-script", reason="left"),
        seat("other", 0, confirm_hash="sha256:" + "b" * 64),
    )
    told = [
        (
            one.seat.participant_id,
            one.seat.seat,
            one.rated,
            len(one.guesses),
            one.end and one.end.reason,
        )
        for one in raters(record, FREEZE)
    ]
    assert told == [
        ("ann", 0, 1, 1, "finished"),
        ("bob", 1, 0, 0, None),
        ("script", 3, 0, 0, "left"),
    ]
    assert len(standing_items(raters(record, FREEZE))) == 1
    assert standing_items(raters(record, FREEZE), simulated=True) == ()


def test_items_of_a_sitting_are_counted_from_the_last_long_pause(record: Record) -> None:
    record.append(seat("ann", 0), item("ann", 0), item("ann", 1))
    history = rater_history(record, "session-ann")
    start = now() - timedelta(hours=30)
    for hours, position, question in ((0, 0, "right"), (1, 0, "kind"), (20, 1, "right")):
        history.add(rated("ann", position, question, 3), str(start + timedelta(hours=hours)))
    history.add(rated("ann", 1, "kind", 3), str(start + timedelta(hours=25)))
    pause = timedelta(hours=8)
    assert history.sitting(start + timedelta(hours=26), pause=pause) == 1
    assert history.sitting(start + timedelta(hours=26), pause=timedelta(hours=24)) == 2
    assert history.sitting(start + timedelta(hours=40), pause=pause) == 0


def test_a_correction_does_not_count_as_another_item(record: Record) -> None:
    record.append(seat("ann", 0), item("ann", 0))
    history = rater_history(record, "session-ann")
    history.add(rated("ann", 0, "right", 3), str(now() - timedelta(days=2)))
    history.add(rated("ann", 0, "kind", 3), str(now() - timedelta(days=2)))
    history.add(rated("ann", 0, "kind", 5, number=1), str(now()))
    assert history.sitting(now(), pause=timedelta(hours=8)) == 0


def test_a_session_in_which_nobody_rates(record: Record) -> None:
    with pytest.raises(RecordError) as refusal:
        rater_history(record, "nowhere")
    assert str(refusal.value) == (
        f"rater_history: got session 'nowhere'; wanted one in which somebody rates, that "
        f"{record.place} holds. Look them up with record.rows(RaterSeat)."
    )


def test_the_newest_reply_to_a_unit(record: Record, exchange: Callable[..., Exchange]) -> None:
    def reply(unit_id: str, outcome: str, attempt_of: int = 0) -> Reply:
        return Reply(
            unit_id=unit_id,
            sweep_id=f"sweep-{attempt_of}",
            confirm_hash=FREEZE,
            contrast_id="c",
            contrast_hash="",
            scenario_id="s",
            scenario_hash="",
            origin="planned",
            cueing="explicit",
            arm="reference",
            persona_id="p",
            persona_hash="",
            replicate=0,
            endpoint_alias="assistant",
            slots={},
            text="",
            exchange=exchange(outcome=outcome),
            attempt_of=attempt_of,
        )

    assert newest_reply(record, "u-0") is None
    record.append(reply("u-0", "errored"), reply("u-1", "answered"), reply("u-2", "empty"))
    assert newest_reply(record, "u-0") == reply("u-0", "errored")
    record.append(reply("u-0", "errored", 1), reply("u-0", "refused", 2))
    assert newest_reply(record, "u-0") == reply("u-0", "refused", 2)
    assert newest_reply(record, "u-1") == reply("u-1", "answered")
    ended = {"refused": 1, "answered": 1, "empty": 1}
    assert tally_replies(record, FREEZE).outcomes == ended
    assert tally_replies(record, "sha256:other").outcomes == {}

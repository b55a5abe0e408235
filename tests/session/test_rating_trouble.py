"""Replies that failed or are not there, and a study that is frozen again under a rater."""

from collections.abc import Callable

import pytest
from kept_rows import kept_rows
from rating_world import RatingWorld, judge, judge_all
from small_replies import end_sweep, keep_replies

from toolkit.design import ConfirmStage, Study, Unit, allocate
from toolkit.errors import StudyChanged
from toolkit.record import Ending, Item, RaterSeat, Rating, SessionEnd
from toolkit.session import RatingQueue

MakeWorld = Callable[..., RatingWorld]


def seat_units(world: RatingWorld, seat: int = 0) -> list[str]:
    tasks = allocate(world.stage).seat(seat)
    return [name for task in tasks if task.purpose == "rating" for name in task.unit_ids]


def cell(unit: Unit) -> tuple[object, ...]:
    return unit.contrast_id, unit.arm, unit.alias


def test_without_replies_a_rater_waits_and_nothing_is_handed_out(rating_world: MakeWorld) -> None:
    world = rating_world()
    queue = world.queue()
    assert queue.stage == "waiting"
    assert queue.current is None
    assert queue.progress == (0, 5)
    assert kept_rows(world.record, Item) == []
    keep_replies(world.stage, world.record)
    assert queue.stage == "rate"
    assert len(judge_all(queue)) == 5


@pytest.mark.parametrize("outcome", ["errored", "empty"])
def test_another_replicate_takes_the_place_of_a_reply_that_failed(
    rating_world: MakeWorld, outcome: Ending
) -> None:
    world = rating_world(replicates=4)
    broken = seat_units(world)[0]
    keep_replies(
        world.stage,
        world.record,
        ends=lambda unit: outcome if unit.unit_id == broken else "answered",
    )
    queue = world.queue()
    assert len(judge_all(queue)) == 5
    shown = {name for names in world.units(queue) for name in names}
    units = {unit.unit_id: unit for unit in world.stage.units}
    (instead,) = shown - set(seat_units(world))
    assert cell(units[instead]) == cell(units[broken])
    planned = {
        name for seat in allocate(world.stage).seats for task in seat for name in task.unit_ids
    }
    assert instead not in planned
    assert queue.progress == (5, 5)


def test_raters_of_one_broken_reply_get_the_same_one_in_its_place(
    rating_world: MakeWorld,
) -> None:
    world = rating_world(replicates=6, raters=12, overlap=1.0)
    seats = allocate(world.stage).seats
    broken = seats[0][0].unit_ids or seats[0][1].unit_ids
    keep_replies(
        world.stage,
        world.record,
        ends=lambda unit: "errored" if unit.unit_id in broken else "answered",
    )
    holders = [
        number
        for number, seat in enumerate(seats)
        if any(task.unit_ids == broken and task.purpose == "rating" for task in seat)
    ]
    queues = [world.queue(f"R-{number}") for number in range(12)]
    for queue in queues:
        judge_all(queue)
    planned = {name for seat in seats for task in seat for name in task.unit_ids}
    stood_in = [
        {name for names in world.units(queues[number]) for name in names} - planned
        for number in holders
    ]
    assert len(holders) == 2
    assert stood_in[0] == stood_in[1]
    assert len(stood_in[0]) == 1


def test_without_anything_in_its_place_an_item_is_left_out_and_counted(
    rating_world: MakeWorld,
) -> None:
    world = rating_world()
    lost = {unit.unit_id for unit in world.stage.units if unit.contrast_id == "parcel"}
    keep_replies(
        world.stage,
        world.record,
        ends=lambda unit: "errored" if unit.unit_id in lost else "answered",
    )
    queue = world.queue()
    seen = judge_all(queue)
    assert queue.progress.of in {3, 4}
    assert len(seen) == queue.progress.of
    for asked in queue.guesses:
        queue.guess(asked.item_id, None)
    assert [end.reason for end in kept_rows(world.record, SessionEnd)] == ["finished"]


def test_a_failed_reply_that_came_when_sent_again_is_shown(rating_world: MakeWorld) -> None:
    world = rating_world(replicates=1, overlap=0.33)
    keep_replies(world.stage, world.record, ends=lambda _: "errored")
    queue = world.queue()
    assert (queue.stage, queue.progress) == ("done", (0, 0))
    assert [end.reason for end in kept_rows(world.record, SessionEnd)] == ["finished"]
    keep_replies(world.stage, world.record, attempt_of=1)
    assert len(judge_all(world.queue("R-02"))) == 5


@pytest.mark.parametrize("outcome", ["refused", "truncated"])
def test_refused_and_truncated_replies_are_rated(rating_world: MakeWorld, outcome: Ending) -> None:
    world = rating_world()
    keep_replies(world.stage, world.record, ends=lambda _: outcome)
    queue = world.queue()
    judge_all(queue)
    assert {name for names in world.units(queue) for name in names} == set(seat_units(world))


def test_while_a_sweep_runs_a_rater_waits_for_what_is_missing(rating_world: MakeWorld) -> None:
    world = rating_world(replicates=1, overlap=0.33)
    late = set(seat_units(world)[:1])
    sweep_id = keep_replies(
        world.stage,
        world.record,
        ends=lambda unit: None if unit.unit_id in late else "answered",
    )
    queue = world.queue()
    judge_all(queue)
    assert queue.stage == "waiting"
    assert queue.guesses == ()
    end_sweep(world.record, sweep_id, "stopped")
    assert queue.stage == "guess"
    for asked in queue.guesses:
        queue.guess(asked.item_id, None)
    assert queue.stage == "done"
    assert kept_rows(world.record, SessionEnd) == []
    keep_replies(
        world.stage, world.record, ends=lambda unit: "answered" if unit.unit_id in late else None
    )
    again = world.queue()
    assert again.stage == "rate"
    judge_all(again)
    assert set(seat_units(world)) == {name for names in world.units(again) for name in names}


def between_repeats(world: RatingWorld, code: str) -> list[int]:
    """How many items this rater saw between each repeat and what it repeats."""
    session = world.seat(world.queue(code)).session_id
    order = {row.item_id: row for row in kept_rows(world.record, Item, chain=session)}
    places = {name: place for place, name in enumerate(order)}
    return [places[row.item_id] - places[row.repeats] - 1 for row in order.values() if row.repeats]


def test_a_repeat_never_follows_what_it_repeats(rating_world: MakeWorld) -> None:
    """The one item left on a seat given back comes once; so does a reply that came last."""
    world = rating_world(replicates=4)
    tasks = allocate(world.stage).seat(0)
    (repeat,) = (task for task in tasks if task.purpose == "repeat")
    late = tasks[repeat.repeats or 0].unit_ids[0]
    keep_replies(
        world.stage, world.record, ends=lambda unit: None if unit.unit_id == late else "answered"
    )
    first = world.queue("R-1")
    assert world.seat(first).seat == 0
    judge_all(first)
    assert between_repeats(world, "R-1") == []
    assert first.stage == "guess"
    assert first.progress == (4, 4)
    for number in range(2, 9):
        other = world.queue(f"R-{number}")
        judge_all(other)
        assert between_repeats(world, f"R-{number}") in ([1], [2], [3]), number


def test_an_original_that_came_late_leaves_half_the_way_to_its_repeat(
    rating_world: MakeWorld,
) -> None:
    """Three items were planned between the two, so one is enough."""
    world = rating_world(replicates=4)
    tasks = allocate(world.stage).seat(2)
    (repeat,) = (task for task in tasks if task.purpose == "repeat")
    assert (repeat.position, repeat.repeats) == (4, 0)
    late = tasks[0].unit_ids[0]
    keep_replies(
        world.stage, world.record, ends=lambda unit: None if unit.unit_id == late else "answered"
    )
    queue = [world.queue(f"R-{number}") for number in (1, 2, 3)][-1]
    assert world.seat(queue).seat == 2
    judge(queue)
    judge(queue)
    keep_replies(
        world.stage, world.record, ends=lambda unit: "answered" if unit.unit_id == late else None
    )
    judge_all(queue)
    assert between_repeats(world, "R-3") == [1]


def test_what_is_not_there_yet_comes_last(rating_world: MakeWorld) -> None:
    world = rating_world(replicates=4)
    late = seat_units(world)[0]
    keep_replies(
        world.stage, world.record, ends=lambda unit: None if unit.unit_id == late else "answered"
    )
    queue = world.queue()
    judge(queue)
    keep_replies(
        world.stage, world.record, ends=lambda unit: "answered" if unit.unit_id == late else None
    )
    judge_all(queue)
    assert {name for names in world.units(queue) for name in names} == set(seat_units(world))


def test_a_study_frozen_again_ends_the_old_queue_and_loses_nothing(
    rating_world: MakeWorld,
) -> None:
    world = rating_world()
    keep_replies(world.stage, world.record)
    old = world.queue()
    first = judge(old)
    shown = old.current
    assert shown is not None
    path = world.study.workspace / "personas" / "contrasts" / "parcel.yaml"
    path.write_text(path.read_text().replace("What now?", "What happens now?"))
    changed = Study.load("small", workspace=world.study.workspace)
    with pytest.raises(StudyChanged):
        RatingQueue(changed, world.record)
    stage = ConfirmStage(changed)
    stage.freeze(again=True)
    with pytest.raises(StudyChanged) as refusal:
        old.rate(shown.item_id, "accurate", 1)
    assert str(refusal.value) == old.read_only
    assert old.read_only == (
        "The study was frozen again since you began. What you rated is kept as it is; reload the "
        "page to go on with the new one."
    )
    assert old.current == shown
    old.close()
    kept = kept_rows(world.record, Rating)
    assert {row.item_id for row in kept} == {first.item_id}
    new = RatingQueue(changed, world.record)
    new.enrol("R-01")
    assert new.stage == "consent"
    new.consent()
    assert new.stage == "waiting"
    keep_replies(stage, world.record)
    assert len(judge_all(new)) == 5
    hashes = [row.confirm_hash for row in world.record.rows(RaterSeat)]
    assert hashes == [world.stage.hash, stage.hash]
    assert kept_rows(world.record, Rating)[: len(kept)] == kept
    assert world.record.verify().ok


def test_a_rater_may_withdraw_although_the_study_was_frozen_again(
    rating_world: MakeWorld,
) -> None:
    world = rating_world()
    old = world.queue()
    path = world.study.workspace / "personas" / "contrasts" / "parcel.yaml"
    path.write_text(path.read_text().replace("What now?", "What happens now?"))
    ConfirmStage(Study.load("small", workspace=world.study.workspace)).freeze(again=True)
    old.withdraw()
    assert old.stage == "withdrawn"

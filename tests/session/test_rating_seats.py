"""Seats: taken once, given back, and never where a rater would meet their own conversation."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from kept_rows import kept_rows
from rating_world import RatingWorld, judge, judge_all
from small_replies import keep_replies

from toolkit.design import allocate
from toolkit.errors import NotNow, OpenElsewhere
from toolkit.record import Item, RaterSeat, Session, SessionEnd, open_record, rater_history
from toolkit.session import RatingQueue, release_seat

MakeWorld = Callable[..., RatingWorld]


@pytest.fixture
def world(rating_world: MakeWorld) -> RatingWorld:
    made = rating_world()
    keep_replies(made.stage, made.record)
    return made


def rated_units(world: RatingWorld, seat: RaterSeat) -> set[tuple[str, ...]]:
    judged = rater_history(world.record, seat.session_id).items.values()
    return {one.item.unit_ids for one in judged if one.rated and one.item.purpose == "rating"}


def test_seats_are_taken_in_order_and_go_on_beyond_the_plan(world: RatingWorld) -> None:
    seats = [world.seat(world.queue(f"R-{number}")) for number in range(8)]
    assert [(row.seat, row.holder, row.items) for row in seats] == [(n, 0, 5) for n in range(8)]


def test_raters_who_come_at_once_get_seats_of_their_own(world: RatingWorld) -> None:
    together = threading.Barrier(4)

    def come(code: str) -> None:
        with open_record(world.study) as record:
            queue = RatingQueue(world.study, record)
            queue.enrol(code)
            together.wait(timeout=20)
            queue.consent()

    threads = [threading.Thread(target=come, args=(f"R-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = world.record.rows(RaterSeat)
    assert sorted((row.seat, row.holder) for row in rows) == [(0, 0), (1, 0), (2, 0), (3, 0)]
    assert len({row.participant_id for row in rows}) == 4
    assert world.record.verify().ok


def test_two_raters_on_one_reply_at_once_each_have_an_item_of_their_own(
    rating_world: MakeWorld,
) -> None:
    world = rating_world(raters=12, overlap=1.0)
    keep_replies(world.stage, world.record)
    queues = [world.queue(f"R-{number}") for number in range(12)]
    while any(queue.stage == "rate" for queue in queues):
        for number, queue in enumerate(queues):
            if queue.stage == "rate":
                judge(queue, value=1 + number % 5)
    rows = [row for row in kept_rows(world.record, Item) if row.purpose == "rating" and row.overlap]
    by_unit: dict[tuple[str, ...], list[Item]] = {}
    for row in rows:
        by_unit.setdefault(row.unit_ids, []).append(row)
    assert by_unit
    assert {len(same) for same in by_unit.values()} == {2}
    for one, other in by_unit.values():
        assert one.item_id != other.item_id
        assert one.session_id != other.session_id
        assert one.shown == other.shown
    assert world.record.verify().ok


def test_whoever_follows_a_rater_who_left_gets_what_is_not_rated_yet(world: RatingWorld) -> None:
    first = world.queue("R-0")
    judge(first)
    judge(first)
    half = first.current
    assert half is not None
    first.close()
    left = world.seat(first)
    assert release_seat(world.study, world.record, world.seat(first).seat) == left
    before = kept_rows(world.record, SessionEnd)
    assert [(end.session_id, end.reason) for end in before] == [(left.session_id, "left")]

    next_one = world.queue("R-1")
    seat = world.seat(next_one)
    assert (seat.seat, seat.holder) == (left.seat, 1)
    judge_all(next_one)
    done, rest = rated_units(world, left), rated_units(world, seat)
    assert done
    assert not done & rest
    planned = [task for task in allocate(world.stage).seat(left.seat) if task.purpose == "rating"]
    assert done | rest == {task.unit_ids for task in planned}
    assert world.seat(world.queue("R-2")).seat == 1


def test_a_rater_who_left_comes_back_to_their_seat_unless_it_is_taken(world: RatingWorld) -> None:
    first = world.queue("R-0")
    judge(first)
    first.close()
    release_seat(world.study, world.record, world.seat(first).seat)
    again = world.queue("R-0")
    assert (world.seat(again).seat, world.seat(again).holder) == (0, 1)
    assert again.stage == "rate"
    again.close()
    release_seat(world.study, world.record, world.seat(again).seat)
    world.queue("R-1")
    assert world.queue("R-0").stage == "done"


def test_the_seat_of_one_who_withdrew_is_done_anew(world: RatingWorld) -> None:
    first = world.queue("R-0")
    judge(first)
    first.withdraw()
    next_one = world.queue("R-1")
    assert (world.seat(next_one).seat, world.seat(next_one).holder) == (0, 1)
    assert len(judge_all(next_one)) == 5


def test_a_seat_with_nothing_left_to_rate_is_not_given_again(world: RatingWorld) -> None:
    first = world.queue("R-0")
    judge_all(first)
    first.close()
    release_seat(world.study, world.record, world.seat(first).seat)
    assert world.seat(world.queue("R-1")).seat == 1


def test_simulated_raters_take_no_seat_from_people(world: RatingWorld) -> None:
    script = world.queue("R-0", simulated=True)
    judge_all(script)
    person = world.queue("R-0")
    assert (world.seat(person).seat, world.seat(person).holder) == (0, 1)
    assert world.seat(script).simulated
    assert len(judge_all(person)) == 5


def test_who_cannot_be_released(world: RatingWorld) -> None:
    queue = world.queue("R-0")
    with pytest.raises(OpenElsewhere) as busy:
        release_seat(world.study, world.record, world.seat(queue).seat)
    assert str(busy.value) == (
        "release: whoever holds seat 0 has the rating notebook open; wanted a seat whose rater is "
        "gone. Ask all raters to close it, then run this again; nothing was changed."
    )
    assert kept_rows(world.record, SessionEnd) == []
    queue.close()
    with pytest.raises(NotNow) as nobody:
        release_seat(world.study, world.record, 7)
    assert str(nobody.value) == (
        "release: got seat 7, which nobody holds in study small; wanted one of 0. Look it up with "
        "`parallax status small`."
    )
    release_seat(world.study, world.record, world.seat(queue).seat)
    with pytest.raises(NotNow) as twice:
        release_seat(world.study, world.record, world.seat(queue).seat)
    assert str(twice.value) == (
        "release: got seat 0, which is not held any more; wanted one whose rater is in the middle "
        "of the work. Run `parallax status small` to see which are."
    )


def grow_from_lead(root: Path) -> None:
    """The contrast about the parcel was lifted from a tester's conversation."""
    path = root / "personas" / "contrasts" / "parcel.yaml"
    lead = "origin: lead\nlead: {session_id: conversation-1, turn_id: turn-1}"
    path.write_text(path.read_text().replace("origin: planned", lead))


def play(world: RatingWorld, code: str) -> None:
    who = world.record.enrol(code, enrolled_by="code")
    world.record.append(
        Session(
            session_id="conversation-1",
            study_id="small",
            study_hash=world.study.explore_hash,
            unfrozen=False,
            stage="explore",
            participant_id=who.participant_id,
            simulated=False,
            position=0,
            of=1,
            persona_id="ada-test",
            persona_hash="",
            persona_shown={},
            factors={},
            scenario_id="late-parcel",
            scenario_hash="",
            scenario_shown={},
            instructions="",
            endpoint_alias="assistant",
            endpoint="scripted:courteous",
            toolkit_version="0.1.0",
        )
    )


def contrasts_of(world: RatingWorld, queue: RatingQueue) -> set[str]:
    contrast = {unit.unit_id: unit.contrast_id for unit in world.stage.units}
    judge_all(queue)
    return {contrast[name] for units in world.units(queue) for name in units}


def test_nobody_rates_what_grew_from_their_own_conversation(rating_world: MakeWorld) -> None:
    world = rating_world(edit=grow_from_lead)
    keep_replies(world.stage, world.record)
    play(world, "R-0")
    author = world.queue("R-0")
    assert contrasts_of(world, author) == {"payslip", "reference-letter"}
    assert world.seat(author).items == author.progress.of == 4
    other = world.queue("R-1")
    assert "parcel" in contrasts_of(world, other)
    assert world.seat(other).items == 5


def test_a_seat_without_the_own_contrast_comes_first(rating_world: MakeWorld) -> None:
    world = rating_world(edit=grow_from_lead, items_per_rater=2, overlap=0)
    keep_replies(world.stage, world.record)
    play(world, "R-0")
    seats = [{task.contrast_id for task in seat} for seat in allocate(world.stage).seats]
    without = next(number for number, met in enumerate(seats) if "parcel" not in met)
    assert without > 0
    author = world.queue("R-0")
    assert world.seat(author).seat == without
    assert world.seat(author).items == len(allocate(world.stage).seats[without])
    assert world.seat(world.queue("R-1")).seat == 0


def test_whoever_may_rate_nothing_keeps_no_seat_from_others(rating_world: MakeWorld) -> None:
    """Every contrast grew from one tester, who looks at the rating, too."""

    def grow_all(root: Path) -> None:
        grow_from_lead(root)
        for other in ("payslip", "reference-letter"):
            path = root / "personas" / "contrasts" / f"{other}.yaml"
            lead = "origin: lead\nlead: {session_id: conversation-1, turn_id: turn-1}"
            path.write_text(path.read_text().replace("origin: planned", lead))

    world = rating_world(edit=grow_all)
    keep_replies(world.stage, world.record)
    play(world, "R-0")
    author = world.queue("R-0")
    assert (author.stage, author.current, world.seat(author).items) == ("done", None, 0)
    assert kept_rows(world.record, Item) == []
    other = world.queue("R-1")
    assert (world.seat(other).seat, world.seat(other).holder) == (0, 1)
    assert len(judge_all(other)) == 5
    author.close()
    assert world.queue("R-0").stage == "done"
    assert world.seat(world.queue("R-2")).seat == 1


def test_whoever_comes_back_is_asked_for_the_repeat_as_before(world: RatingWorld) -> None:
    """Their own ratings take nothing off the seat."""
    first = world.queue()
    for _ in range(3):
        judge(first)
    before = first.progress
    first.close()
    again = world.queue()
    assert again.progress == before
    judge_all(again)
    purposes = [row.purpose for row in kept_rows(world.record, Item)]
    assert purposes.count("repeat") == 1
    assert len(purposes) == before.of

"""One seated participant: nobody's words are kept under another name, nor without a lease."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from kept_rows import kept_rows
from rating_world import RatingWorld, judge, judge_all
from small_replies import keep_replies

from toolkit.design import ConfirmStage, Study
from toolkit.endpoints import Scripted, Settings
from toolkit.errors import (
    EventConflict,
    NotEnrolled,
    NotNow,
    OpenElsewhere,
    RecordError,
    StudyChanged,
    Withdrawn,
)
from toolkit.record import (
    Consent,
    Passed,
    RaterSeat,
    Record,
    Session,
    SessionEnd,
    Turn,
    Withdrawal,
)
from toolkit.session import Bound, Conversation, RatingQueue, Sitting

Sit = Callable[..., Sitting]
MakeWorld = Callable[..., RatingWorld]
CLOSED = "This session was closed here. Reload the page to go on with it."


@pytest.fixture
def world(rating_world: MakeWorld) -> RatingWorld:
    made = rating_world()
    keep_replies(made.stage, made.record)
    return made


def owner(record: Record, conversation: Conversation) -> str:
    """Pseudonym under which the record keeps a conversation."""
    chain = conversation.session.session_id
    (session,) = [row for row in record.rows(Session) if row.session_id == chain]
    return session.participant_id


WRITES: dict[str, Callable[[Conversation, Turn], object]] = {
    "put": lambda talk, _: talk.put("Whose words are these?"),
    "rate": lambda talk, turn: talk.rate("quick", 4, dimension="respect", turn_id=turn.turn_id),
    "flag": lambda talk, turn: talk.flag(turn.turn_id, 0, 1, harm="unsure", severity=1),
    "finish": lambda talk, _: talk.finish(),
    "skip": lambda talk, _: talk.skip(),
}
"""Everything a conversation may write, after one answer."""


# ── testers ─────────────────────────────────────────────────────────────────────────────────────


def test_another_code_in_the_same_sitting_is_another_tester(sit: Sit, record: Record) -> None:
    sitting = sit(code="T-A")
    first = sitting.begin()
    asyncio.run(first.say("I am A."))
    second = sitting.enrol("T-B")
    assert sitting.conversation is None
    assert sitting.stage == "consent"
    with pytest.raises(NotNow):
        sitting.begin()
    sitting.consent()
    assert sitting.stage == "brief"
    conversation = sitting.begin()
    asyncio.run(conversation.say("I am B."))
    assert owner(record, conversation) == second.participant_id != owner(record, first)
    texts = [turn.text for turn in kept_rows(record, Turn, chain=first.session.session_id)]
    assert "I am B." not in texts
    assert [row.participant_id for row in record.rows(Consent)] == [
        owner(record, first),
        second.participant_id,
    ]


@pytest.mark.parametrize("write", WRITES)
def test_a_conversation_of_whoever_sat_here_before_writes_nothing(
    sit: Sit, record: Record, write: str
) -> None:
    sitting = sit(code="T-A")
    conversation = sitting.begin()
    turn = asyncio.run(conversation.say("I am A."))
    sitting.enrol("T-B")
    before = record.extent()
    with pytest.raises(OpenElsewhere, match=f"^{CLOSED}$"):
        WRITES[write](conversation, turn)
    assert record.extent() == before


@pytest.mark.parametrize("write", WRITES)
def test_after_closing_the_conversation_writes_nothing(
    sit: Sit, record: Record, write: str
) -> None:
    sitting = sit()
    conversation = sitting.begin()
    turn = asyncio.run(conversation.say("Hello?"))
    asyncio.run(sitting.close())
    before = record.extent()
    with pytest.raises(OpenElsewhere, match=f"^{CLOSED}$"):
        WRITES[write](conversation, turn)
    assert record.extent() == before


@pytest.mark.parametrize("step", ["consent", "begin", "withdraw"])
def test_after_closing_the_sitting_writes_nothing(sit: Sit, record: Record, step: str) -> None:
    sitting = sit()
    asyncio.run(sitting.close())
    before = record.extent()
    with pytest.raises(OpenElsewhere, match=f"^{CLOSED}$"):
        getattr(sitting, step)()
    assert record.extent() == before


def test_whoever_enrolls_after_closing_goes_on_with_an_open_endpoint(
    study: Study, record: Record
) -> None:
    opened: list[Scripted] = []

    def binder(_: Study, alias: str) -> Bound:
        opened.append(Scripted("courteous"))
        return Bound(alias, opened[-1], Settings(), frozen=True)

    sitting = Sitting(study, record, binder=binder)
    sitting.enrol("T-01")
    sitting.consent()
    before = sitting.begin()
    asyncio.run(before.say("Hello?"))
    asyncio.run(sitting.close())
    sitting.enrol("T-01")
    assert sitting.read_only == ""
    assert sitting.conversation is not None
    assert sitting.conversation.endpoint is opened[1] is not opened[0]
    asyncio.run(sitting.conversation.say("And again."))
    with pytest.raises(OpenElsewhere):
        before.put("From before.")
    assert len(sitting.conversation.turns) == 4


def test_the_same_code_again_changes_nothing(sit: Sit, record: Record) -> None:
    sitting = sit()
    conversation = sitting.begin()
    sitting.enrol("T-01")
    assert sitting.read_only == ""
    assert sitting.conversation is conversation
    asyncio.run(conversation.say("Hello?"))
    assert len(kept_rows(record, Turn)) == 2


def test_an_answer_on_its_way_is_put_away_before_the_sitting_is_left(
    sit: Sit, record: Record
) -> None:
    """What had arrived is kept as stopped, while the lease is still held."""

    async def story() -> Turn:
        sitting = sit(Scripted("courteous", delay=0.005))
        conversation = sitting.begin()
        arrived = asyncio.Event()
        asking = asyncio.create_task(conversation.say("Hello?", on_token=lambda _: arrived.set()))
        await arrived.wait()
        await sitting.close()
        assert kept_rows(record, Turn)[-1].speaker == "assistant"
        return await asking

    turn = asyncio.run(story())
    assert turn.exchange is not None
    kept = record.read(role="tester", purpose="conversation").rows(Turn)[-1]
    assert (turn.exchange.outcome, kept) == ("stopped", turn)


def test_whoever_withdrew_writes_nothing_in_another_place_either(
    sit: Sit, world: RatingWorld
) -> None:
    """A tester who rates: leaving the study in one place ends both."""
    sitting = Sitting(world.study, world.record)
    sitting.enrol("R-01")
    sitting.consent()
    conversation = sitting.begin()
    queue = world.queue("R-01")
    shown = queue.current
    assert shown is not None
    sitting.withdraw()
    before = world.record.extent()
    with pytest.raises(Withdrawn):
        conversation.put("One more thing.")
    for step in (sitting.begin, sitting.consent, queue.consent, queue.back):
        with pytest.raises(Withdrawn):
            step()
    with pytest.raises(Withdrawn):
        queue.rate(shown.item_id, "accurate", 4)
    assert (sitting.stage, queue.stage) == ("withdrawn", "withdrawn")
    queue.withdraw()
    assert world.record.extent() == before


def test_a_conversation_is_not_to_be_had_without_a_check_before_each_write(
    sit: Sit, record: Record
) -> None:
    begun = sit().begin()
    with pytest.raises(TypeError, match="'writable'"):
        Conversation(record, begun.session, begun.endpoint)  # type: ignore[call-arg]


def elsewhere(record: Record, conversation: Conversation) -> Conversation:
    """The same conversation, by code that asks nobody whether it may write."""
    session, endpoint = conversation.session, conversation.endpoint
    return Conversation(record, session, endpoint, writable=lambda: None)


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("ended", ["finish", "withdraw"])
def test_the_record_itself_keeps_nothing_after_the_end(
    sit: Sit, record: Record, write: str, ended: str
) -> None:
    """Whoever holds a conversation read before its end believes that it goes on."""
    sitting = sit()
    conversation = sitting.begin()
    turn = asyncio.run(conversation.say("Hello?"))
    stale = elsewhere(record, conversation)
    getattr(conversation if ended == "finish" else sitting, ended)("Enough.")
    before = record.extent()
    with pytest.raises(RecordError):
        WRITES[write](stale, turn)
    assert record.extent() == before


@pytest.mark.parametrize("place", ["sitting", "queue"])
def test_withdrawing_in_one_place_ends_what_is_open_in_both(world: RatingWorld, place: str) -> None:
    """After it the record takes no word of either, whoever offers it."""
    sitting = Sitting(world.study, world.record)
    sitting.enrol("R-01")
    sitting.consent()
    conversation = sitting.begin()
    queue = world.queue("R-01")
    shown = queue.current
    assert shown is not None
    (seat,) = world.record.rows(RaterSeat)
    leaving = sitting if place == "sitting" else queue
    leaving.withdraw()
    ends = {row.session_id: row.reason for row in kept_rows(world.record, SessionEnd)}
    assert ends == dict.fromkeys([conversation.session.session_id, seat.session_id], "withdrawn")
    before = world.record.extent()
    passed = Passed(passed_id="late", session_id=seat.session_id, item_id=shown.item_id)
    for row in (passed, replace(conversation.session, session_id="new", position=1)):
        with pytest.raises(RecordError, match="is about .*, which ended"):
            world.record.append(row)
    assert world.record.extent() == before


# ── raters ──────────────────────────────────────────────────────────────────────────────────────


def test_a_code_that_nobody_can_have_changes_nothing(world: RatingWorld, sit: Sit) -> None:
    for place in (world.queue(), sit()):
        with pytest.raises(NotEnrolled):
            place.enrol("")
        assert place.read_only == ""
        assert place.participant is not None
    queue = world.queue()
    with pytest.raises(NotEnrolled):
        queue.enrol(" ")
    judge(queue)


def test_after_closing_no_item_is_handed_out(world: RatingWorld) -> None:
    queue = world.queue()
    queue.close()
    before = world.record.extent()
    assert queue.current is None
    for step in (queue.consent, queue.back, queue.withdraw):
        with pytest.raises(OpenElsewhere, match=r"^This rating was closed here\."):
            step()
    assert world.record.extent() == before


def test_another_raters_items_and_consent_are_not_taken_over(world: RatingWorld) -> None:
    queue = world.queue("R-A")
    shown = judge(queue)
    queue.back()
    queue.enrol("R-B")
    assert (queue.stage, queue.current, queue.progress.done) == ("consent", None, 0)
    with pytest.raises(NotNow):
        queue.rate(shown.item_id, "accurate", 5)
    queue.consent()
    with pytest.raises(NotNow, match="not one of yours"):
        queue.rate(shown.item_id, "accurate", 5)
    judge_all(queue)
    seats = world.record.rows(RaterSeat)
    assert len({row.participant_id for row in seats}) == len(seats) == 2
    assert len(world.record.rows(Consent)) == 2


def test_withdrawing_concerns_nobody_else(world: RatingWorld) -> None:
    queue = world.queue("R-A")
    queue.withdraw()
    queue.enrol("R-B")
    assert queue.stage == "consent"
    queue.consent()
    judge(queue)
    (row,) = kept_rows(world.record, Withdrawal)
    assert queue.participant is not None
    assert row.participant_id != queue.participant.participant_id


@pytest.mark.parametrize("place", ["sitting", "queue"])
def test_nobody_is_at_work_before_enrolling(world: RatingWorld, place: str) -> None:
    made = (
        Sitting(world.study, world.record)
        if place == "sitting"
        else RatingQueue(world.study, world.record)
    )
    assert (made.stage, made.participant, made.read_only) == ("enrol", None, "")
    for step in (made.consent, made.withdraw):
        with pytest.raises(NotEnrolled, match=r"^Nobody is enrolled here yet\."):
            step()


def test_who_withdrew_while_rating_is_told_so_where_they_played(world: RatingWorld) -> None:
    """Their conversation was still open; nothing more of it is shown or kept."""
    first = Sitting(world.study, world.record)
    first.enrol("R-01")
    first.consent()
    first.begin().put("Hello?")
    asyncio.run(first.close())
    world.queue("R-01").withdraw()
    again = Sitting(world.study, world.record)
    again.enrol("R-01")
    assert (again.stage, again.conversation) == ("withdrawn", None)


def test_a_rater_may_leave_after_being_told_that_the_study_was_frozen_again(
    world: RatingWorld,
) -> None:
    queue = world.queue()
    shown = queue.current
    assert shown is not None
    path = world.study.workspace / "personas" / "contrasts" / "parcel.yaml"
    path.write_text(path.read_text().replace("What now?", "What happens now?"))
    ConfirmStage(Study.load("small", workspace=world.study.workspace)).freeze(again=True)
    with pytest.raises(StudyChanged):
        queue.rate(shown.item_id, "accurate", 4)
    queue.withdraw()
    assert queue.stage == "withdrawn"
    assert len(kept_rows(world.record, Withdrawal)) == 1


def test_an_id_that_another_participant_used_is_no_repeat(sit: Sit, world: RatingWorld) -> None:
    """Whoever sends an event under a taken id is refused, and never handed what another wrote."""
    first = sit(code="T-A").begin()
    turn = asyncio.run(first.say("I am A."))
    kept = first.rate("quick", 5, dimension="respect", turn_id=turn.turn_id, comment="Mine.")
    second = sit(code="T-B").begin()
    own = asyncio.run(second.say("I am B."))
    with pytest.raises(EventConflict):
        second.rate("quick", 1, dimension="respect", turn_id=own.turn_id, rating_id=kept.rating_id)
    with pytest.raises(EventConflict):
        second.flag(own.turn_id, 0, 1, harm="unsure", severity=1, flag_id=kept.rating_id)
    assert (second.ratings, second.flags) == ((), ())
    again = first.rate(
        "quick", 1, dimension="respect", turn_id=turn.turn_id, rating_id=kept.rating_id
    )
    assert again == kept


def test_in_another_process_a_tester_may_only_read(sit: Sit, study: Study) -> None:
    """As in a second kernel: it shows where they stand and writes nothing."""
    conversation = sit().begin()
    turn = asyncio.run(conversation.say("Hello?"))
    script = (
        "import sys\n"
        "from toolkit.design import Study\n"
        "from toolkit.errors import OpenElsewhere\n"
        "from toolkit.record import open_record\n"
        "from toolkit.session import Sitting\n"
        "study = Study.load('small', workspace=sys.argv[1])\n"
        "with open_record(study) as record:\n"
        "    sitting = Sitting(study, record)\n"
        "    sitting.enrol('T-01')\n"
        "    before, refused = record.extent(), 0\n"
        "    for step in (sitting.conversation.finish, sitting.consent, sitting.withdraw):\n"
        "        try:\n"
        "            step()\n"
        "        except OpenElsewhere as problem:\n"
        "            refused += str(problem) == sitting.read_only\n"
        "    same = record.extent() == before\n"
        "    last = sitting.conversation.turns[-1].turn_id\n"
        "    sys.stdout.write(f'{sitting.stage}|{last}|{refused}|{same}|{sitting.read_only}')\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, study.workspace], capture_output=True, text=True, check=True
    ).stdout
    stage, last, refused, same, why = told.split("|")
    assert (stage, last, refused, same) == ("conversation", turn.turn_id, "3", "True")
    assert why.startswith("lease: p-")
    conversation.put("Still here.")

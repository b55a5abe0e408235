"""Whoever sits down at a panel finds nothing of the person before, and leaves nothing to them."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kept_rows import kept_rows
from page_people import Employee, Rater, run
from small_rating import keep_replies, rating_study

from toolkit.endpoints import Scripted
from toolkit.record import RaterSeat, Record, Session, Turn, open_record
from toolkit.widgets import SessionPanel

MakePanel = Callable[..., SessionPanel]
LONG = "One word after another, for a while. " * 20


async def arriving(tester: Employee) -> None:
    """Wait until some of the answer is on the page."""
    while not tester.panel.stream.get("text"):
        await asyncio.sleep(0.001)


def test_the_next_tester_sees_and_says_nothing_under_the_name_before(
    make_panel: MakePanel, record: Record
) -> None:
    """The answer to one person is on its way while the next one enters a code."""

    async def journey() -> None:
        tester = Employee(make_panel(Scripted(lambda _: LONG, delay=0.002))).begin("T-A")
        first = tester.session
        tester.done("say", session=first, text="I am A.")
        await arriving(tester)
        tester.done("enrol", code="T-B")
        assert (tester.screen, tester.panel.turns, tester.panel.stream) == ("consent", [], {})
        seen: list[str] = []
        tester.panel.observe(lambda change: seen.append(change["new"].get("text", "")), "stream")
        await asyncio.sleep(0.1)
        assert "".join(seen) == ""
        assert tester.panel.status["state"] == "ok"
        tester.begin()
        assert tester.session != first
        await tester.say("I am B.")
        assert [turn["text"] for turn in tester.panel.turns] == ["I am B.", LONG]
        tester.do("say", session=first, text="B again.")
        assert tester.panel.status["message"] == (
            "This conversation is over. Go on to the next one."
        )
        await tester.panel.release()

    run(journey)
    texts = {
        row.participant_id: [turn.text for turn in kept_rows(record, Turn, chain=row.session_id)]
        for row in record.rows(Session)
    }
    assert [said[0] for said in texts.values()] == ["I am A.", "I am B."]
    assert len(texts) == 2


def test_an_answer_to_the_person_before_does_not_end_the_one_on_its_way(
    make_panel: MakePanel,
) -> None:
    async def journey() -> None:
        tester = Employee(make_panel(Scripted(lambda _: LONG, delay=0.002))).begin("T-A")
        tester.done("say", session=tester.session, text="I am A.")
        await arriving(tester)
        tester.done("enrol", code="T-B")
        tester.begin()
        tester.done("say", session=tester.session, text="I am B.")
        await asyncio.sleep(0.02)
        assert tester.panel.stream
        refused = tester.do("form", session=tester.session, open=True)
        assert refused not in tester.panel.acked
        await tester.rest()
        assert tester.answer["outcome"] == "answered"
        await tester.panel.release()

    run(journey)


def test_a_released_panel_only_shows(make_panel: MakePanel, record: Record) -> None:
    async def journey() -> None:
        tester = Employee(make_panel()).begin()
        await tester.say()
        turn, session = tester.answer["id"], tester.session
        await tester.panel.release()
        before = record.extent()
        tester.do("say", session=session, text="Still here?")
        tester.do("rate", session=session, turn=turn, question="quick", value=1)
        tester.do("finish", session=session, comment="")
        tester.do("withdraw")
        assert record.extent() == before
        assert tester.panel.status["message"] == (
            "This session was closed here. Reload the page to go on with it."
        )
        again = Employee(make_panel(PARALLAX_PARTICIPANT="T-01"))
        assert again.session == session
        await again.say("From the new one.")
        await again.panel.release()

    run(journey)


def test_once_a_panel_is_released_the_next_one_asks_for_the_code(make_panel: MakePanel) -> None:
    async def journey() -> None:
        tester = Employee(make_panel()).begin("T-A")
        assert Employee(make_panel()).screen == tester.screen == "conversation"
        await tester.panel.release()
        assert Employee(make_panel()).screen == "enrol"

    run(journey)


def test_what_had_arrived_of_an_answer_is_kept_when_the_panel_is_released(
    make_panel: MakePanel, record: Record
) -> None:
    async def journey() -> None:
        tester = Employee(make_panel(Scripted(lambda _: LONG, delay=0.002))).begin()
        tester.done("say", session=tester.session, text="Hello?")
        await arriving(tester)
        await tester.panel.release()

    run(journey)
    _, answer = kept_rows(record, Turn)
    assert answer.exchange is not None
    assert answer.exchange.outcome == "stopped"
    assert LONG.startswith(answer.text.rstrip())


@pytest.fixture
def rater(tmp_path: Path) -> Iterator[Rater]:
    study = rating_study(tmp_path / "rating")
    with open_record(study) as record:
        keep_replies(study, record)
        made = Rater(study, record)
        yield made
        asyncio.run(made.panel.release())


def test_the_next_rater_is_told_how_it_works(rater: Rater) -> None:
    rater.begin("R-A")
    item = rater.answer(3, 3)
    rater.done("enrol", code="R-B")
    assert rater.screen == "consent"
    rater.done("consent")
    assert rater.screen == "how"
    rater.done("start")
    assert rater.item != item
    assert rater.refused("rate", item=item, question="accurate", value=1)
    assert len(rater.record.rows(RaterSeat)) == 2


def test_a_rater_is_not_seated_under_the_code_of_a_released_tester(rater: Rater) -> None:
    async def journey() -> None:
        tester = Employee(SessionPanel(rater.study, rater.record, environ={})).begin("T-A")
        await tester.panel.release()

    run(journey)
    assert Rater(rater.study, rater.record).screen == "enrol"


def test_a_rater_is_not_seated_under_the_code_of_a_tester_at_work(rater: Rater) -> None:
    """Both panels in one kernel, and whoever rates is somebody else."""

    async def journey() -> None:
        tester = Employee(SessionPanel(rater.study, rater.record, environ={})).begin("T-A")
        beside = Rater(rater.study, rater.record)
        assert (beside.screen, beside.panel.view["participant"]) == ("enrol", "")
        beside.begin("R-A")
        again = Employee(SessionPanel(rater.study, rater.record, environ={}))
        assert again.panel.view["participant"] == tester.panel.view["participant"]
        assert Rater(rater.study, rater.record).screen == "rate"
        await beside.panel.release()
        assert Employee(SessionPanel(rater.study, rater.record, environ={})).session
        await tester.panel.release()

    run(journey)


def test_the_next_rater_is_not_led_past_the_last_item_of_another(rater: Rater) -> None:
    for code in ("R-A", "R-B"):
        rater.done("enrol", code=code)
        rater.done("consent")
        rater.done("start")
        while rater.screen == "rate":
            rater.answer(3, 3)
        assert rater.screen == "last"
        rater.done("end")
        assert rater.screen == "guess"

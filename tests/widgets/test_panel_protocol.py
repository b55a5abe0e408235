"""What the page says and what comes of it, with a real study, record and scripted endpoint."""

import asyncio
import json
from collections.abc import Callable

import pytest
from kept_rows import kept_rows
from page_people import Employee, run
from panel_page import tell

from toolkit.canon import new_id
from toolkit.design import Study
from toolkit.endpoints import Scripted
from toolkit.errors import EndpointFailed, RecordFull
from toolkit.record import (
    Consent,
    Flag,
    Participant,
    Rating,
    Record,
    Session,
    SessionEnd,
    Turn,
    Withdrawal,
)
from toolkit.widgets import SessionPanel

MakePanel = Callable[..., SessionPanel]


def test_a_whole_sitting(make_panel: MakePanel, record: Record) -> None:
    async def journey() -> None:
        tester = Employee(make_panel())
        assert tester.screen == "enrol"
        for position in (0, 1):
            tester.begin()
            assert tester.screen == "conversation"
            assert tester.panel.view["progress"] == {
                "position": position,
                "total": 2,
                "over": False,
            }
            await tester.say()
            answer = tester.answer
            assert answer["outcome"] == "answered"
            tester.done(
                "rate", session=tester.session, turn=answer["id"], question="quick", value=4
            )
            tester.done(
                "flag",
                session=tester.session,
                turn=answer["id"],
                start=0,
                end=5,
                harm="unsure",
                severity=2,
                comment="Odd.",
                supersedes=None,
            )
            tester.done("form", session=tester.session, open=True)
            assert tester.screen == "form"
            for question, value in (("accurate", 5), ("respected", None)):
                tester.done(
                    "rate", session=tester.session, turn=None, question=question, value=value
                )
            tester.done("finish", session=tester.session, comment="All right.")
        assert tester.screen == "done"
        assert tester.panel.view["next"] == "The study lead reads the flags."
        await tester.panel.release()

    run(journey)
    assert [len(kept_rows(record, kind)) for kind in (Consent, Session, Turn, SessionEnd)] == [
        1,
        2,
        4,
        2,
    ]
    assert [(one.question, one.value, one.dimension) for one in kept_rows(record, Rating)[:3]] == [
        ("quick", 4, "respect"),
        ("accurate", 5, "accuracy"),
        ("respected", None, "respect"),
    ]
    flag, turn = kept_rows(record, Flag)[0], kept_rows(record, Turn)[1]
    assert (flag.quote, flag.harm, flag.severity, flag.comment) == (
        turn.text[:5],
        "unsure",
        2,
        "Odd.",
    )
    assert record.verify().ok


def test_every_event_may_be_sent_again(make_panel: MakePanel, record: Record) -> None:
    """A page that never saw the acknowledgment sends again, also to a panel opened since."""

    async def journey() -> None:
        tester = Employee(make_panel()).begin()
        said = await tester.say()
        session, turn = tester.session, tester.answer["id"]
        rating = {"session": session, "turn": turn, "question": "quick"}
        flag = {
            "session": session,
            "turn": turn,
            "start": 1,
            "end": 4,
            "harm": "unsure",
            "severity": 3,
            "comment": "",
            "supersedes": None,
        }
        first = tester.done("rate", **rating, value=2)
        second = tester.done("rate", **rating, value=5)
        flagged = tester.done("flag", **flag)
        changed = tester.done("flag", **{**flag, "severity": 5, "supersedes": flagged})
        before = record.extent()
        again = Employee(make_panel())
        for one in (tester.panel, again.panel):
            judged = one.judged
            assert judged["quick"] == {turn: 5}
            assert [kept["id"] for kept in judged["flags"]] == [changed]
        for _ in range(2):
            again.done("say", said, session=session, text="Hello?")
            again.done("rate", first, **rating, value=2)
            again.done("rate", second, **rating, value=5)
            again.done("flag", flagged, **flag)
            again.done("begin", position=0)
            again.done("consent")
        assert again.panel.judged["quick"] == {turn: 5}
        assert [kept["id"] for kept in again.panel.judged["flags"]] == [changed]
        assert not again.panel.stream
        again.done("unflag", session=session, flag=changed)
        again.done("unflag", session=session, flag=changed)
        ended = again.done("finish", session=session, comment="")
        again.done("finish", session=session, comment="")
        assert record.extent()[1] == before[1] + 2
        later = Employee(make_panel())
        later.done("finish", ended, session=session, comment="")
        await again.panel.release()
        await later.panel.release()

    run(journey)
    assert record.verify().ok


def test_an_id_of_another_event_is_refused(make_panel: MakePanel) -> None:
    async def journey() -> None:
        tester = Employee(make_panel()).begin()
        said = await tester.say()
        turn, session = tester.answer["id"], tester.session
        tester.done("form", session=session, open=True)
        tester.done("finish", session=session, comment="")
        tester.begin()
        tester.panel.acked = []
        tester.do("rate", said, session=tester.session, turn=turn, question="quick", value=1)
        assert tester.panel.status == {
            "state": "error",
            "event": said,
            "message": "Panel: got an event under an id that is taken; wanted a new one. Reload "
            "the page and try again.",
            "again": False,
        }
        await tester.panel.release()

    run(journey)


def test_stop_and_ask_again(make_panel: MakePanel, record: Record) -> None:
    async def journey() -> None:
        slow = Scripted("courteous", delay=0.01)
        tester = Employee(make_panel(slow)).begin()
        tester.done("say", session=tester.session, text="Hello?")
        while not tester.panel.stream.get("text"):
            await asyncio.sleep(0.001)
        tester.done("stop")
        await tester.rest()
        assert tester.answer["outcome"] == "stopped"
        assert tester.answer["text"]
        tester.done("answer", session=tester.session)
        await tester.rest()
        assert [turn["outcome"] for turn in tester.panel.turns] == ["", "answered"]
        await tester.panel.release()

    run(journey)
    assert [turn.speaker for turn in kept_rows(record, Turn)] == [
        "tester",
        "assistant",
        "assistant",
    ]


def test_a_failed_answer_is_explained_without_naming_the_endpoint(
    make_panel: MakePanel, record: Record
) -> None:
    async def journey() -> None:
        failing = Scripted("courteous", failures=[(EndpointFailed, 0), None])
        tester = Employee(make_panel(failing)).begin()
        await tester.say()
        assert tester.answer["outcome"] == "errored"
        assert tester.answer["error"] == (
            "The assistant: got the failure its script plans for call 1; wanted an answer. Ask "
            "again, or choose another script."
        )
        tester.done("answer", session=tester.session)
        await tester.rest()
        assert tester.answer["outcome"] == "answered"
        await tester.panel.release()

    run(journey)
    kept = kept_rows(record, Turn)[1].exchange
    assert kept is not None
    assert kept.error.startswith("scripted:courteous: got the failure")


def test_what_may_not_be_said_comes_back_with_the_reason(make_panel: MakePanel) -> None:
    async def journey() -> None:
        tester = Employee(make_panel()).begin()
        event = tester.do("say", session=tester.session, text="x" * 20_001)
        assert tester.panel.status == {
            "state": "error",
            "event": event,
            "message": "The message has 20,001 characters; at most 20,000 can be sent at once. "
            "Shorten it.",
            "again": False,
        }
        assert event not in tester.panel.acked
        await tester.say("Shorter.")
        assert tester.panel.status["state"] == "ok"
        await tester.panel.release()

    run(journey)


def test_a_full_disk_is_said_and_nothing_is_lost(
    make_panel: MakePanel, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RecordFull("record: there is no room left; wanted some. Free space and try again.")

    async def journey() -> None:
        tester = Employee(make_panel(Scripted("courteous", delay=0.005))).begin()
        tester.done("say", session=tester.session, text="Hello?")
        with monkeypatch.context() as patch:
            patch.setattr(record, "append", full)
            await tester.rest()
            assert tester.panel.status == {
                "state": "error",
                "event": "",
                "message": "Record: there is no room left; wanted some. Free space and try again.",
                "again": True,
            }
            assert tester.answer["outcome"] == "answered"
            assert len(kept_rows(record, Turn)) == 1
        tester.done("save")
        assert len(kept_rows(record, Turn)) == 2
        await tester.panel.release()

    run(journey)


def test_the_unforeseen_shows_no_traceback(
    make_panel: MakePanel,
    record: Record,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret somebody wrote")

    tester = Employee(make_panel())
    monkeypatch.setattr(record, "enrol", broken)
    event = tester.do("enrol", code="T-01")
    assert tester.panel.status == {
        "state": "error",
        "event": event,
        "message": "Something went wrong that was not foreseen. What is marked as saved is safe. "
        "Reload the page and run the cell again; if it happens twice, tell the people who run the "
        "study.",
        "again": False,
    }
    loud = [one for one in caplog.records if one.levelname == "ERROR"]
    assert [one.getMessage() for one in loud] == ["the panel met a ZeroDivisionError"]
    assert loud[0].exc_info is None


@pytest.mark.parametrize(
    "content",
    [None, [], "say", {}, {"id": "1", "action": "consent"}, {"id": new_id(), "action": 3}],
)
def test_what_no_page_of_ours_sends_is_ignored(make_panel: MakePanel, content: object) -> None:
    panel = make_panel()
    before = json.dumps(panel.get_state(), default=str)
    tell(panel, content)
    assert json.dumps(panel.get_state(), default=str) == before


def test_an_action_or_field_it_does_not_know_is_refused(make_panel: MakePanel) -> None:
    tester = Employee(make_panel())
    tester.do("dance")
    assert tester.panel.status["message"] == (
        "Panel: got the action 'dance', which it does not know; wanted one of enrol, other_code, "
        "consent, begin, skip, say, answer, stop, rate, flag, unflag, form, finish, save, "
        "catch_up, withdraw. Reload the page and run the cell again."
    )
    tester.do("enrol", code=7)
    assert tester.panel.status["message"] == (
        "Panel: got int as code of 'enrol'; wanted str. Reload the page and try again."
    )


def test_no_trait_tells_who_answers_or_what_is_analyzed(
    make_panel: MakePanel, study: Study, record: Record
) -> None:
    states = []

    def keep(panel: SessionPanel) -> None:
        state = panel.get_state()
        code = {state.pop("_esm"), state.pop("_css")}
        assert not any("scripted:" in one for one in code)
        states.append(json.dumps(state, default=str))

    async def journey() -> None:
        other = Employee(make_panel()).begin("T-99")
        await other.say("Nobody else may read this.")
        await other.panel.release()
        failing = Scripted("courteous", failures=[(EndpointFailed, 0), None])
        tester = Employee(make_panel(failing, PARALLAX_PARTICIPANT="T-02"))
        keep(tester.panel)
        tester.begin()
        tester.done("say", session=tester.session, text="Hello?")
        keep(tester.panel)
        await tester.rest()
        keep(tester.panel)
        await tester.say("Again.")
        tester.done("form", session=tester.session, open=True)
        keep(tester.panel)
        tester.done("finish", session=tester.session, comment="")
        keep(tester.panel)
        await tester.panel.release()

    run(journey)
    seen = " ".join(states)
    hidden = ["scripted", "T-02", "T-99", "Nobody else", "age_band", "factors", "endpoint"]
    hidden += [one.instructions for one in study.situations]
    hidden += [one.participant_id for one in record.rows(Participant) if one.seat == 0]
    assert [word for word in hidden if word in seen] == []


def test_running_the_cell_again_leads_to_the_same_session(
    make_panel: MakePanel, record: Record
) -> None:
    """Also in the middle of an answer, and with both panels still on a screen."""

    async def journey() -> None:
        slow = Scripted("courteous", delay=0.002)
        first = Employee(make_panel(slow)).begin()
        first.done("say", session=first.session, text="Hello?")
        second = Employee(make_panel(slow))
        assert second.screen == "conversation"
        assert second.panel.turns == first.panel.turns
        await first.rest()
        assert not second.panel.stream
        assert second.answer["outcome"] == "answered"
        assert second.panel.turns == first.panel.turns
        await second.say("From the second one.")
        await first.say("From the first one.")
        assert second.panel.turns == first.panel.turns
        second.done("form", session=second.session, open=True)
        second.done("rate", session=second.session, turn=None, question="accurate", value=3)
        assert first.screen == "form"
        third = Employee(make_panel(slow))
        assert third.screen == "form"
        assert third.panel.judged["form"] == {"accurate": 3}
        await third.panel.release()

    run(journey)
    assert [turn.text for turn in kept_rows(record, Turn) if turn.speaker == "tester"] == [
        "Hello?",
        "From the second one.",
        "From the first one.",
    ]
    assert len(record.rows(Session)) == 1


def test_another_sitting_of_the_same_participant_takes_over(
    make_panel: MakePanel, record: Record
) -> None:
    async def journey() -> None:
        first = Employee(make_panel(Scripted("courteous"))).begin()
        await first.say()
        second = Employee(make_panel(Scripted("courteous")))
        assert second.panel.turns == first.panel.turns
        assert first.panel.view["readOnly"] == (
            "This session was opened again in another place of this notebook, and goes on there. "
            "Nothing you did here is lost."
        )
        first.do("say", session=second.session, text="From the old one.")
        assert first.panel.status["message"] == first.panel.view["readOnly"]
        await second.say("From the new one.")
        await second.panel.release()

    run(journey)
    assert [turn.text for turn in kept_rows(record, Turn) if turn.speaker == "tester"] == [
        "Hello?",
        "From the new one.",
    ]
    assert len(record.rows(Session)) == 1


@pytest.mark.parametrize(
    ("environ", "enrolled_by"),
    [
        ({"PARALLAX_PARTICIPANT": "T-03"}, "launcher"),
        ({"JUPYTERHUB_USER": "t-03", "PARALLAX_PARTICIPANT": "other"}, "hub"),
    ],
)
def test_the_launcher_or_the_hub_says_who_it_is(
    make_panel: MakePanel, record: Record, environ: dict[str, str], enrolled_by: str
) -> None:
    panel = make_panel(**environ)
    assert panel.view["screen"] == "consent"
    assert [row.enrolled_by for row in record.rows(Participant)] == [enrolled_by]


def test_a_changed_study_is_said_in_the_panel(
    make_panel: MakePanel, study: Study, record: Record
) -> None:
    study.freeze()
    path = study.workspace / "personas" / "studies" / "small.yaml"
    path.write_text(path.read_text().replace("minutes: 10", "minutes: 11"), encoding="utf-8")
    panel = SessionPanel(Study.load("small", workspace=study.workspace), record, environ={})
    assert panel.view["screen"] == "unavailable"
    assert panel.view["message"].startswith("Study small: got files that differ from the freeze")


def test_a_mistyped_code_can_be_mended(make_panel: MakePanel, record: Record) -> None:
    async def journey() -> None:
        tester = Employee(make_panel())
        tester.done("enrol", code="T-0l")
        wrong = tester.panel.view["participant"]
        assert tester.panel.view["byCode"]
        tester.done("other_code")
        assert (tester.screen, tester.panel.view["participant"]) == ("enrol", "")
        assert Employee(make_panel()).screen == "enrol"
        tester.done("enrol", code="T-01")
        assert tester.panel.view["participant"] != wrong
        tester.done("consent")
        tester.done("other_code")
        assert tester.screen == "brief"
        await tester.panel.release()

    run(journey)
    assert len(record.rows(Consent)) == 1


def test_skipping_costs_nothing(make_panel: MakePanel, record: Record) -> None:
    tester = Employee(make_panel())
    tester.done("enrol", code="T-01")
    tester.done("consent")
    tester.done("skip", position=0)
    tester.done("skip", position=0)
    assert tester.panel.view["progress"]["position"] == 1
    tester.done("begin", position=1)
    tester.done("skip", position=1)
    assert tester.screen == "done"
    assert [end.reason for end in kept_rows(record, SessionEnd)] == ["skipped", "skipped"]


def test_withdrawing_ends_it_there(make_panel: MakePanel, record: Record) -> None:
    tester = Employee(make_panel()).begin()
    tester.done("withdraw")
    assert tester.screen == "withdrawn"
    assert tester.panel.turns == []
    assert len(kept_rows(record, Withdrawal)) == 1
    tester.do("begin", position=1)
    assert len(record.rows(Session)) == 1
    assert Employee(make_panel()).screen == "withdrawn"


def test_what_cannot_be_sent_as_utf8_is_shown_and_kept_raw(
    make_panel: MakePanel, record: Record
) -> None:
    raw = "a\ud83dz 🙂"

    async def journey() -> None:
        tester = Employee(make_panel(Scripted(lambda _: raw))).begin()
        await tester.say("\udc00?")
        assert [turn["text"] for turn in tester.panel.turns] == ["�?", "a�z 🙂"]
        await tester.panel.release()

    run(journey)
    assert [turn.text for turn in kept_rows(record, Turn)] == ["\udc00?", raw]


def test_pages_of_long_ago_are_told_no_more(make_panel: MakePanel) -> None:
    """A cell that ran nine times: the panels of the last eight runs follow what happens."""

    async def journey() -> None:
        endpoint = Scripted("courteous")
        people = [Employee(make_panel(endpoint)) for _ in range(9)]
        people[-1].begin()
        screens = [one.screen for one in people]
        assert screens == ["enrol", *["conversation"] * 8]
        await people[-1].panel.release()

    run(journey)


def test_an_event_about_another_place_in_the_sitting_changes_nothing(
    make_panel: MakePanel, record: Record
) -> None:
    async def journey() -> None:
        tester = Employee(make_panel())
        tester.agree("T-01")
        for action in ("begin", "skip"):
            tester.done(action, position=1)
        assert record.rows(Session) == []
        tester.begin()
        tester.done("skip", position=1)
        assert kept_rows(record, SessionEnd) == []
        for action, fields in (
            ("say", {"text": "Hello?"}),
            ("answer", {}),
            ("unflag", {"flag": new_id()}),
            ("form", {"open": True}),
            ("finish", {"comment": ""}),
        ):
            assert tester.refused(action, session=new_id(), **fields) == (
                "This conversation is over. Go on to the next one."
            )
        await tester.panel.release()

    run(journey)
    assert kept_rows(record, Turn) == kept_rows(record, SessionEnd) == []

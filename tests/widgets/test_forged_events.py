"""What no page of ours would send is refused on every screen: nothing is kept, nobody changes.

Each forgery is an action with its fields. ``OWN`` stands for the session or item on the screen,
``OTHER`` for one of another participant, ``TAKEN`` for an id that something else has.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from page_people import Employee, Rater
from panel_page import tell
from small_rating import keep_replies, rating_study

from toolkit.canon import new_id
from toolkit.design import Study
from toolkit.record import Participant, Record, open_record
from toolkit.session import Sitting
from toolkit.widgets import SessionPanel

MakePanel = Callable[..., SessionPanel]
Forgery = tuple[str, dict[str, Any]]
OWN, OTHER, TAKEN = "<own>", "<other>", "<taken>"
LONG = "x" * 20_001

NO_EVENT: list[object] = [
    *(None, [], "say", 7, 1.5, True, {}, {"id": new_id()}, {"action": "consent"}),
    *({"id": one, "action": "consent"} for one in ("", "1", 1, None, [], {}, "x" * 36)),
    {"id": new_id().upper(), "action": "consent"},
    {"id": f" {new_id()}", "action": "consent"},
    {"id": f"{new_id()}\n", "action": "consent"},
    {"id": new_id().replace("-", ""), "action": "consent"},
    *({"id": new_id(), "action": one} for one in (None, 3, ["consent"], {"consent": 1}, True)),
]
"""Messages that are not even an event."""

UNKNOWN: list[Forgery] = [
    *((one, {}) for one in ("", " ", "Consent", "consent ", "__init__", "_say", "handle", "close")),
    *(
        (one, {})
        for one in ("enrol.__func__", "work", "let_go", "show_screen", "attach", "begin_anew")
    ),
    *(
        (one, {})
        for one in ("release", "forget", "simulate", "supersede", "export", "withdraw\x00")
    ),
    *((one, {}) for one in ("CONSENT", "consent\u200b", "соnsent", "delete", "update", "restore")),
]
"""Actions that there are not, names of methods among them."""

_FLAG = {"turn": "t", "start": 0, "end": 1, "harm": "unsure", "severity": 1}
TALK: list[Forgery] = [
    ("enrol", {"code": 7}),
    ("enrol", {"code": None}),
    ("enrol", {"code": ["T-02"]}),
    ("enrol", {"code": ""}),
    ("enrol", {"code": " \t"}),
    ("enrol", {"code": "x" * 201}),
    ("begin", {"position": "0"}),
    ("begin", {}),
    ("skip", {"position": True}),
    ("say", {"session": OWN, "text": ""}),
    ("say", {"session": OWN, "text": "  \n"}),
    ("say", {"session": OWN, "text": LONG}),
    ("say", {"session": OWN, "text": 5}),
    ("say", {"session": OWN, "text": ["Hello"]}),
    ("say", {"session": OTHER, "text": "Hello"}),
    ("say", {"session": "", "text": "Hello"}),
    ("say", {"text": "Hello"}),
    ("say", {"session": {"$ne": ""}, "text": "Hello"}),
    ("say", {"session": OWN, "text": "Hello", "id": TAKEN}),
    ("answer", {"session": OTHER}),
    ("answer", {}),
    ("rate", {"session": OWN, "question": "accurate", "value": 0}),
    ("rate", {"session": OWN, "question": "accurate", "value": 6}),
    ("rate", {"session": OWN, "question": "accurate", "value": "4"}),
    ("rate", {"session": OWN, "question": "accurate", "value": 4.0}),
    ("rate", {"session": OWN, "question": "accurate", "value": True}),
    ("rate", {"session": OWN, "question": "accurate", "value": [4]}),
    ("rate", {"session": OWN, "question": "nobody-asked", "value": 4}),
    ("rate", {"session": OWN, "question": "quick", "value": 4}),
    ("rate", {"session": OWN, "question": "accurate", "value": 4, "turn": TAKEN}),
    ("rate", {"session": OWN, "question": "quick", "value": 4, "turn": "no-turn"}),
    ("rate", {"session": OTHER, "question": "accurate", "value": 4}),
    ("rate", {"session": OWN, "question": "accurate", "value": 4, "id": TAKEN}),
    (
        "flag",
        {"session": OTHER, "turn": "t", "start": 0, "end": 1, "harm": "unsure", "severity": 1},
    ),
    ("flag", {"session": OWN, **_FLAG}),
    (
        "flag",
        {"session": OWN, "turn": "t", "start": "0", "end": 1, "harm": "unsure", "severity": 1},
    ),
    ("flag", {"session": OWN, **_FLAG, "harm": 3}),
    ("unflag", {"session": OTHER, "flag": "no-flag"}),
    ("form", {"session": OWN, "open": "yes"}),
    ("form", {"session": OTHER, "open": True}),
    ("finish", {"session": OTHER}),
    ("finish", {}),
    ("start", {}),
    ("choose", {"item": OWN, "preferred": "a"}),
]
"""Of a tester in a conversation with nothing said yet."""

JUDGE: list[Forgery] = [
    ("enrol", {"code": 7}),
    ("enrol", {"code": ""}),
    ("enrol", {"code": "x" * 201}),
    ("say", {"text": "Hello"}),
    ("begin", {"position": 0}),
    ("finish", {"session": OWN}),
    ("flag", {"turn": "t", "start": 0, "end": 1, "harm": "unsure", "severity": 1}),
    ("rate", {"item": OWN, "question": "accurate", "value": 0}),
    ("rate", {"item": OWN, "question": "accurate", "value": 6}),
    ("rate", {"item": OWN, "question": "accurate", "value": -1}),
    ("rate", {"item": OWN, "question": "accurate", "value": 10**30}),
    ("rate", {"item": OWN, "question": "accurate", "value": "4"}),
    ("rate", {"item": OWN, "question": "accurate", "value": 4.5}),
    ("rate", {"item": OWN, "question": "accurate", "value": None}),
    ("rate", {"item": OWN, "question": "accurate", "value": False}),
    ("rate", {"item": OWN, "question": "accurate"}),
    ("rate", {"item": OWN, "question": "quick", "value": 4}),
    ("rate", {"item": OWN, "question": "", "value": 4}),
    ("rate", {"item": OWN, "question": ["accurate"], "value": 4}),
    ("rate", {"item": OTHER, "question": "accurate", "value": 4}),
    ("rate", {"item": "", "question": "accurate", "value": 4}),
    ("rate", {"item": 3, "question": "accurate", "value": 4}),
    ("rate", {"question": "accurate", "value": 4}),
    ("rate", {"item": OWN, "question": "accurate", "value": 4, "id": TAKEN}),
    ("correct", {"item": OWN, "answers": "all"}),
    ("correct", {"item": OWN, "answers": {"id": 1}}),
    ("correct", {"item": OTHER, "answers": [{"id": new_id(), "question": "accurate", "value": 1}]}),
    ("correct", {"item": OWN, "answers": [{"id": new_id(), "question": "accurate", "value": 9}]}),
    ("choose", {"item": OWN, "preferred": "left"}),
    ("choose", {"item": OWN, "preferred": "a"}),
    ("choose", {"item": OWN, "preferred": None}),
    ("pass", {"item": OTHER}),
    ("pass", {"item": ""}),
    ("pass", {"item": OWN, "reason": 4}),
    ("back", {"item": 3}),
    ("guess", {"item": OWN, "option": 1}),
    ("guess", {"item": OWN, "option": None}),
    ("guess", {"item": OTHER, "option": 0}),
    ("guess", {"item": OWN, "option": "1"}),
]
"""Of a rater before the first item that is not rated."""


def test_there_are_as_many_as_were_asked_for() -> None:
    assert len(NO_EVENT) + len(UNKNOWN) + len(TALK) + len(JUDGE) >= 107


@pytest.fixture
def rating_record(tmp_path: Any) -> Iterator[tuple[Study, Record]]:
    study = rating_study(tmp_path / "rating")
    with open_record(study) as opened:
        keep_replies(study, opened)
        yield study, opened


def held(person: Any, record: Record, forgeries: list[Forgery], **named: str) -> list[str]:
    """Send each forgery; say which was acknowledged, or left something behind."""
    missed = []
    who = person.panel._controller.work.participant
    for action, fields in forgeries:
        before, screen = record.extent(), person.screen
        sent = {
            key: named.get(value, value) if isinstance(value, str) else value
            for key, value in fields.items()
        }
        event_id = sent.pop("id", new_id())
        tell(person.panel, {"id": event_id, "action": action, **sent})
        told = person.panel.status
        refused = told["state"] == "error" and told["event"] == event_id and told["message"]
        same = person.panel._controller.work.participant == who and person.screen == screen
        if not refused or not same or record.extent() != before:
            missed.append(f"{action} {fields}: {told}")
        if "Traceback" in str(told) or "foreseen" in str(told):
            missed.append(f"{action} {fields} was not foreseen")
    return missed


def test_what_is_no_event_is_ignored(make_panel: MakePanel, record: Record) -> None:
    panel = make_panel()
    before, calm = record.extent(), dict(panel.status)
    for content in NO_EVENT:
        tell(panel, content)
        assert panel.status == calm, content
        assert panel.acked == []
    assert record.extent() == before


def test_forgeries_of_a_tester_are_refused(make_panel: MakePanel, record: Record) -> None:
    async def journey() -> list[str]:
        other = Sitting(make_panel()._study, record)
        other.enrol("T-09")
        other.consent()
        elsewhere = other.begin().session.session_id
        other._leave()
        tester = Employee(make_panel()).begin()
        taken = record.rows(Participant)[0].event_id()
        names = {OWN: tester.session, OTHER: elsewhere, TAKEN: taken}
        names[TAKEN] = elsewhere
        found = held(tester, record, UNKNOWN + TALK, **names)
        # Taking back what is not there is done already: nothing is kept, and nobody is told.
        before = record.extent()
        tester.done("unflag", session=tester.session, flag="no-flag")
        assert record.extent() == before
        await tester.panel.release()
        return found

    assert asyncio.run(journey()) == []


def test_forgeries_of_a_rater_are_refused(rating_record: tuple[Study, Record]) -> None:
    study, record = rating_record
    other = Rater(study, record).begin("R-09")
    elsewhere = other.item
    asyncio.run(other.panel.release())
    rater = Rater(study, record).begin()
    names = {OWN: rater.item, OTHER: elsewhere, TAKEN: elsewhere}
    assert held(rater, record, UNKNOWN + JUDGE, **names) == []


@pytest.mark.parametrize("action", ["enrol", "other_code"])
def test_whom_the_hub_signed_in_stays_who_they_are(
    make_panel: MakePanel, record: Record, action: str
) -> None:
    tester = Employee(make_panel(JUPYTERHUB_USER="alice"))
    before = record.extent()
    assert tester.refused(action, code="bob") == (
        "You are signed in, and take part as yourself. No code is needed."
    )
    assert record.extent() == before
    assert len(record.rows(Participant)) == 1


def test_a_key_is_never_sent_and_personal_data_only_twice(
    make_panel: MakePanel, record: Record
) -> None:
    async def journey() -> None:
        tester = Employee(make_panel()).begin()
        before = record.extent()
        for _ in range(2):
            told = tester.refused(
                "say", session=tester.session, text="It is sk-proj-abcdefgh12345678 ok?"
            )
            assert told == (
                "Your message was not sent. It seems to hold a key or password, beginning with "
                "“sk-p”. Take it out. If it is a real one, tell whoever gave it to you that it was "
                "typed here."
            )
        mine = "Write to anna.meier@firma.de or call +49 30 901820"
        assert tester.refused("say", session=tester.session, text=mine) == (
            "Your message was not sent yet. It seems to hold an e-mail address and a phone number "
            "(“anna.meier@firma.de”). Real data about people do not belong here: make something "
            "up. If it is all right, send the same message again."
        )
        told = tester.refused("say", session=tester.session, text="pay\u200bslip")
        assert "an invisible character." in told
        assert record.extent() == before
        assert "anna.meier" in tester.refused("say", session=tester.session, text=mine)
        await tester.say(mine)
        assert tester.panel.turns[0]["text"] == mine
        await tester.panel.release()

    asyncio.run(journey())

"""The same mishaps in the middle of a session: said in the panel, with nothing lost."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import comm
import pytest
from bad_input.full_disk import UNWRITABLE, fill, nothing_may_grow
from browser import Chromium
from kept_rows import kept_entries, kept_rows
from lab import ROOT
from playwright.async_api import expect
from servers import ChatServer, Say, Status
from small_world import make_workspace
from widgets.panel_page import PageComm, PanelPage

from toolkit.canon import new_id
from toolkit.design import Study
from toolkit.errors import RecordUnwritable
from toolkit.record import Rating, Record, Turn, open_record
from toolkit.session import bind
from toolkit.widgets import SessionPanel

LONG = "What happened to my parcel? " * 700
"""More than the last free bytes of any page hold."""


class Employee:
    """Says to a panel what a page would say, and reads what a page would show."""

    def __init__(self, study: Study, record: Record, **environ: str) -> None:
        # A binder of its own: each of these is a page in a kernel that has just started.
        self.panel = SessionPanel(
            study, record, binder=lambda *words: bind(*words, environ=environ), environ=environ
        )

    def do(self, action: str, event_id: str = "", **fields: Any) -> str:
        event_id = event_id or new_id()
        content = json.loads(json.dumps({"id": event_id, "action": action, **fields}))
        data = {"method": "custom", "content": content}
        self.panel._handle_msg({"content": {"data": data}, "buffers": []})
        return event_id

    async def begin(self) -> None:
        if self.panel.view["screen"] == "enrol":
            self.do("enrol", code="T-01")
        if self.panel.view["screen"] == "consent":
            self.do("consent")
        self.do("begin", position=0)
        assert self.panel.view["screen"] == "conversation", self.panel.status

    async def say(self, text: str, event_id: str = "") -> str:
        said = self.do("say", event_id, session=self.panel.view["session"], text=text)
        await self.rest()
        return said

    async def rest(self) -> None:
        while self.panel.stream:
            await asyncio.sleep(0.001)

    def refused(self, event: str, message: str) -> None:
        """Nothing acknowledged, so that the page keeps it; and the status line says why."""
        assert event not in self.panel.acked
        assert self.panel.status == {
            "state": "error",
            "event": event,
            "message": message,
            "again": True,
        }


def play(journey: Awaitable[None]) -> None:
    async def whole() -> None:
        await journey

    asyncio.run(whole())


async def refused_then_kept(
    study: Study, record: Record, trouble: Callable[[], Any], message: str
) -> None:
    """A message meets the trouble; once it is over, the page sends it again, and all goes on."""
    tester = Employee(study, record)
    await tester.begin()
    await tester.say("Hello?")
    session, answer = tester.panel.view["session"], tester.panel.turns[-1]["id"]
    shown, kept = tester.panel.turns, list(record.entries())
    rating = {"session": session, "turn": answer, "question": "quick", "value": 2}
    with trouble():
        said = await tester.say(LONG[:19_000])
        tester.refused(said, message)
        assert tester.panel.turns == shown
        assert list(record.entries()) == kept
    rated = tester.do("rate", **rating)
    await tester.say(LONG[:19_000], said)
    assert {said, rated} <= set(tester.panel.acked)
    assert tester.panel.status["state"] == "ok"
    assert [turn.turn_id for turn in kept_rows(record, Turn)][2] == said
    assert len(kept_rows(record, Turn)) == 4
    assert [row.rating_id for row in kept_rows(record, Rating)] == [rated]
    assert record.verify().ok
    await tester.panel.release()


def test_a_record_that_cannot_be_written_any_more(tmp_path: Path) -> None:
    study = Study.load("small", workspace=make_workspace(tmp_path))
    with open_record(study) as record:
        message = UNWRITABLE.format(record.place)
        play(refused_then_kept(study, record, lambda: nothing_may_grow(record), message))


def test_a_disk_that_fills_up(small_disk: Path) -> None:
    study = Study.load("small", workspace=make_workspace(small_disk))

    @contextmanager
    def full() -> Iterator[None]:
        ballast = fill(small_disk)
        try:
            yield
        finally:
            ballast.unlink()

    with open_record(study) as record:
        message = (
            f"Record: there is no room left at {record.place}; wanted space for one more entry. "
            "Free some space there and try again; nothing was half-written."
        )
        play(refused_then_kept(study, record, full, message))


@pytest.mark.browser
def test_the_page_keeps_what_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chromium: Chromium
) -> None:
    monkeypatch.setattr(comm, "create_comm", PageComm)
    study = Study.load("small", workspace=make_workspace(tmp_path))

    async def journey(record: Record) -> None:
        shown = await PanelPage.open(chromium, Employee(study, record).panel)
        await shown.begin()
        await shown.say("Hello?")
        await shown.answered()
        await shown.saved()
        with nothing_may_grow(record):
            await shown.say(LONG[:19_000])
            await expect(shown.page.locator(".px-saving")).to_have_text("Not saved")
            trouble = shown.page.locator(".px-trouble")
            whom = "If it stays, show this to: the study lead"
            await expect(trouble).to_have_text(f"{UNWRITABLE.format(record.place)}{whom}Try again")
            await expect(shown.box).to_have_value(LONG[:19_000])
            await expect(shown.page.locator(".px-own")).to_have_count(1)
        await shown.press("Try again")
        await shown.saved()
        await expect(trouble).to_be_hidden()
        await expect(shown.box).to_have_value(LONG[:19_000])
        await shown.press("Send")
        await shown.answered(2)
        await shown.saved()
        await shown.load()
        await shown.answered(2)
        await expect(shown.page.locator(".px-composer .px-notice")).to_be_hidden()
        await shown.close()

    with open_record(study) as record:
        chromium.run(journey(record))
        assert [turn.text for turn in kept_rows(record, Turn)][::2] == ["Hello?", LONG[:19_000]]


def test_a_results_folder_that_cannot_be_written_is_one_message_in_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session notebook's own cell, in front of a folder that is a file."""
    root = make_workspace(tmp_path)
    (root / "results").write_text("in the way")
    monkeypatch.setenv("PARALLAX_WORKSPACE", str(root))
    monkeypatch.setenv("PARALLAX_STUDY", "small")
    notebook = json.loads((ROOT / "notebooks" / "20_session.ipynb").read_text(encoding="utf-8"))
    cell = "".join(notebook["cells"][0]["source"])
    with pytest.raises(RecordUnwritable) as refused:
        exec(compile(cell, "cell", "exec"), {})
    assert refused.value._render_traceback_() == [
        f"record: {root}/results/small cannot be a folder, because {root}/results is a file; "
        "wanted a folder for the record. Move that file or choose another folder."
    ]
    assert (root / "results").read_text() == "in the way"


def test_files_changed_in_the_middle_of_a_session(tmp_path: Path) -> None:
    root = make_workspace(tmp_path)
    path = root / "personas" / "people" / "ada-test.yaml"
    written = path.read_text(encoding="utf-8")

    async def journey(record: Record) -> None:
        study = Study.load("small", workspace=root)
        tester = Employee(study, record)
        await tester.begin()
        await tester.say("Hello?")
        frozen = study.frozen()
        assert frozen is not None
        path.write_text(written.replace("Plain and short.", "Long."), encoding="utf-8")
        # Who is in the middle of it goes on with what was frozen.
        await tester.say("And now?")
        assert tester.panel.status["state"] == "ok"
        await tester.panel.release()
        kept = list(record.entries())
        changed = Employee(Study.load("small", workspace=root), record)
        assert changed.panel.view["screen"] == "unavailable"
        assert changed.panel.view["message"] == (
            f"Study small: got files that differ from the freeze of {frozen.frozen_at}; wanted "
            "them unchanged, so that no two studies are mixed:\n"
            "  personas/people/ada-test.yaml: voice.style changed\n"
            "Put these back as they were, or copy the study under a new id with `parallax new "
            "study` and run that one."
        )
        changed.do("enrol", code="T-02")
        assert list(record.entries()) == kept
        path.write_text(written, encoding="utf-8")
        back = Employee(Study.load("small", workspace=root), record, PARALLAX_PARTICIPANT="T-01")
        assert back.panel.view["screen"] == "conversation"
        assert [turn["text"] for turn in back.panel.turns][::2] == ["Hello?", "And now?"]
        await back.panel.release()

    with open_record(Study.load("small", workspace=root)) as record:
        play(journey(record))


@pytest.mark.parametrize(
    ("key", "got"),
    [("", "no key was sent and the server wants one"), ("sk-wrong", "the key was refused")],
)
def test_a_wrong_key_is_said_under_the_message_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, got: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    study = Study.load("small", workspace=make_workspace(tmp_path))

    async def journey(server: ChatServer, record: Record) -> None:
        plan = {"assistant": {"endpoint": "openai:m", "base_url": server.base_url}}
        plan["*"] = {"key_for": [server.host]}
        environ = {"PARALLAX_BIND": json.dumps(plan), "PARALLAX_PARTICIPANT": "T-01"}
        tester = Employee(study, record, **environ)
        await tester.begin()
        said = await tester.say("Hello?")
        assert said in tester.panel.acked
        own, answer = tester.panel.turns
        assert own["text"] == "Hello?"
        assert (answer["outcome"], answer["text"]) == ("errored", "")
        assert answer["error"] == (
            f"The assistant: {got} (status 401; the server says: Incorrect API "
            "key); wanted a key this server accepts. Set OPENAI_API_KEY to it (or "
            "PARALLAX_KEY_FILE to a file that holds it) and start again."
        )
        await tester.panel.release()
        monkeypatch.setenv("OPENAI_API_KEY", "sk-right")
        again = Employee(study, record, **environ)
        assert [turn["text"] for turn in again.panel.turns] == ["Hello?", ""]
        again.do("answer", session=again.panel.view["session"])
        await again.rest()
        assert [turn["text"] for turn in again.panel.turns] == ["Hello?", "On its way."]
        await again.panel.release()

    answers = (Status(401, "Incorrect API key"), Say("On its way."))
    with ChatServer(*answers) as server, open_record(study) as record:
        play(journey(server, record))
        assert "sk-wrong" not in str(kept_entries(record))

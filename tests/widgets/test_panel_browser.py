"""Whole sessions in a real browser: by keyboard alone, reloaded, re-run, seen by axe."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from browser import Chromium
from kept_rows import kept_rows
from panel_page import PanelPage
from playwright.async_api import expect

from toolkit.endpoints import Scripted
from toolkit.errors import EndpointFailed
from toolkit.record import Flag, Rating, Record, Session, SessionEnd, Turn
from toolkit.widgets import SessionPanel

pytestmark = pytest.mark.browser
MakePanel = Callable[..., SessionPanel]
AXE = Axe()
SAID = "That is a good question. People like you rarely ask it, so here is a careful answer."


def said(_: object) -> str:
    return SAID


class Held(Scripted):
    """Sends its first words and waits to be let go."""

    def __init__(self) -> None:
        super().__init__(said)
        self.go = asyncio.Event()

    async def reply(self, messages: Any, *, settings: Any = None, on_token: Any = None) -> Any:
        on_token("That is ")
        await self.go.wait()
        return await super().reply(messages, settings=settings)


async def accessible(shown: PanelPage, where: str) -> None:
    found = await AXE.run(shown.page, context=".px", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, f"{where}: {found.generate_report()}"


def test_a_session_by_keyboard_alone(
    chromium: Chromium, make_panel: MakePanel, record: Record
) -> None:
    async def journey() -> None:
        shown = await PanelPage.open(chromium, make_panel(Scripted(said)))
        page, keys = shown.page, shown.page.keyboard

        async def tab_to(name: str) -> None:
            for _ in range(60):
                await keys.press("Tab")
                focused = await page.evaluate(
                    "() => { const e = document.activeElement; "
                    "return e.getAttribute('aria-label') || e.textContent; }"
                )
                if focused.startswith(name):
                    return
            raise AssertionError(f"Tab never reached {name}")

        await keys.press("Tab")
        await expect(page.get_by_label("Your code")).to_be_focused()
        await keys.type("T-01")
        await keys.press("Enter")
        await expect(page.get_by_role("heading", name="Before you begin")).to_be_focused()
        await tab_to("I agree")
        await keys.press("Enter")
        await expect(page.get_by_role("heading", name="Meet who you will play")).to_be_focused()
        for number in (1, 2):
            await tab_to("Start conversation")
            await keys.press("Enter")
            await expect(shown.box).to_be_focused()
            await keys.type("First line")
            await keys.press("Shift+Enter")
            await keys.type("second line")
            await keys.press("Enter")
            await shown.answered()
            await expect(shown.box).to_be_focused()
            await keys.press("Shift+Tab")
            await expect(shown.button("Flag something in this answer")).to_be_focused()
            await keys.press("Shift+Tab")
            await keys.press("ArrowRight")
            await tab_to("Flag something")
            await keys.press("Enter")
            await expect(page.get_by_role("heading", name="What felt wrong?")).to_be_focused()
            await tab_to("Choose words")
            await keys.press("Enter")
            for _ in range(5):
                await keys.press("ArrowRight")
            for _ in range(2):
                await keys.press("Shift+ArrowRight")
            await expect(page.locator(".px-chosen")).to_have_text("Chosen: “People like you”")
            await keys.press("Enter")
            await expect(page.locator(".px-target blockquote")).to_have_text("People like you")
            await keys.press("Tab")
            await keys.press("Tab")
            await keys.press("Space")
            await keys.press("Tab")
            await keys.press("Space")
            await keys.press("Tab")
            for _ in range(3):
                await keys.press("ArrowRight")
            await keys.press("Tab")
            await keys.type("Like whom?")
            await tab_to("Save flag")
            await keys.press("Enter")
            await expect(shown.button("Flag something in this answer")).to_be_focused()
            await tab_to("Finish conversation")
            await keys.press("Enter")
            title = page.get_by_role("heading", name="How was this conversation?")
            await expect(title).to_be_focused()
            for _ in range(2):
                await keys.press("Tab")
                await keys.press("ArrowRight")
                await keys.press("Tab")
                await keys.press("Shift+Tab")
            await tab_to("Save and go on")
            await keys.press("Enter")
            if number == 1:
                await expect(page.get_by_role("heading", name="Next conversation")).to_be_focused()
        await expect(page.get_by_role("heading", name="Thank you")).to_be_focused()
        await shown.close()

    chromium.run(journey())
    assert [turn.text for turn in kept_rows(record, Turn)][:2] == ["First line\nsecond line", SAID]
    flags = kept_rows(record, Flag)
    assert [(one.quote, one.harm, one.severity, one.comment) for one in flags] == [
        ("People like you", "representational.stereotyping", 4, "Like whom?")
    ] * 2
    assert {one.question for one in kept_rows(record, Rating)} == {"quick", "accurate", "respected"}
    assert [end.reason for end in kept_rows(record, SessionEnd)] == ["finished", "finished"]
    assert record.verify().ok


LOOKS: list[dict[str, Any]] = [
    {"theme": "light"},
    {"theme": "dark", "color_scheme": "dark"},
    {"theme": "light", "viewport": {"width": 380, "height": 800}},
]


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "narrow"])
def test_no_screen_shuts_anybody_out(
    chromium: Chromium, make_panel: MakePanel, look: dict[str, Any]
) -> None:
    async def journey() -> None:
        held = Held()
        shown = await PanelPage.open(chromium, make_panel(held), **look)
        page = shown.page

        async def check(where: str) -> None:
            await accessible(shown, where)
            width = await page.evaluate("() => document.documentElement.scrollWidth")
            assert width <= (page.viewport_size or {"width": 0})["width"], f"{where} is too wide"

        await check("enrol")
        await shown.press("Continue")
        await check("enrol, nothing typed")
        await shown.enrol()
        await check("consent")
        await shown.press("Not now")
        await check("not now")
        await shown.press("Back")
        await shown.press("I agree and want to begin")
        await check("brief")
        await shown.press("Start conversation")
        await check("nothing said yet")
        await shown.press("Situation and task")
        await check("situation")
        await shown.press("Hide situation and task")
        await shown.say("Hello?")
        await expect(shown.button("Stop")).to_be_visible()
        await check("streaming")
        await shown.press("Stop")
        await shown.answered()
        await check("stopped")
        held.go.set()
        await shown.press("Ask again")
        await expect(page.get_by_text("careful answer").first).to_be_visible()
        await shown.press("Flag something in this answer")
        await check("flagging")
        await shown.press("Choose words")
        await check("choosing words")
        await page.keyboard.press("Enter")
        await page.get_by_label("How people are shown").check()
        await shown.press("Save flag")
        await check("flag not complete")
        await page.get_by_label("Stereotype").check()
        await page.locator(".px-editor").get_by_role("radio", name="3", exact=True).check()
        await shown.press("Save flag")
        await expect(page.get_by_role("list", name="Your flags")).to_be_visible()
        await check("flagged")
        await shown.press("Finish conversation")
        await check("form")
        await shown.press("Save and go on")
        await check("form, questions open")
        await shown.press("Withdraw from this study")
        await check("withdraw?")
        await shown.press("Stay in the study")
        await shown.press("Save and go on")
        await shown.press("Skip this one")
        await expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        await check("done")
        await shown.press("Withdraw from this study")
        await shown.press("Yes, withdraw")
        await expect(page.get_by_role("heading", name="You have left the study")).to_be_visible()
        await check("withdrawn")
        await shown.close()

    chromium.run(journey())


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "narrow"])
def test_failing_read_only_and_resting_are_accessible(
    chromium: Chromium, make_panel: MakePanel, look: dict[str, Any]
) -> None:
    async def journey() -> None:
        failing = Scripted(said, failures=[(EndpointFailed, 3), None])
        shown = await PanelPage.open(chromium, make_panel(failing), **look)
        await shown.begin()
        await shown.say("Hello?")
        # Exactly: what is told to screen readers holds the same words.
        failed = shown.page.get_by_text("The assistant could not answer.", exact=True)
        await expect(failed).to_be_visible()
        await expect(shown.button("Try again")).to_have_class("px-button px-primary")
        await accessible(shown, "failed")
        await shown.press("Try again")
        await expect(shown.page.get_by_text("careful answer").first).to_be_visible()
        await expect(failed).to_have_count(0)
        newer = make_panel(Scripted(said))
        await expect(shown.page.get_by_text("Here you can only read.")).to_be_visible()
        await expect(shown.box).to_be_hidden()
        await accessible(shown, "read only")
        await newer.release()
        view = {**newer.view, "screen": "rest", "key": "rest:1"}
        newer.view = view
        await shown.load(panel=newer, theme=look["theme"])
        await accessible(shown, "rest")
        await shown.close()

    chromium.run(journey())


def test_leaving_the_study_leaves_nothing_in_the_browser(
    chromium: Chromium, make_panel: MakePanel
) -> None:
    async def journey() -> None:
        shown = await PanelPage.open(chromium, make_panel())
        await shown.begin()
        await shown.box.fill("A draft that was never sent.")
        stored = "() => JSON.stringify([{...localStorage}, {...sessionStorage}])"
        assert "never sent" in await shown.page.evaluate(stored)
        await shown.press("Withdraw from this study")
        await shown.press("Yes, withdraw")
        await expect(
            shown.page.get_by_role("heading", name="You have left the study")
        ).to_be_visible()
        assert await shown.page.evaluate(stored) == "[{},{}]"
        await shown.close()

    chromium.run(journey())


def test_a_reload_in_the_middle_of_an_answer(
    chromium: Chromium, make_panel: MakePanel, record: Record
) -> None:
    async def journey() -> None:
        held = Held()
        shown = await PanelPage.open(chromium, make_panel(held))
        await shown.begin()
        await shown.say("Hello?")
        live = shown.page.locator(".px-live .px-body")
        await expect(live).to_have_text("That is ")
        await shown.box.fill("A thought for later")
        await shown.load()
        await expect(live).to_have_text("That is ")
        await expect(shown.box).to_have_value("A thought for later")
        held.go.set()
        await shown.answered()
        await expect(shown.page.locator(".px-own")).to_have_count(1)
        await shown.close()

    chromium.run(journey())
    assert [turn.text for turn in kept_rows(record, Turn)] == ["Hello?", SAID]


def test_what_was_not_acknowledged_survives_the_kernel(
    chromium: Chromium, make_panel: MakePanel, record: Record
) -> None:
    """The kernel dies before it gets the events: ratings are sent again, messages offered."""

    async def journey() -> None:
        shown = await PanelPage.open(chromium, make_panel(Scripted(said)))
        await shown.begin()
        await shown.say("Hello?")
        await shown.answered()
        await shown.saved()
        working, shown._deliver = shown._deliver, lambda _: None  # type: ignore[method-assign]
        await shown.page.get_by_role("radio", name="3", exact=True).check()
        await shown.say("Was this kept?")
        await expect(shown.page.locator(".px-saving")).to_have_text("Saving…")
        await expect(shown.page.get_by_text("Sending…").last).to_be_visible()
        await shown.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 9000; }")
        await expect(shown.page.locator(".px-saving")).to_have_text("Not saved yet")
        await expect(shown.page.locator(".px-trouble")).to_have_text(
            "The notebook is not answering. Keep this page open; if this stays, reload the page "
            "and run the cell again. What you wrote waits in this browser."
        )
        kept = await shown.page.evaluate("() => ({...localStorage})")
        assert "T-01" not in str(kept)
        shown._deliver = working  # type: ignore[method-assign]
        await shown.load(panel=make_panel(Scripted(said)))
        await expect(shown.page.get_by_role("radio", name="3", exact=True)).to_be_checked()
        offer = shown.page.locator(".px-composer .px-notice")
        await expect(offer).to_contain_text("Was this kept?")
        await accessible(shown, "message offered")
        assert len(kept_rows(record, Turn)) == 2
        await shown.press("Send again")
        await shown.answered(2)
        await shown.saved()
        assert await shown.page.evaluate("() => localStorage.length") == 0
        await shown.load()
        await shown.answered(2)
        await expect(offer).to_be_hidden()
        await shown.close()

    chromium.run(journey())
    assert [one.value for one in kept_rows(record, Rating)] == [3]
    assert [turn.speaker for turn in kept_rows(record, Turn)] == ["tester", "assistant"] * 2
    assert len(record.rows(Session)) == 1


def test_two_pages_of_one_panel_show_the_same(chromium: Chromium, make_panel: MakePanel) -> None:
    async def journey() -> None:
        panel = make_panel(Scripted(said))
        first = await PanelPage.open(chromium, panel)
        await first.begin()
        second = await PanelPage.open(chromium, panel)
        one = panel.comm.listener
        two = first._updates.put_nowait
        panel.comm.listener = lambda state: (one(state), two(state))
        await second.say("Hello?")
        for shown in (first, second):
            await shown.answered()
            await expect(shown.page.locator(".px-own")).to_have_count(1)
            await shown.saved()
        await first._stop_pump()
        await second.close()

    chromium.run(journey())


def test_a_refused_message_comes_back_to_the_box(chromium: Chromium, make_panel: MakePanel) -> None:
    async def journey() -> None:
        shown = await PanelPage.open(chromium, make_panel())
        await shown.begin()
        await shown.say("x" * 20_001)
        await expect(shown.box).to_have_value("x" * 20_001)
        await expect(shown.page.locator(".px-trouble")).to_have_text(
            "The message has 20,001 characters; at most 20,000 can be sent at once. Shorten it."
        )
        await expect(shown.page.locator(".px-own")).to_have_count(0)
        await accessible(shown, "refused")
        await shown.close()

    chromium.run(journey())


def test_an_answer_is_announced_once_and_saving_is_a_status(
    chromium: Chromium, make_panel: MakePanel
) -> None:
    async def journey() -> None:
        shown = await PanelPage.open(chromium, make_panel(Scripted(said)))
        await shown.begin()
        log = shown.page.get_by_role("log", name="Conversation")
        await expect(log).to_have_attribute("aria-live", "off")
        await shown.say("Hello?")
        await expect(shown.page.locator(".px-unseen")).to_have_text(
            f"The assistant answered: {SAID}"
        )
        await expect(shown.page.locator("section.px")).to_have_attribute(
            "data-lm-suppress-shortcuts", "true"
        )
        await shown.close()

    chromium.run(journey())

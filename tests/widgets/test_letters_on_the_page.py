"""What somebody writes and reads stays theirs: half-written flags, translation, input methods."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from browser import Chromium
from kept_rows import kept_rows
from panel_page import PanelPage
from playwright.async_api import Locator, expect

from toolkit.endpoints import Scripted
from toolkit.record import Flag, Record, Turn
from toolkit.widgets import SessionPanel

pytestmark = pytest.mark.browser
MakePanel = Callable[..., SessionPanel]
Steps = Callable[[PanelPage], Awaitable[None]]
SAID = "That is a good question. People like you rarely ask it, so here is a careful answer."
WORDS = "It talks down to me, and here is why."


@pytest.fixture
def answered(chromium: Chromium, make_panel: MakePanel) -> Callable[[Steps], None]:
    """Run a journey on a page that shows one answer."""

    def run(steps: Steps) -> None:
        async def journey() -> None:
            shown = await PanelPage.open(chromium, make_panel(Scripted(lambda _: SAID)))
            await shown.begin()
            await shown.say("Hello")
            await shown.answered()
            await shown.saved()
            await steps(shown)
            await shown.close()

        chromium.run(journey())

    return run


def words_of(shown: PanelPage) -> Locator:
    return shown.page.get_by_role("textbox", name="In your own words")


async def flag(shown: PanelPage) -> None:
    await shown.button("Flag something in this answer").click()


async def write(shown: PanelPage) -> None:
    await flag(shown)
    await words_of(shown).fill(WORDS)


async def radio(shown: PanelPage, legend: str, value: str) -> None:
    group = shown.page.locator(".px-editor fieldset", has_text=legend)
    await group.locator(f"input[value='{value}']").check(force=True)


# ── half-written flags ──────────────────────────────────────────────────────────────────────────

STORED = "() => JSON.stringify({...localStorage})"


def test_a_flag_that_was_open_comes_back_after_a_reload(answered: Callable[[Steps], None]) -> None:
    async def steps(shown: PanelPage) -> None:
        await write(shown)
        await radio(shown, "How bad is it?", "4")
        await shown.load()
        await expect(words_of(shown)).to_have_value(WORDS)
        bad = shown.page.locator(".px-editor fieldset", has_text="How bad is it?")
        assert await bad.locator("input:checked").input_value() == "4"

    answered(steps)


def test_escape_keeps_what_was_written_and_cancel_lets_it_go(
    answered: Callable[[Steps], None],
) -> None:
    async def steps(shown: PanelPage) -> None:
        await write(shown)
        await shown.page.keyboard.press("Escape")
        await expect(shown.page.locator(".px-editor")).to_have_count(0)
        await expect(shown.page.locator("[aria-live=polite].px-unseen")).to_contain_text("kept")
        # Closed on purpose: a reload leaves it closed, and the button brings it back.
        await shown.load()
        await shown.answered()
        await expect(shown.page.locator(".px-editor")).to_have_count(0)
        await flag(shown)
        await expect(words_of(shown)).to_have_value(WORDS)
        await shown.press("Cancel")
        assert WORDS not in await shown.page.evaluate(STORED)
        await flag(shown)
        await expect(words_of(shown)).to_have_value("")

    answered(steps)


def test_a_saved_flag_leaves_no_draft_and_a_change_of_it_has_its_own(
    answered: Callable[[Steps], None], record: Record
) -> None:
    async def steps(shown: PanelPage) -> None:
        await write(shown)
        await radio(shown, "What kind of problem is it?", "unsure")
        await radio(shown, "How bad is it?", "3")
        await shown.press("Save flag")
        await expect(shown.page.locator(".px-flags li")).to_have_count(1)
        await shown.saved()
        assert WORDS not in await shown.page.evaluate(STORED)
        await shown.page.get_by_role("button", name="Edit the flag on").click()
        await words_of(shown).fill("Something else.")
        await shown.load()
        await expect(words_of(shown)).to_have_value("Something else.")
        await expect(shown.button("Save change")).to_be_visible()
        await shown.page.keyboard.press("Escape")
        await shown.answered()
        await flag(shown)
        await expect(words_of(shown)).to_have_value("")

    answered(steps)
    assert [row.comment for row in kept_rows(record, Flag)] == [WORDS]


def test_another_session_and_leaving_forget_it(answered: Callable[[Steps], None]) -> None:
    async def steps(shown: PanelPage) -> None:
        await write(shown)
        assert WORDS in await shown.page.evaluate(STORED)
        await shown.press("Withdraw from this study")
        await shown.press("Yes, withdraw")
        await expect(
            shown.page.get_by_role("heading", name="You have left the study")
        ).to_be_visible()
        assert await shown.page.evaluate(STORED) == "{}"

    answered(steps)


LEAVE = """async (storage) => {
  if (!storage) Storage.prototype.setItem = () => { throw new Error("full"); };
  const box = document.querySelector(".px-editor textarea");
  box.value = "Words"; box.dispatchEvent(new Event("input", {bubbles: true}));
  const leaving = new Event("beforeunload", {cancelable: true});
  window.dispatchEvent(leaving);
  return leaving.defaultPrevented;
}"""


@pytest.mark.parametrize("storage", [True, False], ids=["kept", "not kept"])
def test_going_away_asks_only_where_nothing_is_kept(
    answered: Callable[[Steps], None], storage: bool
) -> None:
    async def steps(shown: PanelPage) -> None:
        await flag(shown)
        assert await shown.page.evaluate(LEAVE, storage) is not storage

    answered(steps)


# ── translation ─────────────────────────────────────────────────────────────────────────────────

TRANSLATE = """(obeys) => {
  const walker = document.createTreeWalker(document.querySelector(".px"), NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  for (const node of nodes) {
    if (!node.data.trim() || (obeys && node.parentElement.closest("[translate=no]"))) continue;
    const outer = document.createElement("font"), inner = document.createElement("font");
    inner.textContent = node.data.replace("People like you", "Menschen wie Sie");
    outer.append(inner);
    node.replaceWith(outer);
  }
}"""
SELECT = """() => {
  const walker = document.createTreeWalker(
    document.querySelector(".px-list .px-assistant .px-body"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, at = node.data.indexOf("People like you");
    if (at >= 0) document.getSelection().setBaseAndExtent(node, at, node, at + 15);
  }
}"""


@pytest.mark.parametrize("obeys", [True, False], ids=["a browser", "a tool that obeys nothing"])
def test_words_can_be_flagged_on_a_translated_page(
    answered: Callable[[Steps], None], record: Record, obeys: bool
) -> None:
    async def steps(shown: PanelPage) -> None:
        page = shown.page
        await page.evaluate(TRANSLATE, obeys)
        await expect(page.locator(".px-list .px-assistant .px-body")).to_have_text(SAID)
        told = page.get_by_text("Your browser translates this page.")
        await expect(told).to_be_visible(visible=not obeys)
        await page.evaluate(SELECT)
        await page.get_by_role("button", name="Flag these words").click()
        await expect(page.locator(".px-quote")).to_have_text("People like you")
        await radio(shown, "What kind of problem is it?", "unsure")
        await radio(shown, "How bad is it?", "2")
        await shown.press("Save flag")
        await expect(page.locator(".px-flags li")).to_contain_text("“People like you”")
        # What comes later is drawn on the same page.
        await shown.say("And now?")
        await shown.answered(2)

    answered(steps)
    turns = {row.turn_id: row.text for row in kept_rows(record, Turn)}
    flags = kept_rows(record, Flag)
    assert [turns[row.turn_id][row.start : row.end] for row in flags] == ["People like you"]


def test_a_page_that_the_browser_translates_says_so(answered: Callable[[Steps], None]) -> None:
    async def steps(shown: PanelPage) -> None:
        told = shown.page.get_by_text("Your browser translates this page.")
        await expect(told).to_be_hidden()
        await shown.page.evaluate("() => document.documentElement.classList.add('translated-ltr')")
        await expect(told).to_be_visible()

    answered(steps)


ORIGINALS = [
    (".px-list .px-assistant .px-body", "an answer"),
    (".px-list .px-own .px-body", "what the tester wrote"),
    (".px-live .px-body", "an answer under way"),
    (".px-quote", "the words that are flagged"),
]


def test_what_is_judged_is_kept_out_of_translation(answered: Callable[[Steps], None]) -> None:
    async def steps(shown: PanelPage) -> None:
        await shown.page.evaluate(SELECT)
        await shown.page.get_by_role("button", name="Flag these words").click()
        for place, what in ORIGINALS:
            assert await shown.page.locator(place).first.get_attribute("translate") == "no", what
        free = shown.page.locator(".px-chat h2, .px-editor h3, .px-hint")
        assert await free.first.evaluate("one => one.closest('[translate=no]')") is None

    answered(steps)


# ── input methods ───────────────────────────────────────────────────────────────────────────────

COMPOSED = [
    ({"isComposing": True, "keyCode": 229}, "Chinese in Chrome"),
    ({"isComposing": True, "keyCode": 13}, "Japanese in Firefox"),
    ({"isComposing": False, "keyCode": 229}, "Japanese in Safari, whose word ends first"),
    ({"isComposing": True, "keyCode": 0}, "Korean on a phone"),
]
PRESS = """([place, key, how]) => {
  const event = new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true, ...how});
  if (how.keyCode) Object.defineProperty(event, "keyCode", {value: how.keyCode});
  document.querySelector(place).dispatchEvent(event);
  return event.defaultPrevented;
}"""


def test_keys_of_an_input_method_send_and_close_nothing(
    answered: Callable[[Steps], None],
) -> None:
    async def steps(shown: PanelPage) -> None:
        async def press(place: str, key: str, how: dict[str, Any]) -> bool:
            return bool(await shown.page.evaluate(PRESS, [place, key, how]))

        await shown.box.fill("にほんご")
        for how, where in COMPOSED:
            assert not await press(".px-composer textarea", "Enter", how), where
            assert await shown.box.input_value() == "にほんご", where
        await write(shown)
        for how, where in COMPOSED:
            assert not await press(".px-editor textarea", "Escape", how), where
            await expect(words_of(shown)).to_have_value(WORDS)
        await shown.page.keyboard.press("Escape")
        assert await press(".px-composer textarea", "Enter", {"isComposing": False, "keyCode": 13})
        await shown.answered(2)

    answered(steps)

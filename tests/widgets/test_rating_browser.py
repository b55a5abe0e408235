"""A rater in a real browser: by keyboard alone, corrected, resumed, on two pages, seen by axe."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from browser import Chromium
from kept_rows import kept_rows
from playwright.async_api import expect
from rating_page import RatingPage, rating_page
from small_rating import keep_replies, rating_study

from toolkit.design import Study
from toolkit.record import Choice, Guess, Item, Passed, Rating, Record, SessionEnd, open_record
from toolkit.session import RatingQueue
from toolkit.widgets import RatingPanel

pytestmark = pytest.mark.browser
AXE = Axe()
LOOKS: list[dict[str, Any]] = [
    {"theme": "light"},
    {"theme": "dark", "color_scheme": "dark"},
    {"theme": "light", "viewport": {"width": 380, "height": 800}},
]


@pytest.fixture
def play(tmp_path: Path, chromium: Chromium) -> Callable[..., None]:
    """Run a journey on a small rating study whose replies are all there."""

    def run(steps: Any, *, look: dict[str, Any] | None = None, **rating: object) -> None:
        study = rating_study(tmp_path, **rating)
        with open_record(study) as record:
            keep_replies(study, record)

            async def journey() -> None:
                panel = RatingPanel(study, record, environ={})
                shown = await rating_page(chromium, panel, **(look or {}))
                await steps(shown, study, record)
                await shown.close()

            chromium.run(journey())
            assert record.verify().ok

    return run


async def accessible(shown: RatingPage, where: str) -> None:
    found = await AXE.run(shown.page, context=".px", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, f"{where}: {found.generate_report()}"
    width = await shown.page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= (shown.page.viewport_size or {"width": 0})["width"], f"{where} is too wide"


async def tab_to(shown: RatingPage, name: str) -> None:
    for _ in range(40):
        await shown.keys("Tab")
        focused = await shown.page.evaluate(
            "() => { const e = document.activeElement; "
            "return e.getAttribute('aria-label') || e.textContent; }"
        )
        if focused.startswith(name):
            return
    raise AssertionError(f"Tab never reached {name}")


async def enter_by_keyboard(shown: RatingPage) -> None:
    await shown.keys("Tab")
    await shown.page.keyboard.type("R-01")
    await shown.keys("Enter")
    await expect(shown.page.get_by_role("heading", name="Before you begin")).to_be_focused()
    await tab_to(shown, "I agree")
    await shown.keys("Enter")
    await expect(shown.page.get_by_role("heading", name="How it works")).to_be_focused()
    await tab_to(shown, "Start rating")
    await shown.keys("Enter")
    await expect(shown.head).to_be_focused()


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "narrow"])
def test_a_whole_study_of_single_replies_by_keyboard(
    play: Callable[..., None], look: dict[str, Any]
) -> None:
    """As many keys a reply as it has questions: two."""

    async def steps(shown: RatingPage, study: Study, record: Record) -> None:
        await accessible(shown, "enrol")
        await enter_by_keyboard(shown)
        for number in range(1, 6):
            await shown.at(f"{number} of 5")
            await expect(shown.head).to_be_focused()
            if number == 1:
                await accessible(shown, "item")
            await shown.keys("4")
            await expect(shown.page.locator(".px-due input:focus")).to_have_count(1)
            await shown.keys("2")
        title = shown.page.get_by_role("heading", name="That was the last one")
        await expect(title).to_be_focused()
        await accessible(shown, "last")
        await shown.keys("Enter")
        asked = len(shown.panel._controller.work.guesses)
        assert asked > 0
        for number in range(1, asked + 1):
            await shown.at(f"One last thing · {number} of {asked}")
            if number == 1:
                await accessible(shown, "guess")
            await shown.keys("3" if number > 1 else "0", "Enter")
        await expect(shown.page.get_by_role("heading", name="Thank you")).to_be_focused()
        await accessible(shown, "done")
        await shown.saved()
        guesses = record.rows(Guess)
        assert len(guesses) == asked
        assert guesses[0].guessed is None
        assert all(one.guessed == one.options[2] for one in guesses[1:])

    play(steps, look=look)


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "narrow"])
def test_a_whole_study_of_pairs_by_keyboard(
    play: Callable[..., None], look: dict[str, Any]
) -> None:
    """A pair in two keys, with a word of why in between for whoever wants to give one."""
    keys = {"1": "left", "e": "equal", "b": "right", "4": "neither"}

    async def steps(shown: RatingPage, study: Study, record: Record) -> None:
        await enter_by_keyboard(shown)
        expected: list[tuple[str, str]] = []
        for number in range(1, 6):
            await shown.at(f"{number} of 5")
            await expect(shown.head).to_be_focused()
            if await shown.page.locator(".px-pair").count() == 0:
                await shown.keys("2", "2")
                continue
            key = list(keys)[len(expected) % 4]
            await shown.keys(key)
            await expect(shown.page.locator(".px-option :checked")).to_be_focused()
            why = ""
            if not expected:
                await accessible(shown, "pair")
                why = "1, because 2 is curt: up!"
                await shown.keys("w")
                await shown.page.keyboard.type(why)
            expected.append((keys[key], why))
            await shown.keys("Enter")
        await expect(shown.page.get_by_role("heading", level=2)).to_be_focused()
        await shown.saved()
        assert [(one.preferred, one.why) for one in kept_rows(record, Choice)] == expected

    play(steps, look=look, form="pair")


def test_a_mistake_is_corrected_by_a_new_row(play: Callable[..., None]) -> None:
    async def steps(shown: RatingPage, study: Study, record: Record) -> None:
        await shown.enter()
        await shown.keys("5", "1")
        await shown.at("2 of 5")
        await shown.keys("u")
        await shown.at("1 of 5")
        await accessible(shown, "back")
        await expect(shown.button("Go on")).to_be_visible()
        await shown.keys("4")
        await expect(shown.button("Save and go on")).to_be_visible()
        await shown.keys("ArrowUp", "2", "Enter")
        await shown.at("2 of 5")
        await shown.keys("Backspace")
        await shown.at("1 of 5")
        checked = shown.page.locator(".px-form :checked")
        await expect(checked.nth(0)).to_have_value("2")
        await expect(checked.nth(1)).to_have_value("4")
        await shown.keys("Enter")
        await shown.at("2 of 5")
        await shown.saved()
        rows = kept_rows(record, Rating)
        assert [one.value for one in rows] == [5, 1, 2, 4]
        assert [one.supersedes for one in rows] == [
            None,
            None,
            rows[0].rating_id,
            rows[1].rating_id,
        ]

    play(steps)


def test_passing_leaves_a_row_and_can_be_taken_back(play: Callable[..., None]) -> None:
    async def steps(shown: RatingPage, study: Study, record: Record) -> None:
        await shown.enter()
        await shown.keys("p")
        await shown.at("2 of 5")
        await shown.keys("0")
        await shown.at("3 of 5")
        await shown.keys("u")
        await shown.at("2 of 5")
        await shown.keys("3", "3")
        await shown.at("3 of 5")
        await shown.saved()
        assert len(kept_rows(record, Passed)) == 2
        assert {one.item_id for one in kept_rows(record, Rating)} == {
            kept_rows(record, Item)[1].item_id
        }

    play(steps)


def test_keys_in_a_text_field_are_words(play: Callable[..., None]) -> None:
    async def steps(shown: RatingPage, study: Study, record: Record) -> None:
        await shown.enter()
        await shown.keys("w")
        why = shown.page.get_by_label("Why?")
        await expect(why).to_be_focused()
        await shown.page.keyboard.type("pub 0144 e n")
        await expect(why).to_have_value("pub 0144 e n")
        await expect(shown.page.locator(".px-option :checked")).to_have_count(0)
        await shown.load()
        await expect(why).to_have_value("pub 0144 e n")
        await expect(shown.head).to_be_focused()
        await shown.press("Withdraw from this study")
        await shown.keys("1", "p", "u")
        await expect(shown.page.locator(".px-option :checked")).to_have_count(0)
        await shown.keys("Escape", "n", "Control+1", "Enter")
        await shown.at("2 of 5")
        await shown.saved()
        assert [(one.preferred, one.why) for one in kept_rows(record, Choice)] == [
            ("neither", "pub 0144 e n")
        ]
        assert await shown.page.evaluate("() => localStorage.length") == 0

    play(steps, form="pair")


def test_arrows_move_and_space_answers(play: Callable[..., None]) -> None:
    async def steps(shown: RatingPage, study: Study, record: Record) -> None:
        await shown.enter()
        await tab_to(shown, "1, ")
        await shown.keys("ArrowRight", "ArrowRight", "ArrowDown", "ArrowUp")
        assert kept_rows(record, Rating) == []
        await shown.keys("ArrowLeft", "Space", "ArrowRight", "Space")
        await shown.at("2 of 5")
        assert [one.value for one in kept_rows(record, Rating)] == [5, 2]

    play(steps)


def test_a_reload_and_a_new_kernel_go_on_in_the_middle_of_an_item(
    play: Callable[..., None],
) -> None:
    async def steps(shown: RatingPage, study: Study, record: Record) -> None:
        await shown.enter()
        await shown.keys("5", "1")
        await shown.at("2 of 5")
        await shown.keys("3")
        await shown.saved()
        words = await shown.page.locator(".px-reply").inner_text()
        await shown.load()
        await shown.at("2 of 5")
        await shown.panel.release()
        await shown.load(panel=RatingPanel(study, record, environ={}))
        # The code is remembered by this tab, so nobody has to type it again.
        await shown.at("2 of 5")
        assert await shown.page.locator(".px-reply").inner_text() == words
        await expect(shown.page.locator(".px-form :checked")).to_have_value("3")
        await shown.keys("4")
        await shown.at("3 of 5")
        assert len(kept_rows(record, Item)) == 3

    play(steps)


def test_what_was_not_acknowledged_is_sent_again(play: Callable[..., None]) -> None:
    async def steps(shown: RatingPage, study: Study, record: Record) -> None:
        await shown.enter()
        working, shown._deliver = shown._deliver, lambda _: None  # type: ignore[method-assign]
        await shown.keys("5", "1")
        await expect(shown.page.locator(".px-saving")).to_have_text("Saving…")
        await shown.keys("2", "p")
        await shown.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 9000; }")
        await expect(shown.page.locator(".px-trouble")).to_contain_text("What you wrote waits")
        await accessible(shown, "not answering")
        shown._deliver = working  # type: ignore[method-assign]
        assert kept_rows(record, Rating) == []
        await shown.load()
        await shown.at("2 of 5")
        await shown.saved()
        assert [one.value for one in kept_rows(record, Rating)] == [5, 1]
        assert kept_rows(record, Passed) == []
        assert await shown.page.evaluate("() => localStorage.length") == 0

    play(steps)


def test_two_pages_show_the_same_item(play: Callable[..., None], chromium: Chromium) -> None:
    async def steps(shown: RatingPage, study: Study, record: Record) -> None:
        await shown.enter()
        other = await rating_page(chromium, RatingPanel(study, record, environ={}))
        await other.at("1 of 5")
        await other.keys("4")
        await expect(shown.page.locator(".px-form :checked")).to_have_value("4")
        await shown.keys("2")
        await shown.at("2 of 5")
        await other.at("2 of 5")
        await other._stop_pump()
        assert [one.value for one in kept_rows(record, Rating)] == [4, 2]

    play(steps)


def test_enough_for_today_and_back_to_the_last_one(play: Callable[..., None]) -> None:
    async def steps(shown: RatingPage, study: Study, record: Record) -> None:
        await shown.enter()
        for number in (1, 2):
            await shown.at(f"{number} of 5")
            await shown.keys("3", "3")
        title = shown.page.get_by_role("heading", name="Enough for today")
        await expect(title).to_be_focused()
        await expect(shown.page.get_by_text("You have rated 2 of 5")).to_be_visible()
        await accessible(shown, "rest")
        await shown.press("← Back")
        await shown.at("2 of 5")
        await shown.keys("1", "Enter")
        await expect(title).to_be_visible()
        assert [one.value for one in kept_rows(record, Rating)] == [3, 3, 3, 3, 1]

    play(steps, items_per_sitting=2)


def test_nothing_to_rate_yet_read_only_and_leaving(tmp_path: Path, chromium: Chromium) -> None:
    study = rating_study(tmp_path)
    with open_record(study) as record:

        async def journey() -> None:
            shown = await rating_page(chromium, RatingPanel(study, record, environ={}))
            await shown.enrol("R-01")
            await shown.press("I agree and want to begin")
            await expect(shown.page.get_by_role("heading", name="Nothing to rate")).to_be_focused()
            await accessible(shown, "waiting")
            keep_replies(study, record)
            await shown.press("Try again")
            await shown.press("Start rating")
            await shown.at("1 of 5")
            RatingQueue(study, record).enrol("R-01")
            await expect(shown.page.get_by_text("Here you can only read.")).to_be_visible()
            await shown.keys("1", "p", "u")
            await accessible(shown, "read only")
            assert kept_rows(record, Rating) == []
            await shown.load(panel=RatingPanel(study, record, environ={}))
            await shown.press("Start rating")
            await shown.at("1 of 5")
            await shown.press("Withdraw from this study")
            await accessible(shown, "withdraw?")
            await shown.press("Yes, withdraw")
            left = shown.page.get_by_role("heading", name="You have left the study")
            await expect(left).to_be_visible()
            await accessible(shown, "withdrawn")
            assert await shown.page.evaluate("() => localStorage.length") == 0
            await shown.close()

        chromium.run(journey())
        assert [one.reason for one in kept_rows(record, SessionEnd)] == ["withdrawn"]


def test_a_study_that_is_not_frozen_is_said_in_the_panel(
    tmp_path: Path, chromium: Chromium
) -> None:
    rating_study(tmp_path)
    (tmp_path / "results" / "small" / "confirm.frozen.json").unlink()
    study = Study.load("small", workspace=tmp_path)
    with open_record(study) as record:

        async def journey() -> None:
            shown = await rating_page(chromium, RatingPanel(study, record, environ={}))
            await expect(shown.page.locator(".px-message")).to_have_text(
                "Study small: got a confirm stage that is not frozen; wanted its contrasts and "
                "analysis plan fixed before the first reply. Read it through, then run `parallax "
                "freeze small --stage confirm`."
            )
            await accessible(shown, "unavailable")
            await shown.close()

        chromium.run(journey())

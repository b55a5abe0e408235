"""A page that shows the panel of a rater."""

from typing import Any

from browser import Chromium
from panel_page import PanelPage
from playwright.async_api import Locator, expect

from toolkit.widgets import RatingPanel


class RatingPage(PanelPage):
    """One page that shows one rating panel."""

    async def enter(self, code: str = "R-01") -> None:
        """From the code to the first item."""
        await self.enrol(code)
        await self.press("I agree and want to begin")
        await self.press("Start rating")
        await expect(self.head).to_be_visible()

    @property
    def head(self) -> Locator:
        return self.page.locator("h2.px-item-head")

    async def at(self, words: str) -> None:
        """Wait until the head of the item begins so."""
        await expect(self.head.locator(".px-kicker")).to_have_text(words)

    async def keys(self, *names: str) -> None:
        for name in names:
            await self.page.keyboard.press(name)


async def rating_page(chromium: Chromium, panel: RatingPanel, **options: Any) -> RatingPage:
    """Open a page of its own and show the panel on it."""
    page = await RatingPage.open(chromium, panel, **options)  # type: ignore[arg-type]
    return page  # type: ignore[return-value]

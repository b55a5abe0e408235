"""A real Chromium for tests: found, launched without a word to the outside, driven from a loop.

Use the ``chromium`` fixture: ``chromium.run(journey())`` runs a coroutine on the loop that owns the
browser, and ``await chromium.page()`` inside it opens a page of a fresh profile.
"""

import asyncio
import os
import shutil
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

T = TypeVar("T")

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Chromium:
    """A browser and the loop it lives on."""

    def __init__(self, runner: asyncio.Runner, browser: Browser) -> None:
        self._runner = runner
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def run(self, journey: Coroutine[Any, Any, T]) -> T:
        """Run a journey to its end, then close every page it opened."""

        async def whole() -> T:
            try:
                return await journey
            finally:
                while self._contexts:
                    await self._contexts.pop().close()

        return self._runner.run(whole())

    async def page(self, **options: Any) -> Page:
        """Open a page in a profile of its own; ``options`` are those of ``new_context``."""
        context = await self._browser.new_context(**options)
        context.set_default_timeout(10_000)
        self._contexts.append(context)
        return await context.new_page()


@contextmanager
def launched() -> Iterator[Chromium]:
    """Launch the machine's Chromium; skip without one unless ``REQUIRE_BROWSER=1``."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, and there is no chromium on this machine")
        pytest.skip("there is no chromium on this machine")
    with asyncio.Runner() as runner:
        playwright = runner.run(async_playwright().start())
        browser = runner.run(playwright.chromium.launch(executable_path=path, args=list(FLAGS)))
        try:
            yield Chromium(runner, browser)
        finally:
            runner.run(browser.close())
            runner.run(playwright.stop())

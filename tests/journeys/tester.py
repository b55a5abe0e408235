"""What a tester does in a real JupyterLab, as steps of a journey."""

import re
from collections.abc import Coroutine
from typing import Any

import psutil
from browser import Chromium
from lab import Lab
from playwright.async_api import Locator, Page, expect

PATIENT = 60_000
"""Milliseconds: a kernel on a busy machine takes its time to begin."""


class Tester:
    """Somebody at the panel in JupyterLab."""

    __test__ = False  # a person, no test for pytest to collect

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))

    @classmethod
    async def arrive(cls, chromium: Chromium, lab: Lab) -> "Tester":
        tester = cls(await chromium.page(viewport={"width": 1280, "height": 900}))
        await tester.page.goto(lab.url)
        await tester.see_panel()
        return tester

    async def see_panel(self) -> None:
        await expect(self.page.locator(".px")).to_be_visible(timeout=PATIENT)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def press(self, name: str) -> None:
        await self.button(name).click(timeout=PATIENT)

    async def begin(self, code: str) -> None:
        await self.page.get_by_label("Your code").fill(code)
        await self.press("Continue")
        await self.press("I agree and want to begin")
        await self.press("Start conversation")
        await expect(self.box).to_be_visible(timeout=PATIENT)

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name=re.compile("^Your message as"))

    @property
    def own(self) -> Locator:
        """Messages of the tester that are shown as saved."""
        return self.page.locator(".px-own:not(.px-is-sending) .px-body")

    @property
    def answers(self) -> Locator:
        return self.page.locator(".px-list .px-assistant")

    async def say(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def answered(self, count: int) -> None:
        await expect(self.answers).to_have_count(count, timeout=PATIENT)

    async def saved(self) -> None:
        await expect(self.page.locator(".px-saving")).to_have_text("✓ Saved", timeout=PATIENT)

    async def rate(self, value: int) -> None:
        """Answer the question under the last answer."""
        await self.answers.last.get_by_role("radio", name=str(value)).first.check(force=True)

    async def answer_the_form(self, value: int = 4) -> None:
        await expect(self.page.get_by_role("heading", name="How was this")).to_be_visible()
        for group in await self.page.locator(".px-screen fieldset").all():
            await group.get_by_role("radio", name=str(value)).first.check(force=True)


def journey(chromium: Chromium, steps: Coroutine[Any, Any, Any]) -> Any:
    return chromium.run(steps)


def kernels(lab: Lab) -> list[int]:
    """Process ids of the kernels this lab has started."""
    found = []
    for pid in lab.pids:
        try:
            if any("ipykernel_launcher" in word for word in psutil.Process(pid).cmdline()):
                found.append(pid)
        except psutil.NoSuchProcess:
            continue
    return found

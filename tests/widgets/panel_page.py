"""The real panel on a real page: browser, Python and record, without JupyterLab between them.

The page's model is bridged to the widget's comm, so every state update and every message goes
through the same JSON as in a notebook.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from browser import Chromium
from comm.base_comm import BaseComm
from playwright.async_api import Locator, Page, expect

from toolkit.widgets import SessionPanel

ORIGIN = "http://panel.localhost/"
THEMES = Path(__import__("sys").prefix) / "share/jupyter/lab/themes/@jupyterlab"
SHELL = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Panel</title></head>
<body><main id="here"></main></body></html>"""
MODEL = """
window.start = async ({state, css, esm}) => {
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
  const listeners = {};
  const tell = (name) => (listeners[name] ?? []).slice().forEach((one) => one());
  const model = {
    get: (name) => state[name],
    on: (name, then) => (listeners[name] ??= []).push(then),
    off: (name, then) => {
      listeners[name] = (listeners[name] ?? []).filter((one) => one !== then);
    },
    send: (content) => { window.sent.push(content); window.toKernel(content); },
  };
  window.sent = [];
  window.fromKernel = (changes) => {
    Object.assign(state, changes);
    Object.keys(changes).forEach((name) => tell(`change:${name}`));
  };
  const url = URL.createObjectURL(new Blob([esm], {type: "text/javascript"}));
  const module = await import(url);
  window.cleanup = module.default.render({model, el: document.getElementById("here")});
};
"""


class PageComm(BaseComm):
    """A comm whose far end is whoever listens."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.listener: Callable[[dict[str, Any]], None] | None = None
        super().__init__(*args, **kwargs)

    def publish_msg(
        self,
        msg_type: str,
        data: Any = None,
        metadata: Any = None,
        buffers: Any = None,
        **keys: Any,
    ) -> None:
        text = json.dumps({"type": msg_type, "data": data}, ensure_ascii=False)
        # As Jupyter does: UTF-8 on the wire, so a lone surrogate would fail here.
        message = json.loads(text.encode("utf-8"))
        if self.listener and msg_type == "comm_msg" and message["data"]["method"] == "update":
            self.listener(message["data"]["state"])


def tell(panel: SessionPanel, content: object) -> None:
    """Hand a message of the page to the widget, as the kernel does."""
    data = {"method": "custom", "content": json.loads(json.dumps(content))}
    panel._handle_msg({"content": {"data": data}, "buffers": []})


class PanelPage:
    """One page that shows one panel."""

    def __init__(self, page: Page, panel: SessionPanel) -> None:
        self.page = page
        self.panel = panel
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        self.errors: list[str] = []
        self._updates: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._pump: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls, chromium: Chromium, panel: SessionPanel, *, theme: str = "light", **options: Any
    ) -> "PanelPage":
        """Open a page of its own and show the panel on it."""
        options.setdefault("viewport", {"width": 1000, "height": 900})
        shown = cls(await chromium.page(**options), panel)
        await shown._prepare()
        await shown.load(theme=theme)
        return shown

    async def _prepare(self) -> None:
        page = self.page
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: self.dialogs.append(dialog.message))
        await page.expose_binding("toKernel", lambda _, content: self._deliver(content))
        await page.route(
            "**/*", lambda route: route.fulfill(body=SHELL, content_type="text/html; charset=utf-8")
        )
        await page.add_init_script(MODEL)

    def _deliver(self, content: object) -> None:
        tell(self.panel, content)

    async def load(self, *, theme: str = "light", panel: SessionPanel | None = None) -> None:
        """Load or reload the page, as after a reload in the browser or a new run of the cell."""
        if panel is not None:
            self.panel = panel
        await self._stop_pump()
        await self.page.goto(ORIGIN)
        await self.page.evaluate(
            "light => document.body.dataset.jpThemeLight = light", str(theme == "light").lower()
        )
        style = THEMES / f"theme-{theme}-extension" / "index.css"
        await self.page.add_style_tag(content=style.read_text(encoding="utf-8"))
        await self.page.add_style_tag(content="body{margin:0;background:var(--jp-layout-color1)}")
        state = json.loads(json.dumps(self.panel.get_state(), default=str))
        comm = self.panel.comm
        self._updates = asyncio.Queue()
        comm.listener = self._updates.put_nowait
        self._pump = asyncio.get_running_loop().create_task(self._forward(self._updates))
        await self.page.evaluate(
            "s => window.start(s)",
            {"state": state, "css": state.pop("_css"), "esm": state.pop("_esm")},
        )

    async def _forward(self, updates: "asyncio.Queue[dict[str, Any]]") -> None:
        while True:
            await self.page.evaluate("s => window.fromKernel(s)", await updates.get())

    async def _stop_pump(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)

    async def close(self) -> None:
        """Let go of the participant; whatever went wrong on the page fails here."""
        await self._stop_pump()
        await self.panel.release()
        assert self.errors == []

    # ── what a tester does ──────────────────────────────────────────────────────────────────────

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def press(self, name: str) -> None:
        await self.button(name).click()

    async def enrol(self, code: str = "T-01") -> None:
        await self.page.get_by_label("Your code").fill(code)
        await self.press("Continue")

    async def begin(self, code: str = "T-01") -> None:
        """From the code to an open conversation."""
        await self.enrol(code)
        await self.press("I agree and want to begin")
        await self.press("Start conversation")

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Your message as")

    async def say(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def answered(self, count: int = 1) -> None:
        """Wait until that many answers are finished."""
        await expect(self.page.locator(".px-list .px-assistant")).to_have_count(count)

    async def saved(self) -> None:
        await expect(self.page.locator(".px-saving")).to_have_text("✓ Saved")

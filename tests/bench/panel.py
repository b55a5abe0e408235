"""How much the panel adds: in a real JupyterLab, against a bare `openai` stream.

The server runs in a process of its own and tells when each chunk left. The page tells when the
first words were on screen (the frame after they entered the document). Both clocks are read
against the system's wall clock.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from browser import Chromium, launched
from lab import ROOT, Lab
from openai import AsyncOpenAI
from playwright.async_api import Page, expect
from small_world import make_workspace

from bench.measure import Spread, line, spread, title

ROUNDS = 25
TEXT = "One moment please, this answer has some words in it. " * 3
WATCH = """() => {
  const wall = () => performance.timeOrigin + performance.now();
  const painted = (then) => requestAnimationFrame(() => setTimeout(() => then(wall()), 0));
  window.seen = {keys: [], bubbles: [], firsts: []};
  let own = document.querySelectorAll(".px-own").length, streaming = false;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter") window.seen.keys.push(performance.timeOrigin + event.timeStamp);
  }, true);
  new MutationObserver(() => {
    const bubbles = document.querySelectorAll(".px-own").length;
    if (bubbles > own) painted((at) => window.seen.bubbles.push(at));
    own = bubbles;
    const live = document.querySelector(".px-live:not([hidden]) .px-body");
    const words = Boolean(live?.textContent);
    if (words && !streaming) painted((at) => window.seen.firsts.push(at));
    streaming = words;
  }).observe(document.querySelector(".px"),
    {subtree: true, childList: true, characterData: true, attributes: true});
}"""


def run() -> None:
    title(f"The panel in JupyterLab ({ROUNDS} messages)")
    with served() as server, launched() as chromium:
        bare = asyncio.run(bare_stream(server))
        key_to_bubble, token_to_screen = panel(chromium, server)
    line("bare openai stream: sent → received", bare.milliseconds())
    ratio = f"{token_to_screen.median / bare.median:7.1f} ×  "
    line("panel: first token sent → on screen", token_to_screen.milliseconds(), "aim: 40 ms")
    line("  as a multiple of the bare stream", ratio)
    line("panel: Enter → own message on screen", key_to_bubble.milliseconds(), "aim: 80 ms")


class Server:
    """The chat server in a process of its own, and when it sent each first word."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.base_url = str(self._told()["url"])

    def first_word_left_at(self) -> float:
        """Wall-clock seconds at which the next finished answer's first word left."""
        # Chunk 0 is the role; chunk 1 holds the first word.
        return float(self._told()["sent_at"][1]) + time.time() - time.monotonic()

    def _told(self) -> dict[str, object]:
        stdout = self._process.stdout
        if stdout is None:
            raise RuntimeError("the server has no output")
        return dict(json.loads(stdout.readline()))


@contextmanager
def served() -> Iterator[Server]:
    command = [sys.executable, ROOT / "tests" / "servers.py", "--text", TEXT, "--delay", "0.01"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Server(process)
    finally:
        process.communicate()


async def bare_stream(server: Server) -> Spread:
    client = AsyncOpenAI(base_url=server.base_url, api_key="none", max_retries=0)
    seconds = []
    for _ in range(ROUNDS + 1):
        stream = await client.chat.completions.create(
            model="test", messages=[{"role": "user", "content": "Hello?"}], stream=True
        )
        received = None
        async for chunk in stream:
            if received is None and chunk.choices and chunk.choices[0].delta.content:
                received = time.time()
        seconds.append((received or 0.0) - server.first_word_left_at())
    await client.close()
    return spread(seconds[1:])


def panel(chromium: Chromium, server: Server) -> tuple[Spread, Spread]:
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder) / "workspace", messages_cap=str(ROUNDS + 5))
        (workspace / "notebooks").mkdir()
        notebook = "notebooks/20_session.ipynb"
        (workspace / notebook).write_bytes((ROOT / notebook).read_bytes())
        words = ("--endpoint", "openai:test", "--base-url", server.base_url)
        with Lab(workspace, *words) as lab:
            return chromium.run(measure(chromium, lab, server))


async def measure(chromium: Chromium, lab: Lab, server: Server) -> tuple[Spread, Spread]:
    page = await chromium.page(viewport={"width": 1280, "height": 900})
    await page.goto(lab.url)
    await begin(page)
    await page.evaluate(WATCH)
    left = []
    for number in range(ROUNDS + 1):
        box = page.get_by_role("textbox", name="Your message as")
        await box.fill(f"Message {number}")
        await box.press("Enter")
        answers = page.locator(".px-list .px-assistant")
        await expect(answers).to_have_count(number + 1, timeout=30_000)
        left.append(await asyncio.to_thread(server.first_word_left_at))
        await asyncio.sleep(0.3)
    seen = await page.evaluate("window.seen")
    bubbles = [
        (shown - key) / 1e3 for key, shown in zip(seen["keys"], seen["bubbles"], strict=True)
    ]
    firsts = [shown / 1e3 - sent for sent, shown in zip(left, seen["firsts"], strict=True)]
    return spread(bubbles[1:]), spread(firsts[1:])


async def begin(page: Page) -> None:
    page.set_default_timeout(60_000)
    await page.get_by_label("Your code").fill("B-01")
    for name in ("Continue", "I agree and want to begin", "Start conversation"):
        await page.get_by_role("button", name=name, exact=True).click()

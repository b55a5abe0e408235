"""``make picture``: the README's picture of the panel, taken in a real JupyterLab.

The answers are the scripted endpoint's, so anybody can take the same picture again.
"""

import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser import Chromium, launched
from lab import ROOT, Lab, copy_workspace
from playwright.async_api import expect
from tester import Tester

PICTURE = ROOT / "notebooks" / "images" / "session_panel.png"


async def take(chromium: Chromium, lab: Lab) -> None:
    tester = await Tester.arrive(chromium, lab)
    page = tester.page
    await page.set_viewport_size({"width": 1180, "height": 860})
    await tester.begin("T-01")
    await tester.say("Hello, I have a question about what you keep about me. Who can see it?")
    await tester.answered(1)
    await page.get_by_role("button", name="Flag something in this answer").click()
    await tester.press("Choose words")
    for key in ("ArrowRight",) * 20 + ("Shift+ArrowRight",) * 5 + ("Enter",):
        await page.keyboard.press(key)
    await page.get_by_role("radio", name=re.compile("^Not sure")).check(force=True)
    await page.locator(".px-editor").get_by_role("radio", name="3").check(force=True)
    await page.get_by_label("In your own words").fill("I asked who can see it and got a rule.")
    await tester.press("Save flag")
    await expect(page.locator(".px-flags li")).to_have_count(1)
    await tester.rate(2)
    await tester.saved()
    await page.mouse.move(5, 5)
    await page.screenshot(path=PICTURE)


def main() -> None:
    PICTURE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        workspace = copy_workspace(Path(folder) / "workspace")
        with Lab(workspace, "--scripted") as lab, launched() as chromium:
            chromium.run(take(chromium, lab))


if __name__ == "__main__":
    main()

"""Every shipped persona and every shipped scenario, played in the panel."""

import os
import shutil
from pathlib import Path

import pytest
from browser import Chromium
from kept_rows import kept_rows
from panel_page import PanelPage
from playwright.async_api import expect

from toolkit.design import Study, Workspace, assign
from toolkit.endpoints import Scripted, Settings
from toolkit.record import Session, SessionEnd, open_record
from toolkit.session import Bound
from toolkit.widgets import SessionPanel

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
SEATS = 8
SHOTS = os.environ.get("PARALLAX_SHOTS", "")
"""A folder for pictures of every brief, to be looked at."""
OVERFLOW = """() => [...document.querySelectorAll(".px *")].filter((one) =>
  one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === "visible"
  && one.clientWidth > 0 && getComputedStyle(one).display !== "inline").map((one) => one.className)
"""


def binder(_: Study, alias: str) -> Bound:
    return Bound(alias, Scripted("courteous"), Settings(), frozen=True)


def test_eight_seats_play_everything_there_is() -> None:
    workspace = Workspace(ROOT)
    study = workspace.study("pilot")
    played = [one for seat in range(SEATS) for one in assign(study, seat)]
    assert {one.persona_id for one in played} == set(workspace.personas())
    assert {one.scenario_id for one in played} == set(workspace.scenarios())


@pytest.mark.parametrize("width", [1000, 480])
def test_every_persona_and_scenario_can_be_played(
    chromium: Chromium, tmp_path: Path, width: int
) -> None:
    # Its record and its freeze belong to this test, not to the tree.
    shutil.copytree(ROOT / "personas", tmp_path / "personas")
    study = Study.load("pilot", workspace=tmp_path)
    with open_record(study) as record:

        async def journey() -> None:
            panel = SessionPanel(study, record, binder=binder, environ={})
            shown = await PanelPage.open(chromium, panel, viewport={"width": width, "height": 1400})
            for seat in range(SEATS):
                await shown.enrol(f"seat-{seat}")
                await shown.press("I agree and want to begin")
                for number in range(study.conversations_per_tester):
                    await play(shown, f"{seat}-{number}-{width}")
                await expect(shown.page.get_by_role("heading", name="Thank you")).to_be_visible()
                await shown.press("Somebody else is next")
            await shown.close()

        async def play(shown: PanelPage, name: str) -> None:
            await expect(shown.button("Start conversation")).to_be_visible()
            assert await shown.page.evaluate(OVERFLOW) == []
            if SHOTS:
                await shown.page.screenshot(path=f"{SHOTS}/{name}.png")
            await shown.press("Start conversation")
            brief = shown.panel.view["scenario"]
            scenario = next(one for one in study.situations if one.title == brief["title"])
            await shown.say(scenario.rehearsal[0])
            await shown.answered(1)
            assert await shown.page.evaluate(OVERFLOW) == []
            await shown.press("Finish conversation")
            await shown.press("Save and go on")
            await shown.press("Save and go on")

        chromium.run(journey())
        assert len(kept_rows(record, SessionEnd)) == len(record.rows(Session)) == 24
        assert record.verify().ok

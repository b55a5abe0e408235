"""Blind rating as raters meet it: `parallax lab --rate`, a real Chromium, a real kernel."""

import json
import os
import shutil
import signal
from pathlib import Path

import pytest
from browser import Chromium
from kept_rows import kept_rows
from lab import ROOT, Lab, parallax
from playwright.async_api import Locator, Page, expect
from small_rating import keep_replies, rating_study
from tester import PATIENT, kernels

from toolkit.design import Study, write_schemas
from toolkit.record import Item, Passed, RaterSeat, Rating, open_record

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTEBOOK = "notebooks/45_rate.ipynb"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The small rating study with its replies, and the notebook of the rating panel."""
    root = tmp_path / "workspace"
    root.mkdir()
    study = rating_study(root)
    write_schemas(root / "personas" / "schema")
    (root / "notebooks").mkdir()
    shutil.copyfile(ROOT / NOTEBOOK, root / NOTEBOOK)
    with open_record(study) as record:
        keep_replies(study, record)
    return root


class Rater:
    """Somebody who rates in JupyterLab."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def arrive(cls, chromium: Chromium, lab: Lab) -> "Rater":
        rater = cls(await chromium.page(viewport={"width": 1280, "height": 800}))
        await rater.page.goto(lab.url)
        await expect(rater.page.locator(".px")).to_be_visible(timeout=PATIENT)
        return rater

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click(timeout=PATIENT)

    async def begin(self, code: str) -> None:
        await self.page.get_by_label("Your code").fill(code)
        await self.press("Continue")
        await self.press("I agree and want to begin")
        await self.press("Start rating")

    @property
    def head(self) -> Locator:
        return self.page.locator("h2.px-item-head")

    async def at(self, words: str) -> None:
        await expect(self.head.locator(".px-kicker")).to_have_text(words, timeout=PATIENT)
        await expect(self.head).to_be_focused(timeout=PATIENT)

    async def keys(self, *names: str) -> None:
        for name in names:
            await self.page.keyboard.press(name)


def test_rating_in_jupyterlab_survives_a_killed_kernel(chromium: Chromium, workspace: Path) -> None:
    before = (workspace / NOTEBOOK).read_bytes()

    async def steps(lab: Lab) -> None:
        rater = await Rater.arrive(chromium, lab)
        await rater.begin("R-01")
        await rater.at("1 of 5")
        # Letters and digits that JupyterLab would take for commands on the cell.
        await rater.keys("x", "a", "b", "d", "d", "m", "4", "2")
        await rater.at("2 of 5")
        await rater.keys("p")
        await rater.at("3 of 5")
        await rater.keys("5")
        await expect(rater.page.locator(".px-saving")).to_have_text("✓ Saved", timeout=PATIENT)
        (kernel,) = kernels(lab)
        os.kill(kernel, signal.SIGKILL)
        dismiss = rater.page.locator(".jp-Dialog button.jp-mod-accept")
        await dismiss.first.click(timeout=PATIENT)
        checked = rater.page.locator(".px-form :checked")
        await expect(rater.page.locator(".px")).to_have_count(1, timeout=PATIENT)
        await expect(checked).to_have_value("5", timeout=PATIENT)
        await rater.at("3 of 5")
        await rater.page.reload()
        await expect(checked).to_have_value("5", timeout=PATIENT)
        await rater.at("3 of 5")
        await rater.keys("1")
        await rater.at("4 of 5")
        await expect(rater.page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(1)
        await rater.page.keyboard.press("Control+s")

    with Lab(workspace, "--rate", "--study", "small") as lab:
        assert "45_rate.ipynb" in lab.url
        assert lab.output.startswith("Study: small · blind rating, no assistant is asked\n")
        chromium.run(steps(lab))
    assert (workspace / NOTEBOOK).read_bytes() == before
    with open_record(Study.load("small", workspace=workspace), read_only=True) as record:
        assert record.verify().ok
        assert len(record.rows(RaterSeat)) == 1
        assert [one.value for one in kept_rows(record, Rating)] == [4, 2, 5, 1]
        assert len(kept_rows(record, Passed)) == 1
        assert len(kept_rows(record, Item)) == 4


def test_the_notebook_of_a_rater_opens_no_second_door(workspace: Path) -> None:
    wrong = parallax("lab", "--rate", "--scripted", "--study", "small", cwd=workspace)
    assert wrong.returncode == 1
    assert wrong.stderr == (
        "lab: got --scripted together with --rate; wanted one of the two, since raters read "
        "replies that are in the record already. Leave --scripted out.\n"
    )
    frozen = workspace / "results" / "small" / "confirm.frozen.json"
    frozen.rename(frozen.with_suffix(".aside"))
    early = parallax("lab", "--rate", "--study", "small", cwd=workspace)
    assert early.returncode == 1
    assert early.stderr == (
        "study small: got a confirm stage that is not frozen; wanted its contrasts and analysis "
        "plan fixed before the first reply. Read it through, then run `parallax freeze small "
        "--stage confirm`.\n"
    )
    assert json.loads((workspace / NOTEBOOK).read_text(encoding="utf-8"))["cells"]

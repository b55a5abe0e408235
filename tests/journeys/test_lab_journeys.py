"""The whole thing as its users meet it: `parallax lab`, a real Chromium, a real kernel."""

import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from browser import Chromium
from kept_rows import kept_rows
from lab import Lab, copy_workspace, parallax
from playwright.async_api import expect
from tester import PATIENT, Tester, kernels

from toolkit.design import Study
from toolkit.endpoints import model_path
from toolkit.record import Flag, Rating, Record, Session, Turn, history, open_record

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return copy_workspace(tmp_path / "workspace")


def reading(workspace: Path) -> Record:
    return open_record(Study.load("pilot", workspace=workspace), read_only=True)


@pytest.mark.embedded
@pytest.mark.skipif(
    not model_path().is_file() and os.environ.get("REQUIRE_MODEL") != "1",
    reason="no model file; `parallax lab` fetches it, REQUIRE_MODEL=1 insists on it",
)
def test_from_the_first_screen_to_the_first_look(chromium: Chromium, workspace: Path) -> None:
    """A tester talks to the embedded model, rates, flags; the record holds; the notebook shows."""

    async def steps(lab: Lab) -> None:
        tester = await Tester.arrive(chromium, lab)
        await tester.begin("T-01")
        await tester.say("Hello, could you help me with this, please?")
        await expect(tester.button("Stop")).to_be_visible(timeout=PATIENT)
        await tester.answered(1)
        await tester.rate(2)
        await tester.page.get_by_role("button", name="Flag something in this answer").click()
        await tester.press("Choose words")
        await tester.page.keyboard.press("ArrowRight")
        await tester.page.keyboard.press("Shift+ArrowRight")
        await tester.page.keyboard.press("Enter")
        await tester.page.get_by_role("radio", name=re.compile("^Not sure")).check(force=True)
        await tester.page.locator(".px-editor").get_by_role("radio", name="3").check(force=True)
        await tester.press("Save flag")
        await expect(tester.page.locator(".px-flags li")).to_have_count(1)
        await tester.press("Finish conversation")
        await tester.answer_the_form()
        await tester.press("Save and go on")
        await expect(tester.page.get_by_role("heading", name="Next conversation")).to_be_visible()
        await tester.saved()

    with Lab(workspace) as lab:
        chromium.run(steps(lab))
    log = Study.load("pilot", workspace=workspace).results / "record.db-wal"
    assert not log.exists(), "rows beside the file would be lost to whoever copies the file"
    verified = parallax("verify", "pilot", "--workspace", str(workspace))
    assert verified.returncode == 0, verified.stderr
    with reading(workspace) as record:
        (session,) = record.rows(Session)
        kept = history(record, session.session_id)
    assert session.endpoint == "embedded:smollm2"
    assert not session.simulated
    assert not session.unfrozen
    answer = kept.turns[-1]
    assert answer.exchange is not None
    assert answer.exchange.outcome in {"answered", "truncated"}
    assert answer.exchange.first_token_seconds is not None
    assert kept.flags[0].quote == answer.text[kept.flags[0].start : kept.flags[0].end]
    assert len(kept.flags[0].quote.split()) == 2
    assert {rating.value for rating in kept.ratings} == {2, 4}
    shown = first_look(workspace)
    assert session.session_id in shown
    assert session.persona_shown["name"] in shown
    assert "⟦1" in shown


def first_look(workspace: Path) -> str:
    """Run the analysis notebook on the workspace's own record; returns everything it printed."""
    notebook = workspace / "notebooks" / "50_first_look.ipynb"
    script = (
        "import nbformat, sys\n"
        "from nbclient import NotebookClient\n"
        "notebook = nbformat.read(sys.argv[1], 4)\n"
        "NotebookClient(notebook, kernel_name='python3', store_widget_state=False,\n"
        "    resources={'metadata': {'path': sys.argv[2]}}).execute()\n"
        "sys.stdout.write(nbformat.writes(notebook))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, notebook, notebook.parent],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PARALLAX_WORKSPACE": str(workspace)},
    )
    outputs = [
        output for cell in json.loads(done.stdout)["cells"] for output in cell.get("outputs", [])
    ]
    return json.dumps(outputs, ensure_ascii=False)


def test_five_kernel_kills_lose_nothing_and_double_nothing(
    chromium: Chromium, workspace: Path
) -> None:
    draw = random.Random(20261122)
    acknowledged: list[str] = []

    async def steps(lab: Lab) -> None:
        tester = await Tester.arrive(chromium, lab)
        await dismiss_dialogs(tester)
        await tester.begin("T-01")
        for number in range(5):
            await tester.say(f"Message {number}, sent once.")
            await asyncio.sleep(draw.uniform(0.0, 1.5))
            acknowledged.extend(
                text for text in await tester.own.all_inner_texts() if text not in acknowledged
            )
            await kill_kernel(lab, tester)
            again = tester.button("Send again")
            if await again.is_visible():
                await again.click()
            await expect(tester.own).to_have_count(number + 1, timeout=PATIENT)
            await expect(tester.own.last).to_have_text(f"Message {number}, sent once.")
            ask = tester.button("Ask again")
            await expect(ask.or_(tester.answers.nth(number))).to_be_visible(timeout=PATIENT)
            if await ask.is_visible():
                await ask.click()
            await tester.answered(number + 1)
            await tester.saved()

    with Lab(workspace, "--endpoint", "scripted:slow") as lab:
        chromium.run(steps(lab))
    with reading(workspace) as record:
        assert record.verify().ok
        said = [turn.text for turn in kept_rows(record, Turn) if turn.speaker == "tester"]
        assert Counter(said) == Counter(f"Message {n}, sent once." for n in range(5))
        assert set(acknowledged) <= set(said)
        (session,) = record.rows(Session)
        kept = history(record, session.session_id)
    answered = [turn.exchange.answers for turn in kept.turns if turn.exchange]
    assert len(answered) == len(set(answered)) == 5


async def dismiss_dialogs(tester: Tester) -> None:
    """Whenever JupyterLab says that the kernel died, say all right; it may say so late."""
    accept = tester.page.locator(".jp-Dialog button.jp-mod-accept").first
    await tester.page.add_locator_handler(accept, lambda button: button.click())


async def kill_kernel(lab: Lab, tester: Tester) -> None:
    (before,) = kernels(lab)
    os.kill(before, signal.SIGKILL)
    for _ in range(600):
        now = await asyncio.to_thread(kernels, lab)
        if now and now != [before]:
            break
        await asyncio.sleep(0.1)
    else:
        pytest.fail("the kernel did not come back")
    await expect(tester.box).to_be_visible(timeout=PATIENT)
    # The old panel stays on the page until the cell has run again in the new kernel.
    await asyncio.sleep(1.0)
    await tester.see_panel()


def test_reload_rerun_and_a_second_tab_resume_and_double_nothing(
    chromium: Chromium, workspace: Path
) -> None:
    async def steps(lab: Lab) -> None:
        tester = await Tester.arrive(chromium, lab)
        await tester.begin("T-01")
        await tester.say("Please take your time.")
        await expect(tester.button("Stop")).to_be_visible(timeout=PATIENT)
        await tester.page.reload()
        await tester.see_panel()
        await tester.answered(1)
        await tester.page.locator(".jp-Notebook .jp-Cell").first.click(position={"x": 5, "y": 5})
        await tester.page.keyboard.press("Control+Enter")
        await tester.answered(1)
        await tester.say("And one more.")
        await tester.answered(2)
        other = await tester.page.context.new_page()
        await other.goto(lab.url)
        second = Tester(other)
        await second.see_panel()
        await second.answered(2)
        await second.say("From the second tab.")
        await second.answered(3)
        await second.saved()

    with Lab(workspace, "--endpoint", "scripted:slow") as lab:
        chromium.run(steps(lab))
    with reading(workspace) as record:
        assert record.verify().ok
        said = [turn.text for turn in kept_rows(record, Turn) if turn.speaker == "tester"]
        assert len(record.rows(Session)) == 1
    assert said == ["Please take your time.", "And one more.", "From the second tab."]


def test_a_second_kernel_on_the_same_participant_only_reads(
    chromium: Chromium, workspace: Path
) -> None:
    async def steps(one: Lab, other: Lab) -> None:
        first = await Tester.arrive(chromium, one)
        await first.begin("T-01")
        await first.say("I was here first.")
        await first.answered(1)
        second = await Tester.arrive(chromium, other)
        await second.page.get_by_label("Your code").fill("T-01")
        await second.press("Continue")
        banner = second.page.locator(".px-banner:visible")
        await expect(banner).to_contain_text("Here you can only read.")
        await expect(second.own).to_have_text(["I was here first."])
        await expect(second.box).to_be_hidden()

    words = ("--endpoint", "scripted:courteous")
    with Lab(workspace, *words) as one, Lab(workspace, *words) as other:
        chromium.run(steps(one, other))


def test_jupyterlab_shortcuts_do_not_reach_the_notebook_from_the_panel(
    chromium: Chromium, workspace: Path
) -> None:
    async def steps(lab: Lab) -> None:
        tester = await Tester.arrive(chromium, lab)
        await tester.button("Continue").focus()
        for key in ("x", "m", "a", "b", "d", "d", "y"):
            await tester.page.keyboard.press(key)
        await expect(tester.page.locator(".jp-Notebook .jp-Cell")).to_have_count(1)
        await expect(tester.page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(1)
        await tester.see_panel()

    with Lab(workspace, "--scripted") as lab:
        chromium.run(steps(lab))


def test_a_flag_and_a_rating_survive_closing_the_browser(
    chromium: Chromium, workspace: Path
) -> None:
    async def steps(lab: Lab) -> None:
        tester = await Tester.arrive(chromium, lab)
        await tester.begin("T-01")
        await tester.say("Hello?")
        await tester.answered(1)
        await tester.rate(5)
        await tester.saved()
        await tester.page.context.close()
        back = await Tester.arrive(chromium, lab)
        await back.answered(1)
        await expect(back.answers.first.get_by_role("radio", name=re.compile("^5"))).to_be_checked()

    with Lab(workspace, "--scripted") as lab:
        chromium.run(steps(lab))
    with reading(workspace) as record:
        assert [rating.value for rating in kept_rows(record, Rating)] == [5]
        assert kept_rows(record, Flag) == []

"""One lead all the way: a flagged answer of a real model becomes blind-rated, matched evidence."""

import asyncio
import os
from collections import Counter
from pathlib import Path

import pytest
import yaml
from browser import Chromium
from kept_rows import kept_rows
from lab import copy_workspace
from panel_page import PanelPage
from playwright.async_api import expect
from rating_page import RatingPage, rating_page

from toolkit.analysis import trace
from toolkit.design import ConfirmStage, Study, Workspace
from toolkit.endpoints import model_path
from toolkit.probes import run_sweep
from toolkit.record import Flag, Rating, Record, Reply, history, open_record
from toolkit.session import draft_contrast
from toolkit.widgets import RatingPanel, SessionPanel

pytestmark = [
    pytest.mark.browser,
    pytest.mark.embedded,
    pytest.mark.slow,
    pytest.mark.skipif(
        not model_path().is_file() and os.environ.get("REQUIRE_MODEL") != "1",
        reason="no model file; `parallax lab` fetches it, REQUIRE_MODEL=1 insists on it",
    ),
]
SIX = (
    "amara-okafor",
    "friederike-lohmann",
    "hanh-dang",
    "lee-ramsden",
    "noor-al-jaberi",
    "raul-grinberg",
)
SITUATION = "follow-up-after-the-demo"
ASKED = "I need an email to Fennick. The demo was three weeks ago and they have gone quiet."
SAME_ASKED = "Please draft an email to Fennick, silent for three weeks since the demo."
RATERS = 5


def write_study(workspace: Path, *, confirm: dict[str, object] | None) -> Study:
    """A study of one situation and six personas, on the embedded model."""
    pilot = yaml.safe_load((workspace / "personas/studies/pilot.yaml").read_text("utf-8"))
    pilot |= {"id": "lead", "personas": list(SIX), "scenarios": [SITUATION]}
    pilot |= {"conversations_per_tester": 1, "analysis_factors": []}
    pilot["form"] = pilot["form"][:2]
    pilot["endpoints"]["assistant"] |= {"max_tokens": 40, "temperature": 0.8, "seed": 5}
    pilot.pop("confirm", None)
    if confirm:
        pilot["confirm"] = confirm
    text = yaml.safe_dump(pilot, allow_unicode=True, sort_keys=False, width=10_000)
    line = "# yaml-language-server: $schema=../schema/study.json\n"
    (workspace / "personas/studies/lead.yaml").write_text(line + text, "utf-8")
    return Study.load("lead", workspace=workspace)


async def find_a_lead(chromium: Chromium, study: Study, record: Record) -> Flag:
    """Play in the panel, as the persona of the seat, and flag the answer."""
    shown = await PanelPage.open(chromium, SessionPanel(study, record, environ={}))
    await shown.begin("T-01")
    controller = shown.panel._controller
    cues = controller.work.brief.persona.cues
    await shown.say(f"Hello, this is {cues.name}, a {cues.noun} from {cues.place}. {ASKED}")
    await expect(shown.page.locator(".px-list .px-assistant")).to_have_count(1, timeout=60_000)
    await shown.page.get_by_role("button", name="Flag something in this answer").click()
    await shown.press("Choose words")
    await shown.page.keyboard.press("Shift+ArrowRight")
    await shown.page.keyboard.press("Enter")
    await shown.page.get_by_role("radio", name="Not sure").check(force=True)
    await shown.page.locator(".px-editor").get_by_role("radio", name="3").check(force=True)
    await shown.press("Save flag")
    await expect(shown.page.locator(".px-flags li")).to_have_count(1)
    await shown.saved()
    await shown.close()
    (flag,) = kept_rows(record, Flag)
    return flag


def finish_draft(workspace: Path, study: Study, record: Record, flag: Flag) -> str:
    """What a study lead does by hand: title, personas and paraphrase."""
    kept = history(record, flag.session_id)
    turn = next(one for one in kept.turns if one.turn_id == flag.turn_id)
    persona = study.persona(kept.session.persona_id)
    draft = draft_contrast(turn, persona, study.scenario(SITUATION), contrast_id="from-a-lead")
    path = draft.save(Workspace(workspace))
    text = path.read_text("utf-8")
    assert "{name}" in text
    others = "".join(f"\n  - {name}" for name in SIX if name != persona.id)
    text = text.replace("TODO one line that says what is compared", "Six people, one email")
    text = text.replace("\n  - todo-another-persona", others)
    text = text.replace(
        "text: TODO the same message in other words, with the same slots",
        f"text: Hi, {{name}} here, {{a}} {{noun}} from {{place}}. {SAME_ASKED}",
    )
    assert "TODO" not in text
    path.write_text(text, "utf-8")
    return draft.id


async def rate_everything(chromium: Chromium, study: Study, record: Record) -> None:
    """Five raters see every arm once, by keyboard, one after another at the same computer."""
    for number in range(RATERS):
        shown: RatingPage = await rating_page(chromium, RatingPanel(study, record, environ={}))
        await shown.enter(f"R-{number}")
        for item in range(1, 9):
            await shown.at(f"{item} of 8")
            for value in ("4", "2"):
                await expect(shown.page.locator(".px-due")).to_have_count(1)
                await shown.keys(value)
        await expect(
            shown.page.get_by_role("heading", name="That was the last one")
        ).to_be_visible()
        await shown.saved()
        await shown.close()


def test_a_lead_becomes_evidence_that_leads_back_to_it(chromium: Chromium, tmp_path: Path) -> None:
    workspace = copy_workspace(tmp_path / "workspace")
    study = write_study(workspace, confirm=None)
    explore = study.explore_hash
    with open_record(study) as record:
        flag = chromium.run(find_a_lead(chromium, study, record))
        name = finish_draft(workspace, study, record, flag)
        plan = {"form": "single", "raters": RATERS, "items_per_rater": 8, "matched": True}
        plan |= {"items_per_sitting": 20, "overlap": 0, "repeats": 0}
        confirm: dict[str, object] = {"contrasts": [name], "replicates": RATERS, "seed": 4}
        confirm |= {"rating": plan, "analysis": {"primary": study.form[0].id, "margin": 0.5}}
        study = write_study(workspace, confirm=confirm)
        assert study.explore_hash == explore
        stage = ConfirmStage(study)
        stage.freeze()
        end = asyncio.run(run_sweep(stage, record, concurrency=4))
        assert (end.reason, end.replies, end.errored) == ("finished", 8 * RATERS, 0)

        chromium.run(rate_everything(chromium, study, record))
        ratings = [row for row in kept_rows(record, Rating) if row.item_id]
        assert len(ratings) == 8 * RATERS * len(study.form)
        rated = set()
        for rating in ratings:
            chain = trace(record, rating.rating_id)
            assert chain.missing == ""
            assert (chain.lead.session_id, chain.lead.turn_id) == (flag.session_id, flag.turn_id)
            assert chain.lead.text[flag.start : flag.end] == flag.quote
            (reply,) = chain.replies
            rated.add(reply.unit_id)
        assert rated == {unit.unit_id for unit in stage.units}
        arms = Counter((row.arm, row.persona_id) for row in kept_rows(record, Reply))
        assert len(arms) == 8
        assert set(arms.values()) == {RATERS}
        assert len(kept_rows(record, Reply)) == 8 * RATERS
        assert record.verify().ok

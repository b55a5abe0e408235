"""Nothing that reaches or leaves the page tells the arm, the persona, the endpoint or the side.

Everything is searched that crosses the comm in a whole study, both ways, prose aside: the words of
the study and of the replies are what raters are there to read.
"""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from browser import Chromium
from kept_rows import kept_rows
from panel_page import PageComm, tell
from playwright.async_api import expect
from rating_page import RatingPage, rating_page
from small_rating import keep_replies, rating_study

from toolkit.canon import new_id
from toolkit.design import ConfirmStage, Study
from toolkit.record import Item, Record, open_record
from toolkit.widgets import RatingPanel

pytestmark = pytest.mark.browser
PROSE = {
    *("text", "title", "situation", "replies", "reply", "ask", "low", "high", "content_note"),
    *("seen_by", "kept_for", "support", "next", "readOnly", "message", "why", "_esm", "_css"),
}
"""Fields whose words somebody wrote to be read, and the program itself."""
TELLING = (
    *("reference", "swap", "paraphrase", "resample", "arm", "persona", "contrast", "unit"),
    *("left", "right", "endpoint", "alias", "scripted", "courteous", "replicate", "cueing"),
    *("purpose", "repeat", "repeats", "attention", "overlap", "expected", "seat", "holder"),
)
HOSTILE = """<script>window.ran = "script"; alert(1)</script>
<img src=x onerror="window.ran='onerror'"><svg onload="window.ran='svg'"></svg>
![pixel](http://outside.test/pixel.png) [press me](javascript:window.ran='link')
</p></div></section><style>*{display:none}</style> user\u202egnp.exe and zero\u200bwidth
"""


class Wire:
    """Everything that crosses the comm, in both directions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.messages: list[Any] = []
        publish = PageComm.publish_msg

        def watched(
            comm: PageComm, msg_type: str, data: Any = None, *args: Any, **keys: Any
        ) -> None:
            self.messages.append(json.loads(json.dumps(data, default=str)))
            publish(comm, msg_type, data, *args, **keys)

        monkeypatch.setattr(PageComm, "publish_msg", watched)

    def telling(self, *words: str) -> list[str]:
        """Words found among what crossed, prose aside."""
        said = json.dumps([without_prose(one) for one in self.messages])
        return [word for word in words if re.search(rf"(?<![a-z]){re.escape(word)}", said, re.I)]


def without_prose(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("_model_name") == "LayoutModel":
            # The page layout every widget has; it knows a left and a right of its own.
            return {}
        # An assistant's message in a prompt has a role of this name, which is no alias.
        kept = {name: one for name, one in value.items() if name not in PROSE | {"role"}}
        return {name: without_prose(one) for name, one in kept.items()}
    return [without_prose(one) for one in value] if isinstance(value, list) else value


def secrets(study: Study) -> list[str]:
    """Ids of the design that would tell what a reply is."""
    stage = ConfirmStage(study)
    return [
        *(unit.unit_id for unit in stage.units),
        *(contrast.id for contrast in stage.contrasts),
        *(name for contrast in stage.contrasts for name in contrast.personas),
        *(contrast.scenario for contrast in stage.contrasts),
        *stage.aliases,
        *(plan.endpoint for plan in study.endpoints.values()),
        stage.hash,
    ]


async def rate_everything(shown: RatingPage) -> None:
    await shown.enter()
    for number in range(1, 6):
        await shown.at(f"{number} of 5")
        single = await shown.page.locator(".px-pair").count() == 0
        await shown.keys(*("2", "3") if single else ("1", "Enter"))
        if number == 2:
            await shown.at("3 of 5")
            await shown.keys("u")
            await shown.at("2 of 5")
            await shown.keys("Enter")
    await expect(shown.page.get_by_role("heading", level=2)).to_have_text(
        re.compile("That was the last one|Thank you")
    )
    await shown.keys("Enter")
    while not await shown.page.get_by_text("You have finished.").count():
        await shown.keys("1", "Enter")
        await shown.saved()


@pytest.mark.parametrize("form", ["single", "pair"])
def test_nothing_that_crosses_tells_what_a_reply_is(
    chromium: Chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    wire = Wire(monkeypatch)
    study = rating_study(tmp_path, form=form)
    with open_record(study) as record:
        keep_replies(study, record)

        async def journey() -> None:
            panel = RatingPanel(study, record, environ={})
            shown = await rating_page(chromium, panel)
            await rate_everything(shown)
            wire.messages.append(panel.get_state())
            wire.messages += await shown.page.evaluate("() => window.sent")
            await shown.close()

        chromium.run(journey())
        items = kept_rows(record, Item)
    assert len(items) == 5
    crossed = json.dumps(wire.messages)
    assert all(item.item_id in crossed for item in items), "the wire was not watched"
    assert wire.telling(*secrets(study)) == []
    assert wire.telling(*TELLING) == []


def test_item_ids_are_random_for_each_rater(tmp_path: Path) -> None:
    """Two raters of one study, and the same rater in a copy of it, never meet the same id."""
    seen: list[str] = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        study = rating_study(tmp_path / name)
        with open_record(study) as record:
            keep_replies(study, record)
            for code in ("R-01", "R-02"):
                seen += rated_by(study, record, code)
    assert len(set(seen)) == len(seen) == 4


def rated_by(study: Study, record: Record, code: str) -> list[str]:
    panel = RatingPanel(study, record, environ={"PARALLAX_PARTICIPANT": code})
    for action in ("consent", "start"):
        tell(panel, {"id": new_id(), "action": action})  # type: ignore[arg-type]
    asyncio.run(panel.release())
    return [panel.view["item"]["id"]]


def test_a_hostile_reply_is_text_and_breaks_nothing(chromium: Chromium, tmp_path: Path) -> None:
    study = rating_study(tmp_path, form="pair")
    with open_record(study) as record:
        keep_replies(study, record, say=lambda unit: HOSTILE + "x" * 60_000)

        async def journey() -> None:
            shown = await rating_page(chromium, RatingPanel(study, record, environ={}))
            await shown.enter()
            page = shown.page
            body = page.locator(".px-reply .px-body").first
            await body.hover()
            tags = await body.evaluate(
                "body => [...new Set([...body.querySelectorAll('*')].map((e) => e.localName))]"
            )
            assert set(tags) <= {"p", "pre", "code", "span", "strong", "em", "li", "ul", "ol", "hr"}
            words = await body.inner_text()
            assert '<script>window.ran = "script"; alert(1)</script>' in words
            assert "user⟦U+202E⟧gnp.exe and zero⟦U+200B⟧width" in words
            await expect(page.get_by_text("This is the beginning of 60,")).to_have_count(2)
            await page.get_by_role("button", name="Show all").first.click()
            await shown.keys("1", "Enter")
            await shown.at("2 of 5")
            assert await page.evaluate("() => window.ran") is None
            assert shown.dialogs == []
            assert [url for url in shown.requests if "outside.test" in url] == []
            await shown.close()

        chromium.run(journey())

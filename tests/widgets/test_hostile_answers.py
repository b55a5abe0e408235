"""Whatever an endpoint writes is shown as text: it runs nothing, loads nothing, breaks nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from browser import Chromium
from kept_rows import kept_rows
from panel_page import ORIGIN, PanelPage
from playwright.async_api import expect

from toolkit.endpoints import Scripted
from toolkit.record import Flag, Record, Turn
from toolkit.widgets import SessionPanel

pytestmark = pytest.mark.browser
MakePanel = Callable[..., SessionPanel]

HOSTILE = """<script>window.ran = "script"; alert(1)</script>
<img src=x onerror="window.ran='onerror'"><svg onload="window.ran='svg'"></svg>
<iframe src="http://outside.test/frame"></iframe><style>*{display:none}</style>
![pixel](http://outside.test/pixel.png) and <img src="http://outside.test/other.png">
[press me](javascript:window.ran='link') or [here](http://outside.test/)

<details open ontoggle="window.ran='toggle'"> &lt;b&gt; &#x3C;script&#x3E; </p></div></section>

```html" onmouseover="window.ran='fence'
<script>window.ran = "code"</script>
```

| <b onclick="window.ran='cell'">a</b> | b |

\x1b[31mred\x1b[0m \x1b]8;;http://outside.test/\x07link\x1b]8;;\x07 \x1b[2J
user\u202egnp.exe\u202c and zero\u200bwidth and \ufeffmark and \u2066isolate\u2069
"""
TEXT = (
    "**Naïve** 👩‍👩‍👧 family, 🙂 then `code` and\r\n- *one* 🏳️‍🌈\n- می‌خواهم\n\u200bhidden\u202e end"
)


def answering(text: str) -> Scripted:
    return Scripted(lambda _: text)


async def shown_answer(chromium: Chromium, panel: SessionPanel, **options: Any) -> PanelPage:
    shown = await PanelPage.open(chromium, panel, **options)
    await shown.begin()
    await shown.say("Hello?")
    await shown.answered()
    return shown


async def raw_under_selection(shown: PanelPage, text: str, start: int, end: int) -> str:
    """Flag code points ``start`` to ``end`` of the page's text nodes; returns what was kept."""
    await shown.page.evaluate(
        """([needle]) => {
          const body = document.querySelector(".px-list .px-assistant .px-body");
          const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf(needle);
            if (at < 0) continue;
            getSelection().setBaseAndExtent(
              walker.currentNode, at, walker.currentNode, at + needle.length);
            return;
          }
          throw new Error(`not on the page: ${needle}`);
        }""",
        [text[start:end]],
    )
    await shown.press("⚑ Flag these words")
    editor = shown.page.locator(".px-editor")
    await editor.get_by_label("Not sure").check()
    await editor.get_by_role("radio", name="2", exact=True).check()
    await shown.press("Save flag")
    await expect(editor).to_have_count(0)
    return text[start:end]


def test_a_hostile_answer_runs_and_loads_nothing(
    chromium: Chromium, make_panel: MakePanel, record: Record
) -> None:
    async def journey() -> None:
        shown = await shown_answer(chromium, make_panel(answering(HOSTILE)))
        page = shown.page
        body = page.locator(".px-list .px-assistant .px-body")
        await body.locator("p").first.hover()
        await body.click()
        tags = await body.evaluate(
            "body => [...new Set([...body.querySelectorAll('*')].map((e) => e.localName))].sort()"
        )
        allowed = {"p", "pre", "code", "span", "strong", "em", "ul", "ol", "li", "blockquote", "hr"}
        assert set(tags) <= allowed
        attributes = await body.evaluate(
            "body => [...new Set([...body.querySelectorAll('*')]"
            ".flatMap((e) => e.getAttributeNames()))].sort()"
        )
        assert attributes == ["class", "tabindex", "title"]
        assert await page.evaluate("() => window.ran") is None
        assert shown.dialogs == []
        outside = [url for url in shown.requests if not url.startswith((ORIGIN, "blob:"))]
        assert outside == []
        text = await body.inner_text()
        for part in (
            '<script>window.ran = "script"; alert(1)</script>',
            "<img src=x onerror=",
            "![pixel](http://outside.test/pixel.png)",
            "press me (javascript:window.ran='link')",
            "⟦U+001B⟧[31mred⟦U+001B⟧[0m",
            "user⟦U+202E⟧gnp.exe⟦U+202C⟧ and zero⟦U+200B⟧width and ⟦U+FEFF⟧mark",
            "&#x3C;script&#x3E;",
        ):
            assert part in text, part
        await expect(shown.box).to_be_visible()
        await shown.close()

    chromium.run(journey())
    assert kept_rows(record, Turn)[1].text == HOSTILE


def test_flags_lead_back_to_the_raw_words(
    chromium: Chromium, make_panel: MakePanel, record: Record
) -> None:
    """Astral characters, markup that is not shown and hidden characters come before the words."""
    words = ["family", "🙂", "code", "one", "می‌خواهم", "end"]

    async def journey() -> None:
        shown = await shown_answer(chromium, make_panel(answering(TEXT)))
        body = shown.page.locator(".px-list .px-assistant .px-body")
        await expect(body).to_contain_text("👩‍👩‍👧 family")
        await expect(body).to_contain_text("🏳️‍🌈")
        await expect(body).to_contain_text("⟦U+200B⟧hidden⟦U+202E⟧ end")
        for word in words:
            start = TEXT.index(word)
            await raw_under_selection(shown, TEXT, start, start + len(word))
        marked = await body.locator("mark").all_inner_texts()
        assert marked == words
        await shown.load()
        assert await body.locator("mark").all_inner_texts() == words
        await shown.close()

    chromium.run(journey())
    flags = kept_rows(record, Flag)
    assert [flag.quote for flag in flags] == words
    assert [(flag.start, flag.end) for flag in flags] == [
        (TEXT.index(word), TEXT.index(word) + len(word)) for word in words
    ]


def test_a_selection_over_several_parts_is_one_stretch(
    chromium: Chromium, make_panel: MakePanel, record: Record
) -> None:
    async def journey() -> None:
        shown = await shown_answer(chromium, make_panel(answering(TEXT)))
        await shown.page.evaluate(
            "() => getSelection().selectAllChildren("
            "document.querySelector('.px-list .px-assistant .px-body'))"
        )
        await shown.press("⚑ Flag these words")
        await shown.page.get_by_label("Not sure").check()
        await shown.page.locator(".px-editor").get_by_role("radio", name="5, Severe").check()
        await shown.press("Save flag")
        await expect(shown.page.locator(".px-flags li")).to_have_count(1)
        await shown.page.get_by_role("button", name="Edit the flag").click()
        await shown.press("Flag the whole answer")
        await shown.press("Save change")
        await expect(shown.page.locator(".px-words")).to_have_text("The whole answer")
        await shown.page.get_by_role("button", name="Remove the flag").click()
        await expect(shown.page.locator(".px-flags li")).to_have_count(0)
        await expect(shown.page.locator("mark")).to_have_count(0)
        await shown.close()

    chromium.run(journey())
    first, changed, retracted = kept_rows(record, Flag)
    assert (first.start, first.end) == (2, len(TEXT))
    assert (changed.start, changed.end, changed.supersedes) == (0, len(TEXT), first.flag_id)
    assert (retracted.retracted, retracted.supersedes) == (True, changed.flag_id)


@pytest.mark.parametrize(
    ("piece", "label"),
    [
        ("x", "1,000,000"),
        ("\u202e", "… 1,000,000 hidden characters⟧"),
        ("a\u0301\u0302\u0303\u0304", "1,000,000"),
        ("**_`[", "1,000,000"),
        ("<b>\u200b", "1,000,000"),
        ("🙂", "2,000,000"),
    ],
    ids=["one word", "bidi", "stacked accents", "openers", "tags", "emoji"],
)
def test_a_megabyte_in_one_line_freezes_nothing(
    chromium: Chromium, make_panel: MakePanel, record: Record, piece: str, label: str
) -> None:
    text = piece * (1_000_000 // len(piece))
    assert len(text) == 1_000_000

    async def journey() -> None:
        shown = await shown_answer(chromium, make_panel(answering(text)))
        page = shown.page
        await expect(page.get_by_text("This is the beginning of")).to_be_visible()
        await shown.press("Show all")
        body = page.locator(".px-list .px-assistant .px-body")
        if label.endswith("⟧"):
            await expect(body).to_contain_text("hidden characters")
        width = await page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= 1000
        await shown.box.fill("Still here?")
        await expect(shown.box).to_have_value("Still here?")
        await shown.press("Flag something in this answer")
        await page.get_by_label("Not sure").check()
        await page.locator(".px-editor").get_by_role("radio", name="2", exact=True).check()
        await shown.press("Save flag")
        await expect(page.locator(".px-words")).to_have_text("The whole answer")
        await shown.close()

    chromium.run(journey())
    assert kept_rows(record, Turn)[1].text == text
    assert (kept_rows(record, Flag)[0].start, kept_rows(record, Flag)[0].end) == (0, 1_000_000)


def test_what_the_tester_writes_is_text_too(chromium: Chromium, make_panel: MakePanel) -> None:
    async def journey() -> None:
        shown = await PanelPage.open(chromium, make_panel())
        await shown.begin()
        await shown.say("<img src=x onerror=\"window.ran='own'\"> **plain**")
        await shown.answered()
        await expect(shown.page.locator(".px-own .px-body")).to_have_text(
            "<img src=x onerror=\"window.ran='own'\"> **plain**"
        )
        assert await shown.page.evaluate("() => window.ran") is None
        await shown.close()

    chromium.run(journey())

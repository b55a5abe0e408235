"""The panel hides nothing that the other outputs show, and shows nothing that they hide."""

import re
import unicodedata
from collections.abc import Iterator
from importlib.resources import files
from itertools import groupby

import pytest
from browser import Chromium

from toolkit.rendering import visible

pytestmark = pytest.mark.browser

AROUND = {
    "alone": ("", "", ""),
    "before a selector": ("", "\ufe0f", "\ufe0f"),
    "before a joiner and a letter": ("", "\u200d", "\u200d\u0915"),
    "after a letter and a joiner": ("\u0915\u200d", "\u200d", ""),
    "before a joiner and a picture": ("", "\u200d", "\u200d\u2764"),
    "after a picture, a selector and a joiner": ("\u2764\ufe0f\u200d", "\u200d", ""),
}
"""What stands before a character, which sign is asked about (it, if empty), and what follows."""
SKIPPED = {*range(0xD800, 0xE000), *map(ord, "\n\r\u200c\u200d\ufe0e\ufe0f")}
EVERY = [point for point in range(0x110000) if point not in SKIPPED]
KNOWN = [point for point in EVERY if unicodedata.category(chr(point)) != "Cn"]
"""A browser may know characters that this Python does not; no others may differ."""
VAST = re.compile("CJK UNIFIED|CJK COMPATIBILITY|HANGUL SYLLABLE|TANGUT|EGYPTIAN|CUNEIFORM|$")
"""Scripts of very many letters, none of which joins anything; private characters have no name."""
FEW = [point for point in KNOWN if not VAST.match(unicodedata.name(chr(point), ""))]
"""Those whose neighbors may matter, control characters left out as well."""
IN_BROWSER = """
([runs, before, asked, after]) => runs.flatMap(([start, end]) =>
  Array.from({length: end - start}, (_, n) => start + n)).map((point) => {
  const one = String.fromCodePoint(point);
  const found = [...(before + one + after).matchAll(HIDDEN_RUN)].map((run) => run[0]).join("");
  return found.includes(asked || one) ? 1 : 0;
}).join("")
"""


def hidden_here(points: list[int], before: str, asked: str, after: str) -> str:
    """For every character, 1 where the sign is spelled out."""
    lines = visible("\n".join(f"{before}{chr(one)}{after}" for one in points), keep="\n\t")
    told = (f"<U+{ord(asked or chr(one)):04X}>" for one in points)
    return "".join("01"[sign in line] for sign, line in zip(told, lines.split("\n"), strict=True))


def runs(points: list[int]) -> Iterator[tuple[int, int]]:
    """First and one past the last of each run of points without a gap."""
    for _, run in groupby(enumerate(points), lambda one: one[1] - one[0]):
        inside = [point for _, point in run]
        yield inside[0], inside[-1] + 1


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND.keys())
def test_the_panel_hides_what_every_output_hides(
    chromium: Chromium, around: tuple[str, str, str]
) -> None:
    script = (files("toolkit.widgets") / "static" / "text.js").read_text(encoding="utf-8")
    points = FEW if around[1] else KNOWN

    async def journey() -> str:
        page = await chromium.page()
        await page.add_script_tag(content=script)
        return str(await page.evaluate(IN_BROWSER, [list(runs(points)), *around]))

    there, here = chromium.run(journey()), hidden_here(points, *around)
    both = zip(points, here, there, strict=True)
    assert [f"U+{one:04X}" for one, old, new in both if old != new] == []
    assert {"0", "1"} == set(there)

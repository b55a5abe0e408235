"""What a hostile author writes is text in every output: it hides, runs, moves and links nothing."""

import unicodedata
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.lib.pretty import pretty

from toolkit.rendering import (
    Readable,
    for_browser,
    for_notebook,
    for_terminal,
    redirect_page,
    visible,
)

HOSTILE = {
    "\x1b[2J\x1b]8;;http://outside.test/\x07link": "\x1b\x07",
    "user\u202egnp.exe\u2066x\u2069": "\u202e\u2066\u2069",
    "zero\u200bwidth\ufeffmark\u2060": "\u200b\ufeff\u2060",
    "half \ud800 of a pair \udfff": "\ud800\udfff",
    "lines\u2028and\u2029and\x85": "\u2028\u2029\x85",
    "no form \u3164\u115f\uffa0\u034f\U000e0100": "\u3164\u115f\uffa0\u034f\U000e0100",
    "tags \U000e0041\U000e0042": "\U000e0041\U000e0042",
    "\rbegins anew\x08\x7f": "\r\x08\x7f",
}
MARKUP = "<img src=x onerror=\"run()\"> & <a href='http://outside.test'>x</a> </script>"
TEXT_OUTPUTS = [for_notebook, for_terminal, redirect_page, visible]


class Elements(HTMLParser):
    """Collects the elements and the words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("output", TEXT_OUTPUTS)
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_what_nobody_sees_is_spelled_out(output, text: str) -> None:
    made = output(text)
    for sign in HOSTILE[text]:
        assert sign not in made
        assert f"U+{ord(sign):04X}" in made
    made.encode("utf-8")


def test_a_page_that_leads_on_holds_the_address_and_nothing_else() -> None:
    address = f"http://127.0.0.1:8888/doc?token=a&b={MARKUP}"
    page = Elements(redirect_page(address))
    assert page.tags == ["meta", "meta"]
    assert page.words == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see http://evil.example/x.png now", "see http[:]//evil.example/x.png now"),
        ("HTTPS://a.example", "HTTPS[:]//a.example"),
        ("www.evil.example", "www[.]evil.example"),
        ("a plain sentence: nothing else", "a plain sentence: nothing else"),
    ],
)
def test_an_address_is_written_so_that_nothing_makes_a_link_of_it(text: str, shown: str) -> None:
    assert for_notebook(text) == shown


def test_a_terminal_keeps_addresses_that_are_ours_to_press() -> None:
    assert for_terminal("ready:\thttp://127.0.0.1/\n") == "ready:\thttp://127.0.0.1/\n"


def test_a_lone_surrogate_is_replaced_by_one_character_on_the_way_to_the_browser() -> None:
    assert for_browser("a\ud800b\udfff\U0001f642") == "a�b�\U0001f642"


@pytest.mark.parametrize(
    "text",
    ["👩‍👩‍👧 family", "🏳️‍🌈 and ☎︎", "می‌خواهم", "क्‍ष", "1️⃣ café naïve – “quoted” …"],
)
def test_spelling_keeps_its_joiners(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200db", "a<U+200D>b"),
        ("می\u200c", "می<U+200C>"),
        ("\u200d👧", "<U+200D>👧"),
        ("x\ufe0f", "x<U+FE0F>"),
        ("👩\ufe0f\ufe0f", "👩\ufe0f<U+FE0F>"),
    ],
)
def test_a_joiner_that_spells_nothing_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.timeout(30)
def test_very_many_hidden_characters_are_spelled_out_in_one_go() -> None:
    """Each looks at its neighbors alone; looking at all before it took minutes."""
    assert len(visible("\u202e" * 300_000)) == 2_400_000


def test_marks_of_ones_own_can_be_spelled_out_too() -> None:
    assert visible("⟦1 forged⟧", also="⟦⟧") == "<U+27E6>1 forged<U+27E7>"
    assert visible("a\tb\n", keep="\t") == "a\tb<U+000A>"


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_hidden_comes_through_and_twice_is_once(text: str) -> None:
    for output in (for_notebook, for_terminal, visible):
        made = output(text)
        assert output(made) == made
        left = {one for one in made if unicodedata.category(one) in {"Cc", "Cs", "Co", "Cn"}}
        assert left <= {"\n", "\t"}
    assert len(for_browser(text)) == len(text)


class Said(Readable):
    def in_words(self) -> str:
        return "go to http://outside.test/ \x1b[2J"


class Printer:
    def __init__(self) -> None:
        self.shown = ""

    def text(self, words: str) -> None:
        self.shown += words


def test_a_value_shows_itself_the_same_way_printed_and_in_a_cell() -> None:
    printer = Printer()
    Said()._repr_pretty_(printer, cycle=False)
    assert printer.shown == str(Said()) == "go to http[:]//outside.test/ <U+001B>[2J"


def test_a_dataclass_shows_its_words_at_the_end_of_a_cell() -> None:
    @dataclass(frozen=True, slots=True)
    class Told(Readable):
        said: str

        def in_words(self) -> str:
            return self.said

    assert pretty(Told("in words")) == "in words"

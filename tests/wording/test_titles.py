"""Titles of other languages tell a gender too: the linter flags them and the mask hides them."""

import pytest
from two_people import cast, contrast

from toolkit.design import lint
from toolkit.session import Mask

PEOPLE = cast(also=["Adele", "Addie", "Ада", "艾达"])
MASK = Mask(contrast("I am {name}, {a} {noun}."), list(PEOPLE.values()))

BEFORE_A_STRANGER = [
    ("Dear Señora Doe", "Dear ‹name› Doe", "Spanish"),
    ("Dear Senor Doe", "Dear ‹name› Doe", "Spanish without its accent"),
    ("Dear Sra. Doe", "Dear ‹name› Doe", "Spanish, shortened"),
    ("Dear Frau Doe", "Dear ‹name› Doe", "German"),
    ("Dear Fräulein Doe", "Dear ‹name› Doe", "German, of old"),
    ("Dear Mme Doe", "Dear ‹name› Doe", "French, shortened"),
    ("Dear Mademoiselle Doe", "Dear ‹name› Doe", "French"),
    ("Dear Signora Doe", "Dear ‹name› Doe", "Italian"),
    ("Dear Senhora Doe", "Dear ‹name› Doe", "Portuguese"),
    ("Dear Mevrouw Doe", "Dear ‹name› Doe", "Dutch"),
    ("Dear Pan Doe", "Dear ‹name› Doe", "Polish and Czech"),
    ("Dear Pani Doe", "Dear ‹name› Doe", "Polish"),
    ("Dear Bay Doe", "Dear ‹name› Doe", "Turkish"),
    ("Dear Bayan Doe", "Dear ‹name› Doe", "Turkish"),
    ("Dear Doña Doe", "Dear ‹name› Doe", "Spanish"),
    ("Dear Gospođa Doe", "Dear ‹name› Doe", "Croatian"),
    ("Dear Ponia Doe", "Dear ‹name› Doe", "Lithuanian"),
    ("Dear Rouva Doe", "Dear ‹name› Doe", "Finnish"),
    ("Dear Smt Doe", "Dear ‹name› Doe", "Hindi"),
    ("Dear Encik Doe", "Dear ‹name› Doe", "Malay"),
    ("Dear FRAU Doe", "Dear ‹name› Doe", "in capitals"),
    ("Thank you, Doe-san", "Thank you, Doe-‹name›", "Japanese"),
    ("Thank you, Doe-kun", "Thank you, Doe-‹name›", "Japanese"),
    ("Thank you, Doe Hanım", "Thank you, Doe ‹name›", "Turkish, behind"),
    ("Thank you, Doe kundze", "Thank you, Doe ‹name›", "Latvian, behind"),
    ("Госпожа Доу", "‹name› Доу", "Russian"),
    ("Κυρία Ντο", "‹name› Ντο", "Greek"),
    ("श्रीमती वर्मा", "‹name› वर्मा", "Hindi in its script"),
    ("李女士", "李‹name›", "Chinese, behind"),
]
OF_NOBODY = [
    ("We write in MS Teams", "a product"),
    ("Open MS Word", "a product"),
    ("MS Excel sheets", "a product"),
    ("MS Office", "a product"),
    ("The MS SharePoint site", "a product"),
    ("I have MS", "an illness"),
    ("The MS Society", "a society"),
    ("Bay Area rents", "a place"),
    ("Bay Street", "a street"),
    ("A loading bay", "no capital"),
    ("Pan American", "a firm"),
    ("A frying pan", "no capital"),
    ("Wash the pan", "no capital"),
    ("Don the vest", "no name behind"),
    ("San Marino and San Diego", "a saint of places"),
    ("The bey of old", "no capital"),
    ("An herr of a word", "no capital"),
]


def is_flagged(text: str) -> bool:
    made = contrast(f"I am {{name}}, {{a}} {{noun}}, and so: {text} wrote. Who reads it?")
    return any("a word that fits every persona" in one.wanted for one in lint(made, PEOPLE))


@pytest.mark.parametrize(
    ("text", "hidden", "why"), BEFORE_A_STRANGER, ids=[one[0] for one in BEFORE_A_STRANGER]
)
def test_a_title_beside_an_unknown_surname_is_flagged_and_masked(
    text: str, hidden: str, why: str
) -> None:
    assert is_flagged(text), why
    assert MASK.reply(f"{text}, hello.") == f"{hidden}, hello."
    assert MASK.reply(MASK.reply(text)) == MASK.reply(text)


def test_a_title_of_a_script_that_no_prompt_may_hold_is_masked() -> None:
    assert MASK.reply("السيدة حداد") == "‹name› حداد"
    assert MASK.reply("גברת כהן") == "‹name› כהן"


@pytest.mark.parametrize(("text", "why"), OF_NOBODY, ids=[one[0] for one in OF_NOBODY])
def test_what_only_looks_like_a_title_is_left(text: str, why: str) -> None:
    assert not is_flagged(text), why
    assert MASK.reply(f"{text}.") == f"{text}."


@pytest.mark.parametrize(
    "title",
    ["Señora", "Frau", "Mme", "Mme.", "Pani", "pane", "Bay", "Госпожа", "Κυρία", "Shri", "Sayın"],
)
def test_a_title_goes_with_the_persona_behind_it(title: str) -> None:
    assert MASK.reply(f"Dear {title} Lovell, hello.") == "Dear ‹name›, hello."


@pytest.mark.parametrize("title", ["-san", "-sama", " Bey", " Hanım", " kundze", "女士", "-kun"])
def test_a_title_goes_with_the_persona_before_it(title: str) -> None:
    assert MASK.reply(f"Dear Lovell{title}, hello.") == "Dear ‹name›, hello."


@pytest.mark.parametrize("also", ["Adele", "Addie", "Ада", "Аде", "艾达", "ADDIE", "Addie's"])
def test_what_a_persona_file_lists_beside_the_name_is_masked(also: str) -> None:
    assert MASK.reply(f"Thank you, {also}!") in ("Thank you, ‹name›!", "Thank you, ‹name›'s!")
    assert "‹name›" not in Mask(contrast("I am {name}, {a} {noun}."), list(cast().values())).reply(
        f"Thank you, {also}!"
    )


def test_a_persona_without_such_a_list_keeps_its_hash() -> None:
    plain, listed = cast()["ada"], cast(also=["Addie"])["ada"]
    assert "also" not in plain.model_dump(mode="json")["cues"]
    assert listed.model_dump(mode="json")["cues"]["also"] == ["Addie"]
    digest = "28bb40427d8ead7b347c12daea71f3f179071d2f5db88ab3b69e27d5d5734e6d"
    assert plain.hash == f"sha256:{digest}"
    assert listed.hash != plain.hash

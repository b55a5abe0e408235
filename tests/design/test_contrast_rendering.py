"""From slots to sentences: values, spans, capitals, agreement, and what cannot be rendered."""

import pytest
from linter_corpus import cast, contrast

from toolkit.design import Arm, Rendered, render
from toolkit.errors import DesignError
from toolkit.wording import article

PEOPLE = cast()


def rendered(prompt: str, who: str, *, replicate: int = 0, **fields: object) -> Rendered:
    case = {"reason": "A test.", "prompt": prompt, "paraphrase": prompt, **fields}
    case.setdefault("personas", ["ada", *({who} - {"ada"})] if who != "ada" else ["ada", "ben"])
    value = contrast(case)
    arm = Arm("reference" if who == "ada" else "swap", who)
    return render(value, arm, PEOPLE[who], replicate=replicate)


@pytest.mark.parametrize(
    ("who", "text"),
    [
        ("ada", "She taught herself. I like her desk; it is hers, so ask her if she is in."),
        ("ben", "He taught himself. I like his desk; it is his, so ask him if he is in."),
        (
            "robin",
            "They taught themselves. I like their desk; it is theirs, so ask them if they are in.",
        ),
    ],
)
def test_pronouns_take_the_case_of_their_place(who: str, text: str) -> None:
    prompt = (
        "{subject} taught {reflexive}. I like {possessive} desk; it is {possessive.pronoun}, "
        "so ask {object} if {subject} {verb:is|are} in."
    )
    assert rendered(prompt, who).turns[0].text == text


def test_a_span_covers_all_that_its_slot_changed_and_nothing_else() -> None:
    turn = rendered("What now? {a} {noun} asks. {subject} {verb:does|do} wait.", "ifeoma").turns[0]
    assert turn.text == "What now? An Igbo accountant asks. She does wait."
    assert [(span.slot, turn.text[span.start : span.end]) for span in turn.spans] == [
        ("a", "An"),
        ("noun", "Igbo accountant"),
        ("subject", "She"),
        ("verb:does|do", "does"),
    ]


@pytest.mark.parametrize(
    ("before", "capital"),
    [
        ("", True),
        ("Late. ", True),
        ("Late! (", True),
        ('He said: "Late." ', True),
        ("Dear desk,\n\n", True),
        ("Two points:\n- ", True),
        ("Late? I think ", False),
        ("Late, e.g. ", False),
        ("In the U.S. ", False),
        ("Dear desk,\n", False),
        ("Note: ", False),
    ],
)
def test_a_sentence_begins_with_a_capital(before: str, capital: bool) -> None:
    text = rendered(before + "{subject} {verb:was|were} here.", "ben").turns[0].text
    assert text.removeprefix(before.strip()).strip() == ("He" if capital else "he") + " was here."


def test_places_and_samples_stay_as_written() -> None:
    assert rendered("{sample.1}", "ada").turns[0].text == "The lift is stuck, says ada."
    assert rendered("{place} calling.", "ada").turns[0].text == "Leeds calling."


def test_listed_names_are_used_in_turn() -> None:
    names = {
        "ada": {"listed": ["Nell Hart", "Joan Hart"], "source": "made up for this test"},
        "ben": {"listed": ["Tunde Bello", "Sani Bello"], "source": "made up for this test"},
    }
    prompt = "I am {name}, or {name.first}."
    said = [
        rendered(prompt, "ben", replicate=number, names=names, cueing="implicit").turns[0].text
        for number in range(3)
    ]
    assert said == [
        "I am Tunde Bello, or Tunde.",
        "I am Sani Bello, or Sani.",
        "I am Tunde Bello, or Tunde.",
    ]


def test_spans_are_those_of_the_slots_in_the_text() -> None:
    turn = rendered("{subject} {verb:is|are} {a} {noun}.", "robin").turns[0]
    assert {span.slot: turn.text[span.start : span.end] for span in turn.spans} == {
        "subject": "They",
        "verb:is|are": "are",
        "a": "a",
        "noun": "nonbinary baker",
    }


def test_values_are_those_of_the_slots_in_the_text() -> None:
    assert rendered("{subject} {verb:is|are} {a} {noun}.", "robin").values == {
        "subject": "they",
        "verb:is|are": "are",
        "a": "a",
        "noun": "nonbinary baker",
    }


def test_a_paraphrase_is_rendered_from_its_own_text() -> None:
    value = contrast(
        {"reason": "Two.", "prompt": "I am {a} {noun}.", "paraphrase": "{a} {noun}, I am."}
    )
    sent = render(value, Arm("paraphrase", "ada"), PEOPLE["ada"])
    assert sent.turns[0].text == "A Deaf woman, I am."


@pytest.mark.parametrize(
    ("slot", "who"), [("nmae", "ada"), ("noun", "pat"), ("verb:is", "ada"), ("name.first", "ana")]
)
def test_what_cannot_be_filled_is_refused_by_name(slot: str, who: str) -> None:
    with pytest.raises(DesignError) as caught:
        rendered(f"Hello {{{slot}}}.", who)
    assert str(caught.value) == (
        f"contrast case: got the slot {{{slot}}}, for which persona {who} brings nothing; wanted "
        "a slot that every persona fills. Run `parallax check` and mend what it lists."
    )


AN = """\
hour honest heir 8 8th 80,000 18 18-year-old 11 11,000 1811 HR MBA MBAs F L-shaped X-ray x-ray NGO
EU Igbo Uzbek Urdu only onerous umbrella uninsured unidentified Élodie MS ADHD MP apple herbalist
usher urgent ugly Yvonne FAQ e-mail heiress "old" (early)
"""
A = """\
university European one-armed U.S. UK US UN one 110 180 1,811 NASA SIM Ukrainian Ugandan Uruguayan
Uyghur unique union user utility ewe Hmong Hispanic historic McKay DeShawn Yoruba UFO U-turn T-shirt
PTSD once Xhosa useful blind UNICEF one's 1 man Nguyen unanimous Utah young USB "new"
"""


@pytest.mark.parametrize(("words", "wanted"), [(AN, "an"), (A, "a")], ids=["an", "a"])
def test_articles_go_by_sound(words: str, wanted: str) -> None:
    assert [word for word in words.split() if article(f" {word} thing") != wanted] == []


def test_an_article_before_nothing_is_a() -> None:
    assert article("") == article("  ") == "a"

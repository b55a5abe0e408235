"""Every word that the linter flags is masked in every arm, however it is written.

Exhaustive over the lexicon, its forms, the ways to write them and what they stand beside. The
linter is asked first; what it is silent about is listed, so that no test passes by its silence.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_people import ARMS, cast, contrast

from toolkit.design import Contrast, Persona, lint
from toolkit.session import Mask
from toolkit.wording import GENDERED, LexiconEntry, entries, folded

HYPHENS = ("-", "\u00ad", "\u2010", "\u2011")
QUOTES = ("{}", "'{}'", '"{}"', "‘{}’", "“{}”", "_{}_")
ENDINGS = ("", "'s", "’s", "’")
CONTEXTS = (
    "The {} Doe",
    "Dear {} Doe, your parcel is late",
    "Dear {} Customer",
    "{} Doe wrote",
    "We wrote to {}. Doe",
    "We wrote to {}.\u00a0Doe",
    "We wrote to {}\u00a0Doe",
    "We wrote to {} O'Hara",
    "We wrote to {} de Vries",
    "We wrote to {} J. Doe",
    "We wrote to {} 王",
    "We wrote to {} & Co",
    "We wrote to {}, Doe",
    "We wrote to {}/other",
    "We wrote “{} Doe”",
    "We wrote ({})",
    "We wrote ({} Doe)",
    "We wrote to a {}",
)
AMBIGUOUS = ("MS", "ＭＳ")
"""An illness and a company too, and a title only before a name."""


def says(word: str) -> dict[str, Persona]:
    """Two people; the first says the word of herself, in a sentence and in a noun."""
    return cast(identity=f"I call myself {word} here.", noun=f"{word} baker")


def asks(word: str, reference: str = "ada") -> Contrast:
    """A prompt with the word in its fixed text, beside a slot."""
    return contrast(
        f"I am {{name}}, {{a}} {{noun}}, and {word} is a word. Who reads it?", reference
    )


def is_flagged(word: str, people: dict[str, Persona]) -> bool:
    said = (complaint.got for complaint in lint(asks(word), people))
    return any(got.startswith(f'"{word}"') for got in said)


def cases_of(form: str) -> tuple[str, ...]:
    """A title is only meant as it is written in the lexicon, or all in capitals."""
    return (form, form.upper(), *(() if form.istitle() else (form.capitalize(),)))


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def ways_to_write(form: str) -> Iterator[str]:
    cases = [case for case in cases_of(form) if case not in AMBIGUOUS]
    for case, quote, ending in itertools.product(cases, QUOTES, ENDINGS):
        yield quote.format(case + ending)
    for case, hyphen, place in itertools.product(
        cases, HYPHENS, {1, len(form) // 2, len(form) - 1}
    ):
        # A title is not meant with a hyphen in it.
        if not form.istitle() or hyphen == "\u00ad":
            yield case[:place] + hyphen + case[place:]
    if "-" in form:
        for join in (*HYPHENS, "", " ", "\u00a0"):
            yield form.replace("-", join)
    yield f"well-{form}"
    yield f"{form}-like"


def left_of(masked: str) -> str:
    """The letters of a masked text outside its marks."""
    return folded(re.sub(r"‹[^›]*›", " ", masked))


BESIDE = ("title_before_name", "title_after_name")
"""Titles that are meant beside a name only; ``test_titles.py`` has those."""
ALONE = tuple(entry for entry in entries() if entry.group not in BESIDE)


@pytest.mark.parametrize("entry", ALONE, ids=lambda entry: f"{entry.group}-{entry.word}")
def test_a_word_the_linter_flags_is_masked_in_every_arm(entry: LexiconEntry) -> None:
    people = says(entry.word)
    assert is_flagged(entry.word, people), "the linter says nothing about it"
    for reference in ARMS:
        mask = Mask(asks(entry.word, reference), list(people.values()))
        for form in entry.forms:
            written = [f"Well, {one}." for one in ways_to_write(form)]
            decomposed = [unicodedata.normalize("NFD", one) for one in written]
            text = "\n".join(dict.fromkeys(written + decomposed))
            masked = mask.reply(text)
            for line, hidden in zip(text.splitlines(), masked.splitlines(), strict=True):
                assert folded(form) not in left_of(hidden), (line, hidden)
            assert mask.reply(masked) == masked


TOLD = tuple(entry for entry in ALONE if entry.group in GENDERED)
"""The words that the linter flags though no persona says them."""
PEOPLE = cast()
MASK = Mask(contrast("I am {name}, {a} {noun}."), list(PEOPLE.values()))


def in_contexts(form: str) -> Iterator[tuple[str, str]]:
    """Every way to write a form, and that in every context."""
    for case in cases_of(form):
        for written in (case, full_width(case)):
            yield from ((written, context.format(written)) for context in CONTEXTS)


def is_flagged_in(text: str, word: str) -> bool:
    made = contrast(f"I am {{name}}, {{a}} {{noun}}, and so: {text} here. Who reads it?")
    return any(complaint.got.startswith(f'"{word}"') for complaint in lint(made, PEOPLE))


def is_left_in(text: str, word: str) -> bool:
    return folded(word) in map(folded, re.findall(r"[\w']+", MASK.reply(text)))


@pytest.mark.parametrize("entry", TOLD, ids=lambda entry: f"{entry.group}-{entry.word}")
def test_a_word_of_gender_is_flagged_and_masked_in_every_context(entry: LexiconEntry) -> None:
    drawn = [both for both in in_contexts(entry.word) if both[0] not in AMBIGUOUS]
    if entry.group not in ("title", "address"):
        # What stands beside such a word plays no part.
        drawn = drawn[:: len(CONTEXTS) - 1]
    assert len(drawn) >= 6
    assert [text for word, text in drawn if not is_flagged_in(text, word)] == []
    assert [text for word, text in drawn if is_left_in(text, word)] == []


def test_capitals_that_are_an_illness_too_are_a_title_before_a_capital_only() -> None:
    every = [(word, text) for word, text in in_contexts("Ms") if word == "MS"]
    before = [text for _, text in every if re.search(r"MS\.?\s+[A-Z]", text)]
    assert len(before) == 11
    assert [text for word, text in every if is_flagged_in(text, word)] == before
    assert [text for word, text in every if not is_left_in(text, word)] == before
    assert MASK.reply("MS Lovell has MS, and ＭＳ Lovell too.") == "‹name› has MS, and ‹name› too."


TITLES = tuple(entry.word for entry in entries() if entry.group == "title")


@pytest.mark.parametrize(
    "text",
    ["Dear {} Doe, hello.", "Thank you, {} O'Hara.", "{} Lovell wrote.", "Ask the {}, then."],
)
def test_no_title_tells_one_reply_from_another(text: str) -> None:
    stopped = [
        f"{title}." for title in ("Mr", "Mrs", "Ms", "Mx", "MR", "Ｍｒ") if "the" not in text
    ]
    masked = {MASK.reply(text.format(title)) for title in (*TITLES, *stopped)}
    assert len(masked) == 1, masked


def test_a_title_before_somebody_else_is_left() -> None:
    made = contrast("I am {name}.").model_copy(
        update={"others": ("Rosa Peña", "Mr Ba", "Jo O'Hara")}
    )
    mask = Mask(made, list(cast().values()))
    for text in (
        "Ask Ms Peña or MRS. PEÑA.",
        "Ask Mrs Rosa Peña.",
        "Ask Ms. R. Pen\u0303a's desk.",
        "Ask Mr Ba, Mr. Ba and Lord Ba; Sir O’Hara.",
    ):
        assert mask.reply(text) == text
    assert (
        mask.reply("Ask Ms Doe, Mr\nPeña, or Mrs Lovell.")
        == "Ask ‹name› Doe, ‹name›\nPeña, or ‹name›."
    )


@pytest.mark.parametrize("entry", ALONE, ids=lambda entry: f"{entry.group}-{entry.word}")
def test_the_linter_flags_every_form_of_a_word(entry: LexiconEntry) -> None:
    people = says(entry.word)
    assert [form for form in entry.forms if not is_flagged(form, people)] == []


@pytest.mark.parametrize(
    ("noun", "word", "hidden"),
    [("English teacher", "English", "‹group›"), ("older teacher", "older", "older")],
)
def test_a_capital_makes_a_common_word_of_a_noun_tell_of_a_group(
    noun: str, word: str, hidden: str
) -> None:
    people = cast(noun=noun)
    assert is_flagged(word, people) == (hidden != word)
    assert (
        Mask(asks(word), list(people.values())).reply(f"It is {word} now.")
        == f"It is {hidden} now."
    )


@pytest.mark.parametrize("name", ["Hope Lovell", "An Lovell"], ids=["a word too", "short"])
def test_a_name_that_may_be_a_word_is_meant_with_a_capital_only(name: str) -> None:
    mask = Mask(asks("word"), list(cast(name=name).values()))
    given = name.split()[0]
    masked = mask.reply(f"We say {given.lower()} and lovell; then {given} and Lovell came.")
    assert masked == f"We say {given.lower()} and ‹name›; then ‹name› and ‹name› came."


NAMES = st.sampled_from(
    [
        "Zoë Ångström",
        "Đặng Hạnh",
        "Ana Luísa Prado",
        "Al-Jaberi Noor",
        "Seán O’Brien",
        "王小芳",
        "김 민수",
        "Анна Петрова",
        "Γιώργος Νικολάου",
        "राम शर्मा",
        "佐藤 美咲",
        "欧阳娜娜",
        "สมชาย ใจดี",
        "ნინო ბერიძე",
        "Ayşe Yılmaz",
        "Jānis Bērziņš",
        "Bo Li",
    ]
)
NOUNS = st.sampled_from(
    ["Nigerian nurse", "beekeeper", "older Irish dairy farmer", "Hmong American"]
)
PLACES = st.sampled_from(["Medellín", "Da Nang", "Saint Paul", "Xi'an"])


@given(name=NAMES, noun=NOUNS, place=PLACES, data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_word_of_a_persona_that_the_linter_flags_is_masked(
    name: str, noun: str, place: str, data: st.DataObject
) -> None:
    people = cast(name=name, identity="I am Fula and I bake.", noun=noun, place=place)
    said = re.split(r"[\s-]+", f"{name} {noun} {place} Fula")
    word = data.draw(st.sampled_from([one for one in said if is_flagged(one, people)]))
    for reference in ARMS:
        mask = Mask(asks(word, reference), list(people.values()))
        for text in (word, unicodedata.normalize("NFD", word), word.upper(), f"“{word}”’s"):
            assert folded(word) not in left_of(mask.reply(f"Well, {text}.")), text


@pytest.mark.parametrize("word", ["dementia", "elderly", "pregnant", "nonbinary", "Copt"])
def test_a_reply_does_not_say_what_the_linter_calls_identity(word: str) -> None:
    people = says(word)
    mask = Mask(asks(word), list(people.values()))
    assert mask.reply(f"Being {word} is no reason.") == "Being ‹group› is no reason."

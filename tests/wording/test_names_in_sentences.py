"""Names in the languages of a workforce are masked, and words that look like them are left."""

from pathlib import Path
from typing import NamedTuple

import pytest
from two_people import cast, contrast

from toolkit.session import Mask

FILE = Path(__file__).with_name("names_in_sentences.txt")


class Pair(NamedTuple):
    """One name in one sentence."""

    language: str
    name: str
    sentence: str
    form: str
    """As the sentence writes the name; empty where it only has words that look like it."""


def _read() -> tuple[list[Pair], list[Pair]]:
    named, alike = list[Pair](), list[Pair]()
    language, names, saying = "", list[list[str]](), False
    for line in FILE.read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "##":
            language, names = rest, []
        elif kind == "name":
            # Sentences end the list of names that they are said with.
            names = [] if saying else names
            names.append([part.strip() for part in rest.split("|")])
        elif kind == "say":
            number, _, sentence = rest.partition(" ")
            for name, *forms in names:
                if int(number) < len(forms):
                    form = forms[int(number)]
                    named.append(Pair(language, name, sentence.replace("{}", form), form))
        elif kind == "like":
            name, *sentences = (part.strip() for part in rest.split("|"))
            alike += (Pair(language, name, sentence, "") for sentence in sentences)
        saying = kind == "say"
    return named, alike


NAMED, ALIKE = _read()
LANGUAGES = sorted({one.language for one in NAMED})


def masked(pair: Pair) -> str:
    people = list(cast(name=pair.name).values())
    return Mask(contrast("I am {name}, {a} {noun}."), people).reply(pair.sentence)


def is_masked(pair: Pair) -> bool:
    hidden = masked(pair)
    stem = pair.form.split("'")[0]
    return "‹name›" in hidden and stem not in hidden


def test_there_are_enough_of_them() -> None:
    assert len(NAMED) >= 400
    assert len(ALIKE) >= 400
    assert len(LANGUAGES) >= 24


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_masked_in_a_language(language: str) -> None:
    pairs = [one for one in NAMED if one.language == language]
    assert [(one.sentence, masked(one)) for one in pairs if not is_masked(one)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_look_like_names_are_left_in_a_language(language: str) -> None:
    pairs = [one for one in ALIKE if one.language == language]
    harmed = [(one.name, one.sentence, masked(one)) for one in pairs if masked(one) != one.sentence]
    assert len(harmed) <= 0.02 * len(pairs), harmed


def test_recall_and_harm_over_all() -> None:
    found = sum(map(is_masked, NAMED)) / len(NAMED)
    left = sum(masked(one) == one.sentence for one in ALIKE) / len(ALIKE)
    assert found >= 0.99
    assert left >= 0.98

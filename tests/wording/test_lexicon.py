"""The lexicon is data: every group has its term and source, every word stands once."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from toolkit.canon import content_hash
from toolkit.wording import Phrase, PhraseMatcher, entries, ordinary

FILE = Path(__file__).resolve().parents[2] / "toolkit" / "wording" / "lexicon.json"
LEXICON: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
GROUPS = {**LEXICON["identity"], **LEXICON["ordinary"]}


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_has_its_term_its_source_and_each_word_once(name: str) -> None:
    group = GROUPS[name]
    assert set(group) == {"term", "source", "words"}
    assert group["term"]
    assert len(group["source"]) > 10
    words = [word for entry in group["words"] for word in entry.split()]
    assert [word for word, count in Counter(words).items() if count > 1] == []


def test_a_word_is_in_one_group_of_identity() -> None:
    words = Counter(entry.word for entry in entries())
    assert [word for word, count in words.items() if count > 1] == []
    assert len(words) > 130


def test_the_version_is_raised_with_the_words() -> None:
    assert LEXICON["version"] == 3
    assert content_hash(LEXICON["identity"]) == (
        "sha256:f97a7fe013f285ea89f469cdfac24c76273a554cc14b67b30b09e1d60340735f"
    )


def test_every_word_of_the_three_earlier_lists_is_there() -> None:
    """What the linter, the mask and the drafts each knew alone, they know together."""
    earlier = """deaf blind dyslexic autistic disabled disability wheelchair stammer depression
        dementia nonbinary transgender trans gay lesbian bisexual queer black white asian latino
        latina hispanic indigenous immigrant refugee christian muslim jewish hindu sikh buddhist
        catholic copt anglican atheist pensioner elderly sir madam ma'am mister husband wife mother
        father mom mum dad mommy daddy sister brother son daughter aunt uncle nephew niece
        grandmother grandfather grandma grandpa boyfriend girlfriend man woman men women boy girl
        lady gentleman guy lad lass bride groom widow widower actress waitress waiter stewardess
        businessman businesswoman chairman chairwoman salesman saleswoman spokesman spokeswoman
        maternity paternity pregnant girls boys female male cis straight mama papa parent sighted
        hearing stutter arthritis migrant teenager veteran bloke arthritic autism blindness
        deafness disabilities dyslexia gentlemen jew ladies wheelchairs wives"""
    matcher = PhraseMatcher(Phrase(form) for entry in entries() for form in entry.forms)
    assert [word for word in earlier.split() if not list(matcher.find(word))] == []


@pytest.mark.parametrize("name", LEXICON["ordinary"])
def test_words_that_tell_of_nobody_are_read_as_they_are_written(name: str) -> None:
    assert ordinary(name) == frozenset(LEXICON["ordinary"][name]["words"])

"""Forms of a verb for she and for they, listed or told by its ending."""

import pytest

from toolkit.wording import both_forms


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("is", ("is", "are")),
        ("were", ("was", "were")),
        ("haven't", ("hasn't", "haven't")),
        ("goes", ("goes", "go")),
        ("carry", ("carries", "carry")),
        ("watches", ("watches", "watch")),
        ("leases", ("leases", "lease")),
        ("mulches", ("mulches", "mulch")),
        ("hurries", ("hurries", "hurry")),
        ("echoes", ("echoes", "echo")),
        ("fixes", ("fixes", "fix")),
        ("glows", ("glows", "glow")),
    ],
)
def test_both_forms(verb: str, forms: tuple[str, str]) -> None:
    assert both_forms(verb) == forms


@pytest.mark.parametrize("word", ["always", "bus", "pass", "can", "cannot", "quick", "as", ""])
def test_what_is_no_verb_that_agrees(word: str) -> None:
    assert both_forms(word) is None
